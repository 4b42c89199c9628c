//! Types for what must not be seen: zeroed when dropped, silent in Debug, never serialised.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::id::{IdError, hex, unhex32};

/// A text that must not be shown: a key, a pepper, an SMTP password.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself; call it only where it is used up.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A 256-bit key of the installation, kept outside the database.
#[derive(Clone)]
pub struct KeyBytes(Zeroizing<[u8; 32]>);

impl KeyBytes {
    /// Wraps the bytes of a key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes themselves; call it only where they are used up.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyBytes")
    }
}

/// What was encrypted under an installation key, as text for a row. Nothing reads it but the one who sealed it. Silent in Debug.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// Wraps the sealed text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The sealed text, as stored.
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// A password as typed, NFC-normalised (NIST SP 800-63B-4 §3.1.1.2); never empty, at most [`Password::MAX_CHARS`] code points.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text can't be a password at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordInputError {
    /// Nothing was typed.
    #[error("the password is empty")]
    Empty,
    /// More than [`Password::MAX_CHARS`] code points.
    #[error("the password is longer than 256 characters")]
    TooLong,
    /// A control character such as NUL or a line break.
    #[error("the password contains a control character")]
    Control,
}

impl Password {
    /// The longest password accepted, in code points.
    pub const MAX_CHARS: usize = 256;

    /// Reads what was typed.
    pub fn parse(typed: &str) -> Result<Self, PasswordInputError> {
        // Bytes first: normalising a huge text is work an attacker chooses.
        if typed.len() > Self::MAX_CHARS * 4 {
            return Err(PasswordInputError::TooLong);
        }
        let text: Zeroizing<String> = Zeroizing::new(typed.nfc().collect());
        if text.is_empty() {
            return Err(PasswordInputError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(PasswordInputError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordInputError::Control);
        }
        Ok(Self(text))
    }

    /// The text itself; call it only where it is used up.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its length in code points.
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// A password's PHC string (`$argon2id$v=19$…`), made with the installation's pepper. Silent in Debug.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    pub fn from_phc(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// A keyed hash (HMAC-SHA-256 under an installation key) of a short typed code. Silent in Debug, compared in constant time.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeHash([u8; 32]);

impl CodeHash {
    /// Wraps the hash's bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl TryFrom<String> for CodeHash {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        unhex32(&text).map(Self)
    }
}

impl From<CodeHash> for String {
    fn from(hash: CodeHash) -> Self {
        hex(&hash.0)
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_nfc_normalised_and_counted_in_code_points() {
        let composed = Password::parse("caf\u{e9}").unwrap();
        let decomposed = Password::parse("cafe\u{301}").unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(decomposed.chars(), 4);
    }

    #[test]
    fn b28_an_empty_password_is_refused() {
        assert_eq!(Password::parse("").unwrap_err(), PasswordInputError::Empty);
    }

    #[test]
    fn length_limits_count_characters_not_bytes() {
        assert!(Password::parse(&"\u{1F511}".repeat(256)).is_ok());
        assert_eq!(Password::parse(&"a".repeat(257)).unwrap_err(), PasswordInputError::TooLong);
        assert_eq!(Password::parse(&"a".repeat(10_000_000)).unwrap_err(), PasswordInputError::TooLong);
    }

    #[test]
    fn secrets_are_silent_in_debug() {
        let password = Password::parse("correct horse").unwrap();
        let shown = format!("{:?} {:?} {:?}", password, Secret::new("s3cret"), PasswordHash::from_phc("$argon2id$x"));
        assert_eq!(shown, "Password Secret PasswordHash");
    }
}
