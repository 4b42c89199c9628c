//! Tags of users and roles.

use lockwright_model::resource::Tag;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::tag::{MOST_TAGS, Refusal};
use lockwright_service::grants::GranteeRef;
use lockwright_service::roles::TagError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use super::Page;
use super::grantee::{Kind, failed, named, named_for, nobody};
use crate::ask::{Ask, name};
use crate::tags;

/// `TagUser`, `TagRole`.
pub(crate) async fn put<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    if input.member("Tags").is_absent() {
        return Err(Violations::one("tags", None, Constraint::Required));
    }
    let tags = tags::tags(ask, &input)?;
    let found = named_for::<K>(ask, |aim| aim.bringing_tags(&tags)).await?;
    match ask.lockwright.put_tags(ask.op, &GranteeRef::from(&found), &tags).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(refused::<K>(ask, error, &found).await),
    }
}

/// `UntagUser`, `UntagRole`.
pub(crate) async fn take<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let keys = tags::keys(&input, "TagKeys", "tagKeys")?;
    let found = named_for::<K>(ask, |aim| aim.with_all("aws:tagkeys", keys.clone())).await?;
    match ask.lockwright.take_tags(ask.op, &GranteeRef::from(&found), &keys).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(refused::<K>(ask, error, &found).await),
    }
}

/// `ListUserTags`, `ListRoleTags`, in the order of the keys.
pub(crate) async fn list<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let tags: Vec<Tag> = match named::<K>(ask).await? {
        Grantee::User(user) => user.tags,
        Grantee::Role(role) => role.tags,
        Grantee::Group(_) => Vec::new(),
    };
    let cut = page.cut(ask, tags, |tag| tag.key.to_lowercase());
    Ok(ask.answer(|result| cut.write(result, |result, shown| tags::list(result, &shown))))
}

async fn refused<K: Kind>(ask: &Ask<'_>, error: TagError, on: &Grantee) -> WireError {
    match error {
        TagError::Grant(error) => failed::<K>(ask, error, on, "").await,
        TagError::Refused(Refusal::TooMany) => {
            WireError::modelled("LimitExceeded", 409, format!("The number of tags has reached the maximum limit of {MOST_TAGS}."))
        }
        TagError::Refused(Refusal::OtherAccount | Refusal::NotForThisKind) => nobody::<K>(on.name()),
    }
}
