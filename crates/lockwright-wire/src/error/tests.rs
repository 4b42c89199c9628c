//! The error table against AWS's codes, statuses and shapes.

use super::{ErrorKind, Fault, Protocol, TABLE, WireError};

const ALL: [Protocol; 3] = [Protocol::Query, Protocol::RestJson, Protocol::Json11];
const IAM: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

#[test]
fn every_kind_has_exactly_one_row_in_the_order_of_the_kinds() {
    for (at, row) in TABLE.iter().enumerate() {
        assert_eq!(row.kind as usize, at);
        assert_eq!(TABLE.iter().filter(|other| other.kind == row.kind).count(), 1);
    }
    assert_eq!(TABLE.len(), ErrorKind::InternalFailure as usize + 1);
}

#[test]
fn signature_errors_have_the_codes_aws_gives_them() {
    let table = [
        (ErrorKind::MissingAuthenticationToken, "MissingAuthenticationToken", 403, "MissingAuthenticationTokenException"),
        (ErrorKind::IncompleteSignature, "IncompleteSignature", 400, "IncompleteSignatureException"),
        (ErrorKind::SignatureDoesNotMatch, "SignatureDoesNotMatch", 403, "InvalidSignatureException"),
        (ErrorKind::InvalidClientTokenId, "InvalidClientTokenId", 403, "UnrecognizedClientException"),
        (ErrorKind::ExpiredToken, "ExpiredToken", 403, "ExpiredTokenException"),
        (ErrorKind::MalformedQueryString, "MalformedQueryString", 404, "SerializationException"),
        (ErrorKind::InvalidAction, "InvalidAction", 400, "UnknownOperationException"),
    ];
    for (kind, query, status, json) in table {
        let error = WireError::of(kind, "m");
        assert_eq!((error.code(Protocol::Query), error.status(Protocol::Query)), (query, status));
        for protocol in [Protocol::RestJson, Protocol::Json11] {
            assert_eq!(error.code(protocol), json);
        }
        for protocol in ALL {
            assert_eq!(error.fault(protocol), Fault::Sender);
        }
    }
    for kind in [ErrorKind::ServiceUnavailable, ErrorKind::InternalFailure] {
        assert!(ALL.into_iter().all(|protocol| WireError::of(kind, "m").fault(protocol) == Fault::Receiver));
    }
}

#[test]
fn a_query_error_has_awss_shape() {
    let reply = WireError::modelled("NoSuchEntity", 404, "The user with name <a&b> cannot be found.").reply(Protocol::Query, IAM, "r-1");
    assert_eq!(reply.status, 404);
    assert_eq!(
        String::from_utf8(reply.body).unwrap(),
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>\
         <Message>The user with name &lt;a&amp;b&gt; cannot be found.</Message></Error><RequestId>r-1</RequestId></ErrorResponse>\n"
    );
    assert_eq!(reply.headers, [("content-type", "text/xml".to_owned()), ("x-amzn-requestid", "r-1".to_owned())]);
    let reply = WireError::of(ErrorKind::InternalFailure, "m").reply(Protocol::Query, IAM, "r-1");
    assert!(String::from_utf8(reply.body).unwrap().contains("<Type>Receiver</Type>"));
}

#[test]
fn a_json_error_says_its_code_where_each_client_looks() {
    let error = WireError::of(ErrorKind::SignatureDoesNotMatch, "say \"why\"");
    let rest = error.reply(Protocol::RestJson, "", "r-1");
    assert_eq!(rest.status, 403);
    assert!(rest.headers.contains(&("x-amzn-errortype", "InvalidSignatureException".to_owned())));
    assert!(rest.headers.contains(&("content-type", "application/json".to_owned())));
    let reply = error.reply(Protocol::Json11, "", "r-1");
    assert_eq!(reply.status, 400);
    assert_eq!(reply.headers, [("content-type", "application/x-amz-json-1.1".to_owned()), ("x-amzn-requestid", "r-1".to_owned())]);
    assert_eq!(String::from_utf8(reply.body).unwrap(), r#"{"__type":"InvalidSignatureException","message":"say \"why\""}"#);
}

#[test]
fn the_members_at_fault_are_told_where_the_models_have_a_place_for_them() {
    let error = crate::query::Violations::one("AccountName", None, crate::query::Constraint::Required);
    let text = |protocol| String::from_utf8(error.reply(protocol, IAM, "r-1").body).unwrap();
    let list = r#""reason":"fieldValidationFailed","fieldList":[{"name":"AccountName","message":"Member must not be null"}]"#;
    assert!(text(Protocol::RestJson).contains(list), "{}", text(Protocol::RestJson));
    assert!(!text(Protocol::Json11).contains("fieldList") && !text(Protocol::Query).contains("fieldList"));
}
