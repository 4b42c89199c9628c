//! What a provider of messages reports. No browser sends it, so its signature stands in for a form's token.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use lockwright_service::message::KeyedError;
use lockwright_service::webhook::{SIGNATURE, TIMESTAMP};

use crate::http::{Web, plain};

/// Digits that were keyed in during a call. The answer doesn't say whether they were right.
pub(super) async fn voice(State(web): State<Web>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, word) = match web.lockwright().keyed_in(text(TIMESTAMP), text(SIGNATURE), &body).await {
        Ok(()) => (StatusCode::OK, "{\"taken\":true}"),
        Err(KeyedError::NotSigned) => (StatusCode::UNAUTHORIZED, "{\"taken\":false,\"why\":\"not signed\"}"),
        Err(KeyedError::Repeated) => (StatusCode::CONFLICT, "{\"taken\":false,\"why\":\"reported before\"}"),
        Err(KeyedError::Gone) => (StatusCode::GONE, "{\"taken\":false,\"why\":\"gone\"}"),
        Err(KeyedError::Trouble(trouble)) => {
            tracing::warn!(%trouble, "a provider's report was not taken");
            (StatusCode::SERVICE_UNAVAILABLE, "{\"taken\":false,\"why\":\"try again\"}")
        }
    };
    let mut response = plain("application/json", word);
    *response.status_mut() = status;
    response
}
