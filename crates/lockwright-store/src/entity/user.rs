//! IAM users with their login profile.

use lockwright_model::change::Version;
use lockwright_model::identity::UserRef;
use lockwright_model::user::User;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO iam_user (account_id, user_id, version, name_key, email_key, administrator, body) VALUES ($1, $2, 1, $3, $4, $5, $6)";
    UPDATE = "UPDATE iam_user SET version = version + 1, name_key = $4, email_key = $5, administrator = $6, body = $7 WHERE account_id = $1 AND user_id = $2 AND version = $3";
    DELETE = "DELETE FROM iam_user WHERE account_id = $1 AND user_id = $2 AND version = $3";
    EXPECT = "UPDATE iam_user SET version = version WHERE account_id = $1 AND user_id = $2 AND version = $3";
    /// The name begins with a sign that no name has, so that it meets no real one.
    ABSENT = "INSERT INTO iam_user (account_id, user_id, version, name_key, administrator, body) VALUES ($1, $2, 0, '/' || $2, 0, '')";
    BY_ID = "SELECT user_id, account_id, version, body FROM iam_user WHERE account_id = $1 AND user_id = $2";
    BY_NAME = "SELECT user_id, account_id, version, body FROM iam_user WHERE account_id = $1 AND name_key = $2";
    PAGE = "SELECT user_id, account_id, version, body FROM iam_user WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3";
    BY_EMAIL = "SELECT user_id, account_id, version, body FROM iam_user WHERE email_key = $1 ORDER BY account_id, user_id LIMIT $2";
    ADMINISTRATORS = "SELECT user_id, account_id, version, body FROM iam_user WHERE account_id = $1 AND administrator = 1 ORDER BY name_key LIMIT $2";
    /// Goes on after a user id and its account, in this order, because these are the first cells of a row.
    EVERY = "SELECT user_id, account_id, version, body FROM iam_user WHERE (account_id, user_id) > ($2, $1) ORDER BY account_id, user_id LIMIT $3";
    COUNT = "SELECT count(*) FROM iam_user";
    COUNT_IN = "SELECT count(*) FROM iam_user WHERE account_id = $1";
}

/// Inserts or replaces.
pub(crate) fn put(row: &User) -> Result<Step, StoreError> {
    let rest = [row.name.key().into(), row.email.as_ref().map(|email| email.key()).into(), row.administrator.into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(id: &UserRef) -> Vec<Value> {
    vec![id.account.to_string().into(), id.user.as_str().into()]
}

/// Reads `user_id, account_id, version, body`.
pub(crate) fn read(row: Row) -> Result<User, StoreError> {
    let mut row = row.of("iam_user");
    let id = row.key("user_id")?;
    let account = row.text("account_id")?;
    let version = Version(row.int("version")?);
    let user = User { version, ..row.body()? };
    row.same(user.id.user.as_str() == id && user.id.account.to_string() == account)?;
    Ok(user)
}
