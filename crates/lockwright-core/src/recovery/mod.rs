//! Cases: the state machine of everything that is proven through a mailbox, a handed link, or several proofs together.
//!
//! `Open → Proven → Completed`, or `Open → Waiting → Completed`, or `Closed`. Transitions consume the case; nothing leads out of
//! `Completed` and `Closed`. A recovery gathers proofs while it is open or waits; what they open is for [`rules`] to say.

mod channel;
mod contacts;
pub mod drill;
mod evidence;
mod factor;
mod finish;
pub mod operators;
pub mod rules;
pub mod situation;
mod ticket;
mod waiting;

use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseState, Channel, Closure, Gathered, IdentityKind, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::CaseId;
use lockwright_model::job::Task;
use lockwright_model::proof::Goal;
use lockwright_model::token::{Token, TokenHash, TokenKind};
use lockwright_model::tries::TriesKey;

use crate::Decided;
use crate::outbox;
use crate::person::Person;

pub use channel::{IssuedCode, ask_channel, issue_channel, keyed_in, try_channel_code};
pub use contacts::{AskIssued, ask_contacts, check_ask, contact_answers, issue_ask, try_contact_code};
pub use evidence::{Given, Lacks, lacks};
pub use factor::{give_factor, give_password};
pub use finish::{confirm_address, finish, finish_reenrol};
pub use operators::ask_operators;
pub use ticket::{CodeOutcome, Issued, check_link, issue, open_link, resend, try_code};
pub use waiting::{Stopped, cancels, goal_under_way, remember, remind, start_waiting, stop, stop_recoveries, underway};

/// How long a mailed ticket and its case work (NIST SP 800-63B-4 §4.2.1.2 allows 24 h by email).
pub const TICKET_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a code works that was sent to a phone (NIST SP 800-63B-4 §4.2.1.2).
pub const PHONE_CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// How long a link that an administrator or the host hands over works.
pub const HANDED_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long the person has to finish after the proof.
pub const PROVEN_LIFE: Duration = Duration::from_secs(30 * 60);
/// How long a recovery gathers proofs after the first one.
pub const GATHERING_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long recovery contacts have: 24 hours longer than others (NIST SP 800-63B-4 §4.2.1.3).
pub const CONTACTS_LIFE: Duration = Duration::from_secs(48 * 3600);
/// How long a recovery can be finished after its waiting time.
pub const RELEASED_LIFE: Duration = Duration::from_secs(7 * 86_400);
/// After one was stopped, no other starts to wait for this long (X06).
pub const BACK_OFF: Duration = Duration::from_secs(24 * 3600);
/// Wrong codes of one ticket after which no more are looked at.
pub const CODE_TRIES: u8 = 5;
/// Wrong codes, passwords and saved codes in one recovery after which no more are looked at.
pub const CASE_TRIES: u8 = 10;
/// Tickets that one case sends.
pub const SENDS: u8 = 5;

/// What the installation's operator has set about recoveries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecoverySettings {
    /// How long a delayed recovery waits, from [`rules::DELAY_LEAST`] to [`rules::DELAY_MOST`].
    pub delay: Duration,
    /// Whether operators help with recoveries.
    pub operator_help: bool,
}

impl Default for RecoverySettings {
    fn default() -> Self {
        Self { delay: rules::DELAY, operator_help: true }
    }
}

/// What every step of a recovery is decided with.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// The key of typed codes.
    pub key: &'a CodeKey,
    /// The operator's settings.
    pub settings: RecoverySettings,
    /// The circumstances.
    pub op: &'a OpContext,
    /// Where chance comes from.
    pub entropy: &'a dyn Entropy,
}

/// Why a step of a case is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Another browser holds the case.
    NotYours,
    /// Its time is over.
    Expired,
    /// A newer mail replaced this link.
    Replaced,
    /// It was completed before.
    AlreadyDone,
    /// It ended without effect.
    Closed(Closure),
    /// The step does not follow from the state the case is in (A02).
    NotNow,
    /// No more tickets for this case.
    NoMoreSends,
    /// What it was for is gone, or no longer allowed.
    Gone,
    /// Its owner said "this wasn't me": nothing is changed until then.
    Frozen(Timestamp),
    /// Another recovery of the same person waits (X06).
    OtherWaits,
    /// A rehearsal pretends that this is lost.
    PretendedLost,
}

