//! Credentials by their written form, with the vectors of `docs/reference/credential-formats.md`.

use super::{AccessKeyId, AccessKeyKind, SecretAccessKey, UniqueKind, is_pair, unique_id};

#[test]
fn an_access_key_id_tells_its_account_as_awss_do() {
    // Published with its account (awsteele.com, "AWS Access Key ID formats").
    assert_eq!(AccessKeyId::parse("ASIAY34FZKBOKMUTVV7A").unwrap().account(), Some(609_629_065_308));
    // An id of the old form names none.
    assert_eq!(AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").unwrap().account(), None);
}

#[test]
fn the_vectors_of_the_reference_hold() {
    let id = AccessKeyId::new(AccessKeyKind::LongTerm, 123_456_789_012, 0x12_3456_789a).unwrap();
    let secret = SecretAccessKey::new(&id, &std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let page = include_str!("../../../../docs/reference/credential-formats.md");
    let lowest = AccessKeyId::new(AccessKeyKind::LongTerm, 0, 0).unwrap();
    let highest = AccessKeyId::new(AccessKeyKind::Temporary, 999_999_999_999, u64::MAX).unwrap();
    for text in [
        id.as_str(),
        secret.expose(),
        lowest.as_str(),
        highest.as_str(),
        &unique_id(UniqueKind::User, &std::array::from_fn(|at| u8::try_from(at).unwrap())),
    ] {
        assert!(page.contains(&format!("`{text}`")), "{text}");
    }
}

#[test]
fn an_id_reads_back_whatever_its_account_and_chance() {
    for kind in [AccessKeyKind::LongTerm, AccessKeyKind::Temporary] {
        for account in [0, 1, 100_000_000_000, 999_999_999_999, AccessKeyId::MAX_ACCOUNT] {
            for chance in [0, 1, u64::MAX] {
                let id = AccessKeyId::new(kind, account, chance).unwrap();
                assert_eq!(id.as_str().len(), 20);
                assert_eq!((id.kind(), id.account()), (kind, Some(account)), "{id}");
                assert!(
                    matches!(id.as_str().as_bytes()[4], b'Q'..=b'Z' | b'2'..=b'7'),
                    "{id}: the fifth letter shows the form with an account"
                );
                assert_eq!(AccessKeyId::parse(id.as_str()), Some(id));
            }
        }
    }
    assert_eq!(AccessKeyId::new(AccessKeyKind::LongTerm, AccessKeyId::MAX_ACCOUNT + 1, 0), None);
}

#[test]
fn what_is_no_access_key_id_is_none() {
    for text in [
        "",
        "AKIA",
        "AKIAQAAAAAAAAAAAAAA",
        "AKIAQAAAAAAAAAAAAAAAA",
        "AIDAQAAAAAAAAAAAAAAA",
        "akiaqaaaaaaaaaaaaaaa",
        "AKIAQAAAAAAAAAAAAAA1",
        "AKIAQAAAAAAAAAAAAAA=",
        "AKIé",
    ] {
        assert_eq!(AccessKeyId::parse(text), None, "{text}");
    }
}

#[test]
fn a_secret_knows_its_id_and_no_other() {
    let id = AccessKeyId::new(AccessKeyKind::LongTerm, 123_456_789_012, 7).unwrap();
    let other = AccessKeyId::new(AccessKeyKind::LongTerm, 123_456_789_012, 8).unwrap();
    let secret = SecretAccessKey::new(&id, &[0xa5; 26]);
    let text = secret.expose();
    assert_eq!(text.len(), 40);
    assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'+'));
    assert!(is_pair(id.as_str(), text));
    assert!(!is_pair(other.as_str(), text));
    for at in 0..40 {
        let mut changed = text.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(!is_pair(id.as_str(), std::str::from_utf8(&changed).unwrap()), "character {at}");
    }
    for wrong in ["", &text[..39], &format!("{text}A"), "é", &"é".repeat(20), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"] {
        assert!(!is_pair(id.as_str(), wrong), "{wrong}");
    }
    assert!(!is_pair("", text));
    assert_eq!(format!("{secret:?}"), "SecretAccessKey");
}

#[test]
fn every_drawn_bit_of_a_secret_but_the_last_four_counts() {
    let id = AccessKeyId::new(AccessKeyKind::LongTerm, 1, 1).unwrap();
    let first = SecretAccessKey::new(&id, &[0; 26]);
    for bit in 0..204 {
        let mut drawn = [0; 26];
        drawn[bit / 8] = 128 >> (bit % 8);
        assert_ne!(SecretAccessKey::new(&id, &drawn).expose()[..34], first.expose()[..34], "bit {bit}");
    }
}

#[test]
fn c18_a_unique_id_tells_its_kind() {
    for kind in UniqueKind::ALL {
        let id = unique_id(kind, &[0xff; 10]);
        assert_eq!(id, format!("{}7777777777777777", kind.prefix()));
        assert_eq!(UniqueKind::of(&id), Some(kind));
        assert_ne!(unique_id(kind, &[0; 10]), unique_id(kind, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
    }
    for text in ["", "AIDA", "AKIA7777777777777777", "AIDA777777777777777", "AIDA7777777777777778"] {
        assert_eq!(UniqueKind::of(text), None, "{text}");
    }
}
