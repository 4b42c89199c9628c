//! The connections that read, beside the writer and beside each other.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{blocking, connection};
use crate::error::StoreError;
use crate::statement::{Row, Statement, Value};

/// Connections for lists, which may read much of the disk.
const LISTS: usize = 2;

/// Two sets of connections, so that a long list never holds up a session's look-up.
#[derive(Debug)]
pub(super) struct Readers {
    rows: Pool,
    lists: Arc<Pool>,
}

/// A few connections, each used by one question at a time.
#[derive(Debug)]
struct Pool {
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Pool {
    fn open(path: &Path, count: usize) -> Result<Self, StoreError> {
        let idle = (0..count).map(|_| connection::reading(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Mutex::new(idle), turns: Arc::new(Semaphore::new(count)) })
    }

    /// Asks a question on this thread; the caller has a turn, so a connection is idle.
    fn query(&self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Closed)?;
        let rows = connection::query(&connection, statement, values);
        if !self.turns.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        rows
    }

    fn close(&self) {
        self.turns.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Readers {
    /// Opens as many connections as can read at the same time.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let count = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        Ok(Self { rows: Pool::open(path, count)?, lists: Arc::new(Pool::open(path, LISTS)?) })
    }

    /// Runs a statement that finds at most one row, by its key.
    ///
    /// It runs on the caller's thread: such a row is a few pages away, most often in memory, and handing the question to another
    /// thread and back costs ten times as much as the answer. In WAL mode no reader waits for the writer.
    pub(super) async fn row(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let _turn = self.rows.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        self.rows.query(statement, &values)
    }

    /// Runs a statement that may read much, where waiting for a disk holds up nobody else.
    pub(super) async fn query(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let turn = self.lists.turns.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let pool = Arc::clone(&self.lists);
        blocking(move || {
            let rows = pool.query(statement, &values);
            drop(turn);
            rows
        })
        .await
    }

    /// Closes the connections; a question under way ends first.
    pub(super) fn close(&self) {
        self.rows.close();
        self.lists.close();
    }
}
