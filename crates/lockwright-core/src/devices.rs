//! MFA devices and recovery codes: adding, renaming and removing them, by their owner, an administrator or the host.

use lockwright_model::ceremony::Ceremony;
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, MOST_DEVICES, MfaDevice, RecoveryCodes, TakenDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::job::{Happening, SharedChange};
use lockwright_model::name::{DeviceName, VirtualDeviceName};
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::TokenHash;
use lockwright_model::tries::Tries;
use serde_json::{Value, json};

use crate::Decided;
use crate::enrolment::{self, Due};
use crate::mfa;
use crate::outbox;
use crate::permit::Permit;
use crate::person::Person;
use crate::recovery::drill;
use crate::session::{self, NewSession, SessionLimits};
use crate::shared;

/// Why a device or the recovery codes are not changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The session has ended.
    Ended,
    /// The owner must prove once more who they are, with a device where one stands (N-B03, O-M07).
    NotConfirmed,
    /// The owner said "this wasn't me": nothing changes until then.
    Frozen(Timestamp),
    /// There are as many devices as fit.
    TooMany,
    /// Another device has this name.
    NameTaken,
    /// What was begun belongs to somebody else, or has expired.
    Expired,
    /// There is no such device, or none at all.
    Unknown,
    /// It is the last one, and this person may not be without.
    Last,
    /// The user belongs to another account than the permit.
    OtherAccount,
}

/// What adding a device came to.
#[derive(Debug)]
pub struct Added {
    /// The first device ended every session; this browser goes on in this one. `None`: the session goes on as it is.
    pub session: Option<NewSession>,
}

/// Whether the owner may change devices and codes in this session now.
pub fn may_change(person: &Person, session: &Session, now: Timestamp) -> Result<(), Refusal> {
    may_go_on(person, session, now, now)
}

/// The same for what was begun earlier: the proof had to be fresh then, so that nobody who is still installing an app is asked again.
fn may_go_on(person: &Person, session: &Session, begun: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if !session::alive(session, person, now) {
        return Err(Refusal::Ended);
    }
    if !session::confirmed(session, person, begun) {
        return Err(Refusal::NotConfirmed);
    }
    person.factors().frozen_for(now).map_or(Ok(()), |until| Err(Refusal::Frozen(until)))
}

/// Whether a device of this name may be added.
pub fn may_add(person: &Person, session: &Session, name: &DeviceName, now: Timestamp) -> Result<(), Refusal> {
    may_change(person, session, now)?;
    fits(person, name)
}

fn fits(person: &Person, name: &DeviceName) -> Result<(), Refusal> {
    let devices = &person.factors().devices;
    if devices.len() >= MOST_DEVICES {
        return Err(Refusal::TooMany);
    }
    free(devices, name, None)
}

fn free(devices: &[MfaDevice], name: &DeviceName, but: Option<&DeviceId>) -> Result<(), Refusal> {
    let taken = devices.iter().any(|known| known.name.key() == name.key() && but != Some(&known.id));
    if taken { Err(Refusal::NameTaken) } else { Ok(()) }
}

