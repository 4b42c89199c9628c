//! Ceremonies, by the hash of their token.

use lockwright_model::ceremony::Ceremony;
use lockwright_model::change::Version;
use lockwright_model::token::TokenHash;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO ceremony (token, version, expires, body) VALUES ($1, 1, $2, $3)";
    UPDATE = "UPDATE ceremony SET version = version + 1, expires = $3, body = $4 WHERE token = $1 AND version = $2";
    DELETE = "DELETE FROM ceremony WHERE token = $1 AND version = $2";
    EXPECT = "UPDATE ceremony SET version = version WHERE token = $1 AND version = $2";
    ABSENT = "INSERT INTO ceremony (token, version, expires, body) VALUES ($1, 0, 0, '')";
    BY_TOKEN = "SELECT token, version, body FROM ceremony WHERE token = $1";
    PURGE = "DELETE FROM ceremony WHERE token IN (SELECT token FROM ceremony WHERE expires <= $1 ORDER BY expires LIMIT $2) AND expires <= $1";
    CLEAR = "DELETE FROM ceremony";
    COUNT = "SELECT count(*) FROM ceremony";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Ceremony) -> Result<Step, StoreError> {
    Ok(Step::put(&INSERT, &UPDATE, key(&row.token), row.version, [row.expires.into(), Value::body(row)?]))
}

/// The values that name a row.
pub(crate) fn key(token: &TokenHash) -> Vec<Value> {
    vec![Value::Blob(token.as_bytes().to_vec())]
}

/// Reads `token, version, body`.
pub(crate) fn read(row: Row) -> Result<Ceremony, StoreError> {
    let mut row = row.of("ceremony");
    let token = TokenHash::from_bytes(row.bytes32("token")?);
    let version = Version(row.int("version")?);
    let ceremony = Ceremony { version, ..row.body()? };
    row.same(ceremony.token == token)?;
    Ok(ceremony)
}
