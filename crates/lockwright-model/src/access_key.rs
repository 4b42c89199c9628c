//! Access keys: what programs sign their requests with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::entropy::{Entropy, draw};
use crate::id::{AccountId, IdError, base32};
use crate::secret::Sealed;

/// The most access keys of one user, inactive ones counted (AWS quota `AccessKeysPerUserQuota`).
pub const MOST_ACCESS_KEYS: usize = 2;

/// An access key's id: `AKIA`, or `ASIA` for temporary credentials, and 16 letters of base32, in which its account stands
/// (docs/reference/credential-formats.md).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(String);

impl AccessKeyId {
    const LASTING: &'static str = "AKIA";
    const TEMPORARY: &'static str = "ASIA";
    const LETTERS: usize = 16;

    /// Draws an id of an account: one bit that is set, 40 bits of the account's number, 39 of chance.
    pub fn draw(account: AccountId, entropy: &dyn Entropy) -> Self {
        Self::of(Self::LASTING, account, u64::from_be_bytes(draw(entropy)) & ((1 << 39) - 1))
    }

    /// Draws an id for temporary credentials. Two may have the same; their session tokens tell them apart.
    pub fn draw_temporary(account: AccountId, entropy: &dyn Entropy) -> Self {
        Self::of(Self::TEMPORARY, account, u64::from_be_bytes(draw(entropy)) & ((1 << 39) - 1))
    }

    /// Whether it is of temporary credentials, which sign with a session token only.
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with(Self::TEMPORARY)
    }

    fn of(prefix: &str, account: AccountId, chance: u64) -> Self {
        let bits = (1_u128 << 79) | (u128::from(account.as_u64()) << 39) | u128::from(chance);
        let bytes: [u8; 16] = bits.to_be_bytes();
        Self(format!("{prefix}{}", base32(bytes.get(6..).unwrap_or_default())))
    }

    /// The account that stands in it; `None` for one that was not made like this.
    pub fn account(&self) -> Option<AccountId> {
        let letters = self.0.get(Self::LASTING.len()..)?;
        let bits = letters.bytes().try_fold(0_u128, |bits, letter| Some((bits << 5) | u128::from(value(letter)?)))?;
        let number = u64::try_from((bits >> 39) & ((1 << 40) - 1)).ok()?;
        if bits >> 79 == 1 { AccountId::from_number(number) } else { None }
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn value(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccessKeyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let letters = text
            .strip_prefix(Self::LASTING)
            .or_else(|| text.strip_prefix(Self::TEMPORARY))
            .filter(|letters| letters.len() == Self::LETTERS);
        match letters {
            Some(letters) if letters.bytes().all(|letter| value(letter).is_some()) => Ok(Self(text.to_owned())),
            _ => Err(IdError::of("access key id")),
        }
    }
}

impl TryFrom<String> for AccessKeyId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<AccessKeyId> for String {
    fn from(id: AccessKeyId) -> Self {
        id.0
    }
}

/// An access key of a root user or an IAM user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccessKey {
    /// Its id.
    pub id: AccessKeyId,
    /// Its secret. It must come back to check a signature, so it is sealed under a key outside the database, not hashed.
    pub secret: Sealed,
    /// It signs (`Active`); otherwise it is kept and signs nothing (`Inactive`).
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Its owner got back in then, by a recovery: somebody else may have copied it, or made it, before. Until somebody says what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub questioned: Option<Timestamp>,
}

/// The last use of an access key, to 15 minutes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyUse {
    /// The key.
    pub key: AccessKeyId,
    /// When.
    pub at: Timestamp,
    /// The service that was signed for.
    pub service: String,
    /// The region that was signed for.
    pub region: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn the_account_stands_in_the_id() {
        for (seed, account) in [(1, "123456789012"), (2, "000000000001"), (3, "999999999999")] {
            let account: AccountId = account.parse().unwrap();
            let id = AccessKeyId::draw(account, &SeededEntropy::new(seed));
            assert_eq!(id.account(), Some(account), "{id}");
            assert_eq!(id.as_str().parse::<AccessKeyId>().unwrap(), id);
            assert_eq!(id.as_str().len(), 20);
        }
        // A vector that others have published, of a temporary key.
        let published: AccessKeyId = "ASIAY34FZKBOKMUTVV7A".parse().unwrap();
        assert_eq!(published.account().map(|account| account.to_string()).as_deref(), Some("609629065308"));
        assert_eq!("AKIAIOSFODNN7EXAMPLE".parse::<AccessKeyId>().unwrap().account(), None, "an old one does not say");
    }

    #[test]
    fn the_form_is_as_its_page_says() {
        // The examples of docs/reference/credential-formats.md.
        let of = |account: &str, chance| AccessKeyId::of("AKIA", account.parse().unwrap(), chance);
        assert_eq!(of("123456789012", 0x12_3456_789a).as_str(), "AKIARZPUZDIKCI2FM6E2");
        assert_eq!(of("000000000000", 0).as_str(), "AKIAQAAAAAAAAAAAAAAA");
    }

    #[test]
    fn two_ids_of_one_account_differ_in_their_last_letters_only_by_chance() {
        let account = "123456789012".parse().unwrap();
        let entropy = SeededEntropy::new(4);
        let (one, two) = (AccessKeyId::draw(account, &entropy), AccessKeyId::draw(account, &entropy));
        assert_ne!(one, two);
        assert_eq!(one.as_str()[..12], two.as_str()[..12]);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "AKIA",
            "AROAY34FZKBOKMUTVV7A",
            "AKIAY34FZKBOKMUTVV7",
            "AKIAY34FZKBOKMUTVV71",
            "AKIAY34FZKBOKMUTVV7AA",
            "akiay34fzkbokmutvv7a",
        ] {
            assert!(text.parse::<AccessKeyId>().is_err(), "{text}");
        }
    }
}
