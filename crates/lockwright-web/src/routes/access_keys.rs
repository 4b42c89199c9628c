//! Access keys that a recovery left in question: looked at, kept or switched off.

use axum::extract::Path;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::id::UserId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_service::access_keys::KeyError;
use lockwright_service::core::access_key::Refusal;
use lockwright_service::core::person::Person;

use crate::http::{Admin, Answer, Confirmed, Form, Member, Refused, go};
use crate::page::access_keys::{KeyCard, KeyRow};
use crate::page::words;

/// Somebody's keys for a page that posts to `path`; `None`: there are none.
pub(super) async fn card(member: &Member, owner: &Person, path: String) -> Result<Option<KeyCard>, Refused> {
    if owner.keys().is_empty() {
        return Ok(None);
    }
    let now = member.op.now;
    let seen = member.lockwright().keys_seen(&member.op, owner).await?;
    let rows = seen.keys.into_iter().map(|(key, used)| KeyRow {
        id: key.id.to_string(),
        created: words::day(key.created),
        last_used: used.map(|used| words::ago(now, used.at)),
        active: key.active,
        questioned: key.questioned.map(words::day),
    });
    let of_root = matches!(owner, Person::Root(_));
    Ok(Some(KeyCard { rows: rows.collect(), path, may_change: seen.may_change, of_root }))
}

/// One's own.
pub(super) async fn own(Confirmed(member): Confirmed, Path(key): Path<String>, form: Form) -> Answer {
    act(&member, &member.identity(), &key, &form).await?;
    go("/security?done=saved")
}

/// A user's.
pub(super) async fn of_user(_: Confirmed, admin: Admin, Path((user, key)): Path<(String, String)>, form: Form) -> Answer {
    let user = user.parse::<UserId>().map_err(|_| Refused::not_found())?;
    act(&admin.member, &Identity::User(UserRef { account: admin.account, user: user.clone() }), &key, &form).await?;
    go(format!("/console/users/{user}?done=saved"))
}

async fn act(member: &Member, owner: &Identity, key: &str, form: &Form) -> Result<(), Refused> {
    let key = key.parse::<AccessKeyId>().map_err(|_| Refused::not_found())?;
    let (lockwright, op) = (member.lockwright(), &member.op);
    let outcome = match form.text("act") {
        "keep" => lockwright.keep_access_key(op, owner, &key).await,
        "deactivate" => lockwright.set_access_key_active(op, owner, &key, false).await,
        _ => return Err(Refused::not_found()),
    };
    outcome.map_err(|error| match error {
        KeyError::Trouble(trouble) => trouble.into(),
        KeyError::Refused(Refusal::Frozen(until)) => Refused::frozen(op.now, until),
        KeyError::Denied(_) | KeyError::NoOwner | KeyError::Refused(_) => Refused::not_found(),
    })
}
