//! The store as its callers see it: opened once, cloned freely, closed at the end.

use std::path::PathBuf;
use std::sync::Arc;

use lockwright_model::change::ChangeSet;
use lockwright_model::secret::Secret;

use crate::backend::Backend;
use crate::batch::Batch;
use crate::error::{CommitError, StoreError};
use crate::postgres;
use crate::sqlite;

/// Where the rows are.
#[derive(Clone, Debug)]
pub enum Location {
    /// A data file of this machine, held by one process at a time. The folder must exist; its mode is the caller's.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A private SQLite in memory, for tests; gone when the store is.
    Memory,
    /// A PostgreSQL server, or one that speaks its protocol.
    Postgres {
        /// `postgres://…`, with the password.
        url: Secret,
    },
}

/// The stored rows. Cloning is cheap; the last clone to go releases the file or the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) backend: Arc<Backend>,
}

impl Store {
    /// Opens the store and brings its schema up to date.
    ///
    /// A SQLite file and its companions are made with mode 0600 under any umask, and [`StoreError::Locked`] is returned at once
    /// when another process holds it. A schema newer than this program is refused.
    pub async fn open(location: Location) -> Result<Self, StoreError> {
        let backend = match location {
            Location::Sqlite { path } => Backend::Sqlite(sqlite::Engine::open(path).await?),
            Location::Memory => Backend::Sqlite(sqlite::Engine::memory().await?),
            Location::Postgres { url } => Backend::Postgres(postgres::Engine::open(&url).await?),
        };
        Ok(Self { backend: Arc::new(backend) })
    }

    /// Commits all of a change set, or nothing of it. When this returns `Ok`, the change is on disk.
    ///
    /// The change is carried out even when the caller stops waiting for it.
    pub async fn commit(&self, changes: ChangeSet) -> Result<(), CommitError> {
        let batch = Batch::new(&changes)?;
        if batch.steps.is_empty() {
            return Ok(());
        }
        self.backend.commit(batch).await.map(|_| ())
    }

    /// Waits for what was handed over, writes the log back into the data file, and lets go of file and lock. Every later call on
    /// another clone answers [`StoreError::Closed`].
    pub async fn close(self) {
        match &*self.backend {
            Backend::Sqlite(engine) => engine.close().await,
            Backend::Postgres(engine) => engine.close(),
        }
    }

    /// Whether other processes may write to it too. A data file is held by one at a time.
    pub fn is_shared(&self) -> bool {
        matches!(*self.backend, Backend::Postgres(_))
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.backend.query(&crate::check::PING, Vec::new()).await.map(|_| ())
    }
}
