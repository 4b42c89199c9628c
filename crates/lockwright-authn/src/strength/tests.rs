//! What a new password must fulfil, rule by rule.

use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::secret::KeyBytes;
use proptest::prelude::*;

use super::*;
use crate::hasher::HashParams;

const ALONE: Rule<'static> = Rule::owner(false);
const WITH_MFA: Rule<'static> = Rule::owner(true);

fn found(text: &str, rule: Rule<'_>, words: &[&str]) -> Vec<Weakness> {
    check(&Password::parse(text).unwrap(), rule, &Context { words }, &Blocklist::shipped())
}

fn policy() -> PasswordPolicy {
    PasswordPolicy::when_omitted()
}

#[test]
fn n_p01_fifteen_characters_alone_and_eight_beside_another_factor() {
    assert_eq!(found("quarry lantern", ALONE, &[]), [Weakness::TooShort { minimum: 15 }]);
    assert_eq!(found("quarry lantern!", ALONE, &[]), []);
    assert_eq!(found("quarrym", WITH_MFA, &[]), [Weakness::TooShort { minimum: 8 }]);
    assert_eq!(found("quarrylx", WITH_MFA, &[]), []);
}

#[test]
fn n_p03_length_counts_code_points_of_any_script() {
    assert_eq!(found("Лампа над причалом", ALONE, &[]), []);
    assert_eq!(found("灯台守は夜に歌う", WITH_MFA, &[]), []);
    assert_eq!(found("灯台守は夜に歌", WITH_MFA, &[]), [Weakness::TooShort { minimum: 8 }]);
}

#[test]
fn n_p02_v6_2_9_long_passwords_are_welcome() {
    let long: String = "quarry lantern obtuse mitten ".chars().cycle().take(250).chain("ending".chars()).collect();
    assert_eq!(found(&long, ALONE, &[]), []);
    let sixty_four = &long[..64];
    assert_eq!(found(sixty_four, ALONE, &[]), []);
}

#[test]
fn n_p04_v6_2_5_owners_meet_no_composition_rule() {
    for text in ["quarrylanternobtuse", "QUARRYLANTERNOBTUSE", "836194027561830", "   quarry   lantern   "] {
        assert_eq!(found(text, ALONE, &[]), [], "{text}");
    }
}

#[test]
fn n_p10_v6_2_4_a_common_password_is_refused_under_every_rule() {
    let lax = policy();
    for rule in [WITH_MFA, Rule::AccountPolicy(None), Rule::AccountPolicy(Some(&lax))] {
        assert_eq!(found("Password123", rule, &[]), [Weakness::Common], "{rule:?}");
    }
    assert_eq!(found("1qaz2wsx3edc4rfv", ALONE, &[]), [Weakness::Common]);
}

#[test]
fn v6_2_11_context_words_are_barred() {
    let words = ["josephine.lindqvist@example.com", "josephine.lindqvist", "Example Harbour Works", "lockwright"];
    for text in ["Josephine.Lindqvist@Example.com", "example harbour works"] {
        assert_eq!(found(text, ALONE, &words), [Weakness::IsContext], "{text}");
    }
    for text in ["josephine.lindqvist1", "Example-Harbour-Works-7", "lockwrightlockwright1", "josephinelindqvist2026!"] {
        assert_eq!(found(text, ALONE, &words), [Weakness::ContainsContext], "{text}");
    }
    assert_eq!(found("lockwright", WITH_MFA, &words), [Weakness::IsContext]);
    assert_eq!(found("harbour-keeper-jane7", ALONE, &["harbour", "harbour-keeper-jane"]), [Weakness::ContainsContext]);
}

#[test]
fn n_p10_a_sentence_may_mention_a_name() {
    let words = ["anna", "lockwright", "", " "];
    for text in ["savannah river boats", "the lockwright sleeps at noon", "anna paints the harbour"] {
        assert_eq!(found(text, ALONE, &words), [], "{text}");
    }
    assert_eq!(found("mimic-mi-mist", WITH_MFA, &["mi"]), [], "a short name stands in many words");
}

#[test]
fn n_p10_repeats_and_runs_are_refused_to_owners() {
    for text in [
        "xyxyxyxyxyxyxyxy",
        "zzzzzzzzzzzzzzzzq",
        "mistmistmistmist",
        "10987654321098765",
        "mittenmittenmitten",
        "jihgfedcba987",
        "lmnopqrstuvwxyz{",
        "56789012345678901",
    ] {
        let weak = found(text, WITH_MFA, &[]);
        let expected = text != "jihgfedcba987";
        assert_eq!(matches!(weak.first(), Some(Weakness::Guessable { .. })), expected, "{text}: {weak:?}");
    }
    assert!(matches!(found("password1password1", ALONE, &[])[0], Weakness::Guessable { .. }));
    assert_eq!(found("quarry lantern quarry lantern ", ALONE, &[]), []);
}

#[test]
fn awss_default_policy_wants_eight_and_three_classes_and_no_name() {
    let default = Rule::AccountPolicy(None);
    assert_eq!(found("Quar4y!", default, &[]), [Weakness::TooShort { minimum: 8 }]);
    assert_eq!(found("quarrylantern", default, &[]), [Weakness::TooFewClasses]);
    assert_eq!(found("quarry7lantern", default, &[]), [Weakness::TooFewClasses]);
    assert_eq!(found("quarry lantern~;/", default, &[]), [Weakness::TooFewClasses], "not among the symbols");
    for text in ["Quarry7lantern", "quarry7-lantern", "QUARRY7-LANTERN", "Quarry-lantern"] {
        assert_eq!(found(text, default, &[]), [], "{text}");
    }
    assert_eq!(found("Harbour-Works-7", default, &["harbour-works-7"]), [Weakness::IsContext]);
    assert_eq!(found("Harbour-Works-77", default, &["harbour-works-7"]), []);
}

