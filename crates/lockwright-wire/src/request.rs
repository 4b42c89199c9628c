//! An HTTP request as its bytes came: what a signature is checked against and a call is read from.

use std::fmt;

/// A request after its body was read within bounds. Everything as sent: nothing decoded, nothing reordered. Its Debug shows no query string,
/// header or body: passwords, tokens and signatures are there.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `POST`, `GET` and so on.
    pub method: &'a str,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// What follows the first `?`, still percent-encoded; empty without one.
    pub query: &'a str,
    /// All headers in the order they came, one entry a line. HTTP/2's `:authority` belongs here as `host`.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, whole.
    pub body: &'a [u8],
}

/// A header that may come once came twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doubled;

impl<'a> Request<'a> {
    /// All values of a header, in order. Names are compared without regard to case (RFC 9110 §5.1).
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The one value of a header. A second line is an error, never a choice: two readers would choose differently.
    pub fn value(&self, name: &str) -> Result<Option<&'a [u8]>, Doubled> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() { Err(Doubled) } else { Ok(first) }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {}, {} bytes)", self.method, self.path, self.body.len())
    }
}
