//! Logins that another system shares with an identity of ours: both sides prove theirs, and each change is told to the other.

use std::time::Duration;

use lockwright_model::case::{Case, CaseState, Gathered, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{Delivery, LinkedLogin};
use lockwright_model::id::{CaseId, LinkId, SystemId};
use lockwright_model::job::{Happening, SharedChange, Task};
use lockwright_model::secret::Sealed;
use lockwright_model::system::LinkedSystem;
use lockwright_model::token::{Token, TokenHash, TokenKind};
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// How long both sides have for linking.
pub const LINKING_LIFE: Duration = Duration::from_secs(30 * 60);
/// The most links of one identity.
pub const MOST_LINKS: usize = 10;
/// The longest name that a system gives a login, in characters.
pub const LONGEST_LOGIN: usize = 128;

/// Why a link is not made or ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// IAM users and operators share no login.
    NotForThisKind,
    /// The identity has [`MOST_LINKS`] links.
    TooMany,
    /// It is linked with this system already.
    AlreadyLinked,
    /// The time for it is over, it was ended, or it never was.
    Gone,
    /// The other side has not proved its login yet.
    NotProven,
    /// The owner said "this wasn't me": nothing is changed until then.
    Frozen(Timestamp),
}

/// What a person takes along to the other system's page.
#[derive(Debug)]
pub struct Started {
    /// The case.
    pub case: CaseId,
    /// What the other system gives back to us.
    pub token: Token,
}

/// Registers a system; its secret is sealed before.
pub fn add_system(system: LinkedSystem, op: &OpContext, entropy: &dyn Entropy) -> Decided<SystemId> {
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "RegisterLinkedSystem", None)
        .request(json!({"systemId": system.id.as_str(), "name": system.name.as_str(), "page": system.page, "webhook": system.webhook}));
    changes.tell(AuditEvent::new(op, entropy, told));
    let id = system.id.clone();
    changes.put(Record::System(system));
    Decided::new(changes, id)
}

