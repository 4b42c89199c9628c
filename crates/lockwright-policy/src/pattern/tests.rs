//! Patterns against a naive matcher, and the rules of segments and variables.

use proptest::prelude::*;

use super::{Arn, ArnPattern, Pattern, Reads, check_variables};
use crate::evaluate::Context;

const WILD: Reads = Reads { wildcards: true, variables: true };
const PLAIN: Reads = Reads { wildcards: false, variables: true };

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::parse(pattern, WILD).matches(text, &Context::new())
}

/// Says the same by a table over all prefixes of pattern and text.
fn naive(pattern: &str, text: &str) -> bool {
    let pattern: Vec<u16> = pattern.encode_utf16().collect();
    let text: Vec<u16> = text.encode_utf16().collect();
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for unit in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match unit {
                0x2a => row[at] || (at > 0 && next[at - 1]),
                0x3f => at > 0 && row[at - 1],
                unit => at > 0 && row[at - 1] && text[at - 1] == unit,
            };
        }
        row = next;
    }
    row[text.len()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn wildcards_match_as_a_table_says(pattern in "[ab*?é😀]{0,8}", text in "[abé😀]{0,8}") {
        prop_assert_eq!(matches(&pattern, &text), naive(&pattern, &text), "{} {}", pattern, text);
    }

    #[test]
    fn a_variables_value_is_literal(before in "[ab*?]{0,4}", value in "[ab*?]{0,3}", after in "[ab*?]{0,4}", text in "[ab*?]{0,8}") {
        let context = Context::new().with("aws:username", value.as_str());
        let pattern = format!("{before}${{aws:UserName}}{after}");
        // The naive matcher gets the value with its wildcards turned into letters nothing else uses.
        let hide = |text: &str| text.replace('*', "x").replace('?', "y");
        let expected = naive(&format!("{before}{}{after}", hide(&value)), &hide(&text));
        prop_assert_eq!(Pattern::parse(&pattern, WILD).matches(&text, &context), expected);
    }
}

#[test]
fn a_pattern_made_to_explode_does_not() {
    let text = "a".repeat(20_000);
    let pattern = format!("{}b", "a*".repeat(200));
    assert!(!matches(&pattern, &text));
    assert!(!matches(&format!("*{}b", "a?".repeat(200)), &text));
    assert!(matches(&"a*".repeat(200), &text));
}

#[test]
fn a_question_mark_stands_for_one_unit_of_utf_16() {
    assert!(matches("a?b", "aéb"));
    assert!(!matches("a?b", "a😀b"));
    assert!(matches("a??b", "a😀b"));
    assert!(matches("a?*b", "a😀b"));
}

#[test]
fn escapes_are_literal() {
    assert!(matches("a${*}${?}${$}", "a*?$"));
    assert!(!matches("a${*}", "ab"));
    let without = Pattern::parse("${*}", Reads { wildcards: true, variables: false });
    assert!(without.matches("${abc}", &Context::new()), "in version 2008-10-17 the braces are text and the star a wildcard");
}

#[test]
fn a_variable_without_a_value_fits_nothing_unless_it_has_a_default() {
    let several = Context::new().with_all("aws:username", ["a", "b"]);
    for context in [Context::new(), several] {
        let fits = |pattern: &str, text: &str| Pattern::parse(pattern, WILD).matches(text, &context);
        assert!(!fits("${aws:username}", ""));
        assert!(!fits("*${aws:username}*", "anything"));
        assert!(!fits("*${aws:username}", "${aws:username}"));
        assert!(fits("${aws:username, 'guest'}/*", "guest/x"));
        assert!(fits("*${ aws:username ,'a}b' }", "xa}b"));
    }
    let context = Context::new().with("aws:username", "");
    assert!(Pattern::parse("${aws:username, 'guest'}", WILD).matches("", &context), "an empty value is a value");
}

