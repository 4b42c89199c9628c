//! What the tests share: one account, its people, and short ways to write policies.

use lockwright_policy::{Action, Context, Decision, Kind, Policies, Policy, Principal, Request, decide};

pub(crate) const ALICE: Principal<'_> = Principal::User { arn: "arn:aws:iam::111122223333:user/team/alice", id: "AIDAALICEALICEALICE1" };
pub(crate) const SESSION: Principal<'_> = Principal::Session {
    arn: "arn:aws:sts::111122223333:assumed-role/Builder/run",
    role: "arn:aws:iam::111122223333:role/ci/Builder",
    id: "AROABUILDERBUILDER12:run",
};
pub(crate) const FEDERATED: Principal<'_> = Principal::FederatedUser {
    arn: "arn:aws:sts::111122223333:federated-user/guest",
    parent: "arn:aws:iam::111122223333:user/team/alice",
    id: "111122223333:guest",
};
pub(crate) const ROOT: Principal<'_> = Principal::Root { account: "111122223333" };

/// A policy; the test ends when it is none.
pub(crate) fn policy(text: &str, kind: Kind) -> Policy {
    Policy::parse(text, kind).unwrap_or_else(|malformed| panic!("{malformed}: {text}"))
}

/// An identity policy of statements.
pub(crate) fn identity(statements: &str) -> Policy {
    policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#), Kind::Identity)
}

/// True when an identity policy of these statements lets the principal do it.
pub(crate) fn allows(statements: &str, action: &str, resource: &str, principal: &Principal<'_>, context: &Context<'_>) -> bool {
    let action = Action::parse(action).unwrap();
    let policies = Policies { identity: &[identity(statements)], ..Policies::none() };
    decide(&Request::new(&action, resource, principal, context), &policies) == Decision::Allowed
}

/// True when a statement with this condition applies in the context; asked both as what allows and as what denies.
pub(crate) fn applies(condition: &str, context: &Context<'_>) -> bool {
    let statement = |effect: &str| format!(r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {condition}}}"#);
    let allowed = allows(&statement("Allow"), "iam:GetUser", "*", &ALICE, context);
    let beside = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*"}}, {}"#, statement("Deny"));
    let denied = !allows(&beside, "iam:GetUser", "*", &ALICE, context);
    assert_eq!(allowed, denied, "{condition}: a condition holds for Allow and Deny alike");
    allowed
}
