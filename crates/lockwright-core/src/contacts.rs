//! Recovery contacts: one to five people whom the owner trusts (NIST SP 800-63B-4 §4.2.1.3), from the invitation to the day they leave.

use std::time::Duration;

use lockwright_model::case::{Case, CaseState, Closure, Gathered, IdentityKind, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{Contact, Contacts, MOST_CONTACTS};
use lockwright_model::id::{CaseId, ContactId};
use lockwright_model::job::{Happening, ReviewOf, Task};
use lockwright_model::name::PersonName;
use lockwright_model::token::{Token, TokenHash, TokenKind};
use serde_json::{Value, json};

use crate::person::Person;
use crate::recovery::{self, standing};
use crate::{Decided, outbox};

/// How long an invitation can be answered.
pub const INVITATION_LIFE: Duration = Duration::from_secs(14 * 86_400);
/// How long until the owner is reminded to look through the contacts (NIST SP 800-63B-4 §4.2.1.3).
pub const REVIEW: Duration = Duration::from_secs(365 * 86_400);

/// Why the owner's change is not made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The owner said "this wasn't me": nothing is changed until then.
    Frozen(Timestamp),
    /// Nobody but the host helps an operator, so a contact would promise what it can't do.
    Operator,
    /// There are five already.
    Full,
    /// The address is one of the owner's own: it would be one proof twice (X05).
    OwnMailbox,
    /// The mailbox is one of the contacts' already: it would be one person twice.
    Already,
    /// A mail program would make a link of the contact's name.
    LinkInName,
    /// Likewise of the owner's.
    LinkInOwner,
    /// No such contact.
    Unknown,
    /// The person has accepted.
    Accepted,
    /// It must be between 1 and the number of those who accepted.
    Threshold,
}

/// Whom the owner names.
#[derive(Clone, Debug)]
pub struct Draft {
    /// How the owner calls the person.
    pub name: PersonName,
    /// Where the person is reached.
    pub address: EmailAddress,
    /// How the person calls the owner.
    pub owner: PersonName,
}

/// Whether a mailbox is one of the owner's own, whatever stands behind a plus.
pub fn own_mailbox(person: &Person, address: &EmailAddress) -> bool {
    person.addresses().iter().any(|own| own.mailbox() == address.mailbox())
}

/// Whether changes of contacts are possible now.
fn changeable(person: &Person, now: Timestamp) -> Result<(), Refusal> {
    match (person, person.factors().frozen_for(now)) {
        (Person::Operator(_), _) => Err(Refusal::Operator),
        (_, Some(until)) => Err(Refusal::Frozen(until)),
        (_, None) => Ok(()),
    }
}

