//! Where a signature may stand and how often, what it must cover, and what is refused by its name.

use lockwright_wire::error::Protocol;
use lockwright_wire::json;
use lockwright_wire::moment::Moment;
use lockwright_wire::query::Parameters;
use lockwright_wire::request::Request;
use lockwright_wire::route::Call;
use lockwright_wire::sigv4::{Claim, ClaimError, PresignedLife, Scope, SigningKey};

use crate::sent::{SECRET, Sent};
use crate::vectors::{named, then};

fn error(sent: &Sent) -> ClaimError {
    sent.with(|request| Claim::read(request, then(), PresignedLife::AsAsked).map(|_| ())).unwrap_err()
}

fn message(sent: &Sent) -> String {
    sent.verify(SECRET, then()).unwrap_err().message().to_owned()
}

#[test]
fn a_request_without_a_signature_is_told_so() {
    for value in [None, Some(""), Some("Bearer abc"), Some("Basic YTpi"), Some("Negotiate")] {
        let mut sent = named("get-vanilla");
        match value {
            None => sent.headers.retain(|(name, _)| name != "Authorization"),
            Some(value) => *sent.header("authorization") = value.as_bytes().to_vec(),
        }
        assert_eq!(error(&sent), ClaimError::Missing, "{value:?}");
        assert_eq!(sent.refusal(then()), "MissingAuthenticationToken");
    }
}

#[test]
fn sigv4a_and_older_signatures_are_refused_by_name() {
    for (algorithm, expected) in [
        ("AWS4-ECDSA-P256-SHA256", ClaimError::Asymmetric),
        ("AWS4-HMAC-SHA512", ClaimError::Algorithm),
        ("AWS4-HMAC-SHA256-PAYLOAD", ClaimError::Algorithm),
        ("AWS4-HMAC-SHA1", ClaimError::Algorithm),
        ("AWS3-HTTPS", ClaimError::Algorithm),
        ("AWS", ClaimError::Algorithm),
        ("aws4-hmac-sha256", ClaimError::Missing),
    ] {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", "AWS4-HMAC-SHA256", algorithm);
        assert_eq!(error(&sent), expected, "{algorithm}");
    }
    let mut sent = named("get-vanilla-presigned");
    sent.query = sent.query.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    assert_eq!(error(&sent), ClaimError::Asymmetric);
    assert_eq!(sent.refusal(then()), "IncompleteSignature");
    assert!(message(&sent).contains("SigV4A"));
    sent.query = sent.query.replace("AWS4-ECDSA-P256-SHA256", "none");
    assert_eq!(error(&sent), ClaimError::Algorithm);
}

#[test]
fn every_missing_part_is_named_in_one_message() {
    let mut sent = named("get-vanilla");
    *sent.header("authorization") = b"AWS4-HMAC-SHA256".to_vec();
    sent.headers.retain(|(name, _)| name != "X-Amz-Date");
    assert_eq!(sent.refusal(then()), "IncompleteSignature");
    assert_eq!(
        message(&sent),
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header \
         requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    );
    for (part, word) in [("Credential=", "Credential"), ("SignedHeaders=", "SignedHeaders"), ("Signature=", "Signature")] {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", part, "Other=");
        assert!(message(&sent).contains(word), "{word}");
    }
    for name in ["Algorithm", "Credential", "SignedHeaders", "Signature", "Date"] {
        let mut sent = named("get-vanilla-presigned");
        sent.query = sent.query.replace(&format!("X-Amz-{name}="), "Other=");
        assert_eq!(message(&sent), format!("AWS query-string parameters must include 'X-Amz-{name}'."));
    }
}

