//! Groups of IAM users.

use lockwright_model::name::GroupName;
use lockwright_model::resource::Group;
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::group::{Held, MOST_GROUPS, MOST_OF_USER, Refusal};
use lockwright_service::groups::GroupError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::Node;
use lockwright_wire::xml::Writer;

use super::grantee::{OfGroup, OfUser, named, nobody};
use super::users;
use super::{Page, path, path_at, path_prefix};
use crate::ask::{Ask, broken, moment, name, no_user, optional_name, parsed};

/// `CreateGroup`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "GroupName", "groupName", 128)?;
    let path = path(&input)?.unwrap_or_default();
    let parsed: GroupName = parsed(text, "groupName")?;
    let account = ask.account()?;
    match ask.lockwright.create_group(ask.op, account, &path, &parsed).await {
        Ok(group) => Ok(ask.answer(|result| result.element("Group", |writer| describe(writer, &group)))),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `GetGroup`: its members in the order of their ids.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "GroupName", "groupName", 128)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let group = group(ask).await?;
    let after = page.after.as_deref().and_then(|after| after.parse().ok());
    let members = ask.lockwright.members(&group, after.as_ref(), page.wanted()).await.map_err(broken)?;
    let cut = page.end(ask, members, |user| user.id.user.to_string());
    Ok(ask.answer(|result| {
        result.element("Group", |writer| describe(writer, &group));
        cut.write(result, |result, shown| result.list("Users", shown, |writer, user| users::describe(writer, &user, false)));
    }))
}

/// `UpdateGroup`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "GroupName", "groupName", 128)?;
    let path = path_at(&input, "NewPath", "newPath")?;
    let name = new_name(&input)?;
    let group = group(ask).await?;
    match ask.lockwright.update_group(ask.op, group.account, &group.id, path.as_ref(), name.as_ref()).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, name.as_ref().map_or(text, GroupName::as_str), "").await),
    }
}

fn new_name(input: &Node<'_>) -> Result<Option<GroupName>, WireError> {
    optional_name(input, "NewGroupName", "newGroupName", 128)?.map(|text| parsed(text, "newGroupName")).transpose()
}

/// `DeleteGroup`: takes nothing along.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let group = group(ask).await?;
    match ask.lockwright.delete_group(ask.op, group.account, &group.id).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, group.name.as_str(), "").await),
    }
}

/// `ListGroups`, in the order of the names.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("{} {prefix}", ask.action))?;
    let account = ask.account()?;
    ask.permitted(&Aim::named(ask.action, account, "group", "/", "")).await?;
    let read = |after: Option<String>, limit| async move { ask.lockwright.groups(account, after.as_deref(), limit).await.map_err(broken) };
    let groups = page.fill(read, |group| group.name.key(), |group| group.path.as_str().starts_with(&prefix)).await?;
    let cut = page.end(ask, groups, |group| group.name.key());
    Ok(ask.answer(|result| cut.write(result, list_groups)))
}

/// `ListGroupsForUser`, in the order of the names.
pub(crate) async fn list_for_user(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 128)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let Grantee::User(user) = named::<OfUser>(ask).await? else { return Err(no_user(text)) };
    let groups = ask.lockwright.groups_of(&user).await.map_err(broken)?;
    let cut = page.cut(ask, groups, |group| group.name.key());
    Ok(ask.answer(|result| cut.write(result, list_groups)))
}

/// `AddUserToGroup`.
pub(crate) async fn add(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, "GroupName", "groupName", 128)?;
    let text = name(&input, "UserName", "userName", 128)?;
    let group = group(ask).await?;
    let user = ask.lookup(text).await?.ok_or_else(|| no_user(text))?;
    match ask.lockwright.add_to_group(ask.op, &group.id, &user.id).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, group.name.as_str(), text).await),
    }
}

/// `RemoveUserFromGroup`.
pub(crate) async fn remove(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, "GroupName", "groupName", 128)?;
    let text = name(&input, "UserName", "userName", 128)?;
    let group = group(ask).await?;
    let user = ask.lookup(text).await?.ok_or_else(|| no_user(text))?;
    match ask.lockwright.remove_from_group(ask.op, &group.id, &user.id).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, group.name.as_str(), text).await),
    }
}

/// The group that the input names, once the act on it is allowed.
async fn group(ask: &Ask<'_>) -> Result<Group, WireError> {
    match named::<OfGroup>(ask).await? {
        Grantee::Group(group) => Ok(group),
        other => Err(nobody::<OfGroup>(other.name())),
    }
}

async fn failed(ask: &Ask<'_>, error: GroupError, group: &str, user: &str) -> WireError {
    let quota = |name, most| WireError::modelled("LimitExceeded", 409, format!("Cannot exceed quota for {name}: {most}"));
    match error {
        GroupError::Denied(denied) => ask.denied(denied).await,
        GroupError::NoGroup | GroupError::Refused(Refusal::OtherAccount) => nobody::<OfGroup>(group),
        GroupError::NoUser => no_user(user),
        GroupError::NameTaken | GroupError::Refused(Refusal::BuiltIn) => {
            WireError::modelled("EntityAlreadyExists", 409, format!("Group with name {group} already exists."))
        }
        GroupError::Refused(Refusal::TooMany) => quota("GroupsPerAccount", MOST_GROUPS.to_string()),
        GroupError::Refused(Refusal::TooManyOfUser) => quota("GroupsPerUser", MOST_OF_USER.to_string()),
        GroupError::Refused(Refusal::Holds(held)) => {
            let first = match held {
                Held::Members => "remove users from group",
                Held::Attached => "detach all policies",
                Held::Inline => "delete policies",
            };
            WireError::modelled("DeleteConflict", 409, format!("Cannot delete entity, must {first} first."))
        }
        GroupError::Refused(Refusal::NoMember) => {
            WireError::modelled("NoSuchEntity", 404, format!("The user with name {user} is not in the group {group}."))
        }
        GroupError::Trouble(trouble) => broken(trouble),
    }
}

fn list_groups(result: &mut Writer, groups: Vec<Group>) {
    result.list("Groups", groups, |writer, group| describe(writer, &group));
}

/// A `Group`.
pub(crate) fn describe(writer: &mut Writer, group: &Group) {
    writer.text("Path", group.path.as_str());
    writer.text("GroupName", group.name.as_str());
    writer.text("GroupId", group.id.as_str());
    writer.text("Arn", &group.arn());
    writer.timestamp("CreateDate", moment(group.created));
}
