//! IAM users.

use lockwright_model::account::Account;
use lockwright_model::name::UserName;
use lockwright_model::quota::MOST_USERS;
use lockwright_model::user::User;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::core::user::Held;
use lockwright_service::resources::NoPolicy;
use lockwright_service::users::{GiveAccess, UserError, UserToBe};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::xml::Writer;

use super::grantee::no_managed;
use super::{Page, boundary, optional_arn, path, path_at, path_prefix};
use crate::ask::{Ask, broken, moment, name, no_user, optional_name, parsed, unnamed};
use crate::tags;

/// `CreateUser`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 64)?;
    let path = path(&input)?.unwrap_or_default();
    let tags = tags::tags(ask, &input)?;
    let boundary = optional_arn(&input, "PermissionsBoundary", "permissionsBoundary")?.map(str::to_owned);
    let parsed: UserName = parsed(text, "userName")?;
    let account = ask.account()?;
    let aim = Aim::user("iam:CreateUser", account, path.as_str(), text).bringing_tags(&tags);
    ask.permitted(&boundary.iter().fold(aim, |aim, arn| aim.with("iam:permissionsboundary", arn.as_str()))).await?;
    if !tags.is_empty() {
        ask.permitted(&Aim::user("iam:TagUser", account, path.as_str(), text).bringing_tags(&tags)).await?;
    }
    let new = UserToBe { path, name: parsed, tags, boundary };
    match ask.lockwright.create_user_as(ask.op, account, &new, false, GiveAccess::None).await {
        Ok((user, _)) => Ok(ask.answer(|result| result.element("User", |writer| describe(writer, &user, true)))),
        Err(UserError::NoPolicy(why)) => Err(no_boundary(&why, new.boundary.as_deref().unwrap_or_default())),
        Err(error) => Err(failed(error, text)),
    }
}

/// `GetUser`: without a name, whoever asks.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let named = optional_name(&input, "UserName", "userName", 128)?;
    let user = match (named, ask.caller.person()) {
        (Some(text), _) => ask.user("iam:GetUser", text).await?,
        (None, Some(Person::User { user, .. })) => ask.user("iam:GetUser", user.name.as_str()).await?,
        (None, Some(Person::Root(account))) => return Ok(root(ask, account)),
        (None, _) => return Err(unnamed()),
    };
    Ok(ask.answer(|result| result.element("User", |writer| describe(writer, &user, true))))
}

fn root(ask: &Ask<'_>, account: &Account) -> Reply {
    ask.answer(|result| {
        result.element("User", |writer| describe_root(writer, account));
    })
}

/// A root user, as a `User`.
pub(crate) fn describe_root(writer: &mut Writer, account: &Account) {
    writer.text("UserId", &account.id.to_string());
    writer.text("Arn", &account.id.root_arn());
    writer.timestamp("CreateDate", moment(account.created));
}

/// `ListUsers`, in the order of the names.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("ListUsers {prefix}"))?;
    let account = ask.account()?;
    ask.permitted(&Aim::users("iam:ListUsers", account)).await?;
    let read = |after: Option<String>, limit| async move {
        ask.lockwright.users(ask.op, account, after.as_deref(), limit).await.map_err(|error| failed(error, ""))
    };
    let users = page.fill(read, |user| user.name.key(), |user| user.path.as_str().starts_with(&prefix)).await?;
    let cut = page.end(ask, users, |user| user.name.key());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("Users", shown, |writer, user| describe(writer, &user, false)));
    }))
}

/// `DeleteUser`: takes nothing along.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 128)?;
    let user = ask.user("iam:DeleteUser", text).await?;
    ask.lockwright.delete_bare_user(ask.op, &user.id).await.map_err(|error| failed(error, text))?;
    Ok(ask.done())
}

/// `UpdateUser`: another name, another path.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 128)?;
    let renamed = optional_name(&input, "NewUserName", "newUserName", 64)?;
    let path = path_at(&input, "NewPath", "newPath")?;
    let user = ask.user("iam:UpdateUser", text).await?;
    let to: Option<UserName> = renamed.map(|to| parsed(to, "newUserName")).transpose()?;
    let (to_path, to_name) = (path.as_ref().unwrap_or(&user.path), to.as_ref().unwrap_or(&user.name));
    ask.permitted(&Aim::user("iam:UpdateUser", user.id.account, to_path.as_str(), to_name.as_str())).await?;
    match ask.lockwright.update_user(ask.op, &user.id, path.as_ref(), to.as_ref()).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(error, to.as_ref().map_or(text, UserName::as_str))),
    }
}

/// A boundary that is not there, or can be none.
pub(crate) fn no_boundary(why: &NoPolicy, arn: &str) -> WireError {
    match why {
        NoPolicy::Unknown => no_managed(arn),
        NoPolicy::NotAttachable => WireError::modelled("PolicyNotAttachable", 400, format!("Policy {arn} is not attachable.")),
    }
}

fn failed(error: UserError, name: &str) -> WireError {
    match error {
        UserError::NameTaken => WireError::modelled("EntityAlreadyExists", 409, format!("User with name {name} already exists.")),
        UserError::TooMany => WireError::modelled("LimitExceeded", 409, format!("Cannot exceed quota for UsersPerAccount: {MOST_USERS}")),
        UserError::Denied => no_user(name),
        UserError::Holds(held) => {
            let first = match held {
                Held::LoginProfile => "delete login profile",
                Held::AccessKeys => "delete access keys",
                Held::Certificates => "delete certificates",
                Held::SshKeys => "delete SSH public keys",
                Held::ServiceCredentials => "delete service specific credentials",
                Held::MfaDevices => "remove tokens from principal",
                Held::Policies => "delete policies",
                Held::Groups => "remove users from group",
            };
            WireError::modelled("DeleteConflict", 409, format!("Cannot delete entity, must {first} first."))
        }
        UserError::Trouble(trouble) => broken(trouble),
        other => {
            tracing::error!(%other, "a user could not be changed by a call");
            WireError::of(ErrorKind::InternalFailure, "The request processing has failed because of an unknown error.")
        }
    }
}

/// A `User`.
pub(crate) fn describe(writer: &mut Writer, user: &User, whole: bool) {
    writer.text("Path", user.path.as_str());
    writer.text("UserName", user.name.as_str());
    writer.text("UserId", user.id.user.as_str());
    writer.text("Arn", &user.arn());
    writer.timestamp("CreateDate", moment(user.created));
    if let Some(at) = user.last_sign_in.filter(|_| whole || user.login_profile.is_some()) {
        writer.timestamp("PasswordLastUsed", moment(at));
    }
    if whole {
        boundary(writer, user.grants.boundary.as_deref());
        tags::describe(writer, &user.tags);
    }
}
