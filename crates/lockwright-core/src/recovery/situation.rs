//! What the rules see of a person: which of its factors serve a recovery, and from when on.

use lockwright_model::case::Channel;
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::{Contact, MfaDevice, RecoveryCodes};
use lockwright_model::proof::{Proof, Proofs};

use super::RecoverySettings;
use super::rules::{Approval, Origin, Protection, RuleBook, Situation};
use crate::contacts::own_mailbox;
use crate::person::Person;

/// What the rules look at besides the proofs, as it is now.
pub fn situation(person: &Person, settings: RecoverySettings, now: Timestamp) -> Situation {
    let self_service = match person {
        Person::User { account, .. } => account.self_service_recovery,
        Person::Root(_) | Person::Builder(_) | Person::Operator(_) => false,
    };
    Situation {
        kind: person.kind(),
        protection: protection(person),
        self_service,
        operator_help: settings.operator_help,
        enrolled: enrolled(person, now),
    }
}

/// Whether a device stands before the password.
pub fn protection(person: &Person) -> Protection {
    let factors = person.factors();
    match (factors.devices.is_empty(), factors.enrolment) {
        (false, _) => Protection::Device,
        (true, Some(_)) => Protection::Owed,
        (true, None) => Protection::None,
    }
}

/// What of a person's factors serves a recovery at a moment, its password included.
pub fn enrolled(person: &Person, now: Timestamp) -> Proofs {
    let factors = person.factors();
    let serves = |from: Option<Timestamp>| from.is_some_and(|from| now >= from);
    let has = [
        (Proof::Password, person.credential().is_some()),
        (Proof::Email, person.channels().iter().any(|channel| is_email(channel) && serves(person.channel_serves_from(channel)))),
        (Proof::Phone, person.channels().iter().any(|channel| !is_email(channel) && serves(person.channel_serves_from(channel)))),
        (Proof::Device, factors.devices.iter().any(|device| now >= device_serves_from(device))),
        (Proof::RecoveryCode, factors.codes.as_ref().is_some_and(|codes| codes.count() > 0 && now >= codes_serve_from(codes))),
    ];
    let own = has.into_iter().filter(|(_, has)| *has).fold(Proofs::EMPTY, |proofs, (proof, _)| proofs.with(proof));
    own.union(contacts(person, now))
}

/// What all of a person's contacts together would prove at a moment.
fn contacts(person: &Person, now: Timestamp) -> Proofs {
    let approvals: Vec<_> = serving_contacts(person, now).map(|contact| approval_of(person, contact)).collect();
    RuleBook::PRODUCTION.contacts(person.factors().contacts.threshold, &approvals)
}

/// The contacts who accepted, and not lately, and whose mailbox is not the owner's own: there is no use in asking the others.
pub fn serving_contacts(person: &Person, now: Timestamp) -> impl Iterator<Item = &Contact> {
    let serves = move |contact: &&Contact| contact_serves_from(contact).is_some_and(|from| now >= from);
    person.factors().accepted().filter(serves).filter(|contact| !approval_of(person, contact).own_mailbox)
}

/// A contact's word, as the rules count it.
pub fn approval_of(person: &Person, contact: &Contact) -> Approval<String> {
    Approval { own_mailbox: own_mailbox(person, &contact.address), by: contact.address.mailbox() }
}

fn is_email(channel: &Channel) -> bool {
    matches!(channel, Channel::Email(_))
}

/// From when on a device proves anything in a recovery; at sign-in it does at once.
pub fn device_serves_from(device: &MfaDevice) -> Timestamp {
    RuleBook::PRODUCTION.serves_from(Origin::Added, device.added)
}

/// From when on a set of codes proves anything in a recovery; at sign-in it does at once.
pub fn codes_serve_from(codes: &RecoveryCodes) -> Timestamp {
    RuleBook::PRODUCTION.serves_from(Origin::Added, codes.since)
}

/// From when on a contact's word counts; `None`: the contact has not accepted.
pub fn contact_serves_from(contact: &Contact) -> Option<Timestamp> {
    contact.since.map(|since| RuleBook::PRODUCTION.serves_from(Origin::Added, since))
}
