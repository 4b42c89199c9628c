//! Access keys: made, switched on and off, deleted. What they sign is for the wire to check and for the policies to allow.

use lockwright_model::access_key::{AccessKey, AccessKeyId, MOST_ACCESS_KEYS};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::identity::Principal;
use lockwright_model::job::Happening;
use lockwright_model::secret::Sealed;
use serde_json::{Value, json};

use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// Why an access key is not made or changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Builder IDs and operators have no access keys.
    NotForThisKind,
    /// There are [`MOST_ACCESS_KEYS`] already; inactive ones count.
    TooMany,
    /// There is no such key of this owner.
    Unknown,
    /// Its owner said "this wasn't me": whoever acts as the owner makes and switches on none until then.
    Frozen(Timestamp),
}

/// `CreateAccessKey`: adds a key whose secret is sealed already. One that was asked for with a key in question, since `signer`, is so too.
pub fn create(
    mut person: Person,
    id: AccessKeyId,
    secret: Sealed,
    signer: Option<Timestamp>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<AccessKey>, Refusal> {
    not_frozen(&person, op)?;
    let keys = person.keys_mut().ok_or(Refusal::NotForThisKind)?;
    if keys.len() >= MOST_ACCESS_KEYS {
        return Err(Refusal::TooMany);
    }
    let key = AccessKey { id, secret, active: true, created: op.now, questioned: signer };
    keys.push(key.clone());
    let mut changes = ChangeSet::default();
    let shown = json!({"accessKey": {
        "accessKeyId": key.id.as_str(), "userName": person.user_name(), "status": status(true), "createDate": op.now.to_rfc3339(),
    }});
    changes.tell(event("CreateAccessKey", &person, json!({"userName": person.user_name()}), shown, op, entropy));
    changes.put(Record::Claim(Claim::held(ClaimKey::AccessKey(key.id.clone()), person.identity())));
    outbox::tell(&mut changes, &person, Happening::AccessKeyCreated(key.id.clone()), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, key))
}

/// `UpdateAccessKey`: an inactive key signs nothing. Setting what is set already changes nothing but the trail, and answers what a recovery
/// left in question: somebody who may change the key has looked at it. Not so a program whose key is in question itself, since `signer`.
pub fn set_active(
    mut person: Person,
    id: &AccessKeyId,
    active: bool,
    signer: Option<Timestamp>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if active {
        not_frozen(&person, op)?;
    }
    let keys = person.keys_mut().ok_or(Refusal::NotForThisKind)?;
    let key = keys.iter_mut().find(|key| key.id == *id).ok_or(Refusal::Unknown)?;
    key.active = active;
    key.questioned = key.questioned.and(signer);
    let request = json!({"userName": person.user_name(), "accessKeyId": id.as_str(), "status": status(active)});
    let mut changes = ChangeSet::default();
    changes.tell(event("UpdateAccessKey", &person, request, Value::Null, op, entropy));
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// A key that a recovery left in question is its owner's: it goes on, and stands out no more. A key that is off stays off.
pub fn keep(
    person: Person,
    id: &AccessKeyId,
    signer: Option<Timestamp>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !person.keys().iter().any(|key| key.id == *id && key.active) {
        return Err(Refusal::Unknown);
    }
    set_active(person, id, true, signer, op, entropy)
}

/// Whether a key may be made or switched on by whoever acts: after "this wasn't me" not by its owner, who may be somebody else; an
/// administrator may, and switching off always may.
fn not_frozen(person: &Person, op: &OpContext) -> Result<(), Refusal> {
    match person.factors().frozen_for(op.now) {
        Some(until) if op.principal == Principal::Signed(person.identity()) => Err(Refusal::Frozen(until)),
        _ => Ok(()),
    }
}

/// Its owner got back in: the keys from before go on signing, for programs would stand still, but each is to be looked at. How many still sign.
pub(crate) fn question(person: &mut Person, now: Timestamp) -> u8 {
    let mut signing = 0;
    for key in person.keys_mut().into_iter().flatten().filter(|key| key.active) {
        key.questioned = Some(now);
        signing += 1;
    }
    signing
}

/// `DeleteAccessKey`.
pub fn delete(mut person: Person, id: &AccessKeyId, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    let keys = person.keys_mut().ok_or(Refusal::NotForThisKind)?;
    let at = keys.iter().position(|key| key.id == *id).ok_or(Refusal::Unknown)?;
    keys.remove(at);
    let request = json!({"userName": person.user_name(), "accessKeyId": id.as_str()});
    let mut changes = ChangeSet::default();
    changes.tell(event("DeleteAccessKey", &person, request, Value::Null, op, entropy));
    changes.delete(Key::Claim(ClaimKey::AccessKey(id.clone())), Version::NEW);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// AWS's word for a key's state.
pub const fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}

fn event(name: &'static str, person: &Person, request: Value, response: Value, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, person.account_id()).request(request).response(response))
}
