//! A request that owns its bytes, so that a test can sign it, change it and have it verified.

use std::fmt;

use lockwright_wire::error::{ErrorKind, WireError};
use lockwright_wire::moment::Moment;
use lockwright_wire::request::Request;
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};

/// The secret that all tests sign with: AWS's own example.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// Its id.
pub(crate) const KEY_ID: &str = "AKIDEXAMPLE";

/// A request on its way.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}?{}", self.method, self.path, self.query)?;
        for (name, value) in &self.headers {
            write!(f, "\n{name}: {}", value.escape_ascii())?;
        }
        write!(f, "\n\n{}", self.body.escape_ascii())
    }
}

impl Sent {
    /// Hands the request out as the crate takes it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        act(Request { method: &self.method, path: &self.path, query: &self.query, headers: &headers, body: &self.body })
    }

    /// Reads and verifies as a server with this clock, which knows this secret.
    pub(crate) fn verify(&self, secret: &str, now: Moment) -> Result<(), WireError> {
        self.with(|request| {
            let claim = Claim::read(request, now, PresignedLife::AsAsked)?;
            // No signature covers the key id: it only says whose secret to take.
            if claim.access_key_id() != KEY_ID {
                return Err(WireError::of(ErrorKind::InvalidClientTokenId, "unknown"));
            }
            let key = SigningKey::derive(secret, &claim.scope()).unwrap();
            claim.verify(&key)?;
            Ok(())
        })
    }

    /// The code of the refusal in the Query protocol; empty when it was let in.
    pub(crate) fn refusal(&self, now: Moment) -> &'static str {
        self.verify(SECRET, now).map_or_else(|error| error.code(lockwright_wire::error::Protocol::Query), |()| "")
    }

    /// The value of a header, to be changed.
    pub(crate) fn header(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)).unwrap().1
    }

    /// Replaces a piece of a header's text.
    pub(crate) fn edit(&mut self, name: &str, from: &str, to: &str) {
        let value = self.header(name);
        let text = String::from_utf8(value.clone()).unwrap();
        assert!(text.contains(from), "{text} has no {from}");
        *value = text.replace(from, to).into_bytes();
    }
}
