//! Choices for the operator's other sites: asked and saved by a script of ours, checked by a site's own server or proxy.
//!
//! Nothing here rests on a cookie that a browser sends by itself: the choice is handed over, sealed, and kept by the asking site as a
//! cookie of its own. So a page of a third party can neither read nor change what somebody chose.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use lockwright_model::privacy::{Allowed, Choice, How, Purpose};
use lockwright_service::core::privacy::Wish;
use lockwright_service::privacy::{Brought, ChoiceError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Visit, Web, brought, plain};

/// The header that a choice is handed over in.
const CHOICE: &str = "lockwright-choice";

/// What a site asks to be saved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    allowed: Allowed,
    how: How,
    /// `navigator.globalPrivacyControl`, where the browser has it but sends no header.
    #[serde(default, rename = "globalPrivacyControl")]
    signal: bool,
}

/// What is allowed, and whether it has to be asked.
pub(super) async fn choices(State(web): State<Web>, visit: Visit, headers: HeaderMap) -> Response {
    let brought = handed(&visit, &headers);
    answer(&web, &headers, StatusCode::OK, &told(&web, &visit, &brought))
}

/// Saves a choice that was made on another site.
pub(super) async fn save(State(web): State<Web>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    if headers.contains_key(ORIGIN) && site(&web, &headers).is_none() {
        return answer(&web, &headers, StatusCode::FORBIDDEN, &json!({"saved": false, "why": "this site is not on the list"}));
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return answer(&web, &headers, StatusCode::BAD_REQUEST, &json!({"saved": false, "why": "this is not a choice"}));
    };
    let mut brought = handed(&visit, &headers);
    brought.signal |= asked.signal;
    let wish = Wish { allowed: asked.allowed, how: asked.how, follow: None };
    // Whoever is signed in here is nobody there.
    match web.lockwright().choose(&visit.op, &brought, None, wish).await {
        Ok(choice) => {
            let held = web.lockwright().open_choice(&web.lockwright().seal_choice(&choice));
            answer(&web, &headers, StatusCode::OK, &told(&web, &visit, &Brought { held, ..brought }))
        }
        Err(ChoiceError::Wait { .. }) => answer(&web, &headers, StatusCode::TOO_MANY_REQUESTS, &json!({"saved": false, "why": "too many"})),
        Err(ChoiceError::Trouble(trouble)) => {
            tracing::warn!(request = %visit.op.id, %trouble, "a choice of another site was not saved");
            answer(&web, &headers, StatusCode::SERVICE_UNAVAILABLE, &json!({"saved": false, "why": "try again"}))
        }
    }
}

/// What browsers ask before they let another site's script save something.
pub(super) async fn may(State(web): State<Web>, headers: HeaderMap) -> Response {
    let mut response = answer(&web, &headers, StatusCode::NO_CONTENT, &Value::Null);
    if site(&web, &headers).is_some() {
        let map = response.headers_mut();
        map.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, PUT"));
        map.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type, lockwright-choice"));
        map.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// For a reverse proxy: 204 where a purpose is allowed, 403 where it is not. The proxy hands on the cookies and `Sec-GPC` of the request
/// that it asks about.
pub(super) async fn allows(State(web): State<Web>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(purpose) = visit.query("purpose").as_deref().and_then(Purpose::of_word) else {
        return answer(
            &web,
            &headers,
            StatusCode::BAD_REQUEST,
            &json!({"why": "purpose is essential, performance, functional or advertising"}),
        );
    };
    let standing = web.lockwright().privacy_standing(&brought(&web, &headers), None, visit.op.now);
    let allowed = standing.allowed.allows(purpose);
    answer(&web, &headers, if allowed { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN }, &json!({ "allowed": allowed }))
}

/// The script that other sites embed.
pub(super) async fn embed() -> Response {
    let mut response = plain("text/javascript; charset=utf-8", include_str!("../../assets/embed.js"));
    let map = response.headers_mut();
    map.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    map.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

/// The choice that the asking site hands over; this browser's own cookies say nothing of other sites.
fn handed(visit: &Visit, headers: &HeaderMap) -> Brought {
    let text = headers.get(CHOICE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Brought { held: visit.lockwright().open_choice(text), ..visit.brought().clone() }
}

fn told(web: &Web, visit: &Visit, brought: &Brought) -> Value {
    let standing = web.lockwright().privacy_standing(brought, None, visit.op.now);
    let life = web.lockwright().config().privacy.choice_life;
    let sealed = |choice: &Choice| web.lockwright().seal_choice(choice);
    let allowed: serde_json::Map<String, Value> =
        Purpose::ALL.into_iter().map(|purpose| (purpose.word().to_owned(), json!(standing.allowed.allows(purpose)))).collect();
    json!({
        "allowed": allowed,
        "ask": standing.ask,
        "signal": standing.signal,
        "choice": standing.choice.as_ref().map(sealed),
        "seconds": standing.choice.as_ref().map(|choice| choice.at.plus(life).since(visit.op.now).as_secs()),
        "notice": {"version": brought.notice.short(), "url": web.url("/privacy/cookie-notice")},
        "installation": web.lockwright().config().installation,
    })
}

/// The asking site, where it is on the operator's list.
fn site(web: &Web, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let known = web.lockwright().config().privacy.sites.iter().any(|site| site.as_bytes() == origin.as_bytes());
    (known || web.origin().as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

fn answer(web: &Web, headers: &HeaderMap, status: StatusCode, body: &Value) -> Response {
    let text = if status == StatusCode::NO_CONTENT { String::new() } else { body.to_string() };
    let mut response = plain("application/json", text);
    *response.status_mut() = status;
    response.headers_mut().insert(VARY, HeaderValue::from_static("Origin, Sec-GPC, Lockwright-Choice"));
    if let Some(origin) = site(web, headers) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}
