//! Cases: the state machine of everything that is proven through a mailbox or a handed link.
//!
//! `Open → Proven → Completed`, or `Closed`. Transitions consume the case; nothing leads out of `Completed` and `Closed`.

pub mod rules;
pub mod situation;

use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseState, Channel, Closure, Gathered, IdentityKind, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::CaseId;
use lockwright_model::job::{Notice, Task};
use lockwright_model::proof::Goal;
use lockwright_model::secret::PasswordHash;
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};
use lockwright_model::tries::Tries;

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::tries;

/// How long a mailed ticket and its case work (NIST SP 800-63B-4 §4.2.1.2 allows 24 h by email).
pub const TICKET_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a link that an administrator or the host hands over works.
pub const HANDED_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long the person has to finish after the proof.
pub const PROVEN_LIFE: Duration = Duration::from_secs(30 * 60);
/// Wrong codes after which no more are looked at.
pub const CODE_TRIES: u8 = 5;
/// Tickets that one case sends.
pub const SENDS: u8 = 5;

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
}

/// Opens a case of any purpose and asks for its ticket to be sent.
pub fn open(purpose: Purpose, holder: &Token, op: &OpContext, entropy: &dyn Entropy) -> (Case, ChangeSet) {
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
    changes.put(Record::Case(case.clone()));
    (case, changes)
}

