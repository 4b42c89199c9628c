//! The query of a presigned request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lockwright_wire::error::WireError;
use lockwright_wire::moment::Moment;
use lockwright_wire::request::Request;
use lockwright_wire::route::protocol_of;
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};

fuzz_target!(|data: &[u8]| {
    let Ok(query) = std::str::from_utf8(data) else { return };
    let headers: [(&str, &[u8]); 1] = [("host", b"id.example.com")];
    let request = Request { method: "GET", path: "/", query, headers: &headers, body: b"" };
    let now = Moment::parse_basic("20150830T123600Z").expect("a moment");
    for life in [PresignedLife::FifteenMinutes, PresignedLife::AsAsked] {
        match Claim::read(request, now, life) {
            Err(error) => {
                let _ = WireError::from(error).reply(protocol_of(&request), "", "id");
            }
            Ok(claim) => {
                let _ = (claim.canonical_request(), claim.string_to_sign(), claim.session_token());
                let key = SigningKey::derive("a secret that no corpus holds", &claim.scope()).expect("a key");
                assert!(claim.verify(&key).is_err(), "a signature by a secret that nobody signed with");
            }
        }
    }
});
