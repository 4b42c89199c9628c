//! The schema: one tree of migrations for both engines.

use crate::error::StoreError;
use crate::statement::{Value, statements};

statements! {
    /// The newest migration that was carried out.
    VERSION = "SELECT max(number) FROM schema_migration";
    RECORD = "INSERT INTO schema_migration (number, name) VALUES ($1, $2)";
}

/// Makes the list of migrations when there is none.
pub(crate) const BOOTSTRAP: &str = "CREATE TABLE IF NOT EXISTS schema_migration (\
    number INTEGER NOT NULL, name TEXT NOT NULL, CONSTRAINT schema_migration_pkey PRIMARY KEY (number)) STRICT";

/// What the migrations come to, for reading; a test holds it against them.
pub const RESULT: &str = include_str!("../schema.sql");

/// One step of the schema. Once released it is never edited; a change is a new step.
#[derive(Debug)]
pub struct Migration {
    /// Its number, from 1.
    pub number: i64,
    /// What it is called.
    pub name: &'static str,
    /// Its statements, in SQLite's words.
    pub sql: &'static str,
}

/// All migrations, in order.
pub static MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "first", sql: include_str!("../migrations/0001_first.sql") },
    Migration { number: 2, name: "factors", sql: include_str!("../migrations/0002_factors.sql") },
    Migration { number: 3, name: "clock", sql: include_str!("../migrations/0003_clock.sql") },
    Migration { number: 4, name: "access_keys", sql: include_str!("../migrations/0004_access_keys.sql") },
    Migration { number: 5, name: "resources", sql: include_str!("../migrations/0005_resources.sql") },
    Migration { number: 6, name: "user_credentials", sql: include_str!("../migrations/0006_user_credentials.sql") },
    Migration { number: 7, name: "uses_and_counts", sql: include_str!("../migrations/0007_uses_and_counts.sql") },
    Migration { number: 8, name: "choices", sql: include_str!("../migrations/0008_choices.sql") },
    Migration { number: 9, name: "help", sql: include_str!("../migrations/0009_help.sql") },
];

/// The newest schema that this program knows.
pub fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

/// The same statements in PostgreSQL's words: 64-bit integers, bytes, and text that compares byte by byte as in SQLite.
pub fn for_postgres(sql: &str) -> String {
    sql.replace(" STRICT", "").replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")
}

/// The migrations that a store of schema `found` still needs.
pub(crate) fn missing(found: i64) -> Result<&'static [Migration], StoreError> {
    if found > known() {
        return Err(StoreError::SchemaTooNew { found, known: known() });
    }
    let first = MIGRATIONS.iter().position(|migration| migration.number > found).unwrap_or(MIGRATIONS.len());
    Ok(MIGRATIONS.get(first..).unwrap_or_default())
}

/// What [`RECORD`] binds.
pub(crate) fn record(migration: &Migration) -> Vec<Value> {
    vec![migration.number.into(), migration.name.into()]
}
