//! Access keys: one's own, looked at after a recovery; a user's, made, switched off and on, and deleted.

use axum::extract::Path;
use lockwright_model::access_key::{AccessKeyId, MOST_ACCESS_KEYS};
use lockwright_model::context::OpContext;
use lockwright_model::id::UserId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_service::access_keys::KeyError;
use lockwright_service::core::access_key::Refusal;
use lockwright_service::core::person::Person;

use super::console_users::{again, user_of};
use super::resources::not_let;
use crate::http::{Admin, Answer, Confirmed, Form, Member, Refused, go};
use crate::page::access_keys::{AccessKeySecret, KeyCard, KeyRow};
use crate::page::{FieldErrors, words};

/// Somebody's keys for a page that posts to `path`, and makes further ones where policies let; `None`: there are none.
pub(super) async fn card(member: &Member, owner: &Person, path: String, makes: bool) -> Result<Option<KeyCard>, Refused> {
    if owner.keys().is_empty() && !makes {
        return Ok(None);
    }
    let now = member.op.now;
    let seen = member.lockwright().keys_seen(&member.op, owner).await?;
    let may_create = seen.may_create && makes;
    if seen.keys.is_empty() && !may_create {
        return Ok(None);
    }
    let rows = seen.keys.into_iter().map(|(key, used)| KeyRow {
        id: key.id.to_string(),
        created: words::day(key.created),
        last_used: used.map(|used| words::ago(now, used.at)),
        active: key.active,
        questioned: key.questioned.map(words::day),
    });
    let of_root = matches!(owner, Person::Root(_));
    Ok(Some(KeyCard { rows: rows.collect(), path, may_change: seen.may_change, of_root, may_delete: seen.may_delete, may_create }))
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

/// Makes one for a user; its secret is shown in this answer alone.
pub(super) async fn create(_: Confirmed, admin: Admin, Path(id): Path<String>) -> Answer {
    let user = user_of(&admin, &id).await?;
    let member = &admin.member;
    match member.lockwright().create_access_key(&member.op, &Identity::User(user.id.clone())).await {
        Ok((key, secret)) => {
            let page = AccessKeySecret {
                user_id: user.id.user.to_string(),
                user_name: user.name.to_string(),
                id: key.id.to_string(),
                secret: secret.expose().to_owned(),
            };
            member.page(&page).await
        }
        Err(KeyError::Denied(denied)) => again(&admin, &user, &Form::default(), FieldErrors::one("access-keys", not_let(&denied))).await,
        Err(KeyError::Refused(Refusal::TooMany)) => {
            let text = format!("{} has {MOST_ACCESS_KEYS} access keys already, inactive ones counted. Delete one first.", user.name);
            again(&admin, &user, &Form::default(), FieldErrors::one("access-keys", text)).await
        }
        Err(error) => Err(refused(error, &member.op)),
    }
}

async fn act(member: &Member, owner: &Identity, key: &str, form: &Form) -> Result<(), Refused> {
    let key = key.parse::<AccessKeyId>().map_err(|_| Refused::not_found())?;
    let (lockwright, op) = (member.lockwright(), &member.op);
    let outcome = match form.text("act") {
        "keep" => lockwright.keep_access_key(op, owner, &key).await,
        "deactivate" => lockwright.set_access_key_active(op, owner, &key, false).await,
        "activate" => lockwright.set_access_key_active(op, owner, &key, true).await,
        "delete" => lockwright.delete_access_key(op, owner, &key).await,
        _ => return Err(Refused::not_found()),
    };
    outcome.map_err(|error| refused(error, op))
}

fn refused(error: KeyError, op: &OpContext) -> Refused {
    match error {
        KeyError::Trouble(trouble) => trouble.into(),
        KeyError::Refused(Refusal::Frozen(until)) => Refused::frozen(op.now, until),
        KeyError::Denied(_) | KeyError::NoOwner | KeyError::Refused(_) => Refused::not_found(),
    }
}
