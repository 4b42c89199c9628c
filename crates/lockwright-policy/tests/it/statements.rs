//! Actions, resources and their `Not…` forms; AWS's own examples, told in our words.

use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request, decide};

use crate::shared::{ALICE, SESSION, allows, identity};

const OWN: &str = "arn:aws:iam::111122223333:user/team/alice";
const OTHER: &str = "arn:aws:iam::111122223333:user/team/bob";

fn alice(statements: &str, action: &str, resource: &str) -> bool {
    allows(statements, action, resource, &ALICE, &Context::of(&ALICE))
}

#[test]
fn actions_are_the_same_in_any_case() {
    let statement = r#"{"Effect": "Allow", "Action": "IAM:getUSER", "Resource": "*"}"#;
    assert!(alice(statement, "iam:GetUser", OWN));
    assert!(!alice(statement, "iam:GetUserPolicy", OWN));
}

#[test]
fn wildcards_stand_anywhere_in_an_action() {
    let table = [
        ("*", true),
        ("*:*", true),
        ("iam:*", true),
        ("iam:Get*", true),
        ("iam:*User", true),
        ("iam:?etU*", true),
        ("iam:GetUser*", true),
        ("iam:G?User", false),
        ("sts:*", false),
        ("iam:Get", false),
        ("iam:*Role", false),
    ];
    for (action, expected) in table {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
        assert_eq!(alice(&statement, "iam:GetUser", OWN), expected, "{action}");
    }
}

#[test]
fn nothing_is_allowed_that_no_statement_allows() {
    assert!(!alice(r#"{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}"#, "iam:GetUser", OWN));
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let allow = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "iam:*User", "Resource": "arn:aws:iam::*:user/*/alice"}"#;
    for statements in [format!("{allow}, {deny}"), format!("{deny}, {allow}")] {
        assert!(!alice(&statements, "iam:GetUser", OWN));
        assert!(alice(&statements, "iam:GetUser", OTHER));
        assert!(alice(&statements, "iam:GetRole", OWN));
    }
}

#[test]
fn not_action_is_all_but_what_is_named() {
    let allow = r#"{"Effect": "Allow", "NotAction": ["iam:*", "sts:GetSessionToken"], "Resource": "*"}"#;
    assert!(alice(allow, "sts:AssumeRole", "*"));
    assert!(!alice(allow, "sts:GetSessionToken", "*"));
    assert!(!alice(allow, "iam:GetUser", OWN));
    let deny = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}"#;
    assert!(alice(deny, "iam:GetUser", OWN));
    assert!(!alice(deny, "sts:AssumeRole", "*"));
}

#[test]
fn not_resource_is_all_but_what_is_named() {
    let allow = r#"{"Effect": "Allow", "Action": "iam:*", "NotResource": ["arn:aws:iam::*:user/team/bob", "arn:aws:iam::*:role/*"]}"#;
    assert!(alice(allow, "iam:GetUser", OWN));
    assert!(!alice(allow, "iam:GetUser", OTHER));
    assert!(!alice(allow, "iam:GetRole", "arn:aws:iam::111122223333:role/x"));
    assert!(alice(allow, "iam:ListUsers", "*"), "what is no ARN is none of the named");
}

