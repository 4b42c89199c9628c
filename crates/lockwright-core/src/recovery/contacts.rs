//! Recovery contacts: each is asked by mail, approves or refuses on a page, and passes a code on that the person types.

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseMoment, CaseState, Closure, ContactAnswer, ContactAsk};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Contact;
use lockwright_model::id::ContactId;
use lockwright_model::job::{Happening, Task};
use lockwright_model::name::PersonName;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};
use serde_json::json;

use super::evidence::{self, Given, Written};
use super::rules::{Approval, RuleBook};
use super::situation::{approval_of, serving_contacts};
use super::{CASE_TRIES, CONTACTS_LIFE, Refusal, Step, standing, waiting};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// So many contacts who refuse end a recovery.
const REFUSALS: usize = 2;

/// Asks all recovery contacts who serve; the same rows for nobody. Whoever was asked before and has not helped yet is asked anew.
pub fn ask_contacts(mut case: Case, person: Option<&Person>, holder: TokenHash, step: &Step<'_>) -> Result<Decided<()>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    if case.gathered.proofs.contains(Proof::ContactsTwo) {
        return Err(Refusal::NotNow);
    }
    let person = person.filter(|person| evidence::stands(&case, person, now).is_ok());
    let mut asked: Vec<ContactId> =
        person.map(|person| serving_contacts(person, now).map(|contact| contact.id.clone()).collect()).unwrap_or_default();
    let mut changes = ChangeSet::default();
    match person {
        Some(person) if !asked.is_empty() => outbox::tell(&mut changes, person, Happening::ContactsAsked, step.op, step.entropy),
        // Nobody: an ask that leads to no mail.
        _ => asked.push(ContactId::draw(step.entropy)),
    }
    // Who refused is not asked again, and the refusal goes on counting.
    case.gathered.contacts.retain(|ask| ask.given || ask.answer == Some(ContactAnswer::Refused));
    for contact in asked {
        if case.gathered.contacts.iter().any(|ask| ask.contact == contact) {
            continue;
        }
        changes.put(outbox::job(Task::AskContact { case: case.id.clone(), contact: contact.clone() }, step.op, step.entropy));
        let expires = now.plus(CONTACTS_LIFE);
        case.gathered.contacts.push(ContactAsk { contact, link: None, answer: None, code: None, given: false, expires });
    }
    case.gathered.asked = Some(now);
    evidence::prolong(&mut case, now, CONTACTS_LIFE);
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// What is mailed to a recovery contact.
#[derive(Debug)]
pub struct AskIssued {
    /// To whom.
    pub to: EmailAddress,
    /// How the owner calls the contact.
    pub name: PersonName,
    /// The link's token.
    pub link: Token,
    /// When it stops working.
    pub expires: Timestamp,
}

/// Draws the link for a contact who was asked. `None`: there is nothing to mail.
pub fn issue_ask(
    mut case: Case,
    person: Option<&Person>,
    contact: &ContactId,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Option<Decided<AskIssued>> {
    if standing(&case, None, now).is_err() || !gathering(&case) {
        return None;
    }
    let person = person.filter(|person| evidence::stands(&case, person, now).is_ok())?;
    let known = serving_contacts(person, now).find(|known| known.id == *contact)?;
    let (to, name) = (known.address.clone(), known.name.clone());
    let ask = case.gathered.contacts.iter_mut().find(|ask| ask.contact == *contact && ask.answer.is_none() && now < ask.expires)?;
    let link = Token::draw(TokenKind::Link, entropy);
    ask.link = Some(link.hash());
    let expires = ask.expires;
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Some(Decided::new(changes, AskIssued { to, name, link, expires }))
}

fn gathering(case: &Case) -> bool {
    matches!(case.state, CaseState::Open { .. } | CaseState::Waiting { .. })
}

/// Whether a contact's link would work now, and which contact it is; spends nothing (invariant 10).
pub fn check_ask<'p>(case: &Case, person: Option<&'p Person>, link: TokenHash, now: Timestamp) -> Result<&'p Contact, Refusal> {
    let ask = case.gathered.contacts.iter().find(|ask| ask.link == Some(link));
    let answered = ask.is_some_and(|ask| ask.answer.is_some());
    match standing(case, None, now) {
        // It went on without this contact, who has answered nothing.
        Err(Refusal::AlreadyDone) if !answered => return Err(Refusal::Gone),
        stands => stands?,
    }
    let ask = ask.ok_or(Refusal::Replaced)?;
    if answered {
        return Err(Refusal::AlreadyDone);
    }
    if !gathering(case) {
        return Err(Refusal::Gone);
    }
    if now >= ask.expires {
        return Err(Refusal::Expired);
    }
    let person = person.ok_or(Refusal::Gone)?;
    evidence::stands(case, person, now)?;
    serving_contacts(person, now).find(|known| known.id == ask.contact).ok_or(Refusal::Gone)
}

