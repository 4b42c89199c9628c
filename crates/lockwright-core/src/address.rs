//! Further addresses of a person: each counts once its code was entered (N-R12), each is told of everything.

use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseState, Channel, Closure, Gathered, MessageWay, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{ExtraEmail, MOST_ADDRESSES, Phone};
use lockwright_model::id::CaseId;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Task};
use lockwright_model::session::Session;
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::recovery::{self, CODE_TRIES, IssuedCode, PHONE_CODE_LIFE, SENDS, TICKET_LIFE};
use crate::session;

/// Why nothing about a person's addresses is changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The session has ended, or its owner has not proven lately who they are (ASVS 7.5.1).
    NotConfirmed,
    /// Operators have one address; what is closed changes nothing.
    NotThis,
    /// It is one of the person's addresses already.
    Known,
    /// There are as many of its kind as fit.
    Full,
    /// It is none of the person's further addresses.
    Unknown,
    /// Somebody said "this wasn't me": nothing is changed until then.
    Frozen(Timestamp),
}

/// A code that was asked for.
#[derive(Debug)]
pub struct Asked {
    /// The case it is for.
    pub case: CaseId,
    /// The digits to show on the page, for [`MessageWay::Keyed`].
    pub shown: Option<Code>,
}

fn may_change(person: &Person, session: &Session, now: Timestamp) -> Result<(), Refusal> {
    if !session::alive(session, person, now) || !session::confirmed(session, person, now) {
        return Err(Refusal::NotConfirmed);
    }
    if matches!(person, Person::Operator(_)) || person.closed().is_some() {
        return Err(Refusal::NotThis);
    }
    person.factors().frozen_for(now).map_or(Ok(()), |until| Err(Refusal::Frozen(until)))
}

/// Whether a person has room for one more address.
fn room(person: &Person, channel: &Channel) -> Result<(), Refusal> {
    if person.channels().iter().any(|known| known.key() == channel.key()) {
        return Err(Refusal::Known);
    }
    let factors = person.factors();
    let there = match channel {
        Channel::Email(_) => factors.emails.len(),
        Channel::Phone(_) => factors.phones.len(),
    };
    if there >= MOST_ADDRESSES { Err(Refusal::Full) } else { Ok(()) }
}

const fn life_of(channel: &Channel) -> Duration {
    match channel {
        Channel::Email(_) => TICKET_LIFE,
        // NIST SP 800-63B-4 §4.2.1.2, ASVS 6.5.5.
        Channel::Phone(_) => PHONE_CODE_LIFE,
    }
}

/// Asks for a code to an address that the person wants to add; nothing else changes.
#[expect(clippy::too_many_arguments, reason = "each is of a type of its own")]
pub fn start(
    person: &Person,
    session: &Session,
    channel: Channel,
    way: MessageWay,
    holder: &Token,
    key: &CodeKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Asked>, Refusal> {
    may_change(person, session, op.now)?;
    room(person, &channel)?;
    let way = if matches!(channel, Channel::Email(_)) { MessageWay::Text } else { way };
    let mut case = Case {
        id: CaseId::draw(entropy),
        version: Version::NEW,
        purpose: Purpose::AddAddress { subject: person.identity(), channel, way },
        holder: holder.hash(),
        created: op.now,
        expires: op.now.plus(TICKET_LIFE),
        source: op.source.clone(),
        state: CaseState::Open { ticket: None, wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    };
    let mut changes = ChangeSet::default();
    let shown = ask(&mut changes, &mut case, key, op, entropy);
    changes.tell(AuditEvent::new(op, entropy, told("AddressRequested", person, None)));
    let asked = Asked { case: case.id.clone(), shown };
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, asked))
}

/// Has a code sent. One that is keyed in during a call is drawn now, for the page shows it.
fn ask(changes: &mut ChangeSet, case: &mut Case, key: &CodeKey, op: &OpContext, entropy: &dyn Entropy) -> Option<Code> {
    let Purpose::AddAddress { channel, way, .. } = case.purpose.clone() else { return None };
    let shown = (way == MessageWay::Keyed).then(|| Code::draw_digits(entropy));
    let drawn = shown.as_ref().map(|code| ticket(&case.id, code, op.now.plus(life_of(&channel)), key, entropy));
    if let CaseState::Open { ticket, sends, .. } = &mut case.state {
        *sends += 1;
        if drawn.is_some() {
            *ticket = drawn;
        }
    }
    changes.put(outbox::job(Task::SendCode { case: case.id.clone(), channel }, op, entropy));
    shown
}

