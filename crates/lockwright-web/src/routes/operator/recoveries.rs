//! Recoveries with operators' help: looked up by caller code, opened, approved, refused, stopped.

use axum::extract::Path;
use lockwright_model::case::IdentityKind;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::proof::Proof;
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::operators::{NoHelp, digits};
use lockwright_service::operator_help::{HelpStage, HelpView, OperatorAct, OperatorError};

use super::home::{self, is_security};
use crate::http::{Answer, Form, Member, Refused, go, who};
use crate::page::course::Course;
use crate::page::operator::OperatorHome;
use crate::page::operator_recovery::{ActLine, Facts, Found, Hindrance, OperatorFound, Recoveries, RecoveryRow, RecoveryShow, Stage};
use crate::page::{FieldErrors, words};

const SIX_DIGITS: &str = "Type the six digits that the caller reads out.";

/// What a caller code leads to.
pub(super) async fn look_up(member: Member, form: Form) -> Answer {
    let page = OperatorHome { code: form.text("code").to_owned(), ..home::page(&member) };
    let code = digits(&page.code);
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return member.again(&OperatorHome { errors: FieldErrors::one("code", SIX_DIGITS), ..page }).await;
    }
    match member.lockwright().look_up_recovery(&member.op, &code).await {
        Ok(found) if found.is_empty() => {
            let text = "No recovery that goes on has this code. Let the caller read it again from their page.";
            member.again(&OperatorHome { errors: FieldErrors::one("code", text), ..page }).await
        }
        Ok(found) => {
            member.page(&OperatorFound { rows: found.iter().map(|view| row(&member, view)).collect(), errors: FieldErrors::none() }).await
        }
        Err(OperatorError::Wait { until }) => member.visit.later(until, |wait| OperatorHome { wait: Some(wait), ..page }),
        Err(error) => Err(refused(error)),
    }
}

fn row(member: &Member, view: &HelpView) -> Found {
    Found { facts: facts(member, view), hindrance: hindrance(view).or(view.opened.is_some().then_some(Hindrance::OpenedAlready)) }
}

fn facts(member: &Member, view: &HelpView) -> Facts {
    let now = member.op.now;
    Facts {
        case: view.case.to_string(),
        who: match (&view.person, view.kind) {
            (Some(person), _) => Some(whose(person)),
            // Where the account keeps recovery to itself, its users are looked up by nobody here.
            (None, IdentityKind::Iam) => Some("an IAM user; more is known only in the account".to_owned()),
            (None, _) => None,
        },
        address: view.person.as_ref().and_then(Person::primary_email).map(EmailAddress::masked),
        goal: view.goal,
        began: words::ago(now, view.created),
        began_at: words::at(view.created),
        device: words::device(&view.source.agent),
        network: view.source.ip_text(),
        proven: view.proofs.iter().map(|proof| proven(proof).to_owned()).collect(),
        until: view.live().then(|| words::at(view.expires)),
    }
}

/// Whose it is; addresses stay masked.
fn whose(person: &Person) -> String {
    match person {
        Person::Builder(builder) => format!("builder ID of {}", builder.name),
        Person::Root(_) | Person::User { .. } | Person::Operator(_) => who(person),
    }
}

const fn proven(proof: Proof) -> &'static str {
    match proof {
        Proof::Email => "A mailed code",
        Proof::Phone => "A code to a phone",
        Proof::Password => "The password",
        Proof::Device => "An MFA device",
        Proof::RecoveryCode => "A recovery code",
        Proof::Contacts => "Recovery contacts",
        Proof::ContactsTwo => "Two recovery contacts",
        Proof::Operators => "Two operators",
        Proof::Administrator => "An administrator",
        Proof::Host => "The host",
    }
}

fn hindrance(view: &HelpView) -> Option<Hindrance> {
    if view.person.is_none() {
        return Some(if view.kind == IdentityKind::Iam { Hindrance::Administrator } else { Hindrance::Nobody });
    }
    Some(match view.hindrance? {
        NoHelp::Administrator => Hindrance::Administrator,
        NoHelp::OwnMailbox => Hindrance::OwnMailbox,
        NoHelp::Already => Hindrance::OpenedAlready,
        _ => Hindrance::Over,
    })
}

/// Opens it; the code is typed once more, so that no link opens anything.
pub(super) async fn open(member: Member, Path(case): Path<String>, form: Form) -> Answer {
    let id = parsed(&case)?;
    match member.lockwright().open_recovery_help(&member.op, &id, form.text("code")).await {
        Ok(()) => go(format!("/operator/recoveries/{id}?done=help-opened")),
        Err(OperatorError::Refused(NoHelp::OtherCode)) => {
            let errors = FieldErrors::one("code", "That was another code, and nothing was opened. Look it up again.");
            member.again(&OperatorHome { errors, ..home::page(&member) }).await
        }
        Err(OperatorError::Refused(NoHelp::Already)) => {
            let errors = FieldErrors::one("code", "Another operator dealt with this recovery before. Nothing was changed.");
            member.again(&OperatorHome { errors, ..home::page(&member) }).await
        }
        Err(OperatorError::Refused(_)) => {
            let errors = FieldErrors::one("code", "This recovery can’t be opened. Look it up again to see why.");
            member.again(&OperatorHome { errors, ..home::page(&member) }).await
        }
        Err(OperatorError::Wait { until }) => member.visit.later(until, |wait| OperatorHome { wait: Some(wait), ..home::page(&member) }),
        Err(error) => Err(refused(error)),
    }
}