#[test]
fn a_credential_has_five_parts_and_the_last_is_fixed() {
    let table = [
        ("AKIDEXAMPLE/20150830/us-east-1/service", "IncompleteSignature"),
        ("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request/more", "IncompleteSignature"),
        ("", "IncompleteSignature"),
        ("////", "IncompleteSignature"),
        ("/20150830/us-east-1/service/aws4_request", "IncompleteSignature"),
        ("AKID EXAMPLE/20150830/us-east-1/service/aws4_request", "IncompleteSignature"),
        ("AKIDEXAMPLE/20150830//service/aws4_request", "IncompleteSignature"),
        ("AKIDEXAMPLE/20150830/us-east-1//aws4_request", "IncompleteSignature"),
        ("AKIDEXAMPLE/20150830/us-east-1/service/aws4_Request", "SignatureDoesNotMatch"),
        ("AKIDEXAMPLE/20150830/us-east-1/service/", "SignatureDoesNotMatch"),
        ("AKIDEXAMPLE/20150830/us-east-2/service/aws4_request", "SignatureDoesNotMatch"),
        ("AKIDEXAMPLE/20150830/us-east-1/other/aws4_request", "SignatureDoesNotMatch"),
        ("AKIDEXAMPLF/20150830/us-east-1/service/aws4_request", "InvalidClientTokenId"),
    ];
    for (credential, code) in table {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", credential);
        assert_eq!(sent.refusal(then()), code, "{credential}");
    }
}

#[test]
fn d12_what_comes_twice_is_refused() {
    for name in ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"] {
        let mut sent = named("get-vanilla-with-session-token");
        let again = sent.header(name).clone();
        sent.headers.push((name.to_ascii_lowercase(), again));
        assert_eq!(error(&sent), ClaimError::Doubled(name));
    }
    for part in ["Credential", "SignedHeaders", "Signature"] {
        let mut sent = named("get-vanilla");
        sent.header("authorization").extend_from_slice(format!(", {part}=x").as_bytes());
        assert_eq!(error(&sent), ClaimError::Doubled(part));
    }
    for name in ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Security-Token", "Signature"] {
        let mut sent = named("get-vanilla-with-session-token-presigned");
        let name = format!("X-Amz-{name}");
        sent.query.push_str(&format!("&{name}=x"));
        assert!(matches!(error(&sent), ClaimError::Doubled(doubled) if doubled == name), "{name}");
        assert_eq!(sent.refusal(then()), "IncompleteSignature");
    }
    let mut sent = named("get-vanilla");
    sent.edit("authorization", "host;x-amz-date", "host;host;x-amz-date");
    assert_eq!(error(&sent), ClaimError::Doubled("SignedHeaders"));
}

#[test]
fn d12_other_letters_are_refused() {
    for (from, to) in [
        ("X-Amz-Signature", "X-Amz-signature"),
        ("X-Amz-Credential", "x-amz-credential"),
        ("X-Amz-Date", "X-AMZ-DATE"),
        ("X-Amz-Expires", "X-Amz-%45xpires"),
        ("X-Amz-Expires", "x-amz-%65xpires"),
    ] {
        let mut sent = named("get-vanilla-presigned");
        sent.query = sent.query.replace(from, to);
        let refused =
            matches!(sent.with(|request| Claim::read(request, then(), PresignedLife::AsAsked).map(|_| ())), Err(ClaimError::Misspelt(_)));
        // An escape inside a name means the name itself.
        assert_eq!(refused, !to.contains("%45"), "{to}");
    }
    let mut sent = named("get-vanilla");
    sent.edit("authorization", "host;x-amz-date", "Host;X-Amz-Date");
    assert_eq!(error(&sent), ClaimError::Misspelt("SignedHeaders"));
}

#[test]
fn a_signature_stands_in_one_place() {
    let mut sent = named("get-vanilla-presigned");
    let (_, authorization) = named("get-vanilla").headers.pop().unwrap();
    sent.headers.push(("authorization".into(), authorization));
    assert_eq!(error(&sent), ClaimError::TwoPlaces);
    for stray in ["X-Amz-Security-Token=x", "X-Amz-Signature=x", "a=b&X-Amz-Expires=9"] {
        let mut sent = named("get-vanilla");
        sent.query = stray.into();
        assert_eq!(error(&sent), ClaimError::TwoPlaces, "{stray}");
    }
}

#[test]
fn unsorted_signed_headers_mean_the_same() {
    let mut sent = named("get-vanilla");
    sent.edit("authorization", "host;x-amz-date", "x-amz-date;host");
    sent.headers.reverse();
    assert_eq!(sent.verify(SECRET, then()), Ok(()));
}