/// Adds a device that was proven in its ceremony, which is spent with it (B25). What was tried with others is not held against it.
#[allow(clippy::too_many_arguments, reason = "the ceremony, the device and the counter are read for this one decision")]
pub fn add(
    mut person: Person,
    session: &Session,
    ceremony: &Ceremony,
    device: MfaDevice,
    counted: Option<Tries>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Added>, Refusal> {
    may_go_on(&person, session, ceremony.created, op.now)?;
    fits(&person, &device.name)?;
    if ceremony.session != Some(session.token) || op.now >= ceremony.expires {
        return Err(Refusal::Expired);
    }
    let mut changes = ChangeSet::default();
    changes.delete(Key::Ceremony(ceremony.token), ceremony.version);
    if let DeviceKind::Passkey { credential, .. } = &device.kind {
        changes.put(Record::Claim(Claim::held(ClaimKey::Passkey(credential.clone()), person.identity())));
    }
    let session = join(&mut changes, &mut person, device, counted, op, entropy).then(|| {
        // This session has just seen it beside the password.
        let mut new = session::renew(session, &person, limits, op, entropy);
        new.session.second_factor = Some(op.now);
        new.session.scope = SessionScope::Full;
        changes.delete(Key::Session(session.token), session.version);
        changes.put(Record::Session(new.session.clone()));
        new
    });
    changes.put(person.record());
    Ok(Decided::new(changes, Added { session }))
}

/// Makes a device one of a person's factors, and tells the trail, the owner and the systems that share the login. Whether it is the first:
/// then all sessions end, which were made without it (ASVS 7.4.3).
pub(crate) fn join(
    changes: &mut ChangeSet,
    person: &mut Person,
    device: MfaDevice,
    counted: Option<Tries>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> bool {
    mfa::forgive(changes, counted, op.now);
    changes.tell(AuditEvent::new(op, entropy, told("EnableMFADevice", person, &device)));
    let first = person.factors().devices.is_empty();
    if first {
        drill::plan(changes, person, op, entropy);
        person.end_sessions();
    }
    let name = device.name.clone();
    let factors = person.factors_mut();
    factors.devices.push(device);
    factors.enrolment = None;
    factors.taken = None;
    shared::tell(changes, person, SharedChange::Devices, op, entropy);
    outbox::tell(changes, person, Happening::DeviceAdded(name), op, entropy);
    first
}

/// A name for a virtual MFA device that none of these has.
pub(crate) fn free_name(devices: &[MfaDevice], name: &VirtualDeviceName) -> DeviceName {
    let mut names = (1..=devices.len() + 1).map(|number| DeviceName::of_virtual(name, number));
    names.find(|name| free(devices, name, None).is_ok()).unwrap_or_else(|| DeviceName::of_virtual(name, 1))
}

/// Gives a device another name.
pub fn rename(
    mut person: Person,
    session: &Session,
    id: &DeviceId,
    name: DeviceName,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    may_change(&person, session, op.now)?;
    free(&person.factors().devices, &name, Some(id))?;
    let device = person.factors_mut().devices.iter_mut().find(|device| device.id == *id).ok_or(Refusal::Unknown)?;
    device.name = name;
    let renamed = device.clone();
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told("RenameMFADevice", &person, &renamed)));
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Whether this person may be without a device: an operator never, a root user while the grace time runs.
pub fn may_be_without(person: &Person, limits: SessionLimits, now: Timestamp) -> bool {
    let mut bare = person.clone();
    bare.factors_mut().devices.clear();
    !matches!(enrolment::due(&bare, limits.root_grace, now), Due::Now(_))
}

/// Removes a device; it proves nothing from then on (N-B07, ASVS V6.5.6).
pub fn remove(
    mut person: Person,
    session: &Session,
    id: &DeviceId,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    may_change(&person, session, op.now)?;
    let last = matches!(person.factors().devices.as_slice(), [only] if only.id == *id);
    if last && !may_be_without(&person, limits, op.now) {
        return Err(Refusal::Last);
    }
    let mut changes = ChangeSet::default();
    let name = take(&mut changes, &mut person, id, op, entropy)?;
    shared::tell(&mut changes, &mut person, SharedChange::Devices, op, entropy);
    outbox::tell(&mut changes, &person, Happening::DeviceRemoved(name), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Takes a user's device away (`DeactivateMFADevice`): lost, or in the wrong hands (N-B05). Ends the user's sessions.
pub fn deactivate(
    permit: &Permit,
    mut person: Person,
    id: &DeviceId,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    covered(permit, &person)?;
    let mut changes = ChangeSet::default();
    let name = take(&mut changes, &mut person, id, op, entropy)?;
    person.factors_mut().taken = Some(TakenDevice { name: name.clone(), at: op.now });
    person.end_sessions();
    shared::tell(&mut changes, &mut person, SharedChange::Devices, op, entropy);
    outbox::tell(&mut changes, &person, Happening::DeviceRemoved(name), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Takes all devices of a user of the permit's account away, and owes a new one.
pub fn require_enrolment(permit: &Permit, person: Person, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    covered(permit, &person)?;
    Ok(reset(person, EnrolmentReason::Administrator, op, entropy))
}

fn covered(permit: &Permit, person: &Person) -> Result<(), Refusal> {
    match person {
        Person::User { user, .. } if permit.covers(&user.id) => Ok(()),
        // A lower role never reaches a higher one (A23).
        Person::User { .. } | Person::Root(_) | Person::Builder(_) | Person::Operator(_) => Err(Refusal::OtherAccount),
    }
}

/// Takes all devices away, owes a new one, and ends all sessions. Recovery codes stay: with them the owner still comes in.
pub fn reset(mut person: Person, why: EnrolmentReason, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    let devices = std::mem::take(&mut person.factors_mut().devices);
    for device in &devices {
        gone(&mut changes, &person, device, op, entropy);
    }
    // Where none stood the password alone signed in anyway, and goes on to do so until one does.
    let taken = !devices.is_empty() || person.factors().enrolment.is_some_and(|owed| owed.taken || owed.why == EnrolmentReason::Recovered);
    person.factors_mut().enrolment = Some(EnrolmentOwed { since: op.now, why, taken });
    person.end_sessions();
    let told = Told::new(Service::Iam, "MFAEnrolmentRequired", person.account_id()).request(whose(&person));
    changes.tell(AuditEvent::new(op, entropy, told));
    shared::tell(&mut changes, &mut person, SharedChange::Devices, op, entropy);
    outbox::tell(&mut changes, &person, Happening::EnrolmentRequired, op, entropy);
    changes.put(person.record());
    Decided::new(changes, ())
}

/// Puts a new set of recovery codes in the place of the old one, which is void at once (N-R04). Only where a device stands, and so in a
/// session that has seen one (N-L01).
pub fn issue_codes(
    mut person: Person,
    session: &Session,
    codes: Vec<TokenHash>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    may_change(&person, session, op.now)?;
    if person.factors().devices.is_empty() {
        return Err(Refusal::Unknown);
    }
    person.factors_mut().codes = Some(RecoveryCodes { since: op.now, left: codes.into_iter().map(Some).collect() });
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "RecoveryCodesIssued", person.account_id()).about(person.identity(), person.iam_user());
    changes.tell(AuditEvent::new(op, entropy, told));
    shared::tell(&mut changes, &mut person, SharedChange::Devices, op, entropy);
    outbox::tell(&mut changes, &person, Happening::CodesIssued, op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Takes one device away, with its claim and its event.
fn take(changes: &mut ChangeSet, person: &mut Person, id: &DeviceId, op: &OpContext, entropy: &dyn Entropy) -> Result<DeviceName, Refusal> {
    let devices = &mut person.factors_mut().devices;
    let at = devices.iter().position(|device| device.id == *id).ok_or(Refusal::Unknown)?;
    let device = devices.remove(at);
    gone(changes, person, &device, op, entropy);
    Ok(device.name)
}

fn gone(changes: &mut ChangeSet, person: &Person, device: &MfaDevice, op: &OpContext, entropy: &dyn Entropy) {
    if let DeviceKind::Passkey { credential, .. } = &device.kind {
        changes.delete(Key::Claim(ClaimKey::Passkey(credential.clone())), Version::NEW);
    }
    changes.tell(AuditEvent::new(op, entropy, told("DeactivateMFADevice", person, device)));
}

/// An event of a device's life, with its dates (N-B01); the source stands in every record.
fn told(name: &'static str, person: &Person, device: &MfaDevice) -> Told {
    let mut request = whose(person);
    if let Value::Object(map) = &mut request {
        map.insert("serialNumber".into(), json!(serial(person, device)));
        map.insert("deviceName".into(), json!(device.name.as_str()));
    }
    let kind = match device.kind {
        DeviceKind::Totp { .. } => "Virtual MFA",
        DeviceKind::Passkey { .. } => "U2F MFA",
    };
    let dates = json!({"MfaType": kind, "Enrolled": device.added.to_rfc3339(), "LastUsed": device.last_used.map(Timestamp::to_rfc3339)});
    Told::new(Service::Iam, name, person.account_id()).request(request).additional(dates)
}

/// `userName` as CloudTrail writes it for a root user, else the user's; others have an id only.
fn whose(person: &Person) -> Value {
    match person {
        Person::Root(_) => json!({"userName": "AWS ROOT USER"}),
        Person::User { user, .. } => json!({"userName": user.name.as_str()}),
        Person::Builder(_) | Person::Operator(_) => json!({"identity": person.identity().to_string()}),
    }
}

/// The device's `serialNumber`, in AWS's form where there is an account.
fn serial(person: &Person, device: &MfaDevice) -> String {
    let class = match device.kind {
        DeviceKind::Totp { .. } => "mfa",
        DeviceKind::Passkey { .. } => "u2f",
    };
    match person {
        Person::Root(_) | Person::User { .. } if device.place.is_some() => {
            person.account_id().map(|account| device.serial(account)).unwrap_or_default()
        }
        Person::Root(account) => format!("arn:aws:iam::{}:{class}/root-account-mfa-device/{}", account.id, device.id),
        Person::User { account, user } => format!("arn:aws:iam::{}:{class}/user/{}/{}", account.id, user.name, device.id),
        Person::Builder(_) | Person::Operator(_) => device.id.to_string(),
    }
}
