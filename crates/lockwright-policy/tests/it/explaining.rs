//! Explanations and simulations: they say what decisions say, and name the statements that made them.

use lockwright_policy::explain::{Can, Candidate, Verdict, explain, who_can};
use lockwright_policy::simulate::{EntryType, Evaluated, Input, Mismatch, Origin, Simulation};
use lockwright_policy::{Action, Context, Document, Effect, Kind, Policies, Policy, Request, Source, keys};

use crate::generated::Cases;
use crate::shared::{ALICE, SESSION, identity, policy};

const OWN: &str = "arn:aws:iam::111122223333:user/team/alice";

fn action(name: &str) -> Action {
    Action::parse(name).unwrap()
}

#[test]
fn an_explanation_names_the_first_thing_that_keeps_a_statement_from_applying() {
    let statements = r#"
        {"Sid": "a", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/bob"},
        {"Sid": "b", "Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:PrincipalTag/name}"},
        {"Sid": "c", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Sid": "d", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Sid": "e", "Effect": "Allow", "Action": "sts:*", "Resource": "*"},
        {"Sid": "f", "Effect": "Deny", "Action": "iam:Get*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": "alice"}, "NotIpAddress": {"AWS:sourceIP": "10.0.0.0/8"}}}"#;
    let policies = [identity(statements)];
    let context = Context::of(&ALICE).with("aws:SecureTransport", "false");
    let get = action("iam:GetUser");
    let request = Request::new(&get, OWN, &ALICE, &context);
    let explanation = explain(&request, &Policies { identity: &policies, ..Policies::none() });
    let told: Vec<(&str, &Verdict)> =
        explanation.findings.iter().map(|finding| (finding.sid.as_deref().unwrap(), &finding.verdict)).collect();
    let condition = |operator: &str, key: &str, absent| Verdict::Condition { operator: operator.to_owned(), key: key.to_owned(), absent };
    assert_eq!(
        told,
        [
            ("a", &Verdict::OtherResource),
            ("b", &Verdict::NoValue { key: "aws:PrincipalTag/name".to_owned() }),
            ("c", &condition("Bool", "aws:SecureTransport", false)),
            ("d", &condition("IpAddress", "aws:SourceIp", true)),
            ("f", &Verdict::Applies),
        ]
    );
    assert_eq!(explanation.missing, ["aws:PrincipalTag/name", "aws:SourceIp"]);
    assert_eq!(explanation.deciding().map(|finding| finding.statement).collect::<Vec<_>>(), [5]);
    assert_eq!(explanation.near_misses().map(|finding| finding.statement).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn an_explanation_decides_as_a_decision_does() {
    let mut cases = Cases::new(0xe4);
    for _ in 0..300 {
        cases.with_next_world(10, |_, request, policies| {
            let explanation = explain(request, policies);
            assert_eq!(explanation.decision, lockwright_policy::decide(request, policies));
            let applying = |effect: Effect, source: Source| {
                explanation.findings.iter().any(|f| f.effect == effect && f.source == source && f.verdict == Verdict::Applies)
            };
            let sources = [Source::Resource, Source::Trust, Source::Identity, Source::Boundary, Source::Session];
            let denied = match explanation.decision {
                lockwright_policy::Decision::Denied(denial) => denial.explicit,
                lockwright_policy::Decision::Allowed => false,
            };
            assert_eq!(sources.iter().any(|source| applying(Effect::Deny, *source)), denied, "the index and the walk find the same");
            assert_eq!(policies.identity.iter().any(|policy| policy.allows(request).is_some()), applying(Effect::Allow, Source::Identity));
        });
    }
}

#[test]
fn who_can_tells_those_who_can_from_those_who_could() {
    let always = identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#);
    let with_device = identity(
        r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}"#,
    );
    let never =
        identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": "bob"}}}"#);
    let unless_near = identity(
        r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#,
    );
    let denied =
        identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#);
    let sets = [[always], [with_device], [never], [unless_near], [denied]];
    let candidates: Vec<Candidate<'_, Policy>> = sets
        .iter()
        .map(|set| Candidate { principal: ALICE, policies: Policies { identity: set, ..Policies::none() }, context: Context::of(&ALICE) })
        .collect();
    let told: Vec<(usize, bool)> =
        who_can(&action("iam:DeleteUser"), OWN, &candidates).into_iter().map(|(at, can)| (at, matches!(can, Can::Now(_)))).collect();
    assert_eq!(told, [(0, true), (1, false), (3, false)]);
}

fn input<'a>(id: &str, policy: &'a Policy) -> Input<'a> {
    Input { id: id.to_owned(), origin: Origin::None, policy }
}