#[test]
fn d09_host_and_every_amz_header_must_be_signed() {
    let mut sent = named("get-vanilla");
    sent.edit("authorization", "host;x-amz-date", "x-amz-date");
    assert_eq!(message(&sent), "'host' must be a 'SignedHeader' in the AWS Authorization.");
    for name in ["x-amz-security-token", "X-Amz-Target", "x-amz-date2", "X-AMZ-"] {
        for vector in ["get-vanilla", "get-vanilla-presigned"] {
            let mut sent = named(vector);
            sent.headers.push((name.into(), b"x".to_vec()));
            let expected = format!("'{}' must be a 'SignedHeader' in the AWS Authorization.", name.to_ascii_lowercase());
            assert_eq!(message(&sent), expected);
        }
    }
    // What load balancers add, and what says only which program calls.
    for name in ["x-amzn-trace-id", "x-amz-user-agent", "x-forwarded-for", "x-am"] {
        let mut sent = named("get-vanilla");
        sent.headers.push((name.into(), b"x".to_vec()));
        assert_eq!(sent.verify(SECRET, then()), Ok(()), "{name}");
    }
}

#[test]
fn a_signed_header_must_be_there() {
    let mut sent = named("get-header-value-trim");
    sent.headers.retain(|(name, _)| name != "My-Header1");
    assert_eq!(message(&sent), "'my-header1' is named in 'SignedHeaders' and was not sent.");
    let mut sent = named("get-vanilla");
    sent.edit("authorization", "host;x-amz-date", ";host;x-amz-date");
    assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch");
}

#[test]
fn d09_a_body_is_never_exempt() {
    for hash in
        ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
    {
        let mut sent = named("post-x-www-form-urlencoded");
        *sent.header("x-amz-content-sha256") = hash.into();
        assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch", "{hash}");
    }
    let mut sent = named("get-vanilla");
    sent.body = b"x".to_vec();
    assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch");
    let mut sent = named("sts-get_caller_identity-us-east-1-presigned");
    sent.body = b"Action=GetUser".to_vec();
    assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch");
}

#[test]
fn a_presigned_token_may_be_added_after_signing() {
    let mut sent = named("get-vanilla-presigned");
    sent.query.push_str("&X-Amz-Security-Token=abc%2Fdef");
    sent.with(|request| {
        let claim = Claim::read(request, then(), PresignedLife::AsAsked).unwrap();
        let key = SigningKey::derive(SECRET, &claim.scope()).unwrap();
        assert_eq!(claim.verify(&key).unwrap().session_token(), Some("abc/def"));
    });
}

#[test]
fn a_signature_is_sixty_four_small_digits() {
    let good = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    for bad in ["", "0", &good[1..], &format!("{good}0"), &good.to_ascii_uppercase(), &format!("0x{}", &good[2..]), &"0".repeat(64)] {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", good, bad);
        assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch", "{bad}");
    }
}

#[test]
fn the_date_header_serves_where_the_amz_date_is_absent() {
    let mut sent = named("get-vanilla");
    sent.headers.retain(|(name, _)| name != "X-Amz-Date");
    for good in ["20150830T123600Z", "Sun, 30 Aug 2015 12:36:00 GMT"] {
        sent.headers.retain(|(name, _)| name != "date");
        sent.headers.push(("date".into(), good.into()));
        let at = sent.with(|request| Claim::read(request, then(), PresignedLife::AsAsked).unwrap().signed_at());
        assert_eq!(at, then());
    }
    sent.headers.push(("date".into(), b"x".to_vec()));
    assert_eq!(error(&sent), ClaimError::Doubled("Date"));
    let mut sent = named("get-vanilla");
    for bad in ["", "2015-08-30T12:36:00Z", "20150830T123600.000Z", "1440938160", "Sun, 30 Aug 2015 12:36:00 GMT"] {
        *sent.header("x-amz-date") = bad.into();
        assert_eq!(error(&sent), ClaimError::Date, "{bad}");
        assert_eq!(sent.refusal(then()), "IncompleteSignature");
    }
}

