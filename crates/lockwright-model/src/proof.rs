//! What proves who somebody is in a recovery, and what a recovery is for: the words that cases are stored with.

use std::fmt;

use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// What a recovery is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The password is replaced; the devices stay.
    #[default]
    NewPassword,
    /// The enrolled devices are removed, and a new one is owed; the password stays.
    Reenrol,
}

impl Goal {
    /// Both.
    pub const ALL: [Self; 2] = [Self::NewPassword, Self::Reenrol];
}

/// One way to prove who somebody is. Two mailboxes are one way, two codes of one sheet are one way (N-R19, X03).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A code or link that was mailed to a verified address.
    Email,
    /// A code that was sent or spoken to a verified phone.
    Phone,
    /// The password.
    Password,
    /// An MFA device: a one-time password, a passkey, a security key.
    Device,
    /// One saved recovery code.
    RecoveryCode,
    /// As many recovery contacts as the person asked for.
    Contacts,
    /// The same, and they are at least two people. Holds [`Proof::Contacts`].
    ContactsTwo,
    /// Two different operators of the installation.
    Operators,
    /// An administrator of the IAM user's account.
    Administrator,
    /// A shell on the host.
    Host,
}

impl Proof {
    /// Each of them.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Phone,
        Self::Password,
        Self::Device,
        Self::RecoveryCode,
        Self::Contacts,
        Self::ContactsTwo,
        Self::Operators,
        Self::Administrator,
        Self::Host,
    ];

    /// Its stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Password => "password",
            Self::Device => "device",
            Self::RecoveryCode => "recovery_code",
            Self::Contacts => "contacts",
            Self::ContactsTwo => "contacts_two",
            Self::Operators => "operators",
            Self::Administrator => "administrator",
            Self::Host => "host",
        }
    }

    const fn bits(self) -> u16 {
        let own = 1 << (self as u16);
        match self {
            Self::ContactsTwo => own | (1 << (Self::Contacts as u16)),
            _ => own,
        }
    }
}

/// A set of proofs. Stored as a list of words in a fixed order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Proofs(u16);

impl Proofs {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// These.
    pub const fn of(proofs: &[Proof]) -> Self {
        let (mut bits, mut rest) = (0, proofs);
        while let [first, others @ ..] = rest {
            bits |= first.bits();
            rest = others;
        }
        Self(bits)
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, proof: Proof) -> Self {
        Self(self.0 | proof.bits())
    }

    /// These but one. Without [`Proof::Contacts`] there is no [`Proof::ContactsTwo`] either.
    #[must_use]
    pub const fn without(self, proof: Proof) -> Self {
        match proof {
            Proof::Contacts => self.minus(Self::of(&[Proof::ContactsTwo])),
            _ => Self(self.0 & !(1 << (proof as u16))),
        }
    }

    /// All of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that the other has not.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it is among them.
    pub const fn contains(self, proof: Proof) -> bool {
        self.holds(Self::of(&[proof]))
    }

    /// Whether all of the other are among them.
    pub const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of the other is among them.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each, in the order of [`Proof::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Proof> {
        Proof::ALL.into_iter().filter(move |proof| self.0 & (1 << (*proof as u16)) != 0)
    }
}

impl FromIterator<Proof> for Proofs {
    fn from_iter<I: IntoIterator<Item = Proof>>(proofs: I) -> Self {
        proofs.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Proofs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Proof::word))
    }
}

impl<'de> Deserialize<'de> for Proofs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        words
            .iter()
            .map(|word| {
                Proof::ALL
                    .into_iter()
                    .find(|proof| proof.word() == word)
                    .ok_or_else(|| D::Error::custom(format!("no proof is called {word}")))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x03_a_saved_code_counts_once_however_often_it_is_given() {
        let once = Proofs::EMPTY.with(Proof::RecoveryCode);
        assert_eq!(once.with(Proof::RecoveryCode), once);
        assert_eq!(once.iter().count(), 1);
    }

    #[test]
    fn proofs_are_stored_as_words_in_a_fixed_order() {
        let proofs: Proofs = [Proof::RecoveryCode, Proof::Email].into_iter().collect();
        let text = serde_json::to_string(&proofs).unwrap();
        assert_eq!(text, r#"["email","recovery_code"]"#);
        assert_eq!(serde_json::from_str::<Proofs>(&text).unwrap(), proofs);
        assert!(serde_json::from_str::<Proofs>(r#"["mail"]"#).is_err());
        for proof in Proof::ALL {
            assert_eq!(serde_json::to_string(&proof).unwrap(), format!("{:?}", proof.word()));
        }
    }

    #[test]
    fn two_contacts_are_contacts() {
        let two = Proofs::of(&[Proof::ContactsTwo]);
        assert!(two.contains(Proof::Contacts));
        assert!(!Proofs::of(&[Proof::Contacts]).contains(Proof::ContactsTwo));
        assert!(two.without(Proof::Contacts).is_empty());
        assert_eq!(two.without(Proof::ContactsTwo), Proofs::of(&[Proof::Contacts]));
    }
}
