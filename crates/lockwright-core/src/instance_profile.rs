//! Instance profiles: made, given a role, and relieved of it.

use lockwright_model::account::Account;
use lockwright_model::change::Version;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::id::{InstanceProfileId, RoleId};
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::name::{InstanceProfileName, Path};
pub use lockwright_model::quota::MOST_PROFILES;
use lockwright_model::resource::{Resource, Role, Tag};
use serde_json::json;

use crate::Decided;
use crate::links;
use crate::permit::Permit;
use crate::resource::{self, Act, Refusal};
use crate::tag;

/// What an instance profile is to be.
#[derive(Clone, Debug)]
pub struct NewProfile {
    /// Its path.
    pub path: Path,
    /// Its name.
    pub name: InstanceProfileName,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// `CreateInstanceProfile`. `known` is how many the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    new: NewProfile,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<InstanceProfile>, Refusal> {
    resource::room(permit, account, known, MOST_PROFILES)?;
    let profile = InstanceProfile {
        account: account.id,
        id: InstanceProfileId::draw(entropy),
        version: Version::NEW,
        name: new.name,
        path: new.path,
        created: op.now,
        role: None,
        tags: new.tags,
    };
    let act = Act {
        name: "CreateInstanceProfile",
        request: json!({"path": profile.path.as_str(), "tags": tag::told(&profile.tags)}),
        response: json!({"instanceProfile": {
            "arn": profile.arn(), "instanceProfileName": profile.name.as_str(), "path": profile.path.as_str(),
            "instanceProfileId": profile.id.as_str(), "createDate": op.now.to_rfc3339(), "roles": [],
        }}),
    };
    Ok(Decided::new(resource::made(account, Resource::InstanceProfile(profile.clone()), act, op, entropy), profile))
}

/// `AddRoleToInstanceProfile`: one role at most, and none that is a service's own. The role stays as long as it is in there.
pub fn add_role(
    permit: &Permit,
    mut profile: InstanceProfile,
    role: &Role,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if profile.account != permit.account() || role.account != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    if role.is_service_linked() {
        return Err(Refusal::ServiceLinked);
    }
    if profile.role.is_some() {
        return Err(Refusal::TooMany(1));
    }
    profile.role = Some(role.id.clone());
    let act = Act::of("AddRoleToInstanceProfile", json!({"roleName": role.name.as_str()}));
    let (account, id) = (profile.account, profile.id.clone());
    let mut changes = resource::changed(Resource::InstanceProfile(profile), act, op, entropy);
    links::carry(&mut changes, account, &id, &role.id);
    Ok(Decided::new(changes, ()))
}

/// `RemoveRoleFromInstanceProfile`.
pub fn remove_role(
    permit: &Permit,
    mut profile: InstanceProfile,
    (role, name): (&RoleId, &str),
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if profile.account != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    if profile.role.as_ref() != Some(role) {
        return Err(Refusal::Unknown);
    }
    profile.role = None;
    let act = Act::of("RemoveRoleFromInstanceProfile", json!({"roleName": name}));
    let (account, id) = (profile.account, profile.id.clone());
    let mut changes = resource::changed(Resource::InstanceProfile(profile), act, op, entropy);
    links::put_down(&mut changes, account, &id, role);
    Ok(Decided::new(changes, ()))
}
