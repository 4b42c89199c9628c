//! How many users an account has, and how many resources of each kind.
//!
//! A creation takes one of the account's places in the same commit, so that two which race can't both take the last one. Those of one
//! account wait for each other here no longer than at the account's own row, which each of them expects.

use lockwright_model::change::{Key, Record, Version};
use lockwright_model::id::AccountId;
use lockwright_model::quota;
use lockwright_model::resource::ResourceKind;

use crate::batch::{Must, Step};
use crate::statement::statements;

statements! {
    TAKE = "INSERT INTO account_count (account_id, kind, used) VALUES ($1, $2, 1) ON CONFLICT (account_id, kind) DO UPDATE SET used = account_count.used + 1 WHERE account_count.used < $3";
    GIVE = "UPDATE account_count SET used = used - 1 WHERE account_id = $1 AND kind = $2 AND used > 0";
}

/// Takes a place for a new row; `None`: its kind has no quota, or it is not new.
pub(crate) fn take(record: &Record) -> Option<Step> {
    let (account, kind, most) = match record {
        Record::User(user) if user.version == Version::NEW => (user.id.account, "user", quota::MOST_USERS),
        Record::Resource(resource) if resource.version() == Version::NEW => of(resource.key().account, resource.key().id.kind()),
        _ => return None,
    };
    let places = i64::try_from(most).unwrap_or(i64::MAX);
    Some(Step { statement: &TAKE, values: vec![account.to_string().into(), kind.into(), places.into()], must: Must::Place(most) })
}

/// Gives the place of a row back that goes.
pub(crate) fn give(key: &Key) -> Option<Step> {
    let (account, kind) = match key {
        Key::User(user) => (user.account, "user"),
        Key::Resource(key) => (key.account, key.id.kind().as_str()),
        _ => return None,
    };
    Some(Step { statement: &GIVE, values: vec![account.to_string().into(), kind.into()], must: Must::Anything })
}

fn of(account: AccountId, kind: ResourceKind) -> (AccountId, &'static str, u64) {
    (account, kind.as_str(), quota::most(kind))
}
