//! Instance profiles and identity providers where operations treat them alike: found as the input names them, tagged,
//! deleted, told of by their own words.

use lockwright_model::id::AccountId;
use lockwright_model::resource::{Resource, ResourceKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::resource::Refusal;
use lockwright_service::resource_changes::ResourceError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use super::{Page, arn};
use crate::ask::{Ask, broken, name};
use crate::tags;

/// One kind of them.
pub(crate) trait Thing {
    /// Of which kind.
    const KIND: ResourceKind;
    /// The quota on them, as messages have it.
    const QUOTA: &'static str;

    /// What the input names one by.
    fn named_in<'n>(input: &Node<'n>) -> Result<&'n str, WireError>;

    /// Its ARN, whether or not it exists.
    fn arn(account: AccountId, named: &str) -> String;

    /// `NoSuchEntity`, as IAM says it of one.
    fn missing(named: &str) -> WireError;
}

/// `NoSuchEntity`.
pub(crate) fn no_such(message: String) -> WireError {
    WireError::modelled("NoSuchEntity", 404, message)
}

/// A thing that is named by its name: its ARN ends in it.
macro_rules! by_name {
    ($(#[$doc:meta])* $name:ident, $member:literal, $place:literal, $word:literal, $shown:literal, $quota:literal) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Thing for $name {
            const KIND: ResourceKind = ResourceKind::$name;
            const QUOTA: &'static str = $quota;

            fn named_in<'n>(input: &Node<'n>) -> Result<&'n str, WireError> {
                name(input, $member, $place, 128)
            }

            fn arn(account: AccountId, named: &str) -> String {
                format!("arn:aws:iam::{account}:{}/{named}", $word)
            }

            fn missing(named: &str) -> WireError {
                no_such(format!("{} {named} cannot be found.", $shown))
            }
        }
    };
}

/// A thing that is named by its ARN.
macro_rules! by_arn {
    ($(#[$doc:meta])* $name:ident, $member:literal, $place:literal, $shown:literal, $quota:literal) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Thing for $name {
            const KIND: ResourceKind = ResourceKind::$name;
            const QUOTA: &'static str = $quota;

            fn named_in<'n>(input: &Node<'n>) -> Result<&'n str, WireError> {
                arn(input, $member, $place)
            }

            fn arn(_: AccountId, named: &str) -> String {
                named.to_owned()
            }

            fn missing(named: &str) -> WireError {
                no_such(format!("{} not found for arn {named}", $shown))
            }
        }
    };
}

by_name!(
    /// Instance profiles.
    InstanceProfile,
    "InstanceProfileName",
    "instanceProfileName",
    "instance-profile",
    "Instance Profile",
    "InstanceProfilesPerAccount"
);
by_name!(
    /// Server certificates.
    ServerCertificate,
    "ServerCertificateName",
    "serverCertificateName",
    "server-certificate",
    "Server Certificate",
    "ServerCertificatesPerAccount"
);
by_arn!(
    /// Identity providers that speak OpenID Connect.
    OpenIdProvider,
    "OpenIDConnectProviderArn",
    "openIDConnectProviderArn",
    "OpenIDConnect Provider",
    "OpenIdConnectProvidersPerAccount"
);

/// The one that the input names, once the act on it is allowed: whether it exists is told to those who may act on it.
pub(crate) async fn named<T: Thing>(ask: &Ask<'_>) -> Result<Resource, WireError> {
    named_for::<T>(ask, |aim| aim).await
}

/// The same, where the request brings condition keys of its own.
pub(crate) async fn named_for<'k, T: Thing>(ask: &Ask<'_>, keys: impl FnOnce(Aim<'k>) -> Aim<'k>) -> Result<Resource, WireError> {
    let input = ask.input();
    let text = T::named_in(&input)?;
    let account = ask.account()?;
    let arn = T::arn(account, text);
    // What stands before the name in an ARN; a name alone is the end of its own.
    let kind = T::arn(account, "");
    let by_arn = kind.is_empty();
    let place = arn.strip_prefix(&format!("arn:aws:iam::{account}:")).and_then(|place| place.split_once('/')).map(|(_, name)| name);
    let key = place.unwrap_or_default().to_lowercase();
    let found = ask.lockwright.find_resource(account, T::KIND, &key).await.map_err(broken)?;
    let found = found.filter(|found| !by_arn || found.arn() == text);
    let aim = found.as_ref().map_or_else(|| Aim::at(ask.action, arn), |found| Aim::resource(ask.action, found));
    ask.permitted(&keys(aim)).await?;
    found.ok_or_else(|| T::missing(text))
}

