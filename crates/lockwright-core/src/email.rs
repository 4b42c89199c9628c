//! Changing the address that a root user or a builder ID signs in with: the new one is proven first, the old one can take it back.

use lockwright_model::case::{Case, CaseState, Channel, Closure, Gathered, Purpose};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::CaseId;
use lockwright_model::job::{Happening, Notice, SharedChange, Task};
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenHash, TokenKind};

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::recovery::rules::UNDO;
use crate::recovery::{self, Refusal};
use crate::session::{self, NewSession, SessionLimits};
use crate::shared;

/// Why no code is sent to a new address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotStarted {
    /// The session has ended, or its owner has not proven lately who they are (ASVS 7.5.1).
    NotConfirmed,
    /// IAM users confirm an address of their own instead; what is closed changes nothing.
    NotThis,
    /// It is the address that signs in already.
    Same,
    /// Somebody said "this wasn't me": nothing is changed until then.
    Frozen {
        /// Until when.
        until: Timestamp,
    },
}

/// Asks for the proof of a new address; nothing else changes.
pub fn start(
    person: &Person,
    session: &Session,
    address: EmailAddress,
    holder: &Token,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<CaseId>, NotStarted> {
    if !session::alive(session, person, op.now) || !session::confirmed(session, person, op.now) {
        return Err(NotStarted::NotConfirmed);
    }
    let present = match person {
        Person::Root(_) | Person::Builder(_) if person.closed().is_none() => person.primary_email(),
        Person::Root(_) | Person::Builder(_) | Person::User { .. } | Person::Operator(_) => None,
    };
    let present = present.ok_or(NotStarted::NotThis)?;
    if let Some(until) = person.factors().frozen_for(op.now) {
        return Err(NotStarted::Frozen { until });
    }
    if present.key() == address.key() {
        return Err(NotStarted::Same);
    }
    let purpose = Purpose::ChangeEmail { subject: person.identity(), address, epoch: person.epoch() };
    let (case, mut changes) = recovery::open(purpose, holder, op, entropy);
    changes.tell(AuditEvent::new(op, entropy, told("EmailUpdateRequested", person)));
    Ok(Decided::new(changes, case.id))
}

/// What the store holds around a change.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The claim on the address that comes, if there is one: in use by somebody, or kept for somebody.
    pub coming: Option<Claim>,
    /// The address that comes is an additional one of the person so far.
    pub extra: bool,
    /// The session of the browser that confirms the change, whosever it is.
    pub session: Option<Session>,
}