#[test]
fn a_simulation_tells_each_resource_and_the_worst_of_all() {
    let allow = identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#);
    let deny = identity(r#"{"Effect": "Deny", "Action": "iam:Delete*", "Resource": "arn:aws:iam::*:user/team/*"}"#);
    let simulation = Simulation { identity: vec![input("one", &allow), input("two", &deny)], caller: Some(ALICE), ..Simulation::default() };
    let results = simulation
        .run(&[action("iam:DeleteUser"), action("iam:GetUser"), action("sts:AssumeRole")], &["arn:aws:iam::111122223333:user/x", OWN]);
    let decisions: Vec<Evaluated> = results.iter().map(|result| result.decision).collect();
    assert_eq!(decisions, [Evaluated::ExplicitDeny, Evaluated::Allowed, Evaluated::ImplicitDeny]);
    let delete: Vec<(Evaluated, Vec<&str>)> = results[0]
        .resources
        .iter()
        .map(|result| (result.decision, result.matched.iter().map(|matched| matched.policy.as_str()).collect()))
        .collect();
    assert_eq!(delete, [(Evaluated::Allowed, vec!["one"]), (Evaluated::ExplicitDeny, vec!["two"])], "only what denies is named");
    assert!(results[2].resources.iter().all(|result| result.matched.is_empty()));
}

#[test]
fn a_simulation_tells_what_the_boundary_says() {
    let allow = identity(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let edge = identity(r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#);
    let simulation = Simulation { identity: vec![input("one", &allow)], boundary: Some(input("edge", &edge)), ..Simulation::default() };
    let results = simulation.run(&[action("iam:GetUser"), action("sts:AssumeRole")], &[]);
    let told: Vec<(Evaluated, Option<bool>)> = results.iter().map(|r| (r.decision, r.resources[0].allowed_by_boundary)).collect();
    assert_eq!(told, [(Evaluated::Allowed, Some(true)), (Evaluated::ImplicitDeny, Some(false))]);
    assert_eq!(results[0].resources[0].resource, "*");
    let without = Simulation { boundary: None, ..simulation };
    assert_eq!(without.run(&[action("sts:AssumeRole")], &[])[0].resources[0].allowed_by_boundary, None);
}

#[test]
fn a_simulation_across_accounts_tells_both_sides() {
    let allow = identity(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let open = policy(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Principal": {"AWS": "111122223333"}}}"#,
        Kind::Resource,
    );
    let simulation = Simulation {
        identity: vec![input("one", &allow)],
        resource: Some(Input { id: "ResourcePolicy".to_owned(), origin: Origin::Resource, policy: &open }),
        caller: Some(ALICE),
        owner: Some("444455556666"),
        ..Simulation::default()
    };
    let results = simulation.run(&[action("s3:GetObject"), action("s3:PutObject")], &["arn:aws:s3:::bucket/key"]);
    let told: Vec<(Evaluated, Evaluated, Evaluated)> = results
        .iter()
        .map(|result| {
            let across = result.resources[0].across_accounts.unwrap();
            (result.decision, across.identity, across.resource)
        })
        .collect();
    use Evaluated::{Allowed, ImplicitDeny};
    assert_eq!(told, [(Allowed, Allowed, Allowed), (ImplicitDeny, Allowed, ImplicitDeny)]);
    assert_eq!(results[0].resources[0].matched.iter().map(|m| m.origin.as_str()).collect::<Vec<_>>(), ["resource", "none"]);
    let home = Simulation { owner: None, ..simulation };
    assert_eq!(home.run(&[action("s3:PutObject")], &["arn:aws:s3:::bucket/key"])[0].resources[0].across_accounts, None);
}

#[test]
fn a_simulation_without_a_caller_knows_no_caller() {
    let own = identity(r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:user/team/${aws:username}"}"#);
    let simulation = Simulation { identity: vec![input("one", &own)], ..Simulation::default() };
    let result = simulation.run(&[action("iam:GetUser")], &[OWN]).remove(0).resources.remove(0);
    assert_eq!((result.decision, result.missing), (Evaluated::ImplicitDeny, vec!["aws:username".to_owned()]));
    let given = Simulation { context: Context::new().with("aws:username", "alice"), ..simulation };
    assert_eq!(given.run(&[action("iam:GetUser")], &[OWN])[0].decision, Evaluated::Allowed);
    let of_session = Simulation { caller: Some(SESSION), ..given };
    assert_eq!(of_session.run(&[action("iam:GetUser")], &[OWN])[0].decision, Evaluated::Allowed, "what is given wins over what follows");
}

#[test]
fn context_entries_hold_what_their_type_says() {
    let check = |word: &str, values: &[&str]| EntryType::parse(word).unwrap().check(values);
    for (word, good, bad) in [
        ("numeric", "1.5", "x"),
        ("boolean", "TRUE", "1"),
        ("ip", "2001:db8::1", "10.0.0.0/8"),
        ("binary", "QQ==", "!"),
        ("date", "2026-01-01T00:00:00Z", "soon"),
    ] {
        assert_eq!(check(word, &[good]), Ok(()));
        assert_eq!(check(word, &[bad]), Err(Mismatch::Unreadable(bad.to_owned())), "{word}");
        assert_eq!(check(&format!("{word}List"), &[good, bad]), Err(Mismatch::Unreadable(bad.to_owned())));
        assert_eq!(check(word, &[good, good]), Err(Mismatch::NotOne));
        assert_eq!(check(word, &[]), Err(Mismatch::NotOne));
        assert_eq!(check(&format!("{word}List"), &[]), Ok(()));
    }
    assert_eq!(check("string", &["anything"]), Ok(()));
}

#[test]
fn keys_are_listed_once_each_as_they_are_first_written() {
    let text = |version: &str| {
        format!(
            r#"{{"Version": "{version}", "Statement": [
                {{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${{t:Bucket, 'x'}}/${{*}}",
                  "Condition": {{"StringLike": {{"aws:PrincipalTag/Team": ["${{aws:username}}*", "${{AWS:PRINCIPALTAG/team}}"]}}}}}},
                {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"Null": {{"aws:UserName": "true"}}, "Bool": {{"t:New": "true"}}}}}}]}}"#
        )
    };
    let listed = |version: &str| keys::asked_by([&Document::parse(text(version), Kind::Identity).unwrap()]);
    assert_eq!(listed("2012-10-17"), ["t:Bucket", "aws:PrincipalTag/Team", "aws:username", "t:New"]);
    assert_eq!(listed("2008-10-17"), ["aws:PrincipalTag/Team", "aws:UserName", "t:New"]);
}
