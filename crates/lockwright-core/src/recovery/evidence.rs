//! What a recovery has gathered: a proof is added, and the rule table says what that opens.

use std::time::Duration;

use lockwright_model::case::{Case, CaseMoment, CaseState, Channel, Closure, Purpose, ToldOf};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::job::Happening;
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_model::token::{Token, TokenHash, TokenKind};
use serde_json::json;

use super::rules::{Opening, RuleBook};
use super::situation::situation;
use super::{CASE_TRIES, GATHERING_LIFE, PROVEN_LIFE, RecoverySettings, Refusal, Step, drill, standing};
use crate::Decided;
use crate::outbox;
use crate::person::Person;

/// What something shown in a recovery did.
#[derive(Debug)]
pub enum Given {
    /// It counts; the browser gets this new token.
    Accepted(Token),
    /// It counts, and more of the same is needed before it proves anything: so many of so many.
    Part {
        /// Given so far.
        given: u8,
        /// Needed.
        needed: u8,
    },
    /// Not right; so many tries are left.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// No try is left; it was not looked at, or it was the last one.
    NoTriesLeft,
    /// It is right, and was added too lately to serve a recovery.
    TooNew {
        /// From when on it does.
        from: Timestamp,
    },
}

/// Which rows a proof has changed besides the case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// None.
    Case,
    /// The person's, where the proof was spent.
    Person,
}

/// What a recovery is to do; other cases gather nothing.
pub(super) fn goal_of(case: &Case) -> Result<Goal, Refusal> {
    match case.purpose {
        Purpose::Recover { goal, .. } => Ok(goal),
        _ => Err(Refusal::NotNow),
    }
}

/// Whether a recovery gathers proofs for the browser that asks.
pub(super) fn gathers(case: &Case, holder: TokenHash, now: Timestamp) -> Result<Goal, Refusal> {
    standing(case, Some(holder), now)?;
    match case.state {
        CaseState::Open { .. } | CaseState::Waiting { .. } => goal_of(case),
        CaseState::Proven { .. } | CaseState::Completed { .. } | CaseState::Closed { .. } => Err(Refusal::NotNow),
    }
}

/// Whether what was asked for can still be done for its subject: nothing was replaced or stopped meanwhile (A16, A17).
pub(super) fn stands(case: &Case, person: &Person, now: Timestamp) -> Result<(), Refusal> {
    let goal = goal_of(case)?;
    if case.subject() != Some(&person.identity()) || !person.may_recover(goal) || person.replaced_since(case.created, now) {
        return Err(Refusal::Gone);
    }
    if person.factors().cancels.iter().any(|cancel| cancel.at >= case.created && cancel.at <= now) {
        return Err(Refusal::Closed(Closure::Stopped));
    }
    Ok(())
}

/// The person that a proof is held against; a decoy has none, nor has a case whose subject changed.
pub(super) fn subject(case: &Case, person: Option<Person>, now: Timestamp) -> Option<Person> {
    person.filter(|person| stands(case, person, now).is_ok())
}

/// The proofs that still count: an address that no longer belongs to the person proves nothing (N-R12).
pub(super) fn counted(case: &Case, person: &Person, now: Timestamp) -> Proofs {
    let serves = |wanted: fn(&Channel) -> bool| case.gathered.proved.iter().any(|at| wanted(at) && person.serves_recovery(at, now));
    let mut proofs = case.gathered.proofs;
    for (proof, kind) in [(Proof::Email, is_email as fn(&Channel) -> bool), (Proof::Phone, is_phone)] {
        if proofs.contains(proof) && !serves(kind) {
            proofs = proofs.without(proof);
        }
    }
    proofs
}

fn is_email(channel: &Channel) -> bool {
    matches!(channel, Channel::Email(_))
}

fn is_phone(channel: &Channel) -> bool {
    matches!(channel, Channel::Phone(_))
}

/// What the proofs of a recovery open now.
pub(super) fn opening(case: &Case, person: &Person, settings: RecoverySettings, now: Timestamp) -> Result<Opening<'static>, Refusal> {
    let situation = situation(person, settings, now);
    Ok(RuleBook::PRODUCTION.open(&situation, goal_of(case)?, counted(case, person, now)))
}

/// What a recovery still lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lacks {
    /// What it is to do.
    pub goal: Goal,
    /// Sets of proofs, each of which would do, and whether it opens only after the waiting time; the smallest first.
    pub missing: Vec<(Proofs, bool)>,
    /// What was proven is enough for the waiting time.
    pub may_wait: bool,
}

/// What a recovery still lacks; nothing is said of nobody.
pub fn lacks(case: &Case, person: Option<&Person>, step: &Step<'_>) -> Result<Lacks, Refusal> {
    let goal = goal_of(case)?;
    let Some(person) = person else { return Ok(Lacks { goal, missing: Vec::new(), may_wait: false }) };
    let now = step.op.now;
    let found = situation(person, step.settings, now);
    let given = counted(case, person, now);
    let mut missing: Vec<(Proofs, bool)> =
        RuleBook::PRODUCTION.missing(&found, goal, given).into_iter().map(|lack| (lack.proofs, lack.rule.delay)).collect();
    missing.retain(|(proofs, _)| !proofs.is_empty());
    missing.sort_by_key(|(proofs, delay)| (*delay, proofs.iter().count()));
    let all = missing.clone();
    let more = |(proofs, delay): &(Proofs, bool)| {
        all.iter().any(|(fewer, later)| fewer != proofs && fewer.iter().all(|one| proofs.contains(one)) && (*delay || !later))
    };
    missing.retain(|way| !more(way));
    missing.dedup();
    let may_wait = matches!(opening(case, person, step.settings, now)?, Opening::AfterDelay(_));
    Ok(Lacks { goal, missing, may_wait })
}

