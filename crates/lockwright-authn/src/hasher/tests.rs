//! What password hashing must fulfil.

use argon2::{AssociatedData, ParamsBuilder};
use lockwright_model::entropy::SeededEntropy;
use proptest::prelude::*;

use super::*;

/// As cheap as Argon2 goes: what is tested here does not depend on the cost.
const CHEAP: HashParams = HashParams { memory_kib: 64, passes: 2, lanes: 2 };

fn hasher(pepper: u8, params: HashParams) -> Hasher {
    Hasher::new(KeyBytes::new([pepper; 32]), params).unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn hashed(text: &str) -> PasswordHash {
    hasher(1, CHEAP).hash(&password(text), &SeededEntropy::new(1), &mut Workspace::default())
}

fn check(text: &str, hash: &PasswordHash) -> Verdict {
    hasher(1, CHEAP).verify(&password(text), hash, &mut Workspace::default())
}

#[test]
fn rfc_9106_section_5_3_argon2id_with_a_secret() {
    let data = AssociatedData::new(&[4; 12]).unwrap();
    let params = ParamsBuilder::new().m_cost(32).t_cost(3).p_cost(4).data(data).build().unwrap();
    let mut tag = [0; 32];
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let known = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75,
        0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    assert_eq!(tag, known);
}

#[test]
fn n_p16_the_pepper_enters_as_the_reference_implementation_has_it() {
    let salt = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let hash = hasher(0x0b, CHEAP).hash_with_salt(&password("correct horse battery staple"), &salt, &mut Workspace::default());
    let known = "$argon2id$v=19$m=64,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$ZVCv5dN5wSMO/LEDgCvFRitTB4ka3kIXBsaJqN20ap8";
    assert_eq!(hash.as_phc(), known);
}

#[test]
fn n_p16_another_pepper_knows_no_password() {
    let hash = hashed("correct horse");
    assert_eq!(check("correct horse", &hash), Verdict::Match { needs_rehash: false });
    assert_eq!(hasher(2, CHEAP).verify(&password("correct horse"), &hash, &mut Workspace::default()), Verdict::Mismatch);
}

#[test]
fn n_p15_a_hash_names_scheme_and_cost_and_has_its_own_salt() {
    let (hasher, entropy) = (hasher(1, HashParams::default()), SeededEntropy::new(1));
    let mut workspace = Workspace::default();
    let first = hasher.hash(&password("correct horse"), &entropy, &mut workspace);
    let second = hasher.hash(&password("correct horse"), &entropy, &mut workspace);
    assert!(first.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", first.as_phc());
    assert_ne!(first.as_phc(), second.as_phc());
    let stored = Stored::parse(first.as_phc()).unwrap();
    assert_eq!((stored.salt.len(), stored.tag.len(), stored.cost), (16, 32, HashParams::default()));
    assert_eq!(hasher.verify(&password("correct horse"), &second, &mut workspace), Verdict::Match { needs_rehash: false });
}

#[test]
fn n_p08_v6_2_8_every_character_counts_as_typed() {
    let long = "x".repeat(255);
    let hash = hashed(&format!("{long}y"));
    assert_eq!(check(&format!("{long}y"), &hash), Verdict::Match { needs_rehash: false });
    for wrong in [format!("{long}z"), format!("{long}Y"), long] {
        assert_eq!(check(&wrong, &hash), Verdict::Mismatch);
    }
    assert_eq!(check("correct horse ", &hashed("correct horse")), Verdict::Mismatch);
    assert_eq!(check("Correct horse", &hashed("correct horse")), Verdict::Mismatch);
}

#[test]
fn n_p09_a_password_matches_however_its_accents_were_typed() {
    assert_eq!(check("cafe\u{301} noir", &hashed("caf\u{e9} noir")), Verdict::Match { needs_rehash: false });
}

#[test]
fn a_weaker_hash_asks_for_a_new_one_and_a_stronger_does_not() {
    let hash = hashed("correct horse");
    let rehash = |params| hasher(1, params).verify(&password("correct horse"), &hash, &mut Workspace::default());
    for grown in
        [HashParams { memory_kib: 128, ..CHEAP }, HashParams { passes: 3, ..CHEAP }, HashParams { memory_kib: 32, passes: 4, ..CHEAP }]
    {
        assert_eq!(rehash(grown), Verdict::Match { needs_rehash: true }, "{grown:?}");
    }
    for not in [CHEAP, HashParams { memory_kib: 32, ..CHEAP }, HashParams { passes: 1, ..CHEAP }] {
        assert_eq!(rehash(not), Verdict::Match { needs_rehash: false }, "{not:?}");
    }
}

#[test]
fn b22_nobody_and_an_unreadable_hash_fill_the_same_memory_as_somebody() {
    let hasher = hasher(1, CHEAP);
    let filled = |work: &dyn Fn(&mut Workspace)| {
        let mut workspace = Workspace::default();
        work(&mut workspace);
        workspace.0.iter().filter(|block| block.as_ref().iter().any(|word| *word != 0)).count()
    };
    let hash = hashed("correct horse");
    let somebody = filled(&|workspace| assert_eq!(hasher.verify(&password("wrong horse"), &hash, workspace), Verdict::Mismatch));
    assert_eq!(somebody, 64);
    assert_eq!(filled(&|workspace| hasher.verify_nobody(&password("wrong horse"), workspace)), somebody);
    let torn = PasswordHash::from_phc("$argon2id$torn");
    assert_eq!(filled(&|workspace| assert_eq!(hasher.verify(&password("wrong horse"), &torn, workspace), Verdict::Mismatch)), somebody);
}

#[test]
fn b22_a_hash_from_before_the_parameters_grew_costs_as_much_as_nobody() {
    let grown = hasher(1, HashParams { memory_kib: 256, passes: 3, lanes: 1 });
    for before in [HashParams { memory_kib: 256, passes: 2, lanes: 1 }, HashParams { memory_kib: 64, passes: 3, lanes: 1 }] {
        let missing = grown.missing(before).unwrap();
        assert!(missing.checked().is_ok());
        let short = grown.wanted.work() - before.work() - missing.work();
        assert!(short * 4 < grown.wanted.work(), "{short} of {}", grown.wanted.work());
    }
    assert_eq!(grown.missing(HashParams { memory_kib: 256, passes: 3, lanes: 1 }), None);
    assert_eq!(grown.missing(HashParams { memory_kib: 512, passes: 3, lanes: 1 }), None);
}

#[test]
fn b28_an_empty_hash_opens_to_nothing() {
    for phc in ["", "$", "$argon2id", "$argon2id$v=19$m=64,t=2,p=2", "$argon2id$v=19$m=64,t=2,p=2$$"] {
        assert_eq!(check("correct horse", &PasswordHash::from_phc(phc)), Verdict::Mismatch, "{phc}");
    }
    assert!(Password::parse("").is_err());
}

#[test]
fn only_argon2id_of_the_present_version_is_read() {
    let good = hashed("correct horse").as_phc().to_owned();
    assert!(Stored::parse(&good).is_some());
    let tag = good.rsplit('$').next().unwrap().to_owned();
    let other = [
        good.replace("argon2id", "argon2i"),
        good.replace("argon2id", "argon2d"),
        good.replace("v=19", "v=16"),
        good.replace("$v=19", ""),
        good.replace("p=2", "p=2,data=AAAA"),
        good.replace(",p=2", ""),
        good.replace(&tag, &"A".repeat(32)),
        format!("{good}$more"),
        format!("{good}{}", "A".repeat(300)),
    ];
    for phc in other {
        assert!(Stored::parse(&phc).is_none(), "{phc}");
        assert_eq!(check("correct horse", &PasswordHash::from_phc(phc)), Verdict::Mismatch);
    }
}

#[test]
fn absurd_costs_in_a_hash_are_not_paid() {
    let good = hashed("correct horse").as_phc().to_owned();
    for cost in [
        "m=4294967295,t=2,p=2",
        "m=262145,t=1,p=1",
        "m=64,t=4294967295,p=2",
        "m=64,t=65,p=2",
        "m=262144,t=5,p=1",
        "m=64,t=2,p=16777215",
        "m=262144,t=1,p=17",
        "m=7,t=2,p=1",
        "m=0,t=0,p=0",
    ] {
        let phc = good.replace("m=64,t=2,p=2", cost);
        assert!(Stored::parse(&phc).is_none(), "{cost}");
        assert_eq!(check("correct horse", &PasswordHash::from_phc(phc)), Verdict::Mismatch);
    }
}

#[test]
fn parameters_out_of_range_are_refused_by_name() {
    let refused = |memory_kib, passes, lanes| Hasher::new(KeyBytes::new([1; 32]), HashParams { memory_kib, passes, lanes }).err();
    assert_eq!(refused(7, 1, 1), Some(ParamsError::Memory));
    assert_eq!(refused(15, 1, 2), Some(ParamsError::Memory));
    assert_eq!(refused(262_145, 1, 1), Some(ParamsError::Memory));
    assert_eq!(refused(64, 0, 1), Some(ParamsError::Passes));
    assert_eq!(refused(64, 65, 1), Some(ParamsError::Passes));
    assert_eq!(refused(64, 1, 0), Some(ParamsError::Lanes));
    assert_eq!(refused(64, 1, u32::MAX), Some(ParamsError::Lanes));
    assert_eq!(refused(262_144, 5, 1), Some(ParamsError::Work));
    assert_eq!(refused(262_144, 4, 16), None);
}

#[test]
fn what_is_secret_is_silent_in_debug() {
    let shown = format!("{:?} {:?}", hasher(0x41, CHEAP), Workspace::default());
    assert_eq!(shown, "Hasher { params: HashParams { memory_kib: 64, passes: 2, lanes: 2 }, .. } Workspace");
}

proptest! {
    #[test]
    fn any_text_in_place_of_a_hash_is_a_mismatch(phc in "\\PC{0,120}", tail in "[$=,a-z0-9+/]{0,60}") {
        prop_assert_eq!(check("correct horse", &PasswordHash::from_phc(phc)), Verdict::Mismatch);
        let phc = format!("$argon2id${tail}");
        prop_assert_eq!(check("correct horse", &PasswordHash::from_phc(phc)), Verdict::Mismatch);
    }

    #[test]
    fn one_changed_character_of_a_hash_is_a_mismatch(at in 0_usize..200, to in "[ -~]") {
        let good = hashed("correct horse").as_phc().to_owned();
        let at = at % good.len();
        let bad = format!("{}{to}{}", &good[..at], &good[at + 1..]);
        prop_assume!(bad != good);
        prop_assert_eq!(check("correct horse", &PasswordHash::from_phc(bad)), Verdict::Mismatch);
    }
}
