//! Every condition operator, with one value, several and none.

use lockwright_policy::Context;

use crate::shared::applies;

/// Holds with the key's one value.
fn holds(operator: &str, values: &str, given: &str) -> bool {
    applies(&format!(r#"{{"{operator}": {{"test:Key": {values}}}}}"#), &Context::new().with("TEST:key", given))
}

#[test]
fn each_operator_compares_as_its_name_says() {
    let table = [
        ("StringEquals", r#""a""#, "a", true),
        ("StringEquals", r#""a""#, "A", false),
        ("StringEquals", r#""a*""#, "ab", false),
        ("StringEquals", r#""a*""#, "a*", true),
        ("StringEquals", r#"["x", "a"]"#, "a", true),
        ("StringNotEquals", r#"["x", "a"]"#, "a", false),
        ("StringNotEquals", r#"["x", "y"]"#, "a", true),
        ("StringEqualsIgnoreCase", r#""aB""#, "Ab", true),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "Ab", false),
        ("StringLike", r#""a*z""#, "abcz", true),
        ("StringLike", r#""a?z""#, "abcz", false),
        ("StringNotLike", r#""a?z""#, "abz", false),
        ("StringNotLike", r#""a?z""#, "abcz", true),
        ("NumericEquals", "10", "10.0", true),
        ("NumericNotEquals", "10", "10", false),
        ("NumericNotEquals", "10", "11", true),
        ("NumericLessThan", r#""10""#, "9", true),
        ("NumericLessThan", "10", "10", false),
        ("NumericLessThanEquals", "10", "10", true),
        ("NumericGreaterThan", "10", "10", false),
        ("NumericGreaterThan", "10", "10.5", true),
        ("NumericGreaterThanEquals", "10", "10", true),
        ("NumericLessThan", "10", "nine", false),
        ("NumericLessThan", "[1, 100]", "50", true),
        ("DateEquals", r#""2026-01-01T00:00:00Z""#, "2026-01-01T01:00:00+01:00", true),
        ("DateNotEquals", r#""2026-01-01T00:00:00Z""#, "2026-01-01", false),
        ("DateLessThan", r#""2026-01-01T00:00:00Z""#, "2025-12-31T23:59:59Z", true),
        ("DateLessThanEquals", r#""2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", true),
        ("DateGreaterThan", r#""2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", false),
        ("DateGreaterThan", r#""1767225600""#, "2026-01-01T00:00:01Z", true),
        ("DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", true),
        ("Bool", "true", "true", true),
        ("Bool", r#""true""#, "True", true),
        ("Bool", r#""false""#, "true", false),
        ("Bool", "true", "yes", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", true),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ6", false),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.113.9", true),
        ("IpAddress", r#"["203.0.113.0/24", "2001:db8::/32"]"#, "2001:db8::1", true),
        ("IpAddress", r#""203.0.113.0/24""#, "2001:db8::1", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "203.0.113.9", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "198.51.100.1", true),
        ("ArnEquals", r#""arn:aws:iam::*:role/a*""#, "arn:aws:iam::111122223333:role/abc", true),
        ("ArnLike", r#""arn:aws:iam::111122223333:role/abc""#, "arn:aws:iam::111122223333:role/abc", true),
        ("ArnLike", r#""arn:aws:*:role/abc""#, "arn:aws:iam::111122223333:role/abc", false),
        ("ArnNotEquals", r#""arn:aws:iam::*:role/a*""#, "arn:aws:iam::111122223333:role/abc", false),
        ("ArnNotLike", r#""arn:aws:iam::*:role/a*""#, "arn:aws:iam::111122223333:user/abc", true),
        ("Null", "false", "", true),
        ("Null", r#""true""#, "x", false),
        ("Null", "[true, false]", "x", true),
    ];
    for (operator, values, given, expected) in table {
        assert_eq!(holds(operator, values, given), expected, "{operator} {values} with {given}");
    }
}

#[test]
fn an_absent_key_fails_what_is_asserted_and_passes_what_is_negated() {
    let none = Context::new();
    let positive = [
        ("StringEquals", r#""a""#),
        ("StringEqualsIgnoreCase", r#""a""#),
        ("StringLike", r#""*""#),
        ("NumericEquals", "1"),
        ("NumericLessThan", "1"),
        ("NumericLessThanEquals", "1"),
        ("NumericGreaterThan", "1"),
        ("NumericGreaterThanEquals", "1"),
        ("DateEquals", r#""2026-01-01""#),
        ("DateLessThan", r#""2026-01-01""#),
        ("DateLessThanEquals", r#""2026-01-01""#),
        ("DateGreaterThan", r#""2026-01-01""#),
        ("DateGreaterThanEquals", r#""2026-01-01""#),
        ("Bool", "true"),
        ("BinaryEquals", r#""QQ==""#),
        ("IpAddress", r#""0.0.0.0/0""#),
        ("ArnEquals", r#""*""#),
        ("ArnLike", r#""*""#),
    ];
    let negated = [
        ("StringNotEquals", r#""a""#),
        ("StringNotEqualsIgnoreCase", r#""a""#),
        ("StringNotLike", r#""*""#),
        ("NumericNotEquals", "1"),
        ("DateNotEquals", r#""2026-01-01""#),
        ("NotIpAddress", r#""0.0.0.0/0""#),
        ("ArnNotEquals", r#""*""#),
        ("ArnNotLike", r#""*""#),
    ];
    let holds = |operator: &str, values: &str| applies(&format!(r#"{{"{operator}": {{"test:Key": {values}}}}}"#), &none);
    for (operator, values) in positive {
        assert!(!holds(operator, values), "{operator}");
    }
    for (operator, values) in negated {
        assert!(holds(operator, values), "{operator}");
    }
    for (operator, values) in positive.into_iter().chain(negated) {
        assert!(holds(&format!("{operator}IfExists"), values), "{operator}IfExists");
        assert!(holds(&format!("ForAllValues:{operator}"), values), "ForAllValues:{operator}");
        assert!(!holds(&format!("ForAnyValue:{operator}"), values), "ForAnyValue:{operator}");
        assert!(holds(&format!("ForAnyValue:{operator}IfExists"), values), "ForAnyValue:{operator}IfExists");
    }
    assert!(holds("Null", "true"));
    assert!(!holds("Null", "false"));
}

#[test]
fn if_exists_still_compares_a_key_that_exists() {
    assert!(holds("StringEqualsIfExists", r#""a""#, "a"));
    assert!(!holds("StringEqualsIfExists", r#""a""#, "b"));
    assert!(!holds("StringNotEqualsIfExists", r#""a""#, "a"));
}

#[test]
fn for_all_values_wants_every_value_and_for_any_value_wants_one() {
    let given = |values: &[&'static str]| Context::new().with_all("aws:TagKeys", values.to_vec());
    let holds =
        |operator: &str, context: &Context<'_>| applies(&format!(r#"{{"{operator}": {{"aws:TagKeys": ["team", "cost"]}}}}"#), context);
    let table: [(&[&'static str], [bool; 4]); 6] = [
        (&[], [true, false, true, false]),
        (&["team"], [true, true, false, false]),
        (&["team", "cost"], [true, true, false, false]),
        (&["team", "other"], [false, true, false, true]),
        (&["other"], [false, false, true, true]),
        (&["other", "more"], [false, false, true, true]),
    ];
    for (values, expected) in table {
        let context = given(values);
        let operators =
            ["ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringNotEquals", "ForAnyValue:StringNotEquals"];
        assert_eq!(operators.map(|operator| holds(operator, &context)), expected, "{values:?}");
    }
}

#[test]
fn several_values_without_a_quantifier_are_never_compared() {
    let several = Context::new().with_all("aws:TagKeys", ["team", "cost"]);
    for operator in ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringLike", "StringNotLike"] {
        assert!(!applies(&format!(r#"{{"{operator}": {{"aws:TagKeys": "team"}}}}"#), &several), "{operator}");
    }
    let one = Context::new().with_all("aws:TagKeys", ["team"]);
    assert!(applies(r#"{"StringEquals": {"aws:TagKeys": "team"}}"#, &one));
}

#[test]
fn all_keys_and_all_operators_must_hold() {
    let context = Context::new().with("a:One", "1").with("a:Two", "2");
    let holds = |one: &str, two: &str, like: &str| {
        applies(&format!(r#"{{"StringEquals": {{"a:One": "{one}", "a:Two": "{two}"}}, "StringLike": {{"a:One": "{like}"}}}}"#), &context)
    };
    assert!(holds("1", "2", "?"));
    assert!(!holds("0", "2", "?"));
    assert!(!holds("1", "0", "?"));
    assert!(!holds("1", "2", "??"));
    assert!(applies("{}", &context));
}

#[test]
fn variables_stand_in_texts_and_arns() {
    let context = Context::new().with("aws:username", "alice").with("aws:PrincipalTag/team", "red").with("t:Name", "alice-red");
    let holds = |operator: &str, value: &str| applies(&format!(r#"{{"{operator}": {{"t:Name": "{value}"}}}}"#), &context);
    assert!(holds("StringEquals", "${aws:username}-${AWS:principaltag/Team}"));
    assert!(holds("StringLike", "${aws:username}*"));
    assert!(holds("StringEqualsIgnoreCase", "${aws:username}-RED"));
    assert!(holds("StringEquals", "${aws:none, 'alice'}-red"));
    assert!(!holds("StringEquals", "${aws:none}"));
    assert!(holds("StringNotEquals", "${aws:none}"), "what has no value is equal to nothing");
    let context = context.with("t:Arn", "arn:aws:iam::111122223333:user/alice");
    assert!(applies(r#"{"ArnEquals": {"t:Arn": "arn:aws:iam::111122223333:user/${aws:username}"}}"#, &context));
}
