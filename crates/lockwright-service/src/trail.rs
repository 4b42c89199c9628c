//! Reading the trail.

use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::{AccountId, EventId};
use lockwright_model::identity::Principal;

use crate::Lockwright;
use crate::accounts::AccountError;
use crate::authorize::Aim;

/// Events that are read at a time.
const READ: u32 = 500;
/// Events that one look-up goes through at most.
const LOOKED_AT: u32 = 20_000;
/// The greatest id that an event can have.
const LAST_ID: &str = "ZZZZZZZZZZZZZZZZZZZZZZZZZZ";

/// What a look-up found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The events, the newest first.
    pub events: Vec<AuditEvent>,
    /// Where to go on; `None`: that was all.
    pub next: Option<(Timestamp, EventId)>,
}

impl Lockwright {
    /// Events of an account, newest first, before a mark. `None` is the installation's own trail, for the host alone.
    pub async fn events(
        &self,
        op: &OpContext,
        account: Option<AccountId>,
        before: Option<(Timestamp, EventId)>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, AccountError> {
        match account {
            Some(account) => {
                self.may(op, account, &Aim::account("cloudtrail:LookupEvents")).await??;
            }
            None if op.principal == Principal::Host => {}
            None => return Err(AccountError::Denied),
        }
        Ok(self.store().events(account, before, limit).await?)
    }

    /// Events of an account from a span of time, newest first: `limit` of those that `wanted` picks, and the mark to go on from when there
    /// may be more. So many events are looked at in one call that it ends; then fewer come back, with a mark.
    pub async fn lookup_events(
        &self,
        op: &OpContext,
        account: AccountId,
        span: (Timestamp, Timestamp),
        before: Option<(Timestamp, EventId)>,
        wanted: impl Fn(&AuditEvent) -> bool,
        limit: usize,
    ) -> Result<Found, AccountError> {
        self.may(op, account, &Aim::account("cloudtrail:LookupEvents")).await??;
        let (from, to) = span;
        // The last moment of the span counts, and no id is greater than this.
        let mut mark = before.or_else(|| LAST_ID.parse().ok().map(|last| (to, last)));
        let mut found = Vec::new();
        for _ in 0..LOOKED_AT / READ {
            let events = self.store().events(Some(account), mark.clone(), READ).await?;
            let ended = events.len() < READ as usize;
            for event in events {
                if event.at < from {
                    return Ok(Found { events: found, next: None });
                }
                mark = Some((event.at, event.id.clone()));
                if wanted(&event) {
                    found.push(event);
                    if found.len() == limit {
                        return Ok(Found { events: found, next: mark });
                    }
                }
            }
            if ended {
                return Ok(Found { events: found, next: None });
            }
        }
        Ok(Found { events: found, next: mark })
    }
}
