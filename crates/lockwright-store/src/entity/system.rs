//! Other systems whose logins may share credentials with identities of ours.

use lockwright_model::change::Version;
use lockwright_model::id::SystemId;
use lockwright_model::system::LinkedSystem;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO linked_system (system_id, version, body) VALUES ($1, 1, $2)";
    UPDATE = "UPDATE linked_system SET version = version + 1, body = $3 WHERE system_id = $1 AND version = $2";
    DELETE = "DELETE FROM linked_system WHERE system_id = $1 AND version = $2";
    EXPECT = "UPDATE linked_system SET version = version WHERE system_id = $1 AND version = $2";
    ABSENT = "INSERT INTO linked_system (system_id, version, body) VALUES ($1, 0, '')";
    BY_ID = "SELECT system_id, version, body FROM linked_system WHERE system_id = $1";
    PAGE = "SELECT system_id, version, body FROM linked_system WHERE system_id > $1 ORDER BY system_id LIMIT $2";
    COUNT = "SELECT count(*) FROM linked_system";
}

/// Inserts or replaces.
pub(crate) fn put(row: &LinkedSystem) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, [Value::body(row)?]))
}

/// The values that name a row.
pub(crate) fn key(id: &SystemId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `system_id, version, body`.
pub(crate) fn read(row: Row) -> Result<LinkedSystem, StoreError> {
    let mut row = row.of("linked_system");
    let id = row.key("system_id")?;
    let version = Version(row.int("version")?);
    let system = LinkedSystem { version, ..row.body()? };
    row.same(system.id.as_str() == id)?;
    Ok(system)
}
