//! The outermost layer: gives each request its id, catches a panic, turns refusals into pages, adds headers and the browser cookie.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, HOST, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::{self, Refused, Trial, with_cookie};
use super::arrival::Arrival;
use super::consent::ESSENTIAL;
use super::cookies::BROWSER;
use super::{choices, headers};
use lockwright_service::client::Peer;

use super::state::{Web, is_loopback};
use super::visit::Visit;
use crate::page::problem::{Problem, ProblemKind};
use crate::page::words;
use crate::render::Shell;

/// Stands around all routes and what no route answers.
pub(crate) async fn outer(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let arrival = Arrival::of(&web, request.uri(), request.headers(), peer);
    let chooses = *request.method() == Method::POST && choices::FORMS.contains(&request.uri().path());
    let ours = request.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let path = request.uri().path().to_owned();
    if let Some(response) = other_loopback_name(&web, &request) {
        return response;
    }
    request.extensions_mut().insert(arrival.clone());

    let response = match caught(next.run(request)).await {
        Some(response) => response,
        None => {
            tracing::error!(request = %arrival.op.id, "a handler panicked");
            Refused::new(ProblemKind::Unexpected).into_response()
        }
    };
    let mut response = explained(&web, &arrival, response, chooses).await;
    lead_inside(&web, &mut response);
    if arrival.fresh && is_html(response.headers()) {
        response = with_cookie(response, web.jar().set(&BROWSER, arrival.browser.expose(), ESSENTIAL));
    }
    // A form of another site must not undo what was chosen here.
    if chooses && (response.status().is_server_error() || (response.status() == StatusCode::FORBIDDEN && ours)) {
        response = choices::unsaved(&web, response);
    }
    let path = path.strip_prefix(web.site().base()).unwrap_or(&path);
    headers::add(response.headers_mut(), path, web.https(), arrival.op.id.as_str());
    response
}

/// Somebody who typed `127.0.0.1` where the address is `localhost` is led to the one that cookies and forms belong to.
///
/// `Host` decides only whether; where to is configuration's (invariant 11).
fn other_loopback_name(web: &Web, request: &Request) -> Option<Response> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !asks
        || !web.loopback()
        || !is_loopback(&format!("http://{host}"))
        || web.origin() == format!("http://{}", host.to_ascii_lowercase())
    {
        return None;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&web.url(path)).ok()?);
    Some(response)
}

/// Pages that both sites have lead on by paths without the site's own beginning.
fn lead_inside(web: &Web, response: &mut Response) {
    let path = response.headers().get(LOCATION).and_then(|path| path.to_str().ok()).filter(|path| path.starts_with('/'));
    if let Some(path) = path.and_then(|path| HeaderValue::from_str(&web.site().path(path)).ok()) {
        response.headers_mut().insert(LOCATION, path);
    }
}

/// A refusal has no page yet, nor has what the router itself refuses: here it gets one.
async fn explained(web: &Web, arrival: &Arrival, mut response: Response, chooses: bool) -> Response {
    let status = response.status();
    let trial = response.extensions_mut().remove::<Trial>();
    // A program is answered in its own words.
    let written = is_html(response.headers()) || is_json(response.headers());
    if trial.is_none() && (written || !(status.is_client_error() || status.is_server_error())) {
        return response;
    }
    let trial = trial.unwrap_or_else(|| Trial { kind: answer::kind_of(status), wait: None, again: None, cause: None });
    if let Some(cause) = &trial.cause {
        tracing::error!(request = %arrival.op.id, cause, "a request could not be carried out");
    }
    let page = Problem {
        kind: trial.kind,
        request: Some(arrival.op.id.to_string()),
        wait: trial.wait.map(words::span),
        again: trial.again,
        unsaved: chooses.then(|| web.notices().contact.clone()),
    };
    let shell = shell_for(web, arrival, trial.kind).await;
    let mut explained = answer::html(answer::status(trial.kind), &shell, &page);
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            explained.headers_mut().insert(name, value.clone());
        }
    }
    for cookie in response.headers().get_all(SET_COOKIE) {
        explained.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    explained
}

/// Somebody signed in keeps the way back to their pages, unless the store is what is in the way.
async fn shell_for(web: &Web, arrival: &Arrival, kind: ProblemKind) -> Shell {
    let outside = matches!(kind, ProblemKind::Busy | ProblemKind::Unavailable | ProblemKind::Unexpected);
    let visit = if outside { None } else { Visit::bare(web, arrival.clone()).await.ok() };
    match visit {
        Some(visit) => visit.shell(0),
        None => Shell::new(web.lockwright().config().installation.clone(), "").at(web.site().base()),
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value == "application/json")
}

/// Runs a future; `None` when it panics. What it held is dropped, and no page shares more than the store, which commits whole or not.
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_in_an_answer() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        assert_eq!(caught(async { [1].get(7).copied().expect("for the test") }).await, None);
    }
}
