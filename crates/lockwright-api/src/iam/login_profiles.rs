//! Passwords of IAM users: those that are given to them, and the own.

use lockwright_model::clock::Timestamp;
use lockwright_model::secret::Secret;
use lockwright_model::user::{LoginProfile, User};
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::passwords::{ChangePasswordError, NewPasswordError, PresentError};
use lockwright_service::users::{GiveAccess, UserError};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use crate::ask::{Ask, broken, moment, name, no_user};

/// `CreateLoginProfile`: without a name, of whoever asks.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let password = password(&input, "Password", "password")?;
    let must_change = input.boolean("PasswordResetRequired")?.unwrap_or(false);
    let user = ask.named_or_own().await?;
    ask.lockwright.create_login_profile(ask.op, &user.id, password, must_change).await.map_err(|error| failed(error, &user))?;
    let created = ask.op.now;
    Ok(ask.answer(|result| describe(result, &user, created, must_change)))
}

/// `GetLoginProfile`: without a name, of whoever asks.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let user = ask.named_or_own().await?;
    let profile = profile(&user)?;
    let must_change = profile.credential.as_ref().is_some_and(|credential| credential.must_change);
    Ok(ask.answer(|result| describe(result, &user, profile.created, must_change)))
}

/// `UpdateLoginProfile`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "UserName", "userName", 128)?;
    let password = input.text("Password")?.map(Secret::new);
    let must_change = input.boolean("PasswordResetRequired")?;
    let user = ask.user(ask.action, text).await?;
    ask.lockwright.update_login_profile(ask.op, &user.id, password, must_change).await.map_err(|error| failed(error, &user))?;
    Ok(ask.done())
}

/// `DeleteLoginProfile`: without a name, of whoever asks.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let user = ask.named_or_own().await?;
    ask.lockwright.set_access(ask.op, &user.id, GiveAccess::None, None).await.map_err(|error| failed(error, &user))?;
    Ok(ask.done())
}

/// `ChangePassword`: the own one of an IAM user.
pub(crate) async fn change_own(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let (old, new) = (password(&input, "OldPassword", "oldPassword")?, password(&input, "NewPassword", "newPassword")?);
    let Some(Person::User { user, .. }) = ask.caller.person() else {
        return Err(WireError::modelled("InvalidUserType", 400, "Only IAM Users can change their own password."));
    };
    ask.permitted(&Aim::of(ask.action, user)).await?;
    profile(user)?;
    match ask.lockwright.change_password_by_key(ask.op, &user.id, old.expose(), new.expose()).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(not_changed(error)),
    }
}

/// A required password. What is wrong with it is said without it.
fn password(input: &Node<'_>, member: &str, place: &str) -> Result<Secret, WireError> {
    input.text(member)?.map(Secret::new).ok_or_else(|| Violations::one(place, None, Constraint::Required))
}

fn profile(user: &User) -> Result<&LoginProfile, WireError> {
    user.login_profile.as_ref().ok_or_else(|| none_of(user))
}

fn none_of(user: &User) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Login Profile for User {} cannot be found.", user.name))
}

fn describe(result: &mut Writer, user: &User, created: Timestamp, must_change: bool) {
    result.element("LoginProfile", |writer| {
        writer.text("UserName", user.name.as_str());
        writer.timestamp("CreateDate", moment(created));
        writer.boolean("PasswordResetRequired", must_change);
    });
}

fn failed(error: UserError, user: &User) -> WireError {
    match error {
        UserError::HasLoginProfile => {
            WireError::modelled("EntityAlreadyExists", 409, format!("Login Profile for user {} already exists.", user.name))
        }
        UserError::NoLoginProfile => none_of(user),
        UserError::Denied => no_user(user.name.as_str()),
        UserError::Frozen(until) => later(until),
        UserError::Password(error) => not_taken(error),
        UserError::Trouble(trouble) => broken(trouble),
        other => {
            tracing::error!(%other, "a login profile could not be changed by a call");
            WireError::of(ErrorKind::InternalFailure, "The request processing has failed because of an unknown error.")
        }
    }
}

/// Which rule a new password breaks, in the words that people read on the pages.
fn not_taken(error: NewPasswordError) -> WireError {
    match error {
        NewPasswordError::Trouble(trouble) => broken(trouble),
        other => WireError::modelled("PasswordPolicyViolation", 400, other.sentences().join(" ")),
    }
}

fn later(until: Timestamp) -> WireError {
    let message = format!("The password cannot be changed before {}.", until.to_rfc3339());
    WireError::modelled("EntityTemporarilyUnmodifiable", 409, message)
}

fn not_changed(error: ChangePasswordError) -> WireError {
    match error {
        ChangePasswordError::Present(PresentError::Mismatch) => WireError::of(ErrorKind::AccessDenied, "The old password was incorrect."),
        ChangePasswordError::Present(PresentError::Wait { until }) | ChangePasswordError::Frozen { until } => later(until),
        ChangePasswordError::NotAllowed => WireError::of(ErrorKind::AccessDenied, "Access denied."),
        ChangePasswordError::New(error) => not_taken(error),
        ChangePasswordError::Present(PresentError::Trouble(trouble)) | ChangePasswordError::Trouble(trouble) => broken(trouble),
    }
}
