//! The signing key: a secret narrowed to one day, one region and one service.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::parse::Scope;

/// A day-scoped signing key. Worth keeping by access key id and [`Scope`]: deriving costs four HMACs, and a stolen one is good for that
/// scope only. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// Derives the key of a secret (AWS, "Create a signed AWS API request", step 3). `None` for an empty secret: a key that anybody can
    /// derive opens nothing (attack D08).
    pub fn derive(secret: &str, scope: &Scope<'_>) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        let start = Zeroizing::new(format!("AWS4{secret}"));
        let steps = [scope.date, scope.region, scope.service, super::parse::TERMINATOR];
        let mut key = Zeroizing::new(hmac(start.as_bytes(), steps[0].as_bytes()));
        for step in steps.into_iter().skip(1) {
            key = Zeroizing::new(hmac(key.as_slice(), step.as_bytes()));
        }
        Some(Self(key))
    }

    /// Takes back what [`SigningKey::expose`] gave to be kept.
    pub fn from_kept(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key's bytes, for whoever keeps them as the secret that they are.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The signature of a string to sign.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> [u8; 32] {
        hmac(self.0.as_slice(), string_to_sign)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so the error can't happen; a tag over nothing would match no signature.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mac| mac.chain_update(message).finalize().into_bytes().into())
}
