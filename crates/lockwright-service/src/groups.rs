//! Groups of IAM users, as programs manage them.

use lockwright_core::group::{self, Refusal};
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::id::{AccountId, GroupId, UserId};
use lockwright_model::identity::UserRef;
use lockwright_model::name::{GroupName, Path};
use lockwright_model::resource::{Group, Holder, LinkKind, Resource, ResourceId, ResourceKey, ResourceKind};
use lockwright_model::user::User;

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Why a group was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such group, or no such account.
    #[error("there is no such group")]
    NoGroup,
    /// There is no such user.
    #[error("there is no such user")]
    NoUser,
    /// A group of that name exists in the account.
    #[error("a group of that name exists")]
    NameTaken,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for GroupError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OtherAccount => Self::NoGroup,
            Refusal::BuiltIn => Self::NameTaken,
            other => Self::Refused(other),
        }
    }
}

impl From<NotCommitted> for GroupError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::ResourceName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(_)) => Self::Refused(Refusal::TooMany),
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for GroupError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl Lockwright {
    /// Creates a group at a path of the account's tree.
    pub async fn create_group(&self, op: &OpContext, account: AccountId, path: &Path, name: &GroupName) -> Result<Group, GroupError> {
        let aim = Aim::named("iam:CreateGroup", account, "group", path.as_str(), name.as_str());
        let outcome = decide!(self, {
            let permit = self.permit(op, account, &aim).await??;
            let state = self.store().account(account).await?.ok_or(GroupError::NoGroup)?;
            let known = self.store().count_resources(account, ResourceKind::Group).await?;
            group::create(&permit, &state, path.clone(), name.clone(), known, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Gives a group another path or name, or both: leave is needed for the group as it is and as it will be.
    pub async fn update_group(
        &self,
        op: &OpContext,
        account: AccountId,
        id: &GroupId,
        path: Option<&Path>,
        name: Option<&GroupName>,
    ) -> Result<(), GroupError> {
        let outcome = decide!(self, {
            let group = self.group(account, id).await?;
            let renamed = renamed(&group, path, name);
            let permit = self.permit_all(op, account, &renamed, &[Aim::at(renamed.action, group.arn())]).await??;
            group::update(&permit, group, path.cloned(), name.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a group that nobody is in and nothing is granted to.
    pub async fn delete_group(&self, op: &OpContext, account: AccountId, id: &GroupId) -> Result<(), GroupError> {
        let outcome = decide!(self, {
            let group = self.group(account, id).await?;
            let permit = self.permit(op, account, &Aim::at("iam:DeleteGroup", group.arn())).await??;
            let members = self.store().count_holders(account, id.as_str(), LinkKind::Member).await?;
            group::delete(&permit, group, members > 0, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Puts a user into a group of its account.
    pub async fn add_to_group(&self, op: &OpContext, id: &GroupId, user: &UserRef) -> Result<(), GroupError> {
        let outcome = decide!(self, {
            let group = self.group(user.account, id).await?;
            let permit = self.permit(op, user.account, &Aim::at("iam:AddUserToGroup", group.arn())).await??;
            let user = self.store().user(user).await?.ok_or(GroupError::NoUser)?;
            group::join(&permit, &group, user, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes a user out of a group.
    pub async fn remove_from_group(&self, op: &OpContext, id: &GroupId, user: &UserRef) -> Result<(), GroupError> {
        let outcome = decide!(self, {
            let group = self.group(user.account, id).await?;
            let permit = self.permit(op, user.account, &Aim::at("iam:RemoveUserFromGroup", group.arn())).await??;
            let user = self.store().user(user).await?.ok_or(GroupError::NoUser)?;
            group::leave(&permit, &group, user, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// The groups of an account by name, `limit` at most, after a name's key. Told to nobody before the act is allowed.
    pub async fn groups(&self, account: AccountId, after: Option<&str>, limit: u32) -> Result<Vec<Group>, Trouble> {
        let rows = self.store().resources(account, ResourceKind::Group, after, limit).await?;
        Ok(rows.into_iter().filter_map(group_of).collect())
    }

    /// The groups that a user is in. Told to nobody before the act is allowed.
    pub async fn groups_of(&self, user: &User) -> Result<Vec<Group>, Trouble> {
        let mut groups = Vec::with_capacity(user.groups.len());
        for id in &user.groups {
            groups.extend(self.store().resource(&key(user.id.account, id)).await?.and_then(group_of));
        }
        Ok(groups)
    }

    /// The members of a group by their ids, `limit` at most, those after one. Told to nobody before the act is allowed.
    pub async fn members(&self, group: &Group, after: Option<&UserId>, limit: u32) -> Result<Vec<User>, Trouble> {
        let mut members = Vec::new();
        let mut after = after.cloned().map(Holder::User);
        loop {
            // Whoever was deleted between the two reads leaves room for the next one.
            let wanted = limit.saturating_sub(u32::try_from(members.len()).unwrap_or(limit));
            let holders = self.store().holders(group.account, group.id.as_str(), LinkKind::Member, after.as_ref(), wanted).await?;
            for holder in &holders {
                if let Holder::User(id) = holder {
                    members.extend(self.store().user(&UserRef { account: group.account, user: id.clone() }).await?);
                }
            }
            after = holders.last().cloned();
            if after.is_none() {
                return Ok(members);
            }
        }
    }

    async fn group(&self, account: AccountId, id: &GroupId) -> Result<Group, GroupError> {
        self.store().resource(&key(account, id)).await?.and_then(group_of).ok_or(GroupError::NoGroup)
    }
}

/// The act of giving a group another path or name, on what it will be.
fn renamed(group: &Group, path: Option<&Path>, name: Option<&GroupName>) -> Aim<'static> {
    let path = path.unwrap_or(&group.path);
    let name = name.unwrap_or(&group.name);
    Aim::named("iam:UpdateGroup", group.account, "group", path.as_str(), name.as_str())
}

fn key(account: AccountId, id: &GroupId) -> ResourceKey {
    ResourceKey { account, id: ResourceId::Group(id.clone()) }
}

fn group_of(resource: Resource) -> Option<Group> {
    match resource {
        Resource::Group(group) => Some(group),
        _ => None,
    }
}
