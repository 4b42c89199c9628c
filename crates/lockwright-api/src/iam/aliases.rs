//! The account's alias.

use lockwright_model::name::Alias;
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use crate::ask::{Ask, broken};

fn alias(ask: &Ask<'_>) -> Result<Alias, WireError> {
    let input = ask.input();
    let text = input.text("AccountAlias")?.ok_or_else(|| Violations::one("accountAlias", None, Constraint::Required))?;
    if let Some(alias) = text.parse::<Alias>().ok().filter(|alias| alias.as_str() == text) {
        return Ok(alias);
    }
    let mut wrong = Violations::default();
    match text.len() {
        ..3 => wrong.note("accountAlias", Some(text), Constraint::MinLength(3)),
        64.. => wrong.note("accountAlias", Some(text), Constraint::MaxLength(63)),
        _ => {}
    }
    wrong.note("accountAlias", Some(text), Constraint::Pattern("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"));
    Err(wrong.into())
}

/// `CreateAccountAlias`: takes the place of the one there was.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let alias = alias(ask)?;
    ask.permitted(&Aim::account("iam:CreateAccountAlias")).await?;
    match ask.lockwright.set_alias(ask.op, ask.account()?, Some(&alias)).await {
        Ok(()) => Ok(ask.done()),
        Err(AccountError::AliasTaken) => {
            Err(WireError::modelled("EntityAlreadyExists", 409, format!("The account alias {alias} already exists.")))
        }
        Err(error) => Err(failed(error)),
    }
}

/// `DeleteAccountAlias`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let alias = alias(ask)?;
    ask.permitted(&Aim::account("iam:DeleteAccountAlias")).await?;
    let account = ask.account()?;
    if ask.lockwright.alias_of(account).await.map_err(broken)?.as_ref() != Some(&alias) {
        return Err(WireError::modelled("NoSuchEntity", 404, format!("The account alias {alias} cannot be found.")));
    }
    ask.lockwright.set_alias(ask.op, account, None).await.map_err(failed)?;
    Ok(ask.done())
}

/// `ListAccountAliases`: one at most.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account("iam:ListAccountAliases")).await?;
    let alias = ask.lockwright.alias_of(ask.account()?).await.map_err(broken)?;
    Ok(ask.answer(|result| {
        result.texts("AccountAliases", alias.iter().map(Alias::as_str));
        result.boolean("IsTruncated", false);
    }))
}

fn failed(error: AccountError) -> WireError {
    match error {
        AccountError::Trouble(trouble) => broken(trouble),
        _ => WireError::of(ErrorKind::AccessDenied, "Access denied."),
    }
}
