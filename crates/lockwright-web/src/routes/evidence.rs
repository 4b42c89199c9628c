//! What somebody shows in a recovery besides the first mail's code. Every answer is the same for a name that doesn't exist (invariant 9).

use axum::extract::Path;
use lockwright_model::case::{Channel, IdentityKind, MessageWay};
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::proof::{Goal, Proof};
use lockwright_service::cases::{CaseError, CaseStep};
use lockwright_service::core::recovery::{Given, RELEASED_LIFE, Refusal};
use lockwright_service::evidence::EvidenceError;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::recovery::StartError;
use lockwright_service::signin::SignInName;

use super::signin::iam_name;
use super::{case, recover};
use crate::http::{Answer, Form, Visit, go, who};
use crate::page::evidence::{AskedAt, CaseReenrol, CaseWays, RecoverDevice};
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

/// What can be shown, and what is still missing.
pub(super) async fn show(visit: Visit, Path(case): Path<String>) -> Answer {
    let said = match visit.query("done").as_deref() {
        Some("counts") => Some("That counts."),
        Some("part") => Some("That counts. Another contact’s code is needed too."),
        Some("sent") => Some("If that is one of yours, a code is on its way there."),
        Some("asked") => Some("If you named contacts, each of them has a mail now."),
        _ => None,
    };
    page(&visit, &case, said, None).await
}

async fn page(visit: &Visit, case: &str, said: Option<&str>, failed: Option<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(visit) };
    let found = match visit.lockwright().ways(&visit.op, &id, visit.case_cookie()).await {
        Ok(found) => found,
        // Nothing more is to be shown: on to what was opened.
        Err(CaseError::Refused(Refusal::NotNow)) => return go(format!("/recover/case/{id}")),
        Err(error) => return case::failed(visit, None, error),
    };
    if found.release.is_some_and(|release| release <= visit.op.now) {
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
        given: found.given.iter().map(ways::proof).collect(),
        now: in_words(false),
        later: in_words(true),
        may_wait: found.may_wait,
        release: found.release.map(words::at),
        codes: found
            .codes
            .iter()
            .map(|asked| AskedAt {
                at: asked.at,
                to: match &asked.channel {
                    Channel::Email(email) => email.to_string(),
                    Channel::Phone(phone) => phone.to_string(),
                },
            })
            .collect(),
        contacts_asked: found.contacts_asked,
        caller_code: found.caller_code.as_deref().map(words::code),
        mail_code: !found.given.contains(Proof::Email) && found.release.is_none(),
        said: said.map(str::to_owned),
        failed,
        until: words::until(visit.op.now, found.expires),
    };
    if again { visit.again(&page) } else { visit.page(&page) }
}

/// What something shown did, as an answer.
async fn shown(visit: &Visit, case: &str, outcome: Result<Given, EvidenceError>) -> Answer {
    let failed = match outcome {
        Ok(Given::Accepted(holder)) => return Ok(visit.give_case(go(format!("/recover/case/{case}/ways?done=counts"))?, &holder, None)),
        Ok(Given::Part { .. }) => return go(format!("/recover/case/{case}/ways?done=part")),
        Ok(Given::Wrong { left: 1 }) => "That doesn’t match. You have 1 try left.".to_owned(),
        Ok(Given::Wrong { left }) => format!("That doesn’t match. You have {left} tries left."),
        Ok(Given::NoTriesLeft) => "That doesn’t match, and no try is left for it here. Use another way, or begin anew later.".to_owned(),
        Ok(Given::TooNew { from }) => {
            format!("That is right, but it was added lately: it counts in a recovery from {}. Use another way.", words::at(from))
        }
        Err(EvidenceError::Mistyped(typing)) => typing.to_string(),
        Err(EvidenceError::Wait { until }) => {
            format!("Too many tries. This one was not looked at; the next one counts {}.", words::at(until))
        }
        Err(EvidenceError::Case(error)) => return case::failed(visit, None, error),
    };
    page(visit, case, None, Some(failed)).await
}