/// Takes a contact's answer. The output is the code to pass on, shown once; `None` when the contact refused, which the owner is told.
/// When two refuse, the recovery ends: people who know the owner say that it is somebody else.
pub fn contact_answers(
    mut case: Case,
    person: &Person,
    link: TokenHash,
    answer: ContactAnswer,
    key: &CodeKey,
    step: &Step<'_>,
) -> Result<Decided<Option<Code>>, Refusal> {
    let contact = check_ask(&case, Some(person), link, step.op.now)?;
    let (id, name) = (case.id.clone(), contact.name.clone());
    let code = (answer == ContactAnswer::Approved).then(|| Code::draw(step.entropy));
    if let Some(ask) = case.gathered.contacts.iter_mut().find(|ask| ask.link == Some(link)) {
        ask.answer = Some(answer);
        ask.code = code.as_ref().map(|code| key.hash(&id, code));
    }
    let mut changes = ChangeSet::default();
    if answer == ContactAnswer::Refused {
        outbox::tell(&mut changes, person, Happening::ContactRefused(name), step.op, step.entropy);
        if case.gathered.contacts.iter().filter(|ask| ask.answer == Some(ContactAnswer::Refused)).count() >= REFUSALS {
            evidence::tell(&mut changes, &mut case, person, CaseMoment::Cancelled, None, step);
            case.state = CaseState::Closed { at: step.op.now, why: Closure::Refused };
            let mut person = person.clone();
            if waiting::forget(&mut person, &case) {
                changes.put(person.record());
            }
        }
    }
    let word = if answer == ContactAnswer::Approved { "RecoveryContactApproved" } else { "RecoveryContactRefused" };
    let told = Told::new(Service::Signin, word, person.account_id()).request(json!({"case": id.as_str(), "contact": contact.id.as_str()}));
    changes.tell(AuditEvent::new(step.op, step.entropy, told));
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, code))
}

/// Tries the code that a contact passed on. Enough of them are a proof.
pub fn try_contact_code(
    mut case: Case,
    person: Option<Person>,
    holder: TokenHash,
    typed: Option<&Code>,
    step: &Step<'_>,
) -> Result<Decided<Given>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    if case.gathered.asked.is_none() || case.gathered.proofs.contains(Proof::ContactsTwo) {
        return Err(Refusal::NotNow);
    }
    if !evidence::tries_left(&case) {
        return Ok(evidence::no_tries());
    }
    let given = typed.map(|code| step.key.hash(&case.id, code));
    let fits = |ask: &ContactAsk| match (&ask.code, &given) {
        (Some(code), Some(given)) => !ask.given && now < ask.expires && code.matches(given),
        _ => false,
    };
    let person = evidence::subject(&case, person, now);
    let (Some(person), Some(ask)) = (person, case.gathered.contacts.iter_mut().find(|ask| fits(ask))) else {
        return Ok(evidence::wrong(case, CASE_TRIES));
    };
    (ask.given, ask.code) = (true, None);
    let given: Vec<&ContactId> = case.gathered.contacts.iter().filter(|ask| ask.given).map(|ask| &ask.contact).collect();
    let approvals: Vec<Approval<String>> =
        serving_contacts(&person, now).filter(|known| given.contains(&&known.id)).map(|known| approval_of(&person, known)).collect();
    let threshold = person.factors().contacts.threshold;
    let proofs = RuleBook::PRODUCTION.contacts(threshold, &approvals);
    if proofs.is_empty() {
        let part = Given::Part { given: u8::try_from(approvals.len()).unwrap_or(u8::MAX), needed: threshold.max(1) };
        let mut changes = ChangeSet::default();
        changes.put(Record::Case(case));
        return Ok(Decided::new(changes, part));
    }
    let added: Proofs = proofs.minus(case.gathered.proofs);
    Ok(evidence::add(case, person, added, Written::Case, step).map_output(Given::Accepted))
}
