//! A signed-in browser.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::identity::Identity;
use crate::token::TokenHash;

/// A session. It is alive while its epoch equals its owner's, and neither limit has passed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Hash of the token in the browser's cookie.
    pub token: TokenHash,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Who is signed in.
    pub owner: Identity,
    /// The owner's epoch at sign-in.
    pub epoch: u64,
    /// When it began.
    pub created: Timestamp,
    /// Last request; written at most once a minute, outside the version.
    #[serde(skip)]
    pub last_seen: Timestamp,
    /// When it ends whatever happens.
    pub expires: Timestamp,
    /// Ends after this many seconds without a request.
    pub idle_seconds: u64,
    /// Where it was made.
    pub source: Source,
    /// What it may do.
    pub scope: SessionScope,
    /// When its owner last showed a second factor, or a passkey; `None`: never in this session.
    #[serde(default)]
    pub second_factor: Option<Timestamp>,
    /// When its owner last proved everything that a sign-in asks for.
    #[serde(default)]
    pub confirmed: Timestamp,
}

impl Session {
    /// How strong the sign-in was: 1 for a password alone, 2 with a second factor or a passkey (NIST SP 800-63B-4 §2).
    pub const fn aal(&self) -> u8 {
        if self.second_factor.is_some() { 2 } else { 1 }
    }
}

/// What a session may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SessionScope {
    /// All that its owner may.
    Full,
    /// Only choose a new password: the present one was set by somebody else, or has expired.
    ChangePassword,
    /// Only enrol an MFA device: one is owed.
    EnrolMfa,
}
