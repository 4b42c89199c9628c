//! Values that break the constraints of their shapes, told all at once as AWS tells them.

use crate::error::{ErrorKind, Field, WireError};

/// A constraint of a shape (Smithy, "Constraint traits").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Constraint<'c> {
    /// The member is required.
    Required,
    /// At least so many characters or items.
    MinLength(usize),
    /// At most so many characters or items.
    MaxLength(usize),
    /// No less than this.
    Min(i64),
    /// No more than this.
    Max(i64),
    /// Matching this pattern.
    Pattern(&'c str),
    /// One of these.
    OneOf(&'c [&'c str]),
}

/// The violations of one input, in the order they were found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Violations(Vec<Violation>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Violation {
    sentence: String,
    field: Field,
}

impl Violations {
    /// As many as are told: a list with a thousand wrong items needs no thousand sentences.
    const MOST: usize = 16;

    /// A single violation, as an error.
    pub fn one(place: &str, value: Option<&str>, constraint: Constraint<'_>) -> WireError {
        let mut violations = Self::default();
        violations.note(place, value, constraint);
        violations.into()
    }

    /// Notes a violation at a place such as `tags.1.member.key`. The value is left out where it must not be shown.
    pub fn note(&mut self, place: &str, value: Option<&str>, constraint: Constraint<'_>) {
        let value = value.map(|value| format!(" '{value}'")).unwrap_or_default();
        let rule = match constraint {
            Constraint::Required => "Member must not be null".to_owned(),
            Constraint::MinLength(least) => format!("Member must have length greater than or equal to {least}"),
            Constraint::MaxLength(most) => format!("Member must have length less than or equal to {most}"),
            Constraint::Min(least) => format!("Member must have value greater than or equal to {least}"),
            Constraint::Max(most) => format!("Member must have value less than or equal to {most}"),
            Constraint::Pattern(pattern) => format!("Member must satisfy regular expression pattern: {pattern}"),
            Constraint::OneOf(values) => format!("Member must satisfy enum value set: [{}]", values.join(", ")),
        };
        if self.0.len() < Self::MOST {
            let sentence = format!("Value{value} at '{place}' failed to satisfy constraint: {rule}");
            self.0.push(Violation { sentence, field: Field { name: place.to_owned(), message: rule } });
        }
    }

    /// Nothing, or all of them as one `ValidationError`.
    pub fn finish(self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Violations> for WireError {
    fn from(violations: Violations) -> Self {
        let count = violations.0.len();
        let plural = if count == 1 { "" } else { "s" };
        let sentences: Vec<&str> = violations.0.iter().map(|violation| violation.sentence.as_str()).collect();
        let message = format!("{count} validation error{plural} detected: {}", sentences.join("; "));
        Self::of(ErrorKind::ValidationError, message).at(violations.0.into_iter().map(|violation| violation.field).collect())
    }
}
