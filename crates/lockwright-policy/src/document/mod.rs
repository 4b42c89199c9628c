//! From text to a checked document: JSON with places, then the grammar of policies, with every fault at its line and column.
//!
//! A [`Document`] keeps what was written and where. It decides nothing; [`Policy`](crate::Policy) is made from it.

mod actions;
mod conditions;
mod fault;
mod json;
mod operator;
mod position;
mod principals;
mod reading;
mod resources;
mod tree;

pub use fault::{Fault, FaultKind, Malformed};
pub use json::MAX_BYTES;
pub use operator::{Operator, Quantifier, Test};
pub(crate) use position::Positions;
pub use position::{Position, Span};
pub(crate) use principals::is_account;
pub use tree::{Clause, ConditionClause, Effect, Kind, PrincipalClause, PrincipalKind, PrincipalName, Statement, Version, Written};

/// A policy as it was written, checked against AWS's grammar.
///
/// ```
/// use lockwright_policy::{Document, Kind};
///
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}}"#,
///     Kind::Identity,
/// )?;
/// assert_eq!(document.statements()[0].actions.values[0].text, "iam:Get*");
/// # Ok::<(), lockwright_policy::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    kind: Kind,
    version: Version,
    version_written: bool,
    statements: Vec<Statement>,
}

impl Document {
    /// Reads a document of a kind; bytes that are no policy come back with all their faults.
    pub fn parse(bytes: impl AsRef<[u8]>, kind: Kind) -> Result<Self, Malformed> {
        reading::read(bytes.as_ref(), kind)
    }

    /// What the document stands on.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The version of the language; 2008-10-17 when none is written.
    pub fn version(&self) -> Version {
        self.version
    }

    /// True when the version stands in the document.
    pub fn has_version(&self) -> bool {
        self.version_written
    }

    /// The statements in the order of the document, at least one.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// The characters of a document that count against a quota: all but white space.
///
/// ```
/// assert_eq!(lockwright_policy::document::counted_characters("{ \"Id\": \"é\" }\n"), 10);
/// ```
pub fn counted_characters(text: &str) -> usize {
    text.chars().filter(|character| !matches!(character, ' ' | '\t' | '\n' | '\r')).count()
}
