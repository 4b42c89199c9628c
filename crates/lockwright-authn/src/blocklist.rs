//! The passwords that too many people use, and the operator's own: compared with the whole password (NIST SP 800-63B-4 §3.1.1.2).

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use lockwright_model::secret::Password;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use xorf::{BinaryFuse16, Descriptor, Filter};
use zeroize::Zeroizing;

/// Passwords that nobody may choose, whatever their letters' case.
#[derive(Clone)]
pub struct Blocklist {
    /// `None`: the shipped bytes could not be read.
    common: Option<&'static Common>,
    own: HashSet<u64>,
}

impl Blocklist {
    /// The list that comes with the program (`data/README.md` says from where).
    pub fn shipped() -> Self {
        Self::with_own([])
    }

    /// The shipped list and the operator's own words.
    pub fn with_own(words: impl IntoIterator<Item = String>) -> Self {
        static COMMON: LazyLock<Option<Common>> = LazyLock::new(|| Common::parse(include_bytes!("../data/common-passwords.bin")));
        Self {
            common: COMMON.as_ref(),
            own: words.into_iter().filter(|word| !word.trim().is_empty()).map(|word| key(word.trim())).collect(),
        }
    }

    /// Whether the whole password is on the list; about 1 in 65 000 others is taken for one that is.
    pub fn contains(&self, password: &Password) -> bool {
        self.contains_text(password.expose())
    }

    pub(crate) fn contains_text(&self, text: &str) -> bool {
        let key = key(text);
        // Without its data the list refuses everything rather than nothing.
        self.own.contains(&key) || self.common.is_none_or(|common| common.filter.contains(&key))
    }

    /// How many passwords the shipped list was made of.
    pub fn shipped_count(&self) -> u32 {
        self.common.map_or(0, |common| common.count)
    }
}

impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocklist").field("shipped", &self.shipped_count()).field("own", &self.own.len()).finish()
    }
}

/// A password as lists compare it: lower case, NFC.
pub(crate) fn folded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().flat_map(char::to_lowercase).nfc().collect())
}

/// The filter's key: the first 8 bytes of SHA-256 of the folded password. `examples/build_blocklist.rs` computes the same.
fn key(text: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(folded(text).as_bytes()).into();
    digest.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// The shipped filter in memory.
struct Common {
    count: u32,
    filter: BinaryFuse16,
}

impl Common {
    /// Reads `LWBL`, version 1, count, seed, segment length, segments' length, then the fingerprints; integers little-endian.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"LWBL\x01\0\0\0")?;
        let (count, rest) = rest.split_first_chunk().map(|(b, rest)| (u32::from_le_bytes(*b), rest))?;
        let (seed, rest) = rest.split_first_chunk().map(|(b, rest)| (u64::from_le_bytes(*b), rest))?;
        let (segment_length, rest) = rest.split_first_chunk().map(|(b, rest)| (u32::from_le_bytes(*b), rest))?;
        let (segment_count_length, rest) = rest.split_first_chunk().map(|(b, rest)| (u32::from_le_bytes(*b), rest))?;
        let fingerprints: Box<[u16]> = rest.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        // The three places a key looks at lie within the first segments and the two that follow: checked here, since the look-up does not.
        let places = u64::from(segment_count_length) + 2 * u64::from(segment_length);
        let sound =
            segment_length.is_power_of_two() && segment_count_length > 0 && fingerprints.len() as u64 == places && rest.len() % 2 == 0;
        let descriptor = Descriptor { seed, segment_length, segment_length_mask: segment_length.wrapping_sub(1), segment_count_length };
        sound.then_some(Self { count, filter: BinaryFuse16 { descriptor, fingerprints } })
    }
}

#[cfg(test)]
mod tests;
