//! The password of an identity, with what policy needs to know about it.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::secret::PasswordHash;

/// A password as kept. Every change is a new value with a later [`Credential::changed`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// The hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub changed: Timestamp,
    /// Set by somebody else: the owner must choose an own one at the next sign-in.
    pub must_change: bool,
    /// Switched off after 100 consecutive failures until a recovery (NIST SP 800-63B-4 §3.2.2).
    pub disabled: bool,
    /// Earlier hashes, newest first, at most 24, for `PasswordReusePrevention`.
    pub previous: Vec<PasswordHash>,
}

impl Credential {
    /// The most earlier hashes that are kept (AWS's upper bound of `PasswordReusePrevention`).
    pub const MAX_PREVIOUS: usize = 24;

    /// A first password.
    pub fn first(hash: PasswordHash, now: Timestamp) -> Self {
        Self { hash, changed: now, must_change: false, disabled: false, previous: Vec::new() }
    }

    /// The credential that replaces `old`, which joins the earlier ones.
    pub fn replacing(old: Option<&Self>, hash: PasswordHash, now: Timestamp) -> Self {
        let mut next = Self::first(hash, now);
        if let Some(old) = old {
            next.previous = std::iter::once(&old.hash).chain(&old.previous).take(Self::MAX_PREVIOUS).cloned().collect();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_p06_n_p07_v6_4_2_a_password_is_kept_without_hint_or_question() {
        let credential = Credential::first(PasswordHash::from_phc("hash"), Timestamp::from_micros(0));
        let stored = serde_json::to_value(credential).unwrap();
        let fields: Vec<&str> = stored.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["changed", "disabled", "hash", "must_change", "previous"]);
    }
}
