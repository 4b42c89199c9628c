//! What a provider reports: the digits that somebody keyed in during a call.

use std::time::Duration;

use lockwright_authn::signature;
use lockwright_core::tries::Window;
use lockwright_core::{Decided, address, recovery};
use lockwright_model::case::{MessageWay, Purpose};
use lockwright_model::change::Record;
use lockwright_model::id::CaseId;
use lockwright_model::token::Code;
use lockwright_model::tries::TriesKey;
use serde::Deserialize;

use crate::Lockwright;
use crate::commit::decide;
use crate::config::MessageConfig;
use crate::trouble::{NotCommitted, Trouble};

/// How far the provider's clock may be from ours, in seconds.
const SKEW: u64 = 300;
/// A report counts once: as long as its moment is still accepted, it is remembered.
const ONCE: Window = Window { most: 1, span: Duration::from_secs(2 * SKEW) };

/// Why a report is not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyedError {
    /// No webhook is set, or it is not signed with its secret, or not lately.
    #[error("not signed")]
    NotSigned,
    /// The same was reported before.
    #[error("reported before")]
    Repeated,
    /// The call belongs to nothing that waits for digits.
    #[error("gone")]
    Gone,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for KeyedError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for KeyedError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

#[derive(Deserialize)]
struct Reported {
    id: String,
    digits: String,
}

impl Lockwright {
    /// Takes a report: the body, and the two headers with its moment and signature. Whether the digits were right is not answered.
    pub async fn keyed_in(&self, at: &str, signed: &str, body: &[u8]) -> Result<(), KeyedError> {
        let MessageConfig::Webhook { secret, .. } = &self.config().messages else { return Err(KeyedError::NotSigned) };
        let sent: i64 = at.parse().map_err(|_| KeyedError::NotSigned)?;
        if sent.abs_diff(self.now().as_seconds()) > SKEW || !signature::fits(secret, at, body, signed) {
            return Err(KeyedError::NotSigned);
        }
        let reported: Reported = serde_json::from_slice(body).map_err(|_| KeyedError::Gone)?;
        let id: CaseId = reported.id.parse().map_err(|_| KeyedError::Gone)?;
        let code = Code::parse_digits(&reported.digits);
        let once = TriesKey::new("hook", signed);
        let outcome = decide!(self, {
            let now = self.now();
            let seen = self.store().tries(&once).await?;
            ONCE.check(seen.as_ref(), now).map_err(|_| KeyedError::Repeated)?;
            let case = self.store().case(&id).await?.ok_or(KeyedError::Gone)?;
            let keyed = match &case.purpose {
                Purpose::AddAddress { .. } => address::keyed_in(case, code.as_ref(), &self.0.codes, now),
                Purpose::Recover { .. } => {
                    // The newest call is the one that somebody answers.
                    let called = case.gathered.tickets.iter().rev().find(|ticket| ticket.way == MessageWay::Keyed && !ticket.keyed);
                    let channel = called.map(|ticket| ticket.channel.clone()).ok_or(KeyedError::Gone)?;
                    recovery::keyed_in(case, &channel, code.as_ref(), &self.0.codes, now)
                }
                _ => return Err(KeyedError::Gone),
            };
            let mut changes = keyed.map_err(|_| KeyedError::Gone)?;
            changes.put(Record::Tries(ONCE.count(seen, once.clone(), now)));
            Decided::new(changes, ())
        });
        Ok(outcome?)
    }
}
