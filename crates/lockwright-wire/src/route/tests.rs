//! Calls told apart, and what is no call.

use super::{Call, Input, RouteError, Service, protocol_of};
use crate::error::{Protocol, WireError};
use crate::moment::Moment;
use crate::query::InputError;
use crate::request::Request;
use crate::sigv4::{Claim, PresignedLife, SigningKey};

type Headers<'a> = &'a [(&'a str, &'a [u8])];

fn post<'a>(path: &'a str, query: &'a str, headers: Headers<'a>, body: &'a str) -> Request<'a> {
    Request { method: "POST", path, query, headers, body: body.as_bytes() }
}

fn unsigned(request: Request<'_>) -> Result<(Service, String), RouteError> {
    Call::unsigned(request, "").map(|call| (call.service, call.operation.into_owned()))
}

fn of(service: Service, request: Request<'_>) -> Result<String, RouteError> {
    Call::of(service, request, "").map(|call| call.operation.into_owned())
}

#[test]
fn a_query_call_names_action_and_version() {
    let good = post("/", "", &[], "Action=GetUser&Version=2010-05-08&UserName=a");
    assert_eq!(of(Service::Iam, good), Ok("GetUser".into()));
    let get = Request { method: "GET", query: "Action=GetCallerIdentity&Version=2011-06-15", body: b"", ..good };
    assert_eq!(of(Service::Sts, get), Ok("GetCallerIdentity".into()));
    let table = [
        ("Action=GetUser&Version=2011-06-15", RouteError::Unknown),
        ("Action=GetUser", RouteError::Unknown),
        ("Action=GetUser&Version=", RouteError::Unknown),
        ("Version=2010-05-08", RouteError::NoOperation),
        ("Action=&Version=2010-05-08", RouteError::NoOperation),
        ("action=GetUser&Version=2010-05-08", RouteError::NoOperation),
        ("Action=getUser&Version=2010-05-08", RouteError::Unknown),
        ("Action=Get+User&Version=2010-05-08", RouteError::Unknown),
        ("Action=%00&Version=2010-05-08", RouteError::Unknown),
        ("Action.x=GetUser&Version=2010-05-08", RouteError::Input(InputError::Type("Action".into()))),
        ("Action=A&Action=B&Version=2010-05-08", RouteError::Input(InputError::Doubled("Action".into()))),
        ("Action=%&Version=2010-05-08", RouteError::Input(InputError::Syntax)),
    ];
    for (body, error) in table {
        assert_eq!(of(Service::Iam, post("/", "", &[], body)), Err(error), "{body}");
    }
}

#[test]
fn d27_other_verbs_are_no_calls() {
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "post", ""] {
        let query = Request { method, ..post("/", "", &[], "Action=GetUser&Version=2010-05-08") };
        assert_eq!(of(Service::Iam, query), Err(RouteError::Unknown), "{method}");
        let rest = Request { method, ..post("/getPrimaryEmail", "", &[], "{}") };
        assert_eq!(of(Service::Account, rest), Err(RouteError::Unknown), "{method}");
        let target: Headers<'_> = &[("x-amz-target", b"CloudTrail_20131101.LookupEvents")];
        let json = Request { method, ..post("/", "", target, "{}") };
        assert_eq!(of(Service::CloudTrail, json), Err(RouteError::Unknown), "{method}");
    }
}

#[test]
fn a_rest_call_is_told_by_its_path() {
    assert_eq!(of(Service::Account, post("/getPrimaryEmail", "", &[], "{}")), Ok("GetPrimaryEmail".into()));
    assert_eq!(of(Service::Signin, post("/v1/token", "", &[], "{}")), Ok("CreateOAuth2Token".into()));
    let iam = post("/v1/token", "x-amz-client-auth-method=iam", &[], "{}");
    assert_eq!(of(Service::Signin, iam), Ok("CreateOAuth2TokenWithIAM".into()));
    let based = post("/aws/getPrimaryEmail", "", &[], "{}");
    assert_eq!(Call::of(Service::Account, based, "/aws").unwrap().operation, "GetPrimaryEmail");
}

#[test]
fn d17_a_path_that_only_looks_like_ours_is_not() {
    for path in [
        "/",
        "",
        "/getprimaryemail",
        "/getPrimaryEmail/",
        "//getPrimaryEmail",
        "/x/../getPrimaryEmail",
        "/./getPrimaryEmail",
        "/%67etPrimaryEmail",
        "/getPrimaryEmail;x",
        "/getPrimaryEmail%20",
        "getPrimaryEmail",
        "/v1/token",
    ] {
        assert_eq!(of(Service::Account, post(path, "", &[], "{}")), Err(RouteError::Unknown), "{path}");
    }
    assert_eq!(of(Service::Account, post("/getPrimaryEmail", "x=1", &[], "{}")), Err(RouteError::Unknown));
}

