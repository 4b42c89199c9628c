//! Roles: made, changed and deleted; whom they trust.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::RoleId;
use lockwright_model::name::{Path, RoleName};
pub use lockwright_model::quota::MOST_ROLES;
use lockwright_model::resource::{Holder, LinkKind, Pin, Resource, Role, SERVICE_ROLES, Tag};
use lockwright_model::user::Grants;
use lockwright_policy::document::counted_characters;
use serde_json::{Value, json};

use crate::Decided;
use crate::links::{self, Attachable};
use crate::permit::Permit;
use crate::tag;

/// The most characters of a trust policy, white space not counted (AWS quota `AssumeRolePolicySizeQuota`).
pub const MOST_TRUST: usize = 2_048;

/// Why a role is not made, changed or deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// There are [`MOST_ROLES`] already.
    TooMany,
    /// The trust policy has more than [`MOST_TRUST`] characters.
    TrustTooLong,
    /// Something still belongs to the role.
    Holds(Held),
    /// The path is that of roles which services manage, or the role is one.
    ServiceLinked,
}

/// What keeps a role from being deleted, in the order AWS names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Instance profiles that it is in.
    Profiles,
    /// Managed policies that are attached to it.
    Attached,
    /// Policies that stand in it.
    Inline,
}

/// What a role is made as. The trust policy was read before.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Its path.
    pub path: Path,
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<String>,
    /// Who may take it on.
    pub trust: Trust,
    /// How long its sessions may last, in seconds.
    pub longest_session: u32,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A trust policy, and whom it named when it was put.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The document.
    pub document: String,
    /// Users and roles that it names.
    pub pins: Vec<Pin>,
}

/// What is changed of a role.
#[derive(Clone, Debug)]
pub enum Change {
    /// `UpdateRole`
    Settings {
        /// What it is for; `None`: as before.
        description: Option<String>,
        /// How long its sessions may last, in seconds.
        longest_session: u32,
    },
    /// `UpdateRoleDescription`
    Description(String),
    /// `UpdateAssumeRolePolicy`: who may take it on. The policy was read before. Sessions that were taken on stay.
    Trust(Trust),
    /// All its sessions end at once; who may take it on stays.
    EndSessions,
}

/// `CreateRole`. `known` is how many roles the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    new: NewRole,
    boundary: Option<&Attachable>,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Role>, Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    if new.path.as_str().starts_with(SERVICE_ROLES) {
        return Err(Refusal::ServiceLinked);
    }
    fits(&new.trust.document)?;
    if known >= MOST_ROLES {
        return Err(Refusal::TooMany);
    }
    let role = Role {
        account: account.id,
        id: RoleId::draw(entropy),
        version: Version::NEW,
        name: new.name,
        path: new.path,
        created: op.now,
        description: new.description,
        trust: new.trust.document,
        pins: new.trust.pins,
        longest_session: new.longest_session,
        grants: Grants { boundary: boundary.map(Attachable::arn), ..Grants::default() },
        tags: new.tags,
        epoch: 0,
    };
    let request = json!({
        "roleName": role.name.as_str(), "path": role.path.as_str(), "assumeRolePolicyDocument": role.trust,
        "description": role.description, "maxSessionDuration": role.longest_session, "permissionsBoundary": role.grants.boundary,
        "tags": tag::told(&role.tags),
    });
    let mut changes = ChangeSet::default();
    if let Some(policy) = boundary {
        links::hold(&mut changes, role.account, Holder::Role(role.id.clone()), LinkKind::Boundary, policy);
    }
    changes.tell(event("CreateRole", &role, request, shown(&role), op, entropy));
    changes.put(Record::Resource(Resource::Role(role.clone())));
    // The account must still exist.
    changes.expect.push((Key::Account(account.id), account.version));
    Ok(Decided::new(changes, role))
}

/// Changes a role; what it says after that.
pub fn change(permit: &Permit, mut role: Role, change: Change, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<Role>, Refusal> {
    mine(permit, &role)?;
    // What such a role is for may be said in other words; how long its sessions last is the service's to say.
    let only_words = matches!(change, Change::Description(_))
        || matches!(change, Change::Settings { longest_session, .. } if longest_session == role.longest_session);
    if role.is_service_linked() && !only_words {
        return Err(Refusal::ServiceLinked);
    }
    let (name, request) = match change {
        Change::Settings { description, longest_session } => {
            let request = json!({"roleName": role.name.as_str(), "description": description, "maxSessionDuration": longest_session});
            role.description = description.or(role.description);
            role.longest_session = longest_session;
            ("UpdateRole", request)
        }
        Change::Description(description) => {
            let request = json!({"roleName": role.name.as_str(), "description": description});
            role.description = Some(description);
            ("UpdateRoleDescription", request)
        }
        Change::Trust(trust) => {
            fits(&trust.document)?;
            let request = json!({"roleName": role.name.as_str(), "policyDocument": trust.document});
            (role.trust, role.pins) = (trust.document, trust.pins);
            ("UpdateAssumeRolePolicy", request)
        }
        Change::EndSessions => {
            role.epoch += 1;
            ("SessionsEnded", json!({"roleName": role.name.as_str()}))
        }
    };
    let mut changes = ChangeSet::default();
    changes.tell(event(name, &role, request, Value::Null, op, entropy));
    changes.put(Record::Resource(Resource::Role(role.clone())));
    Ok(Decided::new(changes, role))
}

/// `DeleteRole`: takes no policy along, and leaves no instance profile empty: `in_profiles` says whether it is in any. Its sessions end with
/// it: another role of the same name has another id.
pub fn delete(permit: &Permit, role: Role, in_profiles: bool, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    mine(permit, &role)?;
    if role.is_service_linked() {
        return Err(Refusal::ServiceLinked);
    }
    let holds =
        [(Held::Profiles, in_profiles), (Held::Attached, !role.grants.attached.is_empty()), (Held::Inline, !role.grants.inline.is_empty())];
    if let Some((held, _)) = holds.into_iter().find(|(_, holds)| *holds) {
        return Err(Refusal::Holds(held));
    }
    let mut changes = ChangeSet::default();
    changes.tell(event("DeleteRole", &role, json!({"roleName": role.name.as_str()}), Value::Null, op, entropy));
    links::let_go_of_grants(&mut changes, role.account, &Holder::Role(role.id.clone()), &role.grants);
    let version = role.version;
    changes.delete(Key::Resource(Resource::Role(role).key()), version);
    Ok(Decided::new(changes, ()))
}

fn mine(permit: &Permit, role: &Role) -> Result<(), Refusal> {
    if role.account == permit.account() { Ok(()) } else { Err(Refusal::OtherAccount) }
}

fn fits(trust: &str) -> Result<(), Refusal> {
    if counted_characters(trust) > MOST_TRUST { Err(Refusal::TrustTooLong) } else { Ok(()) }
}

/// A new role, as the trail tells of it.
pub(crate) fn shown(role: &Role) -> Value {
    json!({"role": {
        "arn": role.arn(), "roleName": role.name.as_str(), "path": role.path.as_str(), "roleId": role.id.as_str(),
        "createDate": role.created.to_rfc3339(),
    }})
}

pub(crate) fn event(name: &'static str, role: &Role, request: Value, response: Value, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(role.account)).request(request).response(response))
}
