//! What the reader takes, what it refuses, and where it says so.

use proptest::prelude::*;

use super::{MAX_DEPTH, Node, Value, read};
use crate::document::{FaultKind, Span};

fn fault(text: &str) -> (FaultKind, Span) {
    let fault = read(text).unwrap_err();
    (fault.kind, fault.span)
}

/// The value as serde_json would hold it.
fn plain(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::Text(text) => text.as_ref().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            serde_json::Value::Object(members.iter().map(|member| (member.key.as_ref().to_owned(), plain(&member.value))).collect())
        }
    }
}

#[test]
fn spans_cover_exactly_what_was_written() {
    let text = r#" {"a": [1, "x\ny", true]} "#;
    let node = read(text).unwrap();
    let Value::Object(members) = &node.value else { panic!("{node:?}") };
    let cut = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(cut(node.span), r#"{"a": [1, "x\ny", true]}"#);
    assert_eq!(cut(members[0].key_span), "\"a\"");
    let Value::List(items) = &members[0].value.value else { panic!() };
    assert_eq!(items.iter().map(|item| cut(item.span)).collect::<Vec<_>>(), ["1", r#""x\ny""#, "true"]);
}

#[test]
fn a_key_given_twice_is_refused_also_when_it_is_escaped() {
    let (kind, span) = fault(r#"{"Effect": "Deny", "\u0045ffect": "Allow"}"#);
    assert_eq!(kind, FaultKind::DuplicateKey("Effect".to_owned()));
    assert_eq!(span, Span { start: 19, end: 32 });
}

#[test]
fn a_hundred_levels_are_refused_where_the_bound_is_passed() {
    let text = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let (kind, span) = fault(&text);
    assert_eq!(kind, FaultKind::TooDeep);
    assert_eq!(span.start as usize, MAX_DEPTH);
    let text = format!("{}1{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    read(&text).unwrap();
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "{a:1}",
        "{'a':1}",
        "nul",
        "tru",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\t\"",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "1 1",
        "{} {}",
        "\u{feff}{}",
        "// c\n{}",
        "NaN",
        "-01",
    ] {
        assert!(read(text).is_err(), "{text:?}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "the test itself: {text:?}");
    }
}

#[test]
fn a_fault_never_points_behind_the_text() {
    for text in ["", "{", "\"é", "{\"a\":é"] {
        let (_, span) = fault(text);
        assert!(span.start <= span.end && span.end as usize <= text.len(), "{text:?} {span:?}");
    }
}

#[test]
fn every_escape_is_read() {
    let text = r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#;
    let Value::Text(read) = read(text).unwrap().value else { panic!() };
    assert_eq!(read, "\"\\/\u{8}\u{c}\n\r\té😀");
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-1e300..1e300_f64).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_serde_json_writes_is_read_the_same(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        // Read back by serde_json as well: it does not give every number back to the last digit.
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(plain(&read(&text).unwrap()), expected);
    }

    #[test]
    fn a_text_with_one_character_changed_is_taken_or_refused_as_serde_json_does(
        value in any_value(),
        at in any::<prop::sample::Index>(),
        character in prop::sample::select(r#"[]{}:,"\0179tfnule.+- é"#.chars().collect::<Vec<_>>()),
    ) {
        let mut characters: Vec<char> = serde_json::to_string(&value).unwrap().chars().collect();
        let at = at.index(characters.len());
        characters[at] = character;
        let text: String = characters.into_iter().collect();
        match (read(&text), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(node), Ok(expected)) => prop_assert_eq!(plain(&node), expected),
            (Err(fault), Ok(_)) => prop_assert!(matches!(fault.kind, FaultKind::DuplicateKey(_)), "{:?} {:?}", text, fault),
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{:?} {}", text, error),
            (Err(_), Err(_)) => {}
        }
    }
}
