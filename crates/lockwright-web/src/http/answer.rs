//! Answers: a page, a redirect, or a refusal that the outermost layer turns into a page. Outside trouble becomes an answer here only.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lockwright_model::clock::Timestamp;
use lockwright_service::accounts::AccountError;
use lockwright_service::trouble::Trouble;
use lockwright_service::users::UserError;

use super::cookies::SetCookie;
use super::form::encode;
use crate::page::problem::ProblemKind;
use crate::page::{Page, words};
use crate::render::{self, Shell};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refused>;

/// A request that is not carried out.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// A problem page.
    Problem(Box<Trial>),
    /// Another page comes first.
    Go(&'static str),
    /// The person proves once more who they are, and comes back here.
    Confirm(String),
}

/// What a problem page tells.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(super) kind: ProblemKind,
    pub(super) wait: Option<Duration>,
    pub(super) again: Option<String>,
    /// For the log, never for the page.
    pub(super) cause: Option<String>,
}

impl Refused {
    pub(crate) fn new(kind: ProblemKind) -> Self {
        Self::Problem(Box::new(Trial { kind, wait: None, again: None, cause: None }))
    }

    /// No such thing, or not for this person: the same answer.
    pub(crate) fn not_found() -> Self {
        Self::new(ProblemKind::NotFound)
    }

    /// The form is old, or another browser's; `again` is where to open it anew.
    pub(super) fn expired_form(again: Option<String>) -> Self {
        Self::Problem(Box::new(Trial { kind: ProblemKind::ExpiredForm, wait: None, again, cause: None }))
    }

    /// Nothing changes until then, since the person said "this wasn't me".
    pub(crate) fn frozen(now: Timestamp, until: Timestamp) -> Self {
        Self::later(ProblemKind::Frozen, until.since(now), None)
    }

    /// Too many came from this network; it goes on then.
    pub(crate) fn too_many(now: Timestamp, until: Timestamp) -> Self {
        Self::later(ProblemKind::TooMany, until.since(now), None)
    }

    fn later(kind: ProblemKind, wait: Duration, cause: Option<String>) -> Self {
        Self::Problem(Box::new(Trial { kind, wait: Some(wait), again: None, cause }))
    }
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Busy { retry_after } => Self::later(ProblemKind::Busy, retry_after, None),
            Trouble::Contended => Self::later(ProblemKind::Busy, Duration::from_secs(1), None),
            // A few minutes pass by themselves; more than that somebody has to set right.
            Trouble::ClockBehind { by } if by <= Duration::from_secs(600) => Self::later(ProblemKind::ClockBehind, by, None),
            Trouble::ClockBehind { .. } => Self::new(ProblemKind::ClockBehind),
            Trouble::Unavailable(error) => Self::later(ProblemKind::Unavailable, Duration::from_secs(5), Some(error.to_string())),
        }
    }
}

impl From<UserError> for Refused {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Denied | UserError::NoLoginProfile | UserError::HasLoginProfile => Self::not_found(),
            UserError::Trouble(trouble) => trouble.into(),
            // Their pages handle these; elsewhere they can't come up.
            UserError::NameTaken
            | UserError::TooMany
            | UserError::NoPolicy(_)
            | UserError::Frozen(_)
            | UserError::HelpDone
            | UserError::Holds(_)
            | UserError::Password(_) => Self::new(ProblemKind::BadRequest),
        }
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Denied => Self::not_found(),
            AccountError::Trouble(trouble) => trouble.into(),
            AccountError::AliasTaken | AccountError::Frozen { .. } => Self::new(ProblemKind::BadRequest),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Go(path) => redirect(path),
            Self::Confirm(back) => redirect(&format!("/security/confirm?back={}", encode(&back))),
            Self::Problem(trial) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status(trial.kind);
                if let Some(wait) = trial.wait {
                    response.headers_mut().insert(RETRY_AFTER, seconds(wait));
                }
                response.extensions_mut().insert(*trial);
                response
            }
        }
    }
}

pub(super) fn status(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What an answer without a page of its own means.
pub(super) fn kind_of(status: StatusCode) -> ProblemKind {
    match status.as_u16() {
        404 => ProblemKind::NotFound,
        403 => ProblemKind::Forbidden,
        405 => ProblemKind::MethodNotAllowed,
        413 => ProblemKind::TooLarge,
        429 => ProblemKind::TooMany,
        503 => ProblemKind::Unavailable,
        400..=499 => ProblemKind::BadRequest,
        _ => ProblemKind::Unexpected,
    }
}

/// A rendered page.
pub(super) fn html<P: Page>(status: StatusCode, shell: &Shell, page: &P) -> Response {
    let mut response = Response::new(Body::from(render::page(shell, page)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A page that says how long to wait, in words and for programs.
pub(super) fn retry_after(mut response: Response, wait: Duration) -> Response {
    response.headers_mut().insert(RETRY_AFTER, seconds(wait));
    response
}

/// `30 seconds`, and the same as a span.
pub(super) fn wait(now: Timestamp, until: Timestamp) -> (Duration, String) {
    let span = until.since(now);
    (span, words::span(span))
}

fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// Goes on at another path of ours with a GET.
pub(crate) fn go(path: impl AsRef<str>) -> Answer {
    Ok(redirect(path.as_ref()))
}

fn redirect(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Paths are put together from fixed words and ids of ours; one that is no path leads home.
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    let location = HeaderValue::from_str(path).ok().filter(|_| ours).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// A text or a file.
pub(crate) fn plain(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds a cookie to an answer.
pub(crate) fn with_cookie(mut response: Response, cookie: Option<SetCookie>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie.into_header());
    }
    response
}
