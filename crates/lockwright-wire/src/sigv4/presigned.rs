//! The presigned form: a signature whose parts are parameters of the query string.

use std::borrow::Cow;

use super::MAX_PRESIGNED_SECONDS;
use super::canonical::{decode, pairs};
use super::error::ClaimError;
use super::parse::{Parts, check_algorithm};
use crate::moment::Moment;
use crate::request::Request;

/// The parameter that holds the signature, and is no part of what is signed.
pub(super) const SIGNATURE: &str = "X-Amz-Signature";
/// The parameter that holds the session token.
pub(super) const SECURITY_TOKEN: &str = "X-Amz-Security-Token";

/// The parameters of a signature, each spelt as AWS spells it.
const NAMES: [&str; 7] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", SECURITY_TOKEN, SIGNATURE];

/// Takes the parts out of the query string; `None` when none of them is there.
///
/// One that came twice, or in other letters, is refused: whoever reads the first and whoever reads the last would see two requests
/// (attack D12).
pub(super) fn parts<'a>(request: &Request<'a>) -> Result<Option<Parts<'a>>, ClaimError> {
    let mut found: [Option<Cow<'a, str>>; 7] = Default::default();
    for (name, value) in pairs(request.query) {
        let name = decode(name);
        let Some((slot, spelt)) = found.iter_mut().zip(NAMES).find(|(_, known)| name.eq_ignore_ascii_case(known.as_bytes())) else {
            continue;
        };
        if *name != *spelt.as_bytes() {
            return Err(ClaimError::Misspelt(spelt));
        }
        if slot.replace(text(decode(value))).is_some() {
            return Err(ClaimError::Doubled(spelt));
        }
    }
    if found.iter().all(Option::is_none) {
        return Ok(None);
    }
    let [algorithm, credential, date, expires, signed_headers, session_token, signature] = found;
    algorithm.as_deref().map_or(Ok(()), check_algorithm)?;
    let expires = match expires {
        None => None,
        Some(text) => Some(seconds(&text).ok_or(ClaimError::Expires)?),
    };
    let date = date.map(|text| Moment::parse_basic(&text).ok_or(ClaimError::Date));
    Ok(Some(Parts { algorithm: algorithm.is_some(), credential, signed_headers, signature, date, session_token, presigned: Some(expires) }))
}

fn seconds(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = plain.then(|| text.parse().ok())??;
    (1..=MAX_PRESIGNED_SECONDS).contains(&seconds).then_some(seconds)
}

fn text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => {
            Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
        }
    }
}
