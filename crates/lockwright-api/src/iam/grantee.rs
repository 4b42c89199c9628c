//! Users, groups and roles where operations treat them alike: found by name, told of by their own words.

use std::future::Future;

use lockwright_model::name::{GroupName, RoleName, UserName};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::{Grantee, MOST_ATTACHED, Refusal};
use lockwright_service::grants::GrantError;
use lockwright_service::resources::NoPolicy;
use lockwright_wire::error::WireError;

use super::resources::service_linked;
use crate::ask::{Ask, broken, name};

/// One kind of them.
pub(crate) trait Kind {
    /// The input member that names one.
    const MEMBER: &'static str;
    /// The same, as messages have it.
    const PLACE: &'static str;
    /// In ARNs and sentences.
    const WORD: &'static str;
    /// The most characters of a name in inputs.
    const MOST: usize;
    /// The quota on attached policies, as messages have it.
    const ATTACHED: &'static str;

    /// The one of a name, if there is one.
    fn find(ask: &Ask<'_>, name: &str) -> impl Future<Output = Result<Option<Grantee>, WireError>> + Send;
}

/// Users.
pub(crate) struct OfUser;
/// Groups.
pub(crate) struct OfGroup;
/// Roles.
pub(crate) struct OfRole;

impl Kind for OfUser {
    const MEMBER: &'static str = "UserName";
    const PLACE: &'static str = "userName";
    const WORD: &'static str = "user";
    const MOST: usize = 128;
    const ATTACHED: &'static str = "PoliciesPerUser";

    async fn find(ask: &Ask<'_>, name: &str) -> Result<Option<Grantee>, WireError> {
        let Ok(name) = name.parse::<UserName>() else { return Ok(None) };
        Ok(ask.lockwright.find_user(ask.account()?, &name).await.map_err(broken)?.map(Grantee::User))
    }
}

impl Kind for OfGroup {
    const MEMBER: &'static str = "GroupName";
    const PLACE: &'static str = "groupName";
    const WORD: &'static str = "group";
    const MOST: usize = 128;
    const ATTACHED: &'static str = "PoliciesPerGroup";

    async fn find(ask: &Ask<'_>, name: &str) -> Result<Option<Grantee>, WireError> {
        let Ok(name) = name.parse::<GroupName>() else { return Ok(None) };
        Ok(ask.lockwright.find_group(ask.account()?, &name).await.map_err(broken)?.map(Grantee::Group))
    }
}

impl Kind for OfRole {
    const MEMBER: &'static str = "RoleName";
    const PLACE: &'static str = "roleName";
    const WORD: &'static str = "role";
    const MOST: usize = 64;
    const ATTACHED: &'static str = "PoliciesPerRole";

    async fn find(ask: &Ask<'_>, name: &str) -> Result<Option<Grantee>, WireError> {
        let Ok(name) = name.parse::<RoleName>() else { return Ok(None) };
        Ok(ask.lockwright.find_role(ask.account()?, &name).await.map_err(broken)?.map(Grantee::Role))
    }
}

/// The one that the input names, once the act on it is allowed: whether it exists is told to those who may act on it.
pub(crate) async fn named<K: Kind>(ask: &Ask<'_>) -> Result<Grantee, WireError> {
    named_for::<K>(ask, |aim| aim).await
}

/// The same, where the request brings condition keys of its own.
pub(crate) async fn named_for<'k, K: Kind>(ask: &Ask<'_>, keys: impl FnOnce(Aim<'k>) -> Aim<'k>) -> Result<Grantee, WireError> {
    let input = ask.input();
    let text = name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let found = K::find(ask, text).await?;
    let aim = match &found {
        Some(grantee) => Aim::grantee(ask.action, grantee),
        None => Aim::named(ask.action, ask.account()?, K::WORD, "/", text),
    };
    ask.permitted(&keys(aim)).await?;
    found.ok_or_else(|| nobody::<K>(text))
}

/// `NoSuchEntity`, as IAM says it of a user, a group or a role.
pub(crate) fn nobody<K: Kind>(name: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The {} with name {name} cannot be found.", K::WORD))
}

/// There is no managed policy of this ARN, as IAM says it where one is to be attached.
pub(crate) fn no_managed(arn: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} does not exist or is not attachable."))
}

/// Why nothing was granted or taken. `policy` is the name or the ARN that was given.
pub(crate) async fn failed<K: Kind>(ask: &Ask<'_>, error: GrantError, to: &Grantee, policy: &str) -> WireError {
    match error {
        GrantError::Denied(denied) => ask.denied(denied).await,
        GrantError::Nobody | GrantError::Refused(Refusal::OtherAccount) => nobody::<K>(to.name()),
        GrantError::Malformed(malformed) => WireError::modelled("MalformedPolicyDocument", 400, malformed.aws_message()),
        GrantError::Refused(Refusal::TooLong(most)) => {
            let message = format!("Maximum policy size of {most} bytes exceeded for {} {}", K::WORD, to.name());
            WireError::modelled("LimitExceeded", 409, message)
        }
        GrantError::Refused(Refusal::TooMany) => {
            WireError::modelled("LimitExceeded", 409, format!("Cannot exceed quota for {}: {MOST_ATTACHED}", K::ATTACHED))
        }
        GrantError::NoPolicy(NoPolicy::Unknown) => no_managed(policy),
        GrantError::NoPolicy(NoPolicy::NotAttachable) => {
            WireError::modelled("PolicyNotAttachable", 400, format!("Policy {policy} is not attachable."))
        }
        GrantError::Refused(Refusal::Unknown) => {
            WireError::modelled("NoSuchEntity", 404, format!("The {} policy with name {policy} cannot be found.", K::WORD))
        }
        GrantError::Refused(Refusal::ServiceLinked) => service_linked(),
        GrantError::Trouble(trouble) => broken(trouble),
    }
}
