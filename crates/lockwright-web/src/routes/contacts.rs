//! The owner's list of recovery contacts.

use axum::extract::Path;
use lockwright_model::email::EmailAddress;
use lockwright_model::factors::{Contact, MOST_CONTACTS};
use lockwright_model::id::ContactId;
use lockwright_model::name::PersonName;
use lockwright_service::contacts::ContactError;
use lockwright_service::core::contacts::{self, Draft, INVITATION_LIFE, Refusal};
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::situation::contact_serves_from;

use crate::http::{Answer, Confirmed, Form, Member, Refused, go};
use crate::page::contacts::{ContactNew, ContactRow, ContactStanding, Contacts};
use crate::page::{FieldErrors, words};

const LIST: &str = "/security/contacts";

/// The list.
pub(super) async fn list(member: Member) -> Answer {
    let page = page(&member);
    member.page(&page).await
}

fn page(member: &Member) -> Contacts {
    let now = member.op.now;
    let contacts = &member.person.factors().contacts;
    Contacts {
        rows: contacts.people.iter().map(|contact| row(member, contact)).collect(),
        accepted: contacts::accepted(contacts),
        threshold: contacts.threshold,
        room: contacts.people.len() < MOST_CONTACTS,
        kind: member.person.kind(),
        reviewed: contacts.reviewed.map(|at| words::ago(now, at)),
        refused: None,
    }
}

fn row(member: &Member, contact: &Contact) -> ContactRow {
    let now = member.op.now;
    let until = contact.invited.plus(INVITATION_LIFE);
    let (standing, day) = match contact_serves_from(contact) {
        _ if contacts::own_mailbox(&member.person, &contact.address) => (ContactStanding::Own, None),
        Some(from) if now < from => (ContactStanding::New, Some(from)),
        Some(_) => (ContactStanding::Counts, None),
        None if now >= until => (ContactStanding::Overdue, None),
        None => (ContactStanding::Invited, Some(until)),
    };
    ContactRow {
        id: contact.id.to_string(),
        name: contact.name.to_string(),
        address: contact.address.to_string(),
        owner: contact.owner.to_string(),
        standing,
        day: day.map(words::day).unwrap_or_default(),
    }
}

/// The empty form. Who one is comes before it, so that nothing typed is lost.
pub(super) async fn form(Confirmed(member): Confirmed) -> Answer {
    // The name that somebody was told before, or the one that is known.
    let before = member.person.factors().contacts.people.last().map(|contact| contact.owner.to_string());
    let owner = before.or_else(|| match &member.person {
        Person::Builder(builder) => Some(builder.name.to_string()),
        Person::Root(_) | Person::User { .. } | Person::Operator(_) => None,
    });
    member.page(&ContactNew { owner: owner.unwrap_or_default(), ..ContactNew::default() }).await
}

/// Sends an invitation.
pub(super) async fn invite(Confirmed(member): Confirmed, form: Form) -> Answer {
    let typed = |name: &str| form.text(name).to_owned();
    let page = ContactNew { name: typed("name"), email: typed("email"), owner: typed("owner"), ..ContactNew::default() };
    let (name, address, owner) = (page.name.parse::<PersonName>(), page.email.parse::<EmailAddress>(), page.owner.parse::<PersonName>());
    let (Ok(name), Ok(address), Ok(owner)) = (&name, &address, &owner) else {
        let mut errors = FieldErrors::none();
        if name.is_err() {
            errors.add("name", PersonName::RULE);
        }
        if address.is_err() {
            errors.add("email", "Enter an email address, like name@example.com.");
        }
        if owner.is_err() {
            errors.add("owner", PersonName::RULE);
        }
        return member.again(&ContactNew { errors, ..page }).await;
    };
    let draft = Draft { name: name.clone(), address: address.clone(), owner: owner.clone() };
    let refusal = match member.lockwright().invite_contact(&member.op, &member.session, draft).await {
        Ok(_) => return go("/security/contacts?done=contact-invited"),
        Err(ContactError::Wait { until }) => {
            return member.visit.later(until, |wait| ContactNew { refused: Some(too_many(&wait)), ..page });
        }
        Err(ContactError::Refused(refusal)) => refusal,
        Err(ContactError::Unconfirmed) => return Err(Refused::Go("/signin")),
        Err(ContactError::Trouble(trouble)) => return Err(trouble.into()),
    };
    let page = match field_of(refusal) {
        Some(field) => ContactNew { errors: FieldErrors::one(field, sentence(refusal)), ..page },
        None => ContactNew { refused: Some(sentence(refusal)), ..page },
    };
    member.again(&page).await
}

