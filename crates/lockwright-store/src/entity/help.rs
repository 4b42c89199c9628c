//! Requests for an administrator's help.

use lockwright_model::change::Version;
use lockwright_model::help::{HelpRequest, HelpState};
use lockwright_model::id::{AccountId, HelpId};

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO help_request (account_id, help_id, version, user_id, created, is_open, body) VALUES ($1, $2, 1, $3, $4, $5, $6)";
    UPDATE = "UPDATE help_request SET version = version + 1, user_id = $4, created = $5, is_open = $6, body = $7 WHERE account_id = $1 AND help_id = $2 AND version = $3";
    DELETE = "DELETE FROM help_request WHERE account_id = $1 AND help_id = $2 AND version = $3";
    EXPECT = "UPDATE help_request SET version = version WHERE account_id = $1 AND help_id = $2 AND version = $3";
    ABSENT = "INSERT INTO help_request (account_id, help_id, version, user_id, created, is_open, body) VALUES ($1, $2, 0, '', 0, 0, '')";
    BY_ID = "SELECT help_id, version, body FROM help_request WHERE account_id = $1 AND help_id = $2";
    NEWEST = "SELECT help_id, version, body FROM help_request WHERE account_id = $1 ORDER BY created DESC, help_id DESC LIMIT $2";
    OPEN_OF = "SELECT help_id, version, body FROM help_request WHERE account_id = $1 AND user_id = $2 AND is_open = 1 ORDER BY created DESC, help_id DESC LIMIT 1";
    COUNT = "SELECT count(*) FROM help_request";
}

/// Inserts or replaces.
pub(crate) fn put(row: &HelpRequest) -> Result<Step, StoreError> {
    let open = matches!(row.state, HelpState::Open);
    let rest = [row.user.user.as_str().into(), row.created.into(), open.into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(row.user.account, &row.id), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(account: AccountId, id: &HelpId) -> Vec<Value> {
    vec![account.to_string().into(), id.as_str().into()]
}

/// Reads `help_id, version, body`.
pub(crate) fn read(row: Row) -> Result<HelpRequest, StoreError> {
    let mut row = row.of("help_request");
    let id = row.key("help_id")?;
    let version = Version(row.int("version")?);
    let help = HelpRequest { version, ..row.body()? };
    row.same(help.id.as_str() == id)?;
    Ok(help)
}
