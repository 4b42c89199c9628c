//! Signatures of what programs send each other over webhooks: HMAC-SHA-256 over the moment, a dot and the body.

use hmac::{Hmac, KeyInit, Mac};
use lockwright_model::clock::Timestamp;
use lockwright_model::secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::codes::same;

/// What the value of the header begins with.
const VERSION: &str = "v1=";

/// The signature of a body that is sent now: `v1=` and 64 hexadecimal digits.
pub fn sign(secret: &Secret, at: Timestamp, body: &[u8]) -> String {
    sign_text(secret, &at.as_seconds().to_string(), body)
}

/// Whether a signature fits a body and the moment that stands beside it, as it was written; compared in constant time (E19).
pub fn fits(secret: &Secret, at: &str, body: &[u8], given: &str) -> bool {
    same(sign_text(secret, at, body).as_bytes(), given.as_bytes())
}

fn sign_text(secret: &Secret, at: &str, body: &[u8]) -> String {
    let mut mac = mac(secret.expose().as_bytes());
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(VERSION.to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// RFC 2104 hashes a long key and pads a short one with zeros; doing it here leaves no error that can't happen.
fn mac(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    let long;
    let key = if key.len() > block.len() {
        long = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
        long.as_slice()
    } else {
        key
    };
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    Hmac::<Sha256>::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(secret: &str, at: &str, body: &[u8]) -> String {
        sign_text(&Secret::new(secret), at, body)
    }

    #[test]
    fn signatures_are_those_that_others_compute() {
        // Python: hmac.new(key, b"1800000000." + body, "sha256").hexdigest()
        assert_eq!(hex("key", "1800000000", b"{\"id\":\"x\"}"), "v1=cc4a461f71b21229de3ee6440d476ffef0b457f706a750e452af6e06a486e03c");
        assert_eq!(hex(&"k".repeat(200), "1800000000", b""), "v1=5860b77f5f0d3869ceb8785b3887bc5b10a748c7d18d6920358feb8df93e2437");
    }

    #[test]
    fn a_signature_fits_its_own_body_and_moment_only() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef");
        let at = Timestamp::from_micros(1_800_000_000_000_000);
        let signed = sign(&secret, at, b"body");
        assert!(fits(&secret, "1800000000", b"body", &signed));
        assert!(!fits(&secret, "1800000001", b"body", &signed));
        assert!(!fits(&secret, "1800000000", b"body ", &signed));
        assert!(!fits(&Secret::new("another"), "1800000000", b"body", &signed));
        for odd in ["", "v1=", &signed.to_uppercase(), &signed[3..], &format!("{signed}0")] {
            assert!(!fits(&secret, "1800000000", b"body", odd), "{odd}");
        }
    }

    #[test]
    fn moment_and_body_do_not_run_together() {
        assert_ne!(hex("key", "18", b"0.x"), hex("key", "180", b".x"));
    }
}
