//! Which documents are policies: every rule of the grammar with a document that breaks only it, and hostile input.

use lockwright_policy::document::{MAX_BYTES, Position, counted_characters};
use lockwright_policy::{Document, FaultKind, Kind, Version};

fn statement(kind: Kind) -> &'static str {
    match kind {
        Kind::Identity => r#""Effect": "Allow", "Action": "iam:GetUser", "Resource": "*""#,
        Kind::Trust => r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}"#,
        Kind::Resource => r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*""#,
    }
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#)
}

/// Kinds of faults by their names, without what they carry.
fn faults(text: &str, kind: Kind) -> Vec<String> {
    match Document::parse(text, kind) {
        Ok(_) => Vec::new(),
        Err(malformed) => {
            let name = |kind: &FaultKind| format!("{kind:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
            malformed.faults().iter().map(|fault| name(&fault.kind)).collect()
        }
    }
}

#[test]
fn each_kind_takes_its_own_statements_and_no_others() {
    use Kind::{Identity, Resource, Trust};
    for (written, read, expected) in [
        (Identity, Identity, vec![]),
        (Trust, Trust, vec![]),
        (Resource, Resource, vec![]),
        (Identity, Trust, vec!["NoPrincipal", "NotATrustAction", "ResourceForbidden"]),
        (Identity, Resource, vec!["NoPrincipal"]),
        (Trust, Identity, vec!["NoResource", "PrincipalForbidden"]),
        (Trust, Resource, vec!["NoResource"]),
        (Resource, Identity, vec!["PrincipalForbidden"]),
    ] {
        let mut found = faults(&document(&format!("{{{}}}", statement(written))), read);
        found.sort();
        assert_eq!(found, expected, "{written:?} as {read:?}");
    }
}

#[test]
fn what_breaks_one_rule_is_refused_for_that_rule() {
    let with = |more: &str| document(&format!("{{{}, {more}}}", statement(Kind::Identity)));
    let of = |parts: &str| document(&format!("{{{parts}}}"));
    let resource = |resource: &str| of(&format!(r#""Effect": "Allow", "Action": "*", "Resource": {resource}"#));
    let action = |action: &str| of(&format!(r#""Effect": "Allow", "Action": {action}, "Resource": "*""#));
    let condition = |condition: &str| with(&format!(r#""Condition": {condition}"#));
    let own = statement(Kind::Identity);
    let table = [
        ("".to_owned(), "Json"),
        ("[]".to_owned(), "Shape"),
        ("{}".to_owned(), "NoStatement"),
        (document("[]"), "NoStatement"),
        (document("null"), "Shape"),
        (document("[1]"), "Shape"),
        (format!(r#"{{"Version": "2020-01-01", "Statement": {{{own}}}}}"#), "UnknownVersion"),
        (format!(r#"{{"Version": 20121017, "Statement": {{{own}}}}}"#), "Shape"),
        (format!(r#"{{"Version": "2012-10-17", "Statements": 1, "Statement": {{{own}}}}}"#), "UnknownElement"),
        (format!(r#"{{"version": "2012-10-17", "Statement": {{{own}}}}}"#), "UnknownElement"),
        (format!(r#"{{"Id": 1, "Statement": {{{own}}}}}"#), "Shape"),
        (format!(r#"{{"Statement": {{{own}}}, "Statement": []}}"#), "DuplicateKey"),
        (with(r#""Effect": "Deny""#), "DuplicateKey"),
        (with(r#""effect": "Deny""#), "UnknownElement"),
        (with(r#""Sid": "a b""#), "SidCharacters"),
        (with(r#""Sid": 1"#), "Shape"),
        (document(&format!(r#"[{{{own}, "Sid": "a"}}, {{{own}, "Sid": "a"}}]"#)), "DuplicateSid"),
        (of(r#""Action": "*", "Resource": "*""#), "NoEffect"),
        (of(r#""Effect": "allow", "Action": "*", "Resource": "*""#), "UnknownEffect"),
        (of(r#""Effect": "Allow", "Resource": "*""#), "NoAction"),
        (action("[]"), "NoAction"),
        (action("1"), "Shape"),
        (action("[null]"), "Shape"),
        (action(r#""GetUser""#), "ActionWithoutService"),
        (action(r#""iam*""#), "ActionWithoutService"),
        (action(r#""iam:Get:User""#), "ActionColons"),
        (action(r#""i am:GetUser""#), "ActionService"),
        (action(r#""i*:GetUser""#), "ActionService"),
        (action(r#""iam:""#), "ActionService"),
        (with(r#""NotAction": "iam:*""#), "Both"),
        (of(r#""Effect": "Allow", "Action": "*""#), "NoResource"),
        (resource("[]"), "NoResource"),
        (resource("{}"), "Shape"),
        (with(r#""NotResource": "*""#), "Both"),
        (resource(r#""bucket""#), "ResourceNotArn"),
        (resource(r#""""#), "ResourceNotArn"),
        (resource(r#""arn:azure:s3:::b""#), "ResourcePartition"),
        (resource(r#""arn:aws""#), "ResourceService"),
        (resource(r#""arn:aws:s3*:::b""#), "ResourceService"),
        (resource(r#""arn:aws:iam:eu-west-1:111122223333:user/a""#), "ResourceRegion"),
        (resource(r#""arn:aws:iam::111122223333:person/a""#), "ResourceKind"),
        (resource(r#""arn:aws:s3::b""#), "ResourceSegments"),
        (resource(r#""arn:aws:s3:::${b""#), "BadVariable"),
        (with(r#""Principal": "*""#), "PrincipalForbidden"),
        (condition("[]"), "Shape"),
        (condition(r#"{"StringEquals": "a"}"#), "Shape"),
        (condition(r#"{"stringequals": {"a:b": "c"}}"#), "UnknownOperator"),
        (condition(r#"{"StringEquals": {"a:b": null}}"#), "Shape"),
        (condition(r#"{"StringEquals": {"a:b": [["c"]]}}"#), "Shape"),
        (condition(r#"{"StringEquals": {"a:b": "${"}}"#), "BadVariable"),
        (condition(r#"{"NumericEquals": {"a:b": "ten"}}"#), "BadValue"),
        (condition(r#"{"DateEquals": {"a:b": "soon"}}"#), "BadValue"),
        (condition(r#"{"Bool": {"a:b": "yes"}}"#), "BadValue"),
        (condition(r#"{"Null": {"a:b": 1}}"#), "BadValue"),
        (condition(r#"{"BinaryEquals": {"a:b": "?"}}"#), "BadValue"),
        (condition(r#"{"IpAddress": {"a:b": "10.0.0.0/33"}}"#), "BadValue"),
        (condition(r#"{"StringEquals": {"a:b": "c", "a:b": "d"}}"#), "DuplicateKey"),
    ];
    for (text, expected) in table {
        assert_eq!(faults(&text, Kind::Identity), [expected], "{text}");
    }
}

#[test]
fn principals_are_named_in_full() {
    let trust = |principal: &str| document(&format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {principal}}}"#));
    let good = [
        r#""*""#,
        r#"{"AWS": "*"}"#,
        r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/a/b", "arn:aws-cn:iam::111122223333:role/r"]}"#,
        r#"{"AWS": ["arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:sts::111122223333:federated-user/f", "AIDAALICEALICEALICE1"]}"#,
        r#"{"Service": ["ec2.amazonaws.com"], "Federated": "accounts.example", "CanonicalUser": "79a59d"}"#,
    ];
    for principal in good {
        assert_eq!(faults(&trust(principal), Kind::Trust), Vec::<String>::new(), "{principal}");
    }
    let bad = [
        (r#""111122223333""#, "BadPrincipal"),
        (r#"{"AWS": "1111"}"#, "BadPrincipal"),
        (r#"{"AWS": "alice"}"#, "BadPrincipal"),
        (r#"{"AWS": ""}"#, "BadPrincipal"),
        (r#"{"AWS": "arn:aws:iam::111122223333:user/*"}"#, "BadPrincipal"),
        (r#"{"AWS": "arn:aws:iam::*:root"}"#, "BadPrincipal"),
        (r#"{"AWS": "arn:aws:iam::111122223333:group/g"}"#, "BadPrincipal"),
        (r#"{"AWS": "arn:aws:iam::111122223333:user/"}"#, "BadPrincipal"),
        (r#"{"Service": "*"}"#, "BadPrincipal"),
        (r#"{"Human": "a"}"#, "UnknownElement"),
        (r#"{"aws": "*"}"#, "UnknownElement"),
        (r#"{"AWS": []}"#, "NoPrincipal"),
        ("{}", "NoPrincipal"),
        ("1", "Shape"),
    ];
    for (principal, expected) in bad {
        assert!(faults(&trust(principal), Kind::Trust).contains(&expected.to_owned()), "{principal}");
    }
    let malformed = Document::parse(trust(r#"{"Service": "*"}"#), Kind::Trust).unwrap_err();
    assert_eq!(malformed.aws_message(), r#"Invalid principal in policy: "SERVICE":"*""#);
}

#[test]
fn what_aws_takes_is_taken() {
    let own = statement(Kind::Identity);
    for text in [
        document(&format!("{{{own}}}")),
        document(&format!("[{{{own}}}, {{{own}}}]")),
        format!(r#"{{"Statement": [{{{own}}}]}}"#),
        format!(r#"{{"Version": "2008-10-17", "Id": "x", "Statement": [{{{own}}}]}}"#),
        document(&format!(r#"[{{{own}, "Sid": ""}}, {{{own}, "Sid": ""}}]"#)),
        document(&format!(r#"{{{own}, "Condition": {{}}}}"#)),
        document(&format!(r#"{{{own}, "Condition": {{"StringEquals": {{}}}}}}"#)),
        document(&format!(r#"{{{own}, "Condition": {{"Unheard": {{}}}}}}"#)),
        document(&format!(
            r#"{{{own}, "Condition": {{"StringEquals": {{"a:b": []}}, "NumericEquals": {{"a:b": [1, "2"]}}, "Bool": {{"a:b": true}}}}}}"#
        )),
        document(
            r#"{"Effect": "Allow", "NotAction": ["iam:*", "*"], "NotResource": ["arn:aws:iam::*:*", "arn:aws:s3", "arn:aws:iam::1:u?er/x"]}"#,
        ),
        document(
            r#"{"Effect": "Allow", "Action": "sts:*", "Resource": ["arn:aws:iam::111122223333:root", "arn:*:iam::${aws:PrincipalAccount}:${*}"]}"#,
        ),
    ] {
        assert_eq!(faults(&text, Kind::Identity), Vec::<String>::new(), "{text}");
    }
    let document = Document::parse(format!(r#"{{"Statement": [{{{own}}}]}}"#), Kind::Identity).unwrap();
    assert_eq!((document.version(), document.has_version()), (Version::Y2008, false));
}

#[test]
fn every_fault_is_told_at_its_place() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Alow\",\n     \"Action\": \"GetUser\", \"Resource\": \"*\"},\n    {\"Effect\": \"Allow\", \"Action\": \"*\"}\n  ]\n}";
    let malformed = Document::parse(text, Kind::Identity).unwrap_err();
    let places: Vec<(u32, u32)> = malformed.faults().iter().map(|fault| (fault.position.line, fault.position.column)).collect();
    assert_eq!(places, [(4, 16), (5, 16), (6, 5)]);
    assert_eq!(malformed.aws_message(), "Syntax errors in policy.", "AWS looks at the syntax first");
    assert_eq!(malformed.to_string(), "line 4, column 16: the effect \"Alow\" does not exist; write \"Allow\" or \"Deny\", in this case");
}

#[test]
fn aws_names_the_fault_of_its_first_failing_step() {
    let text =
        document(r#"[{"Effect": "Allow", "Action": "GetUser", "Resource": "bucket"}, {"Effect": "Allow", "Action": [], "Resource": "*"}]"#);
    let malformed = Document::parse(text, Kind::Identity).unwrap_err();
    assert_eq!(malformed.faults().len(), 3);
    assert_eq!(malformed.aws_message(), "Policy statement must contain actions.");
}

/// The place AWS's command line shows for this document in its examples.
#[test]
fn positions_are_those_of_the_simulator() {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
    let document = Document::parse(text, Kind::Identity).unwrap();
    let statement = &document.statements()[0];
    assert_eq!(statement.start, Position { line: 1, column: 38 });
    assert_eq!(statement.end, Position { line: 1, column: 167 });
}

#[test]
fn a_document_of_a_megabyte_is_refused_before_it_is_read() {
    let text = document(&format!(r#"{{{}}}"#, statement(Kind::Identity))) + &" ".repeat(1 << 20);
    assert_eq!(faults(&text, Kind::Identity), ["TooLong"]);
    let text = document(&format!(r#"{{{}}}"#, statement(Kind::Identity)));
    let full = text.clone() + &" ".repeat(MAX_BYTES - text.len());
    assert_eq!(faults(&full, Kind::Identity), Vec::<String>::new());
    assert_eq!(faults(&(full + " "), Kind::Identity), ["TooLong"]);
}

#[test]
fn a_hundred_levels_are_refused() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    assert_eq!(faults(&deep, Kind::Identity), ["TooDeep"]);
    assert_eq!(faults(&"[".repeat(MAX_BYTES), Kind::Identity), ["TooDeep"]);
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    for bad in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf0\x9f"] {
        let mut bytes = b"{\"Version\":\n \"".to_vec();
        bytes.extend(bad);
        let malformed = Document::parse(&bytes, Kind::Identity).unwrap_err();
        assert_eq!(malformed.first().kind, FaultKind::NotUtf8);
        assert_eq!(malformed.first().position, Position { line: 2, column: 3 });
    }
}

#[test]
fn memory_stays_within_bounds_for_any_document() {
    let half = MAX_BYTES / 2 - 100;
    let hostile = [
        format!("[{}1]", "1,".repeat(half)),
        document(&format!("[{}{{}}]", "{},".repeat(MAX_BYTES / 3 - 100))),
        format!("\"{}\"", "\\n".repeat(half)),
        document(&format!(r#"{{"Effect": "Allow", "Action": [{}"a:b"], "Resource": "*"}}"#, r#""a:*","#.repeat(MAX_BYTES / 6 - 100))),
        document(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::{}"}}"#, "*?".repeat(half))),
    ];
    for text in hostile {
        assert!(text.len() <= MAX_BYTES);
        let used = allocation_counter::measure(|| drop(lockwright_policy::Policy::parse(&text, Kind::Identity)));
        assert!(used.bytes_max < 96 << 20, "{} bytes for {}…", used.bytes_max, &text[..60]);
    }
}

#[test]
fn white_space_does_not_count_against_a_quota() {
    assert_eq!(counted_characters("{ \"a\" :\t\"é😀\"\r\n}"), 10);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_a_policy_or_a_fault_within_them(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
        check(&bytes);
    }

    #[test]
    fn a_policy_with_one_byte_changed_is_a_policy_or_a_fault_within_it(at in 0_usize..200, byte in 0_u8..128) {
        let mut bytes = document(&format!("[{{{}, \"Sid\": \"a\", \"Condition\": {{\"IpAddressIfExists\": {{\"aws:SourceIp\": \"10.0.0.0/8\"}}}}}}]", statement(Kind::Identity))).into_bytes();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        check(&bytes);
    }
}

fn check(bytes: &[u8]) {
    for kind in [Kind::Identity, Kind::Trust, Kind::Resource] {
        if let Err(malformed) = Document::parse(bytes, kind) {
            assert!(!malformed.faults().is_empty());
            for fault in malformed.faults() {
                assert!(fault.span.start <= fault.span.end && fault.span.end as usize <= bytes.len(), "{fault:?}");
                assert!(fault.position.line >= 1 && fault.position.column >= 1);
                assert!(!fault.to_string().is_empty() && !fault.kind.aws_message().is_empty());
            }
        }
    }
}