#[test]
fn a_variable_without_a_value_allows_nothing_and_leaves_nothing_out_of_a_deny() {
    let session = |statements: &str| allows(statements, "iam:GetUser", OWN, &SESSION, &Context::of(&SESSION));
    let all = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let own = "arn:aws:iam::*:user/team/${aws:username}";
    assert!(!session(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{own}"}}"#)));
    assert!(session(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": ["{own}", "*"]}}"#)), "another resource still fits");
    assert!(!session(&format!(r#"{{"Effect": "Allow", "Action": "*", "NotResource": "{own}"}}"#)));
    assert!(session(&format!(r#"{all}, {{"Effect": "Deny", "Action": "*", "Resource": "{own}"}}"#)));
    assert!(!session(&format!(r#"{all}, {{"Effect": "Deny", "Action": "*", "NotResource": "{own}"}}"#)));
}

#[test]
fn variables_are_text_in_the_older_language() {
    let text = |version: &str| {
        format!(
            r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::111122223333:user/team/${{aws:username}}"}}}}"#
        )
    };
    let context = Context::of(&ALICE);
    let action = Action::parse("iam:GetUser").unwrap();
    let allowed = |version: &str, resource: &str| {
        let policies = Policies { identity: &[Policy::parse(text(version), Kind::Identity).unwrap()], ..Policies::none() };
        decide(&Request::new(&action, resource, &ALICE, &context), &policies).is_allowed()
    };
    assert!(allowed(r#""Version": "2012-10-17","#, OWN));
    for version in [r#""Version": "2008-10-17","#, ""] {
        assert!(!allowed(version, OWN));
        assert!(allowed(version, "arn:aws:iam::111122223333:user/team/${aws:username}"));
    }
}

#[test]
fn variables_in_conditions_are_text_in_the_older_language() {
    let action = Action::parse("iam:GetUser").unwrap();
    let context = Context::of(&ALICE).with("t:Name", "alice").with("t:Arn", "arn:aws:iam::111122223333:user/alice");
    let applies = |version: &str, condition: &str| {
        let text = format!(
            r#"{{"Version": "{version}", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
        );
        let policies = Policies { identity: &[Policy::parse(text, Kind::Identity).unwrap()], ..Policies::none() };
        decide(&Request::new(&action, OWN, &ALICE, &context), &policies).is_allowed()
    };
    for condition in [
        r#"{"StringEquals": {"t:Name": "${aws:username}"}}"#,
        r#"{"StringLike": {"t:Name": "${aws:username}"}}"#,
        r#"{"ArnLike": {"t:Arn": "arn:aws:iam::111122223333:user/${aws:username}"}}"#,
    ] {
        assert!(applies("2012-10-17", condition), "{condition}");
        assert!(!applies("2008-10-17", condition), "{condition}");
    }
}

#[test]
fn people_manage_their_own_credentials_and_no_others() {
    let statements = r#"
        {"Effect": "Allow", "Action": ["iam:*LoginProfile", "iam:*AccessKey*", "iam:*SSHPublicKey*"], "Resource": "arn:aws:iam::*:user/*/${aws:username}"},
        {"Effect": "Allow", "Action": ["iam:ListAccount*", "iam:GetAccountSummary", "iam:ListUsers"], "Resource": "*"}"#;
    assert!(alice(statements, "iam:CreateAccessKey", OWN));
    assert!(!alice(statements, "iam:CreateAccessKey", OTHER));
    assert!(alice(statements, "iam:ListUsers", "*"));
    assert!(!alice(statements, "iam:DeleteUser", OWN));
}

#[test]
fn without_a_device_only_enrolment_is_open() {
    let statements = r#"
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "sts:GetSessionToken"], "Resource": "*",
         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#;
    let with = |present: Option<&'static str>, action: &str| {
        let mut context = Context::of(&ALICE);
        if let Some(present) = present {
            context.insert("aws:MultiFactorAuthPresent", present);
        }
        allows(statements, action, "*", &ALICE, &context)
    };
    for absent in [None, Some("false")] {
        assert!(with(absent, "iam:EnableMFADevice"));
        assert!(!with(absent, "iam:CreateUser"));
    }
    assert!(with(Some("true"), "iam:CreateUser"));
}

#[test]
fn tags_of_person_and_resource_must_agree() {
    let statements = r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*",
        "Condition": {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}}}"#;
    let with = |person: Option<&'static str>, resource: &'static str| {
        let mut context = Context::of(&ALICE).with("iam:ResourceTag/team", resource);
        if let Some(person) = person {
            context.insert("aws:PrincipalTag/team", person);
        }
        allows(statements, "iam:GetUser", OWN, &ALICE, &context)
    };
    assert!(with(Some("red"), "red"));
    assert!(!with(Some("red"), "blue"));
    assert!(!with(None, "red"));
    assert!(!with(None, ""), "no tag is not the same as an empty one");
    assert!(with(Some(""), ""));
}

#[test]
fn new_users_must_carry_the_boundary() {
    let statements = r#"{"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/edge"}}}"#;
    let context = Context::of(&ALICE);
    assert!(!allows(statements, "iam:CreateUser", OTHER, &ALICE, &context));
    assert!(!allows(
        statements,
        "iam:CreateUser",
        OTHER,
        &ALICE,
        &context.clone().with("iam:PermissionsBoundary", "arn:aws:iam::aws:policy/x")
    ));
    assert!(allows(
        statements,
        "iam:CreateUser",
        OTHER,
        &ALICE,
        &context.with("iam:PermissionsBoundary", "arn:aws:iam::111122223333:policy/edge")
    ));
}

#[test]
fn a_session_keeps_the_context_of_its_role() {
    let context = Context::of(&SESSION);
    assert_eq!(context.single("aws:principalarn"), Some("arn:aws:iam::111122223333:role/ci/Builder"));
    assert_eq!(context.single("aws:userid"), Some("AROABUILDERBUILDER12:run"));
    assert_eq!(context.single("aws:principaltype"), Some("AssumedRole"));
    assert!(!context.holds("aws:username"));
    assert_eq!(Context::of(&ALICE).single("aws:username"), Some("alice"), "the path is no part of the name");
    assert_eq!(Context::of(&Principal::Root { account: "111122223333" }).single("aws:userid"), Some("111122223333"));
}

/// However many statements there are, the index finds the one that applies and no other.
#[test]
fn one_of_many_statements_is_found_by_action_or_by_resource() {
    let many = |pair: &dyn Fn(usize) -> (String, String)| {
        let statements: Vec<String> = (0..300)
            .map(|number| {
                let (action, resource) = pair(number);
                format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
            })
            .collect();
        identity(&statements.join(","))
    };
    let by_resource = many(&|number| ("s3:GetObject".to_owned(), format!("arn:aws:s3:::bucket-{number}/*")));
    let by_action = many(&|number| (format!("s3:Get{number}"), "arn:aws:s3:::bucket/*".to_owned()));
    let context = Context::of(&ALICE);
    let allowed = |policy: &Policy, action: &str, resource: &str| {
        let action = Action::parse(action).unwrap();
        policy.allows(&Request::new(&action, resource, &ALICE, &context)).is_some()
    };
    for number in 0..300 {
        assert!(allowed(&by_resource, "s3:GetObject", &format!("arn:aws:s3:::bucket-{number}/key")));
        assert!(!allowed(&by_resource, "s3:GetObject", &format!("arn:aws:s3:::bucket-{number}")));
        assert!(allowed(&by_action, &format!("s3:get{number}"), "arn:aws:s3:::bucket/key"));
    }
    assert!(!allowed(&by_resource, "s3:PutObject", "arn:aws:s3:::bucket-7/key"));
    assert!(!allowed(&by_resource, "s3:GetObject", "arn:aws:s3:::bucket-300/key"));
    assert!(!allowed(&by_action, "s3:Get300", "arn:aws:s3:::bucket/key"));
}
