//! A rehearsal: the real way back from a pretended loss, with the real checks and the real words. It opens nothing and uses up no code.

use std::time::Duration;

use lockwright_model::case::{Case, CaseState, Channel, Purpose};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, Drill, Loss, MfaDevice};
use lockwright_model::id::CaseId;
use lockwright_model::job::{Happening, ReviewOf, Task};
use lockwright_model::proof::Goal;
use lockwright_model::token::Token;
use lockwright_model::tries::TriesKey;
use serde_json::json;

use super::{Refusal, draw, mailed_first};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// A rehearsal is worth another one after half a year.
pub const REHEARSE: Duration = Duration::from_secs(182 * 86_400);

/// What somebody has, as far as losses tell it apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Had {
    /// The password.
    Password,
    /// The mailbox of the address that signs in.
    SignInMailbox,
    /// Another mailbox.
    OtherMailbox,
    /// A phone number.
    Phone,
    /// An authenticator app.
    App,
    /// A passkey or security key.
    Passkey,
    /// The sheet with the recovery codes.
    Codes,
}

impl Had {
    /// What an address is to its owner.
    pub fn address(person: &Person, channel: &Channel) -> Self {
        match channel {
            Channel::Phone(_) => Self::Phone,
            Channel::Email(address) if person.primary_email().is_some_and(|own| own.key() == address.key()) => Self::SignInMailbox,
            Channel::Email(_) => Self::OtherMailbox,
        }
    }

    /// What a device is.
    pub const fn device(device: &MfaDevice) -> Self {
        match device.kind {
            DeviceKind::Totp { .. } => Self::App,
            DeviceKind::Passkey { .. } => Self::Passkey,
        }
    }
}

/// Whether a loss takes something away. An app is taken to be on the phone.
pub const fn takes(loss: Loss, had: Had) -> bool {
    match loss {
        Loss::Password => matches!(had, Had::Password),
        Loss::Mailbox => matches!(had, Had::SignInMailbox),
        Loss::Phone => matches!(had, Had::Phone | Had::App),
        Loss::Devices => matches!(had, Had::App | Had::Passkey),
        Loss::Codes => matches!(had, Had::Codes),
        Loss::PasswordAndDevices => matches!(had, Had::Password | Had::App | Had::Passkey),
        Loss::Everything => true,
    }
}

/// Refuses what a rehearsal pretends to be lost; in earnest nothing. Asked before a try is counted, for it is none.
pub fn pretended(case: &Case, had: Had) -> Result<(), Refusal> {
    match case.gathered.drill {
        Some(loss) if takes(loss, had) => Err(Refusal::PretendedLost),
        _ => Ok(()),
    }
}

/// Starts a rehearsal of a loss for somebody who is signed in. `goal` is what the way back from it begins with, and `name` the person's
/// own counter.
pub fn start(
    person: &Person,
    loss: Loss,
    goal: Goal,
    name: &TriesKey,
    holder: &Token,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<CaseId> {
    let address = mailed_first(person, op.now).filter(|_| !takes(loss, Had::SignInMailbox));
    let mailed = address.is_some();
    let purpose = Purpose::Recover { kind: person.kind(), goal, subject: Some(person.identity()), address };
    let (mut case, ticket) = draw(purpose, holder, op, entropy);
    let mut changes = if mailed { ticket } else { ChangeSet::default() };
    case.gathered.name = Some(name.clone());
    case.gathered.drill = Some(loss);
    changes.put(Record::Case(case.clone()));
    changes.tell(event(person, "RecoveryRehearsalStarted", loss, op, entropy));
    Decided::new(changes, case.id)
}

/// Ends a rehearsal with its result, of which every address is told; the next reminder waits half a year. The person is put by the
/// caller.
pub(super) fn end(
    changes: &mut ChangeSet,
    mut case: Case,
    person: &mut Person,
    lost: Loss,
    passed: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) {
    case.state = CaseState::Completed { at: op.now };
    let drills = &mut person.factors_mut().drills;
    // Several that are stopped together share one reminder.
    let reminds = drills.iter().all(|drill| drill.at < op.now);
    drills.retain(|drill| drill.lost != lost);
    drills.push(Drill { lost, at: op.now, passed });
    outbox::tell(changes, person, Happening::DrillDone { lost, passed }, op, entropy);
    if reminds {
        changes.put(next(person, op, entropy));
    }
    changes.tell(event(person, if passed { "RecoveryRehearsed" } else { "RecoveryRehearsalEnded" }, lost, op, entropy));
    changes.put(Record::Case(case));
}

/// When the person last rehearsed anything to its end.
pub fn last(person: &Person) -> Option<Timestamp> {
    person.factors().drills.iter().filter(|drill| drill.passed).map(|drill| drill.at).max()
}

/// What a reminder does when its time has come: a notice and the next one, or nothing when there was a rehearsal meanwhile, which made a
/// reminder of its own.
pub fn remind(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Option<ChangeSet> {
    if person.factors().drills.iter().any(|drill| op.now < drill.at.plus(REHEARSE)) {
        return None;
    }
    let mut changes = ChangeSet::default();
    outbox::tell(&mut changes, person, Happening::ReviewDrill, op, entropy);
    changes.put(next(person, op, entropy));
    Some(changes)
}

/// The reminder of a rehearsal, half a year from now.
pub(crate) fn next(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Record {
    outbox::job_at(Task::Review { identity: person.identity(), what: ReviewOf::Drill }, op.now.plus(REHEARSE), op, entropy)
}

fn event(person: &Person, name: &'static str, loss: Loss, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    let told = Told::new(Service::Signin, name, person.account_id())
        .about(person.identity(), person.user_name())
        .request(json!({"lost": loss.word()}));
    AuditEvent::new(op, entropy, told)
}
