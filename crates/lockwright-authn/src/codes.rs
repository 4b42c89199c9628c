//! Keyed hashes of short codes, values bound to a purpose, and the one comparison of secrets.

use hmac::{Hmac, KeyInit, Mac};
use lockwright_model::id::CaseId;
use lockwright_model::secret::{CodeHash, KeyBytes};
use lockwright_model::token::Code;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The installation's key for typed codes: a code has 30 bits, so a plain hash of it could be reversed by trying (ASVS V6.5.2).
#[derive(Clone, Debug)]
pub struct CodeKey(KeyBytes);

impl CodeKey {
    /// Wraps the key.
    pub fn new(key: KeyBytes) -> Self {
        Self(key)
    }

    /// The hash of a code, bound to its case: the same code answers no other request (ASVS V6.6.2).
    pub fn hash(&self, case: &CaseId, code: &Code) -> CodeHash {
        CodeHash::from_bytes(bind(&self.0, "code", &[case.as_str().as_bytes(), code.expose().as_bytes()]))
    }
}

/// HMAC-SHA-256 (RFC 2104) over a purpose and parts, each after its length as 8 big-endian bytes, so that no two lists of parts run together.
pub fn bind(key: &KeyBytes, purpose: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 pads a key to the block with zeros; doing it here leaves no error that can't happen.
    let mut block = Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key.expose()) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether two secrets are the same, in a time that depends on their lengths alone; different lengths are never the same (E19).
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests;
