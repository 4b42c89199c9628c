//! The policy simulator: actions on resources, tried against policies and a made-up context.
//!
//! The answers of `SimulateCustomPolicy` and `SimulatePrincipalPolicy`, apart from their pages and their spelling on the wire.

mod entry;

pub use entry::{EntryType, Mismatch};

use crate::compile::Policy;
use crate::document::{Effect, Position};
use crate::evaluate::{Action, Context, Decision, Policies, Principal, Request, Source};
use crate::explain::{Explanation, Finding, explain};

/// A policy to be tried, under the name its statements are told by.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// `PolicyInputList.1`, or a policy's name.
    pub id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The policy.
    pub policy: &'a Policy,
}

/// Where a policy comes from, as the simulator tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Inline on a user.
    User,
    /// Inline on a group.
    Group,
    /// Inline on a role.
    Role,
    /// Managed by AWS.
    AwsManaged,
    /// Managed by the account.
    UserManaged,
    /// On a resource.
    Resource,
    /// Given with the call.
    None,
}

impl Origin {
    /// The word of `SourcePolicyType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::AwsManaged => "aws-managed",
            Self::UserManaged => "user-managed",
            Self::Resource => "resource",
            Self::None => "none",
        }
    }
}

/// What is tried.
#[derive(Clone, Debug, Default)]
pub struct Simulation<'a> {
    /// Who would ask; without one, somebody of the resources' own account whose keys are unknown.
    pub caller: Option<Principal<'a>>,
    /// Their policies.
    pub identity: Vec<Input<'a>>,
    /// Their permissions boundary.
    pub boundary: Option<Input<'a>>,
    /// The policy of every resource tried.
    pub resource: Option<Input<'a>>,
    /// The account every resource belongs to, where its ARN does not say.
    pub owner: Option<&'a str>,
    /// Keys given with the call, besides those that follow from the caller.
    pub context: Context<'a>,
}

/// The words of `EvalDecision`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evaluated {
    /// `allowed`
    Allowed,
    /// `implicitDeny`
    ImplicitDeny,
    /// `explicitDeny`
    ExplicitDeny,
}

impl Evaluated {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "implicitDeny",
            Self::ExplicitDeny => "explicitDeny",
        }
    }
}

impl From<Decision> for Evaluated {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allowed => Self::Allowed,
            Decision::Denied(denial) if denial.explicit => Self::ExplicitDeny,
            Decision::Denied(_) => Self::ImplicitDeny,
        }
    }
}

/// What came of one action on all resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionResult {
    /// The action as it was given.
    pub action: String,
    /// Over all resources: allowed when all are, explicitly denied when one is.
    pub decision: Evaluated,
    /// Each resource by itself, in the order given; one with `*` when none was.
    pub resources: Vec<ResourceResult>,
}

/// What came of one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceResult {
    /// The resource as it was given.
    pub resource: String,
    /// The decision.
    pub decision: Evaluated,
    /// The statements that made it: those that deny, or else those that allow; none for an implicit deny.
    pub matched: Vec<MatchedStatement>,
    /// Keys that statements on this action ask for and nobody gave.
    pub missing: Vec<String>,
    /// Whether the permissions boundary allows, if there is one.
    pub allowed_by_boundary: Option<bool>,
    /// What each side says by itself, when caller and resource belong to different accounts.
    pub across_accounts: Option<AcrossAccounts>,
}

/// The two sides of a request across accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcrossAccounts {
    /// The caller's own policies.
    pub identity: Evaluated,
    /// The resource's policy.
    pub resource: Evaluated,
}

/// A statement that made a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedStatement {
    /// The policy's name.
    pub policy: String,
    /// Where the policy comes from.
    pub origin: Origin,
    /// Just after the statement's opening brace.
    pub start: Position,
    /// Just after its closing brace.
    pub end: Position,
}

impl Simulation<'_> {
    /// Tries every action on every resource; on `*` when there are none.
    ///
    /// ```
    /// use lockwright_policy::simulate::{Evaluated, Input, Origin, Simulation};
    /// use lockwright_policy::{Action, Kind, Policy};
    ///
    /// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}}"#;
    /// let policy = Policy::parse(text, Kind::Identity)?;
    /// let input = Input { id: "PolicyInputList.1".to_owned(), origin: Origin::None, policy: &policy };
    /// let simulation = Simulation { identity: vec![input], ..Simulation::default() };
    /// let results = simulation.run(&[Action::parse("iam:GetUser").unwrap()], &[]);
    /// assert_eq!(results[0].decision, Evaluated::Allowed);
    /// let matched = &results[0].resources[0].matched[0];
    /// assert_eq!((matched.policy.as_str(), matched.start.column, matched.end.column), ("PolicyInputList.1", 38, 90));
    /// # Ok::<(), lockwright_policy::Malformed>(())
    /// ```
    pub fn run(&self, actions: &[Action], resources: &[&str]) -> Vec<ActionResult> {
        let resources = if resources.is_empty() { &["*"] } else { resources };
        let caller = self.caller.unwrap_or(Principal::User { arn: "", id: "" });
        let context = match self.caller {
            Some(caller) => Context::of(&caller).overlaid(&self.context),
            None => self.context.clone(),
        };
        let identity: Vec<&Policy> = self.identity.iter().map(|input| input.policy).collect();
        let (boundary, resource) = (self.boundary.as_ref().map(|input| input.policy), self.resource.as_ref().map(|input| input.policy));
        let policies = Policies { identity: &identity, boundary: boundary.as_ref(), session: None, resource: resource.as_ref() };
        let on_all = |action: &Action| {
            let on_one = |resource: &&str| {
                let request = Request::new(action, resource, &caller, &context);
                let request = match (self.owner, self.caller) {
                    (Some(owner), _) => request.owned_by(owner),
                    (None, Some(_)) => request,
                    (None, None) => request.within_account(),
                };
                self.told(&request, &explain(&request, &policies))
            };
            let results: Vec<ResourceResult> = resources.iter().map(on_one).collect();
            let decision = results.iter().map(|result| result.decision).max().unwrap_or(Evaluated::ImplicitDeny);
            ActionResult { action: action.name().to_owned(), decision, resources: results }
        };
        actions.iter().map(on_all).collect()
    }

    fn told(&self, request: &Request<'_>, explanation: &Explanation) -> ResourceResult {
        let side = |says: Option<Effect>| match says {
            Some(Effect::Allow) => Evaluated::Allowed,
            Some(Effect::Deny) => Evaluated::ExplicitDeny,
            None => Evaluated::ImplicitDeny,
        };
        let across = || AcrossAccounts {
            identity: side(explanation.says(Source::Identity)),
            resource: side(explanation.says(Source::Resource).or(explanation.says(Source::Trust))),
        };
        ResourceResult {
            resource: request.resource().to_owned(),
            decision: explanation.decision.into(),
            matched: explanation.deciding().filter_map(|finding| self.matched(finding)).collect(),
            missing: explanation.missing.clone(),
            allowed_by_boundary: self.boundary.as_ref().map(|_| explanation.says(Source::Boundary) == Some(Effect::Allow)),
            across_accounts: request.crosses_accounts().then(across),
        }
    }

    fn matched(&self, finding: &Finding) -> Option<MatchedStatement> {
        let input = match finding.source {
            Source::Resource | Source::Trust => self.resource.as_ref(),
            Source::Identity => self.identity.get(finding.policy),
            Source::Boundary => self.boundary.as_ref(),
            Source::Session => None,
        }?;
        Some(MatchedStatement { policy: input.id.clone(), origin: input.origin, start: finding.start, end: finding.end })
    }
}
