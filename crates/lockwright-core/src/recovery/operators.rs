//! Help by two operators of the installation: one opens it after the caller read out a code, another one approves.

use lockwright_model::case::{Case, CaseMoment, CaseState, Closure, OperatorHelp};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Canceller;
use lockwright_model::id::OperatorId;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::TokenHash;
use serde_json::{Value, json};

use super::evidence::{self, Written};
use super::rules::{Opening, RuleBook};
use super::waiting::{self, Stopped};
use super::{GATHERING_LIFE, Refusal, Step, standing};
use crate::Decided;
use crate::help::caller_code;
use crate::permit::OperatorPermit;
use crate::person::Person;
use crate::register::merge;

/// Why an operator's step is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoHelp {
    /// The case itself can't go on.
    Case(Refusal),
    /// The installation's operators don't help with recoveries.
    SwitchedOff,
    /// An IAM user: an administrator of the account helps.
    Administrator,
    /// The operator reads one of the person's mailboxes, and would help itself (X08).
    OwnMailbox,
    /// The code that the caller read out is another one.
    OtherCode,
    /// It was opened, approved or refused before, or this operator has said so already.
    Already,
    /// Nobody opened it.
    NotOpened,
    /// The operator who opened it can't approve it (ASVS V2.3.5).
    SameOperator,
    /// Only operators of role security approve and refuse (A23).
    NotSecurity,
}

impl From<Refusal> for NoHelp {
    fn from(refusal: Refusal) -> Self {
        Self::Case(refusal)
    }
}

/// Asks the operators. Everybody gets a caller code to read out, decoys too; it opens nothing. Asking twice yields the same code.
pub fn ask_operators(mut case: Case, holder: TokenHash, step: &Step<'_>) -> Result<Decided<String>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    // A rehearsal bothers nobody.
    if !step.settings.operator_help || case.gathered.drill.is_some() {
        return Err(Refusal::NotNow);
    }
    if let Some(help) = &case.gathered.operators {
        return Ok(Decided::new(ChangeSet::default(), help.caller_code.clone()));
    }
    let help = OperatorHelp { caller_code: caller_code(step.entropy), asked: now, opened: None, approved: None, refused: None };
    let code = help.caller_code.clone();
    case.gathered.operators = Some(help);
    evidence::prolong(&mut case, now, GATHERING_LIFE);
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, code))
}

/// Whether an operator can do anything for this recovery. The page asks before it offers a form, and every step asks again.
pub fn may_help(case: &Case, person: &Person, permit: &OperatorPermit, step: &Step<'_>) -> Result<(), NoHelp> {
    standing(case, None, step.op.now)?;
    evidence::stands(case, person, step.op.now)?;
    if case.gathered.drill.is_some() {
        return Err(Refusal::NotNow.into());
    }
    if !step.settings.operator_help {
        return Err(NoHelp::SwitchedOff);
    }
    if matches!(person, Person::User { .. }) {
        return Err(NoHelp::Administrator);
    }
    if permit.shares_mailbox(person) { Err(NoHelp::OwnMailbox) } else { Ok(()) }
}

/// The help that was asked for, while the case still gathers proofs.
fn asked<'c>(case: &'c mut Case, person: &Person, permit: &OperatorPermit, step: &Step<'_>) -> Result<&'c mut OperatorHelp, NoHelp> {
    may_help(case, person, permit, step)?;
    if !matches!(case.state, CaseState::Open { .. } | CaseState::Waiting { .. }) {
        return Err(Refusal::NotNow.into());
    }
    let help = case.gathered.operators.as_mut().ok_or(NoHelp::NotOpened)?;
    if help.refused.is_some() { Err(NoHelp::Already) } else { Ok(help) }
}

