//! One connection: how it is set up, and how it runs a statement.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, TransactionBehavior};

use crate::error::StoreError;
use crate::schema;
use crate::statement::{Row, Statement, Value};

/// Marks the file as Lockwright's (`file` and other tools show it): "LKWR".
const APPLICATION_ID: i32 = 0x4c4b_5752;
/// How long a statement waits for an outside tool, such as the `sqlite3` shell, that holds the file.
const BUSY_MILLISECONDS: u32 = 5_000;
/// How much of the file the writer keeps in memory, in KiB.
const CACHE_KIB: u32 = 8 * 1024;
/// After how many pages the log is written back. A page that many commits change is written back once: with keys that fall all
/// over the file, as hashes do, the default of 1000 pages would write back as much as it logs.
const CHECKPOINT_PAGES: u32 = 8_000;
/// More than all our statements.
const PREPARED: usize = 256;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn flags(access: OpenFlags) -> OpenFlags {
    // No URI: a path is a path, whatever signs it has. No mutex: a connection belongs to one thread at a time.
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Opens the one connection that writes.
pub(super) fn writing(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
    set_up(&connection)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(&format!("PRAGMA synchronous = FULL; PRAGMA cache_size = -{CACHE_KIB}"))?;
    connection.query_row(&format!("PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}"), [], |_| Ok(()))?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn reading(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
    set_up(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

/// Opens a private database in memory.
pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    set_up(&connection)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> Result<(), StoreError> {
    connection
        .execute_batch(&format!("PRAGMA busy_timeout = {BUSY_MILLISECONDS}; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF"))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(())
}

/// The schema of a database; 0 when it has none.
pub(super) fn schema_version(connection: &Connection) -> Result<i64, StoreError> {
    let found: Option<i64> = connection.query_row(schema::VERSION.sqlite, [], |row| row.get(0))?;
    Ok(found.unwrap_or(0))
}

/// Brings the schema up to date, all or nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(schema::BOOTSTRAP)?;
    for migration in schema::missing(schema_version(&transaction)?)? {
        transaction.execute_batch(migration.sql)?;
        execute(&transaction, &schema::RECORD, &schema::record(migration))?;
        transaction.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))?;
    }
    transaction.commit()?;
    Ok(())
}

/// What SQLite itself finds wrong with a database; at most 100 lines.
pub(super) fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Runs a statement that writes, and returns how many rows it wrote.
pub(super) fn execute(connection: &Connection, statement: &Statement, values: &[Value]) -> rusqlite::Result<usize> {
    connection.prepare_cached(statement.sqlite)?.execute(rusqlite::params_from_iter(values))
}

/// Runs a statement that reads.
pub(super) fn query(connection: &Connection, statement: &Statement, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let mut prepared = connection.prepare_cached(statement.sqlite)?;
    let columns = prepared.column_count();
    let mut found = prepared.query(rusqlite::params_from_iter(values))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::with_capacity(columns);
        for column in 0..columns {
            cells.push(match row.get_ref(column)? {
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                ValueRef::Null | ValueRef::Real(_) => Value::Null,
            });
        }
        rows.push(Row::new(cells));
    }
    Ok(rows)
}
