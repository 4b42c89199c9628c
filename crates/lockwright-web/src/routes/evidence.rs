//! A recovery that gathers proofs: how it begins for a lost device, how far it is, and what follows. Until something is proven every
//! answer is the same for a name that doesn't exist (invariant 9).

use axum::extract::Path;
use axum::response::Response;
use lockwright_model::case::{Channel, IdentityKind};
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::proof::{Goal, Proof};
use lockwright_service::cases::{CaseError, CaseStep};
use lockwright_service::core::recovery::Refusal;
use lockwright_service::core::recovery::drill::{Had, takes};
use lockwright_service::evidence::EvidenceError;
use lockwright_service::recovery::StartError;
use lockwright_service::signin::SignInName;
use lockwright_service::ways::Ways;

use super::signin::iam_name;
use super::{case, proof, recover};
use crate::http::{Answer, Form, Visit, go, who};
use crate::page::course::Course;
use crate::page::evidence::{CaseReenrol, CaseWays, Choice, RecoverDevice};
use crate::page::proof::What;
use crate::page::{ways, words};

fn kind_of(word: &str) -> Option<(&'static str, IdentityKind)> {
    match word {
        "root" => Some(("root", IdentityKind::Root)),
        "iam" => Some(("iam", IdentityKind::Iam)),
        "builder" => Some(("builder", IdentityKind::Builder)),
        _ => None,
    }
}

/// Whose device is lost?
pub(super) async fn device_form(visit: Visit) -> Answer {
    let kind = visit.query("kind").and_then(|word| kind_of(&word)).map_or("", |kind| kind.0);
    visit.page(&RecoverDevice { kind, ..RecoverDevice::default() })
}

