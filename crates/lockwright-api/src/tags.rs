//! Tags in calls: read, held against their shapes, written.

use lockwright_model::resource::Tag;
use lockwright_service::core::tag::{MOST_TAGS, is_reserved, is_spelled};
use lockwright_wire::error::WireError;
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::route::Service;
use lockwright_wire::xml::Writer;

use crate::ask::Ask;

/// A call's list of tags; none where it is left out. Keys are told apart without regard to case.
pub(crate) fn tags(ask: &Ask<'_>, input: &Node<'_>) -> Result<Vec<Tag>, WireError> {
    let mut found: Vec<Tag> = Vec::new();
    let mut wrong = Violations::default();
    let nodes = input.list("Tags")?.unwrap_or_default();
    if nodes.len() > MOST_TAGS {
        return Err(Violations::one("tags", None, Constraint::MaxLength(MOST_TAGS)));
    }
    for (at, node) in nodes.iter().enumerate() {
        let place = |member: &str| format!("tags.{}.member.{member}", at + 1);
        let (key, value) = (node.text("Key")?, node.text("Value")?);
        check_key(&mut wrong, &place("key"), key);
        match value {
            None => wrong.note(&place("value"), None, Constraint::Required),
            Some(text) if text.chars().count() > 256 => wrong.note(&place("value"), Some(text), Constraint::MaxLength(256)),
            Some(text) if !is_spelled(text) => {
                wrong.note(&place("value"), Some(text), Constraint::Pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"))
            }
            Some(_) => {}
        }
        let (key, value) = (key.unwrap_or_default().to_owned(), value.unwrap_or_default().to_owned());
        if found.iter().any(|known| known.key.to_lowercase() == key.to_lowercase()) {
            return Err(refused(ask, "Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
        if is_reserved(&key) {
            return Err(refused(ask, "aws: prefixed tag key names are not allowed for external use."));
        }
        found.push(Tag { key, value });
    }
    wrong.finish()?;
    Ok(found)
}

/// A required list of keys of tags.
pub(crate) fn keys(input: &Node<'_>, member: &str, place: &str) -> Result<Vec<String>, WireError> {
    let texts = input.texts(member)?.ok_or_else(|| Violations::one(place, None, Constraint::Required))?;
    if texts.len() > MOST_TAGS {
        return Err(Violations::one(place, None, Constraint::MaxLength(MOST_TAGS)));
    }
    let mut wrong = Violations::default();
    for (at, key) in texts.iter().enumerate() {
        check_key(&mut wrong, &format!("{place}.{}.member", at + 1), *key);
    }
    wrong.finish()?;
    Ok(texts.into_iter().flatten().map(str::to_owned).collect())
}

/// Writes tags, where there are any.
pub(crate) fn describe(writer: &mut Writer, tags: &[Tag]) {
    if !tags.is_empty() {
        list(writer, tags);
    }
}

/// Writes tags, or that there are none.
pub(crate) fn list(writer: &mut Writer, tags: &[Tag]) {
    writer.list("Tags", tags, |writer, tag| {
        writer.text("Key", &tag.key);
        writer.text("Value", &tag.value);
    });
}

/// STS has no `InvalidInput`.
fn refused(ask: &Ask<'_>, message: &'static str) -> WireError {
    let code = if ask.call.service == Service::Sts { "InvalidParameterValue" } else { "InvalidInput" };
    WireError::modelled(code, 400, message)
}

fn check_key(wrong: &mut Violations, place: &str, key: Option<&str>) {
    match key {
        None => wrong.note(place, None, Constraint::Required),
        Some("") => wrong.note(place, Some(""), Constraint::MinLength(1)),
        Some(text) if text.chars().count() > 128 => wrong.note(place, Some(text), Constraint::MaxLength(128)),
        Some(text) if !is_spelled(text) => wrong.note(place, Some(text), Constraint::Pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+")),
        Some(_) => {}
    }
}
