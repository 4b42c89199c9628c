//! Secret access keys: 40 characters whose last six are a checksum over id and secret, so that a leaked pair is recognised with certainty,
//! offline and without the database (docs/reference/credential-formats.md).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::entropy::{Entropy, draw};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const DRAWN: usize = 26;
const RANDOM: usize = 34;
const CHECK: usize = 6;
/// Told apart from every other hash of ours.
const LABEL: &[u8] = b"lockwright-secret-access-key-v1";

/// A secret access key in plain: 204 random bits and a checksum of 36. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// The number of characters.
    pub const LEN: usize = RANDOM + CHECK;

    /// Draws the secret of a key.
    pub fn draw(id: &AccessKeyId, entropy: &dyn Entropy) -> Self {
        Self::of(id, &Zeroizing::new(draw::<DRAWN>(entropy)))
    }

    fn of(id: &AccessKeyId, drawn: &[u8; DRAWN]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(Self::LEN));
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(drawn));
        text.push_str(encoded.get(..RANDOM).unwrap_or_default());
        let check = checksum(id, &text);
        text.push_str(&check);
        Self(text)
    }

    /// Takes a stored secret back.
    pub fn from_stored(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// Whether a secret belongs to an id, by its checksum alone: of 69 billion texts that look like a secret, one does. It says nothing of
    /// whether the pair still works.
    pub fn belongs(id: &AccessKeyId, secret: &str) -> bool {
        secret.split_at_checked(RANDOM).is_some_and(|(random, check)| *checksum(id, random) == check)
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

fn checksum(id: &AccessKeyId, random: &str) -> Zeroizing<String> {
    let parts: [&[u8]; 5] = [LABEL, &[0], id.as_str().as_bytes(), &[0], random.as_bytes()];
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
    let mut text = Zeroizing::new(STANDARD_NO_PAD.encode(hash));
    text.truncate(CHECK);
    text
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
    fn the_format_is_as_its_page_says() {
        // The example of docs/reference/credential-formats.md.
        let id: AccessKeyId = "AKIARZPUZDIKCI2FM6E2".parse().unwrap();
        let drawn: [u8; DRAWN] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        assert_eq!(SecretKey::of(&id, &drawn).expose(), "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");
    }
}
