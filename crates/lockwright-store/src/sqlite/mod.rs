//! The embedded engine: SQLite in WAL mode, one thread that writes, several that read.

mod backup;
mod connection;
mod files;
mod readers;
pub(crate) mod restore;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::batch::Batch;
use crate::error::{Cause, CommitError, StoreError};
use crate::statement::{Row, Statement, Value};
use readers::Readers;
use writer::Writer;

/// The embedded engine.
#[derive(Debug)]
pub(crate) struct Engine {
    // Dropped in this order: the readers let go of the file before the writer, whose thread holds the lock.
    /// `None` in memory, where the one connection also reads.
    readers: Option<Readers>,
    writer: Writer,
    path: Option<PathBuf>,
}

/// Runs work that may wait for a disk where waiting is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(Cause::new(&error)))?
}

impl Engine {
    /// Opens a data file, which nobody else may hold.
    pub(crate) async fn open(path: PathBuf) -> Result<Self, StoreError> {
        blocking(move || {
            let lock = files::lock(&path)?;
            files::prepare(&path)?;
            let mut connection = connection::writing(&path)?;
            connection::migrate(&mut connection)?;
            let readers = Readers::open(&path)?;
            Ok(Self { readers: Some(readers), writer: Writer::start(connection, Some(lock))?, path: Some(path) })
        })
        .await
    }

    /// Opens a private database in memory.
    ///
    /// It has one connection, which the writer's thread also reads with: connections that share one database in memory lock whole
    /// tables against each other and would answer otherwise than a file does.
    pub(crate) async fn memory() -> Result<Self, StoreError> {
        blocking(|| {
            let mut connection = connection::in_memory()?;
            connection::migrate(&mut connection)?;
            Ok(Self { readers: None, writer: Writer::start(connection, None)?, path: None })
        })
        .await
    }

    pub(crate) async fn query(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match &self.readers {
            Some(readers) => readers.query(statement, values).await,
            None => self.on_writer(move |connection| connection::query(connection, statement, &values)).await,
        }
    }

    /// Runs a statement that finds at most one row, by its key.
    pub(crate) async fn row(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match &self.readers {
            Some(readers) => readers.row(statement, values).await,
            None => self.query(statement, values).await,
        }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<u64, CommitError> {
        self.writer.commit(batch).await
    }

    /// Runs work between two transactions of the writer.
    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.writer.call(move |connection| drop(reply.send(work(connection)))).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs long work: beside the writer on a connection of its own, or in memory on the only one.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.path.clone() {
            Some(path) => blocking(move || work(&mut connection::reading(&path)?)).await,
            None => self.on_writer(work).await,
        }
    }

    /// SQLite's own check, and whether every statement can be prepared.
    pub(crate) async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.aside(|connection| {
            let mut problems = connection::integrity(connection)?;
            for statement in crate::entity::statements() {
                if let Err(error) = connection.prepare(statement.sqlite) {
                    problems.push(format!("statement {}: {error}", statement.name));
                }
            }
            Ok(problems)
        })
        .await
    }

    /// Copies the whole store into a new file while it is in use.
    pub(crate) async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let to = to.to_owned();
        self.aside(move |connection| backup::copy(connection, &to, |_| Ok(()))).await
    }

    pub(crate) async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close();
        }
        self.writer.close().await;
    }
}
