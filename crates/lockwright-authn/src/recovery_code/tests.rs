//! What saved recovery codes must fulfil.

use std::collections::HashSet;

use lockwright_model::entropy::SeededEntropy;
use proptest::prelude::*;

use super::*;

fn drawn(seed: u64) -> RecoveryCode {
    RecoveryCode::draw(&SeededEntropy::new(seed))
}

#[test]
fn n_r02_v6_5_4_a_code_carries_130_random_bits() {
    const { assert!(RANDOM * 5 >= 128) };
    let entropy = SeededEntropy::new(1);
    let codes: Vec<_> = (0..2000).map(|_| RecoveryCode::draw(&entropy).grouped().replace('-', "")).collect();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
    for at in 0..RecoveryCode::LEN {
        let letters: HashSet<_> = codes.iter().map(|code| code.as_bytes()[at]).collect();
        assert_eq!(letters.len(), 32, "every letter is met at {at}");
    }
}

#[test]
fn v6_5_3_a_code_comes_from_the_given_entropy_alone() {
    assert_eq!(drawn(1).hash(), drawn(1).hash());
    assert_ne!(drawn(1).hash(), drawn(2).hash());
}

#[test]
fn a_code_is_shown_in_eight_groups_of_four_without_look_alikes() {
    let shown = drawn(1).grouped();
    assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4; 8]);
    assert!(!shown.contains(['0', '1', 'I', 'O']));
}

#[test]
fn case_spaces_hyphens_and_width_do_not_matter() {
    let code = drawn(1);
    let shown = code.grouped();
    let wide: String = shown.chars().map(|c| if c == '-' { c } else { char::from_u32(u32::from(c) + 0xfee0).unwrap() }).collect();
    let forms = [
        shown.to_string(),
        shown.to_lowercase(),
        shown.replace('-', ""),
        shown.replace('-', " "),
        shown.replace('-', "\u{2013}"),
        format!("\t {} \r\n", shown.replace('-', "  -  ")),
        wide,
    ];
    for form in forms {
        assert_eq!(RecoveryCode::parse(&form).unwrap().hash(), code.hash(), "{form}");
    }
}

#[test]
fn n_l03_v6_5_2_what_is_kept_is_a_hash_and_another_code_has_another() {
    let code = drawn(1);
    let known = Sha256::digest(format!("lockwright recovery code {}", code.grouped().replace('-', "")));
    assert_eq!(code.hash().as_bytes(), known.as_slice());
    assert_eq!(format!("{code:?} {:?}", code.hash()), "RecoveryCode TokenHash");
}

#[test]
fn n_l02_a_right_code_and_a_wrong_one_are_told_apart_by_the_hash_alone() {
    // Both read well; which of them is among the ten is the store's to say, and it marks the one that was used.
    let (mine, other) = (drawn(1), drawn(2));
    let typed = RecoveryCode::parse(&other.grouped()).unwrap();
    assert_ne!(typed.hash(), mine.hash());
    assert_eq!(typed.hash(), other.hash());
}

#[test]
fn the_checksum_is_the_one_of_bip_350() {
    // `A1LQFN3A`, a vector of BIP 350: the human-readable part `a`, no data. Expanded: 3, 0, 1, then the six letters' values.
    let letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let data = "lqfn3a".chars().map(|c| u8::try_from(letters.find(c).unwrap()).unwrap());
    assert_eq!([3, 0, 1].into_iter().chain(data).fold(1, extend), FINAL);
}

#[test]
fn what_can_not_be_a_code_says_why() {
    let shown = drawn(1).grouped();
    let long = "2".repeat(1_000_000);
    for (typed, why) in [
        ("", Mistyped::Length),
        ("2345", Mistyped::Length),
        (&shown[..38], Mistyped::Length),
        (&format!("{}2", *shown), Mistyped::Length),
        (&long, Mistyped::Length),
        (&shown.replace(&shown[..1], "0"), Mistyped::Character),
        ("null", Mistyped::Length),
        ("undefined", Mistyped::Character),
        ("' OR 1=1", Mistyped::Character),
        ("2222-2222-2222-2222-2222-2222-2222-2222", Mistyped::Checksum),
    ] {
        assert_eq!(RecoveryCode::parse(typed).unwrap_err(), why, "{:?}", &typed.chars().take(50).collect::<String>());
    }
}

#[test]
fn every_single_wrong_letter_and_every_swapped_pair_is_a_typing_mistake() {
    for seed in 0..20 {
        let code = drawn(seed).grouped().replace('-', "");
        for at in 0..code.len() {
            for letter in Code::ALPHABET.iter().filter(|letter| **letter != code.as_bytes()[at]) {
                let mut other = code.clone().into_bytes();
                other[at] = *letter;
                let typed = String::from_utf8(other).unwrap();
                assert_eq!(RecoveryCode::parse(&typed).unwrap_err(), Mistyped::Checksum, "{code} {typed}");
            }
        }
        for at in 1..code.len() {
            let mut other = code.clone().into_bytes();
            other.swap(at - 1, at);
            let typed = String::from_utf8(other).unwrap();
            assert_eq!(RecoveryCode::parse(&typed).is_err(), typed != code, "{code} {typed}");
        }
    }
}

proptest! {
    #[test]
    fn up_to_four_wrong_letters_are_always_a_typing_mistake(
        seed: u64,
        wrong in proptest::collection::vec((0..RecoveryCode::LEN, 0..32_usize), 1..=4),
    ) {
        let code = drawn(seed).grouped().replace('-', "");
        let mut other = code.clone().into_bytes();
        for (at, letter) in wrong {
            other[at] = Code::ALPHABET[letter];
        }
        let typed = String::from_utf8(other).unwrap();
        prop_assert_eq!(RecoveryCode::parse(&typed).is_err(), typed != code);
    }

    #[test]
    fn anything_typed_is_answered(typed: String) {
        let _ = RecoveryCode::parse(&typed);
    }
}
