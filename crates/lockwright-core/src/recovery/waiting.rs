//! The waiting time of a recovery that does not open at once: its start, its reminders, and how its owner stops it.

use lockwright_model::case::{Case, CaseMoment, CaseState, Closure};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{Cancel, Canceller, Underway};
use lockwright_model::job::Task;
use lockwright_model::proof::Goal;
use lockwright_model::token::TokenHash;
use serde_json::json;

use super::rules::{CANCEL_MEMORY, CancelEffect, Opening, RuleBook};
use super::{BACK_OFF, RELEASED_LIFE, Refusal, Step, standing};
use super::{drill, evidence};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// The recoveries of a person that wait now, or may be finished after waiting.
pub fn underway(person: &Person, now: Timestamp) -> impl Iterator<Item = &Underway> {
    let lives = move |under: &&Underway| {
        now < under.release.plus(RELEASED_LIFE) && !person.replaced_since(under.since, now) && !crate::of_another_clock(under.since, now)
    };
    person.factors().underway.iter().filter(lives)
}

/// What a recovery is to do that gathered something or waits, and is not over; `None`: it is none, or a rehearsal.
pub fn goal_under_way(case: &Case, person: &Person, now: Timestamp) -> Option<Goal> {
    let begun = case.gathered.first.is_some() && case.gathered.drill.is_none();
    let stands = begun && standing(case, None, now).is_ok() && evidence::stands(case, person, now).is_ok();
    evidence::goal_of(case).ok().filter(|_| stands)
}

/// Starts the waiting time, for proofs that open nothing at once. One recovery of a
/// person waits at a time, so that one cancel stops everything (X06).
pub fn start_waiting(case: Case, person: Person, holder: TokenHash, step: &Step<'_>) -> Result<Decided<Timestamp>, Refusal> {
    evidence::gathers(&case, holder, step.op.now)?;
    begin(case, person, step)
}

/// The same, whoever's browser holds the case: two operators have just agreed.
pub(super) fn begin(mut case: Case, mut person: Person, step: &Step<'_>) -> Result<Decided<Timestamp>, Refusal> {
    let (op, entropy, now) = (step.op, step.entropy, step.op.now);
    let goal = evidence::goal_of(&case)?;
    standing(&case, None, now)?;
    evidence::stands(&case, &person, now)?;
    if case.gathered.drill.is_some()
        || !matches!(case.state, CaseState::Open { .. })
        || !matches!(evidence::opening(&case, &person, step.settings, now)?, Opening::AfterDelay(_))
    {
        return Err(Refusal::NotNow);
    }
    not_frozen(&person, now)?;
    if let Some(stopped) = person.factors().cancels.last()
        && stopped.at <= now
        && now < stopped.at.plus(BACK_OFF)
    {
        return Err(Refusal::Frozen(stopped.at.plus(BACK_OFF)));
    }
    let waiting = underway(&person, now).count();
    let release = RuleBook::PRODUCTION.wait(waiting, step.settings.delay, now).ok_or(Refusal::OtherWaits)?;
    let mut kept: Vec<Underway> = underway(&person, now).cloned().collect();
    kept.push(Underway { case: case.id.clone(), goal, since: now, release, contested_by: Vec::new() });
    person.factors_mut().underway = kept;
    case.state = CaseState::Waiting { since: now, release };
    case.expires = release.plus(RELEASED_LIFE);
    let mut changes = ChangeSet::default();
    evidence::tell(&mut changes, &mut case, &person, CaseMoment::Waiting, Some(release), step);
    let half = now.plus(release.since(now) / 2);
    for (moment, due) in [(CaseMoment::Half, half), (CaseMoment::Released, release)] {
        changes.put(outbox::job_at(Task::Remind { case: case.id.clone(), moment }, due, op, entropy));
    }
    changes.tell(event(&person, "RecoveryDelayStarted", &case, step));
    changes.put(Record::Case(case));
    changes.put(person.record());
    Ok(Decided::new(changes, release))
}

/// Whether nothing of this person may be changed now.
pub(super) fn not_frozen(person: &Person, now: Timestamp) -> Result<(), Refusal> {
    person.factors().frozen_for(now).map_or(Ok(()), |until| Err(Refusal::Frozen(until)))
}

/// Tells the owner that the waiting time is half over, or over. `None`: the case has moved on, or this was told before.
pub fn remind(mut case: Case, person: &Person, moment: CaseMoment, step: &Step<'_>) -> Option<ChangeSet> {
    let CaseState::Waiting { release, .. } = case.state else { return None };
    let told = case.gathered.told.iter().any(|told| told.what == moment);
    let waits = underway(person, step.op.now).any(|under| under.case == case.id);
    if told || !waits || standing(&case, None, step.op.now).is_err() || evidence::stands(&case, person, step.op.now).is_err() {
        return None;
    }
    let mut changes = ChangeSet::default();
    evidence::tell(&mut changes, &mut case, person, moment, Some(release), step);
    changes.put(Record::Case(case));
    Some(changes)
}

