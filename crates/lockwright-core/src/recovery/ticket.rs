//! The mailed ticket of a case: a code to type and a link to open, drawn when the mail leaves.

use lockwright_authn::codes::CodeKey;
use lockwright_model::case::{Case, CaseState, Channel, Closure, Purpose, Ticket};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::job::Task;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};

use super::{CODE_TRIES, Refusal, SENDS, Step, TICKET_LIFE, anybody_starts, evidence, prove, standing};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

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
        | Purpose::ChangeEmail { address, .. }
        | Purpose::UndoEmail { old: address, .. }
        | Purpose::InviteContact { address, .. } => address.clone(),
        Purpose::SetPassword { .. }
        | Purpose::LinkLogin { .. }
        | Purpose::Disown { .. }
        | Purpose::AddAddress { .. }
        | Purpose::ContactPhone { .. } => return None,
    };
    let CaseState::Open { ticket, .. } = &mut case.state else { return None };
    if now >= case.expires || case.gathered.proofs.contains(Proof::Email) {
        return None;
    }
    let (code, link) = (Code::draw(entropy), Token::draw(TokenKind::Link, entropy));
    // A way back from a change of address lives as long as it can be undone.
    let expires = if matches!(case.purpose, Purpose::UndoEmail { .. }) { case.expires } else { case.expires.min(now.plus(TICKET_LIFE)) };
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
    if *sends == 0 || *sends >= SENDS || case.gathered.proofs.contains(Proof::Email) {
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
    /// The code was right; the browser gets this new token. What is next, the case says.
    Proven(Token),
    /// Not the code; so many tries are left.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// Not the code, and no try is left.
    NoTriesLeft,
}

/// Tries a typed code in the browser that holds the case. A stranger's browser can't use up the tries (A29); a browser that has used
/// them up is done with the case, but the mailed link, which can't be guessed, still works.
///
/// `person` is the subject of a recovery; for other purposes it is not looked at.
pub fn try_code(
    mut case: Case,
    person: Option<Person>,
    holder: TokenHash,
    typed: Option<&Code>,
    step: &Step<'_>,
) -> Result<Decided<CodeOutcome>, Refusal> {
    let op = step.op;
    standing(&case, Some(holder), op.now)?;
    let CaseState::Open { ticket, wrong, .. } = &mut case.state else { return Err(Refusal::NotNow) };
    if *wrong >= CODE_TRIES {
        return Ok(Decided::new(ChangeSet::default(), CodeOutcome::NoTriesLeft));
    }
    // A text that can't be a code is compared too: it costs a try like any other.
    let given = typed.map(|code| step.key.hash(&case.id, code));
    let right = match (ticket.as_ref(), given) {
        (Some(Ticket { code: Some(code), expires, .. }), Some(given)) => op.now < *expires && code.matches(&given),
        _ => false,
    };
    if right {
        return Ok(mailbox_proven(case, person, step)?.map_output(CodeOutcome::Proven));
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

/// Whether a link would work now in the browser that holds `holder`; spends nothing (invariant 10).
///
/// Once a recovery has gathered something, its link works in no other browser: whoever reads the mailbox would take over what the
/// person proved elsewhere. The code from the same mail goes on there.
pub fn check_link(case: &Case, link: TokenHash, holder: Option<TokenHash>, now: Timestamp) -> Result<(), Refusal> {
    // An invitation is answered on its own page, by two buttons.
    if matches!(case.purpose, Purpose::InviteContact { .. }) {
        return Err(Refusal::Gone);
    }
    standing(case, None, now)?;
    match &case.state {
        CaseState::Open { ticket: None, .. } if case.gathered.proofs.contains(Proof::Email) => Err(Refusal::AlreadyDone),
        CaseState::Open { ticket: Some(ticket), .. } if ticket.link != link => Err(Refusal::Replaced),
        CaseState::Open { ticket: Some(ticket), .. } if now < ticket.expires => {
            let elsewhere = !case.gathered.proofs.is_empty() && holder != Some(case.holder);
            if elsewhere { Err(Refusal::NotYours) } else { Ok(()) }
        }
        CaseState::Open { .. } => Err(Refusal::Expired),
        _ => Err(Refusal::AlreadyDone),
    }
}

/// Opens the form behind a link, in whatever browser it was opened; that browser holds the case from now on.
pub fn open_link(
    case: Case,
    person: Option<Person>,
    link: TokenHash,
    holder: Option<TokenHash>,
    step: &Step<'_>,
) -> Result<Decided<Token>, Refusal> {
    check_link(&case, link, holder, step.op.now)?;
    mailbox_proven(case, person, step)
}

/// The mailbox is proven: for a recovery one proof among several, for everything else all that is asked.
fn mailbox_proven(mut case: Case, person: Option<Person>, step: &Step<'_>) -> Result<Decided<Token>, Refusal> {
    let Purpose::Recover { address, .. } = &case.purpose else { return Ok(prove(case, step.op, step.entropy)) };
    let (Some(address), Some(person)) = (address.clone(), person) else { return Err(Refusal::Gone) };
    let channel = Channel::Email(address);
    evidence::stands(&case, &person, step.op.now)?;
    if !person.serves_recovery(&channel, step.op.now) {
        return Err(Refusal::Gone);
    }
    if let CaseState::Open { ticket, .. } = &mut case.state {
        *ticket = None;
    }
    case.gathered.proved.push(channel);
    Ok(evidence::add(case, person, Proofs::of(&[Proof::Email]), evidence::Written::Case, step))
}
