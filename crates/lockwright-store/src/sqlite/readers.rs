//! The connections that read, beside the writer and beside each other.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{blocking, connection};
use crate::error::StoreError;
use crate::statement::{Row, Statement, Value};

/// A few connections, each used by one question at a time.
#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    /// Opens as many connections as can read at the same time.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let count = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let idle = (0..count).map(|_| connection::reading(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Arc::new(Pool { idle: Mutex::new(idle), turns: Arc::new(Semaphore::new(count)) })))
    }

    /// Runs a statement that reads.
    pub(super) async fn query(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let turn = self.0.turns.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let pool = Arc::clone(&self.0);
        blocking(move || {
            let connection = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Closed)?;
            let rows = connection::query(&connection, statement, &values);
            if !pool.turns.is_closed() {
                pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            drop(turn);
            rows
        })
        .await
    }

    /// Closes the connections; a question under way ends first.
    pub(super) fn close(&self) {
        self.0.turns.close();
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
