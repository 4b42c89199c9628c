//! What can go wrong between a caller and the stored rows; no message carries a secret, an address or a row's content.

use std::fmt;
use std::path::PathBuf;

use lockwright_model::change::Conflict;

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine or the machine failed; trying again later may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// A stored row can't be read.
    #[error("table {table}, row {row:?}: {column} can't be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key; empty when the key itself can't be read or would show an address.
        row: String,
    },
    /// A newer Lockwright wrote this store.
    #[error("the store has schema {found}, and this program knows schemas up to {known}: use the newer program that wrote it")]
    SchemaTooNew {
        /// The schema of the store.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// Another process holds this data file.
    #[error("another process holds this store: is the server running?")]
    Locked,
    /// [`crate::Store::close`] was called.
    #[error("the store is closed")]
    Closed,
    /// A file stands where a new one should be written.
    #[error("{} exists already and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// A file is not a backup that can be restored.
    #[error("this is not a whole backup of Lockwright: {0}")]
    BadBackup(&'static str),
    /// More than [`crate::Mark`] can cover has happened since: drop the whole cache and begin with [`crate::Mark::START`].
    #[error("the changes since this mark are no longer kept")]
    MarkTooOld,
    /// What was asked can't be done with this engine or setting.
    #[error("{0}")]
    Refused(&'static str),
}

/// Why a [`lockwright_model::change::ChangeSet`] was not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The rows are not as the decision assumed; nothing was written.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The engine failed. Nothing was written, unless PostgreSQL's connection broke during `COMMIT`, when nobody can know.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// An engine's or the system's own words, without values of rows.
#[derive(Debug)]
pub struct Cause(String);

impl Cause {
    /// Keeps the words of an error and of what caused it.
    pub(crate) fn new(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let words = cause.to_string();
            if !text.contains(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            next = cause.source();
        }
        Self(text)
    }

    /// A cause in our own words.
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable(Cause::new(&error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // The message of a prepare error would repeat the statement, which holds no values; nothing else holds any either.
        Self::Unavailable(Cause::new(&error))
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        // `DETAIL` may show a row's values: only the code and the message are kept.
        Self::Unavailable(match error.as_db_error() {
            Some(db) => Cause(format!("{} {}", db.code().code(), db.message())),
            None => Cause::new(&error),
        })
    }
}
