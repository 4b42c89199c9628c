//! The one row of the installation's switches.

use lockwright_model::change::Version;
use lockwright_model::setting::Settings;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO settings (settings_id, version, body) VALUES ($1, 1, $2)";
    UPDATE = "UPDATE settings SET version = version + 1, body = $3 WHERE settings_id = $1 AND version = $2";
    DELETE = "DELETE FROM settings WHERE settings_id = $1 AND version = $2";
    EXPECT = "UPDATE settings SET version = version WHERE settings_id = $1 AND version = $2";
    ABSENT = "INSERT INTO settings (settings_id, version, body) VALUES ($1, 0, '')";
    GET = "SELECT version, body FROM settings WHERE settings_id = $1";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Settings) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(), row.version, [Value::body(row)?]))
}

/// The values that name the row.
pub(crate) fn key() -> Vec<Value> {
    vec![1_i64.into()]
}

/// Reads `version, body`.
pub(crate) fn read(row: Row) -> Result<Settings, StoreError> {
    let mut row = row.of("settings");
    let version = Version(row.int("version")?);
    Ok(Settings { version, ..row.body()? })
}
