//! Managed policies that are attached to a user, a group or a role, or bound a user or a role.

use lockwright_service::core::grant::Refusal;
use lockwright_service::grants::{GrantError, GranteeRef};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::xml::Writer;

use super::grantee::{Kind, failed, named, named_for};
use super::{Page, arn, path_prefix};
use crate::ask::{Ask, name};

/// `AttachUserPolicy`, `AttachGroupPolicy`, `AttachRolePolicy`.
pub(crate) async fn attach<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = arn(&input, "PolicyArn", "policyArn")?;
    let found = named_for::<K>(ask, |aim| aim.with("iam:policyarn", policy)).await?;
    match ask.lockwright.attach_policy(ask.op, &GranteeRef::from(&found), policy).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<K>(ask, error, &found, policy).await),
    }
}

/// `DetachUserPolicy` and its likes.
pub(crate) async fn detach<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = arn(&input, "PolicyArn", "policyArn")?;
    let found = named_for::<K>(ask, |aim| aim.with("iam:policyarn", policy)).await?;
    if !found.grants().attached.iter().any(|known| known == policy) {
        return Err(WireError::modelled("NoSuchEntity", 404, format!("Policy {policy} was not found.")));
    }
    match ask.lockwright.detach_policy(ask.op, &GranteeRef::from(&found), policy).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<K>(ask, error, &found, policy).await),
    }
}

/// `ListAttachedUserPolicies` and its likes, in the order of the ARNs.
pub(crate) async fn list<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("{} {text} {prefix}", ask.action))?;
    let found = named::<K>(ask).await?;
    // A policy's path and name stand in its ARN.
    let place = |arn: &str| arn.split_once(":policy").map(|(_, place)| place.to_owned()).unwrap_or_default();
    let attached: Vec<&String> = found.grants().attached.iter().filter(|arn| place(arn).starts_with(&prefix)).collect();
    let cut = page.cut(ask, attached, |arn| (*arn).clone());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("AttachedPolicies", shown, |writer, arn| describe(writer, arn));
        });
    }))
}

/// An `AttachedPolicy`.
pub(crate) fn describe(writer: &mut Writer, arn: &str) {
    writer.text("PolicyName", arn.rsplit('/').next().unwrap_or_default());
    writer.text("PolicyArn", arn);
}

/// `PutUserPermissionsBoundary`, `PutRolePermissionsBoundary`.
pub(crate) async fn bound<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = arn(&input, "PermissionsBoundary", "permissionsBoundary")?;
    let found = named_for::<K>(ask, |aim| aim.with("iam:permissionsboundary", policy)).await?;
    match ask.lockwright.set_boundary(ask.op, &GranteeRef::from(&found), Some(policy)).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<K>(ask, error, &found, policy).await),
    }
}

/// `DeleteUserPermissionsBoundary`, `DeleteRolePermissionsBoundary`.
pub(crate) async fn unbound<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let found = named::<K>(ask).await?;
    match ask.lockwright.set_boundary(ask.op, &GranteeRef::from(&found), None).await {
        Ok(()) => Ok(ask.done()),
        Err(GrantError::Refused(Refusal::Unknown)) => {
            let message = format!("The {} with name {} does not have a permissions boundary attached.", K::WORD, found.name());
            Err(WireError::modelled("NoSuchEntity", 404, message))
        }
        Err(error) => Err(failed::<K>(ask, error, &found, "").await),
    }
}
