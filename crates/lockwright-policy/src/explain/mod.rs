//! Why a request is decided as it is: which statements apply, which nearly did and what kept them from it, which keys were missing.
//!
//! This walks through every statement and allocates; decisions are made without it, and both say the same.

mod who;

use core::borrow::Borrow;
use std::collections::HashSet;

pub use who::{Can, Candidate, who_can};

use crate::compile::{Policy, Reach, Statement};
use crate::document::{Effect, Position};
use crate::evaluate::{Decision, Policies, Request, Source, decide, in_order, source_of};

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What is decided.
    pub decision: Decision,
    /// Every statement whose action matches, in the order of evaluation.
    pub findings: Vec<Finding>,
    /// Condition keys the statements that speak of the action ask for and the context does not hold, as they are written, each once.
    pub missing: Vec<String>,
}

/// What one statement says of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind of policy it stands in.
    pub source: Source,
    /// The policy's number among those of its kind.
    pub policy: usize,
    /// The statement's number in the policy.
    pub statement: usize,
    /// Its name, if it has one.
    pub sid: Option<String>,
    /// What it does when it applies.
    pub effect: Effect,
    /// Just after its opening brace.
    pub start: Position,
    /// Just after its closing brace.
    pub end: Position,
    /// Whether it applies.
    pub verdict: Verdict,
}

/// Whether a statement whose action matches applies, or what first keeps it from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It applies.
    Applies,
    /// It speaks of somebody else.
    OtherPrincipal,
    /// It speaks of other resources.
    OtherResource,
    /// It speaks of a resource by a variable that has no value.
    NoValue {
        /// The variable's key as it is written.
        key: String,
    },
    /// A condition does not hold.
    Condition {
        /// The operator.
        operator: String,
        /// The key as it is written.
        key: String,
        /// True when the context does not hold the key.
        absent: bool,
    },
}

/// Decides a request and tells why.
///
/// ```
/// use lockwright_policy::explain::{Verdict, explain};
/// use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request};
///
/// let policy = Policy::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Sid": "OnlyWithDevice", "Effect": "Allow", "Action": "iam:*", "Resource": "*",
///         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}"#,
///     Kind::Identity,
/// )?;
/// let action = Action::parse("iam:GetUser").unwrap();
/// let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
/// let context = Context::of(&alice);
/// let explanation = explain(&Request::new(&action, "*", &alice, &context), &Policies { identity: &[policy], ..Policies::none() });
/// assert!(!explanation.decision.is_allowed());
/// assert_eq!(explanation.missing, ["aws:MultiFactorAuthPresent"]);
/// assert!(matches!(&explanation.findings[0].verdict, Verdict::Condition { absent: true, .. }));
/// # Ok::<(), lockwright_policy::Malformed>(())
/// ```
pub fn explain<P: Borrow<Policy>>(request: &Request<'_>, policies: &Policies<'_, P>) -> Explanation {
    let mut explanation = Explanation { decision: decide(request, policies), findings: Vec::new(), missing: Vec::new() };
    let mut seen = HashSet::new();
    if let Some(policy) = policies.resource.map(Borrow::borrow) {
        explanation.add(source_of(policy), core::iter::once(policy), request, &mut seen);
    }
    explanation.add(Source::Identity, policies.identity.iter().map(Borrow::borrow), request, &mut seen);
    explanation.add(Source::Boundary, policies.boundary.into_iter().map(Borrow::borrow), request, &mut seen);
    explanation.add(Source::Session, policies.session.unwrap_or_default().iter().map(Borrow::borrow), request, &mut seen);
    explanation
}

