//! Policies that stand in a user, a group or a role, or are attached to it, as programs put and take them.

use lockwright_core::grant::{self, Grantee, Refusal};
use lockwright_core::permit::Permit;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::UserRef;
use lockwright_model::name::PolicyName;
use lockwright_model::resource::{Resource, ResourceKey};
use lockwright_policy::{Kind, Malformed, Policy};

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::resources::NoPolicy;
use crate::trouble::{NotCommitted, Trouble};

/// Why a policy was not put or taken away.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such user, group or role.
    #[error("nobody is called that")]
    Nobody,
    /// The document can't be read.
    #[error("the policy document is malformed")]
    Malformed(Malformed),
    /// There is no such managed policy.
    #[error(transparent)]
    NoPolicy(#[from] NoPolicy),
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

/// A user, a group or a role that is granted something, by its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GranteeRef {
    /// A user.
    User(UserRef),
    /// A group or a role.
    Resource(ResourceKey),
}

impl From<&Grantee> for GranteeRef {
    fn from(grantee: &Grantee) -> Self {
        match grantee {
            Grantee::User(user) => Self::User(user.id.clone()),
            Grantee::Group(group) => Self::Resource(Resource::Group(group.clone()).key()),
            Grantee::Role(role) => Self::Resource(Resource::Role(role.clone()).key()),
        }
    }
}

impl GranteeRef {
    fn account(&self) -> AccountId {
        match self {
            Self::User(user) => user.account,
            Self::Resource(key) => key.account,
        }
    }
}

/// One act on each kind of grantee, as policies name it.
#[derive(Clone, Copy, Debug)]
struct Act {
    user: &'static str,
    group: &'static str,
    role: &'static str,
}

impl Act {
    fn on(self, grantee: &Grantee) -> &'static str {
        match grantee {
            Grantee::User(_) => self.user,
            Grantee::Group(_) => self.group,
            Grantee::Role(_) => self.role,
        }
    }
}

impl Lockwright {
    /// Puts a policy into somebody, in place of one of the same name.
    pub async fn put_policy(&self, op: &OpContext, to: &GranteeRef, name: &PolicyName, document: &str) -> Result<(), GrantError> {
        let act = Act { user: "iam:PutUserPolicy", group: "iam:PutGroupPolicy", role: "iam:PutRolePolicy" };
        let outcome = decide!(self, {
            let (permit, grantee) = self.granting(op, to, act, None).await?;
            Policy::parse(document, Kind::Identity).map_err(GrantError::Malformed)?;
            grant::put(&permit, grantee, name.clone(), document.to_owned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes a policy out of somebody.
    pub async fn delete_policy_in(&self, op: &OpContext, from: &GranteeRef, name: &PolicyName) -> Result<(), GrantError> {
        let act = Act { user: "iam:DeleteUserPolicy", group: "iam:DeleteGroupPolicy", role: "iam:DeleteRolePolicy" };
        let outcome = decide!(self, {
            let (permit, grantee) = self.granting(op, from, act, None).await?;
            grant::delete(&permit, grantee, name, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Attaches a managed policy to somebody.
    pub async fn attach_policy(&self, op: &OpContext, to: &GranteeRef, arn: &str) -> Result<(), GrantError> {
        let act = Act { user: "iam:AttachUserPolicy", group: "iam:AttachGroupPolicy", role: "iam:AttachRolePolicy" };
        let outcome = decide!(self, {
            let (permit, grantee) = self.granting(op, to, act, Some(("iam:policyarn", arn))).await?;
            let policy = self.attachable(to.account(), arn).await??;
            grant::attach(&permit, grantee, &policy, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Detaches a managed policy from somebody.
    pub async fn detach_policy(&self, op: &OpContext, from: &GranteeRef, arn: &str) -> Result<(), GrantError> {
        let act = Act { user: "iam:DetachUserPolicy", group: "iam:DetachGroupPolicy", role: "iam:DetachRolePolicy" };
        let outcome = decide!(self, {
            let (permit, grantee) = self.granting(op, from, act, Some(("iam:policyarn", arn))).await?;
            grant::detach(&permit, grantee, arn, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Makes a managed policy the boundary of a user or a role, or with `None` takes the boundary away.
    pub async fn set_boundary(&self, op: &OpContext, of: &GranteeRef, arn: Option<&str>) -> Result<(), GrantError> {
        let outcome: Result<(), NotCommitted> = match arn {
            Some(arn) => {
                let act = Act { user: "iam:PutUserPermissionsBoundary", group: "", role: "iam:PutRolePermissionsBoundary" };
                decide!(self, {
                    let (permit, grantee) = self.granting(op, of, act, Some(("iam:permissionsboundary", arn))).await?;
                    let policy = self.attachable(of.account(), arn).await??;
                    grant::bound(&permit, grantee, Some(&policy), op, self.entropy())?
                })
            }
            None => {
                let act = Act { user: "iam:DeleteUserPermissionsBoundary", group: "", role: "iam:DeleteRolePermissionsBoundary" };
                decide!(self, {
                    let (permit, grantee) = self.granting(op, of, act, None).await?;
                    grant::bound(&permit, grantee, None, op, self.entropy())?
                })
            }
        };
        Ok(outcome?)
    }

    /// Whoever is granted something, as stored now.
    pub(crate) async fn grantee(&self, of: &GranteeRef) -> Result<Option<Grantee>, GrantError> {
        Ok(match of {
            GranteeRef::User(id) => self.store().user(id).await?.map(Grantee::User),
            GranteeRef::Resource(key) => match self.store().resource(key).await? {
                Some(Resource::Group(group)) => Some(Grantee::Group(group)),
                Some(Resource::Role(role)) => Some(Grantee::Role(role)),
                _ => None,
            },
        })
    }

    /// The grantee, and leave for the act on it.
    async fn granting(
        &self,
        op: &OpContext,
        of: &GranteeRef,
        act: Act,
        key: Option<(&'static str, &str)>,
    ) -> Result<(Permit, Grantee), GrantError> {
        let grantee = self.grantee(of).await?.ok_or(GrantError::Nobody)?;
        let aim = Aim::grantee(act.on(&grantee), &grantee);
        let aim = key.into_iter().fold(aim, |aim, (key, value)| aim.with(key, value));
        let permit = self.permit(op, of.account(), &aim).await??;
        Ok((permit, grantee))
    }
}