/// Starts the recovery of a lost device.
pub(super) async fn device(visit: Visit, form: Form) -> Answer {
    let Some((word, kind)) = kind_of(form.text("kind")) else { return go("/recover/device") };
    let page = RecoverDevice {
        kind: word,
        email: form.text("email").to_owned(),
        account: form.text("account").to_owned(),
        user_name: form.text("user_name").to_owned(),
        ..RecoverDevice::default()
    };
    let name = if kind == IdentityKind::Iam {
        let (name, errors) = iam_name(&form);
        let Some(name) = name else { return visit.again(&RecoverDevice { errors, ..page }) };
        name
    } else {
        let Ok(email) = page.email.parse::<EmailAddress>() else {
            return visit.again(&RecoverDevice { errors: recover::no_address(), ..page });
        };
        if kind == IdentityKind::Root { SignInName::Root(email) } else { SignInName::Builder(email) }
    };
    match visit.lockwright().start_recovery(&visit.op, &name, Goal::Reenrol).await {
        Ok(opened) if kind == IdentityKind::Iam => recover::opened_case(&visit, &opened, &[page.account.trim(), page.user_name.trim()]),
        Ok(opened) => recover::opened_case(&visit, &opened, &[page.email.trim()]),
        Err(StartError::Wait { until }) => visit.later(until, |wait| RecoverDevice { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// How far it is, and what can be shown next.
pub(super) async fn show(visit: Visit, Path(case): Path<String>) -> Answer {
    let said = match visit.query("done").as_deref() {
        Some("counts") => Some("That counts."),
        _ => None,
    };
    page(&visit, &case, said, None).await
}

async fn page(visit: &Visit, case: &str, said: Option<&'static str>, failed: Option<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(visit) };
    let found = match visit.lockwright().ways(&visit.op, &id, visit.case_cookie()).await {
        Ok(found) => found,
        // Nothing more is to be shown: on to what was opened.
        Err(CaseError::Refused(Refusal::NotNow | Refusal::AlreadyDone)) => return go(format!("/recover/case/{id}")),
        Err(error) => return case::failed(visit, None, error),
    };
    let release = found.course.waits.map(|(_, release)| release);
    if release.is_some_and(|release| release <= visit.op.now) {
        return go(format!("/recover/case/{id}"));
    }
    let in_words = |delayed: bool| {
        let sets = found.missing.iter().filter(|(_, delay)| *delay == delayed);
        sets.map(|(proofs, _)| ways::proofs(*proofs)).collect::<Vec<_>>()
    };
    let again = failed.is_some();
    let page = CaseWays {
        case: id.to_string(),
        device: found.goal == Goal::Reenrol,
        rehearsal: found.drill.map(ways::lost),
        given: found.given.iter().map(ways::proof).collect(),
        now: in_words(false),
        later: in_words(true),
        may_wait: found.may_wait,
        delay: words::span(visit.lockwright().config().recovery.delay),
        release: release.map(words::at),
        choices: choices(&found),
        operators: found.operators,
        course: Course::of(&found.course, visit.op.now),
        said,
        failed,
        until: words::until(visit.op.now, found.expires),
    };
    let response = if again { visit.again(&page) } else { visit.page(&page) }?;
    Ok(kept(visit, response, &found))
}

/// What takes days outlives the window it began in.
pub(super) fn kept(visit: &Visit, response: Response, found: &Ways) -> Response {
    match found.keep {
        Some(until) => visit.keep_case(response, until),
        None => response,
    }
}

/// What can be shown next. Before anything is proven it is the same for everybody (invariant 9); afterwards only what helps.
fn choices(found: &Ways) -> Vec<Choice> {
    let mut choices = Vec::new();
    if mail_code(found) {
        choices.push(Choice {
            path: String::new(),
            title: "The code that we mailed".to_owned(),
            hint: "To the address you sign in with, if it is one.",
        });
    }
    for asked in &found.codes {
        if !found.given.contains(if matches!(asked.channel, Channel::Email(_)) { Proof::Email } else { Proof::Phone }) {
            choices.push(Choice {
                path: format!("/show/code?at={}", asked.at),
                title: format!("The code for {}", proof::typed(&asked.channel)),
                hint: "If it is yours, it is there.",
            });
        }
    }
    choices.extend(What::ALL.into_iter().filter(|what| offered(found, *what)).filter_map(|what| {
        let hint = match what {
            What::Address => "One that you confirmed earlier: we send a code there.",
            What::RecoveryCode => "One of the ten that you saved or printed.",
            What::Password => "The one that you sign in with.",
            What::App => "The six digits that it shows.",
            What::Passkey => "Your browser asks for it.",
            What::Contacts => "People you named earlier read a code out to you.",
            What::Operators => "When nothing else is left: two operators, and a waiting time.",
            What::Code => return None,
        };
        Some(Choice { path: format!("/show/{}", what.path()), title: what.title().to_owned(), hint })
    }));
    choices
}

/// Whether the first mail's code can still be typed, and helps.
fn mail_code(found: &Ways) -> bool {
    let sent = !found.drill.is_some_and(|loss| takes(loss, Had::SignInMailbox));
    sent && found.course.waits.is_none() && helps(found, &[Proof::Email])
}

/// Whether one of these proofs brings a recovery further.
fn helps(found: &Ways, proofs: &[Proof]) -> bool {
    let wanted = |proof: &Proof| found.given.is_empty() || found.missing.iter().any(|(missing, _)| missing.contains(*proof));
    proofs.iter().any(|proof| !found.given.contains(*proof) && wanted(proof))
}

/// Whether something is asked for in a recovery as it stands.
pub(super) fn offered(found: &Ways, what: What) -> bool {
    let kept = |had: Had| !found.drill.is_some_and(|loss| takes(loss, had));
    let proven = !found.given.is_empty();
    match what {
        What::Code => !found.codes.is_empty(),
        What::Address => helps(found, &[Proof::Email, Proof::Phone]) && (kept(Had::OtherMailbox) || kept(Had::Phone)),
        What::RecoveryCode => helps(found, &[Proof::RecoveryCode]) && kept(Had::Codes),
        // Whoever wants a new password has forgotten it, or wore it out: it is asked for once something else speaks for them.
        What::Password => (found.goal == Goal::Reenrol || proven) && helps(found, &[Proof::Password]) && kept(Had::Password),
        What::App => {
            let enrolled = if proven { found.devices.apps } else { found.goal == Goal::NewPassword };
            enrolled && helps(found, &[Proof::Device]) && kept(Had::App)
        }
        What::Passkey => proven && found.devices.passkeys && helps(found, &[Proof::Device]) && kept(Had::Passkey),
        What::Contacts => helps(found, &[Proof::Contacts, Proof::ContactsTwo]),
        What::Operators => found.operators && helps(found, &[Proof::Operators]),
    }
}

/// Starts the waiting time.
pub(super) async fn wait(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().start_waiting(&visit.op, &id, visit.case_cookie()).await {
        Ok(_) => go(format!("/recover/case/{id}/ways")),
        Err(EvidenceError::Case(CaseError::Refused(Refusal::OtherWaits))) => {
            let failed =
                "Another recovery of yours waits already, and there is one at a time. Finish that one, or stop it from a mail about it.";
            page(&visit, &case, None, Some(failed.to_owned())).await
        }
        Err(EvidenceError::Case(error)) => case::step_failed(&visit, &id, error).await,
        Err(EvidenceError::Mistyped(_) | EvidenceError::Wait { .. }) => go(format!("/recover/case/{id}/ways")),
    }
}

/// The button that removes the devices.
pub(super) async fn reenrol_form(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().case(&id, visit.case_cookie()).await {
        Ok(view) => match view.step {
            Ok(CaseStep::Reenrol { person }) => {
                let shared = visit.lockwright().shared_with(&person).await?;
                visit.page(&CaseReenrol { case, who: who(&person), shared })
            }
            _ => go(format!("/recover/case/{id}")),
        },
        Err(error) => case::failed(&visit, None, error),
    }
}

/// Removes the devices: this browser is signed in, to enrol a new one and nothing else.
pub(super) async fn reenrol(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().finish_lost_device(&visit.op, &id, visit.case_cookie()).await {
        Ok(new) => Ok(visit.give_session(go("/security/mfa")?, &new.token)),
        Err(EvidenceError::Case(error)) => case::failed(&visit, None, error),
        Err(EvidenceError::Mistyped(_) | EvidenceError::Wait { .. }) => go(format!("/recover/case/{id}/ways")),
    }
}
