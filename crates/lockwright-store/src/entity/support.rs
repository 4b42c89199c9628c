//! Requests to the operators.

use std::time::Duration;

use lockwright_model::change::Version;
use lockwright_model::id::SupportId;
use lockwright_model::support::SupportRequest;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

/// How long what was dealt with is kept: it holds what somebody wrote, and an address.
pub(crate) const KEPT: Duration = Duration::from_secs(90 * 86_400);

statements! {
    INSERT = "INSERT INTO support_request (support_id, version, created, ended, body) VALUES ($1, 1, $2, $3, $4)";
    UPDATE = "UPDATE support_request SET version = version + 1, created = $3, ended = $4, body = $5 WHERE support_id = $1 AND version = $2";
    DELETE = "DELETE FROM support_request WHERE support_id = $1 AND version = $2";
    EXPECT = "UPDATE support_request SET version = version WHERE support_id = $1 AND version = $2";
    ABSENT = "INSERT INTO support_request (support_id, version, created, body) VALUES ($1, 0, 0, '')";
    BY_ID = "SELECT support_id, version, body FROM support_request WHERE support_id = $1";
    OPEN = "SELECT support_id, version, body FROM support_request WHERE ended IS NULL ORDER BY created, support_id LIMIT $1";
    ENDED = "SELECT support_id, version, body FROM support_request WHERE ended IS NOT NULL ORDER BY ended DESC, support_id DESC LIMIT $1";
    COUNT = "SELECT count(*) FROM support_request";
    PURGE = "DELETE FROM support_request WHERE support_id IN (SELECT support_id FROM support_request WHERE ended <= $1 ORDER BY ended LIMIT $2)";
}

/// Inserts or replaces.
pub(crate) fn put(row: &SupportRequest) -> Result<Step, StoreError> {
    let rest = [row.created.into(), row.state.ended().into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(id: &SupportId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `support_id, version, body`.
pub(crate) fn read(row: Row) -> Result<SupportRequest, StoreError> {
    let mut row = row.of("support_request");
    let id = row.key("support_id")?;
    let version = Version(row.int("version")?);
    let request = SupportRequest { version, ..row.body()? };
    row.same(request.id.as_str() == id)?;
    Ok(request)
}
