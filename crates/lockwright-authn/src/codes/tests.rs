//! What codes and bound values must fulfil.

use lockwright_model::entropy::SeededEntropy;

use super::*;

fn key(byte: u8) -> KeyBytes {
    KeyBytes::new([byte; 32])
}

#[test]
fn bind_gives_the_known_answer() {
    // HMAC-SHA-256 of `len‖csrf‖len‖a‖len‖bc` from another implementation.
    let known = "57e9b4940110b453e4dece2bd48ff3d74b33ede08cb9f4eda70f8a76ad31ff24";
    assert_eq!(String::from(CodeHash::from_bytes(bind(&key(7), "csrf", &[b"a", b"bc"]))), known);
}

#[test]
fn bound_parts_do_not_run_together() {
    let bound = bind(&key(7), "csrf", &[b"a", b"bc"]);
    assert_ne!(bound, bind(&key(7), "csrf", &[b"ab", b"c"]));
    assert_ne!(bound, bind(&key(7), "csrf", &[b"abc"]));
    assert_ne!(bound, bind(&key(7), "csrf", &[b"a", b"bc", b""]));
    assert_ne!(bound, bind(&key(7), "other", &[b"a", b"bc"]));
    assert_ne!(bound, bind(&key(8), "csrf", &[b"a", b"bc"]));
}

#[test]
fn v6_6_2_a_code_answers_its_own_case_only() {
    let entropy = SeededEntropy::new(1);
    let (mine, other) = (CaseId::draw(&entropy), CaseId::draw(&entropy));
    let (code, wrong) = (Code::draw(&entropy), Code::draw(&entropy));
    let codes = CodeKey::new(key(1));
    let kept = codes.hash(&mine, &code);
    assert!(kept.matches(&codes.hash(&mine, &Code::parse(code.expose()).unwrap())));
    assert!(!kept.matches(&codes.hash(&other, &code)));
    assert!(!kept.matches(&codes.hash(&mine, &wrong)));
}

#[test]
fn v6_5_2_a_code_hash_needs_the_installations_key() {
    let entropy = SeededEntropy::new(1);
    let (case, code) = (CaseId::draw(&entropy), Code::draw(&entropy));
    assert!(!CodeKey::new(key(1)).hash(&case, &code).matches(&CodeKey::new(key(2)).hash(&case, &code)));
}

#[test]
fn e19_the_compare_helper_heeds_every_byte_and_the_length() {
    let secret = [7_u8; 40];
    assert!(same(&secret, &secret));
    for at in 0..secret.len() {
        let mut other = secret;
        other[at] ^= 1;
        assert!(!same(&secret, &other), "byte {at}");
        assert!(!same(&secret, &secret[..at]), "the first {at}");
        assert!(!same(&secret[..at], &secret), "the first {at}");
    }
    assert!(same(b"", b""));
}