/// Starts the recovery of a forgotten password.
///
/// Nobody, or somebody who may not recover alone, gets a decoy: the same rows, the same work, never provable (invariant 9).
pub fn start(kind: IdentityKind, person: Option<&Person>, holder: &Token, op: &OpContext, entropy: &dyn Entropy) -> Decided<CaseId> {
    let person = person.filter(|person| person.kind() == kind && person.may_recover_alone());
    let purpose = Purpose::Recover {
        kind,
        goal: Goal::NewPassword,
        subject: person.map(Person::identity),
        address: person.and_then(|person| person.primary_email().cloned()),
    };
    let (case, mut changes) = open(purpose, holder, op, entropy);
    let mut told = Told::new(Service::Signin, "PasswordRecoveryRequested", person.and_then(Person::account_id));
    if let Some(person) = person {
        told = told.about(person.identity(), person.user_name());
    }
    changes.tell(AuditEvent::new(op, entropy, told));
    Decided::new(changes, case.id)
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

/// What is mailed for a case.
#[derive(Debug)]
pub struct Issued {
    /// To whom.
    pub to: EmailAddress,
    /// The code to type.
    pub code: Code,
    /// The link's token.
    pub link: Token,
    /// When both stop working.
    pub expires: Timestamp,
}

/// Draws the ticket of an open case; an older one stops working. `None`: there is nothing to mail.
pub fn issue(mut case: Case, key: &CodeKey, now: Timestamp, entropy: &dyn Entropy) -> Option<Decided<Issued>> {
    let to = match &case.purpose {
        Purpose::Recover { address, .. } => address.clone()?,
        Purpose::RegisterAccount { address }
        | Purpose::RegisterBuilder { address, .. }
        | Purpose::ConfirmAddress { address, .. }
        | Purpose::AddAddress { channel: Channel::Email(address), .. }
        | Purpose::ChangeEmail { address, .. }
        | Purpose::UndoEmail { old: address, .. }
        | Purpose::InviteContact { address, .. } => address.clone(),
        Purpose::SetPassword { .. } | Purpose::LinkLogin { .. } | Purpose::Disown { .. } | Purpose::AddAddress { .. } => return None,
    };
    let CaseState::Open { ticket, .. } = &mut case.state else { return None };
    if now >= case.expires {
        return None;
    }
    let (code, link) = (Code::draw(entropy), Token::draw(TokenKind::Link, entropy));
    let expires = case.expires;
    // No browser holds the way back of a change of address, so there is no code to type for it.
    let typed = (!matches!(case.purpose, Purpose::UndoEmail { .. })).then(|| key.hash(&case.id, &code));
    *ticket = Some(Ticket { link: link.hash(), code: typed, expires });
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Some(Decided::new(changes, Issued { to, code, link, expires }))
}

/// Asks for a new ticket. The old one works until the new one is drawn.
pub fn resend(mut case: Case, holder: TokenHash, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    standing(&case, Some(holder), op.now)?;
    let CaseState::Open { sends, .. } = &mut case.state else { return Err(Refusal::NotNow) };
    if *sends == 0 || *sends >= SENDS {
        return Err(Refusal::NoMoreSends);
    }
    *sends += 1;
    let mut changes = ChangeSet::default();
    changes.put(outbox::job(Task::SendTicket { case: case.id.clone() }, op, entropy));
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// What a typed code did.
#[derive(Debug)]
pub enum CodeOutcome {
    /// The case is proven; the browser gets this new token.
    Proven(Token),
    /// Not the code; so many tries are left.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// Not the code, and no try is left.
    NoTriesLeft,
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
        | Purpose::ChangeEmail { .. }
        | Purpose::UndoEmail { .. }
        | Purpose::InviteContact { .. }
        | Purpose::LinkLogin { .. }
        | Purpose::Disown { .. } => false,
    }
}

/// Tries a typed code in the browser that holds the case. A stranger's browser can't use up the tries (A29); a browser that has used
/// them up is done with the case, but the mailed link, which can't be guessed, still works.
pub fn try_code(
    mut case: Case,
    holder: TokenHash,
    typed: Option<&Code>,
    key: &CodeKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<CodeOutcome>, Refusal> {
    standing(&case, Some(holder), op.now)?;
    let CaseState::Open { ticket, wrong, .. } = &mut case.state else { return Err(Refusal::NotNow) };
    // A text that can't be a code is compared too: it costs a try like any other.
    let given = typed.map(|code| key.hash(&case.id, code));
    let right = match (ticket.as_ref(), given) {
        (Some(Ticket { code: Some(code), expires, .. }), Some(given)) => op.now < *expires && code.matches(&given),
        _ => false,
    };
    if right {
        return Ok(prove(case, op, entropy).map_output(CodeOutcome::Proven));
    }
    *wrong += 1;
    let left = CODE_TRIES.saturating_sub(*wrong);
    let outcome = if left == 0 { CodeOutcome::NoTriesLeft } else { CodeOutcome::Wrong { left } };
    if left == 0 && !anybody_starts(&case.purpose) {
        case.state = CaseState::Closed { at: op.now, why: Closure::TooManyTries };
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, outcome))
}

/// Whether a link would work now; spends nothing (invariant 10).
pub fn check_link(case: &Case, link: TokenHash, now: Timestamp) -> Result<(), Refusal> {
    // An invitation is answered on its own page, by two buttons.
    if matches!(case.purpose, Purpose::InviteContact { .. }) {
        return Err(Refusal::Gone);
    }
    standing(case, None, now)?;
    match &case.state {
        CaseState::Open { ticket: Some(ticket), .. } if ticket.link == link && now < ticket.expires => Ok(()),
        CaseState::Open { ticket: Some(ticket), .. } if ticket.link != link => Err(Refusal::Replaced),
        CaseState::Open { .. } => Err(Refusal::Expired),
        _ => Err(Refusal::AlreadyDone),
    }
}

/// Opens the form behind a link, in whatever browser it was opened; that browser holds the case from now on.
pub fn open_link(case: Case, link: TokenHash, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<Token>, Refusal> {
    check_link(&case, link, op.now)?;
    Ok(prove(case, op, entropy))
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

/// Whether the holder may finish the case now.
pub fn ready(case: &Case, holder: TokenHash, now: Timestamp) -> Result<(), Refusal> {
    standing(case, Some(holder), now)?;
    match case.state {
        CaseState::Proven { .. } => Ok(()),
        _ => Err(Refusal::NotNow),
    }
}

/// Sets the new password, ends every session, tells every address. The person signs in afresh (O-F13); MFA is untouched.
pub fn finish(
    case: Case,
    holder: TokenHash,
    mut person: Person,
    hash: PasswordHash,
    counted: Option<Tries>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    ready(&case, holder, op.now)?;
    let handed = match &case.purpose {
        Purpose::Recover { subject: Some(subject), address: Some(address), .. }
            if *subject == person.identity() && person.may_recover_alone() && person.addresses().contains(address) =>
        {
            false
        }
        Purpose::SetPassword { subject, epoch } if *subject == person.identity() && *epoch == person.epoch() => true,
        _ => return Err(Refusal::Gone),
    };
    if person.replaced_since(case.created) {
        return Err(Refusal::Gone);
    }
    let credential = Credential::replacing(person.credential(), hash, op.now);
    if !person.replace_credential(credential) {
        return Err(Refusal::Gone);
    }
    let mut changes = complete(case, op);
    if let Some(counted) = counted {
        changes.put(Record::Tries(tries::forgive(counted, op.now)));
    }
    let acting = person.acting(op);
    let name = if handed { "PasswordUpdated" } else { "PasswordRecoveryCompleted" };
    let told = Told::new(Service::Signin, name, person.account_id())
        .about(person.identity(), person.user_name())
        .response(serde_json::json!({name: "Success"}));
    changes.tell(AuditEvent::new(&acting, entropy, told));
    // A handed link too: nobody had to know the old password.
    outbox::notify(&mut changes, &person, &Notice::PasswordRecovered(person.whose()), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Marks a proven case as completed; the caller adds what it was for.
pub(crate) fn complete(mut case: Case, op: &OpContext) -> ChangeSet {
    case.state = CaseState::Completed { at: op.now };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    changes
}

/// Gives a case up on the holder's wish ("use another address"). Before the proof, the holder of a case that anybody can start only
/// lets go of it: the mailed link still works, for its reader may be somebody else (A29).
pub fn cancel(mut case: Case, holder: TokenHash, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    standing(&case, Some(holder), op.now)?;
    match case.state {
        CaseState::Open { .. } if anybody_starts(&case.purpose) => case.holder = Token::draw(TokenKind::Case, entropy).hash(),
        _ => case.state = CaseState::Closed { at: op.now, why: Closure::Cancelled },
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// Confirms an IAM user's own address, once its mailbox was proven.
pub fn confirm_address(
    case: Case,
    holder: TokenHash,
    person: Person,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<EmailAddress>, Refusal> {
    ready(&case, holder, op.now)?;
    let address = match &case.purpose {
        Purpose::ConfirmAddress { subject, address } if *subject == person.identity() && person.bar().is_none() => address.clone(),
        _ => return Err(Refusal::Gone),
    };
    let Person::User { account, mut user } = person else { return Err(Refusal::Gone) };
    let before = Person::User { account: account.clone(), user: user.clone() };
    user.email = Some(address.clone());
    let after = Person::User { account, user };
    let mut changes = complete(case, op);
    let told = Told::new(Service::Signin, "EmailUpdated", after.account_id()).about(after.identity(), after.user_name());
    changes.tell(AuditEvent::new(op, entropy, told));
    // The old address hears of it first; it may not be the person's doing.
    if before.addresses() != after.addresses() {
        outbox::notify(&mut changes, &before, &Notice::AddressConfirmed(before.whose()), op, entropy);
    }
    outbox::notify(&mut changes, &after, &Notice::AddressConfirmed(after.whose()), op, entropy);
    changes.put(after.record());
    Ok(Decided::new(changes, address))
}

/// Whether anything can still be done with a case; who holds it comes first, so that a stranger learns nothing of its state.
pub fn standing(case: &Case, holder: Option<TokenHash>, now: Timestamp) -> Result<(), Refusal> {
    if holder.is_some_and(|holder| holder != case.holder) {
        return Err(Refusal::NotYours);
    }
    match case.state {
        CaseState::Completed { .. } => Err(Refusal::AlreadyDone),
        CaseState::Closed { why, .. } => Err(Refusal::Closed(why)),
        CaseState::Open { .. } | CaseState::Proven { .. } | CaseState::Waiting { .. } if now >= case.expires => Err(Refusal::Expired),
        CaseState::Open { wrong, .. } if holder.is_some() && wrong >= CODE_TRIES => Err(Refusal::Closed(Closure::TooManyTries)),
        CaseState::Open { .. } | CaseState::Proven { .. } | CaseState::Waiting { .. } => Ok(()),
    }
}

impl<T> Decided<T> {
    fn map_output<U>(self, map: impl FnOnce(T) -> U) -> Decided<U> {
        Decided { changes: self.changes, output: map(self.output) }
    }
}
