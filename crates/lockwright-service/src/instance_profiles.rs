//! Instance profiles, as programs manage them.

use lockwright_core::instance_profile::{self, NewProfile};
use lockwright_core::resource::Refusal;
use lockwright_model::context::OpContext;
use lockwright_model::id::{AccountId, RoleId};
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::resource::{Holder, LinkKind, Resource, ResourceId, ResourceKey, ResourceKind, Role};

use crate::Lockwright;
use crate::authorize::Aim;
use crate::commit::decide;
use crate::resource_changes::{Making, ResourceError};
use crate::trouble::Trouble;

/// The service that carries roles in instance profiles.
const CARRIER: &str = "ec2.amazonaws.com";

impl Lockwright {
    /// Creates an instance profile.
    pub async fn create_instance_profile(
        &self,
        op: &OpContext,
        account: AccountId,
        new: &NewProfile,
    ) -> Result<InstanceProfile, ResourceError> {
        let making = Making {
            kind: ResourceKind::InstanceProfile,
            arn: format!("arn:aws:iam::{account}:instance-profile{}{}", new.path, new.name),
            tags: &new.tags,
            create: "iam:CreateInstanceProfile",
            tag: "iam:TagInstanceProfile",
        };
        let decision = |permit: &_, state: &_, known| instance_profile::create(permit, state, new.clone(), known, op, self.entropy());
        self.make_resource(op, account, making, decision).await
    }

    /// Puts a role into an instance profile. Whoever does hands the role to a machine: that needs leave to pass it on, too.
    pub async fn add_role_to_instance_profile(
        &self,
        op: &OpContext,
        profile: &InstanceProfile,
        role: &RoleId,
    ) -> Result<(), ResourceError> {
        let outcome = decide!(self, {
            let stored = self.instance_profile(profile).await?;
            let aim = Aim::at("iam:AddRoleToInstanceProfile", stored.arn()).on_tags(&stored.tags);
            let permit = self.permit(op, stored.account, &aim).await??;
            let role = self.role_by_id(stored.account, role).await?.ok_or(ResourceError::NotThere)?;
            let pass = Aim::at("iam:PassRole", role.arn()).on_tags(&role.tags);
            let pass = pass.with("iam:passedtoservice", CARRIER).with("iam:associatedresourcearn", stored.arn());
            self.permit(op, stored.account, &pass).await??;
            instance_profile::add_role(&permit, stored, &role, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes a role out of an instance profile.
    pub async fn remove_role_from_instance_profile(
        &self,
        op: &OpContext,
        profile: &InstanceProfile,
        role: &Role,
    ) -> Result<(), ResourceError> {
        let key = Resource::InstanceProfile(profile.clone()).key();
        let decision = |permit: &_, stored| match stored {
            Resource::InstanceProfile(stored) => {
                instance_profile::remove_role(permit, stored, (&role.id, role.name.as_str()), op, self.entropy())
            }
            _ => Err(Refusal::OtherAccount),
        };
        self.change_resource(op, &key, "iam:RemoveRoleFromInstanceProfile", |aim| aim, decision).await
    }

    /// The instance profiles that a role is in, `limit` at most, after one, in the order of their ids. Told to nobody before the act is
    /// allowed.
    pub async fn instance_profiles_of(&self, role: &Role, after: Option<&str>, limit: u32) -> Result<Vec<InstanceProfile>, Trouble> {
        let after = after.and_then(|id| id.parse().ok()).map(Holder::InstanceProfile);
        let holders = self.store().holders(role.account, role.id.as_str(), LinkKind::Profile, after.as_ref(), limit).await?;
        let mut profiles = Vec::with_capacity(holders.len());
        for holder in holders {
            let Holder::InstanceProfile(id) = holder else { continue };
            let key = ResourceKey { account: role.account, id: ResourceId::InstanceProfile(id) };
            if let Some(Resource::InstanceProfile(profile)) = self.store().resource(&key).await? {
                profiles.push(profile);
            }
        }
        Ok(profiles)
    }

    /// A role by its id. Told to nobody before the act on it is allowed.
    pub async fn role_by_id(&self, account: AccountId, id: &RoleId) -> Result<Option<Role>, Trouble> {
        Ok(match self.store().resource(&ResourceKey { account, id: ResourceId::Role(id.clone()) }).await? {
            Some(Resource::Role(role)) => Some(role),
            _ => None,
        })
    }

    /// An instance profile as stored now.
    async fn instance_profile(&self, profile: &InstanceProfile) -> Result<InstanceProfile, ResourceError> {
        match self.store().resource(&Resource::InstanceProfile(profile.clone()).key()).await? {
            Some(Resource::InstanceProfile(profile)) => Ok(profile),
            _ => Err(ResourceError::NotThere),
        }
    }
}
