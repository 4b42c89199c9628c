//! What sealing must fulfil.

use lockwright_model::entropy::SeededEntropy;

use super::*;

fn key(byte: u8) -> SealKey {
    SealKey::new(KeyBytes::new([byte; 32]))
}

#[test]
fn what_was_sealed_opens() {
    let entropy = SeededEntropy::new(1);
    for plain in [&b""[..], b"a", &[7; 20], &[0; 4000]] {
        let sealed = key(1).seal(plain, "user/1/device/2", &entropy);
        assert_eq!(key(1).open(&sealed, "user/1/device/2").unwrap().as_slice(), plain);
    }
}

#[test]
fn n_o06_a_sealed_value_opens_with_its_key_in_its_context_alone() {
    let sealed = key(1).seal(b"seed", "user/1/device/2", &SeededEntropy::new(1));
    assert!(key(2).open(&sealed, "user/1/device/2").is_none(), "another key");
    for context in ["", "user/1/device/", "user/1/device/3", "user/2/device/2", "user/1/device/2 "] {
        assert!(key(1).open(&sealed, context).is_none(), "{context}");
    }
}

#[test]
fn a_changed_bit_or_a_missing_byte_opens_nothing() {
    let sealed = key(1).seal(b"a seed of 20 bytes..", "here", &SeededEntropy::new(1));
    let bytes = URL_SAFE_NO_PAD.decode(sealed.as_text()).unwrap();
    let open = |bytes: &[u8]| key(1).open(&Sealed::from_text(URL_SAFE_NO_PAD.encode(bytes)), "here");
    assert!(open(&bytes).is_some());
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&other).is_none(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length]).is_none(), "the first {length}");
    }
    for text in ["", "=", "AQ", "not base64!", "\u{1F511}"] {
        assert!(key(1).open(&Sealed::from_text(text), "here").is_none(), "{text}");
    }
}

#[test]
fn the_same_text_sealed_twice_is_not_the_same() {
    let entropy = SeededEntropy::new(1);
    assert_ne!(key(1).seal(b"seed", "here", &entropy), key(1).seal(b"seed", "here", &entropy));
}

#[test]
fn a_sealed_value_shows_nothing_of_what_is_in_it() {
    let sealed = key(1).seal(b"JBSWY3DPEHPK3PXP", "here", &SeededEntropy::new(1));
    let bytes = URL_SAFE_NO_PAD.decode(sealed.as_text()).unwrap();
    assert!(!bytes.windows(4).any(|four| b"JBSWY3DPEHPK3PXP".windows(4).any(|plain| plain == four)));
    assert_eq!(format!("{sealed:?} {:?}", key(1)), "Sealed SealKey(KeyBytes)");
}

/// The draft's own vector (draft-irtf-cfrg-xchacha-03, A.3.1), so that a value sealed today is not tied to this library.
#[test]
fn the_cipher_is_xchacha20_poly1305_as_others_know_it() {
    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().zip(0x40..).for_each(|(byte, value)| *byte = value);
        }
    }
    let mut key = [0; 32];
    key.iter_mut().zip(0x80..).for_each(|(byte, value)| *byte = value);
    let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
    // The draft's associated data is not text, so this vector has none: the ciphertext without its tag is the draft's.
    let sealed = SealKey::new(KeyBytes::new(key)).seal(plain, "", &Fixed);
    let bytes = URL_SAFE_NO_PAD.decode(sealed.as_text()).unwrap();
    let known = [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b, 0x95, 0x76, 0x57, 0x94, 0x93, 0xc0, 0xe9, 0x39];
    assert_eq!(bytes[0], VERSION);
    assert_eq!(bytes[25..41], known);
    assert_eq!(bytes.len(), 1 + 24 + plain.len() + 16);
}
