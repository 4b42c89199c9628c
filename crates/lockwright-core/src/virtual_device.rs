//! Virtual MFA devices as programs make them: created, deleted; and enabled, which makes one a user's second factor.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, MOST_DEVICES, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::name::{Path, VirtualDeviceName};
pub use lockwright_model::quota::MOST_VIRTUAL_DEVICES;
use lockwright_model::resource::{Resource, Tag, VirtualDevice};
use lockwright_model::secret::Sealed;
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::Decided;
use crate::devices;
use crate::permit::Permit;
use crate::person::Person;
use crate::resource::{self, Refusal};
use crate::tag;

/// Why a virtual MFA device does not become a user's second factor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotEnabled {
    /// The user, or the device, belongs to another account than the permit.
    OtherAccount,
    /// A user with a device who acts as themselves has shown none (AWS bulletin 2023-001): a stolen key adds none beside it.
    WithoutFactor,
    /// A new device is owed, and its owner enrols it in the browser, after the password: a key alone is not what was asked for.
    Owed,
    /// The owner's own key is in question since a recovery: somebody else may hold it.
    Questioned,
    /// The owner said "this wasn't me": nobody adds a device until then.
    Frozen(Timestamp),
    /// It is the user's already.
    Own,
    /// It is somebody else's.
    InUse,
    /// There are as many devices as fit.
    TooMany,
    /// The two codes don't follow each other, are not of this time, or enabled it before.
    Codes,
}

/// What a virtual MFA device is made as.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its id, that its seed is sealed for.
    pub id: DeviceId,
    /// Its path.
    pub path: Path,
    /// Its name.
    pub name: VirtualDeviceName,
    /// Its seed.
    pub seed: Sealed,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// `CreateVirtualMFADevice`. `known` is how many the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    new: NewDevice,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<VirtualDevice>, Refusal> {
    resource::room(permit, account, known, MOST_VIRTUAL_DEVICES)?;
    let NewDevice { id, path, name, seed, tags } = new;
    let device = VirtualDevice {
        account: account.id,
        id,
        version: Version::NEW,
        name,
        path,
        created: op.now,
        seed,
        owner: None,
        last_step: None,
        tags,
    };
    let request = json!({
        "virtualMFADeviceName": device.name.as_str(), "path": device.path.as_str(), "tags": tag::told(&device.tags),
    });
    let mut changes = ChangeSet::default();
    // Its seed is no part of what the trail keeps.
    let shown = json!({"virtualMFADevice": {"serialNumber": device.arn()}});
    let told = Told::new(Service::Iam, "CreateVirtualMFADevice", Some(account.id)).request(request).response(shown);
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(Record::Resource(Resource::Device(device.clone())));
    // The account must still exist.
    changes.expect.push((Key::Account(account.id), account.version));
    Ok(Decided::new(changes, device))
}

/// `DeleteVirtualMFADevice`. Whoever enables it meanwhile has changed its row.
pub fn delete(permit: &Permit, device: VirtualDevice, in_use: bool, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if in_use && device.account == permit.account() {
        return Err(Refusal::InUse);
    }
    resource::delete(permit, &Resource::Device(device), "DeleteVirtualMFADevice", op, entropy)
}

/// Whether whoever acts may enable a device for this user at all. `signer` says since when the key that signs is in question.
pub fn may_enable(permit: &Permit, person: &Person, signer: Option<Timestamp>, op: &OpContext) -> Result<(), NotEnabled> {
    if person.account_id() != Some(permit.account()) {
        return Err(NotEnabled::OtherAccount);
    }
    let factors = person.factors();
    if op.principal == Principal::Signed(person.identity()) {
        if !factors.devices.is_empty() && !matches!(op.second_factor, SecondFactor::Shown(_)) {
            return Err(NotEnabled::WithoutFactor);
        }
        if factors.enrolment.is_some() {
            return Err(NotEnabled::Owed);
        }
        if signer.is_some() {
            return Err(NotEnabled::Questioned);
        }
    }
    factors.frozen_for(op.now).map_or(Ok(()), |until| Err(NotEnabled::Frozen(until)))
}

/// `EnableMFADevice`. `seed` is the device's, sealed for the user; `matched` where its two codes were found, if they were; `elsewhere` that
/// somebody else has it. The first device of a user ends all sessions, which were made without it (ASVS 7.4.3).
#[allow(clippy::too_many_arguments, reason = "the user, the device and the counter are read for this one decision")]
pub fn enable(
    permit: &Permit,
    mut person: Person,
    mut device: VirtualDevice,
    elsewhere: bool,
    seed: Sealed,
    matched: Option<Match>,
    counted: Option<Tries>,
    signer: Option<Timestamp>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, NotEnabled> {
    may_enable(permit, &person, signer, op)?;
    let Identity::User(user) = person.identity() else { return Err(NotEnabled::OtherAccount) };
    if device.account != permit.account() {
        return Err(NotEnabled::OtherAccount);
    }
    if person.factors().device(&device.id).is_some() {
        return Err(NotEnabled::Own);
    }
    if elsewhere {
        return Err(NotEnabled::InUse);
    }
    if person.factors().devices.len() >= MOST_DEVICES {
        return Err(NotEnabled::TooMany);
    }
    let Match { step, drift } = matched.ok_or(NotEnabled::Codes)?;
    let factor = MfaDevice {
        id: device.id.clone(),
        name: devices::free_name(&person.factors().devices, &device.name),
        added: op.now,
        last_used: None,
        disabled: false,
        kind: DeviceKind::Totp { seed, drift, last_step: Some(step) },
        place: Some(device.place()),
    };
    device.owner = Some(user.user);
    device.last_step = Some(step);
    let mut changes = ChangeSet::default();
    changes.put(Record::Resource(Resource::Device(device)));
    devices::join(&mut changes, &mut person, factor, counted, op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Where the two codes of a device were found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// The step of the second one.
    pub step: u64,
    /// How many steps the device's clock is ahead.
    pub drift: i64,
}

pub(crate) fn remove(changes: &mut ChangeSet, device: VirtualDevice) {
    let version = device.version;
    changes.delete(Key::Resource(Resource::Device(device).key()), version);
}