/// Opens a case of any purpose and asks for its ticket to be sent.
pub fn open(purpose: Purpose, holder: &Token, op: &OpContext, entropy: &dyn Entropy) -> (Case, ChangeSet) {
    let (case, mut changes) = draw(purpose, holder, op, entropy);
    changes.put(Record::Case(case.clone()));
    (case, changes)
}

/// A case that is not put yet, and the job for its ticket.
fn draw(purpose: Purpose, holder: &Token, op: &OpContext, entropy: &dyn Entropy) -> (Case, ChangeSet) {
    let case = Case {
        id: CaseId::draw(entropy),
        version: Version::NEW,
        purpose,
        holder: holder.hash(),
        created: op.now,
        expires: op.now.plus(TICKET_LIFE),
        source: op.source.clone(),
        state: CaseState::Open { ticket: None, wrong: 0, sends: 1 },
        gathered: Gathered::default(),
    };
    let mut changes = ChangeSet::default();
    changes.put(outbox::job(Task::SendTicket { case: case.id.clone() }, op, entropy));
    (case, changes)
}

/// Starts a recovery: a forgotten password, or a lost device.
///
/// Nobody, or somebody who may not recover alone, gets a decoy: the same rows, the same work, never provable (invariant 9). `name` is the
/// counter of the name that was typed.
pub fn start(
    kind: IdentityKind,
    goal: Goal,
    person: Option<&Person>,
    name: &TriesKey,
    holder: &Token,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<CaseId> {
    let person = person.filter(|person| person.kind() == kind && person.may_recover(goal));
    let purpose = Purpose::Recover {
        kind,
        goal,
        subject: person.map(Person::identity),
        address: person.and_then(|person| mailed_first(person, op.now)),
    };
    let (mut case, mut changes) = draw(purpose, holder, op, entropy);
    case.gathered.name = Some(name.clone());
    changes.put(Record::Case(case.clone()));
    let event = match goal {
        Goal::NewPassword => "PasswordRecoveryRequested",
        Goal::Reenrol => "DeviceRecoveryRequested",
    };
    let mut told = Told::new(Service::Signin, event, person.and_then(Person::account_id));
    if let Some(person) = person {
        told = told.about(person.identity(), person.iam_user());
    }
    changes.tell(AuditEvent::new(op, entropy, told));
    Decided::new(changes, case.id)
}

/// Where a recovery's first mail goes: the address the person signs in with, once it serves.
fn mailed_first(person: &Person, now: Timestamp) -> Option<EmailAddress> {
    person.primary_email().filter(|address| person.serves_recovery(&Channel::Email((*address).clone()), now)).cloned()
}

/// A link for setting a password, handed over by an administrator or the host: works without mail, once, and no longer than the
/// person's sessions would.
pub fn hand_link(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Decided<HandedLink> {
    let token = Token::draw(TokenKind::Link, entropy);
    let expires = op.now.plus(HANDED_LIFE);
    let case = Case {
        id: CaseId::draw(entropy),
        version: Version::NEW,
        purpose: Purpose::SetPassword { subject: person.identity(), epoch: person.epoch() },
        holder: Token::draw(TokenKind::Case, entropy).hash(),
        created: op.now,
        expires,
        source: op.source.clone(),
        state: CaseState::Open { ticket: Some(Ticket { link: token.hash(), code: None, expires }), wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case.clone()));
    let told = Told::new(Service::Signin, "SetPasswordLinkCreated", person.account_id())
        .request(serde_json::json!({"identity": person.identity().to_string()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    Decided::new(changes, HandedLink { case: case.id, token, expires })
}

/// The parts of a handed link.
#[derive(Clone, Debug)]
pub struct HandedLink {
    /// The case it opens.
    pub case: CaseId,
    /// The secret part.
    pub token: Token,
    /// When it stops working.
    pub expires: Timestamp,
}

/// Whether the holder may finish the case now.
pub fn ready(case: &Case, holder: TokenHash, now: Timestamp) -> Result<(), Refusal> {
    standing(case, Some(holder), now)?;
    match case.state {
        CaseState::Proven { .. } => Ok(()),
        CaseState::Waiting { release, .. } if now >= release => Ok(()),
        _ => Err(Refusal::NotNow),
    }
}

/// Whether anything can still be done with a case; who holds it comes first, so that a stranger learns nothing of its state.
pub fn standing(case: &Case, holder: Option<TokenHash>, now: Timestamp) -> Result<(), Refusal> {
    if holder.is_some_and(|holder| holder != case.holder) {
        return Err(Refusal::NotYours);
    }
    match case.state {
        // Opened by a clock that ran ahead and has been put right since: its end lies in that clock's time (X02).
        _ if crate::of_another_clock(case.created, now) => Err(Refusal::Expired),
        CaseState::Completed { .. } => Err(Refusal::AlreadyDone),
        CaseState::Closed { why, .. } => Err(Refusal::Closed(why)),
        CaseState::Open { .. } | CaseState::Proven { .. } | CaseState::Waiting { .. } if now >= case.expires => Err(Refusal::Expired),
        // A browser that proved nothing is done with the case once its tries are used up (A29); the others have further ways.
        CaseState::Open { wrong, .. } if holder.is_some() && wrong >= CODE_TRIES && case.gathered.proofs.is_empty() => {
            Err(Refusal::Closed(Closure::TooManyTries))
        }
        CaseState::Open { .. } | CaseState::Proven { .. } | CaseState::Waiting { .. } => Ok(()),
    }
}

/// Marks a proven case as completed; the caller adds what it was for.
pub(crate) fn complete(mut case: Case, op: &OpContext) -> ChangeSet {
    case.state = CaseState::Completed { at: op.now };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    changes
}

/// Whether anybody who knows a name or an address can start such a case.
///
/// Whoever started one may then be a stranger: what he does in his browser must not take the link out of the owner's mailbox (A29).
fn anybody_starts(purpose: &Purpose) -> bool {
    match purpose {
        Purpose::Recover { .. } | Purpose::RegisterAccount { .. } | Purpose::RegisterBuilder { .. } => true,
        Purpose::SetPassword { .. }
        | Purpose::ConfirmAddress { .. }
        | Purpose::AddAddress { .. }
        | Purpose::ContactPhone { .. }
        | Purpose::ChangeEmail { .. }
        | Purpose::UndoEmail { .. }
        | Purpose::InviteContact { .. }
        | Purpose::LinkLogin { .. }
        | Purpose::Disown { .. } => false,
    }
}

/// Gives a case up on the holder's wish ("use another address"). Before the proof, the holder of a case that anybody can start only
/// lets go of it: the mailed link still works, for its reader may be somebody else (A29).
///
/// `person` is the subject of a recovery: one that waits is taken off its list, and a rehearsal ends without having reached its end.
pub fn cancel(
    mut case: Case,
    person: Option<Person>,
    holder: TokenHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    standing(&case, Some(holder), op.now)?;
    let mut changes = ChangeSet::default();
    if let (Some(lost), Some(person)) = (case.gathered.drill, &person) {
        let mut person = person.clone();
        drill::end(&mut changes, case, &mut person, lost, false, op, entropy);
        changes.put(person.record());
        return Ok(Decided::new(changes, ()));
    }
    match case.state {
        CaseState::Open { .. } if anybody_starts(&case.purpose) && case.gathered.proofs.is_empty() => {
            case.holder = Token::draw(TokenKind::Case, entropy).hash();
        }
        _ => case.state = CaseState::Closed { at: op.now, why: Closure::Cancelled },
    }
    if let Some(mut person) = person.filter(|person| case.subject() == Some(&person.identity()))
        && waiting::forget(&mut person, &case)
    {
        let told = Told::new(Service::Signin, "RecoveryGivenUp", person.account_id()).about(person.identity(), person.iam_user());
        changes.tell(AuditEvent::new(op, entropy, told));
        changes.put(person.record());
    }
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

fn prove(mut case: Case, op: &OpContext, entropy: &dyn Entropy) -> Decided<Token> {
    // A new token: a cookie that was planted before the proof is worthless after it (A26).
    let holder = Token::draw(TokenKind::Case, entropy);
    case.holder = holder.hash();
    case.state = CaseState::Proven { at: op.now };
    case.expires = op.now.plus(PROVEN_LIFE);
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Decided::new(changes, holder)
}

impl<T> Decided<T> {
    fn map_output<U>(self, map: impl FnOnce(T) -> U) -> Decided<U> {
        Decided { changes: self.changes, output: map(self.output) }
    }
}