/// Those that operators are asked about.
pub(super) async fn list(member: Member) -> Answer {
    let security = is_security(&member);
    let (views, more) = member.lockwright().recoveries_for_operator(&member.op).await.map_err(refused)?;
    let now = member.op.now;
    let rows = views.iter().map(|view| RecoveryRow {
        case: view.case.to_string(),
        kind: view.kind,
        goal: view.goal,
        opened_by: view.opened.as_ref().map(|act| act.by.clone()),
        when: words::ago(now, view.opened.as_ref().and_then(|act| act.at).unwrap_or(view.created)),
        stage: stage(view),
        contested: view.contested && view.live(),
        yours: view.asks,
    });
    let page = Recoveries { rows: rows.collect(), security, more };
    member.page(&page).await
}

fn stage(view: &HelpView) -> Stage {
    match view.stage {
        HelpStage::Asked | HelpStage::Opened => Stage::Opened,
        HelpStage::Approved => Stage::Approved,
        HelpStage::Waiting { release } => Stage::Waiting { release: words::at(release) },
        HelpStage::Ready => Stage::Ready,
        HelpStage::Refused => Stage::Refused,
        HelpStage::Ended => Stage::Ended,
    }
}

/// One of them.
pub(super) async fn show(member: Member, Path(case): Path<String>) -> Answer {
    let page = shown(&member, &parsed(&case)?).await?;
    member.page(&page).await
}

async fn shown(member: &Member, id: &CaseId) -> Result<RecoveryShow, Refused> {
    let view = member.lockwright().recovery_for_operator(&member.op, id).await.map_err(refused)?;
    let security = is_security(member);
    let hindrance = if view.live() { hindrance(&view) } else { None };
    let own = view.opened.as_ref().is_some_and(|act| act.own);
    let free = hindrance.is_none() && view.live();
    let open = matches!(view.stage, HelpStage::Opened | HelpStage::Waiting { .. });
    let undecided = open && view.approved.is_none() && view.opened.is_some();
    let line = |what, act: &OperatorAct| ActLine { what, by: act.by.clone(), at: act.at.map(words::at) };
    let once = [("Opened", &view.opened), ("Approved", &view.approved), ("Refused", &view.refused)];
    let acts = once.iter().filter_map(|(what, act)| act.as_ref().map(|act| line(*what, act)));
    let objections = view.objections.iter().map(|act| line("Wants it stopped", act));
    Ok(RecoveryShow {
        facts: facts(member, &view),
        stage: stage(&view),
        course: Course::of(&view.course, member.op.now),
        acts: acts.chain(objections).collect(),
        contested: view.contested && view.live(),
        may_approve: security && free && undecided && !own,
        own: own && undecided,
        may_object: free && !view.objections.iter().any(|act| act.own) && (view.contested || view.stage != HelpStage::Opened),
        hindrance,
        security,
        reason: String::new(),
        errors: FieldErrors::none(),
    })
}

/// Approves it.
pub(super) async fn approve(member: Member, Path(case): Path<String>) -> Answer {
    let id = parsed(&case)?;
    let outcome = member.lockwright().approve_recovery_help(&member.op, &id).await;
    decided(&id, "help-approved", outcome)
}

/// Refuses it, with a reason for the trail.
pub(super) async fn refuse(member: Member, Path(case): Path<String>, form: Form) -> Answer {
    let (id, reason) = (parsed(&case)?, form.text("reason"));
    if reason.trim().is_empty() {
        let page = shown(&member, &id).await?;
        return member.again(&RecoveryShow { errors: FieldErrors::one("reason", "Say in a few words why."), ..page }).await;
    }
    let outcome = member.lockwright().refuse_recovery_help(&member.op, &id, reason).await;
    decided(&id, "help-refused", outcome)
}

/// Says that it should be stopped.
pub(super) async fn object(member: Member, Path(case): Path<String>) -> Answer {
    let id = parsed(&case)?;
    let outcome = member.lockwright().object_to_recovery(&member.op, &id).await;
    let word = if matches!(outcome, Ok(true)) { "help-stopped" } else { "help-objected" };
    decided(&id, word, outcome.map(|_| ()))
}

fn decided(id: &CaseId, word: &str, outcome: Result<(), OperatorError>) -> Answer {
    match outcome {
        Ok(()) => go(format!("/operator/recoveries/{id}?done={word}")),
        // The page itself says what stands in the way.
        Err(OperatorError::Refused(_)) => go(format!("/operator/recoveries/{id}?done=help-not-now")),
        Err(error) => Err(refused(error)),
    }
}

fn parsed(case: &str) -> Result<CaseId, Refused> {
    case.parse().map_err(|_| Refused::not_found())
}

/// What one may not see does not exist.
pub(super) fn refused(error: OperatorError) -> Refused {
    match error {
        OperatorError::Trouble(trouble) => trouble.into(),
        OperatorError::Denied | OperatorError::Unknown | OperatorError::Refused(_) | OperatorError::Wait { .. } => Refused::not_found(),
    }
}