impl Explanation {
    fn add<'p>(&mut self, source: Source, policies: impl Iterator<Item = &'p Policy>, request: &Request<'_>, seen: &mut HashSet<String>) {
        for (policy, compiled) in policies.enumerate() {
            for (number, statement) in compiled.statements().iter().enumerate() {
                if !statement.speaks_of_action(request) {
                    continue;
                }
                let unknown = statement.asked_keys().filter(|(key, _)| !request.context.holds(key));
                self.missing.extend(unknown.filter(|(key, _)| seen.insert((*key).to_owned())).map(|(_, written)| written.to_owned()));
                self.findings.push(Finding {
                    source,
                    policy,
                    statement: number,
                    sid: statement.sid.as_deref().map(str::to_owned),
                    effect: statement.effect,
                    start: statement.start,
                    end: statement.end,
                    verdict: verdict(statement, request),
                });
            }
        }
    }

    /// The statements that made the decision: those that deny, or else, where the request is allowed, all that allow it.
    pub fn deciding(&self) -> impl Iterator<Item = &Finding> {
        let wanted = match self.decision {
            Decision::Allowed => Some(Effect::Allow),
            Decision::Denied(denial) if denial.explicit => Some(Effect::Deny),
            Decision::Denied(_) => None,
        };
        self.findings.iter().filter(move |finding| Some(finding.effect) == wanted && finding.verdict == Verdict::Applies)
    }

    /// The statements that would allow the request if one condition held, one variable had a value, or the key were known.
    pub fn near_misses(&self) -> impl Iterator<Item = &Finding> {
        let near = |verdict: &Verdict| matches!(verdict, Verdict::Condition { .. } | Verdict::NoValue { .. });
        self.findings.iter().filter(move |finding| finding.effect == Effect::Allow && near(&finding.verdict))
    }

    /// True when some values of keys the context does not know might make it allowed.
    pub fn may_yet_allow<P: Borrow<Policy>>(&self, request: &Request<'_>, policies: &Policies<'_, P>) -> bool {
        !self.missing.is_empty()
            && in_order(request, policies, |policy| certainly_denies(policy, request), |policy| perhaps_allows(policy, request))
                .is_allowed()
    }

    /// Whether a kind of policy denies, allows or is silent: for what the simulator tells of boundaries.
    pub fn says(&self, source: Source) -> Option<Effect> {
        let applying = |effect| {
            let applies = |finding: &Finding| finding.source == source && finding.effect == effect && finding.verdict == Verdict::Applies;
            self.findings.iter().any(applies).then_some(effect)
        };
        applying(Effect::Deny).or(applying(Effect::Allow))
    }
}

fn verdict(statement: &Statement, request: &Request<'_>) -> Verdict {
    if statement.reach(request.principal).is_none() {
        return Verdict::OtherPrincipal;
    }
    if !statement.speaks_of_resource(request) {
        let unknown = statement.resource_keys().find(|(key, _)| request.context.single(key).is_none());
        return unknown.map_or(Verdict::OtherResource, |(_, written)| Verdict::NoValue { key: written.to_owned() });
    }
    match statement.failing_condition(request.context) {
        None => Verdict::Applies,
        Some(condition) => Verdict::Condition {
            operator: condition.operator.to_string(),
            key: (*condition.written).to_owned(),
            absent: !request.context.holds(condition.key()),
        },
    }
}

/// True when a statement denies whatever the keys hold that the context does not know.
fn certainly_denies(policy: &Policy, request: &Request<'_>) -> bool {
    let certain = |statement: &Statement| {
        statement.effect == Effect::Deny
            && statement.speaks_of_action(request)
            && verdict(statement, request) == Verdict::Applies
            && statement.asked_keys().all(|(key, _)| request.context.holds(key))
    };
    policy.statements().iter().any(certain)
}

/// How closely the principal is named by statements that some values of unknown keys might make allow.
fn perhaps_allows(policy: &Policy, request: &Request<'_>) -> Option<Reach> {
    let unknown = |key: &str| !request.context.holds(key);
    let perhaps = |statement: &&Statement| {
        statement.effect == Effect::Allow
            && statement.speaks_of_action(request)
            && (statement.speaks_of_resource(request) || statement.resource_keys().any(|(key, _)| unknown(key)))
            && statement
                .conditions
                .iter()
                .all(|condition| condition.holds(request.context) || condition.asked_keys().any(|(key, _)| unknown(key)))
    };
    policy.statements().iter().filter(perhaps).filter_map(|statement| statement.reach(request.principal)).max()
}
