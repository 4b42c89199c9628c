//! What an administrator decides about IAM users and their login profiles.

use std::sync::Arc;

use lockwright_model::account::Account;
use lockwright_model::case::IdentityKind;
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Factors;
use lockwright_model::id::UserId;
use lockwright_model::identity::UserRef;
use lockwright_model::job::Notice;
use lockwright_model::name::{Path, UserName};
use lockwright_model::resource::{Holder, LinkKind, Tag, VirtualDevice};
use lockwright_model::secret::PasswordHash;
use lockwright_model::tries::Tries;
use lockwright_model::user::{Grants, LoginProfile, User};
use lockwright_model::user_credential::{UserCredential, UserCredentialKind};
use serde_json::json;

use crate::Decided;
use crate::closing;
use crate::contacts;
use crate::links::{self, Attachable};
use crate::outbox;
use crate::permit::Permit;
use crate::person::Person;
use crate::recovery::{self, HandedLink};
use crate::register::merge;
use crate::tag;
use crate::tries;
use crate::user_credential;
use crate::virtual_device;

/// The name of the built-in group whose members administer the account.
pub const ADMINISTRATORS: &str = "administrators";

/// Why a change of a user is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The user belongs to another account than the permit.
    OtherAccount,
    /// The user has no login profile to change.
    NoLoginProfile,
    /// Something still belongs to the user: `DeleteUser` takes nothing along.
    Holds(Held),
}

/// What keeps a user from being deleted, in the order AWS names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// A password for the console.
    LoginProfile,
    /// Access keys.
    AccessKeys,
    /// Signing certificates.
    Certificates,
    /// SSH public keys.
    SshKeys,
    /// Service-specific credentials.
    ServiceCredentials,
    /// MFA devices.
    MfaDevices,
    /// Policies that stand in it.
    Policies,
    /// A group that it is in.
    Groups,
}

/// How a user gets into the console.
#[derive(Clone, Debug)]
pub enum Access {
    /// Not at all.
    None,
    /// With a password that the administrator typed or had generated.
    Password {
        /// Its hash.
        hash: PasswordHash,
        /// The user must choose an own one at the next sign-in.
        must_change: bool,
    },
    /// With a single-use link to set a password; works without mail.
    Link,
}

/// What a user is made as, besides its access to the console.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its path.
    pub path: Path,
    /// Its name.
    pub name: UserName,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The policy that bounds what it may do.
    pub boundary: Option<Attachable>,
}

impl NewUser {
    /// A user of this name, and nothing more.
    pub fn named(name: UserName) -> Self {
        Self { path: Path::default(), name, tags: Vec::new(), boundary: None }
    }
}

/// Creates a user (`CreateUser`, and `CreateLoginProfile` when it gets access).
pub fn create(
    permit: &Permit,
    account: &Arc<Account>,
    new: NewUser,
    administrator: bool,
    access: Access,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<(User, Option<HandedLink>)>, Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    let id = UserRef { account: account.id, user: UserId::draw(entropy) };
    let user = User {
        id,
        version: Version::NEW,
        name: new.name,
        created: op.now,
        administrator,
        disabled: false,
        email: None,
        login_profile: None,
        epoch: 0,
        keys: Vec::new(),
        last_sign_in: None,
        path: new.path,
        grants: Grants { boundary: new.boundary.as_ref().map(Attachable::arn), ..Grants::default() },
        groups: Vec::new(),
        tags: new.tags,
        factors: Factors::default(),
    };
    let mut changes = ChangeSet::default();
    if let Some(policy) = &new.boundary {
        links::hold(&mut changes, account.id, Holder::User(user.id.user.clone()), LinkKind::Boundary, policy);
    }
    let request = json!({
        "userName": user.name.as_str(), "path": user.path.as_str(), "permissionsBoundary": user.grants.boundary, "tags": tag::told(&user.tags),
    });
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, "CreateUser", Some(user.id.account)).request(request)));
    if administrator {
        tell(&mut changes, "AddUserToGroup", &user, op, entropy);
    }
    let given = give(Arc::clone(account), user, access, op, entropy);
    merge(&mut changes, given.changes);
    // The account must still exist and be what the permit saw.
    changes.expect.push((Key::Account(account.id), account.version));
    let Person::User { user, .. } = given.person else { return Err(Refusal::OtherAccount) };
    changes.put(Record::User(user.clone()));
    Ok(Decided::new(changes, (User { version: Version::FIRST, ..user }, given.link)))
}