/// Names somebody and has an invitation mailed.
pub fn invite(mut person: Person, draft: Draft, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<ContactId>, Refusal> {
    changeable(&person, op.now)?;
    let people = &person.factors().contacts.people;
    if people.len() >= MOST_CONTACTS {
        return Err(Refusal::Full);
    }
    if own_mailbox(&person, &draft.address) {
        return Err(Refusal::OwnMailbox);
    }
    if people.iter().any(|known| known.address.mailbox() == draft.address.mailbox()) {
        return Err(Refusal::Already);
    }
    if looks_like_a_link(draft.name.as_str()) {
        return Err(Refusal::LinkInName);
    }
    if looks_like_a_link(draft.owner.as_str()) {
        return Err(Refusal::LinkInOwner);
    }
    let Draft { name, address, owner } = draft;
    let (id, invitation) = (ContactId::draw(entropy), CaseId::draw(entropy));
    let contact = Contact { id: id.clone(), name: name.clone(), address, owner, invited: op.now, invitation, since: None };
    let mut changes = ChangeSet::default();
    send(&mut changes, &person, &contact, op, entropy);
    person.factors_mut().contacts.people.push(contact);
    let happened = Happening::ContactInvited(name);
    Ok(Decided::new(changed(changes, person, "RecoveryContactInvited", &json!({"contactId": id.as_str()}), happened, op, entropy), id))
}

/// Mails the invitation anew; the link that was sent before stops working.
pub fn invite_again(mut person: Person, id: &ContactId, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    changeable(&person, op.now)?;
    let contact = person.factors_mut().contacts.people.iter_mut().find(|known| known.id == *id).ok_or(Refusal::Unknown)?;
    if contact.since.is_some() {
        return Err(Refusal::Accepted);
    }
    (contact.invited, contact.invitation) = (op.now, CaseId::draw(entropy));
    let contact = contact.clone();
    if own_mailbox(&person, &contact.address) {
        return Err(Refusal::OwnMailbox);
    }
    let mut changes = ChangeSet::default();
    send(&mut changes, &person, &contact, op, entropy);
    let happened = Happening::ContactInvited(contact.name);
    Ok(Decided::new(changed(changes, person, "RecoveryContactInvited", &json!({"contactId": id.as_str()}), happened, op, entropy), ()))
}

/// Removes a contact, or takes an invitation back. Of those who are left no more must agree than there are.
pub fn remove(mut person: Person, id: &ContactId, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    changeable(&person, op.now)?;
    let mut changes = ChangeSet::default();
    let contact = take(&mut changes, person.factors_mut(), id).ok_or(Refusal::Unknown)?;
    let left = accepted(&person.factors().contacts);
    let contacts = &mut person.factors_mut().contacts;
    contacts.threshold = contacts.threshold.min(left);
    if contact.since.is_some() {
        let task = Task::DismissContact { to: contact.address, owner: contact.owner, kind: person.kind(), at: op.now };
        changes.put(outbox::job(task, op, entropy));
    }
    let happened = Happening::ContactRemoved(contact.name);
    Ok(Decided::new(changed(changes, person, "RecoveryContactRemoved", &json!({"contactId": id.as_str()}), happened, op, entropy), ()))
}

/// Sets how many contacts must agree.
pub fn set_threshold(mut person: Person, threshold: u8, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    changeable(&person, op.now)?;
    if threshold == 0 || threshold > accepted(&person.factors().contacts) {
        return Err(Refusal::Threshold);
    }
    person.factors_mut().contacts.threshold = threshold;
    let (request, happened) = (json!({"threshold": threshold}), Happening::ContactsNeeded(threshold));
    Ok(Decided::new(changed(ChangeSet::default(), person, "RecoveryContactsUpdated", &request, happened, op, entropy), ()))
}

/// The owner has looked through the list.
pub fn review(mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    changeable(&person, op.now)?;
    let mut changes = ChangeSet::default();
    looked_through(&mut changes, &mut person, op, entropy);
    changes.tell(AuditEvent::new(op, entropy, told("RecoveryContactsReviewed", &person).about(person.identity(), person.iam_user())));
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// What a year's reminder does: a notice and the next reminder, or nothing when the list was changed or looked through meanwhile (that
/// made a reminder of its own), or nobody is on it.
pub fn remind(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Option<ChangeSet> {
    let contacts = &person.factors().contacts;
    if contacts.people.is_empty() || contacts.reviewed.is_some_and(|at| op.now < at.plus(REVIEW)) {
        return None;
    }
    let mut changes = ChangeSet::default();
    outbox::tell(&mut changes, person, Happening::ReviewContacts, op, entropy);
    changes.put(next_review(person, op, entropy));
    Some(changes)
}

/// What is mailed as an invitation.
#[derive(Debug)]
pub struct Invitation {
    /// To whom.
    pub to: EmailAddress,
    /// How that person calls the owner.
    pub owner: PersonName,
    /// The link's token.
    pub link: Token,
    /// When it stops working.
    pub expires: Timestamp,
}

/// Draws the link of an invitation. `None`: it was answered, taken back, or sent anew.
pub fn draw_invitation(mut case: Case, person: &Person, now: Timestamp, entropy: &dyn Entropy) -> Option<Decided<Invitation>> {
    let contact = invited(&case, person)?;
    let expires = case.expires;
    let CaseState::Open { ticket, .. } = &mut case.state else { return None };
    if now >= expires {
        return None;
    }
    let link = Token::draw(TokenKind::Link, entropy);
    *ticket = Some(Ticket { link: link.hash(), code: None, expires });
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Some(Decided::new(changes, Invitation { to: contact.address.clone(), owner: contact.owner.clone(), link, expires }))
}

/// Whom an invitation asks, if it can be answered now; spends nothing (invariant 10).
pub fn check_invitation<'a>(case: &Case, person: &'a Person, link: TokenHash, now: Timestamp) -> Result<&'a Contact, recovery::Refusal> {
    standing(case, None, now)?;
    match &case.state {
        CaseState::Open { ticket: Some(ticket), .. } if ticket.link == link => {}
        _ => return Err(recovery::Refusal::Replaced),
    }
    // Once more at use: an address that has become the owner's own since would be one proof twice (X05).
    invited(case, person).filter(|contact| !own_mailbox(person, &contact.address)).ok_or(recovery::Refusal::Gone)
}

/// The person invited accepts. From now on it is a contact, and in seven days its word counts.
pub fn accept(
    mut case: Case,
    mut person: Person,
    link: TokenHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, recovery::Refusal> {
    let id = check_invitation(&case, &person, link, op.now)?.id.clone();
    if changeable(&person, op.now).is_err() {
        return Err(recovery::Refusal::NotNow);
    }
    let identity = person.identity();
    let contacts = &mut person.factors_mut().contacts;
    let Some(contact) = contacts.people.iter_mut().find(|known| known.id == id) else { return Err(recovery::Refusal::Gone) };
    contact.since = Some(op.now);
    let name = contact.name.clone();
    // With two or more, two must agree unless the owner chooses otherwise: one can be talked round (X05).
    contacts.threshold = match (contacts.threshold, accepted(contacts)) {
        (0, _) => 1,
        (1, 2) => 2,
        (chosen, _) => chosen,
    };
    case.state = CaseState::Completed { at: op.now };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    changes.put(Record::Claim(Claim::held(ClaimKey::Contact(id.clone()), identity.clone())));
    changes.put(outbox::job(Task::WelcomeContact { identity, contact: id.clone() }, op, entropy));
    answered(&mut changes, &person, "RecoveryContactAccepted", &id, Happening::ContactAdded(name), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// The person invited does not want to.
pub fn decline(
    mut case: Case,
    mut person: Person,
    link: TokenHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, recovery::Refusal> {
    let id = check_invitation(&case, &person, link, op.now)?.id.clone();
    let mut changes = ChangeSet::default();
    let contact = take(&mut changes, person.factors_mut(), &id).ok_or(recovery::Refusal::Gone)?;
    case.state = CaseState::Closed { at: op.now, why: Closure::Cancelled };
    changes.put(Record::Case(case));
    answered(&mut changes, &person, "RecoveryContactDeclined", &id, Happening::ContactDeclined(contact.name), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// A contact leaves; the caller has checked its link. How many must agree does not fall by that: what somebody else does can't make
/// getting in easier. `None`: it is no contact any more.
pub fn leave(mut person: Person, id: &ContactId, op: &OpContext, entropy: &dyn Entropy) -> Option<Decided<()>> {
    let mut changes = ChangeSet::default();
    let contact = take(&mut changes, person.factors_mut(), id)?;
    answered(&mut changes, &person, "RecoveryContactLeft", id, Happening::ContactLeft(contact.name), op, entropy);
    changes.put(person.record());
    Some(Decided::new(changes, ()))
}

/// How many have accepted.
pub fn accepted(contacts: &Contacts) -> u8 {
    contacts.people.iter().filter(|contact| contact.since.is_some()).fold(0, |count, _| count.saturating_add(1))
}

/// Takes away what stands for a person's contacts outside its row, when the row goes; they are told that they are asked nothing more.
pub fn forget(changes: &mut ChangeSet, contacts: &Contacts, kind: IdentityKind, op: &OpContext, entropy: &dyn Entropy) {
    for contact in contacts.people.iter().filter(|contact| contact.since.is_some()) {
        changes.delete(Key::Claim(ClaimKey::Contact(contact.id.clone())), Version::NEW);
        let (to, owner) = (contact.address.clone(), contact.owner.clone());
        changes.put(outbox::job(Task::DismissContact { to, owner, kind, at: op.now }, op, entropy));
    }
}

fn take(changes: &mut ChangeSet, factors: &mut lockwright_model::factors::Factors, id: &ContactId) -> Option<Contact> {
    let people = &mut factors.contacts.people;
    let contact = people.remove(people.iter().position(|known| known.id == *id)?);
    if contact.since.is_some() {
        changes.delete(Key::Claim(ClaimKey::Contact(contact.id.clone())), Version::NEW);
    }
    Some(contact)
}

/// Whom an invitation that still counts is for.
fn invited<'a>(case: &Case, person: &'a Person) -> Option<&'a Contact> {
    let Purpose::InviteContact { subject, contact, address } = &case.purpose else { return None };
    let mut people = person.factors().contacts.people.iter().filter(|_| *subject == person.identity());
    people.find(|known| known.id == *contact && known.address == *address && known.invitation == case.id && known.since.is_none())
}

/// The invitation's case. Nobody's browser holds it: the link is all there is.
fn send(changes: &mut ChangeSet, person: &Person, contact: &Contact, op: &OpContext, entropy: &dyn Entropy) {
    changes.put(outbox::job(Task::SendTicket { case: contact.invitation.clone() }, op, entropy));
    changes.put(Record::Case(Case {
        id: contact.invitation.clone(),
        version: Version::NEW,
        purpose: Purpose::InviteContact { subject: person.identity(), contact: contact.id.clone(), address: contact.address.clone() },
        holder: Token::draw(TokenKind::Case, entropy).hash(),
        created: op.now,
        expires: op.now.plus(INVITATION_LIFE),
        source: op.source.clone(),
        state: CaseState::Open { ticket: None, wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    }));
}

/// A change by the owner, who looks through the list by making it.
fn changed(
    mut changes: ChangeSet,
    mut person: Person,
    name: &'static str,
    request: &Value,
    happened: Happening,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> ChangeSet {
    looked_through(&mut changes, &mut person, op, entropy);
    let told = told(name, &person).about(person.identity(), person.iam_user()).request(request.clone());
    changes.tell(AuditEvent::new(op, entropy, told));
    outbox::tell(&mut changes, &person, happened, op, entropy);
    changes.put(person.record());
    changes
}

/// A change by the contact.
fn answered(
    changes: &mut ChangeSet,
    person: &Person,
    name: &'static str,
    id: &ContactId,
    happened: Happening,
    op: &OpContext,
    entropy: &dyn Entropy,
) {
    let request = json!({"identity": person.identity().to_string(), "contactId": id.as_str()});
    changes.tell(AuditEvent::new(op, entropy, told(name, person).request(request)));
    outbox::tell(changes, person, happened, op, entropy);
}

fn looked_through(changes: &mut ChangeSet, person: &mut Person, op: &OpContext, entropy: &dyn Entropy) {
    person.factors_mut().contacts.reviewed = Some(op.now);
    changes.put(next_review(person, op, entropy));
}

fn next_review(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Record {
    outbox::job_at(Task::Review { identity: person.identity(), what: ReviewOf::Contacts }, op.now.plus(REVIEW), op, entropy)
}

fn told(name: &'static str, person: &Person) -> Told {
    Told::new(Service::Signin, name, person.account_id())
}

/// Whether a mail program would make a link of a part of it: names go to mailboxes that are not the owner's (E07).
fn looks_like_a_link(text: &str) -> bool {
    let domain_like =
        |(at, _): (usize, &str)| text.get(at + 1..).is_some_and(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).count() >= 2);
    text.contains(['@', '/', '\\', ':']) || text.match_indices('.').any(domain_like)
}

#[cfg(test)]
mod tests;
