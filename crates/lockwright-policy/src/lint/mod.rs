//! What a person who writes a policy should be told: faults that keep it from being one, and statements that say something else than is meant.

mod conditions;
mod render;
mod statements;

use crate::document::{Document, FaultKind, Kind, Position, Positions, Span};

/// How much is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The document is no policy.
    Error,
    /// It is one, but likely not the one that is meant.
    Warning,
}

/// One thing to tell, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much is wrong.
    pub severity: Severity,
    /// A short name that stays the same: `allow-everything`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it; empty where the message says it.
    pub help: String,
    /// The bytes it is about.
    pub span: Span,
    /// Where they begin.
    pub position: Position,
}

/// Told at most.
const MAX_DIAGNOSTICS: usize = 100;

/// Looks a document over. Nothing to tell is an empty list.
///
/// ```
/// use lockwright_policy::{Kind, lint};
///
/// let text = r#"{"Version": "2012-10-17",
///  "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}"#;
/// let told = lint::check(text, Kind::Identity);
/// assert_eq!(told[0].code, "pass-any-role");
/// assert_eq!(
///     told[0].render(text, "policy.json"),
///     r#"warning[pass-any-role]: every role can be passed on, also one that may do more than its user
///  --> policy.json:2:73
///   |
/// 2 |  "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}
///   |                                                                         ^^^
///   = help: name the roles, or add a condition on iam:PassedToService
/// "#
/// );
/// ```
pub fn check(text: &str, kind: Kind) -> Vec<Diagnostic> {
    let document = match Document::parse(text, kind) {
        Ok(document) => document,
        Err(malformed) => {
            let told = malformed.faults().iter().map(|fault| Diagnostic {
                severity: Severity::Error,
                code: code_of(&fault.kind),
                message: fault.kind.to_string(),
                help: String::new(),
                span: fault.span,
                position: fault.position,
            });
            return told.collect();
        }
    };
    let mut notes = Notes { told: Vec::new() };
    for statement in document.statements() {
        if notes.told.len() == MAX_DIAGNOSTICS {
            break;
        }
        statements::check(&document, statement, &mut notes);
        conditions::check(statement, &mut notes);
    }
    let mut told = notes.told;
    told.sort_by_key(|diagnostic| diagnostic.span.start);
    let mut positions = Positions::new(text);
    for diagnostic in &mut told {
        diagnostic.position = positions.of(diagnostic.span.start);
    }
    told
}

/// Collects what the rules find.
struct Notes {
    told: Vec<Diagnostic>,
}

impl Notes {
    fn warn(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        if self.told.len() < MAX_DIAGNOSTICS {
            let (message, help) = (message.into(), help.into());
            self.told.push(Diagnostic { severity: Severity::Warning, code, message, help, span, position: Position::default() });
        }
    }
}

fn code_of(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::NotUtf8 => "not-utf-8",
        FaultKind::TooLong => "too-long",
        FaultKind::TooDeep => "too-deep",
        FaultKind::Json(_) => "json",
        FaultKind::DuplicateKey(_) => "duplicate-key",
        FaultKind::Shape(_) => "shape",
        FaultKind::UnknownElement(_) => "unknown-element",
        FaultKind::UnknownVersion(_) => "unknown-version",
        FaultKind::NoStatement => "no-statement",
        FaultKind::SidCharacters(_) => "sid-characters",
        FaultKind::DuplicateSid(_) => "duplicate-sid",
        FaultKind::NoEffect => "no-effect",
        FaultKind::UnknownEffect(_) => "unknown-effect",
        FaultKind::NoAction => "no-action",
        FaultKind::Both(_) => "both",
        FaultKind::ActionWithoutService(_) | FaultKind::ActionColons(_) | FaultKind::ActionService(_) => "action",
        FaultKind::NotATrustAction(_) => "trust-action",
        FaultKind::NoResource => "no-resource",
        FaultKind::ResourceForbidden => "resource-forbidden",
        FaultKind::ResourceNotArn(_)
        | FaultKind::ResourcePartition(_)
        | FaultKind::ResourceService(_)
        | FaultKind::ResourceRegion(_)
        | FaultKind::ResourceKind(_)
        | FaultKind::ResourceSegments(_) => "resource",
        FaultKind::PrincipalForbidden => "principal-forbidden",
        FaultKind::NoPrincipal => "no-principal",
        FaultKind::BadPrincipal { .. } => "principal",
        FaultKind::UnknownOperator(_) => "unknown-operator",
        FaultKind::BadValue { .. } => "value",
        FaultKind::BadVariable(_) => "variable",
    }
}
