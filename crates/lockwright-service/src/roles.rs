//! Roles, as programs manage them; and the tags of users and roles.

use lockwright_core::grant::Grantee;
use lockwright_core::role::{self, Change, NewRole, Refusal, Trust};
use lockwright_core::tag;
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::resource::{LinkKind, Pin, Resource, ResourceId, ResourceKey, ResourceKind, Role, Tag};
use lockwright_policy::{Document, Kind, Malformed};

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::grants::{GrantError, GranteeRef};
use crate::resources::NoPolicy;
use crate::trouble::{NotCommitted, Trouble};

/// Why a role was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such role, or no such account.
    #[error("there is no such role")]
    NoRole,
    /// A role of that name exists in the account.
    #[error("a role of that name exists")]
    NameTaken,
    /// The trust policy can't be read.
    #[error("the trust policy is malformed")]
    Malformed(Malformed),
    /// The trust policy names a user or a role of this account that is not there.
    #[error("there is nobody of this ARN: {0}")]
    NoPrincipal(String),
    /// There is no such managed policy to bound it.
    #[error(transparent)]
    NoPolicy(#[from] NoPolicy),
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for RoleError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OtherAccount => Self::NoRole,
            other => Self::Refused(other),
        }
    }
}

impl From<NotCommitted> for RoleError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::ResourceName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(_)) => Self::Refused(Refusal::TooMany),
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for RoleError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// Why tags were not put or taken away.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// Whose they are is not there, or it is not permitted.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(tag::Refusal),
}

impl From<tag::Refusal> for TagError {
    fn from(refusal: tag::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotCommitted> for TagError {
    fn from(failure: NotCommitted) -> Self {
        Self::Grant(failure.into())
    }
}

impl Lockwright {
    /// Creates a role. `boundary` is the ARN of the policy that bounds what it may do.
    pub async fn create_role(&self, op: &OpContext, account: AccountId, new: &NewRole, boundary: Option<&str>) -> Result<Role, RoleError> {
        let aim = |action| Aim::named(action, account, "role", new.path.as_str(), new.name.as_str()).bringing_tags(&new.tags);
        let create = boundary.into_iter().fold(aim("iam:CreateRole"), |aim, arn| aim.with("iam:permissionsboundary", arn));
        let outcome = decide!(self, {
            let tagging = (!new.tags.is_empty()).then(|| aim("iam:TagRole"));
            let permit = self.permit_all(op, account, &create, tagging.as_slice()).await??;
            let trust = self.trust(account, &new.trust.document).await?;
            let policy = match boundary {
                Some(arn) => Some(self.attachable(account, arn).await??),
                None => None,
            };
            let state = self.store().account(account).await?.ok_or(RoleError::NoRole)?;
            let known = self.store().count_resources(account, ResourceKind::Role).await?;
            role::create(&permit, &state, NewRole { trust, ..new.clone() }, policy.as_ref(), known, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Changes a role; what it says after that.
    pub async fn change_role(&self, op: &OpContext, role: &Role, action: &'static str, change: &Change) -> Result<Role, RoleError> {
        let outcome = decide!(self, {
            let stored = self.role(role).await?;
            let permit = self.permit(op, stored.account, &Aim::at(action, stored.arn()).on_tags(&stored.tags)).await??;
            let change = match change {
                Change::Trust(trust) => Change::Trust(self.trust(stored.account, &trust.document).await?),
                other => other.clone(),
            };
            role::change(&permit, stored, change, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a role to which nothing is granted any more. Its sessions end.
    pub async fn delete_role(&self, op: &OpContext, role: &Role) -> Result<(), RoleError> {
        let outcome = decide!(self, {
            let stored = self.role(role).await?;
            let permit = self.permit(op, stored.account, &Aim::at("iam:DeleteRole", stored.arn()).on_tags(&stored.tags)).await??;
            let in_profiles = self.store().count_holders(stored.account, stored.id.as_str(), LinkKind::Profile).await? > 0;
            role::delete(&permit, stored, in_profiles, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// The roles of an account by name, `limit` at most, after a name's key. Told to nobody before the act is allowed.
    pub async fn roles(&self, account: AccountId, after: Option<&str>, limit: u32) -> Result<Vec<Role>, Trouble> {
        let found = self.store().resources(account, ResourceKind::Role, after, limit).await?;
        Ok(found.into_iter().filter_map(|resource| if let Resource::Role(role) = resource { Some(role) } else { None }).collect())
    }

    /// Puts tags on a user or a role.
    pub async fn put_tags(&self, op: &OpContext, on: &GranteeRef, tags: &[Tag]) -> Result<(), TagError> {
        let outcome = decide!(self, {
            let grantee = self.grantee(on).await?.ok_or(GrantError::Nobody)?;
            let aim = Aim::grantee(tag_action(&grantee, "iam:TagUser", "iam:TagRole"), &grantee).bringing_tags(tags);
            let permit = self.permit(op, grantee.account(), &aim).await.map_err(GrantError::from)?.map_err(GrantError::from)?;
            tag::put(&permit, grantee, tags.to_vec(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes tags of a user or a role away.
    pub async fn take_tags(&self, op: &OpContext, from: &GranteeRef, keys: &[String]) -> Result<(), TagError> {
        let outcome = decide!(self, {
            let grantee = self.grantee(from).await?.ok_or(GrantError::Nobody)?;
            let aim = Aim::grantee(tag_action(&grantee, "iam:UntagUser", "iam:UntagRole"), &grantee);
            let aim = aim.with_all("aws:tagkeys", keys.iter().map(String::as_str));
            let permit = self.permit(op, grantee.account(), &aim).await.map_err(GrantError::from)?.map_err(GrantError::from)?;
            tag::take(&permit, grantee, keys, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Reads a trust policy, and finds whom it names. Of its own account everybody must be there, as AWS has it; whether somebody of another
    /// account is, it does not say: whoever is not lets nobody in.
    async fn trust(&self, account: AccountId, document: &str) -> Result<Trust, RoleError> {
        let read = Document::parse(document, Kind::Trust).map_err(RoleError::Malformed)?;
        let mut pins: Vec<Pin> = Vec::new();
        for name in read.statements().iter().flat_map(|statement| &statement.principals).flat_map(|clause| &clause.names) {
            let arn: &str = &name.name.text;
            let Some((of, _)) = arn
                .strip_prefix("arn:aws:iam::")
                .and_then(|rest| rest.split_once(':'))
                .filter(|(_, place)| place.starts_with("user/") || place.starts_with("role/"))
            else {
                continue;
            };
            let id = match of.parse() {
                Ok(of) => self.id_of(of, arn).await?,
                Err(_) => None,
            };
            if id.is_none() && of == account.to_string() {
                return Err(RoleError::NoPrincipal(arn.to_owned()));
            }
            if pins.iter().all(|pin| pin.arn != arn) {
                pins.push(Pin { arn: arn.to_owned(), id });
            }
        }
        Ok(Trust { document: document.to_owned(), pins })
    }

    /// A role as stored now.
    pub(crate) async fn role(&self, role: &Role) -> Result<Role, RoleError> {
        let key = ResourceKey { account: role.account, id: ResourceId::Role(role.id.clone()) };
        match self.store().resource(&key).await? {
            Some(Resource::Role(role)) => Ok(role),
            _ => Err(RoleError::NoRole),
        }
    }
}

fn tag_action(grantee: &Grantee, user: &'static str, role: &'static str) -> &'static str {
    if matches!(grantee, Grantee::User(_)) { user } else { role }
}
