//! Committing a decision, and deciding again when its ground has moved.

use lockwright_model::change::{ChangeSet, Conflict, Key, Record, Touch};
use lockwright_store::{CommitError, StoreError};

use crate::Lockwright;
use crate::trouble::{NotCommitted, Trouble};

/// How often a decision is made again after `Stale`.
pub(crate) const AGAIN: u8 = 3;

/// What a commit came to.
pub(crate) enum Committed {
    /// It is durable.
    Done,
    /// A row changed since it was read; nothing was written.
    Stale,
}

impl Lockwright {
    /// Commits one decision and drops what it wrote from the cache.
    ///
    /// In a task of its own: the store carries a change out even when the client hangs up, so what it replaced must leave the cache
    /// even then (B31).
    ///
    /// By a clock that went back nothing is committed that could mint or spend a credential (X02): this is the only door to the store.
    pub(crate) async fn commit(&self, mut changes: ChangeSet) -> Result<Committed, NotCommitted> {
        let floor = self.by_the_clock(&mut changes)?;
        let outcome = self.carry_out(changes).await;
        if floor.is_some() && !matches!(outcome, Ok(Committed::Done)) {
            self.clock_floor_missed();
        }
        outcome
    }

    async fn carry_out(&self, changes: ChangeSet) -> Result<Committed, NotCommitted> {
        let mut keys: Vec<_> = changes.puts.iter().map(Record::key).collect();
        keys.extend(changes.deletes.iter().map(|(key, _)| key.clone()));
        let expected: Vec<_> = changes.expect.iter().map(|(key, _)| key.clone()).collect();
        keys.extend(changes.touches.iter().filter_map(|touch| match touch {
            Touch::SessionSeen(token, _) => Some(Key::Session(*token)),
            Touch::KeyUsed(_)
            | Touch::ArticleRated(_)
            | Touch::PrincipalUsed(_)
            | Touch::ReportAsked(_)
            | Touch::ClockSeen(_)
            | Touch::ClockAccepted(_) => None,
        }));
        let mails = changes.puts.iter().any(|record| matches!(record, Record::Job(_)));
        let inner = std::sync::Arc::clone(&self.0);
        let committing = tokio::spawn(async move {
            let outcome = inner.store.commit(changes).await;
            // Whatever the outcome: after an error we can't know whether it was written.
            inner.cache.forget(&keys);
            // What was expected and stood is as it was. Otherwise what this node knows of it is old, and deciding again must not meet it.
            if outcome.is_err() {
                inner.cache.forget(&expected);
            }
            if mails && outcome.is_ok() {
                inner.outbox.notify_one();
            }
            outcome
        });
        match committing.await.unwrap_or(Err(CommitError::Unavailable(StoreError::Closed))) {
            Ok(()) => Ok(Committed::Done),
            Err(CommitError::Conflict(Conflict::Stale)) => Ok(Committed::Stale),
            Err(CommitError::Conflict(Conflict::Taken(key))) => Err(NotCommitted::Taken(key)),
            Err(CommitError::Unavailable(error)) => Err(Trouble::Unavailable(error).into()),
        }
    }
}

/// Loads, decides and commits; on `Stale` loads and decides again, at most [`AGAIN`] times.
///
/// The body loads afresh each time and yields a `Decided`; `?` in it leaves the surrounding function.
/// The whole is a `Result<output, NotCommitted>`.
macro_rules! decide {
    ($lockwright:expr, $body:block) => {{
        let mut again = 0;
        loop {
            let decided = $body;
            match $lockwright.commit(decided.changes).await {
                Ok($crate::commit::Committed::Done) => break Ok(decided.output),
                Ok($crate::commit::Committed::Stale) if again < $crate::commit::AGAIN => again += 1,
                Ok($crate::commit::Committed::Stale) => {
                    break Err($crate::trouble::NotCommitted::Trouble($crate::trouble::Trouble::Contended));
                }
                Err(failure) => break Err(failure),
            }
        }
    }};
}
pub(crate) use decide;
