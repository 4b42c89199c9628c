//! Help by two operators of the installation: one opens it after the caller read out a code, another one approves.

use lockwright_model::case::{Case, CaseState, Closure, OperatorHelp};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::TokenHash;
use serde_json::json;

use super::evidence::{self, Written};
use super::rules::{Opening, RuleBook};
use super::waiting::{self, Stopped};
use super::{GATHERING_LIFE, Refusal, Step, standing};
use crate::Decided;
use crate::help::caller_code;
use crate::person::Person;
use lockwright_model::factors::Canceller;

/// Asks the operators. Everybody gets a caller code to read out, decoys too; it opens nothing. Asking twice yields the same code.
pub fn ask_operators(mut case: Case, holder: TokenHash, step: &Step<'_>) -> Result<Decided<String>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    if !step.settings.operator_help {
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

/// What an operator looks at: a case that still gathers, and its help.
fn asked<'c>(case: &'c mut Case, person: &Person, operator: &Operator, now: Timestamp) -> Result<&'c mut OperatorHelp, Refusal> {
    standing(case, None, now)?;
    evidence::stands(case, person, now)?;
    if operator.disabled || !matches!(case.state, CaseState::Open { .. } | CaseState::Waiting { .. }) {
        return Err(Refusal::NotNow);
    }
    case.gathered.operators.as_mut().filter(|help| help.refused.is_none()).ok_or(Refusal::NotNow)
}

/// An operator opens the help, after the caller read the code out: `read` is what the operator typed.
pub fn operator_opens(mut case: Case, person: &Person, operator: &Operator, read: &str, step: &Step<'_>) -> Result<Decided<()>, Refusal> {
    let help = asked(&mut case, person, operator, step.op.now)?;
    let digits: String = read.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if help.opened.is_some() || digits != help.caller_code {
        return Err(Refusal::NotNow);
    }
    help.opened = Some((operator.id.clone(), step.op.now));
    Ok(Decided::new(told(case, person, operator, "RecoveryOpenedByOperator", step), ()))
}

/// Another operator, of role security, approves it: together they are a proof. The waiting time is then for the person to start.
pub fn operator_approves(mut case: Case, person: Person, operator: &Operator, step: &Step<'_>) -> Result<Decided<()>, Refusal> {
    let help = asked(&mut case, &person, operator, step.op.now)?;
    let Some((opener, _)) = &help.opened else { return Err(Refusal::NotNow) };
    if help.approved.is_some() || operator.role != OperatorRole::Security {
        return Err(Refusal::NotNow);
    }
    let proofs = RuleBook::PRODUCTION.operators(&[opener.clone(), operator.id.clone()]);
    if proofs.is_empty() {
        return Err(Refusal::NotYours);
    }
    help.approved = Some((operator.id.clone(), step.op.now));
    let event = event(&case, &person, operator, "RecoveryApprovedByOperator", step);
    let mut decided = evidence::gather(case, person, proofs, Written::Case, step);
    decided.changes.tell(event);
    Ok(decided)
}

/// An operator refuses. What rests on the operators' word ends; what the person proved otherwise goes on.
pub fn operator_refuses(mut case: Case, mut person: Person, operator: &Operator, step: &Step<'_>) -> Result<Decided<()>, Refusal> {
    let now = step.op.now;
    let help = asked(&mut case, &person, operator, now)?;
    help.refused = Some((operator.id.clone(), now));
    case.gathered.proofs = case.gathered.proofs.without(Proof::Operators);
    let rests = match case.state {
        CaseState::Waiting { .. } => evidence::opening(&case, &person, step.settings, now)? == Opening::Nothing,
        _ => case.gathered.proofs == Proofs::EMPTY,
    };
    if !rests {
        return Ok(Decided::new(told(case, &person, operator, "RecoveryRefusedByOperator", step), ()));
    }
    let waited = waiting::forget(&mut person, &case);
    let event = event(&case, &person, operator, "RecoveryRefusedByOperator", step);
    let mut changes = ChangeSet::default();
    if waited {
        evidence::tell(&mut changes, &mut case, &person, lockwright_model::case::CaseMoment::Cancelled, None, step);
        changes.put(person.record());
    }
    case.state = CaseState::Closed { at: now, why: Closure::Refused };
    changes.tell(event);
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// An operator wants a recovery stopped that its owner disowns. The second, a different one, stops it whatever was stopped before.
pub fn operator_objects(mut case: Case, person: Person, operator: &Operator, step: &Step<'_>) -> Result<Decided<Option<Stopped>>, Refusal> {
    standing(&case, None, step.op.now)?;
    evidence::stands(&case, &person, step.op.now)?;
    if operator.disabled || case.gathered.objections.contains(&operator.id) {
        return Err(Refusal::NotNow);
    }
    case.gathered.objections.push(operator.id.clone());
    let event = event(&case, &person, operator, "RecoveryObjectedByOperator", step);
    let mut decided = if RuleBook::PRODUCTION.operators(&case.gathered.objections).is_empty() {
        let mut changes = ChangeSet::default();
        changes.put(Record::Case(case));
        Decided::new(changes, None)
    } else {
        waiting::stop_recoveries(person, vec![case], Canceller::Operators, step).map_output(Some)
    };
    decided.changes.tell(event);
    Ok(decided)
}

fn told(case: Case, person: &Person, operator: &Operator, name: &'static str, step: &Step<'_>) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(event(&case, person, operator, name, step));
    changes.put(Record::Case(case));
    changes
}

/// Told in the trail of the account whose recovery it is.
fn event(case: &Case, person: &Person, operator: &Operator, name: &'static str, step: &Step<'_>) -> AuditEvent {
    let acting = Person::Operator(operator.clone()).acting(step.op);
    let told = Told::new(Service::Signin, name, person.account_id())
        .request(json!({"case": case.id.as_str(), "identity": person.identity().to_string()}));
    AuditEvent::new(&acting, step.entropy, told)
}
