//! Groups, policies, roles and what else an account has, found by name, by ARN or by id.

use std::sync::Arc;

use lockwright_core::grant::Grantee;
use lockwright_core::links::Attachable;
use lockwright_model::change::Key;
use lockwright_model::id::AccountId;
use lockwright_model::name::{GroupName, PolicyName, RoleName};
use lockwright_model::resource::{CustomerPolicy, Group, Resource, ResourceId, ResourceKey, ResourceKind, Role};
use lockwright_policy::{Policy, managed};
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::cache::Row;
use crate::trouble::Trouble;

/// Why there is no managed policy to attach.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPolicy {
    /// There is none of this ARN, here or carried of AWS's.
    #[error("there is no such policy")]
    Unknown,
    /// It is for service-linked roles alone.
    #[error("the policy can't be attached")]
    NotAttachable,
}

/// The name in a policy's ARN of this account; `None`: the ARN is another account's, or none.
fn name_in(account: AccountId, arn: &str) -> Option<PolicyName> {
    let place = arn.strip_prefix("arn:aws:iam::")?.strip_prefix(&account.to_string())?.strip_prefix(":policy/")?;
    place.rsplit('/').next()?.parse().ok()
}

impl Lockwright {
    /// A group of a name. Told to nobody before the act on it is allowed.
    pub async fn find_group(&self, account: AccountId, name: &GroupName) -> Result<Option<Group>, Trouble> {
        Ok(match self.store().resource_by_name(account, ResourceKind::Group, &name.key()).await? {
            Some(Resource::Group(group)) => Some(group),
            _ => None,
        })
    }

    /// A thing of a kind, by its name's key. Told to nobody before the act on it is allowed.
    pub async fn find_resource(&self, account: AccountId, kind: ResourceKind, name_key: &str) -> Result<Option<Resource>, Trouble> {
        Ok(self.store().resource_by_name(account, kind, name_key).await?)
    }

    /// A thing by its id. Told to nobody before the act on it is allowed.
    pub async fn resource_of(&self, key: &ResourceKey) -> Result<Option<Resource>, Trouble> {
        Ok(self.store().resource(key).await?)
    }

    /// A role of a name. Told to nobody before the act on it is allowed.
    pub async fn find_role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>, Trouble> {
        Ok(match self.store().resource_by_name(account, ResourceKind::Role, &name.key()).await? {
            Some(Resource::Role(role)) => Some(role),
            _ => None,
        })
    }

    /// A policy of the account's own. Told to nobody before the act on it is allowed.
    pub async fn find_policy(&self, account: AccountId, arn: &str) -> Result<Option<CustomerPolicy>, Trouble> {
        let Some(name) = name_in(account, arn) else { return Ok(None) };
        Ok(match self.store().resource_by_name(account, ResourceKind::Policy, &name.key()).await? {
            Some(Resource::Policy(policy)) if policy.arn() == arn => Some(policy),
            _ => None,
        })
    }

    /// Groups, policies or roles of an account whose names begin like this, by name, `limit` at most, after a name's key. Told to nobody before
    /// the act is allowed.
    pub async fn resources_beginning(
        &self,
        account: AccountId,
        kind: ResourceKind,
        begin: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Resource>, Trouble> {
        let begin = begin.to_lowercase();
        let mut found = Vec::new();
        if after.is_none() && !begin.is_empty() {
            // The list goes on after a name: the one that is spelled like this is looked up by itself.
            found.extend(self.store().resource_by_name(account, kind, &begin).await?);
        }
        let after = after.filter(|after| *after >= begin.as_str()).or(Some(begin.as_str()).filter(|begin| !begin.is_empty()));
        let rest = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
        let rows = self.store().resources(account, kind, after, rest).await?;
        found.extend(rows.into_iter().take_while(|row| row.name_key().starts_with(&begin)));
        Ok(found)
    }

    /// The unique id of a user or a role.
    pub(crate) async fn id_of(&self, account: AccountId, arn: &str) -> Result<Option<String>, Trouble> {
        Ok(match self.grantee_at(account, arn).await? {
            Some(Grantee::User(user)) => Some(user.id.user.to_string()),
            Some(Grantee::Role(role)) => Some(role.id.to_string()),
            Some(Grantee::Group(_)) | None => None,
        })
    }

    /// A managed policy that can be attached in an account: one of AWS, or of the account's own.
    pub(crate) async fn attachable(&self, account: AccountId, arn: &str) -> Result<Result<Attachable, NoPolicy>, Trouble> {
        if let Ok(managed) = managed::find(arn) {
            return Ok(if managed.is_attachable() { Ok(Attachable::Aws(arn.to_owned())) } else { Err(NoPolicy::NotAttachable) });
        }
        Ok(self.find_policy(account, arn).await?.map(Attachable::Own).ok_or(NoPolicy::Unknown))
    }

    /// A managed policy's version in force, compiled; from the cache where it is there.
    pub(crate) async fn managed_policy(&self, account: AccountId, arn: &str) -> Result<Option<Arc<Policy>>, Trouble> {
        if let Ok(managed) = managed::find(arn) {
            return Ok(self.0.cache.compiled(managed.document));
        }
        if let Some(id) = self.0.cache.policy_id(arn) {
            let key = ResourceKey { account, id: ResourceId::Policy(id) };
            if let Some(Resource::Policy(policy)) = self.resource_cached(&key).await?.as_deref() {
                return Ok(policy.in_force().and_then(|version| self.0.cache.compiled(&version.document)));
            }
        }
        let Some(policy) = self.find_policy(account, arn).await? else { return Ok(None) };
        self.0.cache.note_policy(arn, &policy.id);
        Ok(policy.in_force().and_then(|version| self.0.cache.compiled(&version.document)))
    }

    /// A group, a policy or a role, from the cache where it is there.
    pub(crate) async fn resource_cached(&self, key: &ResourceKey) -> Result<Option<Arc<Resource>>, StoreError> {
        let place = Key::Resource(key.clone());
        if let Some(Row::Resource(resource)) = self.0.cache.get(&place) {
            return Ok(Some(resource));
        }
        let mark = self.0.cache.mark(&place);
        let resource = self.store().resource(key).await?.map(Arc::new);
        if let Some(resource) = &resource {
            self.0.cache.fill(place, Row::Resource(Arc::clone(resource)), mark);
        }
        Ok(resource)
    }
}
