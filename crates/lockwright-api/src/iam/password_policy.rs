//! The account's rules for the passwords of its IAM users.

use lockwright_model::password_policy::PasswordPolicy;
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use crate::ask::{Ask, broken};

/// `GetAccountPasswordPolicy`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let policy = present(ask).await?;
    Ok(ask.answer(|result| {
        result.element("PasswordPolicy", |writer| {
            writer.integer("MinimumPasswordLength", policy.minimum_length.into());
            writer.boolean("RequireSymbols", policy.require_symbols);
            writer.boolean("RequireNumbers", policy.require_numbers);
            writer.boolean("RequireUppercaseCharacters", policy.require_uppercase);
            writer.boolean("RequireLowercaseCharacters", policy.require_lowercase);
            writer.boolean("AllowUsersToChangePassword", policy.allow_users_to_change);
            writer.boolean("ExpirePasswords", policy.max_age_days.is_some());
            if let Some(days) = policy.max_age_days {
                writer.integer("MaxPasswordAge", days.into());
            }
            if let Some(count) = policy.reuse_prevention {
                writer.integer("PasswordReusePrevention", count.into());
            }
            writer.boolean("HardExpiry", policy.hard_expiry);
        });
    }))
}

/// `UpdateAccountPasswordPolicy`: replaces it whole, with AWS's defaults for what is left out.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let yes = |member| Ok::<_, WireError>(input.boolean(member)?.unwrap_or(false));
    let mut wrong = Violations::default();
    let minimum_length = within(&input, &mut wrong, "MinimumPasswordLength", "minimumPasswordLength", 6, 128)?;
    let policy = PasswordPolicy {
        minimum_length: minimum_length.unwrap_or(PasswordPolicy::when_omitted().minimum_length),
        require_symbols: yes("RequireSymbols")?,
        require_numbers: yes("RequireNumbers")?,
        require_uppercase: yes("RequireUppercaseCharacters")?,
        require_lowercase: yes("RequireLowercaseCharacters")?,
        allow_users_to_change: yes("AllowUsersToChangePassword")?,
        max_age_days: within(&input, &mut wrong, "MaxPasswordAge", "maxPasswordAge", 1, 1095)?,
        reuse_prevention: within(&input, &mut wrong, "PasswordReusePrevention", "passwordReusePrevention", 1, 24)?,
        hard_expiry: yes("HardExpiry")?,
    };
    wrong.finish()?;
    ask.permitted(&Aim::account(ask.action)).await?;
    ask.lockwright.set_password_policy(ask.op, ask.account()?, Some(&policy)).await.map_err(failed)?;
    Ok(ask.done())
}

/// `DeleteAccountPasswordPolicy`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    present(ask).await?;
    ask.lockwright.set_password_policy(ask.op, ask.account()?, None).await.map_err(failed)?;
    Ok(ask.done())
}

/// The rules that are set, once the call is allowed.
async fn present(ask: &Ask<'_>) -> Result<PasswordPolicy, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    let account = ask.account()?;
    let policy = ask.lockwright.password_policy_of(account).await.map_err(broken)?;
    let message = || format!("The Password Policy with domain name {account} cannot be found.");
    policy.ok_or_else(|| WireError::modelled("NoSuchEntity", 404, message()))
}

/// A number in its range, where it is there.
fn within<T: TryFrom<i32>>(
    input: &Node<'_>,
    wrong: &mut Violations,
    member: &str,
    place: &str,
    least: i32,
    most: i32,
) -> Result<Option<T>, WireError> {
    let Some(number) = input.integer(member)? else { return Ok(None) };
    if number < least {
        wrong.note(place, Some(&number.to_string()), Constraint::Min(least.into()));
    }
    if number > most {
        wrong.note(place, Some(&number.to_string()), Constraint::Max(most.into()));
    }
    Ok(T::try_from(number).ok())
}

fn failed(error: AccountError) -> WireError {
    match error {
        AccountError::Trouble(trouble) => broken(trouble),
        AccountError::Denied => WireError::of(ErrorKind::AccessDenied, "Access denied."),
        other => {
            tracing::error!(%other, "the password policy could not be changed by a call");
            WireError::of(ErrorKind::InternalFailure, "The request processing has failed because of an unknown error.")
        }
    }
}
