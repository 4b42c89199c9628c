//! Access keys, of the caller where no user is named.

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::Identity;
use lockwright_service::access_keys::KeyError;
use lockwright_service::core::access_key::{Refusal, status};
use lockwright_service::core::person::Person;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use super::Page;
use crate::ask::{Ask, broken, moment, name, no_user, optional_name};

/// Whose keys are meant: the user that is named, or whoever asks. With the name as it is shown; a root user has none.
async fn owner(ask: &Ask<'_>, operation: &'static str, action: &'static str) -> Result<(Identity, Option<String>), WireError> {
    let input = ask.input();
    match (optional_name(&input, "UserName", "userName", 128)?, ask.caller) {
        (Some(text), _) => {
            let user = ask.user(operation, action, text).await?;
            Ok((Identity::User(user.id.clone()), Some(user.name.to_string())))
        }
        (None, Person::User { user, .. }) => {
            let user = ask.user(operation, action, user.name.as_str()).await?;
            Ok((Identity::User(user.id.clone()), Some(user.name.to_string())))
        }
        (None, other) => Ok((other.identity(), None)),
    }
}

/// `CreateAccessKey`: the secret is shown this once.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let (owner, user) = owner(ask, "CreateAccessKey", "iam:CreateAccessKey").await?;
    let (key, secret) = ask.lockwright.create_access_key(ask.op, &owner).await.map_err(|error| failed(error, ""))?;
    Ok(ask.answer(|result| {
        result.element("AccessKey", |writer| {
            writer.optional("UserName", user.as_deref());
            writer.text("AccessKeyId", key.id.as_str());
            writer.text("Status", status(key.active));
            writer.text("SecretAccessKey", secret.expose());
            writer.timestamp("CreateDate", moment(key.created));
        });
    }))
}

/// `ListAccessKeys`.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let (owner, user) = owner(ask, "ListAccessKeys", "iam:ListAccessKeys").await?;
    let page = Page::read(ask, &ask.input(), &format!("ListAccessKeys {owner}"))?;
    let keys = ask.lockwright.access_keys(ask.op, &owner).await.map_err(|error| failed(error, ""))?;
    let begin = page.after.as_ref().and_then(|after| keys.iter().position(|key| key.id.as_str() == after)).map_or(0, |at| at + 1);
    let shown: Vec<_> = keys.iter().skip(begin).take(page.most).collect();
    let more = begin + shown.len() < keys.len();
    let marker = shown.last().filter(|_| more).map(|key| page.marker(ask, key.id.as_str()));
    Ok(ask.answer(|result| {
        result.list("AccessKeyMetadata", shown, |writer, key| {
            writer.optional("UserName", user.as_deref());
            writer.text("AccessKeyId", key.id.as_str());
            writer.text("Status", status(key.active));
            writer.timestamp("CreateDate", moment(key.created));
        });
        result.boolean("IsTruncated", more);
        result.optional("Marker", marker.as_deref());
    }))
}

/// `UpdateAccessKey`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = key_id(ask)?;
    let active = match input.text("Status")? {
        Some("Active") => true,
        Some("Inactive") => false,
        other => {
            let mut wrong = Violations::default();
            match other {
                None => wrong.note("status", None, Constraint::Required),
                Some(word) => wrong.note("status", Some(word), Constraint::OneOf(&["Active", "Inactive", "Expired"])),
            }
            wrong.finish()?;
            return Err(WireError::of(ErrorKind::ValidationError, "The status is not valid."));
        }
    };
    let (owner, _) = owner(ask, "UpdateAccessKey", "iam:UpdateAccessKey").await?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    ask.lockwright.set_access_key_active(ask.op, &owner, &id, active).await.map_err(|error| failed(error, &text))?;
    Ok(ask.done())
}

/// `DeleteAccessKey`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = key_id(ask)?;
    let (owner, _) = owner(ask, "DeleteAccessKey", "iam:DeleteAccessKey").await?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    ask.lockwright.delete_access_key(ask.op, &owner, &id).await.map_err(|error| failed(error, &text))?;
    Ok(ask.done())
}

/// `GetAccessKeyLastUsed`.
pub(crate) async fn last_used(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = key_id(ask)?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    let found = ask.lockwright.access_key_last_used(ask.op, ask.account()?, &id).await.map_err(|error| failed(error, &text))?;
    let (owner, used) = found.ok_or_else(|| no_key(&text))?;
    Ok(ask.answer(|result| {
        result.optional("UserName", owner.user_name().as_deref());
        result.element("AccessKeyLastUsed", |writer| {
            if let Some(used) = &used {
                writer.timestamp("LastUsedDate", moment(used.at));
            }
            writer.text("ServiceName", used.as_ref().map_or("N/A", |used| used.service.as_str()));
            writer.text("Region", used.as_ref().map_or("N/A", |used| used.region.as_str()));
        });
    }))
}

fn key_id(ask: &Ask<'_>) -> Result<String, WireError> {
    let text = name(&ask.input(), "AccessKeyId", "accessKeyId", 128)?.to_owned();
    let mut wrong = Violations::default();
    if text.len() < 16 {
        wrong.note("accessKeyId", Some(&text), Constraint::MinLength(16));
    }
    wrong.finish()?;
    Ok(text)
}

fn no_key(id: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The Access Key with id {id} cannot be found."))
}

fn failed(error: KeyError, id: &str) -> WireError {
    match error {
        KeyError::Denied(denied) => WireError::of(ErrorKind::AccessDenied, denied.message),
        KeyError::NoOwner => no_user(id),
        KeyError::Refused(Refusal::TooMany) => WireError::modelled("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2"),
        KeyError::Refused(Refusal::Unknown | Refusal::NotForThisKind) => no_key(id),
        KeyError::Refused(Refusal::Frozen(until)) => WireError::of(
            ErrorKind::AccessDenied,
            format!(
                "Access keys can be made and activated again from {}, because somebody answered a notice with \"this wasn't me\".",
                until.to_rfc3339()
            ),
        ),
        KeyError::Trouble(trouble) => broken(trouble),
    }
}
