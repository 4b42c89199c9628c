//! What the host decides about operators of the installation. Operators never decide about each other.

use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, Factors};
use lockwright_model::id::OperatorId;
use lockwright_model::identity::Identity;
use lockwright_model::job::Happening;
use lockwright_model::name::PersonName;
use lockwright_model::operator::{Operator, OperatorRole};
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::recovery::{self, HandedLink};
use crate::register::merge;

/// Makes an operator, who has no password until the handed link is used, and nothing but enrolment until a device stands (O-M01).
pub fn create(
    name: PersonName,
    email: EmailAddress,
    role: OperatorRole,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<(OperatorId, HandedLink)> {
    let enrolment = Some(EnrolmentOwed { since: op.now, why: EnrolmentReason::First, taken: false });
    let operator = Operator {
        id: OperatorId::draw(entropy),
        version: Version::NEW,
        email,
        name,
        role,
        created: op.now,
        disabled: false,
        credential: None,
        epoch: 0,
        factors: Factors { enrolment, ..Factors::default() },
    };
    let mut changes = ChangeSet::default();
    let owner = Identity::Operator(operator.id.clone());
    changes.put(Record::Claim(Claim::held(claim(&operator.email), owner)));
    changes.put(Record::Operator(operator.clone()));
    changes.tell(AuditEvent::new(op, entropy, told("CreateOperator", &operator)));
    let id = operator.id.clone();
    let link = recovery::hand_link(&Person::Operator(operator), op, entropy);
    merge(&mut changes, link.changes);
    Decided::new(changes, (id, link.output))
}

/// Gives another role; the sessions under the old one end.
pub fn set_role(mut operator: Operator, role: OperatorRole, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    operator.role = role;
    operator.epoch += 1;
    put(operator, "UpdateOperatorRole", op, entropy)
}

/// Switches sign-in off or on; off ends the sessions at once.
pub fn set_disabled(mut operator: Operator, disabled: bool, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    operator.disabled = disabled;
    operator.epoch += 1;
    put(operator, if disabled { "DisableOperator" } else { "EnableOperator" }, op, entropy)
}

/// A link for setting a new password; the present one works until it is used. The devices stay.
pub fn reset_password(operator: Operator, op: &OpContext, entropy: &dyn Entropy) -> Decided<HandedLink> {
    recovery::hand_link(&Person::Operator(operator), op, entropy)
}

/// Removes the devices, and the password with them: a new device is enrolled under a password that the handed link sets. Otherwise
/// whoever has learned the password could wait for this moment.
pub fn reset_mfa(mut operator: Operator, op: &OpContext, entropy: &dyn Entropy) -> Decided<HandedLink> {
    let mut changes = ChangeSet::default();
    delete_passkey_claims(&mut changes, &operator);
    operator.factors.devices.clear();
    operator.factors.codes = None;
    operator.credential = None;
    operator.factors.enrolment = Some(EnrolmentOwed { since: op.now, why: EnrolmentReason::Host, taken: true });
    operator.epoch += 1;
    changes.tell(AuditEvent::new(op, entropy, told("ResetOperatorMFA", &operator)));
    let person = Person::Operator(operator);
    outbox::tell(&mut changes, &person, Happening::EnrolmentRequired, op, entropy);
    let link = recovery::hand_link(&person, op, entropy);
    merge(&mut changes, link.changes);
    changes.put(person.record());
    Decided::new(changes, link.output)
}

/// Removes an operator. What it did stays in the trail.
pub fn delete(operator: &Operator, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    delete_passkey_claims(&mut changes, operator);
    changes.delete(Key::Claim(claim(&operator.email)), Version::NEW);
    changes.delete(Key::Operator(operator.id.clone()), operator.version);
    changes.tell(AuditEvent::new(op, entropy, told("DeleteOperator", operator)));
    Decided::new(changes, ())
}

/// What an operator's address claims: the mailbox. Two operators are two people, whatever stands behind a plus.
pub fn claim(email: &EmailAddress) -> ClaimKey {
    ClaimKey::OperatorEmail(email.mailbox())
}

fn put(operator: Operator, name: &'static str, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(name, &operator)));
    changes.put(Record::Operator(operator));
    Decided::new(changes, ())
}

fn delete_passkey_claims(changes: &mut ChangeSet, operator: &Operator) {
    for device in &operator.factors.devices {
        if let DeviceKind::Passkey { credential, .. } = &device.kind {
            changes.delete(Key::Claim(ClaimKey::Passkey(credential.clone())), Version::NEW);
        }
    }
}

fn told(name: &'static str, operator: &Operator) -> Told {
    let request = json!({"operatorId": operator.id.as_str(), "operatorName": operator.name.as_str(), "role": operator.role});
    Told::new(Service::Signin, name, None).request(request)
}
