//! Account Management: name, contacts, the root user's address.

mod contacts;
mod email;
mod shape;

pub(crate) use contacts::{delete_alternate, get_alternate, get_primary, put_alternate, put_primary, send_phone_code, verify_phone};
pub(crate) use email::{accept as accept_email, get as get_email, start as start_email, status as email_status};

use lockwright_model::account::AccountState;
use lockwright_model::id::AccountId;
use lockwright_model::name::AccountName;
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use serde::Serialize;

use self::shape::Shape;
use crate::ask::{Ask, broken, moment};

/// The signs of an account's name (Account, `AccountName`).
const NAME: &str = "[ -;=?-~]+";

/// `GetAccountInformation`.
pub(crate) async fn information(ask: &Ask<'_>) -> Result<Reply, WireError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'a> {
        account_id: String,
        account_name: &'a str,
        account_created_date: String,
        account_state: &'static str,
    }
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    let account = ask.lockwright.account(ask.op, account).await.map_err(failed)?;
    Ok(ask.object(&Answer {
        account_id: account.id.to_string(),
        account_name: account.name.as_str(),
        account_created_date: moment(account.created).rfc3339(),
        account_state: match account.state {
            AccountState::Active => "ACTIVE",
            AccountState::Suspended => "SUSPENDED",
            AccountState::Closed { .. } => "CLOSED",
        },
    }))
}

/// `PutAccountName`.
pub(crate) async fn rename(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    let signs = |c| matches!(c, ' '..=';' | '=' | '?'..='~');
    let text = shape.required("AccountName", 1, 50, NAME, signs);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    let name: AccountName = text.parse().map_err(|_| shape::wrong("AccountName", AccountName::RULE))?;
    ask.lockwright.set_account_name(ask.op, account, &name).await.map_err(failed)?;
    Ok(done(ask))
}

/// The account that is meant: the caller's own, for there is no organization in which one speaks for another.
fn own(ask: &Ask<'_>, named: Option<&str>) -> Result<AccountId, WireError> {
    let account = ask.account()?;
    match named {
        Some(other) if other != account.to_string() => {
            Err(refused("The account is not the caller's own, and there is no organization that has both."))
        }
        _ => Ok(account),
    }
}

fn refused(message: &'static str) -> WireError {
    WireError::of(ErrorKind::AccessDenied, message)
}

fn missing(message: &'static str) -> WireError {
    WireError::modelled("ResourceNotFoundException", 404, message)
}

/// The answer of an operation that has none.
fn done(ask: &Ask<'_>) -> Reply {
    #[derive(Serialize)]
    struct Nothing {}
    ask.object(&Nothing {})
}

fn failed(error: AccountError) -> WireError {
    match error {
        AccountError::Trouble(trouble) => broken(trouble),
        AccountError::Frozen { .. } => refused("Whoever acts has reported an act that was not theirs: nothing is changed for now."),
        AccountError::Denied | AccountError::AliasTaken => refused("Access denied."),
    }
}
