//! What the lint tells of which statement, and how it looks.

use lockwright_policy::Kind;
use lockwright_policy::lint::{self, Severity};

fn told(statement: &str, kind: Kind) -> Vec<&'static str> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {{{statement}}}}}"#);
    let told = lint::check(&text, kind);
    assert!(told.iter().all(|diagnostic| diagnostic.severity == Severity::Warning), "{told:?}");
    for diagnostic in &told {
        assert!(!diagnostic.help.is_empty() && !diagnostic.render(&text, "p").is_empty());
    }
    told.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn each_rule_tells_what_it_is_for_and_stays_silent_otherwise() {
    let allow = |condition: &str| format!(r#""Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": {condition}"#);
    let deny = |condition: &str| format!(r#""Effect": "Deny", "Action": "iam:GetUser", "Resource": "*", "Condition": {condition}"#);
    let plain = |statement: &str| statement.to_owned();
    let table: [(String, &[&str]); 29] = [
        (plain(r#""Effect": "Allow", "Action": "*", "Resource": "*""#), &["allow-everything"]),
        (plain(r#""Effect": "Allow", "Action": ["*:*"], "Resource": ["*"]"#), &["allow-everything"]),
        (plain(r#""Effect": "Deny", "Action": "*", "Resource": "*""#), &[]),
        (plain(r#""Effect": "Allow", "NotAction": "iam:*", "Resource": "*""#), &["allow-not-action"]),
        (plain(r#""Effect": "Deny", "NotAction": "iam:*", "NotResource": "*""#), &[]),
        (plain(r#""Effect": "Allow", "Action": "iam:GetUser", "NotResource": "arn:aws:iam::*:user/a""#), &["allow-not-resource"]),
        (plain(r#""Effect": "Allow", "Action": "iam:*", "Resource": "*""#), &["pass-any-role"]),
        (plain(r#""Effect": "Allow", "Action": "iam:Pass*", "Resource": "arn:aws:iam::*:role/*""#), &["pass-any-role"]),
        (plain(r#""Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/app""#), &[]),
        (
            plain(
                r#""Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "x.example"}}"#,
            ),
            &[],
        ),
        (
            plain(r#""Effect": "Allow", "Action": ["iam:GetUser", "iam:Get*", "iam:getuser"], "Resource": "*""#),
            &["covered-action", "covered-action"],
        ),
        (plain(r#""Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*""#), &[]),
        (allow(r#"{"StringEquals": {"aws:usrname": "a"}}"#), &["unknown-key"]),
        (allow(r#"{"StringEquals": {"username": "a"}}"#), &["unknown-key"]),
        (allow(r#"{"StringEquals": {"s3:prefix": "a", "aws:PrincipalTag/x": "b"}}"#), &[]),
        (allow(r#"{"StringEquals": {"aws:TagKeys": "a"}}"#), &["many-values"]),
        (allow(r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}"#), &[]),
        (allow(r#"{"ForAnyValue:StringEquals": {"aws:username": "a"}}"#), &["one-value"]),
        (allow(r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}"#), &["all-of-nothing"]),
        (allow(r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}}"#), &[]),
        (deny(r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}"#), &[]),
        (allow(r#"{"StringEquals": {"aws:SourceIp": "10.0.0.1"}}"#), &["operator-for-key"]),
        (allow(r#"{"StringLike": {"aws:CurrentTime": "2026*"}}"#), &["operator-for-key"]),
        (allow(r#"{"StringEquals": {"aws:username": ["a*", "b${*}"]}}"#), &["wildcard-is-text"]),
        (allow(r#"{"StringLike": {"aws:username": "a*"}}"#), &[]),
        (allow(r#"{"StringEquals": {"aws:username": []}}"#), &["no-values"]),
        (deny(r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#), &["absent-device"]),
        (deny(r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": false}}"#), &[]),
        (allow(r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#), &[]),
    ];
    for (statement, expected) in table {
        assert_eq!(told(&statement, Kind::Identity), expected, "{statement}");
    }
}

#[test]
fn whoever_may_be_anybody_is_told() {
    let trust = |principal: &str| format!(r#""Effect": "Allow", "Action": "sts:AssumeRole", {principal}"#);
    assert_eq!(told(&trust(r#""Principal": "*""#), Kind::Trust), ["anyone"]);
    assert_eq!(told(&trust(r#""Principal": {"AWS": ["111122223333", "*"]}"#), Kind::Trust), ["anyone"]);
    assert_eq!(told(&trust(r#""NotPrincipal": {"AWS": "111122223333"}"#), Kind::Trust), ["allow-not-principal"]);
    assert!(told(&trust(r#""Principal": {"AWS": "111122223333"}"#), Kind::Trust).is_empty());
    let with = r#""Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#;
    assert!(told(&trust(with), Kind::Trust).is_empty());
}

#[test]
fn variables_in_the_older_language_are_told() {
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"}}"#;
    let codes: Vec<&str> = lint::check(text, Kind::Identity).iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["old-variables"]);
}

#[test]
fn a_caret_stands_under_what_is_meant() {
    let text = "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"é\", \"Resource\": \"*\", \"Condition\": {\"stringlike\": {\"a:b\": \"c\"}}}\n}";
    let rendered: Vec<String> = lint::check(text, Kind::Identity).iter().map(|diagnostic| diagnostic.render(text, "p.json")).collect();
    assert_eq!(
        rendered.join("\n"),
        "error[action]: the action \"é\" lacks its service, as in \"iam:é\"
 --> p.json:3:45
  |
3 |  \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"é\", \"Resource\": \"*\", \"Condition\": {\"stringlike\": {\"a:b\"…
  |                                             ^^^

error[unknown-operator]: there is no condition operator \"stringlike\"; is \"StringLike\" meant?
 --> p.json:3:81
  |
3 |  \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"é\", \"Resource\": \"*\", \"Condition\": {\"stringlike\": {\"a:b\"…
  |                                                                                 ^^^^^^^^^^^^
"
    );
}

#[test]
fn a_policy_steers_no_terminal() {
    let text = "{\"Version\": \"2012-10-17\", \"\u{202e}Statement\u{9b}31m\": 1}";
    for diagnostic in lint::check(text, Kind::Identity) {
        let rendered = diagnostic.render(text, "p");
        assert!(
            !rendered.chars().any(|character| (character.is_control() && character != '\n') || character == '\u{202e}'),
            "{rendered:?}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_told_and_shown(text in "(\\{\"Version\": \"2012-10-17\", )?[\\[\\]{}\":,a-z\\n\\t *$é😀]{0,60}\\}?") {
        for diagnostic in lint::check(&text, Kind::Identity) {
            let rendered = diagnostic.render(&text, "p");
            assert!(rendered.contains('^'));
        }
    }
}

#[test]
fn a_long_line_is_cut_around_what_is_meant() {
    let before = r#"{"Effect": "Deny", "Action": "a:b", "Resource": "*"}, "#.repeat(10);
    let after = r#", {"Effect": "Deny", "Action": "a:b", "Resource": "*"}"#.repeat(10);
    let text =
        format!(r#"{{"Version": "2012-10-17", "Statement": [{before}{{"Effect": "Allow", "Action": "b", "Resource": "*"}}{after}]}}"#);
    let rendered = lint::check(&text, Kind::Identity)[0].render(&text, "p");
    let lines: Vec<Vec<char>> = rendered.lines().map(|line| line.chars().collect()).collect();
    assert!(lines.iter().all(|line| line.len() < 130), "{rendered}");
    let caret = lines[4].iter().position(|character| *character == '^').unwrap();
    assert_eq!(lines[3][caret..caret + 3], ['"', 'b', '"']);
    assert_eq!((lines[3][4], lines[3].last()), ('…', Some(&'…')), "{rendered}");
}
