//! The order of evaluation: an explicit deny anywhere, then the resource's policy, identity policies, boundary and session policies.
//!
//! The rules are AWS's. Service and resource control policies are not among them: they come from organizations, which are not here.

use core::borrow::Borrow;

use super::decision::{Decision, Denial, Source};
use super::principal::Principal;
use super::request::Request;
use crate::compile::{Policy, Reach};
use crate::document::Kind;

/// All policies that speak of a request.
///
/// `P` is [`Policy`], a reference to one, or a counted pointer to one.
#[derive(Debug)]
pub struct Policies<'a, P> {
    /// Inline and attached policies of the user and the user's groups, or of the role. For a federated user, those of the parent.
    pub identity: &'a [P],
    /// The permissions boundary, if one is set.
    pub boundary: Option<&'a P>,
    /// The policies passed with the session, if any were.
    pub session: Option<&'a [P]>,
    /// The policy of the resource, or the trust policy of the role to be taken on.
    pub resource: Option<&'a P>,
}

impl<P> Policies<'_, P> {
    /// No policies: only a root user may do anything.
    pub fn none() -> Self {
        Self { identity: &[], boundary: None, session: None, resource: None }
    }
}

impl<P> Clone for Policies<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Policies<'_, P> {}

/// Decides a request. Allocates nothing and reads nothing but its arguments.
///
/// ```
/// use lockwright_policy::{Action, Context, Decision, Kind, Policies, Policy, Principal, Request, decide};
///
/// let own_keys = Policy::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*AccessKey*",
///         "Resource": "arn:aws:iam::*:user/${aws:username}"}}"#,
///     Kind::Identity,
/// )?;
/// let action = Action::parse("iam:CreateAccessKey").unwrap();
/// let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
/// let context = Context::of(&alice);
/// let policies = Policies { identity: &[own_keys], ..Policies::none() };
///
/// let on = |resource| decide(&Request::new(&action, resource, &alice, &context), &policies);
/// assert_eq!(on("arn:aws:iam::111122223333:user/alice"), Decision::Allowed);
/// assert!(!on("arn:aws:iam::111122223333:user/bob").is_allowed());
/// # Ok::<(), lockwright_policy::Malformed>(())
/// ```
pub fn decide<P: Borrow<Policy>>(request: &Request<'_>, policies: &Policies<'_, P>) -> Decision {
    in_order(request, policies, |policy| policy.denies(request), |policy| policy.allows(request))
}

/// The order itself, whatever is taken for a policy that denies or allows.
pub(crate) fn in_order<P: Borrow<Policy>>(
    request: &Request<'_>,
    policies: &Policies<'_, P>,
    denies: impl Fn(&Policy) -> bool,
    allows: impl Fn(&Policy) -> Option<Reach>,
) -> Decision {
    let resource = policies.resource.map(Borrow::borrow);
    let source = resource.map_or(Source::Resource, source_of);
    let deny = |source| Decision::Denied(Denial { explicit: true, source });
    if resource.is_some_and(&denies) {
        return deny(source);
    }
    if any(policies.identity, &denies) {
        return deny(Source::Identity);
    }
    if policies.boundary.is_some_and(|policy| denies(policy.borrow())) {
        return deny(Source::Boundary);
    }
    if policies.session.is_some_and(|session| any(session, &denies)) {
        return deny(Source::Session);
    }

    let none_allows = |source| Decision::Denied(Denial { explicit: false, source });
    // A policy without principals grants to whom it stands on; on a resource it grants to nobody.
    let reach = resource.filter(|policy| policy.kind() != Kind::Identity).and_then(&allows);
    let crosses = request.crosses_accounts();
    let must_be_let_in = crosses || source == Source::Trust || !request.principal.has_identity();
    if must_be_let_in && reach.is_none() {
        return none_allows(source);
    }
    if !request.principal.has_identity() {
        return Decision::Allowed;
    }
    // What a resource of one's own account grants to exactly this principal needs nothing more.
    let reach = reach.filter(|_| !crosses);
    if reach == Some(Reach::Direct) {
        return Decision::Allowed;
    }
    let granted = matches!(reach, Some(Reach::Role | Reach::Everyone));
    // A root user needs no policy; all others do.
    let may = |policy: &Policy| allows(policy).is_some();
    let identity_allows = || matches!(request.principal, Principal::Root { .. }) || any(policies.identity, may);
    if !granted && !identity_allows() {
        return none_allows(Source::Identity);
    }
    if policies.boundary.is_some_and(|policy| !may(policy.borrow())) {
        return none_allows(Source::Boundary);
    }
    let session_allows = match policies.session {
        Some(session) => any(session, may),
        // A federated user without a session policy can do nothing; a role's session without one can do what the role can.
        None => !matches!(request.principal, Principal::FederatedUser { .. }),
    };
    if session_allows { Decision::Allowed } else { none_allows(Source::Session) }
}

fn any<P: Borrow<Policy>>(policies: &[P], holds: impl Fn(&Policy) -> bool) -> bool {
    policies.iter().any(|policy| holds(policy.borrow()))
}

pub(crate) fn source_of(policy: &Policy) -> Source {
    match policy.kind() {
        Kind::Trust => Source::Trust,
        Kind::Identity | Kind::Resource => Source::Resource,
    }
}
