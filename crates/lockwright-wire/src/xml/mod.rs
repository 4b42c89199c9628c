//! Answers of the Query protocol: XML around an operation's result, or around an error (Smithy, "AWS Query protocol").

mod escape;
mod writer;

pub use writer::Writer;

use crate::error::{Fault, Reply};

/// The answer to an operation that has output: `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`.
pub fn response(namespace: &str, operation: &str, request_id: &str, result: impl FnOnce(&mut Writer)) -> Reply {
    document(namespace, operation, request_id, |writer| {
        writer.element(&format!("{operation}Result"), result);
    })
}

/// The answer to an operation without output: only the metadata.
pub fn empty_response(namespace: &str, operation: &str, request_id: &str) -> Reply {
    document(namespace, operation, request_id, |_| {})
}

/// `<ErrorResponse>` with type, code and message.
pub(crate) fn error(namespace: &str, fault: Fault, code: &str, message: &str, request_id: &str) -> Reply {
    let mut writer = Writer::begin("ErrorResponse", namespace);
    writer.element("Error", |writer| {
        writer.text("Type", if fault == Fault::Sender { "Sender" } else { "Receiver" });
        writer.text("Code", code);
        writer.text("Message", message);
    });
    writer.text("RequestId", request_id);
    let mut reply = reply(writer.end("ErrorResponse"), request_id);
    reply.status = 400;
    reply
}

fn document(namespace: &str, operation: &str, request_id: &str, result: impl FnOnce(&mut Writer)) -> Reply {
    let root = format!("{operation}Response");
    let mut writer = Writer::begin(&root, namespace);
    result(&mut writer);
    writer.element("ResponseMetadata", |writer| writer.text("RequestId", request_id));
    reply(writer.end(&root), request_id)
}

fn reply(body: String, request_id: &str) -> Reply {
    let headers = vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id.to_owned())];
    Reply { status: 200, headers, body: body.into_bytes() }
}

#[cfg(test)]
mod tests;
