//! Managed policies, AWS's and an account's own: looked at, and the own ones changed.

use lockwright_core::grant::Grantee;
use lockwright_core::policy::{self, NewPolicy, Refusal};
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::UserRef;
use lockwright_model::resource::{CustomerPolicy, Holder, LinkKind, PolicyVersion, Resource, ResourceId, ResourceKey, ResourceKind, Tag};
use lockwright_policy::{Kind, Malformed, Policy};

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Why a policy was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The account has no such policy, or there is no such account.
    #[error("there is no such policy")]
    NoPolicy,
    /// A policy of that name exists in the account, wherever it stands.
    #[error("a policy of that name exists")]
    NameTaken,
    /// The document can't be read.
    #[error("the policy document is malformed")]
    Malformed(Malformed),
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for PolicyError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OtherAccount => Self::NoPolicy,
            other => Self::Refused(other),
        }
    }
}

impl From<NotCommitted> for PolicyError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::ResourceName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(_)) => Self::Refused(Refusal::TooMany),
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for PolicyError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// Both ways to hold a policy.
const USES: [LinkKind; 2] = [LinkKind::Attached, LinkKind::Boundary];

impl Lockwright {
    /// Creates a policy. Tags that come with it need leave of their own.
    pub async fn create_policy(&self, op: &OpContext, account: AccountId, new: &NewPolicy) -> Result<CustomerPolicy, PolicyError> {
        let aim = |action| Aim::named(action, account, "policy", new.path.as_str(), new.name.as_str()).bringing_tags(&new.tags);
        let outcome = decide!(self, {
            let tagging = (!new.tags.is_empty()).then(|| aim("iam:TagPolicy"));
            let permit = self.permit_all(op, account, &aim("iam:CreatePolicy"), tagging.as_slice()).await??;
            read(&new.document)?;
            let state = self.store().account(account).await?.ok_or(PolicyError::NoPolicy)?;
            let known = self.store().count_resources(account, ResourceKind::Policy).await?;
            policy::create(&permit, &state, new.clone(), known, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Adds a version to a policy, and puts it in force or not.
    pub async fn add_policy_version(
        &self,
        op: &OpContext,
        account: AccountId,
        arn: &str,
        document: &str,
        in_force: bool,
    ) -> Result<PolicyVersion, PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let permit = self.permit(op, account, &Aim::policy("iam:CreatePolicyVersion", arn, policy.as_ref())).await??;
            read(document)?;
            policy::add_version(&permit, policy.ok_or(PolicyError::NoPolicy)?, document.to_owned(), in_force, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Puts a version of a policy in force.
    pub async fn put_policy_version_in_force(&self, op: &OpContext, account: AccountId, arn: &str, number: u32) -> Result<(), PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let permit = self.permit(op, account, &Aim::policy("iam:SetDefaultPolicyVersion", arn, policy.as_ref())).await??;
            policy::put_in_force(&permit, policy.ok_or(PolicyError::NoPolicy)?, number, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a version of a policy that is not in force.
    pub async fn delete_policy_version(&self, op: &OpContext, account: AccountId, arn: &str, number: u32) -> Result<(), PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let permit = self.permit(op, account, &Aim::policy("iam:DeletePolicyVersion", arn, policy.as_ref())).await??;
            policy::delete_version(&permit, policy.ok_or(PolicyError::NoPolicy)?, number, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a policy that nobody holds.
    pub async fn delete_policy(&self, op: &OpContext, account: AccountId, arn: &str) -> Result<(), PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let permit = self.permit(op, account, &Aim::policy("iam:DeletePolicy", arn, policy.as_ref())).await??;
            let policy = policy.ok_or(PolicyError::NoPolicy)?;
            let mut holders = 0;
            for kind in USES {
                holders += self.store().count_holders(account, arn, kind).await?;
            }
            policy::delete(&permit, policy, holders > 0, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Puts tags on a policy.
    pub async fn tag_policy(&self, op: &OpContext, account: AccountId, arn: &str, tags: &[Tag]) -> Result<(), PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let aim = Aim::policy("iam:TagPolicy", arn, policy.as_ref()).bringing_tags(tags);
            let permit = self.permit(op, account, &aim).await??;
            policy::put_tags(&permit, policy.ok_or(PolicyError::NoPolicy)?, tags.to_vec(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes tags off a policy.
    pub async fn untag_policy(&self, op: &OpContext, account: AccountId, arn: &str, keys: &[String]) -> Result<(), PolicyError> {
        let outcome = decide!(self, {
            let policy = self.find_policy(account, arn).await?;
            let aim = Aim::policy("iam:UntagPolicy", arn, policy.as_ref()).with_all("aws:tagkeys", keys.iter().map(String::as_str));
            let permit = self.permit(op, account, &aim).await??;
            policy::take_tags(&permit, policy.ok_or(PolicyError::NoPolicy)?, keys, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// An account's own policies by name, `limit` at most, after a name's key. Told to nobody before the act is allowed.
    pub async fn policies(&self, account: AccountId, after: Option<&str>, limit: u32) -> Result<Vec<CustomerPolicy>, Trouble> {
        let rows = self.store().resources(account, ResourceKind::Policy, after, limit).await?;
        Ok(rows.into_iter().filter_map(|row| if let Resource::Policy(policy) = row { Some(policy) } else { None }).collect())
    }

    /// How many have a managed policy attached, or are bounded by it. Told to nobody before the act is allowed.
    pub async fn count_policy_uses(&self, account: AccountId, arn: &str, kind: LinkKind) -> Result<u64, Trouble> {
        Ok(self.store().count_holders(account, arn, kind).await?)
    }

    /// The ARNs of all managed policies that are attached to anybody of the account, or bound anybody, in their order. Told to nobody before
    /// the act is allowed.
    pub async fn policies_in_use(&self, account: AccountId, kind: LinkKind) -> Result<Vec<String>, Trouble> {
        const READ: u32 = 500;
        let mut arns: Vec<String> = Vec::new();
        loop {
            let found = self.store().held(account, kind, arns.last().map(String::as_str), READ).await?;
            let ended = found.len() < usize::try_from(READ).unwrap_or(usize::MAX);
            arns.extend(found);
            if ended {
                return Ok(arns);
            }
        }
    }

    /// Who holds a managed policy in one of these ways, each once, in the order of [`Holder`]'s texts, `limit` at most, those after one. Told
    /// to nobody before the act is allowed.
    pub async fn policy_holders(
        &self,
        account: AccountId,
        arn: &str,
        kinds: &[LinkKind],
        after: Option<&Holder>,
        limit: u32,
    ) -> Result<Vec<Grantee>, Trouble> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut grantees, mut after) = (Vec::new(), after.cloned());
        while grantees.len() < wanted {
            let mut holders: Vec<Holder> = Vec::new();
            for kind in kinds {
                holders.extend(self.store().holders(account, arn, *kind, after.as_ref(), limit).await?);
            }
            holders.sort_by_cached_key(ToString::to_string);
            holders.dedup();
            holders.truncate(wanted - grantees.len());
            after = holders.last().cloned();
            if after.is_none() {
                break;
            }
            for holder in holders {
                // Whoever was deleted between the two reads leaves room for the next one.
                grantees.extend(self.holder(account, holder).await?);
            }
        }
        Ok(grantees)
    }

    async fn holder(&self, account: AccountId, holder: Holder) -> Result<Option<Grantee>, Trouble> {
        let id = match holder {
            Holder::User(user) => return Ok(self.store().user(&UserRef { account, user }).await?.map(Grantee::User)),
            Holder::Group(id) => ResourceId::Group(id),
            Holder::Role(id) => ResourceId::Role(id),
            Holder::InstanceProfile(_) => return Ok(None),
        };
        Ok(match self.store().resource(&ResourceKey { account, id }).await? {
            Some(Resource::Group(group)) => Some(Grantee::Group(group)),
            Some(Resource::Role(role)) => Some(Grantee::Role(role)),
            _ => None,
        })
    }
}

fn read(document: &str) -> Result<(), PolicyError> {
    Policy::parse(document, Kind::Identity).map(|_| ()).map_err(PolicyError::Malformed)
}