/// A ticket without a link: whoever reads a mailbox that was mistyped must not be able to confirm it.
fn ticket(case: &CaseId, code: &Code, expires: Timestamp, key: &CodeKey, entropy: &dyn Entropy) -> Ticket {
    Ticket { link: Token::draw(TokenKind::Link, entropy).hash(), code: Some(key.hash(case, code)), expires }
}

/// Draws the code that was asked for; an older one stops working. `None`: there is nothing to send.
pub fn issue(mut case: Case, key: &CodeKey, now: Timestamp, entropy: &dyn Entropy) -> Option<Decided<IssuedCode>> {
    recovery::standing(&case, None, now).ok()?;
    let (to, way) = match case.purpose.clone() {
        Purpose::AddAddress { channel, way, .. } => (channel, way),
        Purpose::ContactPhone { number, .. } => (Channel::Phone(number), MessageWay::Text),
        _ => return None,
    };
    let CaseState::Open { ticket: held, .. } = &mut case.state else { return None };
    let mut changes = ChangeSet::default();
    if way == MessageWay::Keyed {
        let expires = held.as_ref()?.expires;
        return Some(Decided::new(changes, IssuedCode { to, way, code: None, expires }));
    }
    let code = match to {
        Channel::Email(_) => Code::draw(entropy),
        Channel::Phone(_) => Code::draw_digits(entropy),
    };
    let expires = case.expires.min(now.plus(life_of(&to)));
    *held = Some(ticket(&case.id, &code, expires, key, entropy));
    changes.put(Record::Case(case));
    Some(Decided::new(changes, IssuedCode { to, way, code: Some(code), expires }))
}

/// Asks for a new code, which resets no count. The old one works until the new one is drawn.
pub fn resend(
    mut case: Case,
    holder: TokenHash,
    key: &CodeKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Asked>, recovery::Refusal> {
    recovery::standing(&case, Some(holder), op.now)?;
    match (&case.purpose, &case.state) {
        (Purpose::AddAddress { .. }, CaseState::Open { sends, .. }) if *sends < SENDS => {}
        (Purpose::AddAddress { .. }, CaseState::Open { .. }) => return Err(recovery::Refusal::NoMoreSends),
        _ => return Err(recovery::Refusal::NotNow),
    }
    let mut changes = ChangeSet::default();
    let shown = ask(&mut changes, &mut case, key, op, entropy);
    let asked = Asked { case: case.id.clone(), shown };
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, asked))
}

/// What entering a code did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entered {
    /// The address counts from now on.
    Added,
    /// Not the code; so many tries are left.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// Not the code, and no try is left.
    NoTriesLeft,
    /// The digits were not keyed in yet.
    NotYet,
}

/// Adds the address when its code is right, in the browser that asked for it and in which its owner is still signed in.
#[expect(clippy::too_many_arguments, reason = "each is of a type of its own")]
pub fn enter(
    mut case: Case,
    holder: TokenHash,
    person: Person,
    session: &Session,
    typed: Option<&Code>,
    key: &CodeKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Entered>, recovery::Refusal> {
    recovery::standing(&case, Some(holder), op.now)?;
    let Purpose::AddAddress { subject, channel, way } = case.purpose.clone() else { return Err(recovery::Refusal::Gone) };
    if subject != person.identity() || !session::alive(session, &person, op.now) || room(&person, &channel).is_err() {
        return Err(recovery::Refusal::Gone);
    }
    if let Some(until) = person.factors().frozen_for(op.now) {
        return Err(recovery::Refusal::Frozen(until));
    }
    let CaseState::Open { ticket, wrong, .. } = &mut case.state else {
        return Ok(add(case, person, channel, op, entropy));
    };
    if way == MessageWay::Keyed {
        return Ok(Decided::new(ChangeSet::default(), Entered::NotYet));
    }
    if right(ticket.as_ref(), &case.id, typed, key, op.now) {
        return Ok(add(case, person, channel, op, entropy));
    }
    *wrong += 1;
    let left = CODE_TRIES.saturating_sub(*wrong);
    if left == 0 {
        case.state = CaseState::Closed { at: op.now, why: Closure::TooManyTries };
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, if left == 0 { Entered::NoTriesLeft } else { Entered::Wrong { left } }))
}

