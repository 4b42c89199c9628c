//! What can go wrong outside the decisions. Logged once, where it becomes an answer.

use std::time::Duration;

use lockwright_model::change::UniqueKey;
use lockwright_store::StoreError;

/// An act was not carried out, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Too much is being hashed at once; ask again after the pause.
    #[error("too many passwords are being checked at once")]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Others changed the same thing each time we tried.
    #[error("the same thing was being changed by others")]
    Contended,
    /// The machine's clock stands so far below the latest moment that was seen.
    #[error("the machine's clock went back by {} seconds: set it right, or run `lockwright clock accept` if it is right now", by.as_secs())]
    ClockBehind {
        /// How far.
        by: Duration,
    },
    /// The store doesn't answer.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[from] StoreError),
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotCommitted {
    /// A unique value is taken.
    #[error("{0:?} is taken")]
    Taken(UniqueKey),
    /// Something outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<NotCommitted> for Trouble {
    /// For decisions that claim nothing: a drawn id that exists already is contention.
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(_) => Self::Contended,
            NotCommitted::Trouble(trouble) => trouble,
        }
    }
}
