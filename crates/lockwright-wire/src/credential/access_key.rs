//! Access key ids: four letters of kind, then sixteen of base32 that hold the account's number.

use std::fmt;

use super::base32::{decode80, encode80};

/// What an access key is good for (IAM user guide, "Understanding unique ID prefixes").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccessKeyKind {
    /// `AKIA`: until it is deleted.
    LongTerm,
    /// `ASIA`: with a session token, until the session is over.
    Temporary,
}

impl AccessKeyKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::LongTerm => "AKIA",
            Self::Temporary => "ASIA",
        }
    }
}

/// An access key id. It is no secret; the account can be read from it by anybody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// The highest account number that fits: 40 bits, which hold every number of twelve digits.
    pub const MAX_ACCOUNT: u64 = (1 << 40) - 1;
    const CHANCE_BITS: u32 = 39;

    /// The id of an account's key. Of the drawn bits the low 39 are used; whoever stores it sees to it that no id is given twice.
    ///
    /// The layout is AWS's own, as tools decode it (aws-behaviour §6): a one, 40 bits of account, 39 of chance. `None` for a number that is
    /// no account's.
    pub fn new(kind: AccessKeyKind, account: u64, chance: u64) -> Option<Self> {
        if account > Self::MAX_ACCOUNT {
            return None;
        }
        let chance = u128::from(chance) & ((1 << Self::CHANCE_BITS) - 1);
        let bits = 1 << 79 | u128::from(account) << Self::CHANCE_BITS | chance;
        Some(Self(format!("{}{}", kind.prefix(), encode80(bits))))
    }

    /// Reads an id: a known prefix and sixteen letters of base32.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = text.split_at_checked(4)?;
        let known = [AccessKeyKind::LongTerm, AccessKeyKind::Temporary].into_iter().any(|kind| kind.prefix() == prefix);
        decode80(rest).filter(|_| known).map(|_| Self(text.to_owned()))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the key is good for.
    pub fn kind(&self) -> AccessKeyKind {
        if self.0.starts_with(AccessKeyKind::Temporary.prefix()) { AccessKeyKind::Temporary } else { AccessKeyKind::LongTerm }
    }

    /// The account it names; `None` for an id of the old form, which names none.
    pub fn account(&self) -> Option<u64> {
        let bits = decode80(self.0.get(4..)?)?;
        if bits >> 79 == 0 {
            return None;
        }
        u64::try_from(bits >> Self::CHANCE_BITS).ok().map(|number| number & Self::MAX_ACCOUNT)
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
