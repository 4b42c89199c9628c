//! The Security Token Service.

use lockwright_model::access_key::AccessKeyId;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_wire::error::{ErrorKind, Reply, WireError};

use crate::ask::{Ask, name};

/// `GetCallerIdentity`: needs no permission, and no policy takes it away.
pub(crate) async fn caller_identity(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let account = ask.account()?;
    let (id, arn) = match ask.caller {
        Person::User { user, .. } => (user.id.user.to_string(), user.arn()),
        _ => (account.to_string(), account.root_arn()),
    };
    Ok(ask.answer(|result| {
        result.text("Arn", &arn);
        result.text("UserId", &id);
        result.text("Account", &account.to_string());
    }))
}

/// `GetAccessKeyInfo`: the account that stands in an id, whether or not there is such a key.
pub(crate) async fn access_key_info(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let id = name(&ask.input(), "AccessKeyId", "accessKeyId", 128)?.to_owned();
    ask.permitted(&Aim::account("sts:GetAccessKeyInfo")).await?;
    let account = id.parse::<AccessKeyId>().ok().and_then(|id| id.account());
    let account = account.ok_or_else(|| WireError::of(ErrorKind::ValidationError, "Invalid Access Key ID."))?;
    Ok(ask.answer(|result| result.text("Account", &account.to_string())))
}
