//! One statement, compiled: each of its clauses can be asked by itself.

use super::condition::Condition;
use super::index::WHOLE_CLAUSE;
use super::principals::{Principals, Reach};
use crate::document::{self, Effect, Position, Version};
use crate::evaluate::{Context, Principal, Request};
use crate::pattern::{Arn, ArnPattern, Pattern, Reads};

/// A statement of a policy.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) principals: Option<Principals>,
    pub(crate) actions: Actions,
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Box<[Condition]>,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

#[derive(Clone, Debug)]
pub(crate) struct Actions {
    pub(crate) negated: bool,
    pub(crate) patterns: Box<[Pattern]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Resources {
    pub(crate) negated: bool,
    pub(crate) patterns: Box<[ArnPattern]>,
}

impl Statement {
    pub(crate) fn compile(statement: &document::Statement, version: Version) -> Self {
        let reads = Reads { wildcards: true, variables: false };
        let variables = version == Version::Y2012;
        let action = |text: &str| Pattern::parse(&text.to_ascii_lowercase(), reads);
        Self {
            sid: statement.sid.as_ref().map(|sid| sid.text.as_str().into()),
            effect: statement.effect,
            principals: statement.principals.as_ref().map(Principals::compile),
            actions: Actions {
                negated: statement.actions.negated,
                patterns: statement.actions.values.iter().map(|value| action(&value.text)).collect(),
            },
            resources: statement.resources.as_ref().map(|clause| Resources {
                negated: clause.negated,
                patterns: clause.values.iter().map(|value| ArnPattern::resource(&value.text, variables)).collect(),
            }),
            conditions: statement.conditions.iter().map(|clause| Condition::compile(clause, version)).collect(),
            start: statement.start,
            end: statement.end,
        }
    }

    pub(crate) fn speaks_of_action(&self, request: &Request<'_>) -> bool {
        self.actions.matches(request.action.lower())
    }

    pub(crate) fn speaks_of_resource(&self, request: &Request<'_>) -> bool {
        self.resources.as_ref().is_none_or(|resources| resources.matches(&request.resource, request.context, self.effect))
    }

    /// How closely the principal is named. A policy without principals stands on the principal itself.
    pub(crate) fn reach(&self, principal: &Principal<'_>) -> Option<Reach> {
        self.principals.as_ref().map_or(Some(Reach::Direct), |principals| principals.reach(principal))
    }

    /// The keys of variables without a default in the resources, in small letters and as written.
    pub(crate) fn resource_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let patterns = self.resources.iter().flat_map(|resources| resources.patterns.iter()).flat_map(ArnPattern::patterns);
        patterns.flat_map(Pattern::needed_keys)
    }

    /// All keys the statement asks for, in small letters and as written.
    pub(crate) fn asked_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.resource_keys().chain(self.conditions.iter().flat_map(Condition::asked_keys))
    }

    /// The first condition that does not hold.
    pub(crate) fn failing_condition(&self, context: &Context<'_>) -> Option<&Condition> {
        self.conditions.iter().find(|condition| !condition.holds(context))
    }
}

impl Actions {
    fn matches(&self, action: &str) -> bool {
        let none = Context::new();
        self.patterns.iter().any(|pattern| pattern.matches(action, &none)) != self.negated
    }

    /// Whether an action of the service can match. A `NotAction` leaves a service out only where it names all of it.
    pub(crate) fn reach_service(&self, service: &str) -> bool {
        let (begin, none) = (format!("{service}:"), Context::new());
        let whole = |pattern: &Pattern| pattern.matches(&begin, &none);
        if self.negated {
            return !self.patterns.iter().any(whole);
        }
        self.patterns.iter().any(|pattern| whole(pattern) || pattern.literal_prefix().starts_with(&begin))
    }

    /// Asks one pattern, or the whole clause.
    pub(crate) fn matches_at(&self, at: u32, action: &str) -> bool {
        match self.patterns.get(at as usize) {
            Some(pattern) if at != WHOLE_CLAUSE => pattern.matches(action, &Context::new()),
            _ => self.matches(action),
        }
    }
}

impl Resources {
    /// With `NotResource`, a variable without a value leaves open what was to be left out: then nothing is allowed, and all is denied.
    fn matches(&self, arn: &Arn<'_>, context: &Context<'_>, effect: Effect) -> bool {
        let named = self.patterns.iter().any(|pattern| pattern.matches(arn, context));
        if !self.negated {
            return named;
        }
        let known = || effect == Effect::Deny || self.patterns.iter().all(|pattern| pattern.resolves(context));
        !named && known()
    }

    /// Asks one pattern, or the whole clause.
    pub(crate) fn matches_at(&self, at: u32, arn: &Arn<'_>, context: &Context<'_>, effect: Effect) -> bool {
        match self.patterns.get(at as usize) {
            Some(pattern) if at != WHOLE_CLAUSE => pattern.matches(arn, context),
            _ => self.matches(arn, context, effect),
        }
    }
}
