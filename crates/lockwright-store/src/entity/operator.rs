//! Operators of the installation.

use lockwright_model::change::Version;
use lockwright_model::id::OperatorId;
use lockwright_model::operator::Operator;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO operator (operator_id, version, email_key, body) VALUES ($1, 1, $2, $3)";
    UPDATE = "UPDATE operator SET version = version + 1, email_key = $3, body = $4 WHERE operator_id = $1 AND version = $2";
    DELETE = "DELETE FROM operator WHERE operator_id = $1 AND version = $2";
    EXPECT = "UPDATE operator SET version = version WHERE operator_id = $1 AND version = $2";
    ABSENT = "INSERT INTO operator (operator_id, version, email_key, body) VALUES ($1, 0, '', '')";
    BY_ID = "SELECT operator_id, version, body FROM operator WHERE operator_id = $1";
    PAGE = "SELECT operator_id, version, body FROM operator WHERE operator_id > $1 ORDER BY operator_id LIMIT $2";
    COUNT = "SELECT count(*) FROM operator";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Operator) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, [row.email.key().into(), Value::body(row)?]))
}

/// The values that name a row.
pub(crate) fn key(id: &OperatorId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `operator_id, version, body`.
pub(crate) fn read(row: Row) -> Result<Operator, StoreError> {
    let mut row = row.of("operator");
    let id = row.key("operator_id")?;
    let version = Version(row.int("version")?);
    let operator = Operator { version, ..row.body()? };
    row.same(operator.id.as_str() == id)?;
    Ok(operator)
}
