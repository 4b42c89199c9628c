//! What is done alike to all things of an account that have a name of their own: made, changed, tagged, deleted.

use lockwright_core::Decided;
use lockwright_core::permit::Permit;
use lockwright_core::resource::{self, Refusal};
use lockwright_model::account::Account;
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::resource::{Resource, ResourceKey, ResourceKind, Tag};

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Why a thing was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or no such account.
    #[error("there is no such thing")]
    NotThere,
    /// One of that name exists in the account.
    #[error("one of that name exists")]
    NameTaken,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for ResourceError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OtherAccount => Self::NotThere,
            other => Self::Refused(other),
        }
    }
}

impl From<NotCommitted> for ResourceError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::ResourceName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(most)) => Self::Refused(Refusal::TooMany(most)),
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for ResourceError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// What is to be made: its kind, the ARN it will have, its tags, and what policies call making and tagging it.
pub(crate) struct Making<'a> {
    pub(crate) kind: ResourceKind,
    pub(crate) arn: String,
    pub(crate) tags: &'a [Tag],
    pub(crate) create: &'static str,
    pub(crate) tag: &'static str,
}

impl Lockwright {
    /// Makes a thing. Tags that come with it need leave of their own.
    pub(crate) async fn make_resource<T>(
        &self,
        op: &OpContext,
        account: AccountId,
        making: Making<'_>,
        decision: impl Fn(&Permit, &Account, u64) -> Result<Decided<T>, Refusal>,
    ) -> Result<T, ResourceError> {
        let aim = |action| Aim::at(action, making.arn.as_str()).bringing_tags(making.tags);
        let outcome = decide!(self, {
            let tagging = (!making.tags.is_empty()).then(|| aim(making.tag));
            let permit = self.permit_all(op, account, &aim(making.create), tagging.as_slice()).await??;
            let state = self.store().account(account).await?.ok_or(ResourceError::NotThere)?;
            let known = self.store().count_resources(account, making.kind).await?;
            decision(&permit, &state, known)?
        });
        Ok(outcome?)
    }

    /// Changes a thing. `aim` adds the request's own condition keys.
    pub(crate) async fn change_resource<T>(
        &self,
        op: &OpContext,
        key: &ResourceKey,
        action: &'static str,
        aim: impl for<'k> Fn(Aim<'k>) -> Aim<'k>,
        decision: impl Fn(&Permit, Resource) -> Result<Decided<T>, Refusal>,
    ) -> Result<T, ResourceError> {
        let outcome = decide!(self, {
            let stored = self.store().resource(key).await?.ok_or(ResourceError::NotThere)?;
            let permit = self.permit(op, key.account, &aim(Aim::resource(action, &stored))).await??;
            decision(&permit, stored)?
        });
        Ok(outcome?)
    }

    /// Deletes a thing that nothing keeps. `action` is what policies call it, such as `iam:DeleteInstanceProfile`.
    pub async fn delete_resource(&self, op: &OpContext, key: &ResourceKey, action: &'static str) -> Result<(), ResourceError> {
        let decision = |permit: &Permit, stored| resource::delete(permit, &stored, name(action), op, self.entropy());
        self.change_resource(op, key, action, |aim| aim, decision).await
    }

    /// Puts tags on a thing.
    pub async fn tag_resource(&self, op: &OpContext, key: &ResourceKey, action: &'static str, tags: &[Tag]) -> Result<(), ResourceError> {
        let decision = |permit: &Permit, stored| resource::put_tags(permit, stored, name(action), tags.to_vec(), op, self.entropy());
        self.change_resource(op, key, action, |aim| aim.bringing_tags(tags), decision).await
    }

    /// Takes tags off a thing.
    pub async fn untag_resource(
        &self,
        op: &OpContext,
        key: &ResourceKey,
        action: &'static str,
        keys: &[String],
    ) -> Result<(), ResourceError> {
        let decision = |permit: &Permit, stored| resource::take_tags(permit, stored, name(action), keys, op, self.entropy());
        self.change_resource(op, key, action, |aim| aim.with_all("aws:tagkeys", keys.to_vec()), decision).await
    }
}

/// CloudTrail's name for an action: without its service.
fn name(action: &'static str) -> &'static str {
    action.split_once(':').map_or(action, |(_, name)| name)
}
