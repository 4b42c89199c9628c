//! What runs beside requests: forgetting what has ended, telling other nodes what changed, copying the whole.

use std::path::Path;
use std::time::Duration;

use lockwright_model::change::Key;
use lockwright_model::clock::Timestamp;
use lockwright_model::usage as used;

use crate::backend::Backend;
use crate::batch::Batch;
use crate::entity::{case, ceremony, claim, session, support, tries, usage};
use crate::error::{CommitError, StoreError};
use crate::postgres::changes::Mark;
use crate::statement::Statement;
use crate::store::Store;

/// Rows that are removed in one commit, so that a purge never holds up requests for long.
const PURGED_AT_ONCE: u32 = 500;

impl Store {
    /// Removes sessions, ceremonies, cases, counters, kept claims, requests to the operators, marks of last uses and reports whose time is over, and returns how many. A case is kept for 24 hours after its end,
    /// so that a late click gets a truthful page. A session that has only idled out goes when its absolute end is reached.
    pub async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = |kept| Timestamp::from_micros(now.as_micros().saturating_sub(micros(kept)));
        let mut removed = 0;
        for (statement, ended) in [
            (&session::PURGE, now),
            (&ceremony::PURGE, now),
            (&case::PURGE, before(case::KEPT)),
            (&support::PURGE, before(support::KEPT)),
            (&tries::PURGE, now),
            (&claim::PURGE, now),
            (&usage::PURGE, before(used::KEPT)),
            (&usage::PURGE_REPORTS, before(used::REPORT_KEPT)),
        ] {
            removed += self.purge_one(statement, ended).await?;
        }
        if let Backend::Postgres(engine) = &*self.backend {
            engine.forget_changes().await?;
        }
        Ok(removed)
    }

    /// Ends all sessions and ceremonies.
    pub async fn clear_sessions(&self) -> Result<(), StoreError> {
        for statement in [&session::CLEAR, &ceremony::CLEAR] {
            match self.backend.commit(Batch::one(statement, Vec::new())).await {
                Ok(_) => {}
                Err(CommitError::Conflict(_)) => return Err(StoreError::Refused("sessions are being made meanwhile; try again")),
                Err(CommitError::Unavailable(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn purge_one(&self, statement: &'static Statement, ended: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let batch = Batch::one(statement, vec![ended.into(), PURGED_AT_ONCE.into()]);
            let now = match self.backend.commit(batch).await {
                Ok(rows) => rows,
                // On PostgreSQL another node may purge, too: what it removes is its count, the rest comes next time.
                Err(CommitError::Conflict(_)) => return Ok(removed),
                Err(CommitError::Unavailable(error)) => return Err(error),
            };
            removed += now;
            if now < u64::from(PURGED_AT_ONCE) {
                return Ok(removed);
            }
        }
    }

    /// The rows that were written since a mark, by this or another node, and the mark to ask with next.
    ///
    /// The window overlaps by 30 seconds of the database's clock, since a commit becomes visible a little after its time: a key
    /// may be told twice, but none is missed. [`StoreError::MarkTooOld`] says that the caller has slept for too long.
    ///
    /// SQLite has one process and keeps no list: there are never any keys, and the caller invalidates in line.
    pub async fn changes_since(&self, mark: Mark) -> Result<(Vec<Key>, Mark), StoreError> {
        match &*self.backend {
            Backend::Sqlite(_) => Ok((Vec::new(), mark)),
            Backend::Postgres(engine) => engine.changes_since(mark).await,
        }
    }

    /// Copies the whole store, as it is at this moment, into a new file of mode 0600 that is flushed to disk. Readers and the
    /// writer go on meanwhile. With PostgreSQL the server's own `pg_dump` is the tool.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        match &*self.backend {
            Backend::Sqlite(engine) => engine.backup(to).await,
            Backend::Postgres(_) => Err(StoreError::Refused("a PostgreSQL store is backed up with pg_dump or the server's own means")),
        }
    }
}

/// A span as the store keeps times.
pub(crate) fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
