//! Host commands for AWS clients on this host: where they call, and what they sign with.

use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::name::UserName;
use lockwright_service::Lockwright;
use serde_json::json;

use super::Answer;

/// Where a user's programs call.
pub(super) async fn endpoint(lockwright: &Lockwright, op: &OpContext, account: AccountId, user: &UserName) -> Answer {
    let user = lockwright.user(op, account, user).await?;
    Ok(json!({"EndpointUrl": lockwright.config().public_url, "UserName": user.name.as_str()}))
}

/// What AWS clients read from a `credential_process`.
pub(super) async fn give(lockwright: &Lockwright, op: &OpContext, account: AccountId, user: &UserName) -> Answer {
    let given = lockwright.host_credentials(op, account, user).await?;
    Ok(json!({
        "Version": 1,
        "AccessKeyId": given.id.as_str(),
        "SecretAccessKey": given.secret.expose(),
        "SessionToken": given.token.expose(),
        "Expiration": given.temporary.expires.to_rfc3339(),
    }))
}
