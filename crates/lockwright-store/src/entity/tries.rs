//! Counters that defend.

use lockwright_model::change::Version;
use lockwright_model::tries::{Tries, TriesKey};

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO tries (tries_key, version, expires, body) VALUES ($1, 1, $2, $3)";
    UPDATE = "UPDATE tries SET version = version + 1, expires = $3, body = $4 WHERE tries_key = $1 AND version = $2";
    DELETE = "DELETE FROM tries WHERE tries_key = $1 AND version = $2";
    EXPECT = "UPDATE tries SET version = version WHERE tries_key = $1 AND version = $2";
    ABSENT = "INSERT INTO tries (tries_key, version, expires, body) VALUES ($1, 0, 0, '')";
    BY_KEY = "SELECT tries_key, version, body FROM tries WHERE tries_key = $1";
    PURGE = "DELETE FROM tries WHERE tries_key IN (SELECT tries_key FROM tries WHERE expires <= $1 ORDER BY expires LIMIT $2) AND expires <= $1";
    COUNT = "SELECT count(*) FROM tries";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Tries) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(&row.key), row.version, [row.expires.into(), Value::body(row)?]))
}

/// The values that name a row.
pub(crate) fn key(key: &TriesKey) -> Vec<Value> {
    vec![key.as_str().into()]
}

/// Reads `tries_key, version, body`.
pub(crate) fn read(row: Row) -> Result<Tries, StoreError> {
    let mut row = row.of("tries");
    let key = row.key("tries_key")?;
    let version = Version(row.int("version")?);
    let tries = Tries { version, ..row.body()? };
    row.same(tries.key.as_str() == key)?;
    Ok(tries)
}
