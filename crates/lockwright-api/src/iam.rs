//! Identity and Access Management.

pub(crate) mod access_keys;
pub(crate) mod account;
pub(crate) mod aliases;
pub(crate) mod attached;
pub(crate) mod grantee;
pub(crate) mod groups;
pub(crate) mod inline;
pub(crate) mod instance_profiles;
pub(crate) mod last_accessed;
pub(crate) mod login_profiles;
pub(crate) mod managed;
pub(crate) mod mfa;
pub(crate) mod openid_providers;
pub(crate) mod password_policy;
pub(crate) mod policies;
pub(crate) mod resources;
pub(crate) mod roles;
pub(crate) mod server_certificates;
pub(crate) mod service_credentials;
pub(crate) mod service_linked;
pub(crate) mod signing_certificates;
pub(crate) mod simulate;
pub(crate) mod ssh_keys;
pub(crate) mod tagging;
pub(crate) mod user_credentials;
pub(crate) mod users;
pub(crate) mod uses;
pub(crate) mod virtual_devices;

use lockwright_model::name::Path;
use lockwright_wire::error::{ErrorKind, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use crate::ask::Ask;

/// Entries of a list when nobody says how many.
const DEFAULT_ITEMS: i32 = 100;
/// The most entries of a list.
const MOST_ITEMS: i32 = 1000;
/// Rows that are read in one go while many are passed over.
const READ: u32 = 200;

/// A required ARN.
pub(crate) fn arn<'n>(input: &Node<'n>, member: &str, place: &str) -> Result<&'n str, WireError> {
    match input.text(member)? {
        None => Err(Violations::one(place, None, Constraint::Required)),
        Some(text) if text.len() < 20 => Err(Violations::one(place, Some(text), Constraint::MinLength(20))),
        Some(text) if text.len() > 2048 => Err(Violations::one(place, None, Constraint::MaxLength(2048))),
        Some(text) => Ok(text),
    }
}

/// The same, where it may be left out.
pub(crate) fn optional_arn<'n>(input: &Node<'n>, member: &str, place: &str) -> Result<Option<&'n str>, WireError> {
    if input.member(member).is_absent() { Ok(None) } else { arn(input, member, place).map(Some) }
}

/// The permissions boundary, where there is one.
pub(crate) fn boundary(writer: &mut Writer, arn: Option<&str>) {
    if let Some(arn) = arn {
        writer.element("PermissionsBoundary", |writer| {
            writer.text("PermissionsBoundaryType", "PermissionsBoundaryPolicy");
            writer.text("PermissionsBoundaryArn", arn);
        });
    }
}

/// What paths are to begin with: `PathPrefix`, `/` where it is left out.
pub(crate) fn path_prefix(input: &Node<'_>) -> Result<String, WireError> {
    match input.text("PathPrefix")? {
        None => Ok("/".to_owned()),
        Some(text) if text.len() > 512 || !text.starts_with('/') || !text.bytes().all(|b| matches!(b, b'!'..=b'~')) => {
            Err(Violations::one("pathPrefix", Some(text), Constraint::Pattern("\\u002F[\\u0021-\\u007F]*")))
        }
        Some(text) => Ok(text.to_owned()),
    }
}

/// A path, `/` or `/…/`.
pub(crate) fn path(input: &Node<'_>) -> Result<Option<Path>, WireError> {
    path_at(input, "Path", "path")
}

/// The same, of another member.
pub(crate) fn path_at(input: &Node<'_>, member: &str, place: &str) -> Result<Option<Path>, WireError> {
    let Some(text) = input.text(member)? else { return Ok(None) };
    let parsed = text.parse::<Path>().ok().filter(|path| path.as_str() == text);
    let pattern = Constraint::Pattern("(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)");
    parsed.map(Some).ok_or_else(|| Violations::one(place, Some(text), pattern))
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

    /// How many entries to read: one more than are shown says whether there are more.
    pub(crate) fn wanted(&self) -> u32 {
        u32::try_from(self.most).map_or(READ, |most| most.saturating_add(1))
    }

    /// Reads on from where this page begins, in the order of the keys, until it is full or nothing is left; what is not to be kept is passed over.
    pub(crate) async fn fill<T, R: Future<Output = Result<Vec<T>, WireError>>>(
        &self,
        read: impl Fn(Option<String>, u32) -> R,
        key: impl Fn(&T) -> String,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, WireError> {
        let (mut entries, mut after, mut limit) = (Vec::new(), self.after.clone(), self.wanted());
        while entries.len() <= self.most {
            let found = read(after, limit).await?;
            let ended = found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
            after = found.last().map(&key);
            entries.extend(found.into_iter().filter(&keep));
            if ended {
                break;
            }
            limit = READ.max(self.wanted());
        }
        Ok(entries)
    }

    /// This page of entries that are all at hand, in the order of their keys: a marker names a key, whatever came or went meanwhile.
    pub(crate) fn cut<T>(&self, ask: &Ask<'_>, mut entries: Vec<T>, key: impl Fn(&T) -> String) -> Cut<T> {
        entries.sort_by_cached_key(&key);
        entries.retain(|entry| self.after.as_ref().is_none_or(|after| key(entry) > *after));
        self.end(ask, entries, key)
    }

    /// The same of what was read already from where this page begins, in the order of the keys.
    pub(crate) fn end<T>(&self, ask: &Ask<'_>, mut entries: Vec<T>, key: impl Fn(&T) -> String) -> Cut<T> {
        let more = entries.len() > self.most;
        entries.truncate(self.most);
        let last = entries.last().filter(|_| more).map(key);
        Cut { entries, marker: last.map(|last| ask.lockwright.seal_marker(&self.selection, &last)) }
    }
}

/// The entries of one page.
pub(crate) struct Cut<T> {
    entries: Vec<T>,
    /// Where the next one begins, if there is one.
    marker: Option<String>,
}

impl<T> Cut<T> {
    /// Writes the page: its entries, and whether there are more.
    pub(crate) fn write(self, result: &mut Writer, list: impl FnOnce(&mut Writer, Vec<T>)) {
        list(result, self.entries);
        result.boolean("IsTruncated", self.marker.is_some());
        result.optional("Marker", self.marker.as_deref());
    }
}