#[test]
fn a_target_names_service_and_operation() {
    let call = |service, target: &'static [u8]| of(service, post("/", "", &[("X-Amz-Target", target)], "{}"));
    let full = b"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    assert_eq!(call(Service::CloudTrail, full), Ok("LookupEvents".into()));
    assert_eq!(call(Service::CloudTrail, b"CloudTrail_20131101.LookupEvents"), Ok("LookupEvents".into()));
    assert_eq!(call(Service::Organizations, b"AWSOrganizationsV20161128.ListAccounts"), Ok("ListAccounts".into()));
    for bad in [
        &b"LookupEvents"[..],
        b"CloudTrail_20131101.",
        b".LookupEvents",
        b"AWSOrganizationsV20161128.LookupEvents",
        b"CloudTrail_20131101.lookup Events",
        b"\xff.A",
        b"",
    ] {
        assert_eq!(of(Service::CloudTrail, post("/", "", &[("x-amz-target", bad)], "{}")), Err(RouteError::Unknown), "{bad:?}");
    }
    assert_eq!(of(Service::CloudTrail, post("/", "", &[], "{}")), Err(RouteError::NoOperation));
    let twice: Headers<'_> =
        &[("x-amz-target", b"CloudTrail_20131101.LookupEvents"), ("X-AMZ-TARGET", b"CloudTrail_20131101.LookupEvents")];
    assert!(matches!(of(Service::CloudTrail, post("/", "", twice, "{}")), Err(RouteError::Input(InputError::Doubled(_)))));
}

#[test]
fn a_call_without_a_signature_finds_its_service() {
    let web = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=x";
    assert_eq!(unsigned(post("/", "", &[], web)), Ok((Service::Sts, "AssumeRoleWithWebIdentity".into())));
    assert_eq!(unsigned(post("/v1/token", "", &[], "{}")), Ok((Service::Signin, "CreateOAuth2Token".into())));
    assert_eq!(unsigned(post("/client/register", "", &[], "{}")), Ok((Service::SsoOidc, "RegisterClient".into())));
    let target: Headers<'_> = &[("x-amz-target", b"CloudTrail_20131101.LookupEvents")];
    assert_eq!(unsigned(post("/", "", target, "{}")), Ok((Service::CloudTrail, "LookupEvents".into())));
    assert_eq!(unsigned(post("/", "", &[], "")), Err(RouteError::NoOperation));
    assert_eq!(unsigned(post("/", "", &[], "Action=X&Version=1999-01-01")), Err(RouteError::Unknown));
    assert_eq!(unsigned(post("/", "", &[], "Action=X")), Err(RouteError::Unknown));
}

#[test]
fn d09_a_signature_for_one_service_calls_no_other() {
    // The bytes of an STS call, signed for other services: it becomes their call, or none.
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let table = [
        ("s3", RouteError::Service),
        ("STS", RouteError::Service),
        ("iam", RouteError::Unknown),
        ("account", RouteError::Unknown),
        ("cloudtrail", RouteError::NoOperation),
    ];
    for (service, expected) in table {
        let now = Moment::parse_basic("20150830T123600Z").unwrap();
        let credential = format!("AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request");
        let unsigned = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=");
        let sign = |signature: &str| format!("{unsigned}{signature}").into_bytes();
        let draft = sign("");
        let headers = |value| [("host", &b"h"[..]), ("x-amz-date", &b"20150830T123600Z"[..]), ("authorization", value)];
        let names = headers(draft.as_slice());
        let claim = Claim::read(post("/", "", &names, body), now, PresignedLife::AsAsked).unwrap();
        let key = SigningKey::derive("secret", &claim.scope()).unwrap();
        let signature: String = key.sign(claim.string_to_sign().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let signed = sign(&signature);
        let names = headers(signed.as_slice());
        let verified = Claim::read(post("/", "", &names, body), now, PresignedLife::AsAsked).unwrap().verify(&key).unwrap();
        assert_eq!(Call::signed(&verified, "").map(|_| ()), Err(expected), "{service}");
    }
}

#[test]
fn errors_are_told_in_the_protocol_the_request_looks_like() {
    let by = |headers| protocol_of(&post("/", "", headers, ""));
    assert_eq!(by(&[]), Protocol::Query);
    assert_eq!(by(&[("content-type", b"application/x-www-form-urlencoded")]), Protocol::Query);
    assert_eq!(by(&[("Content-Type", b"application/x-amz-json-1.0")]), Protocol::Json11);
    assert_eq!(by(&[("content-type", b"application/x-amz-json-1.1"), ("x-amz-target", b"x")]), Protocol::Json11);
    assert_eq!(by(&[("x-amz-target", b"x")]), Protocol::Json11);
    assert_eq!(by(&[("content-type", b"application/json")]), Protocol::RestJson);
}

#[test]
fn route_errors_have_awss_codes() {
    let code = |error: RouteError, protocol| WireError::from(error).code(protocol);
    assert_eq!(code(RouteError::NoOperation, Protocol::Query), "MissingAction");
    assert_eq!(code(RouteError::Unknown, Protocol::Query), "InvalidAction");
    assert_eq!(code(RouteError::Unknown, Protocol::RestJson), "UnknownOperationException");
    assert_eq!(code(RouteError::Service, Protocol::Query), "SignatureDoesNotMatch");
    assert_eq!(code(RouteError::Input(InputError::TooMany), Protocol::Query), "MalformedInput");
}

#[test]
fn input_comes_with_the_call() {
    let call = Call::of(Service::Account, post("/getPrimaryEmail", "", &[], "{\"AccountId\":\"1\"}"), "").unwrap();
    assert!(matches!(call.input, Input::Json(b"{\"AccountId\":\"1\"}")));
    let call = Call::of(Service::Iam, post("/", "", &[], "Action=GetUser&Version=2010-05-08&UserName=a"), "").unwrap();
    let Input::Query(parameters) = call.input else { panic!("a form") };
    assert_eq!(parameters.root().text("UserName"), Ok(Some("a")));
}
