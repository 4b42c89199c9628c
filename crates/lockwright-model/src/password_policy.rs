//! An account's password policy for its IAM users: `UpdateAccountPasswordPolicy`'s fields, ranges and defaults.

use serde::{Deserialize, Serialize};

/// An account password policy. AWS replaces it whole, never in part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// Fewest characters, 6–128.
    pub minimum_length: u8,
    /// At least one of ``! @ # $ % ^ & * ( ) _ + - = [ ] { } | '``.
    pub require_symbols: bool,
    /// At least one of 0–9.
    pub require_numbers: bool,
    /// At least one of A–Z.
    pub require_uppercase: bool,
    /// At least one of a–z.
    pub require_lowercase: bool,
    /// Users may change their own password.
    pub allow_users_to_change: bool,
    /// Days until a password expires, 1–1095; `None`: never.
    pub max_age_days: Option<u16>,
    /// How many earlier passwords can't be used again, 1–24; `None`: not checked.
    pub reuse_prevention: Option<u8>,
    /// An expired password can only be set by an administrator.
    pub hard_expiry: bool,
}

/// A field is out of AWS's range.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordPolicyError {
    /// `MinimumPasswordLength` is not 6–128.
    #[error("the minimum length must be between 6 and 128")]
    MinimumLength,
    /// `MaxPasswordAge` is not 1–1095.
    #[error("the maximum age must be between 1 and 1095 days")]
    MaxAge,
    /// `PasswordReusePrevention` is not 1–24.
    #[error("the number of remembered passwords must be between 1 and 24")]
    ReusePrevention,
}

impl PasswordPolicy {
    /// What `UpdateAccountPasswordPolicy` sets when a field is left out.
    pub const fn when_omitted() -> Self {
        Self {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase: false,
            require_lowercase: false,
            allow_users_to_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: false,
        }
    }

    /// Checks the ranges.
    pub fn validated(self) -> Result<Self, PasswordPolicyError> {
        if !(6..=128).contains(&self.minimum_length) {
            return Err(PasswordPolicyError::MinimumLength);
        }
        if self.max_age_days.is_some_and(|days| !(1..=1095).contains(&days)) {
            return Err(PasswordPolicyError::MaxAge);
        }
        if self.reuse_prevention.is_some_and(|count| !(1..=24).contains(&count)) {
            return Err(PasswordPolicyError::ReusePrevention);
        }
        Ok(self)
    }
}
