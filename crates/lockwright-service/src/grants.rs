//! Policies that stand in a user, as programs put and read them.

use lockwright_core::grant::{self, Refusal};
use lockwright_model::context::OpContext;
use lockwright_model::identity::UserRef;
use lockwright_model::name::PolicyName;
use lockwright_policy::{Kind, Malformed, Policy, managed};

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Why a policy was not put or taken away.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such user.
    #[error("no such user")]
    NoUser,
    /// The document can't be read.
    #[error("the policy document is malformed")]
    Malformed(Malformed),
    /// There is no such managed policy here.
    #[error(transparent)]
    Unknown(managed::Unknown),
    /// The managed policy is for service-linked roles alone.
    #[error("the policy can't be attached")]
    NotAttachable,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for GrantError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotCommitted> for GrantError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<lockwright_store::StoreError> for GrantError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl Lockwright {
    /// Puts a policy into a user, in place of one of the same name.
    pub async fn put_user_policy(&self, op: &OpContext, id: &UserRef, name: &PolicyName, document: &str) -> Result<(), GrantError> {
        self.permit(op, id.account, &self.aim_at("iam:PutUserPolicy", id).await?).await??;
        Policy::parse(document, Kind::Identity).map_err(GrantError::Malformed)?;
        let outcome = decide!(self, {
            let permit = self.permit(op, id.account, &self.aim_at("iam:PutUserPolicy", id).await?).await??;
            let user = self.store().user(id).await?.ok_or(GrantError::NoUser)?;
            grant::put(&permit, user, name.clone(), document.to_owned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Attaches a policy managed by AWS to a user.
    pub async fn attach_user_policy(&self, op: &OpContext, id: &UserRef, arn: &str) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let aim = Aim { keys: vec![("iam:policyarn", arn)], ..self.aim_at("iam:AttachUserPolicy", id).await? };
            let permit = self.permit(op, id.account, &aim).await??;
            if !managed::find(arn).map_err(GrantError::Unknown)?.is_attachable() {
                return Err(GrantError::NotAttachable);
            }
            let user = self.store().user(id).await?.ok_or(GrantError::NoUser)?;
            grant::attach(&permit, user, arn, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Detaches a managed policy from a user.
    pub async fn detach_user_policy(&self, op: &OpContext, id: &UserRef, arn: &str) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let aim = Aim { keys: vec![("iam:policyarn", arn)], ..self.aim_at("iam:DetachUserPolicy", id).await? };
            let permit = self.permit(op, id.account, &aim).await??;
            let user = self.store().user(id).await?.ok_or(GrantError::NoUser)?;
            grant::detach(&permit, user, arn, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes a policy out of a user.
    pub async fn delete_user_policy(&self, op: &OpContext, id: &UserRef, name: &PolicyName) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, id.account, &self.aim_at("iam:DeleteUserPolicy", id).await?).await??;
            let user = self.store().user(id).await?.ok_or(GrantError::NoUser)?;
            grant::delete(&permit, user, name, op, self.entropy())?
        });
        Ok(outcome?)
    }
}
