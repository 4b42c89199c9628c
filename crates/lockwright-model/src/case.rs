//! A case: one registration, one recovery, or one address to confirm, from the first question to its end.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::email::EmailAddress;
use crate::id::CaseId;
use crate::identity::Identity;
use crate::name::PersonName;
use crate::secret::CodeHash;
use crate::token::TokenHash;

/// A case. A decoy (no subject) has the same shape, lives as long, and can never be proven.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Its id; names it, opens nothing.
    pub id: CaseId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// What it is for.
    pub purpose: Purpose,
    /// The browser that may go on with it; replaced when the case is proven, so that a cookie planted before is worthless (A26).
    pub holder: TokenHash,
    /// When it was opened.
    pub created: Timestamp,
    /// When it ends if nothing more happens.
    pub expires: Timestamp,
    /// Who opened it.
    pub source: Source,
    /// How far it is.
    pub state: CaseState,
}

/// What a case is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// A forgotten password; the ticket is mailed to `address`.
    Recover {
        /// Which page family it runs on.
        kind: IdentityKind,
        /// Whose password; `None`: a decoy.
        subject: Option<Identity>,
        /// Where the ticket goes; `None`: nowhere.
        address: Option<EmailAddress>,
    },
    /// A set-password link handed over by an administrator or the host.
    SetPassword {
        /// Whose password.
        subject: Identity,
        /// The subject's epoch when it was handed over: what ends the sessions ends the link too, and so does a newer link.
        epoch: u64,
    },
    /// A new account; nothing exists until the code was entered.
    RegisterAccount {
        /// The address to verify; it becomes the root user's.
        address: EmailAddress,
    },
    /// A new builder ID.
    RegisterBuilder {
        /// The address to verify.
        address: EmailAddress,
        /// The person's name.
        name: PersonName,
    },
    /// An IAM user confirms an own address.
    ConfirmAddress {
        /// The user.
        subject: Identity,
        /// The address.
        address: EmailAddress,
    },
}

/// The three kinds of sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityKind {
    /// The root user of an account.
    Root,
    /// An IAM user.
    Iam,
    /// A builder ID.
    Builder,
}

/// How far a case is. Transitions consume it (`lockwright-core`); a closed or completed case never reopens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CaseState {
    /// Waiting for proof of the mailbox.
    Open {
        /// The ticket that counts; a resend replaces it.
        ticket: Option<Ticket>,
        /// Wrong codes so far; a fresh code does not reset it (NIST SP 800-63B-4 §3.1.3.2).
        wrong: u8,
        /// Tickets sent or being sent.
        sends: u8,
    },
    /// Proof was given; the holder may finish until the case expires.
    Proven {
        /// When.
        at: Timestamp,
    },
    /// Done.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// Ended without effect.
    Closed {
        /// When.
        at: Timestamp,
        /// Why.
        why: Closure,
    },
}

/// Why a case ended without effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Closure {
    /// Too many wrong codes.
    TooManyTries,
    /// The person began anew or the administrator withdrew it.
    Cancelled,
}

/// What was mailed or handed over, as kept: hashes only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Hash of the link's token.
    pub link: TokenHash,
    /// Keyed hash of the typed code; `None` for a handed link.
    pub code: Option<CodeHash>,
    /// When it stops working.
    pub expires: Timestamp,
}
