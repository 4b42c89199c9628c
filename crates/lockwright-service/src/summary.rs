//! An account as a whole: what it has in numbers, and everything that decides who may do what.

use lockwright_model::account::Account;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_model::resource::{Resource, ResourceId, ResourceKey, ResourceKind};
use lockwright_model::user::User;
use lockwright_model::user_credential::UserCredentialKind;

use crate::Lockwright;
use crate::trouble::Trouble;

/// Rows that are read in one go.
const READ: u32 = 200;

/// What an account has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// IAM users.
    pub users: u64,
    /// Groups.
    pub groups: u64,
    /// Roles.
    pub roles: u64,
    /// Policies of its own.
    pub policies: u64,
    /// All versions of these.
    pub policy_versions: u64,
    /// Instance profiles.
    pub instance_profiles: u64,
    /// Server certificates.
    pub server_certificates: u64,
    /// Identity providers.
    pub providers: u64,
    /// MFA devices, those that are nobody's too.
    pub mfa_devices: u64,
    /// MFA devices of its users and its root user.
    pub mfa_devices_in_use: u64,
    /// The root user has an MFA device.
    pub root_has_mfa: bool,
    /// The root user has an access key.
    pub root_has_keys: bool,
    /// The root user has a password.
    pub root_has_password: bool,
    /// The root user has a signing certificate.
    pub root_has_certificates: bool,
}

impl Lockwright {
    /// Counts what an account has; reads all its users and policies. Told to nobody before the act is allowed.
    pub async fn summary(&self, account: AccountId) -> Result<Summary, Trouble> {
        let mut summary = Summary::default();
        if let Some(state) = self.store().account(account).await? {
            let root = &state.root;
            summary.mfa_devices_in_use = root.factors.devices.len() as u64;
            summary.root_has_mfa = !root.factors.devices.is_empty();
            summary.root_has_keys = !root.keys.is_empty();
            summary.root_has_password = root.credential.is_some();
            let credentials = self.store().user_credentials_of(&Identity::Root(account)).await?;
            summary.root_has_certificates = credentials.iter().any(|known| known.kind() == UserCredentialKind::Certificate);
        }
        let mut enabled = 0;
        let count = |kind| self.store().count_resources(account, kind);
        summary.groups = count(ResourceKind::Group).await?;
        summary.roles = count(ResourceKind::Role).await?;
        summary.instance_profiles = count(ResourceKind::InstanceProfile).await?;
        summary.server_certificates = count(ResourceKind::ServerCertificate).await?;
        summary.providers = count(ResourceKind::OpenIdProvider).await?;
        let mut after = None;
        loop {
            let users = self.store().users(account, after.as_deref(), READ).await?;
            summary.users += users.len() as u64;
            for devices in users.iter().map(|user| &user.factors.devices) {
                summary.mfa_devices_in_use += devices.len() as u64;
                enabled += devices.iter().filter(|device| device.place.is_some()).count() as u64;
            }
            after = users.last().map(|user| user.name.key());
            if after.is_none() {
                break;
            }
        }
        let made = self.store().count_resources(account, ResourceKind::Device).await?;
        summary.mfa_devices = summary.mfa_devices_in_use + made.saturating_sub(enabled);
        loop {
            let policies = self.policies(account, after.as_deref(), READ).await?;
            summary.policies += policies.len() as u64;
            summary.policy_versions += policies.iter().map(|policy| policy.versions.len() as u64).sum::<u64>();
            after = policies.last().map(|policy| policy.name.key());
            if after.is_none() {
                return Ok(summary);
            }
        }
    }

    /// The account of a root user who has MFA devices, and the users of it who do; reads all its users. Told to nobody before the act is
    /// allowed.
    pub async fn owners_of_devices(&self, account: AccountId) -> Result<(Option<Account>, Vec<User>), Trouble> {
        let root = self.store().account(account).await?.filter(|account| !account.root.factors.devices.is_empty());
        let (mut owners, mut after) = (Vec::new(), None);
        loop {
            let users = self.store().users(account, after.as_deref(), READ).await?;
            let Some(last) = users.last() else { return Ok((root, owners)) };
            after = Some(last.name.key());
            owners.extend(users.into_iter().filter(|user| !user.factors.devices.is_empty()));
        }
    }

    /// The users of an account by name, each with the names of its groups, `limit` at most, after a name's key. Told to nobody before the act
    /// is allowed.
    pub async fn users_with_groups(
        &self,
        account: AccountId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(User, Vec<String>)>, Trouble> {
        let mut users = Vec::new();
        for user in self.store().users(account, after, limit).await? {
            let mut groups = Vec::with_capacity(user.groups.len());
            for id in &user.groups {
                let key = ResourceKey { account, id: ResourceId::Group(id.clone()) };
                if let Some(Resource::Group(group)) = self.resource_cached(&key).await?.as_deref() {
                    groups.push(group.name.to_string());
                }
            }
            users.push((user, groups));
        }
        Ok(users)
    }

    /// Those of one kind of an account's things by name, `limit` at most, after a name's key. Told to nobody before the act is allowed.
    pub async fn resources(
        &self,
        account: AccountId,
        kind: ResourceKind,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Resource>, Trouble> {
        Ok(self.store().resources(account, kind, after, limit).await?)
    }
}
