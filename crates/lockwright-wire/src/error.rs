//! Errors on the wire: one table from what went wrong to the code, the status and the shape that each protocol has for it.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::json;
use crate::xml;

/// The protocols that are spoken (Smithy's names in brackets).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Protocol {
    /// Form in, XML out (`awsQuery`): IAM, STS.
    Query,
    /// Path in, JSON out (`restJson1`): Account, Signin, OIDC.
    RestJson,
    /// `X-Amz-Target` in, JSON out (`awsJson1_1`): CloudTrail, Organizations. No service here speaks 1.0.
    Json11,
}

/// Who is to mend it, as `<Type>` says in the Query protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The caller.
    Sender,
    /// The server.
    Receiver,
}

/// What any operation of any service may answer with (AWS, "Common Errors" of the services' references; aws-behaviour §12).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorKind {
    /// No signature at all.
    MissingAuthenticationToken,
    /// A signature that can't be read.
    IncompleteSignature,
    /// A signature that does not hold, or is out of time.
    SignatureDoesNotMatch,
    /// An access key or session token that is not known or not active.
    InvalidClientTokenId,
    /// A session that is over.
    ExpiredToken,
    /// Not allowed.
    AccessDenied,
    /// The account may not use this yet.
    OptInRequired,
    /// No such operation.
    InvalidAction,
    /// No operation was named.
    MissingAction,
    /// A form or JSON document with a fault in its syntax.
    MalformedQueryString,
    /// A value that is not of its type.
    MalformedInput,
    /// A value that breaks the constraints of its shape.
    ValidationError,
    /// More bytes than a request may have.
    TooLarge,
    /// Too many requests.
    Throttling,
    /// Not now.
    ServiceUnavailable,
    /// A fault of ours.
    InternalFailure,
}

/// One row of the table.
struct Row {
    kind: ErrorKind,
    /// Code and status in the Query protocol.
    query: (&'static str, u16),
    /// Code in the JSON protocols, with the status of `awsJson` and of `restJson`.
    json: (&'static str, u16, u16),
}

const fn row(kind: ErrorKind, query: (&'static str, u16), json: (&'static str, u16, u16)) -> Row {
    Row { kind, query, json }
}

/// The table. Its order is that of [`ErrorKind`].
const TABLE: [Row; 16] = [
    row(ErrorKind::MissingAuthenticationToken, ("MissingAuthenticationToken", 403), ("MissingAuthenticationTokenException", 400, 403)),
    row(ErrorKind::IncompleteSignature, ("IncompleteSignature", 400), ("IncompleteSignatureException", 400, 400)),
    row(ErrorKind::SignatureDoesNotMatch, ("SignatureDoesNotMatch", 403), ("InvalidSignatureException", 400, 403)),
    row(ErrorKind::InvalidClientTokenId, ("InvalidClientTokenId", 403), ("UnrecognizedClientException", 400, 403)),
    row(ErrorKind::ExpiredToken, ("ExpiredToken", 403), ("ExpiredTokenException", 400, 403)),
    row(ErrorKind::AccessDenied, ("AccessDenied", 403), ("AccessDeniedException", 400, 403)),
    row(ErrorKind::OptInRequired, ("OptInRequired", 403), ("OptInRequired", 403, 403)),
    row(ErrorKind::InvalidAction, ("InvalidAction", 400), ("UnknownOperationException", 400, 404)),
    row(ErrorKind::MissingAction, ("MissingAction", 400), ("UnknownOperationException", 400, 404)),
    row(ErrorKind::MalformedQueryString, ("MalformedQueryString", 404), ("SerializationException", 400, 400)),
    row(ErrorKind::MalformedInput, ("MalformedInput", 400), ("SerializationException", 400, 400)),
    row(ErrorKind::ValidationError, ("ValidationError", 400), ("ValidationException", 400, 400)),
    row(ErrorKind::TooLarge, ("RequestEntityTooLarge", 413), ("RequestEntityTooLargeException", 413, 413)),
    row(ErrorKind::Throttling, ("Throttling", 400), ("ThrottlingException", 400, 429)),
    row(ErrorKind::ServiceUnavailable, ("ServiceUnavailable", 503), ("ServiceUnavailableException", 503, 503)),
    row(ErrorKind::InternalFailure, ("InternalFailure", 500), ("InternalServerException", 500, 500)),
];

/// An error on its way to the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WireError {
    what: What,
    message: Cow<'static, str>,
    fields: Vec<Field>,
}

/// A member of the input that breaks a rule (`ValidationExceptionField` of the services that speak `restJson`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Field {
    /// The member's place in the input.
    pub name: String,
    /// The rule.
    pub message: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum What {
    Common(ErrorKind),
    Modelled(&'static str, u16),
}

impl WireError {
    /// A common error with its message.
    pub fn of(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { what: What::Common(kind), message: message.into(), fields: Vec::new() }
    }

    /// An error of a service's own model, such as `NoSuchEntity` with 404. Its code is the same in every protocol the service speaks.
    pub fn modelled(code: &'static str, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { what: What::Modelled(code, status), message: message.into(), fields: Vec::new() }
    }

    /// The same, where these members are at fault; told in `restJson` alone, whose models have a place for them.
    #[must_use]
    pub fn at(mut self, fields: Vec<Field>) -> Self {
        self.fields = fields;
        self
    }

    /// The code, as this protocol writes it.
    pub fn code(&self, protocol: Protocol) -> &'static str {
        self.row(protocol).0
    }

    /// The HTTP status, as this protocol has it.
    pub fn status(&self, protocol: Protocol) -> u16 {
        self.row(protocol).1
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the caller or the server is at fault.
    pub fn fault(&self, protocol: Protocol) -> Fault {
        if self.status(protocol) < 500 { Fault::Sender } else { Fault::Receiver }
    }

    /// The answer that tells of it. `namespace` is the service's and only of use in the Query protocol.
    pub fn reply(&self, protocol: Protocol, namespace: &str, request_id: &str) -> Reply {
        let (code, status) = self.row(protocol);
        let mut reply = match protocol {
            Protocol::Query => xml::error(namespace, self.fault(protocol), code, &self.message, request_id),
            Protocol::RestJson | Protocol::Json11 => json::error(protocol, code, &self.message, &self.fields, request_id),
        };
        reply.status = status;
        reply
    }

    fn row(&self, protocol: Protocol) -> (&'static str, u16) {
        match self.what {
            What::Modelled(code, status) => (code, status),
            What::Common(kind) => {
                let row = TABLE.iter().find(|row| row.kind == kind);
                row.map_or(("InternalFailure", 500), |row| match protocol {
                    Protocol::Query => row.query,
                    Protocol::RestJson => (row.json.0, row.json.2),
                    Protocol::Json11 => (row.json.0, row.json.1),
                })
            }
        }
    }
}

/// An answer, ready to be sent. Its Debug shows the status alone: the secret of a new access key stands in a body.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// All headers but `content-length` and `date`, which the listener adds. Clients correct their clock by `date`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({})", self.status)
    }
}

#[cfg(test)]
mod tests;
