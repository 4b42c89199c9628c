//! Managed policies that are attached to a user.

use lockwright_service::authorize::Aim;
use lockwright_service::policy::managed;
use lockwright_wire::error::{Reply, WireError};

use super::user_policies::{failed, no_managed};
use super::{Page, arn};
use crate::ask::{Ask, name};

/// `AttachUserPolicy`.
pub(crate) async fn attach(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let (user, policy) = (name(&input, "UserName", "userName", 64)?, arn(&input, "PolicyArn", "policyArn")?);
    let found = ask.lookup(user).await?;
    ask.permitted(&Aim { keys: vec![("iam:policyarn", policy)], ..ask.aim("iam:AttachUserPolicy", user, found.as_ref())? }).await?;
    let found = found.ok_or_else(|| crate::ask::no_user(user))?;
    match ask.lockwright.attach_user_policy(ask.op, &found.id, policy).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, user, policy).await),
    }
}

/// `DetachUserPolicy`.
pub(crate) async fn detach(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let (user, policy) = (name(&input, "UserName", "userName", 64)?, arn(&input, "PolicyArn", "policyArn")?);
    let found = ask.lookup(user).await?;
    ask.permitted(&Aim { keys: vec![("iam:policyarn", policy)], ..ask.aim("iam:DetachUserPolicy", user, found.as_ref())? }).await?;
    let found = found.ok_or_else(|| crate::ask::no_user(user))?;
    if !found.grants.attached.iter().any(|known| known == policy) {
        return Err(WireError::modelled("NoSuchEntity", 404, format!("Policy {policy} was not found.")));
    }
    match ask.lockwright.detach_user_policy(ask.op, &found.id, policy).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, user, policy).await),
    }
}

/// `ListAttachedUserPolicies`, in the order of the ARNs.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 64)?;
    let prefix = input.text("PathPrefix")?.unwrap_or("/").to_owned();
    let page = Page::read(ask, &input, &format!("ListAttachedUserPolicies {user} {prefix}"))?;
    let found = ask.user("iam:ListAttachedUserPolicies", user).await?;
    let mut policies = Vec::new();
    for arn in &found.grants.attached {
        let known = managed::find(arn).map_err(|_| no_managed(arn))?;
        if known.path().starts_with(&prefix) {
            policies.push((known.name(), arn.as_str()));
        }
    }
    let cut = page.cut(ask, policies, |(_, arn)| (*arn).to_owned());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("AttachedPolicies", shown, |writer, (name, arn)| {
                writer.text("PolicyName", name);
                writer.text("PolicyArn", arn);
            });
        });
    }))
}
