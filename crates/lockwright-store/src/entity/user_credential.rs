//! SSH public keys, signing certificates and service-specific credentials: one table, beside the rows of their owners.

use lockwright_model::change::Version;
use lockwright_model::user_credential::{UserCredential, UserCredentialKey};

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO user_credential (account_id, kind, credential_id, version, owner, name_key, body) VALUES ($1, $2, $3, 1, $4, $5, $6)";
    UPDATE = "UPDATE user_credential SET version = version + 1, owner = $5, name_key = $6, body = $7 WHERE account_id = $1 AND kind = $2 AND credential_id = $3 AND version = $4";
    DELETE = "DELETE FROM user_credential WHERE account_id = $1 AND kind = $2 AND credential_id = $3 AND version = $4";
    EXPECT = "UPDATE user_credential SET version = version WHERE account_id = $1 AND kind = $2 AND credential_id = $3 AND version = $4";
    ABSENT = "INSERT INTO user_credential (account_id, kind, credential_id, version, owner, body) VALUES ($1, $2, $3, 0, '', '')";
    BY_ID = "SELECT credential_id, account_id, kind, version, body FROM user_credential WHERE account_id = $1 AND kind = $2 AND credential_id = $3";
    BY_NAME = "SELECT credential_id, account_id, kind, version, body FROM user_credential WHERE account_id = $1 AND kind = $2 AND name_key = $3";
    BY_OWNER = "SELECT credential_id, account_id, kind, version, body FROM user_credential WHERE account_id = $1 AND owner = $2 ORDER BY kind, credential_id";
    PAGE = "SELECT credential_id, account_id, kind, version, body FROM user_credential WHERE account_id = $1 AND kind = $2 AND credential_id > $3 ORDER BY credential_id LIMIT $4";
    /// Goes on after the first cells of a row, in their order.
    EVERY = "SELECT credential_id, account_id, kind, version, body FROM user_credential WHERE (account_id, kind, credential_id) > ($2, $3, $1) ORDER BY account_id, kind, credential_id LIMIT $4";
    COUNT = "SELECT count(*) FROM user_credential";
}

/// Inserts or replaces.
pub(crate) fn put(row: &UserCredential) -> Result<Step, StoreError> {
    let rest = [row.owner.to_string().into(), row.name_key().into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(&row.key()), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(key: &UserCredentialKey) -> Vec<Value> {
    vec![key.account.to_string().into(), key.kind.as_str().into(), key.id.as_str().into()]
}

/// Reads `credential_id, account_id, kind, version, body`.
pub(crate) fn read(row: Row) -> Result<UserCredential, StoreError> {
    let mut row = row.of("user_credential");
    let id = row.key("credential_id")?;
    let account = row.text("account_id")?;
    let kind = row.text("kind")?;
    let version = Version(row.int("version")?);
    let credential = UserCredential { version, ..row.body()? };
    row.same(credential.id.as_str() == id && credential.account.to_string() == account && credential.kind().as_str() == kind)?;
    Ok(credential)
}
