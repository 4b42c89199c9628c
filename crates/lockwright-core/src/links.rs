//! The way back from what is held to who holds it: it is written in the same commit as the holder's own row, and says the same.

use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::id::{AccountId, InstanceProfileId, RoleId};
use lockwright_model::identity::UserRef;
use lockwright_model::resource::{CustomerPolicy, Group, Holder, Link, LinkKey, LinkKind, ResourceId};
use lockwright_model::user::{Grants, User};

/// A managed policy that can be attached, or bound somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attachable {
    /// One of AWS, by its ARN.
    Aws(String),
    /// One of the account's own.
    Own(CustomerPolicy),
}

impl Attachable {
    /// Its ARN.
    pub fn arn(&self) -> String {
        match self {
            Self::Aws(arn) => arn.clone(),
            Self::Own(policy) => policy.arn(),
        }
    }

    fn row(&self) -> Option<ResourceId> {
        match self {
            Self::Aws(_) => None,
            Self::Own(policy) => Some(ResourceId::Policy(policy.id.clone())),
        }
    }
}

/// Writes that a policy is held by somebody; it stays as long as it is.
pub(crate) fn hold(changes: &mut ChangeSet, account: AccountId, holder: Holder, kind: LinkKind, policy: &Attachable) {
    let key = LinkKey { account, target: policy.arn(), kind, holder };
    changes.put(Record::Link(Link { key, to: policy.row() }));
}

/// Writes that a user is a member of a group; it stays as long as they are.
pub(crate) fn join(changes: &mut ChangeSet, user: &UserRef, group: &Group) {
    let holder = Holder::User(user.user.clone());
    let key = LinkKey { account: user.account, target: group.id.to_string(), kind: LinkKind::Member, holder };
    changes.put(Record::Link(Link { key, to: Some(ResourceId::Group(group.id.clone())) }));
}

/// Writes that something is no longer held by somebody.
pub(crate) fn let_go(changes: &mut ChangeSet, account: AccountId, holder: Holder, kind: LinkKind, target: &str) {
    let link = LinkKey { account, target: target.to_owned(), kind, holder };
    changes.delete(Key::Link(link), Version::NEW);
}

/// Writes that a role is in an instance profile; it stays as long as it is.
pub(crate) fn carry(changes: &mut ChangeSet, account: AccountId, profile: &InstanceProfileId, role: &RoleId) {
    let holder = Holder::InstanceProfile(profile.clone());
    let key = LinkKey { account, target: role.to_string(), kind: LinkKind::Profile, holder };
    changes.put(Record::Link(Link { key, to: Some(ResourceId::Role(role.clone())) }));
}

/// Writes that a role is no longer in an instance profile.
pub(crate) fn put_down(changes: &mut ChangeSet, account: AccountId, profile: &InstanceProfileId, role: &RoleId) {
    let_go(changes, account, Holder::InstanceProfile(profile.clone()), LinkKind::Profile, role.as_str());
}

/// Lets go of everything that a holder is granted by.
pub(crate) fn let_go_of_grants(changes: &mut ChangeSet, account: AccountId, holder: &Holder, grants: &Grants) {
    for arn in &grants.attached {
        let_go(changes, account, holder.clone(), LinkKind::Attached, arn);
    }
    if let Some(arn) = &grants.boundary {
        let_go(changes, account, holder.clone(), LinkKind::Boundary, arn);
    }
}

/// Lets go of everything that a user holds.
pub(crate) fn let_go_of_all(changes: &mut ChangeSet, user: &User) {
    let holder = Holder::User(user.id.user.clone());
    for group in &user.groups {
        let_go(changes, user.id.account, holder.clone(), LinkKind::Member, group.as_str());
    }
    let_go_of_grants(changes, user.id.account, &holder, &user.grants);
}
