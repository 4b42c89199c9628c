//! The canonical request: the one form of a request that client and server hash (AWS, "Create a signed AWS API request", step 1).

use std::borrow::Cow;

use percent_encoding::percent_decode;
use sha2::{Digest, Sha256};

use super::parse::{Claim, TERMINATOR};
use super::presigned::{SECURITY_TOKEN, SIGNATURE};
use super::{ALGORITHM, parse::Scope};
use crate::percent::{component_into, path_into};

/// Writes the canonical request of a claim. Without the session token when a service adds it after signing.
///
/// The body's hash is always that of the bytes that came: `UNSIGNED-PAYLOAD` and streaming signatures are S3's, and would let a body be
/// exchanged (attack D09).
pub(super) fn request(claim: &Claim<'_>, with_token: bool) -> Vec<u8> {
    let request = &claim.request;
    let mut out = Vec::with_capacity(512 + request.query.len() + claim.session_token.as_ref().map_or(0, |token| token.len()));
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    path(&mut out, request.path);
    out.push(b'\n');
    query(&mut out, request.query, with_token);
    out.push(b'\n');
    for name in claim.signed_headers.split(';') {
        header(&mut out, name, request.values(name));
    }
    out.push(b'\n');
    out.extend_from_slice(claim.signed_headers.as_bytes());
    out.push(b'\n');
    hex_into(&mut out, &Sha256::digest(request.body).into());
    out
}

/// Writes the string to sign over a canonical request (step 2).
pub(super) fn string_to_sign(claim: &Claim<'_>, canonical: &[u8]) -> Vec<u8> {
    let Scope { date, region, service } = claim.scope();
    let time = claim.signed_at.basic();
    let mut out = Vec::with_capacity(192);
    for part in [ALGORITHM, "\n", &time, "\n", date, "/", region, "/", service, "/", TERMINATOR, "\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    hex_into(&mut out, &Sha256::digest(canonical).into());
    out
}

/// Dot segments resolved and empty segments dropped (RFC 3986 §5.2.4), then encoded once more than it came: for every service but S3 the
/// path is encoded twice.
fn path(out: &mut Vec<u8>, raw: &str) {
    if !raw.contains("//") && !raw.contains("/.") && raw.starts_with('/') {
        return path_into(out, raw.as_bytes());
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    for segment in &segments {
        out.push(b'/');
        path_into(out, segment.as_bytes());
    }
    // A path that ends in a dot segment is a folder's.
    if segments.is_empty() || raw.ends_with('/') || raw.ends_with("/.") || raw.ends_with("/..") {
        out.push(b'/');
    }
}

/// Parameters decoded, encoded in AWS's way and sorted by name, then by value, both as encoded.
fn query(out: &mut Vec<u8>, raw: &str, with_token: bool) {
    if raw.is_empty() {
        return;
    }
    let component = |part| {
        let mut encoded = Vec::with_capacity(64);
        component_into(&mut encoded, &decode(part));
        encoded
    };
    let mut list: Vec<(Vec<u8>, Vec<u8>)> = pairs(raw).map(|(name, value)| (component(name), component(value))).collect();
    list.retain(|(name, _)| name != SIGNATURE.as_bytes() && (with_token || name != SECURITY_TOKEN.as_bytes()));
    list.sort_unstable();
    for (at, (name, value)) in list.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

/// One line a name: values in the order they came with commas between, each trimmed, runs of spaces made one.
fn header<'a>(out: &mut Vec<u8>, name: &str, values: impl Iterator<Item = &'a [u8]>) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let value = value.trim_ascii();
        if value.windows(2).any(|pair| pair == b"  ") {
            let mut last = 0;
            out.extend(value.iter().copied().filter(|byte| !(std::mem::replace(&mut last, *byte) == b' ' && *byte == b' ')));
        } else {
            out.extend_from_slice(value);
        }
    }
    out.push(b'\n');
}

/// The raw names and values of a query string; a piece without `=` is a name with an empty value.
pub(super) fn pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    raw.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

/// Decodes a name or value as a form means it: `+` is a space, and an escape that is none stands for itself.
pub(super) fn decode(part: &str) -> Cow<'_, [u8]> {
    if part.contains('+') {
        let spaced = part.replace('+', " ");
        return Cow::Owned(percent_decode(spaced.as_bytes()).collect());
    }
    percent_decode(part.as_bytes()).into()
}

/// Appends lower-case hexadecimal.
pub(super) fn hex_into(out: &mut Vec<u8>, bytes: &[u8; 32]) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}