/// `UpdateUser`: another name, another path; all that belongs to it stays, and so do its sessions.
pub fn update(
    permit: &Permit,
    mut user: User,
    path: Option<Path>,
    name: Option<UserName>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let request = json!({
        "userName": user.name.as_str(),
        "newUserName": name.as_ref().map(UserName::as_str),
        "newPath": path.as_ref().map(Path::as_str),
    });
    user.path = path.unwrap_or(user.path);
    user.name = name.unwrap_or(user.name);
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, "UpdateUser", Some(user.id.account)).request(request)));
    changes.put(Record::User(user));
    Ok(Decided::new(changes, ()))
}

/// Gives a user a new password or a link, or takes console access away. Ends the user's sessions; answers a help request apart.
pub fn set_access(
    permit: &Permit,
    account: Arc<Account>,
    mut user: User,
    access: Access,
    counted: Option<Tries>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Option<HandedLink>>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    if matches!(access, Access::None) && user.login_profile.is_none() {
        return Err(Refusal::NoLoginProfile);
    }
    // First, so that a link belongs to what comes after.
    user.epoch += 1;
    let Given { person, mut changes, link } = give(account, user, access, op, entropy);
    if let Some(counted) = counted {
        changes.put(Record::Tries(tries::forgive(counted, op.now)));
    }
    outbox::notify(&mut changes, &person, &Notice::PasswordReset(person.whose()), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, link))
}

/// Lets a user choose an own password at the next sign-in, or not (`UpdateLoginProfile` without a password). Whoever has a link out chooses
/// one anyway.
pub fn set_must_change(
    permit: &Permit,
    mut user: User,
    must_change: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let profile = user.login_profile.as_mut().ok_or(Refusal::NoLoginProfile)?;
    if let Some(credential) = &mut profile.credential {
        credential.must_change = must_change;
    }
    let mut changes = ChangeSet::default();
    tell(&mut changes, "UpdateLoginProfile", &user, op, entropy);
    changes.put(Record::User(user));
    Ok(Decided::new(changes, ()))
}

struct Given {
    person: Person,
    changes: ChangeSet,
    link: Option<HandedLink>,
}

fn give(account: Arc<Account>, mut user: User, access: Access, op: &OpContext, entropy: &dyn Entropy) -> Given {
    let mut changes = ChangeSet::default();
    let had = user.login_profile.take();
    let created = had.as_ref().map_or(op.now, |profile| profile.created);
    let old = had.as_ref().and_then(|profile| profile.credential.as_ref());
    let name = if had.is_some() { "UpdateLoginProfile" } else { "CreateLoginProfile" };
    let mut hand = false;
    match access {
        Access::None => {
            if had.is_some() {
                tell(&mut changes, "DeleteLoginProfile", &user, op, entropy);
            }
        }
        Access::Password { hash, must_change } => {
            let credential = Credential { must_change, ..Credential::replacing(old, hash, op.now) };
            user.login_profile = Some(LoginProfile { created, credential: Some(credential) });
            tell(&mut changes, name, &user, op, entropy);
        }
        Access::Link => {
            // The old password stays until the link is used, so that a link sent in error locks nobody out.
            user.login_profile = Some(LoginProfile { created, credential: old.cloned() });
            tell(&mut changes, name, &user, op, entropy);
            hand = true;
        }
    }
    let person = Person::User { account, user };
    let link = hand.then(|| {
        let link = recovery::hand_link(&person, op, entropy);
        merge(&mut changes, link.changes);
        link.output
    });
    Given { person, changes, link }
}

