//! Sessions, by the hash of their token.

use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::session::Session;
use lockwright_model::token::TokenHash;

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO session (token, version, owner, last_seen, expires, body) VALUES ($1, 1, $2, $3, $4, $5)";
    /// A session that is replaced keeps a later `last_seen`, which a touch may have written in between.
    UPDATE = "UPDATE session SET version = version + 1, owner = $3, last_seen = CASE WHEN last_seen > $4 THEN last_seen ELSE $4 END, expires = $5, body = $6 WHERE token = $1 AND version = $2";
    DELETE = "DELETE FROM session WHERE token = $1 AND version = $2";
    EXPECT = "UPDATE session SET version = version WHERE token = $1 AND version = $2";
    ABSENT = "INSERT INTO session (token, version, owner, last_seen, expires, body) VALUES ($1, 0, '', 0, 0, '')";
    TOUCH = "UPDATE session SET last_seen = $2 WHERE token = $1 AND last_seen < $2";
    BY_TOKEN = "SELECT token, version, last_seen, body FROM session WHERE token = $1";
    BY_OWNER = "SELECT token, version, last_seen, body FROM session WHERE owner = $1 ORDER BY last_seen DESC, token LIMIT $2";
    /// The end is asked again outside, because PostgreSQL looks at the outer condition again after waiting for a row.
    PURGE = "DELETE FROM session WHERE token IN (SELECT token FROM session WHERE expires <= $1 ORDER BY expires LIMIT $2) AND expires <= $1";
    CLEAR = "DELETE FROM session";
    COUNT = "SELECT count(*) FROM session";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Session) -> Result<Step, StoreError> {
    let rest = [row.owner.to_string().into(), row.last_seen.into(), row.expires.into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(&row.token), row.version, rest))
}

/// Marks a session as used; a session that is gone is no conflict.
pub(crate) fn touch(token: &TokenHash, at: Timestamp) -> Step {
    let mut values = key(token);
    values.push(at.into());
    Step { statement: &TOUCH, values, must: Must::Anything }
}

/// The values that name a row.
pub(crate) fn key(token: &TokenHash) -> Vec<Value> {
    vec![Value::Blob(token.as_bytes().to_vec())]
}

/// Reads `token, version, last_seen, body`.
pub(crate) fn read(row: Row) -> Result<Session, StoreError> {
    let mut row = row.of("session");
    let token = TokenHash::from_bytes(row.bytes32("token")?);
    let version = Version(row.int("version")?);
    let last_seen = Timestamp::from_micros(row.int("last_seen")?);
    let session = Session { version, last_seen, ..row.body()? };
    row.same(session.token == token)?;
    Ok(session)
}