#[test]
fn braces_that_hold_no_variable_are_found() {
    for text in ["${", "${}", "a${aws:username", "${ }", "${a, b}", "${a, 'b}", "${a, 'b' c}", "${**}", "${a${b}}", "${aws:username} ${"] {
        assert!(check_variables(text).is_err(), "{text}");
    }
    for text in ["", "$", "{}", "$ {", "${a}", "${*}", "${a,'b'}", "a${a}b${c, ''}", "$${a}"] {
        assert!(check_variables(text).is_ok(), "{text}");
    }
}

#[test]
fn case_is_overlooked_letter_by_letter() {
    let fits = |pattern: &str, text: &str| Pattern::parse(pattern, PLAIN).matches_in_any_case(text, &Context::new().with("a:b", "Tag"));
    assert!(fits("Admin", "aDMIN"));
    assert!(fits("ÉTÉ", "été"));
    assert!(fits("x-${a:b}", "X-tAG"));
    assert!(!fits("straße", "STRASSE"), "made small, not folded");
    assert!(!fits("a*", "ab"));
    assert!(fits("k", "\u{212a}"), "the Kelvin sign is a small k when made small");
    assert!(!fits("${a:none}", ""));
}

fn resource(pattern: &str, arn: &str) -> bool {
    ArnPattern::resource(pattern, true).matches(&Arn::new(arn), &Context::new().with("aws:username", "a:b").with("aws:account", "1"))
}

#[test]
fn a_star_stays_in_its_segment_but_for_the_last() {
    assert!(resource("arn:aws:iam::*:user/bob", "arn:aws:iam::1:user/bob"));
    assert!(!resource("arn:aws:iam::*:user/bob", "arn:aws:iam::1:role/x:user/bob"));
    assert!(resource("arn:aws:s3:::bucket/*/test", "arn:aws:s3:::bucket/a/b:c/test"));
    assert!(resource("arn:aws:s3:::*", "arn:aws:s3:::bucket/a"));
    assert!(!resource("arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob"), "resources keep their case");
}

#[test]
fn segments_that_are_not_written_are_stars() {
    assert!(resource("arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:queue"));
    assert!(resource("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:1:queue"));
    assert!(!resource("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-2:1:queue"));
    assert!(!resource("arn:aws:sqs", "arn:aws:sns:eu-west-1:1:topic"));
}

#[test]
fn only_a_star_alone_fits_what_is_no_arn() {
    assert!(resource("*", "*"));
    assert!(resource("**", "*"));
    assert!(!resource("arn:aws:iam::*", "*"));
    assert!(!resource("arn:*:iam::1:user/a", "*"));
}

#[test]
fn a_variables_colon_parts_no_segment() {
    assert!(resource("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/a:b"));
    assert!(resource("arn:aws:iam::${aws:account}:user/*", "arn:aws:iam::1:user/x"));
    assert!(!resource("arn:aws:iam:${aws:username}:user/*", "arn:aws:iam:a:b:user/x"), "a value can't bring a segment with it");
}

#[test]
fn an_arn_operators_value_has_six_segments() {
    let fits = |pattern: &str, arn: &str| ArnPattern::condition(pattern, true).matches(&Arn::new(arn), &Context::new());
    assert!(fits("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b"));
    assert!(!fits("arn:aws:iam", "arn:aws:iam::1:role/a"));
    assert!(!fits("arn:aws:iam::1:role/*", "not an arn"));
    assert!(fits("*", "arn:aws:iam::1:role/a"));
}

proptest! {
    #[test]
    fn every_match_begins_with_the_literal_prefix(pattern in "arn(:[ab*?]{0,2}){0,6}", text in "arn(:[ab]{0,2}){0,6}") {
        let pattern = ArnPattern::resource(&pattern, true);
        let (prefix, sureness) = pattern.literal_prefix();
        let fits = pattern.matches(&Arn::new(&text), &Context::new());
        match sureness {
            super::Sureness::Whole => prop_assert_eq!(fits, text == prefix),
            super::Sureness::Prefix => prop_assert_eq!(fits, text.starts_with(&prefix)),
            super::Sureness::Unsure => prop_assert!(!fits || text.starts_with(&prefix)),
        }
    }
}