/// Gives a system another secret; the old one counts no longer.
pub fn new_secret(system: LinkedSystem, secret: Sealed, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "UpdateLinkedSystem", None).request(json!({"systemId": system.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(Record::System(LinkedSystem { secret, ..system }));
    Decided::new(changes, ())
}

/// Removes a system. Links with it count no longer, for there is nobody left to tell.
pub fn remove_system(system: &LinkedSystem, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "RemoveLinkedSystem", None).request(json!({"systemId": system.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.delete(Key::System(system.id.clone()), system.version);
    Decided::new(changes, ())
}

fn may_link(person: &Person, system: &SystemId, now: Timestamp) -> Result<(), Refusal> {
    let factors = person.factors();
    match person {
        Person::Root(_) | Person::Builder(_) => {}
        Person::User { .. } | Person::Operator(_) => return Err(Refusal::NotForThisKind),
    }
    if let Some(until) = factors.frozen_for(now) {
        return Err(Refusal::Frozen(until));
    }
    if factors.linked.iter().any(|link| link.system == *system) {
        return Err(Refusal::AlreadyLinked);
    }
    if factors.linked.len() >= MOST_LINKS { Err(Refusal::TooMany) } else { Ok(()) }
}

/// Begins a link: the person takes a token to the other system's page.
pub fn start(person: &Person, system: &LinkedSystem, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<Started>, Refusal> {
    may_link(person, &system.id, op.now)?;
    let token = Token::draw(TokenKind::Link, entropy);
    let expires = op.now.plus(LINKING_LIFE);
    let case = Case {
        id: CaseId::draw(entropy),
        version: Version::NEW,
        purpose: Purpose::LinkLogin { subject: person.identity(), system: system.id.clone(), login: None },
        holder: Token::draw(TokenKind::Case, entropy).hash(),
        created: op.now,
        expires,
        source: op.source.clone(),
        state: CaseState::Open { ticket: Some(Ticket { link: token.hash(), code: None, expires }), wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    };
    let mut changes = ChangeSet::default();
    let id = case.id.clone();
    changes.put(Record::Case(case));
    changes.expect.push(person.row());
    Ok(Decided::new(changes, Started { case: id, token }))
}

/// The other system proves the login that the token was brought to. Once: a token that was used is used up.
pub fn prove(mut case: Case, system: &SystemId, token: TokenHash, login: &str, now: Timestamp) -> Result<Decided<()>, Refusal> {
    let open = matches!(&case.state, CaseState::Open { ticket: Some(ticket), .. } if ticket.link == token && now < ticket.expires);
    let well_formed = !login.is_empty() && login.chars().count() <= LONGEST_LOGIN && !login.chars().any(char::is_control);
    match &mut case.purpose {
        Purpose::LinkLogin { system: asked, login: proven, .. } if open && well_formed && asked == system => {
            *proven = Some(login.to_owned())
        }
        _ => return Err(Refusal::Gone),
    }
    case.state = CaseState::Proven { at: now };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// The person, who sees what the other system calls them, agrees.
pub fn link(
    mut case: Case,
    mut person: Person,
    system: &LinkedSystem,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    let login = match (&case.purpose, &case.state) {
        (Purpose::LinkLogin { subject, system: asked, login }, CaseState::Proven { .. })
            if *subject == person.identity() && *asked == system.id =>
        {
            login.clone().ok_or(Refusal::NotProven)?
        }
        (Purpose::LinkLogin { .. }, CaseState::Open { .. }) => return Err(Refusal::NotProven),
        _ => return Err(Refusal::Gone),
    };
    // What was begun before an unlinking is stale: nobody may slip back in with it.
    if op.now >= case.expires || person.factors().unlinked.is_some_and(|at| at >= case.created) {
        return Err(Refusal::Gone);
    }
    may_link(&person, &system.id, op.now)?;
    case.state = CaseState::Completed { at: op.now };
    let link = LinkedLogin { id: LinkId::draw(entropy), system: system.id.clone(), login, since: op.now, told: None };
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "LinkLogin", person.account_id())
        .about(person.identity(), person.iam_user())
        .request(json!({"systemId": system.id.as_str(), "linkId": link.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    person.factors_mut().linked.push(link);
    outbox::tell(&mut changes, &person, Happening::LoginLinked(system.name.clone()), op, entropy);
    changes.put(Record::Case(case));
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Ends a link, at once on our side; the other system is told.
pub fn unlink(
    mut person: Person,
    link: &LinkId,
    system: Option<&LinkedSystem>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    let factors = person.factors_mut();
    let at = factors.linked.iter().position(|known| known.id == *link).ok_or(Refusal::Gone)?;
    let gone = factors.linked.remove(at);
    factors.unlinked = Some(op.now);
    let mut changes = ChangeSet::default();
    changes.put(outbox::job(task(&person, &gone, SharedChange::Unlinked, op.now), op, entropy));
    let told = Told::new(Service::Signin, "UnlinkLogin", person.account_id())
        .about(person.identity(), person.iam_user())
        .request(json!({"systemId": gone.system.as_str(), "linkId": gone.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    if let Some(system) = system {
        outbox::tell(&mut changes, &person, Happening::LoginUnlinked(system.name.clone()), op, entropy);
    }
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Adds what every linked system is told of a change of credentials; the person is to be put afterwards.
pub fn tell(changes: &mut ChangeSet, person: &mut Person, what: SharedChange, op: &OpContext, entropy: &dyn Entropy) {
    let tasks: Vec<Task> = person.factors().linked.iter().map(|link| task(person, link, what, op.now)).collect();
    for task in tasks {
        changes.put(outbox::job(task, op, entropy));
    }
    for link in &mut person.factors_mut().linked {
        link.told = Some(Delivery { at: op.now, taken: None, given_up: false });
    }
}

fn task(person: &Person, link: &LinkedLogin, what: SharedChange, at: Timestamp) -> Task {
    Task::TellSystem {
        identity: person.identity(),
        link: link.id.clone(),
        system: link.system.clone(),
        login: link.login.clone(),
        what,
        at,
    }
}

/// Notes how telling a system of a change went; a later change has a note of its own.
pub fn delivered(mut person: Person, link: &LinkId, of: Timestamp, taken: Option<Timestamp>) -> ChangeSet {
    let mut changes = ChangeSet::default();
    let known = person.factors_mut().linked.iter_mut().find(|known| known.id == *link);
    let Some(told) = known.and_then(|known| known.told.as_mut()).filter(|told| told.at == of) else { return changes };
    match taken {
        Some(at) => told.taken = Some(at),
        None => told.given_up = true,
    }
    changes.put(person.record());
    changes
}
