//! Decisions: (state, command, moment, entropy) → [`ChangeSet`]. Sync and pure; nothing here can fail for outside reasons.
//!
//! A decision that is refused says why in one small enum of its own; a decision that is made is [`Decided`].
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod access_key;
pub mod account;
pub mod address;
pub mod builder;
pub mod closing;
pub mod confirm;
pub mod contact_phone;
pub mod contacts;
pub mod devices;
pub mod disown;
pub mod email;
pub mod enrolment;
pub mod grant;
pub mod group;
pub mod help;
pub mod identity_provider;
pub mod instance_profile;
pub mod links;
pub mod mfa;
pub mod obstacle;
pub mod operator;
pub mod outbox;
pub mod password;
pub mod permit;
pub mod person;
pub mod policy;
pub mod privacy;
pub mod readiness;
pub mod recovery;
pub mod register;
pub mod resource;
pub mod role;
pub mod server_certificate;
pub mod service_linked;
pub mod session;
pub mod shared;
pub mod signin;
pub mod sts;
pub mod support;
pub mod tag;
pub mod tries;
pub mod user;
pub mod user_credential;
pub mod virtual_device;

use std::time::Duration;

use lockwright_model::change::ChangeSet;
use lockwright_model::clock::Timestamp;

/// A decision: what is to be committed, and what the caller is told once it is.
#[derive(Debug)]
pub struct Decided<T> {
    /// To be committed whole.
    pub changes: ChangeSet,
    /// True only after the commit.
    pub output: T,
}

impl<T> Decided<T> {
    /// Pairs the two.
    pub fn new(changes: ChangeSet, output: T) -> Self {
        Self { changes, output }
    }
}

/// Acts that overlap, and the clocks of several nodes, differ by less.
const SKEW: Duration = Duration::from_secs(60);

/// Whether a moment lies so far ahead that only a clock which ran ahead, and was put right since, can have told it (X02).
pub(crate) fn of_another_clock(moment: Timestamp, now: Timestamp) -> bool {
    moment > now.plus(SKEW)
}