/// The password.
pub(super) async fn password(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let outcome = visit.lockwright().give_password(&visit.op, &id, visit.case_cookie(), form.text("password")).await;
    shown(&visit, &case, outcome).await
}

/// A saved recovery code.
pub(super) async fn recovery_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    factor(visit, case, FactorAnswer::RecoveryCode(form.text("recovery_code"))).await
}

/// A one-time password, or two in a row: those count where wrong tries switched single ones off.
pub(super) async fn device_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let next = form.text("next_code");
    if !next.trim().is_empty() {
        let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
        let outcome = visit.lockwright().give_two_codes(&visit.op, &id, visit.case_cookie(), form.text("app_code"), next).await;
        return shown(&visit, &case, outcome).await;
    }
    factor(visit, case, FactorAnswer::Totp { device: None, code: form.text("app_code") }).await
}

async fn factor(visit: Visit, case: String, answer: FactorAnswer<'_>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let outcome = visit.lockwright().give_factor(&visit.op, &id, visit.case_cookie(), answer, None).await;
    shown(&visit, &case, outcome).await
}

/// Sends a code to an address or phone that was typed.
pub(super) async fn ask_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let typed = form.text("to").trim();
    let email = typed.parse().map(Channel::Email).ok();
    let Some(channel) = email.or_else(|| typed.parse().map(Channel::Phone).ok()) else {
        let failed = "Type an email address in full, or a phone number that begins with + and the country.".to_owned();
        return page(&visit, &case, None, Some(failed)).await;
    };
    match visit.lockwright().ask_code(&visit.op, &id, visit.case_cookie(), &channel, MessageWay::Text).await {
        Ok(_) => go(format!("/recover/case/{id}/ways?done=sent")),
        Err(EvidenceError::Case(CaseError::Refused(Refusal::NoMoreSends))) => {
            page(&visit, &case, None, Some("No more codes are sent for this request. Use another way, or begin anew later.".to_owned()))
                .await
        }
        Err(error) => shown(&visit, &case, Err(error)).await,
    }
}

/// Tries a code that was sent there.
pub(super) async fn give_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let Ok(at) = form.text("at").parse::<usize>() else { return go(format!("/recover/case/{id}/ways")) };
    let outcome = visit.lockwright().give_code(&visit.op, &id, visit.case_cookie(), at, form.text("code")).await;
    shown(&visit, &case, outcome).await
}

/// Asks the recovery contacts.
pub(super) async fn ask_contacts(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().ask_contacts(&visit.op, &id, visit.case_cookie()).await {
        Ok(()) => go(format!("/recover/case/{id}/ways?done=asked")),
        Err(error) => shown(&visit, &case, Err(error)).await,
    }
}

/// Tries the code that a contact read out.
pub(super) async fn contact_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let outcome = visit.lockwright().give_contact_code(&visit.op, &id, visit.case_cookie(), form.text("contact_code")).await;
    shown(&visit, &case, outcome).await
}

/// Asks the operators: a caller code.
pub(super) async fn ask_operators(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().ask_operators(&visit.op, &id, visit.case_cookie()).await {
        Ok(_) => go(format!("/recover/case/{id}/ways")),
        Err(error) => shown(&visit, &case, Err(error)).await,
    }
}

/// Starts the waiting time.
pub(super) async fn wait(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().start_waiting(&visit.op, &id, visit.case_cookie()).await {
        Ok(release) => Ok(visit.keep_case(go(format!("/recover/case/{id}/ways"))?, release.plus(RELEASED_LIFE))),
        Err(error) => shown(&visit, &case, Err(error)).await,
    }
}

/// The button that removes the devices.
pub(super) async fn reenrol_form(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().case(&id, visit.case_cookie()).await {
        Ok(view) => match view.step {
            Ok(CaseStep::Reenrol { person }) => visit.page(&CaseReenrol { case, who: who(&person) }),
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
        Err(error) => shown(&visit, &case, Err(error)).await,
    }
}
