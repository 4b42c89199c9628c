//! Roles that are linked to a service: it alone says what they may and who takes them on.

use std::sync::LazyLock;

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::id::RoleId;
use lockwright_model::name::{Path, RoleName};
use lockwright_model::resource::{Holder, LinkKind, Resource, Role, SERVICE_ROLES};
use lockwright_model::user::Grants;
use serde_json::json;

use crate::Decided;
use crate::links::{self, Attachable};
use crate::permit::Permit;
use crate::role::{MOST_ROLES, Refusal};
use crate::sts::HOUR;

/// One service a line: its principal, its role, the policy that says what the role may, whether there may be several, and what people call it.
const DATA: &str = include_str!("../data/service-linked-roles.tsv");

/// A service that has a role of its own in accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkedService {
    /// Its principal, such as `autoscaling.amazonaws.com`.
    pub principal: &'static str,
    /// The name of its role.
    pub role: &'static str,
    /// The policy of AWS that says what the role may.
    policy: &'static str,
    /// Whether an account may have several of them, told apart by what stands behind the name.
    pub takes_suffix: bool,
    /// What people call it.
    title: &'static str,
}

static ALL: LazyLock<Vec<LinkedService>> = LazyLock::new(|| DATA.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<LinkedService> {
    let mut parts = line.splitn(5, '\t');
    let mut next = || parts.next();
    Some(LinkedService { principal: next()?, role: next()?, policy: next()?, takes_suffix: next()? == "suffix", title: next()? })
}

impl LinkedService {
    /// All that are known.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The one of a principal.
    pub fn find(principal: &str) -> Option<&'static Self> {
        ALL.iter().find(|service| service.principal == principal)
    }

    /// The ARN of the policy that says what its role may.
    pub fn policy_arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{SERVICE_ROLES}{}", self.policy)
    }

    /// Where its role stands.
    pub fn place(&self) -> String {
        format!("{SERVICE_ROLES}{}/", self.principal)
    }

    fn trust(&self) -> String {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": self.principal}, "Action": "sts:AssumeRole"},
        ]})
        .to_string()
    }
}

/// The principal of the service that a role is linked to.
pub fn principal_of(role: &Role) -> Option<&str> {
    role.path.as_str().strip_prefix(SERVICE_ROLES)?.strip_suffix('/')
}

/// What a role is made of, once the names were read.
#[derive(Clone, Debug)]
pub struct NewLinked {
    /// Whose role.
    pub service: &'static LinkedService,
    /// Its path.
    pub path: Path,
    /// Its name, with what was put behind it.
    pub name: RoleName,
    /// What was put behind it.
    pub suffix: Option<String>,
    /// What it is for, where somebody says so.
    pub description: Option<String>,
}

/// `CreateServiceLinkedRole`. `known` is how many roles the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    new: NewLinked,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Role>, Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    if known >= MOST_ROLES {
        return Err(Refusal::TooMany);
    }
    let service = new.service;
    let request = json!({"aWSServiceName": service.principal, "description": new.description, "customSuffix": new.suffix});
    let policy = Attachable::Aws(service.policy_arn());
    let role = Role {
        account: account.id,
        id: RoleId::draw(entropy),
        version: Version::NEW,
        name: new.name,
        path: new.path,
        created: op.now,
        description: Some(new.description.unwrap_or_else(|| format!("Lets {} act in this account.", service.title))),
        trust: service.trust(),
        pins: Vec::new(),
        longest_session: HOUR,
        grants: Grants { attached: vec![policy.arn()], ..Grants::default() },
        tags: Vec::new(),
        epoch: 0,
    };
    let mut changes = ChangeSet::default();
    links::hold(&mut changes, role.account, Holder::Role(role.id.clone()), LinkKind::Attached, &policy);
    changes.tell(crate::role::event("CreateServiceLinkedRole", &role, request, crate::role::shown(&role), op, entropy));
    changes.put(Record::Resource(Resource::Role(role.clone())));
    // The account must still exist.
    changes.expect.push((Key::Account(account.id), account.version));
    Ok(Decided::new(changes, role))
}

/// `DeleteServiceLinkedRole`: no service here uses one, so nothing keeps it. `task` is what the answer names the deletion by.
pub fn delete(permit: &Permit, role: Role, task: &str, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if role.account != permit.account() || !role.is_service_linked() {
        return Err(Refusal::OtherAccount);
    }
    let mut changes = ChangeSet::default();
    let request = json!({"roleName": role.name.as_str()});
    changes.tell(crate::role::event("DeleteServiceLinkedRole", &role, request, json!({"deletionTaskId": task}), op, entropy));
    links::let_go_of_grants(&mut changes, role.account, &Holder::Role(role.id.clone()), &role.grants);
    let version = role.version;
    changes.delete(Key::Resource(Resource::Role(role).key()), version);
    Ok(Decided::new(changes, ()))
}

#[cfg(test)]
mod tests {
    use lockwright_policy::{Document, Kind, managed};

    use super::*;

    #[test]
    fn every_service_linked_role_can_be_made_and_its_policy_is_carried() {
        assert!(LinkedService::all().len() > 90 && LinkedService::all().len() == DATA.lines().count());
        for service in LinkedService::all() {
            assert!(managed::find(&service.policy_arn()).is_ok(), "{service:?}");
            assert!(service.role.starts_with("AWSServiceRoleFor") && service.role.parse::<RoleName>().is_ok(), "{service:?}");
            assert!(service.place().parse::<Path>().is_ok() && Document::parse(service.trust(), Kind::Trust).is_ok(), "{service:?}");
            assert_eq!(LinkedService::all().iter().filter(|other| other.principal == service.principal).count(), 1, "{service:?}");
            assert_eq!(LinkedService::all().iter().filter(|other| other.role == service.role).count(), 1, "{service:?}");
        }
    }
}
