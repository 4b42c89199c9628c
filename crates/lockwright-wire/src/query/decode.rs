//! A form's bytes made into parameters: bounded, decoded once, sorted, no two alike.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

use super::error::InputError;
use super::node::Node;

/// The most parameters one call may have.
pub const MAX_PARAMETERS: usize = 4096;
/// The longest name, in bytes after decoding.
pub const MAX_NAME: usize = 512;
/// The most parts between dots a name may have.
pub const MAX_DEPTH: usize = 16;

/// The parameters of a call, sorted by name. Silent in Debug: passwords are among them.
#[derive(PartialEq, Eq)]
pub struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Reads the query string and the body of a request as one form; parameters of a presigned signature are left out.
    pub fn decode(query: &'a str, body: &'a [u8]) -> Result<Self, InputError> {
        let body = std::str::from_utf8(body).map_err(|_| InputError::Syntax)?;
        let pieces = || query.split('&').chain(body.split('&')).filter(|piece| !piece.is_empty());
        // Counted first: memory is asked for only within bounds.
        let count = pieces().take(MAX_PARAMETERS + 1).count();
        if count > MAX_PARAMETERS {
            return Err(InputError::TooMany);
        }
        let mut list = Vec::with_capacity(count);
        for piece in pieces() {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            // Three bytes of escape for one byte, so nothing longer is worth decoding.
            if name.len() > MAX_NAME * 3 {
                return Err(InputError::Name);
            }
            let name = decode(name)?;
            if name.len() > MAX_NAME || name.split('.').count() > MAX_DEPTH {
                return Err(InputError::Name);
            }
            if !name.starts_with("X-Amz-") {
                list.push((positions(name), decode(value)?));
            }
        }
        list.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let twice = list.iter().zip(list.iter().skip(1)).find(|((a, _), (b, _))| a == b);
        match twice {
            Some(((name, _), _)) => Err(InputError::Doubled(name.to_string())),
            None => Ok(Self(list)),
        }
    }

    /// The call's input as a structure.
    pub fn root(&self) -> Node<'_> {
        Node::root(&self.0)
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameters({})", self.0.len())
    }
}

/// Without leading zeros in positions: `.member.01` is `.member.1` (aws-behaviour §12, live).
fn positions(name: Cow<'_, str>) -> Cow<'_, str> {
    let padded = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    if !name.split('.').any(padded) {
        return name;
    }
    let plain = |part| if padded(part) { part.trim_start_matches('0') } else { part };
    // Nothing but zeros stays a zero, which is no position.
    let parts: Vec<&str> = name.split('.').map(|part| if plain(part).is_empty() && !part.is_empty() { "0" } else { plain(part) }).collect();
    Cow::Owned(parts.join("."))
}

/// Decodes a name or value. An escape that is none, or bytes that are no UTF-8, are a fault of the form's syntax.
fn decode(part: &str) -> Result<Cow<'_, str>, InputError> {
    let mut escapes = part.split('%').skip(1);
    let broken = |rest: &str| !rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if escapes.any(broken) {
        return Err(InputError::Syntax);
    }
    if !part.contains('+') {
        return percent_decode_str(part).decode_utf8().map_err(|_| InputError::Syntax);
    }
    let spaced = part.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8().map_err(|_| InputError::Syntax)?;
    Ok(Cow::Owned(text.into_owned()))
}
