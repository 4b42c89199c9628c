//! SSH keys in all their forms, as OpenSSH and OpenSSL write them, and texts that are none.

use lockwright_testkit::public::{CERTIFICATES, ED25519, SHORT_SSH_KEY, SSH_KEY, SSH_KEYS};

use super::*;

#[test]
fn every_form_is_the_same_key_and_each_is_written_as_openssh_and_openssl_write_it() {
    let commented = format!("{} carla@example.com\n", SSH_KEY.openssh);
    for text in [SSH_KEY.openssh, &commented, SSH_KEY.pem, SSH_KEY.pkcs1] {
        let key = SshKey::parse(text).unwrap();
        assert_eq!((key.openssh().as_str(), key.pem().as_str()), (SSH_KEY.openssh, SSH_KEY.pem));
        assert_eq!(key.fingerprint(), SSH_KEY.fingerprint);
    }
    assert_ne!(SshKey::parse(SSH_KEYS[0]).unwrap(), SshKey::parse(SSH_KEYS[1]).unwrap());
}

#[test]
fn a_short_key_is_refused_and_so_is_what_is_no_rsa_key() {
    assert_eq!(SshKey::parse(SHORT_SSH_KEY), Err(Refused::Length));
    let cut = &SSH_KEY.openssh[..SSH_KEY.openssh.len() - 8];
    let turned = SSH_KEY.pem.replacen("MIIBIjAN", "MIIBIjAX", 1);
    let doubled = format!("{}{}", SSH_KEY.pem, SSH_KEY.pem);
    for text in ["", "ssh-rsa", "ssh-rsa AAAA", "-----BEGIN ", cut, &turned, &doubled, ED25519, CERTIFICATES[0]] {
        assert_eq!(SshKey::parse(text), Err(Refused::Encoding), "{text}");
    }
    // Zero is no modulus, and a huge one is not computed with.
    assert!(SshKey::parse("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAA==").is_err());
    assert!(SshKey::parse(&format!("ssh-rsa {}", "A".repeat(16_000))).is_err());
}

#[test]
fn a_text_cut_or_turned_anywhere_is_refused_or_read_and_never_a_panic() {
    for text in [SSH_KEY.openssh, SSH_KEY.pem, SSH_KEY.pkcs1] {
        for at in 0..text.len() {
            let _ = SshKey::parse(&text[..at]);
            for put in ["A", "/", "-", " ", "\u{e9}"] {
                let mut turned = text.to_owned();
                turned.replace_range(at..=at, put);
                if let Ok(key) = SshKey::parse(&turned) {
                    assert!(key.pem().starts_with("-----BEGIN PUBLIC KEY-----") && key.openssh().starts_with("ssh-rsa "));
                }
            }
        }
    }
}
