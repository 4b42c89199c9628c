//! Claims on values that only one owner may have.

use lockwright_model::change::{Claim, ClaimKey, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::identity::{Identity, UserRef};

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO claim (kind, value, owner, expires) VALUES ($1, $2, $3, $4)";
    DELETE = "DELETE FROM claim WHERE kind = $1 AND value = $2";
    EXPECT = "UPDATE claim SET owner = owner WHERE kind = $1 AND value = $2";
    ABSENT = "INSERT INTO claim (kind, value, owner) VALUES ($1, $2, '')";
    BY_KEY = "SELECT owner, expires FROM claim WHERE kind = $1 AND value = $2";
    /// Values between two, of one kind: `lockwright_model::change::ClaimKey::Address` puts the owner behind the address.
    BETWEEN = "SELECT owner FROM claim WHERE kind = $1 AND value > $2 AND value < $3 ORDER BY value LIMIT $4";
    PURGE = "DELETE FROM claim WHERE (kind, value) IN (SELECT kind, value FROM claim WHERE expires <= $1 ORDER BY expires LIMIT $2) AND expires <= $1";
    COUNT = "SELECT count(*) FROM claim";
}

/// Inserts; a claim is never replaced.
pub(crate) fn put(row: &Claim) -> Step {
    let mut values = key(&row.key);
    values.push(row.owner.to_string().into());
    values.push(row.expires.into());
    Step { statement: &INSERT, values, must: Must::Insert }
}

/// Removes.
pub(crate) fn delete(claim: &ClaimKey) -> Step {
    Step { statement: &DELETE, values: key(claim), must: Must::OneRow }
}

/// Expects a claim to stand, or with [`Version::NEW`] to be free.
pub(crate) fn expect(claim: &ClaimKey, version: Version) -> Vec<Step> {
    if version == Version::NEW {
        vec![Step { statement: &ABSENT, values: key(claim), must: Must::Free }, delete(claim)]
    } else {
        vec![Step { statement: &EXPECT, values: key(claim), must: Must::OneRow }]
    }
}

/// The values that name a row.
pub(crate) fn key(key: &ClaimKey) -> Vec<Value> {
    let (kind, value) = key.parts();
    vec![kind.into(), (*value).into()]
}

/// Reads `owner, expires`.
pub(crate) fn read(key: &ClaimKey, row: Row) -> Result<Claim, StoreError> {
    let mut row = row.of("claim");
    let owner = identity(&row.text("owner")?).ok_or_else(|| row.corrupt("owner"))?;
    let expires = row.optional_int("expires")?.map(Timestamp::from_micros);
    Ok(Claim { key: key.clone(), owner, expires })
}

/// Reads an owner alone.
pub(crate) fn read_owner(row: Row) -> Result<Identity, StoreError> {
    let mut row = row.of("claim");
    identity(&row.text("owner")?).ok_or_else(|| row.corrupt("owner"))
}

/// Reads what [`Identity`]'s `Display` wrote.
pub(crate) fn identity(text: &str) -> Option<Identity> {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        ["root", account] => Some(Identity::Root(account.parse().ok()?)),
        ["user", account, user] => Some(Identity::User(UserRef { account: account.parse().ok()?, user: user.parse().ok()? })),
        ["builder", builder] => Some(Identity::Builder(builder.parse().ok()?)),
        ["operator", operator] => Some(Identity::Operator(operator.parse().ok()?)),
        _ => None,
    }
}
