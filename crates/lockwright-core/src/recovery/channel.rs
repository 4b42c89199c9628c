//! Codes to further addresses of a person: typed in by whoever recovers, sent only where they are verified and serve.

use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseState, Channel, ChannelTicket, MessageWay};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::Entropy;
use lockwright_model::job::Task;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::{Code, TokenHash};

use super::drill::{self, Had};
use super::evidence::{self, Given, Written};
use super::{CODE_TRIES, PHONE_CODE_LIFE, Refusal, SENDS, Step, TICKET_LIFE, standing};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// Addresses that one recovery sends codes to.
const MOST_TICKETS: usize = 6;

/// What is sent to a further address.
#[derive(Debug)]
pub struct IssuedCode {
    /// To where: the address as verified, not as typed (A01).
    pub to: Channel,
    /// How.
    pub way: MessageWay,
    /// The code; `None` for [`MessageWay::Keyed`], whose digits stand on the page.
    pub code: Option<Code>,
    /// When it stops working.
    pub expires: Timestamp,
}

const fn proof_of(channel: &Channel) -> Proof {
    match channel {
        Channel::Email(_) => Proof::Email,
        Channel::Phone(_) => Proof::Phone,
    }
}

const fn life_of(channel: &Channel) -> Duration {
    match channel {
        Channel::Email(_) => TICKET_LIFE,
        Channel::Phone(_) => PHONE_CODE_LIFE,
    }
}

/// Asks for a code to an address that the person typed. The rows are the same whether it is theirs (invariant 9): whether anything is
/// sent, the job decides. A fresh code replaces the older one, and resets no count. `person` is looked at in a rehearsal only.
///
/// The output is the code to show on the page, for [`MessageWay::Keyed`].
pub fn ask_channel(
    mut case: Case,
    person: Option<&Person>,
    holder: TokenHash,
    channel: &Channel,
    way: MessageWay,
    step: &Step<'_>,
) -> Result<Decided<Option<Code>>, Refusal> {
    evidence::gathers(&case, holder, step.op.now)?;
    if let Some(person) = person {
        drill::pretended(&case, Had::address(person, channel))?;
    }
    if case.gathered.proofs.contains(proof_of(channel)) || (matches!(channel, Channel::Email(_)) && way != MessageWay::Text) {
        return Err(Refusal::NotNow);
    }
    let at = case.gathered.tickets.iter().position(|ticket| ticket.channel.key() == channel.key());
    let mut ticket = match at {
        Some(at) => case.gathered.tickets.remove(at),
        None if case.gathered.tickets.len() >= MOST_TICKETS => return Err(Refusal::NoMoreSends),
        None => ChannelTicket { channel: channel.clone(), way, code: None, expires: step.op.now, sends: 0, wrong: 0, keyed: false },
    };
    if ticket.sends >= SENDS {
        return Err(Refusal::NoMoreSends);
    }
    (ticket.way, ticket.sends, ticket.keyed) = (way, ticket.sends + 1, false);
    let shown = (way == MessageWay::Keyed).then(|| Code::draw_digits(step.entropy));
    // Sent or not, it is waited for as long: the page that asks for the code must not tell whether there is one (invariant 9).
    ticket.expires = step.op.now.plus(life_of(channel));
    ticket.code = shown.as_ref().map(|code| step.key.hash(&case.id, code));
    // The newest stands last.
    case.gathered.tickets.push(ticket);
    evidence::prolong(&mut case, step.op.now, life_of(channel));
    let mut changes = ChangeSet::default();
    changes.put(outbox::job(Task::SendCode { case: case.id.clone(), channel: channel.clone() }, step.op, step.entropy));
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, shown))
}

/// The person's own address behind a typed one, if a code sent there proves anything now.
fn own(person: &Person, typed: &Channel, now: Timestamp) -> Option<Channel> {
    person.channels().into_iter().find(|own| own.key() == typed.key() && person.serves_recovery(own, now))
}

