//! What advice must fulfil.

use super::*;

fn rate(text: &str, words: &[&str]) -> Strength {
    strength(&Password::parse(text).unwrap(), &Context { words })
}

#[test]
fn n_p12_a_weak_password_gets_advice_and_a_strong_one_none() {
    let weak = rate("dragon", &[]);
    assert!(weak.score <= 1, "{weak:?}");
    assert_eq!(weak.advice[0], "Many people use this password.");
    let strong = rate("quarry lantern obtuse mitten 4", &[]);
    assert_eq!(strong, Strength { score: 4, advice: Vec::new() });
}

#[test]
fn n_p12_names_of_the_person_make_it_weaker() {
    let text = "josephine.lindqvist";
    assert!(rate(text, &["josephine.lindqvist"]).score < rate(text, &[]).score);
}

#[test]
fn advice_says_a_thing_once_and_in_whole_sentences() {
    for text in ["qwertyuiop", "aaaaaaaaaaaa", "abcabcabcabc", "19840612", "drowssap", "P@ssw0rd", "anna", "NEBULA", "abcdefghijk", "2019"]
    {
        let advice = rate(text, &[]).advice;
        assert!(!advice.is_empty(), "{text}");
        for (at, sentence) in advice.iter().enumerate() {
            assert!(sentence.ends_with('.'), "{sentence}");
            assert!(!advice[..at].contains(sentence), "{text}: {sentence}");
        }
    }
}

#[test]
fn only_the_start_of_a_long_password_is_estimated() {
    let start = "ab".repeat(24);
    let longer = format!("{start}quarry lantern obtuse mitten");
    assert_eq!(rate(&longer, &[]), rate(&start, &[]));
    assert!(rate("quarry lantern obtuse mitten", &[]).score > rate(&start, &[]).score);
}

#[test]
fn hostile_words_and_passwords_are_bounded() {
    let long = "w".repeat(100_000);
    let words = vec![long.as_str(); 1_000];
    assert!(bounded(&Context { words: &words }).is_empty());
    assert_eq!(bounded(&Context { words: &["anna"; 1_000] }).len(), 16);
    assert!(rate(&"4@($".repeat(64), &words).score <= 4);
    assert!(rate(&"\u{1f511}\u{e9}".repeat(128), &words).score <= 4);
}
