//! IAM users.

use lockwright_model::account::Account;
use lockwright_model::name::UserName;
use lockwright_model::user::User;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::core::user::Held;
use lockwright_service::users::{GiveAccess, UserError};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::xml::Writer;

use super::{Page, path, path_prefix};
use crate::ask::{Ask, broken, moment, name, no_user, optional_name, parsed, unnamed};

/// `CreateUser`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 64)?;
    let path = path(&input)?.unwrap_or_default();
    for (member, what) in [("Tags", "Tags"), ("PermissionsBoundary", "Permissions boundaries")] {
        if !input.member(member).is_absent() {
            return Err(WireError::modelled("InvalidInput", 400, format!("{what} are not offered by this server yet.")));
        }
    }
    let parsed: UserName = parsed(text, "userName")?;
    let account = ask.account()?;
    ask.permitted(&Aim::user("iam:CreateUser", account, path.as_str(), text)).await?;
    match ask.lockwright.create_user_at(ask.op, account, &path, &parsed, false, GiveAccess::None).await {
        Ok((user, _)) => Ok(ask.answer(|result| result.element("User", |writer| describe(writer, &user, false)))),
        Err(UserError::NameTaken) => Err(WireError::modelled("EntityAlreadyExists", 409, format!("User with name {text} already exists."))),
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
        result.element("User", |writer| {
            writer.text("UserId", &account.id.to_string());
            writer.text("Arn", &account.id.root_arn());
            writer.timestamp("CreateDate", moment(account.created));
        });
    })
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

fn failed(error: UserError, name: &str) -> WireError {
    match error {
        UserError::Denied => no_user(name),
        UserError::Holds(held) => {
            let first = match held {
                Held::LoginProfile => "delete login profile",
                Held::AccessKeys => "delete access keys",
                Held::MfaDevices => "delete MFA device",
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
}
