//! Links from what is held to who holds it.

use lockwright_model::change::Version;
use lockwright_model::resource::{Holder, Link, LinkKey};

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO iam_link (account_id, target, link, holder, kind, resource_id) VALUES ($1, $2, $3, $4, $5, $6)";
    DELETE = "DELETE FROM iam_link WHERE account_id = $1 AND target = $2 AND link = $3 AND holder = $4";
    EXPECT = "UPDATE iam_link SET holder = holder WHERE account_id = $1 AND target = $2 AND link = $3 AND holder = $4";
    ABSENT = "INSERT INTO iam_link (account_id, target, link, holder) VALUES ($1, $2, $3, $4)";
    HOLDERS = "SELECT holder FROM iam_link WHERE account_id = $1 AND target = $2 AND link = $3 AND holder > $4 ORDER BY holder LIMIT $5";
    /// Targets of one kind of link, each once.
    TARGETS = "SELECT DISTINCT target FROM iam_link WHERE account_id = $1 AND link = $2 AND target > $3 ORDER BY target LIMIT $4";
    COUNT = "SELECT count(*) FROM iam_link WHERE account_id = $1 AND target = $2 AND link = $3";
}

/// Inserts; a link is never replaced.
pub(crate) fn put(row: &Link) -> Step {
    let mut values = key(&row.key);
    values.push(row.to.as_ref().map(|to| to.kind().as_str().to_owned()).into());
    values.push(row.to.as_ref().map(|to| to.as_str().to_owned()).into());
    Step { statement: &INSERT, values, must: Must::Insert }
}

/// Removes.
pub(crate) fn delete(link: &LinkKey) -> Step {
    Step { statement: &DELETE, values: key(link), must: Must::OneRow }
}

/// Expects a link to stand, or with [`Version::NEW`] to be absent.
pub(crate) fn expect(link: &LinkKey, version: Version) -> Vec<Step> {
    if version == Version::NEW {
        vec![Step { statement: &ABSENT, values: key(link), must: Must::Free }, delete(link)]
    } else {
        vec![Step { statement: &EXPECT, values: key(link), must: Must::OneRow }]
    }
}

/// The values that name a row.
pub(crate) fn key(key: &LinkKey) -> Vec<Value> {
    vec![key.account.to_string().into(), key.target.as_str().into(), key.kind.as_str().into(), key.holder.to_string().into()]
}

/// Reads `holder`.
pub(crate) fn read(row: Row) -> Result<Holder, StoreError> {
    let mut row = row.of("iam_link");
    let holder = row.text("holder")?;
    Holder::parse(&holder).ok_or_else(|| row.corrupt("holder"))
}

/// Reads `target`.
pub(crate) fn read_target(row: Row) -> Result<String, StoreError> {
    row.of("iam_link").text("target")
}