/// Mails an invitation anew.
pub(super) async fn again(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    let Ok(id) = id.parse::<ContactId>() else { return Err(Refused::not_found()) };
    let outcome = member.lockwright().invite_contact_again(&member.op, &member.session, &id).await;
    ended(&member, outcome, "contact-invited").await
}

/// Removes somebody from the list.
pub(super) async fn remove(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    let Ok(id) = id.parse::<ContactId>() else { return Err(Refused::not_found()) };
    let outcome = member.lockwright().remove_contact(&member.op, &member.session, &id).await;
    ended(&member, outcome, "contact-removed").await
}

/// Sets how many must agree.
pub(super) async fn threshold(Confirmed(member): Confirmed, form: Form) -> Answer {
    let outcome = match form.text("threshold").parse() {
        Ok(number) => member.lockwright().set_contacts_threshold(&member.op, &member.session, number).await,
        Err(_) => Err(ContactError::Refused(Refusal::Threshold)),
    };
    ended(&member, outcome, "contacts-needed").await
}

/// The list is right.
pub(super) async fn reviewed(Confirmed(member): Confirmed) -> Answer {
    let outcome = member.lockwright().review_contacts(&member.op, &member.session).await;
    ended(&member, outcome, "contacts-reviewed").await
}

/// Back to the list, with what was done or why it wasn't.
async fn ended(member: &Member, outcome: Result<(), ContactError>, done: &str) -> Answer {
    match outcome {
        Ok(()) => go(format!("{LIST}?done={done}")),
        Err(ContactError::Wait { until }) => member.visit.later(until, |wait| Contacts { refused: Some(too_many(&wait)), ..page(member) }),
        Err(ContactError::Refused(refusal)) => member.again(&Contacts { refused: Some(sentence(refusal)), ..page(member) }).await,
        Err(ContactError::Unconfirmed) => Err(Refused::Go("/signin")),
        Err(ContactError::Trouble(trouble)) => Err(trouble.into()),
    }
}

fn too_many(wait: &str) -> String {
    format!("That was a lot of invitations, so nothing was sent this time. You can send the next one in {wait}.")
}

const fn field_of(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::OwnMailbox | Refusal::Already => Some("email"),
        Refusal::LinkInName => Some("name"),
        Refusal::LinkInOwner => Some("owner"),
        Refusal::Frozen(_) | Refusal::Operator | Refusal::Full | Refusal::Unknown | Refusal::Accepted | Refusal::Threshold => None,
    }
}

fn sentence(refusal: Refusal) -> String {
    match refusal {
        Refusal::Frozen(until) => format!(
            "Somebody said “this wasn’t me” in a notice of yours, so nothing can be changed until {}. If it was you after all, wait until then.",
            words::at(until)
        ),
        Refusal::Operator => "Operators have no recovery contacts: the host’s command line is their way back.".into(),
        Refusal::Full => "You have named five people, the most there can be. Remove one to invite another.".into(),
        Refusal::OwnMailbox => "That is one of your own addresses. Name somebody else: a contact helps when yours are lost.".into(),
        Refusal::Already => "Somebody with this address is on your list already.".into(),
        Refusal::LinkInName | Refusal::LinkInOwner => {
            "Use a name without addresses, links, and the signs @ / \\ and :, because it stands in a mail.".into()
        }
        Refusal::Unknown => "That person isn’t on your list any more. Here is how it stands now.".into(),
        Refusal::Accepted => "That person has accepted meanwhile, so there is nothing to send again.".into(),
        Refusal::Threshold => "Choose a number between 1 and the number of people who have accepted.".into(),
    }
}
