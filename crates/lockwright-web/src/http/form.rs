//! Forms: bounded, plain, each field at most once. Anything else is refused before a handler sees it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use lockwright_model::secret::Secret;

use super::answer::Refused;
use crate::page::problem::ProblemKind;

/// The most bytes of a form.
pub(super) const MAX_BYTES: usize = 64 * 1024;
/// The same of one that holds a policy document, of somebody signed in: 131,072 characters (IAM, `policyDocumentType`), each of them encoded.
pub(super) const DOCUMENT_BYTES: usize = 3 * 131_072 + MAX_BYTES;
/// The most fields of a form (E10).
const MAX_FIELDS: usize = 64;

/// The fields of a form that has passed the guard. Any of them may be a password, so all are zeroed.
#[derive(Clone, Default)]
pub(crate) struct Form(Arc<Vec<(String, Secret)>>);

impl Form {
    /// A field's text; empty when it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|field| field.0 == name).map_or("", |field| field.1.expose())
    }

    /// Whether the field was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.0 == name)
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.text(name) == "on"
    }

    pub(super) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Self, Refused> {
        let declared = headers.get("content-length").and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
        if declared.is_some_and(|length| length > most as u64) {
            return Err(Refused::new(ProblemKind::TooLarge));
        }
        let bytes = match Limited::new(body, most).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(Refused::new(ProblemKind::TooLarge)),
            Err(_) => return Err(Refused::new(ProblemKind::BadRequest)),
        };
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        if !is_form(headers) {
            return Err(Refused::new(ProblemKind::BadRequest));
        }
        let fields = std::str::from_utf8(&bytes).ok().and_then(parse).ok_or(Refused::new(ProblemKind::BadRequest))?;
        Ok(Self(Arc::new(fields)))
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Infallible;

    /// Empty where the guard did not run: then no field has a value.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.remove::<Self>().unwrap_or_default())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all("content-type").iter();
    let (Some(Ok(value)), None) = (values.next().map(|value| value.to_str()), values.next()) else { return false };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some("application/x-www-form-urlencoded")
        && parts.all(|part| matches!(part.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\""))
}

/// Reads a body (WHATWG URL §5.1, but strict): `None` for a field that comes twice, for too many, and for bytes that are no text.
fn parse(text: &str) -> Option<Vec<(String, Secret)>> {
    let mut fields: Vec<(String, Secret)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, Secret::new(decode(value)?));
        if fields.len() == MAX_FIELDS || fields.iter().any(|field| field.0 == name) {
            return None;
        }
        fields.push((name, value));
    }
    Some(fields)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => nibble(rest.next()?)? << 4 | nibble(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The value of a field in a query; `None` when it is missing, doubled, or can't be read.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let fields = if query.len() <= 1024 { parse(query)? } else { return None };
    fields.iter().find(|field| field.0 == name).map(|field| field.1.expose().to_owned())
}

/// Percent-encodes all but letters, digits, `-`, `_` and `.`: fit for a cookie, a query and a path.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str, name: &str) -> Option<String> {
        parse(body).map(|fields| Form(Arc::new(fields)).text(name).to_owned())
    }

    #[test]
    fn a01_a_field_that_comes_twice_is_refused() {
        assert_eq!(text("email=a&email=b", "email"), None);
        assert_eq!(text("email=a&%65mail=b", "email"), None, "the name is compared after decoding");
        assert_eq!(text("email[]=a&email[]=b", "email"), None);
    }

    #[test]
    fn a14_array_like_fields_are_other_fields() {
        assert_eq!(text("email[]=a&email[0]=b&email%5B1%5D=c", "email").as_deref(), Some(""));
    }

    #[test]
    fn e10_fields_are_counted() {
        let body = |count: usize| (0..count).map(|at| format!("f{at}=")).collect::<Vec<_>>().join("&");
        assert!(parse(&body(64)).is_some());
        assert!(parse(&body(65)).is_none());
        assert!(parse(&body(100_000)).is_none());
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        for odd in ["a=%ff", "a=%", "a=%4", "a=%zz", "%c3=1", "a=%C3%28"] {
            assert!(parse(odd).is_none(), "{odd}");
        }
        assert_eq!(text("a=%C3%A9+b%2B", "a").as_deref(), Some("é b+"));
    }

    #[test]
    fn what_is_encoded_reads_back() {
        for sample in ["a@b|c d+e", "é%&=;,\"", ""] {
            assert_eq!(decode(&encode(sample)).as_deref(), Some(sample));
        }
    }
}