/// An operator opens the help, after the caller read the code out: `read` is what the operator typed. The owner is told, unless that
/// happened before.
pub fn operator_opens(
    mut case: Case,
    person: &Person,
    permit: &OperatorPermit,
    read: &str,
    step: &Step<'_>,
) -> Result<Decided<()>, NoHelp> {
    let help = asked(&mut case, person, permit, step)?;
    if digits(read) != help.caller_code {
        return Err(NoHelp::OtherCode);
    }
    if help.opened.is_some() {
        return Err(NoHelp::Already);
    }
    help.opened = Some((permit.operator().id.clone(), step.op.now));
    evidence::prolong(&mut case, step.op.now, GATHERING_LIFE);
    let mut changes = acted(&case, person, permit, "RecoveryOpenedByOperator", Value::Null, step);
    if !case.gathered.told.iter().any(|told| told.what == CaseMoment::Started) {
        evidence::tell(&mut changes, &mut case, person, CaseMoment::Started, None, step);
    }
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// What was typed of a caller code: its digits.
pub fn digits(typed: &str) -> String {
    typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect()
}

/// Another operator, of role security, approves it: together they are a proof. Where that is enough, the waiting time begins at once;
/// where something else is in the way of it, the person goes on later.
pub fn operator_approves(mut case: Case, person: Person, permit: &OperatorPermit, step: &Step<'_>) -> Result<Decided<()>, NoHelp> {
    let help = decidable(&mut case, &person, permit, step)?;
    if help.approved.is_some() {
        return Err(NoHelp::Already);
    }
    let opener = help.opened.as_ref().map(|(opener, _)| opener.clone()).ok_or(NoHelp::NotOpened)?;
    let proofs = RuleBook::PRODUCTION.operators(&[opener, permit.operator().id.clone()]);
    if proofs.is_empty() {
        return Err(NoHelp::SameOperator);
    }
    help.approved = Some((permit.operator().id.clone(), step.op.now));
    let told = acted(&case, &person, permit, "RecoveryApprovedByOperator", Value::Null, step);
    let mut decided = evidence::gather(case, person.clone(), proofs, Written::Case, step);
    decided.changes.events.extend(told.events);
    decided.changes.expect.extend(told.expect);
    begin_waiting(&mut decided, person, step);
    Ok(decided)
}

/// Begins the waiting time of the case that was just decided about, where that is all that is left to do.
fn begin_waiting(decided: &mut Decided<()>, person: Person, step: &Step<'_>) {
    let place = decided.changes.puts.iter().position(|record| matches!(record, Record::Case(_)));
    let Some((place, Record::Case(case))) = place.and_then(|place| Some((place, decided.changes.puts.get(place)?.clone()))) else { return };
    if let Ok(waits) = waiting::begin(case, person, step) {
        decided.changes.puts.remove(place);
        merge(&mut decided.changes, waits.changes);
    }
}

/// An operator of role security refuses, and says why. What rests on the operators' word ends; what the person proved otherwise goes on.
pub fn operator_refuses(
    mut case: Case,
    mut person: Person,
    permit: &OperatorPermit,
    reason: &str,
    step: &Step<'_>,
) -> Result<Decided<()>, NoHelp> {
    let now = step.op.now;
    let help = decidable(&mut case, &person, permit, step)?;
    help.refused = Some((permit.operator().id.clone(), now));
    case.gathered.proofs = case.gathered.proofs.without(Proof::Operators);
    let mut changes = acted(&case, &person, permit, "RecoveryRefusedByOperator", json!(reason), step);
    let ends = match case.state {
        CaseState::Waiting { .. } => evidence::opening(&case, &person, step.settings, now)? == Opening::Nothing,
        _ => case.gathered.proofs == Proofs::EMPTY,
    };
    if ends {
        if waiting::forget(&mut person, &case) {
            evidence::tell(&mut changes, &mut case, &person, CaseMoment::Cancelled, None, step);
            changes.put(person.record());
        }
        case.state = CaseState::Closed { at: now, why: Closure::Refused };
    }
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// Help that was opened, for another operator of role security to decide about.
fn decidable<'c>(case: &'c mut Case, person: &Person, permit: &OperatorPermit, step: &Step<'_>) -> Result<&'c mut OperatorHelp, NoHelp> {
    let help = asked(case, person, permit, step)?;
    let (opener, _) = help.opened.as_ref().ok_or(NoHelp::NotOpened)?;
    match () {
        () if !permit.is_security() => Err(NoHelp::NotSecurity),
        () if *opener == permit.operator().id => Err(NoHelp::SameOperator),
        () => Ok(help),
    }
}

/// An operator wants a recovery stopped that its owner disowns. The second, a different one, stops it whatever was stopped before;
/// until then it goes on.
pub fn operator_objects(
    mut case: Case,
    person: Person,
    permit: &OperatorPermit,
    step: &Step<'_>,
) -> Result<Decided<Option<Stopped>>, NoHelp> {
    may_help(&case, &person, permit, step)?;
    let own: &OperatorId = &permit.operator().id;
    if case.gathered.objections.contains(own) {
        return Err(NoHelp::Already);
    }
    case.gathered.objections.push(own.clone());
    let told = acted(&case, &person, permit, "RecoveryObjectedByOperator", Value::Null, step);
    let mut decided = if RuleBook::PRODUCTION.operators(&case.gathered.objections).is_empty() {
        let mut changes = ChangeSet::default();
        changes.put(Record::Case(case));
        Decided::new(changes, None)
    } else {
        waiting::stop_recoveries(person, vec![case], Canceller::Operators, step).map_output(Some)
    };
    merge(&mut decided.changes, told);
    Ok(decided)
}

/// An operator looked at a recovery: told like an act.
pub fn looked(case: &Case, person: Option<&Person>, permit: &OperatorPermit, step: &Step<'_>) -> ChangeSet {
    let mut changes = ChangeSet::default();
    tell(&mut changes, case, person, permit, "RecoveryViewedByOperator", Value::Null, step);
    changes
}

/// What an act is told as, and that the operator must still be what it was.
fn acted(case: &Case, person: &Person, permit: &OperatorPermit, name: &'static str, reason: Value, step: &Step<'_>) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.expect.push(permit.row());
    tell(&mut changes, case, Some(person), permit, name, reason, step);
    changes
}

/// In the installation's trail, and in that of the account whose recovery it is.
fn tell(
    changes: &mut ChangeSet,
    case: &Case,
    person: Option<&Person>,
    permit: &OperatorPermit,
    name: &'static str,
    reason: Value,
    step: &Step<'_>,
) {
    let acting = Person::Operator(permit.operator().clone()).acting(step.op);
    let request = json!({"case": case.id.as_str(), "identity": person.map(|person| person.identity().to_string()), "reason": reason});
    let account = person.and_then(Person::account_id);
    for trail in [Some(None), account.map(Some)].into_iter().flatten() {
        changes.tell(AuditEvent::new(&acting, step.entropy, Told::new(Service::Signin, name, trail).request(request.clone())));
    }
}
