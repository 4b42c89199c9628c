//! SSH public keys, signing certificates and service-specific credentials: added, switched on and off, deleted.

use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::identity::Principal;
use lockwright_model::job::Happening;
use lockwright_model::token::TokenHash;
use lockwright_model::user_credential::{
    MOST_CERTIFICATES, MOST_OF_SERVICE, MOST_SSH_KEYS, Material, UserCredential, UserCredentialId, UserCredentialKind,
};
use serde_json::{Value, json};

use crate::Decided;
use crate::access_key::status;
use crate::outbox;
use crate::permit::Permit;
use crate::person::Person;

/// Why a credential is not added or changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Its owner belongs to another account than the permit, or has none of this kind.
    NotForThisOwner,
    /// There are as many as there may be; inactive ones count.
    TooMany(usize),
    /// The owner has this SSH key already.
    Duplicate,
    /// There is no such credential of this owner.
    Unknown,
    /// The owner said "this wasn't me": whoever acts as the owner adds and switches on none until then.
    Frozen(Timestamp),
}

/// Adds a credential. `known` are the owner's, all of them, read after the owner, whose row is written too: of two added at once the second
/// is decided anew, and a quota holds to the last place.
pub fn add(
    permit: &Permit,
    owner: Person,
    known: &[UserCredential],
    id: UserCredentialId,
    what: Material,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<UserCredential>, Refusal> {
    let account = owner.account_id().filter(|account| *account == permit.account()).ok_or(Refusal::NotForThisOwner)?;
    let credential = UserCredential { account, id, version: Version::NEW, owner: owner.identity(), created: op.now, active: true, what };
    if matches!(owner, Person::Root(_)) && credential.kind() != UserCredentialKind::Certificate {
        return Err(Refusal::NotForThisOwner);
    }
    not_frozen(&owner, op)?;
    let same_kind = known.iter().filter(|known| known.kind() == credential.kind());
    let (there, most) = match &credential.what {
        Material::SshKey { .. } if known.iter().any(|known| known.what == credential.what) => return Err(Refusal::Duplicate),
        Material::SshKey { .. } => (same_kind.count(), MOST_SSH_KEYS),
        Material::Certificate { .. } => (same_kind.count(), MOST_CERTIFICATES),
        Material::Service(login) => {
            let other = |known: &&UserCredential| known.service().is_some_and(|known| known.service == login.service);
            (same_kind.filter(other).count(), MOST_OF_SERVICE)
        }
    };
    if there >= most {
        return Err(Refusal::TooMany(most));
    }
    let (name, happening) = match &credential.what {
        Material::SshKey { .. } => ("UploadSSHPublicKey", Happening::SshKeyUploaded(credential.id.clone())),
        Material::Certificate { .. } => ("UploadSigningCertificate", Happening::CertificateUploaded(credential.id.clone())),
        Material::Service(login) => ("CreateServiceSpecificCredential", Happening::ServiceLoginMade(login.service)),
    };
    let mut changes = ChangeSet::default();
    changes.tell(event(name, &owner, &credential, json!({}), op, entropy));
    outbox::tell(&mut changes, &owner, happening, op, entropy);
    changes.put(Record::UserCredential(credential.clone()));
    changes.put(owner.record());
    Ok(Decided::new(changes, credential))
}

/// Switches a credential on or off.
pub fn set_active(
    permit: &Permit,
    owner: &Person,
    mut credential: UserCredential,
    active: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, owner, &credential)?;
    if active {
        not_frozen(owner, op)?;
    }
    credential.active = active;
    let name = match credential.kind() {
        UserCredentialKind::SshKey => "UpdateSSHPublicKey",
        UserCredentialKind::Certificate => "UpdateSigningCertificate",
        UserCredentialKind::Service => "UpdateServiceSpecificCredential",
    };
    let mut changes = ChangeSet::default();
    changes.tell(event(name, owner, &credential, json!({"status": status(active)}), op, entropy));
    changes.put(Record::UserCredential(credential));
    Ok(Decided::new(changes, ()))
}

/// `ResetServiceSpecificCredential`: another secret in the place of the old one, which is void at once. All else stays, also when it expires.
pub fn reset(
    permit: &Permit,
    owner: &Person,
    mut credential: UserCredential,
    secret: TokenHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<UserCredential>, Refusal> {
    mine(permit, owner, &credential)?;
    not_frozen(owner, op)?;
    let Material::Service(login) = &mut credential.what else { return Err(Refusal::Unknown) };
    login.secret = secret;
    let happening = Happening::ServiceLoginMade(login.service);
    let mut changes = ChangeSet::default();
    changes.tell(event("ResetServiceSpecificCredential", owner, &credential, json!({}), op, entropy));
    outbox::tell(&mut changes, owner, happening, op, entropy);
    changes.put(Record::UserCredential(credential.clone()));
    Ok(Decided::new(changes, credential))
}

/// Deletes a credential.
pub fn delete(
    permit: &Permit,
    owner: &Person,
    credential: &UserCredential,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, owner, credential)?;
    let name = match credential.kind() {
        UserCredentialKind::SshKey => "DeleteSSHPublicKey",
        UserCredentialKind::Certificate => "DeleteSigningCertificate",
        UserCredentialKind::Service => "DeleteServiceSpecificCredential",
    };
    let mut changes = ChangeSet::default();
    changes.tell(event(name, owner, credential, json!({}), op, entropy));
    remove(&mut changes, credential);
    Ok(Decided::new(changes, ()))
}

/// Whether it counts now: AWS's word for that.
pub fn word(credential: &UserCredential, now: Timestamp) -> &'static str {
    let expires = credential.service().and_then(|login| login.expires);
    if expires.is_some_and(|expires| expires <= now) { "Expired" } else { status(credential.active) }
}

pub(crate) fn remove(changes: &mut ChangeSet, credential: &UserCredential) {
    changes.delete(Key::UserCredential(credential.key()), credential.version);
}

fn mine(permit: &Permit, owner: &Person, credential: &UserCredential) -> Result<(), Refusal> {
    if owner.account_id() != Some(permit.account()) {
        return Err(Refusal::NotForThisOwner);
    }
    if credential.owner == owner.identity() { Ok(()) } else { Err(Refusal::Unknown) }
}

/// As with access keys: after "this wasn't me" an administrator may, whoever acts as the owner may not, and switching off always may.
fn not_frozen(owner: &Person, op: &OpContext) -> Result<(), Refusal> {
    match owner.factors().frozen_for(op.now) {
        Some(until) if op.principal == Principal::Signed(owner.identity()) => Err(Refusal::Frozen(until)),
        _ => Ok(()),
    }
}

fn event(
    name: &'static str,
    owner: &Person,
    credential: &UserCredential,
    mut request: Value,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> AuditEvent {
    if let Some(request) = request.as_object_mut() {
        request.insert("userName".to_owned(), json!(owner.user_name()));
        let field = match &credential.what {
            Material::SshKey { .. } => "sSHPublicKeyId",
            Material::Certificate { .. } => "certificateId",
            Material::Service(login) => {
                request.insert("serviceName".to_owned(), json!(login.service.name()));
                "serviceSpecificCredentialId"
            }
        };
        request.insert(field.to_owned(), json!(credential.id.as_str()));
    }
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, owner.account_id()).request(request))
}
