//! A decision allocates nothing, however many statements, conditions and variables it looks at.

use lockwright_policy::{Action, Context, Decision, Kind, Policies, Request, decide};

use crate::shared::{ALICE, SESSION, identity, policy};

#[test]
fn a_decision_allocates_nothing() {
    let conditions = r#"{
        "StringLike": {"aws:PrincipalTag/team": ["r?d", "*-${aws:username}"]}, "StringEqualsIgnoreCase": {"t:Text": "ÉTÉ"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}, "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
        "Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}, "BinaryEquals": {"t:Bytes": "QQ=="},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}, "Null": {"aws:TokenIssueTime": "true"}}"#;
    let mut statements: Vec<String> = (0..500)
        .map(|number| format!(r#"{{"Effect": "Allow", "Action": "iam:Get*", "Resource": "arn:aws:iam::111122223333:user/{number}/*"}}"#))
        .collect();
    statements.push(format!(
        r#"{{"Effect": "Allow", "Action": "iam:*User", "Resource": "arn:aws:iam::*:user/te?m/${{aws:username}}", "Condition": {conditions}}}"#
    ));
    statements.push(r#"{"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:iam::*:user/${aws:username}"}"#.to_owned());
    let all = [identity(&statements.join(","))];
    let edge = identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#);
    let resource = policy(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": ["111122223333", "*"]}}}"#,
        Kind::Resource,
    );
    let policies = Policies { identity: &all, boundary: Some(&edge), session: Some(&all), resource: Some(&resource) };
    let full = |context: Context<'static>| {
        context
            .with("aws:PrincipalTag/team", "x-alice")
            .with("t:Text", "été")
            .with("aws:MultiFactorAuthAge", "60")
            .with("aws:CurrentTime", "2026-11-24T10:00:00Z")
            .with("aws:SecureTransport", "true")
            .with("aws:SourceIp", "2001:db8::1")
            .with("t:Bytes", "QQ==")
            .with_all("aws:TagKeys", ["team"])
    };
    let own = "arn:aws:iam::111122223333:user/team/alice";
    let asked = [
        (&ALICE, full(Context::of(&ALICE)), "iam:GetUser", own, true),
        (&ALICE, full(Context::of(&ALICE)), "iam:GetUser", "arn:aws:iam::111122223333:user/498/x", true),
        (&ALICE, full(Context::of(&ALICE)), "iam:DeleteUser", "arn:aws:iam::111122223333:user/team/bob", false),
        (&SESSION, full(Context::of(&SESSION)), "sts:AssumeRole", "arn:aws:iam::444455556666:role/x", false),
    ];
    for (who, context, action, on, expected) in &asked {
        let action = Action::parse(action).unwrap();
        let mut decision = None;
        let used = allocation_counter::measure(|| decision = Some(decide(&Request::new(&action, on, who, context), &policies)));
        assert_eq!(decision.map(Decision::is_allowed), Some(*expected), "{on}");
        assert_eq!(used.count_total, 0, "{on}");
    }
    let used = allocation_counter::measure(|| drop(Context::of(&ALICE)));
    assert!(used.count_total > 0, "the counter counts");
}