/// Switches a user's sign-in off or on; off ends the sessions at once (B31).
pub fn set_disabled(
    permit: &Permit,
    mut user: User,
    disabled: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    user.disabled = disabled;
    if disabled {
        user.epoch += 1;
    }
    let mut changes = ChangeSet::default();
    tell(&mut changes, if disabled { "DisableUser" } else { "EnableUser" }, &user, op, entropy);
    changes.put(Record::User(user));
    Ok(Decided::new(changes, ()))
}

/// Puts a user into the administrators group, or takes it out.
pub fn set_administrator(
    permit: &Permit,
    mut user: User,
    administrator: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    user.administrator = administrator;
    let mut changes = ChangeSet::default();
    tell(&mut changes, if administrator { "AddUserToGroup" } else { "RemoveUserFromGroup" }, &user, op, entropy);
    changes.put(Record::User(user));
    Ok(Decided::new(changes, ()))
}

/// Ends all sessions of a user (ASVS 7.4.5).
pub fn end_sessions(permit: &Permit, mut user: User, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    user.epoch += 1;
    let mut changes = ChangeSet::default();
    tell(&mut changes, "SessionsEnded", &user, op, entropy);
    changes.put(Record::User(user));
    Ok(Decided::new(changes, ()))
}

/// What a user has in rows of its own, read after the user.
#[derive(Clone, Debug, Default)]
pub struct Belongings {
    /// The claims that stand for it: what they stood for is free when it goes.
    pub claims: Vec<ClaimKey>,
    /// Its SSH public keys, signing certificates and service-specific credentials.
    pub credentials: Vec<UserCredential>,
    /// The virtual MFA devices among its factors.
    pub devices: Vec<VirtualDevice>,
}

/// Deletes a user. Sessions, links and codes of it die with the row; the id is never used again (C18). `whole` takes along what belongs to
/// the user, as AWS's console does; without it that is a reason to refuse. Whoever adds a credential meanwhile has written the user's row.
pub fn delete(
    permit: &Permit,
    user: User,
    belongings: Belongings,
    whole: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let Belongings { claims, credentials, devices } = belongings;
    if let Some(held) = held(&user, &credentials).filter(|_| !whole) {
        return Err(Refusal::Holds(held));
    }
    let mut changes = ChangeSet::default();
    tell(&mut changes, "DeleteUser", &user, op, entropy);
    closing::free(&mut changes, claims);
    links::let_go_of_all(&mut changes, &user);
    contacts::forget(&mut changes, &user.factors.contacts, IdentityKind::Iam, op, entropy);
    for credential in &credentials {
        user_credential::remove(&mut changes, credential);
    }
    for device in devices {
        virtual_device::remove(&mut changes, device);
    }
    changes.delete(Key::User(user.id), user.version);
    Ok(Decided::new(changes, ()))
}

/// What still belongs to a user; `None`: nothing, and `DeleteUser` deletes it.
pub fn held(user: &User, credentials: &[UserCredential]) -> Option<Held> {
    let any = |kind| credentials.iter().any(|credential| credential.kind() == kind);
    let holds = [
        (Held::LoginProfile, user.login_profile.is_some()),
        (Held::AccessKeys, !user.keys.is_empty()),
        (Held::Certificates, any(UserCredentialKind::Certificate)),
        (Held::SshKeys, any(UserCredentialKind::SshKey)),
        (Held::ServiceCredentials, any(UserCredentialKind::Service)),
        (Held::MfaDevices, !user.factors.devices.is_empty()),
        (Held::Policies, !user.grants.inline.is_empty() || !user.grants.attached.is_empty()),
        (Held::Groups, user.administrator || !user.groups.is_empty()),
    ];
    holds.into_iter().find(|(_, holds)| *holds).map(|(held, _)| held)
}

fn tell(changes: &mut ChangeSet, name: &'static str, user: &User, op: &OpContext, entropy: &dyn Entropy) {
    let mut request = json!({"userName": user.name.as_str()});
    if let (Some(map), "AddUserToGroup" | "RemoveUserFromGroup") = (request.as_object_mut(), name) {
        map.insert("groupName".into(), json!(ADMINISTRATORS));
    }
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(user.id.account)).request(request)));
}