#[test]
fn any_region_is_a_region() {
    for region in ["us-east-1", "aws-global", "mars-north-7", "local", "US_EAST"] {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", "us-east-1", region);
        let read = sent.with(|request| Claim::read(request, then(), PresignedLife::AsAsked).unwrap().scope().region.to_owned());
        assert_eq!(read, region);
    }
}

#[test]
fn d08_a_key_without_a_secret_opens_nothing() {
    let scope = Scope { date: "20150830", region: "us-east-1", service: "iam" };
    assert!(SigningKey::derive("", &scope).is_none());
    assert_eq!(format!("{:?}", SigningKey::derive("x", &scope).unwrap()), "SigningKey");
}

#[test]
fn a_key_of_another_day_region_or_service_verifies_nothing() {
    let sent = named("get-vanilla");
    let good = Scope { date: "20150830", region: "us-east-1", service: "service" };
    let keys = [
        (good, true),
        (Scope { date: "20150831", ..good }, false),
        (Scope { region: "us-east-2", ..good }, false),
        (Scope { service: "servicf", ..good }, false),
    ];
    for (scope, holds) in keys {
        let key = SigningKey::derive(SECRET, &scope).unwrap();
        let result = sent.with(|request| Claim::read(request, then(), PresignedLife::AsAsked).unwrap().verify(&key).map(|_| ()));
        assert_eq!(result.is_ok(), holds, "{scope:?}");
    }
}

#[test]
fn more_signed_headers_than_anybody_has_are_refused_unread() {
    let mut sent = named("get-vanilla");
    let names: Vec<String> = (100..300).map(|number| format!("h{number}")).collect();
    sent.edit("authorization", "host;", &format!("{};host;", names.join(";")));
    assert_eq!(error(&sent), ClaimError::TooManyHeaders);
}

#[test]
fn every_refusal_has_a_code_in_every_protocol() {
    let now = Moment::from_seconds(0);
    let all = [
        ClaimError::Missing,
        ClaimError::Asymmetric,
        ClaimError::Algorithm,
        ClaimError::TwoPlaces,
        ClaimError::Doubled("x"),
        ClaimError::Misspelt("x"),
        ClaimError::Incomplete(Vec::new(), true),
        ClaimError::Credential,
        ClaimError::Date,
        ClaimError::Expires,
        ClaimError::TooManyHeaders,
        ClaimError::Terminator,
        ClaimError::ScopeDate,
        ClaimError::Expired { at: now, now, skew: true },
        ClaimError::NotYet { at: now, now },
    ];
    for error in all {
        let wire = lockwright_wire::error::WireError::from(error.clone());
        for protocol in [Protocol::Query, Protocol::RestJson, Protocol::Json11] {
            assert!(matches!(wire.status(protocol), 400 | 403), "{error:?}");
            assert_ne!(wire.code(protocol), "InternalFailure", "{error:?}");
        }
    }
}

#[test]
fn nothing_that_was_sent_can_be_read_in_debug() {
    let secret = "hunter2";
    let body = format!("Action=CreateLoginProfile&Version=2010-05-08&Password={secret}&L.member.1={secret}");
    let mut sent = named("get-vanilla-with-session-token");
    let token = String::from_utf8(sent.header("x-amz-security-token").clone()).unwrap();
    sent.body = body.into_bytes();
    let mut shown = sent.with(|request| format!("{request:?} {:?}", Claim::read(request, then(), PresignedLife::AsAsked).unwrap()));
    let parameters = Parameters::decode("", &sent.body).unwrap();
    shown.push_str(&format!("{parameters:?} {:?}", parameters.root().list("L").unwrap().unwrap()));
    let call = sent.with(|request| format!("{:?}", Call::unsigned(Request { method: "POST", ..request }, "").unwrap()));
    let value = json::read(br#"{"Password":"hunter2"}"#).unwrap();
    shown.push_str(&format!("{call} {value:?} {:?}", value.members()));
    assert!(!shown.contains(secret) && !shown.contains(&token) && !shown.contains("07ec1639"), "{shown}");
}
