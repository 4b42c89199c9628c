//! Which call a request is: the service by the name it was signed for, then the operation where the service's protocol has it.

mod rest;
mod service;

pub use service::Service;

use std::borrow::Cow;
use std::fmt;

use crate::error::{ErrorKind, Protocol, WireError};
use crate::query::{InputError, Parameters};
use crate::request::Request;
use crate::sigv4::Verified;

/// A call: service, operation, and the input as its protocol sends it.
#[derive(Debug)]
pub struct Call<'a> {
    /// The service.
    pub service: Service,
    /// The operation's name. Well-formed; whether the service has it, the table of operations says.
    pub operation: Cow<'a, str>,
    /// The input.
    pub input: Input<'a>,
}

/// A call's input. Its Debug shows the kind alone.
pub enum Input<'a> {
    /// A form.
    Query(Parameters<'a>),
    /// A JSON document, not read yet.
    Json(&'a [u8]),
}

/// Why a request is no call.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RouteError {
    /// Signed for a service that is not here (attack D09: a signature made for another service opens nothing).
    #[error("Credential should be scoped to a service of this server.")]
    Service,
    /// No `Action`, no `X-Amz-Target`.
    #[error("The request names no operation.")]
    NoOperation,
    /// No such operation, version or path.
    #[error("Could not find the operation for this version, target or path.")]
    Unknown,
    /// The form can't be read.
    #[error(transparent)]
    Input(#[from] InputError),
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Query(_) => "Query",
            Self::Json(_) => "Json",
        })
    }
}

impl From<RouteError> for WireError {
    fn from(error: RouteError) -> Self {
        let kind = match error {
            RouteError::Input(error) => return error.into(),
            RouteError::Service => ErrorKind::SignatureDoesNotMatch,
            RouteError::NoOperation => ErrorKind::MissingAction,
            RouteError::Unknown => ErrorKind::InvalidAction,
        };
        Self::of(kind, error.to_string())
    }
}

impl<'a> Call<'a> {
    /// The call of a signed request. `base` is the path that the installation's base URL ends in, without a slash at its end.
    pub fn signed(verified: &Verified<'a>, base: &str) -> Result<Self, RouteError> {
        let service = Service::signed_as(verified.scope().service).ok_or(RouteError::Service)?;
        Self::of(service, verified.request(), base)
    }

    /// The call of a request without a signature: an operation that needs none, by target, path or version. Which operations those are, the
    /// table of operations says.
    pub fn unsigned(request: Request<'a>, base: &str) -> Result<Self, RouteError> {
        if let Some(target) = target(&request)? {
            let (prefix, _) = target.rsplit_once('.').ok_or(RouteError::Unknown)?;
            let service = Service::ALL.into_iter().find(|service| service.has_target(prefix)).ok_or(RouteError::Unknown)?;
            return Self::of(service, request, base);
        }
        let by_path = Service::ALL.into_iter().find(|service| rest::operation(*service, &request, base).is_some());
        if let Some(service) = by_path {
            return Self::of(service, request, base);
        }
        let parameters = Parameters::decode(request.query, request.body)?;
        let version = parameters.root().text("Version")?;
        let service = Service::ALL.into_iter().find(|service| version.is_some() && service.version() == version);
        let service = match (service, parameters.root().text("Action")?) {
            (_, None) => return Err(RouteError::NoOperation),
            (None, _) => return Err(RouteError::Unknown),
            (Some(service), _) => service,
        };
        Self::of(service, request, base)
    }

    fn of(service: Service, request: Request<'a>, base: &str) -> Result<Self, RouteError> {
        let json = |operation| Self { service, operation, input: Input::Json(request.body) };
        match service.protocol() {
            Protocol::Query => Self::query(service, request),
            Protocol::RestJson => rest::operation(service, &request, base).map(Cow::Borrowed).map(json).ok_or(RouteError::Unknown),
            Protocol::Json11 => {
                let target = target(&request)?.ok_or(RouteError::NoOperation)?;
                let (prefix, operation) = target.rsplit_once('.').ok_or(RouteError::Unknown)?;
                if request.method != "POST" || !service.has_target(prefix) || !is_name(operation) {
                    return Err(RouteError::Unknown);
                }
                Ok(json(Cow::Borrowed(operation)))
            }
        }
    }

    /// The path says nothing in the Query protocol: clients send what their endpoint's URL ends in.
    fn query(service: Service, request: Request<'a>) -> Result<Self, RouteError> {
        if !matches!(request.method, "POST" | "GET") {
            return Err(RouteError::Unknown);
        }
        let parameters = Parameters::decode(request.query, request.body)?;
        let operation = match parameters.root().text("Action")? {
            None | Some("") => return Err(RouteError::NoOperation),
            Some(action) => action.to_owned(),
        };
        let version = parameters.root().text("Version")?;
        if version != service.version() || !is_name(&operation) {
            return Err(RouteError::Unknown);
        }
        Ok(Self { service, operation: Cow::Owned(operation), input: Input::Query(parameters) })
    }
}

/// The protocol to tell an error in when no service is known: by what the request looks like.
pub fn protocol_of(request: &Request<'_>) -> Protocol {
    let content_type = request.values("content-type").next().unwrap_or_default();
    if request.values("x-amz-target").next().is_some() || content_type.starts_with(b"application/x-amz-json-1.") {
        Protocol::Json11
    } else if content_type.starts_with(b"application/json") {
        Protocol::RestJson
    } else {
        Protocol::Query
    }
}

fn target<'a>(request: &Request<'a>) -> Result<Option<&'a str>, RouteError> {
    let value = request.value("x-amz-target").map_err(|_| InputError::Doubled("X-Amz-Target".into()))?;
    value.map(|value| std::str::from_utf8(value).map_err(|_| RouteError::Unknown)).transpose()
}

fn is_name(text: &str) -> bool {
    text.len() <= 128 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
