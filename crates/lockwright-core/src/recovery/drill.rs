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

use super::{Refusal, Step, draw, mailed_first};
use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::readiness;

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
    drills.retain(|drill| drill.lost != lost);
    drills.push(Drill { lost, at: op.now, passed });
    outbox::tell(changes, person, Happening::DrillDone { lost, passed }, op, entropy);
    // Several that are stopped together share one reminder.
    if person.factors().rehearse_from != Some(op.now) {
        plan(changes, person, op, entropy);
    }
    changes.tell(event(person, if passed { "RecoveryRehearsed" } else { "RecoveryRehearsalEnded" }, lost, op, entropy));
    changes.put(Record::Case(case));
}

/// When the person last rehearsed anything to its end.
pub fn last(person: &Person) -> Option<Timestamp> {
    person.factors().drills.iter().filter(|drill| drill.passed).map(|drill| drill.at).max()
}

/// What a reminder that was `planned` for a moment does when it has come: a notice, where there is something to rehearse, and the next one;
/// or nothing when another half year has begun meanwhile, which made a reminder of its own.
pub fn remind(person: &Person, planned: Timestamp, step: &Step<'_>) -> Option<ChangeSet> {
    let now = step.op.now;
    if person.factors().rehearse_from.is_some_and(|at| planned < at.plus(REHEARSE)) {
        return None;
    }
    let mut changes = ChangeSet::default();
    if readiness::rehearsable(person, &readiness::lines(person, step.settings, now), step.settings, now) {
        outbox::tell(&mut changes, person, Happening::ReviewDrill, step.op, step.entropy);
    }
    changes.put(next(person, step.op, step.entropy));
    Some(changes)
}

/// Begins another half year: the reminder after it takes the place of any that is on its way. The person is put by the caller.
pub(crate) fn plan(changes: &mut ChangeSet, person: &mut Person, op: &OpContext, entropy: &dyn Entropy) {
    person.factors_mut().rehearse_from = Some(op.now);
    changes.put(next(person, op, entropy));
}

fn next(person: &Person, op: &OpContext, entropy: &dyn Entropy) -> Record {
    outbox::job_at(Task::Review { identity: person.identity(), what: ReviewOf::Drill }, op.now.plus(REHEARSE), op, entropy)
}

fn event(person: &Person, name: &'static str, loss: Loss, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    let told = Told::new(Service::Signin, name, person.account_id())
        .about(person.identity(), person.iam_user())
        .request(json!({"lost": loss.word()}));
    AuditEvent::new(op, entropy, told)
}
