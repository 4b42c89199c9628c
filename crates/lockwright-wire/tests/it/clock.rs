//! The clock: fifteen minutes either way for a header, the life asked for when presigned, and the server's time in every refusal.

use lockwright_wire::error::Protocol;
use lockwright_wire::moment::Moment;
use lockwright_wire::sigv4::{Claim, PresignedLife};

use crate::sent::{SECRET, Sent};
use crate::vectors::{named, then};

const MINUTE: i64 = 60;

/// What reading says about a request when the server's clock shows so many seconds after it was signed.
fn read_at(sent: &Sent, after: i64, life: PresignedLife) -> Option<String> {
    sent.with(|request| Claim::read(request, then().plus(after), life).map(|_| ()).err().map(|error| error.to_string()))
}

#[test]
fn a_header_holds_fifteen_minutes_either_way_and_not_a_second_longer() {
    let sent = named("get-vanilla");
    let table = [
        (-86_400, false),
        (-15 * MINUTE - 1, false),
        (-15 * MINUTE, true),
        (-15 * MINUTE + 1, true),
        (-1, true),
        (0, true),
        (1, true),
        (15 * MINUTE - 1, true),
        (15 * MINUTE, true),
        (15 * MINUTE + 1, false),
        (86_400, false),
        (10 * 365 * 86_400, false),
    ];
    for (after, holds) in table {
        assert_eq!(sent.verify(SECRET, then().plus(after)).is_ok(), holds, "{after} s");
    }
}

#[test]
fn a_refusal_by_the_clock_says_the_servers_time() {
    let sent = named("get-vanilla");
    let late = read_at(&sent, 15 * MINUTE + 1, PresignedLife::AsAsked).unwrap();
    assert_eq!(late, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)");
    let early = read_at(&sent, -15 * MINUTE - 1, PresignedLife::AsAsked).unwrap();
    assert_eq!(early, "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)");
    let error = sent.verify(SECRET, then().plus(3600)).unwrap_err();
    assert_eq!((error.code(Protocol::Query), error.status(Protocol::Query)), ("SignatureDoesNotMatch", 403));
    assert_eq!((error.code(Protocol::Json11), error.status(Protocol::Json11)), ("InvalidSignatureException", 400));
    assert_eq!((error.code(Protocol::RestJson), error.status(Protocol::RestJson)), ("InvalidSignatureException", 403));
}

#[test]
fn a_presigned_request_lives_as_long_as_it_asks() {
    // Signed for 3600 seconds.
    let sent = named("get-vanilla-presigned");
    let table = [(-15 * MINUTE - 1, false), (-15 * MINUTE, true), (0, true), (15 * MINUTE + 1, true), (3600, true), (3601, false)];
    for (after, holds) in table {
        assert_eq!(sent.verify(SECRET, then().plus(after)).is_ok(), holds, "{after} s");
    }
    let late = read_at(&sent, 3601, PresignedLife::AsAsked).unwrap();
    assert_eq!(late, "Signature expired: 20150830T133600Z is now earlier than 20150830T133601Z");
}

#[test]
fn a_presigned_request_lives_fifteen_minutes_where_the_service_has_it_so() {
    for (name, asked) in [("get-vanilla-presigned", "=3600"), ("sts-get_caller_identity-us-east-1-presigned", "=60")] {
        let sent = named(name);
        assert!(sent.query.contains(&format!("X-Amz-Expires{asked}")));
        for (after, holds) in [(-15 * MINUTE - 1, false), (-15 * MINUTE, true), (0, true), (15 * MINUTE, true), (15 * MINUTE + 1, false)] {
            assert_eq!(read_at(&sent, after, PresignedLife::FifteenMinutes).is_none(), holds, "{name}: {after} s");
        }
    }
}

#[test]
fn a_presigned_request_that_asks_for_no_life_has_fifteen_minutes() {
    let mut sent = named("get-vanilla-presigned");
    sent.query = sent.query.replace("&X-Amz-Expires=3600", "");
    assert_eq!(read_at(&sent, 15 * MINUTE, PresignedLife::AsAsked), None);
    assert!(read_at(&sent, 15 * MINUTE + 1, PresignedLife::AsAsked).is_some());
}

#[test]
fn a_life_is_a_number_between_one_second_and_a_week() {
    let table = [
        ("1", true),
        ("604800", true),
        ("0000000001", true),
        ("0", false),
        ("604801", false),
        ("-1", false),
        ("%2B60", false),
        ("60.0", false),
        ("6e1", false),
        ("", false),
        ("%20", false),
        ("99999999999999999999", false),
        ("00000000000000000001", false),
    ];
    for (asked, good) in table {
        let mut sent = named("get-vanilla-presigned");
        sent.query = sent.query.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={asked}"));
        let refused = read_at(&sent, 0, PresignedLife::AsAsked);
        assert_eq!(refused.is_none(), good, "{asked}: {refused:?}");
    }
}

#[test]
fn the_day_of_the_scope_is_the_day_of_the_signature() {
    for day in ["20150829", "20150831", "2015083", "201508300", "20150830T", "", "2015"] {
        let mut sent = named("get-vanilla");
        sent.edit("authorization", "/20150830/", &format!("/{day}/"));
        assert_eq!(sent.refusal(then()), "SignatureDoesNotMatch", "{day}");
        assert!(read_at(&sent, 0, PresignedLife::AsAsked).unwrap().contains("Date in Credential scope"), "{day}");
    }
}

#[test]
fn midnight_between_client_and_server_does_no_harm() {
    let sent = named("get-vanilla");
    let midnight = Moment::parse_basic("20150831T000000Z").unwrap();
    assert_eq!(sent.refusal(midnight), "SignatureDoesNotMatch", "eleven hours");
    // The scope's day is the client's; five minutes past its midnight the server's day is another.
    let mut sent = sent;
    *sent.header("x-amz-date") = b"20150830T235900Z".to_vec();
    assert_eq!(sent.with(|request| Claim::read(request, midnight.plus(4 * MINUTE), PresignedLife::AsAsked).map(|_| ())), Ok(()));
}