/// Adds proofs in the holder's browser, which gets a new token: a cookie planted before is worthless (A26).
pub(super) fn add(mut case: Case, person: Person, proofs: Proofs, written: Written, step: &Step<'_>) -> Decided<Token> {
    let holder = Token::draw(TokenKind::Case, step.entropy);
    case.holder = holder.hash();
    gather(case, person, proofs, written, step).map_output(|()| holder)
}

/// Adds proofs, whoever's browser holds the case.
pub(super) fn gather(mut case: Case, mut person: Person, proofs: Proofs, written: Written, step: &Step<'_>) -> Decided<()> {
    let (op, entropy) = (step.op, step.entropy);
    let mut changes = ChangeSet::default();
    let before = case.gathered.proofs;
    let after = before.union(proofs);
    case.gathered.proofs = after;
    let first = *case.gathered.first.get_or_insert(op.now);
    case.expires = case.expires.max(first.plus(GATHERING_LIFE));
    let situation = situation(&person, step.settings, op.now);
    let goal = goal_of(&case).unwrap_or_default();
    let mut written = written;
    let opening = opening(&case, &person, step.settings, op.now);
    let rehearsed = case.gathered.drill.filter(|_| matches!(opening, Ok(Opening::AtOnce(_) | Opening::AfterDelay(_))));
    let told = rehearsed.is_some() || case.gathered.told.iter().any(|told| told.what == CaseMoment::Started);
    if !told && RuleBook::PRODUCTION.tells(&situation, goal, before, after) {
        tell(&mut changes, &mut case, &person, CaseMoment::Started, None, step);
    }
    if let Ok(Opening::AtOnce(_)) = opening {
        case.state = CaseState::Proven { at: op.now };
        case.expires = op.now.plus(PROVEN_LIFE);
        let underway = &mut person.factors_mut().underway;
        if underway.iter().any(|under| under.case == case.id) {
            underway.retain(|under| under.case != case.id);
            written = Written::Person;
        }
    }
    let words: Vec<&str> = proofs.iter().map(Proof::word).collect();
    let told = Told::new(Service::Signin, "RecoveryProofAccepted", person.account_id())
        .about(person.identity(), person.iam_user())
        .request(json!({"case": case.id.as_str(), "proofs": words}));
    changes.tell(AuditEvent::new(op, entropy, told));
    if let Some(lost) = rehearsed {
        // What would only open after a waiting time is walked to its end too: nobody waits for nothing.
        drill::end(&mut changes, case, &mut person, lost, true, op, entropy);
        changes.put(person.record());
        return Decided::new(changes, ());
    }
    changes.put(Record::Case(case));
    if written == Written::Person {
        changes.put(person.record());
    }
    Decided::new(changes, ())
}

/// Tells every address of a moment, and notes it for the case's page (N-R21, N-R24).
pub(super) fn tell(
    changes: &mut ChangeSet,
    case: &mut Case,
    person: &Person,
    moment: CaseMoment,
    release: Option<Timestamp>,
    step: &Step<'_>,
) {
    let goal = goal_of(case).unwrap_or_default();
    let what = Happening::Recovery { goal, moment, release, drill: case.gathered.drill.is_some() };
    outbox::tell(changes, person, what, step.op, step.entropy);
    note(case, person, moment, step.op.now);
}

/// Notes on the case that every address is told of a moment.
pub(super) fn note(case: &mut Case, person: &Person, moment: CaseMoment, now: Timestamp) {
    let addresses = u8::try_from(person.channels().len()).unwrap_or(u8::MAX);
    case.gathered.told.push(ToldOf { at: now, what: moment, addresses });
}

/// Counts something wrong in a case; it costs the same for a decoy.
pub(super) fn wrong(mut case: Case, left_here: u8) -> Decided<Given> {
    case.gathered.wrong = case.gathered.wrong.saturating_add(1);
    let left = left_here.min(CASE_TRIES.saturating_sub(case.gathered.wrong));
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Decided::new(changes, if left == 0 { Given::NoTriesLeft } else { Given::Wrong { left } })
}

/// Whether anything typed is still looked at.
pub(super) fn tries_left(case: &Case) -> bool {
    case.gathered.wrong < CASE_TRIES
}

/// The answer when no try is left: nothing is written.
pub(super) fn no_tries() -> Decided<Given> {
    Decided::new(ChangeSet::default(), Given::NoTriesLeft)
}

/// The longest that a case can still gather, for what takes its time.
pub(super) fn prolong(case: &mut Case, now: Timestamp, span: Duration) {
    case.expires = case.expires.max(now.plus(span));
}
