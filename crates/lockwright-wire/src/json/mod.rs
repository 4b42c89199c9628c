//! The JSON protocols: bodies read strictly and within bounds, answers and errors written (Smithy, "AWS JSON" and "AWS REST JSON").

mod input;
mod value;

pub use input::{Members, read};
pub use value::{MAX_DEPTH, MAX_VALUES, Value};

use serde::Serialize;

use crate::error::{Field, Protocol, Reply};

/// The answer to an operation. An output that can't be written, which no output of ours is, becomes an empty one.
pub fn response(protocol: Protocol, output: &impl Serialize, request_id: &str) -> Reply {
    let body = serde_json::to_vec(output).unwrap_or_else(|_| b"{}".to_vec());
    Reply { status: 200, headers: headers(protocol, request_id), body }
}

/// An error: its code in the body for `awsJson`, in a header too for `restJson`, so that every client finds it where it looks.
pub(crate) fn error(protocol: Protocol, code: &str, message: &str, fields: &[Field], request_id: &str) -> Reply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        #[serde(rename = "__type")]
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
        #[serde(skip_serializing_if = "<[Field]>::is_empty")]
        field_list: &'a [Field],
    }
    let fields = if protocol == Protocol::RestJson { fields } else { &[] };
    let reason = (!fields.is_empty()).then_some("fieldValidationFailed");
    let mut reply = response(protocol, &Body { code, message, reason, field_list: fields }, request_id);
    reply.status = 400;
    if protocol == Protocol::RestJson {
        reply.headers.push(("x-amzn-errortype", code.to_owned()));
    }
    reply
}

fn headers(protocol: Protocol, request_id: &str) -> Vec<(&'static str, String)> {
    let content_type = match protocol {
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::RestJson | Protocol::Query => "application/json",
    };
    vec![("content-type", content_type.to_owned()), ("x-amzn-requestid", request_id.to_owned())]
}

#[cfg(test)]
mod tests;
