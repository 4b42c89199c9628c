//! Counters that defend: versioned rows, so that parallel tries can't slip past them.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;

/// How often something was tried. The row is purged after `expires`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tries {
    /// What is counted: a digest of the kind and the canonical name or network; the name itself is never stored.
    pub key: TriesKey,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Consecutive tries without success.
    pub count: u32,
    /// Start of the present window.
    pub since: Timestamp,
    /// The last try.
    pub last: Timestamp,
    /// When the row may be forgotten.
    pub expires: Timestamp,
}

/// A counter's key: `<kind>/<digest>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TriesKey(String);

impl TriesKey {
    /// A key from a kind (`signin`, `source`, `mail` …) and a canonical name, of which only the SHA-256 is kept.
    pub fn new(kind: &'static str, name: &str) -> Self {
        use sha2::{Digest, Sha256};
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        Self(format!("{kind}/{}", crate::id::base32(&digest).to_ascii_lowercase()))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
