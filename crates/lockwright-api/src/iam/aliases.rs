//! The account's alias.

use lockwright_model::name::Alias;
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use crate::ask::{Ask, broken};

fn alias(ask: &Ask<'_>) -> Result<(String, Option<Alias>), WireError> {
    let input = ask.input();
    let mut wrong = Violations::default();
    let text = input.text("AccountAlias")?;
    match text {
        None => wrong.note("accountAlias", None, Constraint::Required),
        Some(text) if text.len() < 3 => wrong.note("accountAlias", Some(text), Constraint::MinLength(3)),
        Some(text) if text.len() > 63 => wrong.note("accountAlias", Some(text), Constraint::MaxLength(63)),
        Some(_) => {}
    }
    let parsed = text.and_then(|text| text.parse::<Alias>().ok());
    if let (Some(text), None) = (text, &parsed) {
        wrong.note("accountAlias", Some(text), Constraint::Pattern("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"));
    }
    wrong.finish()?;
    Ok((text.unwrap_or_default().to_owned(), parsed))
}

/// `CreateAccountAlias`: takes the place of the one there was.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let (text, alias) = alias(ask)?;
    ask.permitted("CreateAccountAlias", &Aim::account("iam:CreateAccountAlias")).await?;
    match ask.lockwright.set_alias(ask.op, ask.account()?, alias.as_ref()).await {
        Ok(()) => Ok(ask.done()),
        Err(AccountError::AliasTaken) => {
            Err(WireError::modelled("EntityAlreadyExists", 409, format!("The account alias {text} already exists.")))
        }
        Err(error) => Err(failed(error)),
    }
}

/// `DeleteAccountAlias`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let (text, alias) = alias(ask)?;
    ask.permitted("DeleteAccountAlias", &Aim::account("iam:DeleteAccountAlias")).await?;
    let account = ask.account()?;
    let present = ask.lockwright.alias_of(account).await.map_err(broken)?;
    if present.is_none() || present != alias {
        return Err(WireError::modelled("NoSuchEntity", 404, format!("The account alias {text} cannot be found.")));
    }
    ask.lockwright.set_alias(ask.op, account, None).await.map_err(failed)?;
    Ok(ask.done())
}

/// `ListAccountAliases`: one at most.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted("ListAccountAliases", &Aim::account("iam:ListAccountAliases")).await?;
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
