//! Values as AWS reads them out of text (aws-behaviour §12, live captures of IAM and STS).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A whole number: a sign may be there and zeros may lead; no space, no fraction, no exponent.
pub(super) fn integer<T: TryFrom<i64>>(text: &str) -> Option<T> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    // 19 digits are the most an i64 has; a longer text is not even looked at.
    if significant.len() > 19 {
        return None;
    }
    let magnitude: i128 = if significant.is_empty() { 0 } else { significant.parse().ok()? };
    T::try_from(i64::try_from(if negative { -magnitude } else { magnitude }).ok()?).ok()
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
