//! Whether a claim holds: the signature made again from the request and compared in constant time.

use std::ops::Deref;

use subtle::ConstantTimeEq;

use super::canonical;
use super::error::VerifyError;
use super::key::SigningKey;
use super::parse::Claim;
use crate::request::Request;

/// A header that proxies and browsers' SDKs put on presigned requests. It says which program calls and decides nothing, so it may come
/// unsigned.
const HARMLESS: &str = "x-amz-user-agent";

/// A claim that holds. Only [`Claim::verify`] makes one.
#[derive(Debug)]
pub struct Verified<'a>(Claim<'a>);

impl<'a> Claim<'a> {
    /// Checks the signature with the signing key of [`Claim::access_key_id`] for [`Claim::scope`].
    ///
    /// In the presigned form the session token may stand outside of what was signed, as some services want it ("Elements of a request
    /// signature"); it is the caller who compares it with the session's.
    pub fn verify(self, key: &SigningKey) -> Result<Verified<'a>, VerifyError> {
        self.check_headers()?;
        let mut holds = self.matches(key, true);
        if self.presigned && self.session_token.is_some() {
            holds |= self.matches(key, false);
        }
        if !holds {
            return Err(VerifyError::Mismatch);
        }
        Ok(Verified(self))
    }

    /// The canonical request as the server reads it: what a client's developer compares with their own.
    pub fn canonical_request(&self) -> String {
        String::from_utf8_lossy(&canonical::request(self, true)).into_owned()
    }

    /// The string to sign as the server reads it.
    pub fn string_to_sign(&self) -> String {
        let canonical = canonical::request(self, true);
        String::from_utf8_lossy(&canonical::string_to_sign(self, &canonical)).into_owned()
    }

    fn matches(&self, key: &SigningKey, with_token: bool) -> bool {
        let canonical = canonical::request(self, with_token);
        let expected = key.sign(&canonical::string_to_sign(self, &canonical));
        let mut hex = Vec::with_capacity(64);
        canonical::hex_into(&mut hex, &expected);
        hex.as_slice().ct_eq(self.signature.as_bytes()).into()
    }

    /// `host` and every `x-amz-` header must be signed, and what was signed must be there: an unsigned one could be changed on the way.
    fn check_headers(&self) -> Result<(), VerifyError> {
        let signed = |name: &str| self.signed_headers.split(';').any(|other| other.eq_ignore_ascii_case(name));
        if !signed("host") {
            return Err(VerifyError::Unsigned("host".into()));
        }
        for (name, _) in self.request.headers {
            let ours = name.as_bytes().get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"));
            if ours && !name.eq_ignore_ascii_case(HARMLESS) && !signed(name) {
                return Err(VerifyError::Unsigned(name.to_ascii_lowercase()));
            }
        }
        let absent = self.signed_headers.split(';').find(|name| self.request.values(name).next().is_none());
        absent.map_or(Ok(()), |name| Err(VerifyError::Absent(name.to_owned())))
    }
}

impl<'a> Verified<'a> {
    /// The request that was signed.
    pub fn request(&self) -> Request<'a> {
        self.0.request
    }
}

impl<'a> Deref for Verified<'a> {
    type Target = Claim<'a>;

    /// What was claimed, and now holds.
    fn deref(&self) -> &Claim<'a> {
        &self.0
    }
}
