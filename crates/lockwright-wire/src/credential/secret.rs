//! Secret access keys: forty characters as AWS's are, of which the last six say which access key id they belong to.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::access_key::AccessKeyId;

/// Characters of chance: 204 bits.
const CHANCE: usize = 34;
/// Characters of the checksum: 36 bits, so one pair in 69 billion fits by accident.
const CHECKSUM: usize = 6;
/// Told apart from every other hash of ours.
const LABEL: &[u8] = b"lockwright-secret-access-key-v1";

/// A secret access key in plain. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct SecretAccessKey(Zeroizing<String>);

impl SecretAccessKey {
    /// The secret of 26 drawn bytes for an id. Base64's letters, as AWS has them, so that scanners for AWS's secrets see ours.
    pub fn new(id: &AccessKeyId, drawn: &[u8; 26]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(CHANCE + CHECKSUM));
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(drawn));
        text.push_str(encoded.get(..CHANCE).unwrap_or_default());
        let sum = checksum(id.as_str(), &text);
        text.push_str(&sum);
        Self(text)
    }

    /// The secret's text; call it only to hand it out or to seal it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey")
    }
}

/// Whether a text is the secret of an access key id that this program made: what a scanner asks offline about a leaked pair.
///
/// It says that the two belong together, never that the key still works.
pub fn is_pair(id: &str, secret: &str) -> bool {
    let Some((stem, sum)) = secret.split_at_checked(CHANCE) else {
        return false;
    };
    AccessKeyId::parse(id).is_some() && bool::from(checksum(id, stem).as_bytes().ct_eq(sum.as_bytes()))
}

fn checksum(id: &str, stem: &str) -> Zeroizing<String> {
    let digest = Sha256::new().chain_update(LABEL).chain_update([0]).chain_update(id).chain_update([0]).chain_update(stem).finalize();
    let mut text = Zeroizing::new(STANDARD_NO_PAD.encode(digest));
    text.truncate(CHECKSUM);
    text
}
