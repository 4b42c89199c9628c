//! What is found, what is not, and that no text makes it stumble.

use lockwright_leak::{Finding, Kind, MOST, scan, secrets};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::token::{Token, TokenKind};
use proptest::prelude::*;

/// The example of docs/reference/credential-formats.md.
const ID: &str = "AKIARZPUZDIKCI2FM6E2";
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGB+i0SHi";

fn one(text: &str) -> (Kind, &str, bool) {
    let found = scan(text);
    let [Finding { kind, span, certain }] = found.as_slice() else { panic!("{text}: {found:?}") };
    (*kind, &text[span.clone()], *certain)
}

fn nothing(text: &str) {
    assert_eq!(scan(text), [], "{text}");
}

#[test]
fn b07_a_pair_of_ours_is_certain_and_a_strangers_secret_is_likely() {
    let text = format!("aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let found = scan(&text);
    assert_eq!(found.iter().map(|f| (f.kind, f.certain)).collect::<Vec<_>>(), [(Kind::AccessKeyId, false), (Kind::SecretAccessKey, true)]);
    let other = format!("{}X", &SECRET[..39]);
    assert!(scan(&format!("{ID} {other}")).iter().all(|f| !f.certain), "one letter changed");
    assert_eq!(one("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), (Kind::SecretAccessKey, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false));
    nothing("2fd4e1c67a2d28fced849ee1bb76e7391b93eb12");
    nothing("crates/lockwright/web/templates/public/x");
    nothing("AKIARZPUZDIKCI2FM6E2X AKIA1ZPUZDIKCI2FM6E2");
}

#[test]
fn b07_our_tokens_are_found_by_their_checksum() {
    for kind in [TokenKind::Session, TokenKind::Link, TokenKind::Case] {
        let token = Token::draw(kind, &SeededEntropy::new(3));
        let text = format!("https://id.example.com/recover/link/X/{}.", token.expose());
        assert_eq!(one(&text), (Kind::Token, token.expose(), true));
        let changed = text.replace("_", "_a").replace("lw_a", "lw_");
        assert!(scan(&changed).iter().all(|f| f.kind != Kind::Token));
    }
    let sealed = format!("lw_session_{}", "aZ9-_b".repeat(20));
    assert_eq!(one(&sealed), (Kind::Token, sealed.as_str(), false));
    nothing("lw_link_x_y");
}

#[test]
fn a_private_key_is_one_finding_however_it_ends() {
    let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIOa\npassword: x1y2z3\n-----END EC PRIVATE KEY-----";
    assert_eq!(one(&format!("a\n{key}\nb")), (Kind::PrivateKey, key, false));
    assert_eq!(one("-----BEGIN PRIVATE KEY-----\nMHcCAQEEIOa").0, Kind::PrivateKey, "cut off");
    nothing("-----BEGIN CERTIFICATE-----\nMHcCAQEEIOa\n-----END CERTIFICATE-----");
}

#[test]
fn m23_what_is_said_to_be_a_password_or_a_code_is_found() {
    for (text, secret) in [
        ("My password is Quarry4lantern.", "Quarry4lantern"),
        ("password: quarry lantern obtuse mitten", "quarry lantern obtuse mitten"),
        ("Password = hunter22", "hunter22"),
        ("DB_PASSWORD='tr0ub4dor&3'", "tr0ub4dor&3"),
        ("\"pwd\": \"Xk2!x\"", "Xk2!x"),
        ("the old password was Velvet-9, the new", "Velvet-9"),
        ("passphrase=correcthorse", "correcthorse"),
    ] {
        assert_eq!((one(text).0, one(text).1), (Kind::Password, secret), "{text}");
    }
    for (text, secret) in [("the code is 481207", "481207"), ("Code: K7WQ2M", "K7WQ2M"), ("OTP=12345678.", "12345678.")] {
        assert_eq!((one(text).0, one(text).1), (Kind::Code, secret), "{text}");
    }
}

#[test]
fn m23_whoever_only_tells_of_a_password_is_not_refused() {
    for text in [
        "I forgot my password, and the reset does not work.",
        "My password is not accepted.",
        "The password is wrong, it says.",
        "password: I don't know",
        "Password: forgotten",
        "The code is not accepted. The code is expired.",
        "The code never comes. Error code: none",
        "It asks for a password and then for a code",
        "Is my password safe? The password was reset yesterday.",
        "",
        "passwords",
    ] {
        nothing(text);
    }
}

#[test]
fn what_names_somebody_is_found_and_is_no_secret() {
    assert_eq!(one("write to ana.lima+x@mail.example.com."), (Kind::Email, "ana.lima+x@mail.example.com", false));
    assert_eq!(one("account 1234-5678-9012 please"), (Kind::AccountNumber, "1234-5678-9012", false));
    assert_eq!(one("123456789012"), (Kind::AccountNumber, "123456789012", false));
    for text in ["a@b", "@example.com", "a@b@c.example", "1234567890123", "1234-5678", "1234-5678 9012", "x123456789012"] {
        nothing(text);
    }
    assert!(secrets(&format!("ana@example.com 123456789012 {ID}")).is_empty());
    assert_eq!(secrets("pwd: a1b2c3 pwd: d4e5f6"), [Kind::Password]);
}

#[test]
fn a_recovery_code_is_found_in_its_groups() {
    assert_eq!(one("codes: K7WQ-2MXA-9RTY-BCDE-FGHJ-KLMN-PQRS-TUV2").0, Kind::RecoveryCode);
    nothing("they went home from work this week with them");
}

#[test]
fn a_text_full_of_findings_is_told_of_up_to_a_limit() {
    let text = "a@b.example password: x1y2z3\n".repeat(20_000);
    assert_eq!(scan(&text).len(), MOST);
    let text = "-----BEGIN PRIVATE KEY-----".repeat(20_000);
    assert!(scan(&text).len() <= MOST);
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble(text in "\\PC{0,400}") {
        check(&text);
    }

    #[test]
    fn no_mixture_of_what_is_looked_for_makes_it_stumble(parts in prop::collection::vec(prop::sample::select(vec![
        "-----BEGIN ", "PRIVATE KEY-----", "-----END ", "AKIA", ID, SECRET, "lw_", "lw_session_", "password", ":", "=", " is ", "é", "→", "\u{1F512}",
        "@", "a.example", "1234", "-", " ", "\n", "\"", "code", "481207", "x1Y", "\0", "K7WQ-",
    ]), 0..60)) {
        check(&parts.concat());
    }
}

fn check(text: &str) {
    let found = scan(text);
    assert!(found.len() <= MOST);
    let mut last = 0;
    for finding in &found {
        assert!(finding.span.start >= last && finding.span.start < finding.span.end, "in order, without overlaps: {found:?}");
        assert!(text.get(finding.span.clone()).is_some(), "at the borders of characters: {found:?}");
        last = finding.span.end;
    }
    assert_eq!(scan(text), found);
}
