//! Values as AWS reads them out of text (aws-behaviour §12, live captures of IAM and STS).

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A whole number: a sign may be there and zeros may lead; no space, no fraction, no exponent. `FromStr` reads just that.
pub(super) fn integer<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// `true`, `false`, `1` or `0`, in these letters only.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Bytes in base64.
pub(super) fn blob(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
