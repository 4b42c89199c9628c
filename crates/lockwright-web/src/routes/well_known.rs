//! Addresses that password managers know (W3C "A Well-Known URL for Changing Passwords", "A Well-Known URL for Relying Party Passkey Endpoints"). Any other `/.well-known/` is not found.

use axum::extract::State;
use axum::response::Response;

use crate::http::{Answer, Visit, Web, go, plain};

/// Where a password is changed, or got back.
pub(super) async fn change_password(visit: Visit) -> Answer {
    go(if visit.signed().is_some() { "/security/password" } else { "/recover" })
}

/// Where a passkey is enrolled, and where passkeys are managed.
pub(super) async fn passkey_endpoints(State(web): State<Web>) -> Response {
    let endpoints = serde_json::json!({"enroll": web.url("/security/mfa/add"), "manage": web.url("/security/mfa")});
    plain("application/json", endpoints.to_string())
}
