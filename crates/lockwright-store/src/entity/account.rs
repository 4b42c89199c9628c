//! Accounts with their root user.

use lockwright_model::account::Account;
use lockwright_model::change::Version;
use lockwright_model::id::AccountId;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO account (account_id, version, root_email_key, alias, body) VALUES ($1, 1, $2, $3, $4)";
    UPDATE = "UPDATE account SET version = version + 1, root_email_key = $3, alias = $4, body = $5 WHERE account_id = $1 AND version = $2";
    DELETE = "DELETE FROM account WHERE account_id = $1 AND version = $2";
    EXPECT = "UPDATE account SET version = version WHERE account_id = $1 AND version = $2";
    ABSENT = "INSERT INTO account (account_id, version, root_email_key, body) VALUES ($1, 0, '', '')";
    BY_ID = "SELECT account_id, version, body FROM account WHERE account_id = $1";
    PAGE = "SELECT account_id, version, body FROM account WHERE account_id > $1 ORDER BY account_id LIMIT $2";
    COUNT = "SELECT count(*) FROM account";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Account) -> Result<Step, StoreError> {
    let rest = [row.root.email.key().into(), row.alias.as_ref().map(|alias| alias.as_str().to_owned()).into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(row.id), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(id: AccountId) -> Vec<Value> {
    vec![id.to_string().into()]
}

/// Reads `account_id, version, body`.
pub(crate) fn read(row: Row) -> Result<Account, StoreError> {
    let mut row = row.of("account");
    let id = row.key("account_id")?;
    let version = Version(row.int("version")?);
    let account = Account { version, ..row.body()? };
    row.same(account.id.to_string() == id)?;
    Ok(account)
}
