//! The order of evaluation as a table of truth: who asks, which policies allow, deny or are silent, and what comes of it.

use lockwright_policy::{Action, Context, Decision, Denial, Kind, Policies, Policy, Principal, Request, Source, decide};

use crate::shared::{ALICE, FEDERATED, ROOT, SESSION, policy};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const FOREIGN_KEY: &str = "arn:aws:kms:eu-west-1:444455556666:key/k";

/// What a policy says of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Allow,
    Deny,
    Nothing,
}

use Says::{Allow, Deny, Nothing};

impl Says {
    fn statement(self, principal: &str) -> String {
        let (effect, action) = match self {
            Allow => ("Allow", "kms:Decrypt"),
            Deny => ("Deny", "kms:Decrypt"),
            Nothing => ("Allow", "kms:Encrypt"),
        };
        format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": "{action}", "Resource": "*"{principal}}}}}"#)
    }

    fn identity(self) -> Policy {
        policy(&self.statement(""), Kind::Identity)
    }

    fn resource(self, named: &str) -> Policy {
        policy(&self.statement(&format!(r#", "Principal": {named}"#)), Kind::Resource)
    }
}

struct Asked<'a> {
    who: Principal<'a>,
    on: &'a str,
    identity: Says,
    boundary: Option<Says>,
    session: Option<Says>,
    /// What the resource's policy says, and whom it names.
    resource: Option<(Says, &'a str)>,
}

impl Asked<'_> {
    fn decide(&self) -> Decision {
        let identity = [self.identity.identity()];
        let boundary = self.boundary.map(Says::identity);
        let session = self.session.map(|says| [says.identity()]);
        let resource = self.resource.map(|(says, named)| says.resource(named));
        let policies = Policies {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_ref().map(<[Policy; 1]>::as_slice),
            resource: resource.as_ref(),
        };
        let action = Action::parse("kms:Decrypt").unwrap();
        let context = Context::of(&self.who);
        decide(&Request::new(&action, self.on, &self.who, &context), &policies)
    }
}

const PLAIN: Asked<'_> = Asked { who: ALICE, on: KEY, identity: Nothing, boundary: None, session: None, resource: None };

fn implicit(source: Source) -> Decision {
    Decision::Denied(Denial { explicit: false, source })
}

fn explicit(source: Source) -> Decision {
    Decision::Denied(Denial { explicit: true, source })
}

const EVERY: [Option<Says>; 4] = [None, Some(Allow), Some(Deny), Some(Nothing)];

#[test]
fn an_explicit_deny_anywhere_denies_whatever_allows() {
    for who in [ALICE, SESSION, FEDERATED, ROOT] {
        let full = Asked { who, identity: Allow, boundary: Some(Allow), session: Some(Allow), resource: Some((Allow, r#""*""#)), ..PLAIN };
        assert_eq!(full.decide(), Decision::Allowed);
        assert_eq!(Asked { identity: Deny, ..full }.decide(), explicit(Source::Identity));
        assert_eq!(Asked { boundary: Some(Deny), ..full }.decide(), explicit(Source::Boundary));
        assert_eq!(Asked { session: Some(Deny), ..full }.decide(), explicit(Source::Session));
        assert_eq!(Asked { resource: Some((Deny, r#""*""#)), ..full }.decide(), explicit(Source::Resource));
    }
}

/// Every combination of what identity, boundary and session policies say, without a resource's policy.
#[test]
fn identity_boundary_and_session_must_all_allow_where_they_exist() {
    for who in [ALICE, SESSION, FEDERATED, ROOT] {
        for identity in [Allow, Deny, Nothing] {
            for boundary in EVERY {
                for session in EVERY {
                    let decision = Asked { who, identity, boundary, session, ..PLAIN }.decide();
                    let all = [(Source::Identity, Some(identity)), (Source::Boundary, boundary), (Source::Session, session)];
                    let denying = all.iter().find(|(_, says)| *says == Some(Deny));
                    let silent = all.iter().find(|(source, says)| match (source, says) {
                        (Source::Identity, Some(Nothing)) => who != ROOT,
                        (Source::Session, None) => who == FEDERATED,
                        (_, says) => *says == Some(Nothing),
                    });
                    let expected = match (denying, silent) {
                        (Some((source, _)), _) => explicit(*source),
                        (None, Some((source, _))) => implicit(*source),
                        (None, None) => Decision::Allowed,
                    };
                    assert_eq!(decision, expected, "{who:?} {identity:?} {boundary:?} {session:?}");
                }
            }
        }
    }
}

/// Whom a resource of the same account names decides what else must allow.
#[test]
fn a_resource_of_the_account_opens_as_far_as_it_names_the_principal() {
    let user = r#"{"AWS": "arn:aws:iam::111122223333:user/team/alice"}"#;
    let role = r#"{"AWS": "arn:aws:iam::111122223333:role/ci/Builder"}"#;
    let run = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/Builder/run"}"#;
    let guest = r#"{"AWS": "arn:aws:sts::111122223333:federated-user/guest"}"#;
    let account = r#"{"AWS": "111122223333"}"#;
    let account_arn = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
    let anyone = r#""*""#;
    let other = r#"{"AWS": "arn:aws:iam::111122223333:user/team/bob"}"#;
    // Who, whom the resource names, and then: alone; with a silent boundary; with a silent session policy.
    let ok = Decision::Allowed;
    let (no_identity, no_boundary, no_session) = (implicit(Source::Identity), implicit(Source::Boundary), implicit(Source::Session));
    let table = [
        (ALICE, user, [ok, ok, ok]),
        (ALICE, account, [no_identity; 3]),
        (ALICE, account_arn, [no_identity; 3]),
        (ALICE, anyone, [ok, no_boundary, no_session]),
        (ALICE, other, [no_identity; 3]),
        (SESSION, run, [ok, ok, ok]),
        (SESSION, role, [ok, no_boundary, no_session]),
        (SESSION, account, [no_identity; 3]),
        (SESSION, user, [no_identity; 3]),
        (FEDERATED, guest, [ok, ok, ok]),
        (FEDERATED, user, [no_session, no_boundary, no_session]),
        (FEDERATED, account, [no_identity; 3]),
        (ROOT, account, [ok, no_boundary, no_session]),
        (ROOT, anyone, [ok, no_boundary, no_session]),
    ];
    for (who, named, [alone, with_boundary, with_session]) in table {
        let asked = Asked { who, resource: Some((Allow, named)), ..PLAIN };
        assert_eq!(asked.decide(), alone, "{who:?} {named}");
        assert_eq!(Asked { boundary: Some(Nothing), ..asked }.decide(), with_boundary, "{who:?} {named} with boundary");
        assert_eq!(Asked { session: Some(Nothing), ..asked }.decide(), with_session, "{who:?} {named} with session");
    }
}

#[test]
fn of_several_statements_the_one_that_names_the_principal_closest_counts() {
    let statement =
        |named: &str| format!(r#"{{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {{"AWS": "{named}"}}}}"#);
    let (role, account) = (statement("arn:aws:iam::111122223333:role/ci/Builder"), statement("111122223333"));
    let action = Action::parse("kms:Decrypt").unwrap();
    let context = Context::of(&SESSION);
    for statements in [format!("{role}, {account}"), format!("{account}, {role}")] {
        let open = policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#), Kind::Resource);
        let policies = Policies { resource: Some(&open), ..Policies::none() };
        assert_eq!(decide(&Request::new(&action, KEY, &SESSION, &context), &policies), Decision::Allowed);
    }
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let names = [r#"{"AWS": "arn:aws:iam::111122223333:user/team/alice"}"#, r#"{"AWS": "111122223333"}"#, r#""*""#];
    for named in names {
        for identity in [Allow, Nothing] {
            for resource in [None, Some((Allow, named)), Some((Nothing, named))] {
                let decision = Asked { on: FOREIGN_KEY, identity, resource, ..PLAIN }.decide();
                let expected = match (resource, identity) {
                    (Some((Allow, _)), Allow) => Decision::Allowed,
                    (Some((Allow, _)), _) => implicit(Source::Identity),
                    _ => implicit(Source::Resource),
                };
                assert_eq!(decision, expected, "{named} {identity:?} {resource:?}");
            }
        }
    }
    let root = Asked { who: ROOT, on: FOREIGN_KEY, ..PLAIN };
    assert_eq!(root.decide(), implicit(Source::Resource), "a root user is root of its own account only");
    let bounded = Asked { on: FOREIGN_KEY, identity: Allow, boundary: Some(Nothing), resource: Some((Allow, names[0])), ..PLAIN };
    assert_eq!(bounded.decide(), implicit(Source::Boundary));
}

#[test]
fn who_has_no_policies_needs_the_resources() {
    for who in [Principal::Anonymous, Principal::Service { name: "logs.amazonaws.com" }] {
        let asked = Asked { who, ..PLAIN };
        assert_eq!(Asked { identity: Allow, ..asked }.decide(), implicit(Source::Resource), "{who:?}");
        assert_eq!(Asked { resource: Some((Allow, r#""*""#)), ..asked }.decide(), Decision::Allowed);
        assert_eq!(Asked { resource: Some((Deny, r#""*""#)), ..asked }.decide(), explicit(Source::Resource));
    }
    let service = Asked { who: Principal::Service { name: "logs.amazonaws.com" }, ..PLAIN };
    assert!(Asked { resource: Some((Allow, r#"{"Service": "logs.amazonaws.com"}"#)), ..service }.decide().is_allowed());
    assert!(!Asked { resource: Some((Allow, r#"{"Service": "ec2.amazonaws.com"}"#)), ..service }.decide().is_allowed());
    assert!(!Asked { resource: Some((Allow, r#"{"AWS": "111122223333"}"#)), ..service }.decide().is_allowed());
}

/// Trust, identity and boundary, for a role in the same account and in another. (D14)
#[test]
fn d14_taking_on_a_role_needs_its_trust_whatever_else_allows() {
    let home = "arn:aws:iam::111122223333:role/Target";
    let abroad = "arn:aws:iam::444455556666:role/Target";
    let action = Action::parse("sts:AssumeRole").unwrap();
    let context = Context::of(&ALICE);
    let assume = |allows: bool| {
        let action = if allows { "sts:AssumeRole" } else { "sts:GetSessionToken" };
        policy(
            &format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#),
            Kind::Identity,
        )
    };
    let direct = Some(r#"{"AWS": "arn:aws:iam::111122223333:user/team/alice"}"#);
    let account = Some(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#);
    let stranger = Some(r#"{"AWS": "arn:aws:iam::111122223333:user/team/bob"}"#);
    for role in [home, abroad] {
        for named in [None, direct, account, stranger] {
            for identity in [true, false] {
                for boundary in [None, Some(true), Some(false)] {
                    let trust = named.map(|named| {
                        let text = format!(
                            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {named}, "Action": "sts:AssumeRole"}}}}"#
                        );
                        policy(&text, Kind::Trust)
                    });
                    let empty = policy(
                        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"Service": "none.example"}, "Action": "sts:AssumeRole"}}"#,
                        Kind::Trust,
                    );
                    let edge = boundary.map(assume);
                    let own = [assume(identity)];
                    let policies = Policies {
                        identity: &own,
                        boundary: edge.as_ref(),
                        resource: Some(trust.as_ref().unwrap_or(&empty)),
                        ..Policies::none()
                    };
                    let decision = decide(&Request::new(&action, role, &ALICE, &context), &policies);
                    let trusted = named == direct || named == account;
                    let expected = if !trusted {
                        implicit(Source::Trust)
                    } else if role == home && named == direct {
                        Decision::Allowed
                    } else if !identity {
                        implicit(Source::Identity)
                    } else if boundary == Some(false) {
                        implicit(Source::Boundary)
                    } else {
                        Decision::Allowed
                    };
                    assert_eq!(decision, expected, "{role} {named:?} {identity} {boundary:?}");
                }
            }
        }
    }
}

#[test]
fn d11_a_namesake_made_later_or_elsewhere_is_not_trusted() {
    let action = Action::parse("sts:AssumeRole").unwrap();
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": ["arn:aws:iam::111122223333:user/team/alice", "arn:aws:iam::111122223333:role/ci/Builder"]}}}"#;
    let ids = |arn: &str| Some(if arn.ends_with("alice") { "AIDAALICEALICEALICE1" } else { "AROABUILDERBUILDER12" }.to_owned());
    let trust = policy(text, Kind::Trust).pinned(ids);
    let trusted = |who: Principal<'_>| {
        let context = Context::of(&who);
        trust.allows(&Request::new(&action, "arn:aws:iam::111122223333:role/Target", &who, &context)).is_some()
    };
    let Principal::User { arn, .. } = ALICE else { panic!() };
    let Principal::Session { arn: run, role, .. } = SESSION else { panic!() };
    assert!(trusted(ALICE));
    assert!(!trusted(Principal::User { arn, id: "AIDALATERALICELATER1" }));
    assert!(!trusted(Principal::User { arn: "arn:aws:iam::444455556666:user/team/alice", id: "AIDAALICEALICEALICE1" }));
    assert!(
        !trusted(Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAALICEALICEALICE1" }),
        "the path is part of the ARN"
    );
    assert!(trusted(SESSION));
    assert!(!trusted(Principal::Session { arn: run, role, id: "AROALATERLATERLATER1:run" }));
}

#[test]
fn a_deleted_principals_id_still_names_it() {
    let action = Action::parse("sts:AssumeRole").unwrap();
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": ["AIDAALICEALICEALICE1", "AROABUILDERBUILDER12"]}}}"#;
    let trust = policy(text, Kind::Trust);
    for (who, trusted) in [(ALICE, true), (SESSION, true), (FEDERATED, false), (ROOT, false)] {
        let context = Context::of(&who);
        assert_eq!(trust.allows(&Request::new(&action, "*", &who, &context)).is_some(), trusted, "{who:?}");
    }
}

#[test]
fn not_principal_is_all_but_who_is_named() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*",
        "NotPrincipal": {"AWS": ["arn:aws:iam::111122223333:user/team/alice"]}}}"#;
    let deny = policy(text, Kind::Resource);
    let action = Action::parse("kms:Decrypt").unwrap();
    for (who, denied) in [(ALICE, false), (SESSION, true), (Principal::Anonymous, true)] {
        let context = Context::of(&who);
        assert_eq!(deny.denies(&Request::new(&action, KEY, &who, &context)), denied, "{who:?}");
    }
}

#[test]
fn a_policy_without_principals_opens_no_resource() {
    let action = Action::parse("kms:Decrypt").unwrap();
    let context = Context::of(&ALICE);
    let (open, closed) = (Allow.identity(), Deny.identity());
    let on = |resource| decide(&Request::new(&action, KEY, &ALICE, &context), &Policies { resource: Some(resource), ..Policies::none() });
    assert_eq!(on(&open), implicit(Source::Identity));
    assert_eq!(on(&closed), explicit(Source::Resource));
}

#[test]
fn a_provider_is_trusted_by_its_name() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example"},
        "Condition": {"StringEquals": {"id.example:aud": "app"}}}}"#;
    let trust = policy(text, Kind::Trust);
    let action = Action::parse("sts:AssumeRoleWithWebIdentity").unwrap();
    let decision = |provider: &str, audience: &str| {
        let who = Principal::Federated { provider };
        let context = Context::of(&who).with("id.example:aud", audience);
        let policies = Policies { resource: Some(&trust), ..Policies::none() };
        decide(&Request::new(&action, "arn:aws:iam::111122223333:role/Target", &who, &context), &policies)
    };
    assert_eq!(decision("arn:aws:iam::111122223333:oidc-provider/id.example", "app"), Decision::Allowed);
    assert_eq!(decision("arn:aws:iam::111122223333:oidc-provider/id.example", "other"), implicit(Source::Trust));
    assert_eq!(decision("arn:aws:iam::111122223333:oidc-provider/else.example", "app"), implicit(Source::Trust));
}

#[test]
fn a_name_without_an_account_belongs_to_whom_it_is_said_to() {
    let action = Action::parse("s3:GetObject").unwrap();
    let context = Context::of(&ALICE);
    let all = policy(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, Kind::Identity);
    let policies = Policies { identity: &[all], ..Policies::none() };
    let request = Request::new(&action, "arn:aws:s3:::bucket/key", &ALICE, &context);
    assert_eq!(decide(&request, &policies), Decision::Allowed);
    assert_eq!(decide(&request.owned_by("444455556666"), &policies), implicit(Source::Resource));
}
