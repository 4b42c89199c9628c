//! A copy of the whole database in a new file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::files;
use crate::error::StoreError;

/// Copies a database as it is at this moment into the new file `to`, which appears whole or not at all; `finish` may change the
/// copy before it gets its name.
///
/// All pages are copied in one step under one read transaction: in WAL mode the writer goes on meanwhile, and the copy never has
/// to begin anew because of it.
pub(super) fn copy(from: &Connection, to: &Path, finish: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<(), StoreError> {
    if to.try_exists()? {
        return Err(StoreError::Exists(to.to_owned()));
    }
    let unfinished = files::beside(to, ".unfinished");
    files::create(&unfinished)?;
    let made = fill(from, &unfinished, finish).and_then(|()| files::publish(&unfinished, to));
    if made.is_err() {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(files::beside(&unfinished, suffix));
        }
    }
    made
}

fn fill(from: &Connection, to: &Path, finish: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    Backup::new(from, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    // One file, without companions.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    finish(&copy)?;
    copy.close().map_err(|(_, error)| error.into())
}
