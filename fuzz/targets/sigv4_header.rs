//! A request as it came: a line of method and target, lines of headers, an empty line, the body. No signature in it holds by chance.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lockwright_wire::error::WireError;
use lockwright_wire::moment::Moment;
use lockwright_wire::request::Request;
use lockwright_wire::route::{Call, protocol_of};
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};

fuzz_target!(|data: &[u8]| {
    let (head, body) = match data.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let Some(Ok(first)) = lines.next().map(std::str::from_utf8) else { return };
    let (method, target) = first.split_once(' ').unwrap_or(("POST", first));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b':')?;
            Some((std::str::from_utf8(&line[..at]).ok()?, line[at + 1..].trim_ascii()))
        })
        .collect();
    let request = Request { method, path, query, headers: &headers, body };
    let now = Moment::parse_basic("20150830T123600Z").expect("a moment");
    let _ = (protocol_of(&request), Call::unsigned(request, ""));
    match Claim::read(request, now, PresignedLife::FifteenMinutes) {
        Err(error) => {
            let _ = WireError::from(error).reply(protocol_of(&request), "", "id");
        }
        Ok(claim) => {
            let _ = (claim.canonical_request(), claim.string_to_sign(), claim.session_token());
            let key = SigningKey::derive("a secret that no corpus holds", &claim.scope()).expect("a key");
            assert!(claim.verify(&key).is_err(), "a signature by a secret that nobody signed with");
        }
    }
});
