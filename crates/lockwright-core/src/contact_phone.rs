//! The phone number of an account's primary contact: verified by a code that is sent there.

use lockwright_authn::codes::CodeKey;
use lockwright_model::account::Account;
use lockwright_model::case::{Case, CaseState, Channel, Closure, Purpose};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::identity::Identity;
use lockwright_model::job::Task;
use lockwright_model::phone::PhoneNumber;
use lockwright_model::token::{Code, Token, TokenKind};
use serde_json::json;

use crate::permit::Permit;
use crate::recovery::{self, CODE_TRIES};
use crate::{Decided, address, outbox};

/// Whether the number was verified (Account API `PhoneNumberVerificationStatus`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Nobody tried.
    Unverified,
    /// A code is on its way.
    Pending,
    /// The code came back.
    Verified,
}

/// Why no code is sent, or none is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The permit is for another account.
    OtherAccount,
    /// The account has no primary contact with a phone number.
    NoNumber,
    /// The number is verified already.
    Verified,
    /// No code is on its way.
    NothingAsked,
}

/// Where the number stands. `cases` are those of the root user.
pub fn status(account: &Account, cases: &[Case], now: Timestamp) -> Status {
    match number(account) {
        Some(_) if account.contacts.phone_is_verified() => Status::Verified,
        Some(number) if cases.iter().any(|case| asked(case, number, now)) => Status::Pending,
        _ => Status::Unverified,
    }
}

fn number(account: &Account) -> Option<&PhoneNumber> {
    account.contacts.primary.as_ref().and_then(|primary| primary.phone.as_ref())
}

fn asked(case: &Case, of: &PhoneNumber, now: Timestamp) -> bool {
    matches!(&case.purpose, Purpose::ContactPhone { number, .. } if number == of) && recovery::standing(case, None, now).is_ok()
}

/// Asks for a code to be sent; the one that was sent before stops working. Nobody's browser holds the case: whoever may administer the
/// contact and has the code goes on.
pub fn start(
    permit: &Permit,
    account: &Account,
    cases: Vec<Case>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Channel>, Refusal> {
    if permit.account() != account.id {
        return Err(Refusal::OtherAccount);
    }
    let number = number(account).ok_or(Refusal::NoNumber)?.clone();
    if account.contacts.phone_is_verified() {
        return Err(Refusal::Verified);
    }
    let purpose = Purpose::ContactPhone { subject: Identity::Root(account.id), number: number.clone() };
    let (case, mut changes) = recovery::open(purpose, &Token::draw(TokenKind::Case, entropy), op, entropy);
    changes.puts.retain(|record| !matches!(record, Record::Job(_)));
    let channel = Channel::Phone(number);
    changes.put(outbox::job(Task::SendCode { case: case.id.clone(), channel: channel.clone() }, op, entropy));
    for mut earlier in cases.into_iter().filter(|case| matches!(case.purpose, Purpose::ContactPhone { .. })) {
        if matches!(earlier.state, CaseState::Open { .. }) {
            earlier.state = CaseState::Closed { at: op.now, why: Closure::Cancelled };
            changes.put(Record::Case(earlier));
        }
    }
    tell(&mut changes, "SendPhoneNumberVerification", account, &channel, op, entropy);
    Ok(Decided::new(changes, channel))
}

/// What entering a code did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entered {
    /// The number is verified from now on.
    Verified,
    /// Not the code. When no try is left, another one has to be sent.
    Wrong,
}

/// Takes the code that was sent.
pub fn verify(
    permit: &Permit,
    mut account: Account,
    cases: Vec<Case>,
    typed: Option<&Code>,
    key: &CodeKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Entered>, Refusal> {
    if permit.account() != account.id {
        return Err(Refusal::OtherAccount);
    }
    let number = number(&account).ok_or(Refusal::NoNumber)?.clone();
    let mut case = cases.into_iter().find(|case| asked(case, &number, op.now)).ok_or(Refusal::NothingAsked)?;
    let CaseState::Open { ticket, wrong, .. } = &mut case.state else { return Err(Refusal::NothingAsked) };
    if address::right(ticket.as_ref(), &case.id, typed, key, op.now) {
        let mut changes = recovery::complete(case, op);
        account.contacts.verified_phone = Some(number.clone());
        tell(&mut changes, "VerifyPhoneNumber", &account, &Channel::Phone(number), op, entropy);
        changes.put(Record::Account(account));
        return Ok(Decided::new(changes, Entered::Verified));
    }
    *wrong += 1;
    if *wrong >= CODE_TRIES {
        case.state = CaseState::Closed { at: op.now, why: Closure::TooManyTries };
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, Entered::Wrong))
}

fn tell(changes: &mut ChangeSet, name: &'static str, account: &Account, to: &Channel, op: &OpContext, entropy: &dyn Entropy) {
    let told = Told::new(Service::Account, name, Some(account.id)).request(json!({"phoneNumber": to.masked()}));
    changes.tell(AuditEvent::new(op, entropy, told));
}
