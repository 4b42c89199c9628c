//! The two engines behind one shape.

use crate::batch::Batch;
use crate::error::{CommitError, StoreError};
use crate::statement::{Row, Statement, Value};
use crate::{postgres, sqlite};

/// An engine.
#[derive(Debug)]
pub(crate) enum Backend {
    /// Embedded.
    Sqlite(sqlite::Engine),
    /// A server.
    Postgres(postgres::Engine),
}

impl Backend {
    /// Runs a statement that reads.
    pub(crate) async fn query(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.query(statement, values).await,
            Self::Postgres(engine) => engine.query(statement, values).await,
        }
    }

    /// Runs a statement that finds at most one row, by its key.
    pub(crate) async fn row(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        let rows = match self {
            Self::Sqlite(engine) => engine.row(statement, values).await?,
            Self::Postgres(engine) => engine.query(statement, values).await?,
        };
        Ok(rows.into_iter().next())
    }

    /// Commits a batch, and returns the number of rows that its statements wrote.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<u64, CommitError> {
        match self {
            Self::Sqlite(engine) => engine.commit(batch).await,
            Self::Postgres(engine) => engine.commit(batch).await,
        }
    }
}