/// Takes a case off the list of those that wait; `true` when it stood there.
pub(super) fn forget(person: &mut Person, case: &Case) -> bool {
    let underway = &mut person.factors_mut().underway;
    let before = underway.len();
    underway.retain(|under| under.case != case.id);
    underway.len() < before
}

/// What stopping did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stopped {
    /// Recoveries that waited, or gathered proofs, and ended.
    pub closed: usize,
    /// Recoveries that go on, marked: the same channel stopped one before, so another one, or two operators, must agree.
    pub contested: usize,
    /// Rehearsals that ended before their end.
    pub rehearsals: usize,
}

/// Stops the recoveries of a person, see [`stop`], and puts the person. Nothing is written when there was nothing to stop.
pub fn stop_recoveries(mut person: Person, cases: Vec<Case>, by: Canceller, step: &Step<'_>) -> Decided<Stopped> {
    let mut changes = ChangeSet::default();
    let stopped = stop(&mut changes, &mut person, cases, &by, step);
    if stopped != Stopped::default() {
        changes.put(person.record());
    }
    Decided::new(changes, stopped)
}

/// Stops those recoveries among `cases` that gathered something or wait, and rehearsals; the person is put by the caller.
///
/// `by` needs no password and opens nothing. A second time within 90 days it only contests what waits, so that nobody can keep the owner
/// out with one channel; a second channel, or two operators, stop it all the same.
pub fn stop(changes: &mut ChangeSet, person: &mut Person, cases: Vec<Case>, by: &Canceller, step: &Step<'_>) -> Stopped {
    let now = step.op.now;
    let mut stopped = Stopped::default();
    let earlier = cancels(person, now);
    for mut case in cases {
        let begun = evidence::goal_of(&case).is_ok() && (case.gathered.first.is_some() || case.gathered.drill.is_some());
        if !begun || standing(&case, None, now).is_err() || evidence::stands(&case, person, now).is_err() {
            continue;
        }
        // A rehearsal ends too, with its result; it is no recovery that somebody had to stop.
        if let Some(lost) = case.gathered.drill {
            stopped.rehearsals += 1;
            drill::end(changes, case, person, lost, false, step.op, step.entropy);
            continue;
        }
        let under = person.factors_mut().underway.iter_mut().find(|under| under.case == case.id);
        let here = under.as_ref().map(|under| under.contested_by.clone()).unwrap_or_default();
        let effect = match by {
            // They are two people already.
            Canceller::Operators => CancelEffect::Closes,
            Canceller::Channel(_) | Canceller::Session => RuleBook::PRODUCTION.cancel(&earlier, &here, by, now),
        };
        match (effect, under) {
            (CancelEffect::Closes, _) => {
                stopped.closed += 1;
                forget(person, &case);
                evidence::tell(changes, &mut case, person, CaseMoment::Cancelled, None, step);
                case.state = CaseState::Closed { at: now, why: Closure::Stopped };
                changes.tell(event(person, "RecoveryStopped", &case, step));
            }
            (CancelEffect::Contests, Some(under)) => {
                stopped.contested += 1;
                if here.contains(by) {
                    continue;
                }
                under.contested_by.push(by.clone());
                evidence::tell(changes, &mut case, person, CaseMoment::Contested, None, step);
                changes.tell(event(person, "RecoveryContested", &case, step));
            }
            (CancelEffect::Contests, None) => continue,
        }
        changes.put(Record::Case(case));
    }
    if stopped.closed > 0 {
        remember(person, by.clone(), now);
    }
    stopped
}

/// The cancels that are remembered now: neither one of long ago, nor one of a clock that has been put right since.
pub fn cancels(person: &Person, now: Timestamp) -> Vec<(Canceller, Timestamp)> {
    person.factors().cancels.iter().filter(|cancel| remembered(cancel, now)).map(|cancel| (cancel.by.clone(), cancel.at)).collect()
}

/// Remembers one more.
pub fn remember(person: &mut Person, by: Canceller, now: Timestamp) {
    let cancels = &mut person.factors_mut().cancels;
    cancels.retain(|cancel| remembered(cancel, now));
    cancels.push(Cancel { by, at: now });
}

fn remembered(cancel: &Cancel, now: Timestamp) -> bool {
    now < cancel.at.plus(CANCEL_MEMORY) && !crate::of_another_clock(cancel.at, now)
}

fn event(person: &Person, name: &'static str, case: &Case, step: &Step<'_>) -> AuditEvent {
    let told = Told::new(Service::Signin, name, person.account_id())
        .about(person.identity(), person.iam_user())
        .request(json!({"case": case.id.as_str()}));
    AuditEvent::new(step.op, step.entropy, told)
}
