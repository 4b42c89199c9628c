//! The parts of a checked document, each with the place it was written at.

use super::operator::Operator;
use super::position::{Position, Span};

/// What a document stands on, and so which elements it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// On a user, group or role, as a permissions boundary, or passed with a session: no `Principal`, but a `Resource`.
    Identity,
    /// On a role, saying who may take it on: a `Principal`, no `Resource`, only actions of sts.
    Trust,
    /// On a resource: a `Principal` and a `Resource`.
    Resource,
}

/// A version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2008-10-17: without variables.
    Y2008,
    /// 2012-10-17.
    Y2012,
}

/// What a statement that applies does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// A text and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text without quotes and escapes; numbers and truth values as texts.
    pub text: String,
    /// Its place, with the quotes.
    pub span: Span,
}

/// `Action`, `Resource`, or their `Not…` forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// True for the `Not…` form.
    pub negated: bool,
    /// What is named, at least one.
    pub values: Vec<Written>,
    /// The place of the whole value.
    pub span: Span,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalClause {
    /// True for `NotPrincipal`.
    pub negated: bool,
    /// Who is named, at least one.
    pub names: Vec<PrincipalName>,
    /// The place of the whole value.
    pub span: Span,
}

/// The kinds of principal a document tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// Accounts, users, roles, sessions and everyone.
    Aws,
    /// A service, by its host name.
    Service,
    /// An identity provider.
    Federated,
    /// A storage owner by canonical id.
    CanonicalUser,
}

impl PrincipalKind {
    /// The word of the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// One name in a principal clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalName {
    /// What kind of name it is.
    pub kind: PrincipalKind,
    /// The name.
    pub name: Written,
}

/// One key of one operator in a `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionClause {
    /// The operator.
    pub operator: Operator,
    /// The place of the operator's name.
    pub operator_span: Span,
    /// The key.
    pub key: Written,
    /// What it is compared with.
    pub values: Vec<Written>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name, if it has one.
    pub sid: Option<Written>,
    /// What it does.
    pub effect: Effect,
    /// Whom it speaks of; none in an identity policy.
    pub principals: Option<PrincipalClause>,
    /// The actions.
    pub actions: Clause,
    /// The resources; none in a trust policy.
    pub resources: Option<Clause>,
    /// The conditions, all of which must hold.
    pub conditions: Vec<ConditionClause>,
    /// Its place, with the braces.
    pub span: Span,
    /// Just after its opening brace, as the simulator's `StartPosition` counts.
    pub start: Position,
    /// Just after its closing brace, as the simulator's `EndPosition` counts.
    pub end: Position,
}
