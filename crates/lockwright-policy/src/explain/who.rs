//! Who can do this: one request put to many principals.

use core::borrow::Borrow;

use super::{Explanation, explain};
use crate::compile::Policy;
use crate::evaluate::{Action, Context, Policies, Principal, Request};

/// Somebody who might be able to.
#[derive(Debug)]
pub struct Candidate<'a, P> {
    /// Who.
    pub principal: Principal<'a>,
    /// What speaks of them.
    pub policies: Policies<'a, P>,
    /// What is known of their requests, such as tags; [`Context::of`] the principal at least.
    pub context: Context<'a>,
}

/// What a candidate can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Can {
    /// They can, and by which statements.
    Now(Explanation),
    /// They could if conditions held whose keys the context does not know, such as the time or an address.
    Perhaps(Explanation),
}

/// Those of the candidates who can, or perhaps can, do an action on a resource; with their number among the candidates.
///
/// ```
/// use lockwright_policy::explain::{Can, Candidate, who_can};
/// use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal};
///
/// let everything = [Policy::parse(r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, Kind::Identity)?];
/// let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEALICE" };
/// let bob = Principal::User { arn: "arn:aws:iam::111122223333:user/bob", id: "AIDAEXAMPLEBOB" };
/// let candidates = [(alice, &everything[..]), (bob, &[])].map(|(principal, identity)| Candidate {
///     principal,
///     policies: Policies { identity, ..Policies::none() },
///     context: Context::of(&principal),
/// });
/// let action = Action::parse("iam:DeleteUser").unwrap();
/// let able = who_can(&action, "arn:aws:iam::111122223333:user/carol", &candidates);
/// assert!(matches!(able[..], [(0, Can::Now(_))]));
/// # Ok::<(), lockwright_policy::Malformed>(())
/// ```
pub fn who_can<P: Borrow<Policy>>(action: &Action, resource: &str, candidates: &[Candidate<'_, P>]) -> Vec<(usize, Can)> {
    let ask = |(number, candidate): (usize, &Candidate<'_, P>)| {
        let request = Request::new(action, resource, &candidate.principal, &candidate.context);
        let explanation = explain(&request, &candidate.policies);
        if explanation.decision.is_allowed() {
            return Some((number, Can::Now(explanation)));
        }
        explanation.may_yet_allow(&request, &candidate.policies).then_some((number, Can::Perhaps(explanation)))
    };
    candidates.iter().enumerate().filter_map(ask).collect()
}
