//! A ceremony: what stands between two requests and is not a session, such as a second factor still owed or a WebAuthn challenge.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::id::{CaseId, DeviceId};
use crate::identity::Identity;
use crate::name::DeviceName;
use crate::secret::Sealed;
use crate::token::TokenHash;

/// How long a ceremony may take (NIST SP 800-63B-4 §3.1.3.2 bounds out-of-band authentication at 10 minutes).
pub const CEREMONY_LIFE: Duration = Duration::from_secs(600);

/// A ceremony. It is spent by deleting its row at the version read, so that it works once (B25).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ceremony {
    /// Hash of the token in the browser's cookie.
    pub token: TokenHash,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// The session it belongs to; `None`: nobody is signed in.
    pub session: Option<TokenHash>,
    /// When it began.
    pub created: Timestamp,
    /// When it ends if nothing more happens.
    pub expires: Timestamp,
    /// Where it began.
    pub source: Source,
    /// What it is for.
    pub purpose: CeremonyPurpose,
}

/// What a ceremony is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CeremonyPurpose {
    /// The password was right, a second factor is owed.
    SecondFactor {
        /// Who signs in.
        owner: Identity,
        /// The owner's epoch when the password was right: what ends the sessions ends this too.
        epoch: u64,
        /// The challenge to the owner's passkeys, as the service wrote it; drawn anew after each wrong answer.
        challenge: Option<String>,
        /// Wrong answers so far.
        wrong: u8,
    },
    /// A TOTP device is being enrolled.
    EnrolTotp {
        /// Whose.
        owner: Identity,
        /// The id that it will have: its seed is sealed for it.
        device: DeviceId,
        /// Its name.
        name: DeviceName,
        /// Its seed, sealed.
        seed: Sealed,
    },
    /// A passkey is being enrolled.
    EnrolPasskey {
        /// Whose.
        owner: Identity,
        /// Its name.
        name: DeviceName,
        /// The challenge, as `lockwright-authn` wrote it.
        challenge: String,
    },
    /// A passkey is asked for as a proof of a recovery.
    Case {
        /// The case.
        case: CaseId,
        /// The challenge, as `lockwright-authn` wrote it.
        challenge: String,
    },
}
