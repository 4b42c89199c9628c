//! Secret access keys: 40 characters whose last six are a checksum over id and secret, so that a leaked pair is recognised with certainty,
//! offline and without the database (docs/reference/credential-formats.md).

use std::fmt;

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::entropy::{Entropy, draw};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const RANDOM: usize = 34;
const CHECK: usize = 6;
/// The letters of a secret: those of base64, as AWS's have.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What the checksum begins with, so that it is no other hash of the same text.
const DOMAIN: &[u8] = b"lockwright access key 1\0";

/// A secret access key in plain: 204 random bits and a checksum of 36. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// The number of characters.
    pub const LEN: usize = RANDOM + CHECK;

    /// Draws the secret of a key.
    pub fn draw(id: &AccessKeyId, entropy: &dyn Entropy) -> Self {
        let random = Zeroizing::new(draw::<RANDOM>(entropy));
        let mut text = Zeroizing::new(String::with_capacity(Self::LEN));
        text.extend(random.iter().map(|byte| letter(*byte)));
        let check = checksum(id, &text);
        text.push_str(&check);
        Self(text)
    }

    /// Takes a stored secret back.
    pub fn from_stored(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// Whether a secret belongs to an id, by its checksum alone: of two billion texts that look like a secret, hardly one does.
    pub fn belongs(id: &AccessKeyId, secret: &str) -> bool {
        let well_formed = secret.len() == Self::LEN && secret.bytes().all(|byte| ALPHABET.contains(&byte));
        let Some((random, check)) = secret.split_at_checked(RANDOM).filter(|_| well_formed) else { return false };
        checksum(id, random) == check
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn letter(byte: u8) -> char {
    ALPHABET.get(usize::from(byte & 63)).map_or('A', |letter| char::from(*letter))
}

fn checksum(id: &AccessKeyId, random: &str) -> String {
    let hash = Sha256::new().chain_update(DOMAIN).chain_update(id.as_str()).chain_update([0]).chain_update(random).finalize();
    // Six bits of each of the first six bytes: the rest of a byte is left out, not carried over.
    hash.iter().take(CHECK).map(|byte| letter(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lockwright_model::entropy::SeededEntropy;

    #[test]
    fn b09_a_pair_is_recognised_by_its_checksum_alone() {
        let entropy = SeededEntropy::new(7);
        let id = AccessKeyId::draw("123456789012".parse().unwrap(), &entropy);
        let other = AccessKeyId::draw("123456789012".parse().unwrap(), &entropy);
        let secret = SecretKey::draw(&id, &entropy);
        assert_eq!(secret.expose().len(), SecretKey::LEN);
        assert!(SecretKey::belongs(&id, secret.expose()));
        assert!(!SecretKey::belongs(&other, secret.expose()), "the id is part of it");
        for at in 0..SecretKey::LEN {
            let mut wrong = secret.expose().to_owned();
            let put = if wrong.as_bytes()[at] == b'A' { "B" } else { "A" };
            wrong.replace_range(at..=at, put);
            assert!(!SecretKey::belongs(&id, &wrong), "letter {at}");
        }
        for wrong in ["", "short", &secret.expose()[1..], &format!("{}A", secret.expose()), &"é".repeat(20)] {
            assert!(!SecretKey::belongs(&id, wrong), "{wrong}");
        }
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }

    #[test]
    fn the_format_has_vectors() {
        // The same as in docs/reference/credential-formats.md.
        let id: AccessKeyId = "AKIAY34FZKBOKMUTVV7A".parse().unwrap();
        let random = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPL";
        let whole = format!("{random}{}", checksum(&id, random));
        assert!(SecretKey::belongs(&id, &whole));
        assert_eq!(whole, VECTOR);
    }

    const VECTOR: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLAC9U/m";
}
