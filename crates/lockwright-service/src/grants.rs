//! Policies that stand in a user, as programs put and read them.

use lockwright_core::grant::{self, Refusal};
use lockwright_model::context::OpContext;
use lockwright_model::identity::UserRef;
use lockwright_model::name::PolicyName;
use lockwright_policy::{Kind, Malformed, Policy, managed};

use crate::Lockwright;
use crate::authorize::Denied;
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};
use crate::users::NoUser;

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

impl From<NoUser> for GrantError {
    fn from(none: NoUser) -> Self {
        match none {
            NoUser::Denied(denied) => Self::Denied(denied),
            NoUser::Absent => Self::NoUser,
            NoUser::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

impl Lockwright {
    /// Puts a policy into a user, in place of one of the same name.
    pub async fn put_user_policy(&self, op: &OpContext, id: &UserRef, name: &PolicyName, document: &str) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_user(op, id, "iam:PutUserPolicy").await?;
            Policy::parse(document, Kind::Identity).map_err(GrantError::Malformed)?;
            grant::put(&permit, user, name.clone(), document.to_owned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Attaches a policy managed by AWS to a user.
    pub async fn attach_user_policy(&self, op: &OpContext, id: &UserRef, arn: &str) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_with(op, id, "iam:AttachUserPolicy", vec![("iam:policyarn", arn)]).await?;
            if !managed::find(arn).map_err(GrantError::Unknown)?.is_attachable() {
                return Err(GrantError::NotAttachable);
            }
            grant::attach(&permit, user, arn, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Detaches a managed policy from a user.
    pub async fn detach_user_policy(&self, op: &OpContext, id: &UserRef, arn: &str) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_with(op, id, "iam:DetachUserPolicy", vec![("iam:policyarn", arn)]).await?;
            grant::detach(&permit, user, arn, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes a policy out of a user.
    pub async fn delete_user_policy(&self, op: &OpContext, id: &UserRef, name: &PolicyName) -> Result<(), GrantError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_user(op, id, "iam:DeleteUserPolicy").await?;
            grant::delete(&permit, user, name, op, self.entropy())?
        });
        Ok(outcome?)
    }
}
