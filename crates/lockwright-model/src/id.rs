//! Identifiers: an id of the wrong kind does not compile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::entropy::{Entropy, draw};

/// RFC 4648 base32 without padding (`A–Z2–7`).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = (held >> bits) & 31;
            text.push(LETTERS.get(index as usize).map_or('A', |b| char::from(*b)));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        let index = (held << (5 - bits)) & 31;
        text.push(LETTERS.get(index as usize).map_or('A', |b| char::from(*b)));
    }
    text
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads 64 hexadecimal digits.
pub(crate) fn unhex32(text: &str) -> Result<[u8; 32], IdError> {
    const WRONG: IdError = IdError("hash");
    if text.len() != 64 || !text.is_ascii() {
        return Err(WRONG);
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(at * 2..at * 2 + 2).ok_or(WRONG)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| WRONG)?;
    }
    Ok(bytes)
}

/// A text is not an id of this kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a well-formed {0}")]
pub struct IdError(&'static str);

impl IdError {
    /// What it was to be.
    pub(crate) const fn of(what: &'static str) -> Self {
        Self(what)
    }
}

/// An account's 12-digit number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

impl AccountId {
    /// A number that no account has ([`AccountId::draw`] begins at 100000000000).
    pub const NOBODY: Self = Self(0);

    /// Draws a number between 100000000000 and 999999999999; the store refuses one that is taken.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let wide = u128::from(u64::from_be_bytes(draw(entropy)));
        // Multiply-shift keeps the bias below 2^-24 for this range.
        let offset = (wide * 900_000_000_000) >> 64;
        Self(100_000_000_000 + u64::try_from(offset).unwrap_or(0))
    }

    /// The account of a number of at most twelve digits.
    pub const fn from_number(number: u64) -> Option<Self> {
        if number < 1_000_000_000_000 { Some(Self(number)) } else { None }
    }

    /// As a number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Its root user's ARN.
    pub fn root_arn(self) -> String {
        format!("arn:aws:iam::{self}:root")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    /// Reads 12 digits; hyphens and spaces between groups are allowed, as people write them (`1234-5678-9012`).
    fn from_str(text: &str) -> Result<Self, IdError> {
        const WRONG: IdError = IdError("account number");
        if text.len() > 32 {
            return Err(WRONG);
        }
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WRONG);
        }
        digits.parse().map(Self).map_err(|_| WRONG)
    }
}

impl TryFrom<String> for AccountId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Draws a new id.
            pub fn draw(entropy: &dyn Entropy) -> Self {
                Self::of(&draw::<$bytes>(entropy))
            }

            /// The id of these bytes, always the same.
            pub fn of(bytes: &[u8; $bytes]) -> Self {
                Self(format!("{}{}", $prefix, base32(bytes)))
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let letters = (($bytes * 8_usize).div_ceil(5), $prefix.len());
                match text.strip_prefix($prefix) {
                    Some(rest) if rest.len() == letters.0 && rest.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')) => Ok(Self(text.to_owned())),
                    _ => Err(IdError($what)),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_id!(
    /// An IAM user's unique id: `AIDA` and 16 letters. Never reused.
    UserId, "AIDA", 10, "user id"
);
text_id!(
    /// A group's unique id: `AGPA` and 16 letters. Never reused.
    GroupId, "AGPA", 10, "group id"
);
text_id!(
    /// The unique id of a policy of an account's own: `ANPA` and 16 letters. Never reused.
    PolicyId, "ANPA", 10, "policy id"
);
text_id!(
    /// A role's unique id: `AROA` and 16 letters. Never reused.
    RoleId, "AROA", 10, "role id"
);
text_id!(
    /// An instance profile's unique id: `AIPA` and 16 letters. Never reused.
    InstanceProfileId, "AIPA", 10, "instance profile id"
);
text_id!(
    /// A server certificate's unique id: `ASCA` and 16 letters. Never reused.
    ServerCertificateId, "ASCA", 10, "server certificate id"
);
text_id!(
    /// An identity provider of an account: 26 letters. Never reused.
    ProviderId, "", 16, "identity provider id"
);
text_id!(
    /// A builder ID's unique id: `BLDR` and 16 letters. Never reused.
    BuilderId, "BLDR", 10, "builder id"
);
text_id!(
    /// An operator's unique id: `OPER` and 16 letters. Never reused.
    OperatorId, "OPER", 10, "operator id"
);
text_id!(
    /// An MFA device of an identity: 16 letters.
    DeviceId, "", 10, "device id"
);

text_id!(
    /// A recovery contact of an identity: 16 letters.
    ContactId, "", 10, "contact id"
);
text_id!(
    /// Another system that was registered: 16 letters.
    SystemId, "", 10, "system id"
);
text_id!(
    /// A link between an identity and a login of another system: 16 letters.
    LinkId, "", 10, "link id"
);
text_id!(
    /// A recovery or registration case: 26 letters. Names a case, opens nothing.
    CaseId, "", 16, "case id"
);
text_id!(
    /// A request for an administrator's help: 26 letters.
    HelpId, "", 16, "help request id"
);
text_id!(
    /// Under what name the trail knows whoever chose about cookies: 26 letters, drawn, so that they say nothing of the person.
    ChoiceId, "", 16, "choice id"
);
text_id!(
    /// A request to the operators: 26 letters.
    SupportId, "", 16, "support request id"
);
text_id!(
    /// A job of the outbox: 26 letters.
    JobId, "", 16, "job id"
);
text_id!(
    /// An audit event: 26 letters.
    EventId, "", 16, "event id"
);
text_id!(
    /// One request or command, the same in the log, the trail and the answer: 26 letters.
    RequestId, "", 16, "request id"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn base32_follows_rfc_4648() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"f"), "MY");
    }

    #[test]
    fn an_account_number_has_twelve_digits_and_forgives_grouping() {
        let id: AccountId = "1234-5678 9012".parse().unwrap();
        assert_eq!(id.to_string(), "123456789012");
        for wrong in ["12345678901", "1234567890123", "12345678901a", "", "١٢٣٤٥٦٧٨٩٠١٢"] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
        for seed in 0..200 {
            assert_eq!(AccountId::draw(&SeededEntropy::new(seed)).to_string().len(), 12);
        }
    }

    #[test]
    fn ids_read_back_and_kinds_do_not_mix() {
        let user = UserId::draw(&SeededEntropy::new(1));
        assert_eq!(user.as_str().len(), 20);
        assert_eq!(user.as_str().parse::<UserId>().unwrap(), user);
        assert!(user.as_str().parse::<BuilderId>().is_err());
        assert_eq!(CaseId::draw(&SeededEntropy::new(1)).as_str().len(), 26);
    }
}
