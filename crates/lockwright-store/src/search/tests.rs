//! What is found, and how far a typing error may lead away.

use super::*;

fn index() -> Index {
    let document = |title: &str, phrases: &str, text: &str| Document {
        title: title.into(),
        phrases: phrases.into(),
        summary: String::new(),
        text: text.into(),
    };
    let documents = [
        document("Your phone is lost", "lost device", "The authenticator app was on it. Use a recovery code instead."),
        document("The mail does not come", "no email", "Look in the spam folder. A code is in the newest mail."),
        document("You forgot the password", "forgotten password", "Set a new password with a code by mail."),
        document("An access key is public", "leaked key", "Deactivate the key, then replace it."),
    ];
    let language = Language {
        ignored: ["i", "my", "the", "is", "a", "cant"].map(str::to_owned).into(),
        synonyms: vec![
            vec!["authenticator app".into(), "2fa".into(), "second step".into()],
            vec!["mail".into(), "email".into(), "e-mail".into()],
        ],
    };
    Index::new(&documents, language).unwrap()
}

fn first(query: &str) -> Option<usize> {
    index().search(query, 10).unwrap().first().copied()
}

#[test]
fn a_word_in_the_title_counts_more_than_one_in_the_text() {
    assert_eq!(first("password"), Some(2));
    assert_eq!(first("my phone"), Some(0));
    assert_eq!(first("deactivated keys"), Some(3), "by their stems");
}

#[test]
fn words_that_mean_the_same_are_found_for_each_other() {
    assert_eq!(first("2fa"), Some(0));
    assert_eq!(first("Second-Steps"), Some(0));
    assert_eq!(first("e-mail"), Some(1));
}

#[test]
fn a_mistyped_word_is_taken_for_the_nearest() {
    for (typed, wanted) in [("pasword", 2), ("passwrod", 2), ("phoen", 0), ("authentcator", 0), ("deactivte", 3), ("recov", 0)] {
        assert_eq!(first(typed), Some(wanted), "{typed}");
    }
    assert_eq!(first("xyzzyx"), None, "what is near to nothing is nothing");
    assert_eq!(first("kxy"), None, "three letters are too few to guess");
}

#[test]
fn a_query_is_words_whatever_signs_it_has() {
    for odd in
        ["", "   ", "\"", "a\" OR \"b", "NEAR(", "title:phone AND", "* ^ - +", "'; DROP TABLE document; --", "\0", &"x ".repeat(50_000)]
    {
        index().search(odd, 10).unwrap();
    }
    assert_eq!(first("phone\" NOT \"phone"), Some(0));
    assert!(first("the").is_some(), "where nothing else is typed, even these are looked for");
}

#[test]
fn what_is_like_a_text_is_found_without_the_text_itself() {
    let index = index();
    for at in 0..3 {
        let like = index.like(at, 3).unwrap();
        assert!(!like.contains(&at) && !like.is_empty(), "{at}: {like:?}");
    }
    assert!(index.like(9, 3).unwrap().is_empty());
}
