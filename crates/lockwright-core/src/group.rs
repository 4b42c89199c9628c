//! Groups of IAM users: made, renamed, moved and deleted; who is in them.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::GroupId;
use lockwright_model::name::{GroupName, Path};
pub use lockwright_model::quota::MOST_GROUPS;
use lockwright_model::resource::{Group, Holder, LinkKind, Resource};
use lockwright_model::user::{Grants, User};
use serde_json::{Value, json};

use crate::Decided;
use crate::links;
use crate::permit::Permit;
use crate::user::ADMINISTRATORS;

/// The most groups that one user is in (AWS quota `GroupsPerUserQuota`).
pub const MOST_OF_USER: usize = 10;

/// Why a group is not made, changed or joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// The name is the built-in administrators group's: a policy that lets somebody fill a group of this name would let them fill that one.
    BuiltIn,
    /// There are [`MOST_GROUPS`] already.
    TooMany,
    /// The user is in [`MOST_OF_USER`] already.
    TooManyOfUser,
    /// Something still belongs to the group.
    Holds(Held),
    /// The user is not in it.
    NoMember,
}

/// What keeps a group from being deleted, in the order AWS names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Its members.
    Members,
    /// Managed policies that are attached to it.
    Attached,
    /// Policies that stand in it.
    Inline,
}

fn free(name: &GroupName) -> Result<(), Refusal> {
    if name.key() == ADMINISTRATORS { Err(Refusal::BuiltIn) } else { Ok(()) }
}

fn mine(permit: &Permit, group: &Group) -> Result<(), Refusal> {
    if group.account == permit.account() { Ok(()) } else { Err(Refusal::OtherAccount) }
}

/// `CreateGroup`. `known` is how many groups the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    path: Path,
    name: GroupName,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Group>, Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    free(&name)?;
    if known >= MOST_GROUPS {
        return Err(Refusal::TooMany);
    }
    let group = Group {
        account: account.id,
        id: GroupId::draw(entropy),
        version: Version::NEW,
        name,
        path,
        created: op.now,
        grants: Grants::default(),
    };
    let request = json!({"groupName": group.name.as_str(), "path": group.path.as_str()});
    let shown = json!({"group": {
        "arn": group.arn(), "groupName": group.name.as_str(), "path": group.path.as_str(), "groupId": group.id.as_str(),
        "createDate": op.now.to_rfc3339(),
    }});
    let mut changes = ChangeSet::default();
    changes.tell(event("CreateGroup", &group, request, shown, op, entropy));
    changes.put(Record::Resource(Resource::Group(group.clone())));
    // The account must still exist.
    changes.expect.push((Key::Account(account.id), account.version));
    Ok(Decided::new(changes, group))
}

/// `UpdateGroup`: another name, another path; members and policies stay.
pub fn update(
    permit: &Permit,
    mut group: Group,
    path: Option<Path>,
    name: Option<GroupName>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &group)?;
    let mut request = json!({"groupName": group.name.as_str()});
    if let Some(name) = name {
        free(&name)?;
        add(&mut request, "newGroupName", name.as_str());
        group.name = name;
    }
    if let Some(path) = path {
        add(&mut request, "newPath", path.as_str());
        group.path = path;
    }
    let mut changes = ChangeSet::default();
    changes.tell(event("UpdateGroup", &group, request, Value::Null, op, entropy));
    changes.put(Record::Resource(Resource::Group(group)));
    Ok(Decided::new(changes, ()))
}

/// `DeleteGroup`: takes nothing along. Whoever joins meanwhile keeps it: their link needs its row.
pub fn delete(permit: &Permit, group: Group, has_members: bool, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    mine(permit, &group)?;
    let holds = [
        (Held::Members, has_members),
        (Held::Attached, !group.grants.attached.is_empty()),
        (Held::Inline, !group.grants.inline.is_empty()),
    ];
    if let Some((held, _)) = holds.into_iter().find(|(_, holds)| *holds) {
        return Err(Refusal::Holds(held));
    }
    let mut changes = ChangeSet::default();
    changes.tell(event("DeleteGroup", &group, json!({"groupName": group.name.as_str()}), Value::Null, op, entropy));
    let version = group.version;
    changes.delete(Key::Resource(Resource::Group(group).key()), version);
    Ok(Decided::new(changes, ()))
}

/// `AddUserToGroup`: adding a member changes nothing but the trail.
pub fn join(permit: &Permit, group: &Group, mut user: User, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    mine(permit, group)?;
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let mut changes = ChangeSet::default();
    if !user.groups.contains(&group.id) {
        if user.groups.len() >= MOST_OF_USER {
            return Err(Refusal::TooManyOfUser);
        }
        user.groups.push(group.id.clone());
        links::join(&mut changes, &user.id, group);
    }
    Ok(of_member("AddUserToGroup", changes, group, user, op, entropy))
}

/// `RemoveUserFromGroup`.
pub fn leave(permit: &Permit, group: &Group, mut user: User, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    mine(permit, group)?;
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let at = user.groups.iter().position(|known| *known == group.id).ok_or(Refusal::NoMember)?;
    user.groups.remove(at);
    let mut changes = ChangeSet::default();
    links::let_go(&mut changes, group.account, Holder::User(user.id.user.clone()), LinkKind::Member, group.id.as_str());
    Ok(of_member("RemoveUserFromGroup", changes, group, user, op, entropy))
}

fn of_member(name: &'static str, mut changes: ChangeSet, group: &Group, user: User, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let request = json!({"userName": user.name.as_str(), "groupName": group.name.as_str()});
    changes.tell(event(name, group, request, Value::Null, op, entropy));
    changes.put(Record::User(user));
    Decided::new(changes, ())
}

fn add(request: &mut Value, field: &str, text: &str) {
    if let Some(request) = request.as_object_mut() {
        request.insert(field.to_owned(), json!(text));
    }
}

fn event(name: &'static str, group: &Group, request: Value, response: Value, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(group.account)).request(request).response(response))
}