/// Draws the code that was asked for; an older one stops working. `None`: nothing is sent, for the address is nobody's, not theirs, or
/// new.
pub fn issue_channel(
    mut case: Case,
    person: Option<&Person>,
    channel: &Channel,
    key: &CodeKey,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Option<Decided<IssuedCode>> {
    if standing(&case, None, now).is_err() || !matches!(case.state, CaseState::Open { .. } | CaseState::Waiting { .. }) {
        return None;
    }
    let to = own(person.filter(|person| evidence::stands(&case, person, now).is_ok())?, channel, now)?;
    let id = case.id.clone();
    let ticket = case.gathered.tickets.iter_mut().find(|ticket| ticket.channel.key() == channel.key())?;
    let way = ticket.way;
    let code = match (way, channel) {
        (MessageWay::Keyed, _) => None,
        (_, Channel::Phone(_)) => Some(Code::draw_digits(entropy)),
        (_, Channel::Email(_)) => Some(Code::draw(entropy)),
    };
    let mut changes = ChangeSet::default();
    let expires = match &code {
        Some(code) => {
            (ticket.code, ticket.expires) = (Some(key.hash(&id, code)), now.plus(life_of(channel)));
            let expires = ticket.expires;
            changes.put(Record::Case(case));
            expires
        }
        None => ticket.expires,
    };
    Some(Decided::new(changes, IssuedCode { to, way, code, expires }))
}

/// Notes what was keyed in at a phone during a call. The person then goes on in the browser that showed the digits.
pub fn keyed_in(mut case: Case, channel: &Channel, keyed: Option<&Code>, key: &CodeKey, now: Timestamp) -> Result<ChangeSet, Refusal> {
    standing(&case, None, now)?;
    let id = case.id.clone();
    let ticket = case.gathered.tickets.iter_mut().find(|ticket| ticket.channel.key() == channel.key() && ticket.way == MessageWay::Keyed);
    let ticket = ticket.ok_or(Refusal::NotNow)?;
    if ticket.wrong >= CODE_TRIES || ticket.keyed {
        return Err(Refusal::NotNow);
    }
    if right(ticket, keyed.map(|code| key.hash(&id, code)), now) {
        ticket.keyed = true;
    } else {
        ticket.wrong += 1;
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(changes)
}

fn right(ticket: &ChannelTicket, given: Option<lockwright_model::secret::CodeHash>, now: Timestamp) -> bool {
    match (&ticket.code, given) {
        (Some(code), Some(given)) => now < ticket.expires && code.matches(&given),
        _ => false,
    }
}

/// Tries a typed code of the ticket at this place of [`Gathered::tickets`](lockwright_model::case::Gathered::tickets). With
/// [`MessageWay::Keyed`] nothing is typed: it counts once it was keyed in.
pub fn try_channel_code(
    mut case: Case,
    person: Option<Person>,
    holder: TokenHash,
    at: usize,
    typed: Option<&Code>,
    step: &Step<'_>,
) -> Result<Decided<Given>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    let has_tries = evidence::tries_left(&case);
    let (id, proofs) = (case.id.clone(), case.gathered.proofs);
    let ticket = case.gathered.tickets.get_mut(at).ok_or(Refusal::NotNow)?;
    let proof = proof_of(&ticket.channel);
    if proofs.contains(proof) {
        return Err(Refusal::NotNow);
    }
    if !has_tries || ticket.wrong >= CODE_TRIES {
        return Ok(evidence::no_tries());
    }
    let proven = match ticket.way {
        MessageWay::Keyed if !ticket.keyed => return Err(Refusal::NotNow),
        MessageWay::Keyed => now < ticket.expires,
        MessageWay::Text | MessageWay::Voice => right(ticket, typed.map(|code| step.key.hash(&id, code)), now),
    };
    let channel = ticket.channel.clone();
    let person = evidence_person(&case, person, &channel, now).filter(|_| proven);
    match (person, case.gathered.tickets.get_mut(at)) {
        (Some((person, own)), Some(ticket)) => {
            ticket.code = None;
            case.gathered.proved.push(own);
            Ok(evidence::add(case, person, Proofs::of(&[proof]), Written::Case, step).map_output(Given::Accepted))
        }
        (_, Some(ticket)) => {
            ticket.wrong += 1;
            let left = CODE_TRIES.saturating_sub(ticket.wrong);
            Ok(evidence::wrong(case, left))
        }
        (_, None) => Err(Refusal::NotNow),
    }
}

fn evidence_person(case: &Case, person: Option<Person>, channel: &Channel, now: Timestamp) -> Option<(Person, Channel)> {
    let person = evidence::subject(case, person, now)?;
    let own = own(&person, channel, now)?;
    Some((person, own))
}
