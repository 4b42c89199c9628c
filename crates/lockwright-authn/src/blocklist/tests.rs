//! What the blocklist must fulfil.

use lockwright_model::entropy::{Entropy, SeededEntropy};
use xorf::BinaryFuse16;

use super::*;

const SHIPPED: &[u8] = include_bytes!("../../data/common-passwords.bin");

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

/// `length` characters of 64.
fn random(length: usize, entropy: &dyn Entropy) -> String {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    let mut bytes = vec![0; length];
    entropy.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 63)])).collect()
}

#[test]
fn v6_2_4_the_commonest_passwords_are_found() {
    let list = Blocklist::shipped();
    let common = "password 12345678 123456789 1234567890 qwertyuiop 1q2w3e4r baseball football superman trustno1 iloveyou starwars \
                  computer michelle 11111111 sunshine princess password1 passw0rd 1qaz2wsx q1w2e3r4 asdfghjkl corvette mercedes \
                  butthead dolphins elephant qwerty123 abcd1234 letmein1 changeme password123 1234qwer zaq12wsx 987654321 88888888 \
                  monkey dragon qwerty letmein shadow master abc123 000000 654321 welcome";
    for text in common.split_whitespace() {
        assert!(list.contains(&password(text)), "{text}");
    }
    assert!(list.shipped_count() > 400_000);
}

#[test]
fn v6_2_12_long_passwords_from_breaches_are_found() {
    for text in ["1qaz2wsx3edc4rfv", "qwertyuiopasdfghjkl", "abcdefghijklmnop", "123456789123456789", "passwordpassword"] {
        assert!(Blocklist::shipped().contains(&password(text)), "{text}");
    }
}

#[test]
fn v6_2_12_case_and_accents_do_not_hide_a_common_password() {
    let list = Blocklist::with_own(["Caf\u{e9} Liegeois".to_owned()]);
    for text in ["PASSWORD123", "PassWord123", "cafe\u{301} liegeois", "CAF\u{c9} LIEGEOIS"] {
        assert!(list.contains(&password(text)), "{text}");
    }
}

#[test]
fn n_p10_the_whole_password_is_compared_not_a_part() {
    let list = Blocklist::with_own(["lockwright".to_owned()]);
    for text in ["password of the lighthouse keeper", "12345678 geese over the fjord", "the lockwright sleeps"] {
        assert!(!list.contains(&password(text)), "{text}");
    }
}

#[test]
fn the_operators_own_words_are_found_and_only_on_the_list_that_has_them() {
    let word = "Example Harbour Works";
    let own = Blocklist::with_own([format!("  {word}\n"), String::new()]);
    assert!(own.contains(&password("example harbour works")));
    assert!(!Blocklist::shipped().contains(&password(word)));
    assert_eq!(format!("{own:?}"), format!("Blocklist {{ shipped: {}, own: 1 }}", own.shipped_count()));
}

#[test]
fn random_passwords_are_rarely_taken_for_common_ones() {
    let (list, entropy) = (Blocklist::shipped(), SeededEntropy::new(1));
    // The seed is fixed, so this counts the same ones each time: about 1.5 of 100 000 are expected.
    let taken = (0..100_000).filter(|_| list.contains_text(&random(20, &entropy))).count();
    assert!(taken <= 6, "{taken}");
}

#[test]
fn damaged_data_are_not_read_and_bar_everything() {
    assert!(Common::parse(SHIPPED).is_some());
    for end in [0, 3, 8, 12, 20, 24, 27, 28, 100, SHIPPED.len() - 1, SHIPPED.len() - 2] {
        assert!(Common::parse(&SHIPPED[..end]).is_none(), "{end} bytes");
    }
    for (at, to) in [(0, b'X'), (4, 2), (20, 1), (24, 7), (26, 0xff)] {
        let mut bytes = SHIPPED.to_vec();
        bytes[at] = to;
        assert!(Common::parse(&bytes).is_none(), "byte {at}");
    }
    let mut odd = SHIPPED.to_vec();
    odd.push(0);
    assert!(Common::parse(&odd).is_none());
    let mut uneven = SHIPPED.to_vec();
    uneven[20..24].copy_from_slice(&3_u32.to_le_bytes());
    uneven[24..28].copy_from_slice(&u32::try_from((SHIPPED.len() - 28) / 2 - 6).unwrap().to_le_bytes());
    assert!(Common::parse(&uneven).is_none());
    let damaged = Blocklist { common: None, own: HashSet::new() };
    assert!(damaged.contains(&password("an otherwise good one")));
}

#[test]
fn the_same_entries_give_the_same_filter() {
    let keys: Vec<u64> = (0..5_000_u32).map(|n| key(&n.to_string())).collect();
    let (first, second) = (BinaryFuse16::try_from(&keys).unwrap(), BinaryFuse16::try_from(&keys).unwrap());
    assert_eq!((first.descriptor, first.fingerprints), (second.descriptor, second.fingerprints));
}

#[test]
fn the_shipped_file_is_the_one_its_readme_describes() {
    let digest: [u8; 32] = Sha256::digest(SHIPPED).into();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(include_str!("../../data/README.md").contains(&hex), "{hex}");
}
