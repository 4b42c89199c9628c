//! What a user, a group or a role is granted directly: the policies that stand in it, the managed ones attached to it, and its boundary.

use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::name::{Path, PolicyName};
use lockwright_model::resource::{Group, Holder, LinkKind, Resource, Role};
use lockwright_model::user::{Grants, InlinePolicy, User};
use lockwright_policy::document::counted_characters;
use serde_json::{Value, json};

use crate::Decided;
use crate::links::{self, Attachable};
use crate::permit::Permit;

/// The most managed policies that are attached to one user, group or role (AWS quotas `AttachedPoliciesPer…Quota`).
pub const MOST_ATTACHED: usize = 10;
/// The most characters of all policies that stand in a user, white space not counted (AWS quota `UserPolicySizeQuota`).
pub const USER_CHARACTERS: usize = 2_048;
/// The same of a group (AWS quota `GroupPolicySizeQuota`).
pub const GROUP_CHARACTERS: usize = 5_120;
/// The same of a role (AWS quota `RolePolicySizeQuota`).
pub const ROLE_CHARACTERS: usize = 10_240;

/// Who is granted something.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, taken apart at once")]
pub enum Grantee {
    /// A user.
    User(User),
    /// A group.
    Group(Group),
    /// A role.
    Role(Role),
}

/// Why a policy is not put or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// All policies together have more characters than this, white space not counted.
    TooLong(usize),
    /// There are [`MOST_ATTACHED`] already.
    TooMany,
    /// There is no policy of this name, or none of this ARN is attached.
    Unknown,
    /// It is a role that a service manages.
    ServiceLinked,
}

/// The names that CloudTrail has for one act on each kind of grantee.
pub(crate) struct Names {
    pub(crate) user: &'static str,
    pub(crate) group: &'static str,
    pub(crate) role: &'static str,
}

impl Grantee {
    /// Its account.
    pub fn account(&self) -> AccountId {
        match self {
            Self::User(user) => user.id.account,
            Self::Group(group) => group.account,
            Self::Role(role) => role.account,
        }
    }

