//! The members of an input against their shapes, with all that is wrong told at once.

use lockwright_wire::error::{ErrorKind, Field, WireError};
use lockwright_wire::json::Members;
use lockwright_wire::query::{Constraint, InputError, Violations};

use crate::ask::Ask;

/// An input that is being read. What people typed is not repeated: the models call it sensitive.
pub(super) struct Shape<'v> {
    members: Members<'v>,
    place: &'static str,
    wrong: Violations,
    unreadable: Option<InputError>,
}

/// One member that the service does not take, though its shape holds.
pub(super) fn wrong(name: &str, message: &str) -> WireError {
    let field = Field { name: name.to_owned(), message: message.to_owned() };
    WireError::of(ErrorKind::ValidationError, format!("{name}: {message}")).at(vec![field])
}

impl<'v> Shape<'v> {
    pub(super) fn of(ask: &Ask<'v>) -> Self {
        Self { members: ask.json.members(), place: "", wrong: Violations::default(), unreadable: None }
    }

    /// Goes on within a structure that is required; `place` names it.
    pub(super) fn within(&mut self, name: &str, place: &'static str) {
        match self.members.structure(name) {
            Ok(Some(members)) => (self.members, self.place) = (members, place),
            Ok(None) => self.wrong.note(name, None, Constraint::Required),
            Err(error) => self.unreadable = self.unreadable.take().or(Some(error)),
        }
    }

    /// A text of so many characters, each of which fits.
    pub(super) fn optional(
        &mut self,
        name: &str,
        least: usize,
        most: usize,
        pattern: &str,
        fits: impl Fn(char) -> bool,
    ) -> Option<&'v str> {
        let text = match self.members.text(name) {
            Ok(text) => text?,
            Err(error) => {
                self.unreadable = self.unreadable.take().or(Some(error));
                return None;
            }
        };
        let (place, length) = (format!("{}{name}", self.place), text.chars().count());
        if length < least {
            self.wrong.note(&place, None, Constraint::MinLength(least));
        }
        if length > most {
            self.wrong.note(&place, None, Constraint::MaxLength(most));
        }
        if !text.chars().all(fits) {
            self.wrong.note(&place, None, Constraint::Pattern(pattern));
        }
        Some(text)
    }

    /// The same, where it must be there.
    pub(super) fn required(&mut self, name: &str, least: usize, most: usize, pattern: &str, fits: impl Fn(char) -> bool) -> &'v str {
        if self.members.get(name).is_none() {
            self.wrong.note(&format!("{}{name}", self.place), None, Constraint::Required);
        }
        self.optional(name, least, most, pattern, fits).unwrap_or_default()
    }

    /// One of a few words, which must be there.
    pub(super) fn word(&mut self, name: &str, words: &[&str]) -> &'v str {
        let text = self.required(name, 0, usize::MAX, "", |_| true);
        if !text.is_empty() && !words.contains(&text) {
            self.wrong.note(name, None, Constraint::OneOf(words));
        }
        text
    }

    /// `AccountId`.
    pub(super) fn account_id(&mut self, needed: bool) -> Option<&'v str> {
        if needed && self.members.get("AccountId").is_none() {
            self.wrong.note("AccountId", None, Constraint::Required);
        }
        self.optional("AccountId", 12, 12, "\\d{12}", |c| c.is_ascii_digit())
    }

    /// Nothing, or all that was wrong.
    pub(super) fn finish(self) -> Result<(), WireError> {
        match self.unreadable {
            Some(error) => Err(error.into()),
            None => self.wrong.finish(),
        }
    }
}