/// Deletes one.
pub(crate) async fn delete<T: Thing>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let found = named::<T>(ask).await?;
    match ask.lockwright.delete_resource(ask.op, &found.key(), ask.action).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<T>(ask, error).await),
    }
}

/// Puts tags on one.
pub(crate) async fn tag<T: Thing>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    T::named_in(&input)?;
    if input.member("Tags").is_absent() {
        return Err(Violations::one("tags", None, Constraint::Required));
    }
    let tags = tags::tags(ask, &input)?;
    let found = named_for::<T>(ask, |aim| aim.bringing_tags(&tags)).await?;
    match ask.lockwright.tag_resource(ask.op, &found.key(), ask.action, &tags).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<T>(ask, error).await),
    }
}

/// Takes tags off one.
pub(crate) async fn untag<T: Thing>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    T::named_in(&input)?;
    let keys = tags::keys(&input, "TagKeys", "tagKeys")?;
    let found = named_for::<T>(ask, |aim| aim.with_all("aws:tagkeys", keys.clone())).await?;
    match ask.lockwright.untag_resource(ask.op, &found.key(), ask.action, &keys).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<T>(ask, error).await),
    }
}

/// The tags of one, in the order of the keys.
pub(crate) async fn list_tags<T: Thing>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = T::named_in(&input)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let found = named::<T>(ask).await?;
    let cut = page.cut(ask, found.tags().to_vec(), |tag| tag.key.to_lowercase());
    Ok(ask.answer(|result| cut.write(result, |result, shown| tags::list(result, &shown))))
}

/// Why nothing was done to one.
pub(crate) async fn failed<T: Thing>(ask: &Ask<'_>, error: ResourceError) -> WireError {
    let missing = || T::missing(T::named_in(&ask.input()).unwrap_or_default());
    match error {
        ResourceError::Denied(denied) => ask.denied(denied).await,
        ResourceError::NotThere => missing(),
        ResourceError::NameTaken => WireError::modelled("EntityAlreadyExists", 409, "An entity of that name already exists."),
        ResourceError::Refused(refusal) => refused(refusal, T::QUOTA, missing),
        ResourceError::Trouble(trouble) => broken(trouble),
    }
}

/// What a decision about a thing refuses. `quota` is the one on things of its kind, as messages have it.
pub(crate) fn refused(refusal: Refusal, quota: &str, missing: impl FnOnce() -> WireError) -> WireError {
    let limit = |message: String| WireError::modelled("LimitExceeded", 409, message);
    let conflict = |message| WireError::modelled("DeleteConflict", 409, message);
    match refusal {
        Refusal::OtherAccount | Refusal::Unknown | Refusal::NotForThisKind => missing(),
        Refusal::TooMany(most) => limit(format!("Cannot exceed quota for {quota}: {most}")),
        Refusal::TooManyTags => limit("The number of tags has reached the maximum limit.".to_owned()),
        Refusal::HoldsRole => conflict("Cannot delete entity, must remove roles from instance profile first."),
        Refusal::InUse => conflict("MFA VirtualDevice in use. Must deactivate first."),
        Refusal::ServiceLinked => service_linked(),
    }
}

/// Nobody but its service changes such a role.
pub(crate) fn service_linked() -> WireError {
    WireError::modelled(
        "UnmodifiableEntity",
        400,
        "Cannot perform the operation on the protected role: only the linked service can change it.",
    )
}

/// An input that has its shape and yet can't be.
pub(crate) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> WireError {
    WireError::of(ErrorKind::ValidationError, message)
}