pub(crate) fn right(ticket: Option<&Ticket>, case: &CaseId, typed: Option<&Code>, key: &CodeKey, now: Timestamp) -> bool {
    match (ticket, typed.map(|code| key.hash(case, code))) {
        (Some(Ticket { code: Some(code), expires, .. }), Some(given)) => now < *expires && code.matches(&given),
        _ => false,
    }
}

/// Notes what was keyed in at the phone during a call. The person then goes on in the browser that showed the digits.
pub fn keyed_in(mut case: Case, keyed: Option<&Code>, key: &CodeKey, now: Timestamp) -> Result<ChangeSet, recovery::Refusal> {
    recovery::standing(&case, None, now)?;
    if !matches!(case.purpose, Purpose::AddAddress { way: MessageWay::Keyed, .. }) {
        return Err(recovery::Refusal::NotNow);
    }
    let CaseState::Open { ticket, wrong, .. } = &mut case.state else { return Err(recovery::Refusal::NotNow) };
    if right(ticket.as_ref(), &case.id, keyed, key, now) {
        case.state = CaseState::Proven { at: now };
    } else {
        *wrong += 1;
        if *wrong >= CODE_TRIES {
            case.state = CaseState::Closed { at: now, why: Closure::TooManyTries };
        }
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(changes)
}

fn add(case: Case, mut person: Person, channel: Channel, op: &OpContext, entropy: &dyn Entropy) -> Decided<Entered> {
    let mut changes = recovery::complete(case, op);
    changes.put(Record::Claim(Claim::held(claim(&channel, &person.identity()), person.identity())));
    let factors = person.factors_mut();
    match channel.clone() {
        Channel::Email(address) => factors.emails.push(ExtraEmail { address, since: op.now }),
        Channel::Phone(number) => factors.phones.push(Phone { number, since: op.now }),
    }
    changes.tell(AuditEvent::new(op, entropy, told("AddressAdded", &person, Some(&channel))));
    outbox::tell(&mut changes, &person, Happening::AddressAdded(channel.masked()), op, entropy);
    changes.put(person.record());
    Decided::new(changes, Entered::Added)
}

/// Removes a further address. It is told, too: it may not be the owner's doing.
pub fn remove(
    mut person: Person,
    session: &Session,
    channel: &Channel,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    may_change(&person, session, op.now)?;
    let mut changes = ChangeSet::default();
    let there = |known: &Channel| known.key() == channel.key();
    let factors = person.factors();
    let emails = factors.emails.iter().map(|email| Channel::Email(email.address.clone()));
    let phones = factors.phones.iter().map(|phone| Channel::Phone(phone.number.clone()));
    let known = emails.chain(phones).find(there).ok_or(Refusal::Unknown)?;
    outbox::tell(&mut changes, &person, Happening::AddressRemoved(known.masked()), op, entropy);
    let factors = person.factors_mut();
    factors.emails.retain(|email| !there(&Channel::Email(email.address.clone())));
    factors.phones.retain(|phone| !there(&Channel::Phone(phone.number.clone())));
    changes.delete(Key::Claim(claim(&known, &person.identity())), Version::NEW);
    changes.tell(AuditEvent::new(op, entropy, told("AddressRemoved", &person, Some(&known))));
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// The claim by which an address is found: several people may have the same one.
pub fn claim(channel: &Channel, owner: &Identity) -> ClaimKey {
    ClaimKey::Address(channel.key(), owner.to_string())
}

fn told(name: &'static str, person: &Person, channel: Option<&Channel>) -> Told {
    let told = Told::new(Service::Signin, name, person.account_id()).about(person.identity(), person.iam_user());
    match channel {
        Some(channel) => told.request(json!({"address": channel.masked()})),
        None => told,
    }
}
