//! Sealing what must be read again, such as a TOTP seed, so that the database alone gives nothing away (N-O06).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::secret::{KeyBytes, Sealed};
use zeroize::Zeroizing;

/// The first byte of a sealed value: XChaCha20-Poly1305, 24 bytes of nonce, then the ciphertext with its tag.
const VERSION: u8 = 1;

/// The installation's key for sealed values, kept outside the database.
#[derive(Clone, Debug)]
pub struct SealKey(KeyBytes);

impl SealKey {
    /// Wraps the key.
    pub fn new(key: KeyBytes) -> Self {
        Self(key)
    }

    /// Encrypts `plain` for one context, say a device of an identity; it opens in no other.
    pub fn seal(&self, plain: &[u8], context: &str, entropy: &dyn Entropy) -> Sealed {
        // 192 random bits never repeat under one key, so no counter has to be kept.
        let nonce = draw::<24>(entropy);
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        // The cipher refuses only texts past 256 GiB; the empty value that would stand for one opens nowhere.
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        let bytes: Vec<u8> = std::iter::once(VERSION).chain(nonce).chain(sealed).collect();
        Sealed::from_text(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Decrypts what this key sealed in this context; `None` when either differs, or a bit of the value does.
    pub fn open(&self, sealed: &Sealed, context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.as_text()).ok()?;
        let (nonce, msg) = bytes.strip_prefix(&[VERSION])?.split_first_chunk::<24>()?;
        let payload = Payload { msg, aad: context.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0.expose()))
    }
}

#[cfg(test)]
mod tests;