    /// What it is granted.
    pub fn grants(&self) -> &Grants {
        match self {
            Self::User(user) => &user.grants,
            Self::Group(group) => &group.grants,
            Self::Role(role) => &role.grants,
        }
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        match self {
            Self::User(user) => user.arn(),
            Self::Group(group) => group.arn(),
            Self::Role(role) => role.arn(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::User(user) => user.name.as_str(),
            Self::Group(group) => group.name.as_str(),
            Self::Role(role) => role.name.as_str(),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        match self {
            Self::User(user) => &user.path,
            Self::Group(group) => &group.path,
            Self::Role(role) => &role.path,
        }
    }

    /// The most characters of all policies that stand in it, white space not counted.
    pub const fn most_characters(&self) -> usize {
        match self {
            Self::User(_) => USER_CHARACTERS,
            Self::Group(_) => GROUP_CHARACTERS,
            Self::Role(_) => ROLE_CHARACTERS,
        }
    }

    fn grants_mut(&mut self) -> &mut Grants {
        match self {
            Self::User(user) => &mut user.grants,
            Self::Group(group) => &mut group.grants,
            Self::Role(role) => &mut role.grants,
        }
    }

    /// How links name it.
    pub fn holder(&self) -> Holder {
        match self {
            Self::User(user) => Holder::User(user.id.user.clone()),
            Self::Group(group) => Holder::Group(group.id.clone()),
            Self::Role(role) => Holder::Role(role.id.clone()),
        }
    }

    /// The field of `requestParameters` that names it.
    const fn field(&self) -> &'static str {
        match self {
            Self::User(_) => "userName",
            Self::Group(_) => "groupName",
            Self::Role(_) => "roleName",
        }
    }

    fn record(self) -> Record {
        match self {
            Self::User(user) => Record::User(user),
            Self::Group(group) => Record::Resource(Resource::Group(group)),
            Self::Role(role) => Record::Resource(Resource::Role(role)),
        }
    }

    fn mine(&self, permit: &Permit) -> Result<(), Refusal> {
        if self.account() != permit.account() {
            return Err(Refusal::OtherAccount);
        }
        match self {
            Self::Role(role) if role.is_service_linked() => Err(Refusal::ServiceLinked),
            _ => Ok(()),
        }
    }
}

/// `PutUserPolicy` and its likes: adds a policy, or replaces the one of this name. The document was read before.
pub fn put(
    permit: &Permit,
    mut grantee: Grantee,
    name: PolicyName,
    document: String,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    grantee.mine(permit)?;
    let most = grantee.most_characters();
    let inline = &mut grantee.grants_mut().inline;
    inline.retain(|known| known.name != name);
    inline.push(InlinePolicy { name: name.clone(), document: document.clone() });
    inline.sort_by(|one, other| one.name.cmp(&other.name));
    if inline.iter().map(|policy| counted_characters(&policy.document)).sum::<usize>() > most {
        return Err(Refusal::TooLong(most));
    }
    let request = json!({"policyName": name.as_str(), "policyDocument": document});
    let names = Names { user: "PutUserPolicy", group: "PutGroupPolicy", role: "PutRolePolicy" };
    Ok(told(names, ChangeSet::default(), grantee, request, op, entropy))
}

/// `DeleteUserPolicy` and its likes.
pub fn delete(
    permit: &Permit,
    mut grantee: Grantee,
    name: &PolicyName,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    grantee.mine(permit)?;
    let inline = &mut grantee.grants_mut().inline;
    let before = inline.len();
    inline.retain(|known| known.name != *name);
    if inline.len() == before {
        return Err(Refusal::Unknown);
    }
    let names = Names { user: "DeleteUserPolicy", group: "DeleteGroupPolicy", role: "DeleteRolePolicy" };
    Ok(told(names, ChangeSet::default(), grantee, json!({"policyName": name.as_str()}), op, entropy))
}

/// `AttachUserPolicy` and its likes: attaching what is attached changes nothing but the trail. That the policy is there was looked at
/// before, and holds at the commit.
pub fn attach(
    permit: &Permit,
    mut grantee: Grantee,
    policy: &Attachable,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    grantee.mine(permit)?;
    let arn = policy.arn();
    let mut changes = ChangeSet::default();
    if !grantee.grants().attached.contains(&arn) {
        let attached = &mut grantee.grants_mut().attached;
        if attached.len() >= MOST_ATTACHED {
            return Err(Refusal::TooMany);
        }
        attached.push(arn.clone());
        links::hold(&mut changes, grantee.account(), grantee.holder(), LinkKind::Attached, policy);
    }
    let names = Names { user: "AttachUserPolicy", group: "AttachGroupPolicy", role: "AttachRolePolicy" };
    Ok(told(names, changes, grantee, json!({"policyArn": arn}), op, entropy))
}

/// `DetachUserPolicy` and its likes.
pub fn detach(permit: &Permit, mut grantee: Grantee, arn: &str, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    grantee.mine(permit)?;
    let attached = &mut grantee.grants_mut().attached;
    let before = attached.len();
    attached.retain(|known| known != arn);
    if attached.len() == before {
        return Err(Refusal::Unknown);
    }
    let mut changes = ChangeSet::default();
    links::let_go(&mut changes, grantee.account(), grantee.holder(), LinkKind::Attached, arn);
    let names = Names { user: "DetachUserPolicy", group: "DetachGroupPolicy", role: "DetachRolePolicy" };
    Ok(told(names, changes, grantee, json!({"policyArn": arn}), op, entropy))
}

/// `PutUserPermissionsBoundary` and `PutRolePermissionsBoundary`, or with `None` the `Delete…` of each: a group has no boundary.
pub fn bound(
    permit: &Permit,
    mut grantee: Grantee,
    policy: Option<&Attachable>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    grantee.mine(permit)?;
    if matches!(grantee, Grantee::Group(_)) {
        return Err(Refusal::Unknown);
    }
    let arn = policy.map(Attachable::arn);
    let before = std::mem::replace(&mut grantee.grants_mut().boundary, arn.clone());
    if before.is_none() && policy.is_none() {
        return Err(Refusal::Unknown);
    }
    let mut changes = ChangeSet::default();
    if before != arn {
        if let Some(before) = before {
            links::let_go(&mut changes, grantee.account(), grantee.holder(), LinkKind::Boundary, &before);
        }
        if let Some(policy) = policy {
            links::hold(&mut changes, grantee.account(), grantee.holder(), LinkKind::Boundary, policy);
        }
    }
    let names = match policy {
        Some(_) => Names { user: "PutUserPermissionsBoundary", group: "", role: "PutRolePermissionsBoundary" },
        None => Names { user: "DeleteUserPermissionsBoundary", group: "", role: "DeleteRolePermissionsBoundary" },
    };
    let request = arn.map_or_else(|| json!({}), |arn| json!({"permissionsBoundary": arn}));
    Ok(told(names, changes, grantee, request, op, entropy))
}

/// Writes the grantee back and tells of it.
pub(crate) fn told(
    names: Names,
    mut changes: ChangeSet,
    grantee: Grantee,
    mut request: Value,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<()> {
    let name = match grantee {
        Grantee::User(_) => names.user,
        Grantee::Group(_) => names.group,
        Grantee::Role(_) => names.role,
    };
    if let Some(request) = request.as_object_mut() {
        request.insert(grantee.field().to_owned(), json!(grantee.name()));
    }
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(grantee.account())).request(request)));
    changes.put(grantee.record());
    Decided::new(changes, ())
}