#[test]
fn an_accounts_policy_asks_for_each_class_by_itself() {
    let strict = PasswordPolicy {
        minimum_length: 20,
        require_symbols: true,
        require_numbers: true,
        require_uppercase: true,
        require_lowercase: true,
        ..policy()
    };
    let rule = Rule::AccountPolicy(Some(&strict));
    let all = [Weakness::MissingSymbol, Weakness::MissingNumber, Weakness::MissingUppercase, Weakness::MissingLowercase];
    assert_eq!(found("öäü ÖÄÜ ßëö ÿïñ öäü åþð", rule, &[]), all);
    assert_eq!(found("quarry lantern obtuse", rule, &[]), all[..3]);
    assert_eq!(found("QUARRY LANTERN OBTUSE", rule, &[])[2..], all[3..]);
    assert_eq!(found("Quarry-lantern-obtuse-4", rule, &[]), []);
    assert_eq!(found("Quarry-lantern-4", rule, &[]), [Weakness::TooShort { minimum: 20 }]);
    let lax = policy();
    assert_eq!(found("quarrx", Rule::AccountPolicy(Some(&lax)), &[]), []);
    assert_eq!(found("quarr", Rule::AccountPolicy(Some(&lax)), &[]), [Weakness::TooShort { minimum: 6 }]);
}

#[test]
fn every_documented_symbol_counts_and_no_other() {
    let asks = PasswordPolicy { require_symbols: true, ..policy() };
    for symbol in (0x20_u8..0x7f).map(char::from) {
        let weak = found(&format!("Quarry7lantern{symbol}"), Rule::AccountPolicy(Some(&asks)), &[]);
        let counts = "! @ # $ % ^ & * ( ) _ + - = [ ] { } | '".split(' ').any(|one| one.starts_with(symbol));
        assert_eq!(weak.is_empty(), counts, "{symbol:?}");
    }
}

#[test]
fn iam_passwords_have_awss_alphabet_and_length() {
    let default = Rule::AccountPolicy(None);
    assert_eq!(found("Quarry7-lantern\u{ff}\u{a0}", default, &[]), []);
    assert_eq!(found("Quarry7-lantern\u{100}", default, &[]), [Weakness::NotInCharset]);
    assert_eq!(found("Quarry7-灯台", default, &[]), [Weakness::NotInCharset]);
    let long: String = "Quarry7-lantern!".chars().cycle().take(128).collect();
    assert_eq!(found(&long, default, &[]), []);
    assert_eq!(found(&format!("{long}x"), default, &[]), [Weakness::TooLong { maximum: 128 }]);
}

#[test]
fn n_p11_every_refusal_says_what_to_do_next() {
    let all = [
        Weakness::TooShort { minimum: 15 },
        Weakness::TooLong { maximum: 128 },
        Weakness::Common,
        Weakness::IsContext,
        Weakness::ContainsContext,
        guessable(&Password::parse("aaaaaaaaaaaaaaa").unwrap(), &Blocklist::shipped()).unwrap(),
        guessable(&Password::parse("abcdefghijklmno").unwrap(), &Blocklist::shipped()).unwrap(),
        Weakness::MissingSymbol,
        Weakness::MissingNumber,
        Weakness::MissingUppercase,
        Weakness::MissingLowercase,
        Weakness::TooFewClasses,
        Weakness::NotInCharset,
        Weakness::Reused { remembered: 1 },
        Weakness::Reused { remembered: 5 },
    ];
    for weakness in all {
        let sentence = weakness.to_string();
        assert!(["Use", "Choose", "Add", "Mix", "Put"].iter().any(|verb| sentence.contains(verb)), "{sentence}");
        for blame in ["weak", "bad", "invalid", "error", "wrong", "must", "illegal"] {
            assert!(!sentence.to_lowercase().contains(blame), "{sentence}");
        }
    }
}

#[test]
fn reuse_looks_at_the_present_password_and_as_many_before_as_the_policy_says() {
    let hasher = Hasher::new(KeyBytes::new([1; 32]), HashParams { memory_kib: 8, passes: 1, lanes: 1 }).unwrap();
    let (entropy, mut workspace) = (SeededEntropy::new(1), Workspace::default());
    let mut credential = None;
    for text in ["the first one", "the second one", "the third one"] {
        let hash = hasher.hash(&Password::parse(text).unwrap(), &entropy, &mut workspace);
        credential = Some(Credential::replacing(credential.as_ref(), hash, Timestamp::from_micros(0)));
    }
    let credential = credential.unwrap();
    let mut used = |text: &str, remember| reused(&hasher, &Password::parse(text).unwrap(), &credential, remember, &mut workspace);
    assert!(!used("the third one", 0));
    assert!(used("the third one", 1));
    assert!(!used("the second one", 1));
    assert!(used("the second one", 2));
    assert!(!used("the first one", 2));
    assert!(used("the first one", 24));
    assert!(!used("the fourth one", 24));
}

proptest! {
    #[test]
    fn no_password_and_no_word_upsets_the_checks(text in "\\PC{1,64}", word in "\\PC{0,20}") {
        let lax = policy();
        if let Ok(password) = Password::parse(&text) {
            for rule in [ALONE, WITH_MFA, Rule::AccountPolicy(None), Rule::AccountPolicy(Some(&lax))] {
                for weakness in check(&password, rule, &Context { words: &[&word, &text] }, &Blocklist::shipped()) {
                    prop_assert!(!weakness.to_string().is_empty());
                }
            }
        }
    }
}
