//! Builder IDs.

use lockwright_model::builder::Builder;
use lockwright_model::change::Version;
use lockwright_model::id::BuilderId;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO builder (builder_id, version, email_key, body) VALUES ($1, 1, $2, $3)";
    UPDATE = "UPDATE builder SET version = version + 1, email_key = $3, body = $4 WHERE builder_id = $1 AND version = $2";
    DELETE = "DELETE FROM builder WHERE builder_id = $1 AND version = $2";
    EXPECT = "UPDATE builder SET version = version WHERE builder_id = $1 AND version = $2";
    ABSENT = "INSERT INTO builder (builder_id, version, email_key, body) VALUES ($1, 0, '', '')";
    BY_ID = "SELECT builder_id, version, body FROM builder WHERE builder_id = $1";
    PAGE = "SELECT builder_id, version, body FROM builder WHERE builder_id > $1 ORDER BY builder_id LIMIT $2";
    COUNT = "SELECT count(*) FROM builder";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Builder) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, [row.email.key().into(), Value::body(row)?]))
}

/// The values that name a row.
pub(crate) fn key(id: &BuilderId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `builder_id, version, body`.
pub(crate) fn read(row: Row) -> Result<Builder, StoreError> {
    let mut row = row.of("builder");
    let id = row.key("builder_id")?;
    let version = Version(row.int("version")?);
    let builder = Builder { version, ..row.body()? };
    row.same(builder.id.as_str() == id)?;
    Ok(builder)
}
