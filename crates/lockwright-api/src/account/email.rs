//! The address that the root user signs in with: told, never changed by a key (decision 0019).

use lockwright_model::id::AccountId;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::emails::EmailUpdate;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use serde::Serialize;

use super::shape::Shape;
use super::{own, refused};
use crate::ask::{Ask, broken};

/// `GetPrimaryEmail`: for the root user alone, as on the pages; everybody else sees it masked there.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        primary_email: String,
    }
    let mut shape = Shape::of(ask);
    let named = shape.account_id(true);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    match ask.caller.person() {
        Some(Person::Root(account)) => Ok(ask.object(&Answer { primary_email: account.root.email.to_string() })),
        _ => Err(refused("Only the root user is told the address that the root user signs in with.")),
    }
}

/// `StartPrimaryEmailUpdate`.
pub(crate) async fn start(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(true);
    shape.required("PrimaryEmail", 5, 64, "", |_| true);
    shape.finish()?;
    not_by_key(ask, own(ask, named)?).await
}

/// `AcceptPrimaryEmailUpdate`.
pub(crate) async fn accept(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(true);
    shape.required("PrimaryEmail", 5, 64, "", |_| true);
    shape.required("Otp", 6, 6, "[a-zA-Z0-9]{6}", |c| c.is_ascii_alphanumeric());
    shape.finish()?;
    not_by_key(ask, own(ask, named)?).await
}

async fn not_by_key(ask: &Ask<'_>, account: AccountId) -> Result<Reply, WireError> {
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    ask.lockwright.note_denied(ask.op, account, ask.action).await;
    Err(refused(
        "The root user of an account outside of an organization changes its address on the pages, signed in and confirmed; an access key does not.",
    ))
}

/// `GetPrimaryEmailUpdateStatus`: of the last change, wherever it was made.
pub(crate) async fn status(ask: &Ask<'_>) -> Result<Reply, WireError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        status: &'static str,
        updated_at: i64,
    }
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    let (status, at) = match ask.lockwright.email_update_of(account).await.map_err(broken)? {
        Some(EmailUpdate::Asked(at)) => ("PENDING", at),
        Some(EmailUpdate::Made(at)) => ("COMPLETED", at),
        None => return Err(WireError::of(ErrorKind::ValidationError, "No email update found for account.")),
    };
    Ok(ask.object(&Answer { status, updated_at: at.as_seconds() }))
}
