//! Access keys, of the caller where no user is named.

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::Identity;
use lockwright_service::access_keys::KeyError;
use lockwright_service::core::access_key::{Refusal, status};
use lockwright_service::core::person::Person;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use super::Page;
use crate::ask::{Ask, broken, moment, name, no_user, optional_name, unnamed, word};

/// Whose keys are meant. With the name as it is shown; a root user has none.
struct Owner {
    identity: Identity,
    name: Option<String>,
}

impl Owner {
    /// The user that is named, or whoever asks.
    async fn of(ask: &Ask<'_>, action: &'static str) -> Result<Self, WireError> {
        let input = ask.input();
        let user = match (optional_name(&input, "UserName", "userName", 128)?, ask.caller.person()) {
            (Some(text), _) => ask.user(action, text).await?,
            (None, Some(Person::User { user, .. })) => ask.user(action, user.name.as_str()).await?,
            (None, Some(other)) => return Ok(Self { identity: other.identity(), name: None }),
            (None, None) => return Err(unnamed()),
        };
        Ok(Self { name: Some(user.name.to_string()), identity: Identity::User(user.id) })
    }

    /// Why nothing was done with the key of an id, or with a new one.
    async fn refused(&self, ask: &Ask<'_>, error: KeyError, id: &str) -> WireError {
        failed(ask, error, self.name.as_deref().unwrap_or_default(), id).await
    }
}

/// `CreateAccessKey`: the secret is shown this once.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let owner = Owner::of(ask, "iam:CreateAccessKey").await?;
    match ask.lockwright.create_access_key(ask.op, &owner.identity).await {
        Ok((key, secret)) => Ok(ask.answer(|result| {
            result.element("AccessKey", |writer| {
                writer.optional("UserName", owner.name.as_deref());
                writer.text("AccessKeyId", key.id.as_str());
                writer.text("Status", status(key.active));
                writer.text("SecretAccessKey", secret.expose());
                writer.timestamp("CreateDate", moment(key.created));
            });
        })),
        Err(error) => Err(owner.refused(ask, error, "").await),
    }
}

/// `ListAccessKeys`, in the order of their ids.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let owner = Owner::of(ask, "iam:ListAccessKeys").await?;
    let page = Page::read(ask, &ask.input(), &format!("ListAccessKeys {}", owner.identity))?;
    let keys = match ask.lockwright.access_keys(ask.op, &owner.identity).await {
        Ok(keys) => keys,
        Err(error) => return Err(owner.refused(ask, error, "").await),
    };
    let cut = page.cut(ask, keys, |key| key.id.to_string());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("AccessKeyMetadata", shown, |writer, key| {
                writer.optional("UserName", owner.name.as_deref());
                writer.text("AccessKeyId", key.id.as_str());
                writer.text("Status", status(key.active));
                writer.timestamp("CreateDate", moment(key.created));
            });
        });
    }))
}

/// `UpdateAccessKey`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = key_id(ask)?;
    // A key of ours does not expire.
    let active = match word(&ask.input(), "Status", "status", &["Active", "Inactive"])? {
        Some(word) => word == "Active",
        None => return Err(Violations::one("status", None, Constraint::Required)),
    };
    let owner = Owner::of(ask, "iam:UpdateAccessKey").await?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    match ask.lockwright.set_access_key_active(ask.op, &owner.identity, &id, active).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(owner.refused(ask, error, &text).await),
    }
}

/// `DeleteAccessKey`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = key_id(ask)?;
    let owner = Owner::of(ask, "iam:DeleteAccessKey").await?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    match ask.lockwright.delete_access_key(ask.op, &owner.identity, &id).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(owner.refused(ask, error, &text).await),
    }
}

/// `GetAccessKeyLastUsed`.
pub(crate) async fn last_used(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = key_id(ask)?;
    let id = text.parse::<AccessKeyId>().map_err(|_| no_key(&text))?;
    let (owner, used) = match ask.lockwright.access_key_last_used(ask.op, ask.account()?, &id).await {
        Ok(found) => found.ok_or_else(|| no_key(&text))?,
        Err(error) => return Err(failed(ask, error, "", &text).await),
    };
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
    if text.len() < 16 {
        return Err(Violations::one("accessKeyId", Some(&text), Constraint::MinLength(16)));
    }
    Ok(text)
}

fn no_key(id: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The Access Key with id {id} cannot be found."))
}

async fn failed(ask: &Ask<'_>, error: KeyError, user: &str, id: &str) -> WireError {
    match error {
        KeyError::Denied(denied) => ask.denied(denied).await,
        KeyError::NoOwner => no_user(user),
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