/// Changes the address, once its mailbox was proven. In a browser where the person is signed in they go on under a new token; every
/// other session ends. The old address is told, and can take the change back.
pub fn confirm(
    case: Case,
    holder: TokenHash,
    mut person: Person,
    around: &Around,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Option<NewSession>>, Refusal> {
    recovery::ready(&case, holder, op.now)?;
    let address = match &case.purpose {
        Purpose::ChangeEmail { subject, address, epoch } if *subject == person.identity() && *epoch == person.epoch() => address.clone(),
        _ => return Err(Refusal::Gone),
    };
    if person.bar().is_some() || person.closed().is_some() || person.factors().frozen(op.now) {
        return Err(Refusal::Gone);
    }
    let session = around.session.as_ref().filter(|session| session::alive(session, &person, op.now));
    let mut changes = recovery::complete(case, op);
    let old = take_up(&mut changes, &mut person, address.clone(), around)?;
    let (Some(former), Some(claim)) = (old, person.email_claim(&address)) else { return Err(Refusal::Gone) };
    changes.put(Record::Claim(Claim::held(claim, person.identity())));
    if let Some(key) = person.email_claim(&former) {
        changes.put(Record::Claim(Claim { key, owner: person.identity(), expires: Some(op.now.plus(UNDO)) }));
    }
    let since = person.factors_mut().email_changed.replace(op.now);
    person.end_sessions();
    let new = session.map(|session| {
        changes.delete(Key::Session(session.token), session.version);
        let new = session::renew(session, &person, limits, op, entropy);
        changes.put(Record::Session(new.session.clone()));
        new
    });
    let undo = way_back(&person, former, since, op, entropy);
    changes.put(outbox::job(Task::SendTicket { case: undo.id.clone() }, op, entropy));
    changes.put(Record::Case(undo));
    shared::tell(&mut changes, &mut person, SharedChange::Email, op, entropy);
    outbox::tell(&mut changes, &person, Happening::EmailChanged(address.masked()), op, entropy);
    changes.tell(AuditEvent::new(op, entropy, told("EmailUpdated", &person)));
    changes.put(person.record());
    Ok(Decided::new(changes, new))
}

/// Takes a change back with the link that the old address was sent: in one step, for there is no second link.
///
/// It also undoes what was changed after it, and ends what is under way. `pending` are the person's cases.
pub fn undo(
    case: Case,
    link: TokenHash,
    mut person: Person,
    around: &Around,
    pending: Vec<Case>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Person>, Refusal> {
    recovery::check_link(&case, link, None, op.now)?;
    let (old, since) = match &case.purpose {
        Purpose::UndoEmail { subject, old, since } if *subject == person.identity() => (old.clone(), *since),
        _ => return Err(Refusal::Gone),
    };
    let created = case.created;
    let mut changes = ChangeSet::default();
    for mut other in pending.into_iter().filter(|other| other.id != case.id) {
        // The link of an earlier change goes further back than this one.
        let earlier = matches!(other.purpose, Purpose::UndoEmail { .. }) && other.created < created;
        if !earlier && !matches!(other.state, CaseState::Completed { .. } | CaseState::Closed { .. }) {
            other.state = CaseState::Closed { at: op.now, why: Closure::Stopped };
            changes.put(Record::Case(other));
        }
    }
    crate::register::merge(&mut changes, recovery::complete(case, op));
    let had = take_up(&mut changes, &mut person, old.clone(), around)?;
    if let Some(claim) = person.email_claim(&old) {
        changes.put(Record::Claim(Claim::held(claim, person.identity())));
    }
    let factors = person.factors_mut();
    factors.email_changed = since;
    factors.underway.clear();
    person.end_sessions();
    shared::tell(&mut changes, &mut person, SharedChange::Email, op, entropy);
    outbox::tell(&mut changes, &person, Happening::EmailChangeUndone, op, entropy);
    if let Some(had) = had {
        let notice = Notice::Happened { whose: person.whose(), what: Happening::EmailChangeUndone };
        changes.put(outbox::notice_to(Channel::Email(had), None, notice, op, entropy));
    }
    changes.tell(AuditEvent::new(op, entropy, told("EmailUpdateUndone", &person)));
    changes.put(person.clone().record());
    Ok(Decided::new(changes, person))
}

/// Puts an address in the place of the present one, and frees the claims on both; the caller claims them anew. Yields the one that
/// goes; `None`: it is the same.
fn take_up(changes: &mut ChangeSet, person: &mut Person, address: EmailAddress, around: &Around) -> Result<Option<EmailAddress>, Refusal> {
    match &around.coming {
        Some(claim) if claim.owner != person.identity() => return Err(Refusal::Gone),
        Some(claim) => {
            changes.delete(Key::Claim(claim.key.clone()), Version::NEW);
        }
        None => {}
    }
    if around.extra {
        let key = ClaimKey::Address(address.key(), person.identity().to_string());
        changes.delete(Key::Claim(key), Version::NEW);
    }
    person.factors_mut().emails.retain(|email| email.address.key() != address.key());
    let had = person.replace_email(address.clone()).filter(|had| had.key() != address.key());
    if let Some(claim) = had.as_ref().and_then(|had| person.email_claim(had)) {
        changes.delete(Key::Claim(claim), Version::NEW);
    }
    Ok(had)
}

/// The case behind the link in the mail to the old address. No browser holds it.
fn way_back(person: &Person, old: EmailAddress, since: Option<Timestamp>, op: &OpContext, entropy: &dyn Entropy) -> Case {
    Case {
        id: CaseId::draw(entropy),
        version: Version::NEW,
        purpose: Purpose::UndoEmail { subject: person.identity(), old, since },
        holder: Token::draw(TokenKind::Case, entropy).hash(),
        created: op.now,
        expires: op.now.plus(UNDO),
        source: op.source.clone(),
        state: CaseState::Open { ticket: None, wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    }
}

fn told(name: &'static str, person: &Person) -> Told {
    Told::new(Service::Signin, name, person.account_id()).about(person.identity(), person.iam_user())
}
