//! Identity and Access Management.

pub(crate) mod access_keys;
pub(crate) mod aliases;
pub(crate) mod attached;
pub(crate) mod managed;
pub(crate) mod user_policies;
pub(crate) mod users;

use lockwright_wire::error::{ErrorKind, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ask::Ask;

/// Entries of a list when nobody says how many.
const DEFAULT_ITEMS: i32 = 100;
/// The most entries of a list.
const MOST_ITEMS: i32 = 1000;

/// What stays as it is in a returned document (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A policy document as answers carry it.
pub(crate) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, UNRESERVED).to_string()
}

/// A required ARN.
pub(crate) fn arn<'n>(input: &Node<'n>, member: &str, place: &str) -> Result<&'n str, WireError> {
    let mut wrong = Violations::default();
    let text = input.text(member)?;
    match text {
        None => wrong.note(place, None, Constraint::Required),
        Some(text) if text.len() < 20 => wrong.note(place, Some(text), Constraint::MinLength(20)),
        Some(text) if text.len() > 2048 => wrong.note(place, None, Constraint::MaxLength(2048)),
        Some(_) => {}
    }
    wrong.finish()?;
    text.ok_or_else(|| WireError::of(ErrorKind::ValidationError, "A required member is missing."))
}

/// Where a list begins and how long it is: `Marker` and `MaxItems`.
pub(crate) struct Page {
    /// What the list is of: a marker of another selection is worth nothing here.
    selection: String,
    /// It goes on after this entry.
    pub(crate) after: Option<String>,
    /// So many entries at most.
    pub(crate) most: usize,
}

impl Page {
    /// Reads it. `selection` names the operation and all that chooses its entries.
    pub(crate) fn read(ask: &Ask<'_>, input: &Node<'_>, selection: &str) -> Result<Self, WireError> {
        let selection = format!("{} {selection}", ask.account()?);
        let most = input.integer("MaxItems")?.unwrap_or(DEFAULT_ITEMS);
        let mut wrong = Violations::default();
        if most < 1 {
            wrong.note("maxItems", Some(&most.to_string()), Constraint::Min(1));
        }
        if most > MOST_ITEMS {
            wrong.note("maxItems", Some(&most.to_string()), Constraint::Max(i64::from(MOST_ITEMS)));
        }
        wrong.finish()?;
        let after = match input.text("Marker")? {
            None => None,
            Some(marker) => {
                let opened = ask.lockwright.open_marker(&selection, marker);
                Some(opened.ok_or_else(|| WireError::of(ErrorKind::ValidationError, "Invalid Marker."))?)
            }
        };
        Ok(Self { selection, after, most: usize::try_from(most).unwrap_or(1) })
    }

    /// The marker after this entry.
    pub(crate) fn marker(&self, ask: &Ask<'_>, last: &str) -> String {
        ask.lockwright.seal_marker(&self.selection, last)
    }
}
