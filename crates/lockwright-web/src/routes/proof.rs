//! What somebody shows in a recovery besides the first mail's code: one page for each, and what it did. Until something is proven every
//! answer is the same for a name that doesn't exist (invariant 9).

use axum::extract::Path;
use lockwright_model::case::{Channel, MessageWay};
use lockwright_model::id::CaseId;
use lockwright_model::token::Code;
use lockwright_service::cases::CaseError;
use lockwright_service::core::recovery::{Given, Refusal};
use lockwright_service::evidence::EvidenceError;
use lockwright_service::factors::FactorAnswer;

use super::{case, evidence};
use crate::http::{Answer, Form, Visit, go};
use crate::page::proof::{CaseProof, ContactsState, PasskeyAsked, What};
use crate::page::{FieldErrors, ways, words};

/// An address as somebody typed it.
pub(super) fn typed(channel: &Channel) -> String {
    match channel {
        Channel::Email(email) => email.to_string(),
        Channel::Phone(phone) => phone.to_string(),
    }
}

/// One thing to show.
pub(super) async fn form(visit: Visit, Path((case, word)): Path<(String, String)>) -> Answer {
    let Some(what) = What::of_path(&word) else { return go(format!("/recover/case/{case}/ways")) };
    let said = match visit.query("done").as_deref() {
        Some("part") => Some("That counts. Another contact’s code is needed too."),
        Some("asked") => Some("If you named contacts, each of them has a mail now."),
        _ => None,
    };
    let at = visit.query("at").and_then(|at| at.parse().ok());
    page(&visit, &case, what, at, |page| CaseProof { said, ..page }, false).await
}

/// The page of one thing, as the case stands; `with` adds what only the caller knows.
async fn page(visit: &Visit, case: &str, what: What, at: Option<usize>, with: impl FnOnce(CaseProof) -> CaseProof, again: bool) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(visit) };
    let lockwright = visit.lockwright();
    let found = match lockwright.ways(&visit.op, &id, visit.case_cookie()).await {
        Ok(found) => found,
        Err(CaseError::Refused(Refusal::NotNow | Refusal::AlreadyDone)) => return go(format!("/recover/case/{id}")),
        Err(error) => return case::failed(visit, None, error),
    };
    if !evidence::offered(&found, what) {
        return go(format!("/recover/case/{id}/ways"));
    }
    let mut page = CaseProof {
        rehearsal: found.drill.map(ways::lost),
        phones: lockwright.calls_back() || visit.message_outbox().is_some(),
        keyed: lockwright.calls_back(),
        contacts: found.contacts.map(|asked| ContactsState { at: words::at(asked.at), given: asked.given, approved: asked.approved }),
        caller_code: found.caller_code.as_deref().map(words::code),
        delay: words::span(lockwright.config().recovery.delay),
        ..CaseProof::new(id.as_str(), what)
    };
    match what {
        What::Code => {
            let asked = at.and_then(|at| found.codes.iter().find(|asked| asked.at == at)).or(found.codes.last());
            let Some(asked) = asked else { return go(format!("/recover/case/{id}/ways")) };
            (page.at, page.to, page.way) = (asked.at, typed(&asked.channel), asked.way);
        }
        What::Passkey => match lockwright.ask_case_passkeys(&visit.op, &id, visit.case_cookie()).await {
            Ok(Some(asked)) => page.passkey = Some(PasskeyAsked { options: asked.options, sealed: asked.sealed }),
            Ok(None) => return go(format!("/recover/case/{id}/ways")),
            Err(EvidenceError::Case(error)) => return case::failed(visit, None, error),
            Err(EvidenceError::Mistyped(_) | EvidenceError::Wait { .. }) => return go(format!("/recover/case/{id}/ways")),
        },
        _ => {}
    }
    let page = with(page);
    let response = if again { visit.again(&page) } else { visit.page(&page) }?;
    Ok(evidence::kept(visit, response, &found))
}

/// What something shown did, as an answer: on to the first page of the case, or the same question with a sentence.
async fn shown(visit: &Visit, case: &str, what: What, at: Option<usize>, outcome: Result<Given, EvidenceError>) -> Answer {
    let failed = match outcome {
        Ok(Given::Accepted(holder)) => return Ok(visit.give_case(go(format!("/recover/case/{case}/ways?done=counts"))?, &holder, None)),
        Ok(Given::Part { .. }) => return go(format!("/recover/case/{case}/show/contacts?done=part")),
        Ok(Given::Wrong { left: 1 }) => "That doesn’t match. You have 1 try left.".to_owned(),
        Ok(Given::Wrong { left }) => format!("That doesn’t match. You have {left} tries left."),
        Ok(Given::NoTriesLeft) => {
            "That doesn’t match, and no try is left for it here. Show something else, or begin anew later.".to_owned()
        }
        Ok(Given::TooNew { from }) => {
            format!("That is right, but it was added lately: it counts in a recovery from {}. Show something else.", words::at(from))
        }
        Err(EvidenceError::Mistyped(typing)) => typing.to_string(),
        Err(EvidenceError::Wait { until }) => {
            let span = words::until(visit.op.now, until);
            format!("Too many tries. This one was not looked at. Wait {span}, then try again.")
        }
        Err(EvidenceError::Case(CaseError::Refused(Refusal::PretendedLost))) => {
            "In this rehearsal you pretend that this is lost. Show something else.".to_owned()
        }
        Err(EvidenceError::Case(CaseError::Refused(Refusal::NoMoreSends))) => {
            "No more codes are sent for this request. Show something else, or begin anew later.".to_owned()
        }
        Err(EvidenceError::Case(CaseError::Refused(Refusal::NotNow))) => return go(format!("/recover/case/{case}/ways")),
        Err(EvidenceError::Case(error)) => return case::failed(visit, None, error),
    };
    page(visit, case, what, at, |page| CaseProof { errors: FieldErrors::one(what.field(), failed), ..page }, true).await
}

/// The password.
pub(super) async fn password(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let outcome = visit.lockwright().give_password(&visit.op, &id, visit.case_cookie(), form.text("password")).await;
    shown(&visit, &case, What::Password, None, outcome).await
}

/// A saved recovery code.
pub(super) async fn recovery_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let answer = FactorAnswer::RecoveryCode(form.text("recovery_code"));
    let outcome = visit.lockwright().give_factor(&visit.op, &id, visit.case_cookie(), answer, None).await;
    shown(&visit, &case, What::RecoveryCode, None, outcome).await
}

/// A one-time password, or two in a row: those count where wrong tries switched single ones off.
pub(super) async fn device_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let (lockwright, cookie) = (visit.lockwright(), visit.case_cookie());
    let (code, next) = (form.text("app_code"), form.text("next_code"));
    let outcome = if next.trim().is_empty() {
        lockwright.give_factor(&visit.op, &id, cookie, FactorAnswer::Totp { device: None, code }, None).await
    } else {
        lockwright.give_two_codes(&visit.op, &id, cookie, code, next).await
    };
    shown(&visit, &case, What::App, None, outcome).await
}

/// A passkey's answer.
pub(super) async fn passkey(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let (sealed, answer) = (form.text("challenge"), form.text("response"));
    let outcome = visit.lockwright().give_passkey(&visit.op, &id, visit.case_cookie(), sealed, answer).await;
    shown(&visit, &case, What::Passkey, None, outcome).await
}

/// Sends a code to an address or phone that was typed.
pub(super) async fn ask_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let to = form.text("to").trim();
    let email = to.parse().map(Channel::Email).ok();
    let chosen = match form.text("way") {
        "voice" => MessageWay::Voice,
        "keyed" if visit.lockwright().calls_back() => MessageWay::Keyed,
        _ => MessageWay::Text,
    };
    let Some(channel) = email.or_else(|| to.parse().map(Channel::Phone).ok()) else {
        let failed = "Type an email address in full, or a phone number that begins with + and the country.";
        let errors = FieldErrors::one("to", failed);
        return page(&visit, &case, What::Address, None, |page| CaseProof { errors, to: to.to_owned(), way: chosen, ..page }, true).await;
    };
    let way = if matches!(channel, Channel::Email(_)) { MessageWay::Text } else { chosen };
    match visit.lockwright().ask_code(&visit.op, &id, visit.case_cookie(), &channel, way).await {
        // What is to be keyed in is shown in this answer, and nowhere else.
        Ok(Some(digits)) => {
            let digits = words::code(Code::expose(&digits));
            page(&visit, &case, What::Code, None, |page| CaseProof { digits: Some(digits), ..page }, false).await
        }
        Ok(None) => go(format!("/recover/case/{id}/show/code")),
        Err(error) => shown(&visit, &case, What::Address, None, Err(error)).await,
    }
}

/// Tries a code that was sent there.
pub(super) async fn give_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let Ok(at) = form.text("at").parse::<usize>() else { return go(format!("/recover/case/{id}/ways")) };
    match visit.lockwright().give_code(&visit.op, &id, visit.case_cookie(), at, form.text("code")).await {
        // A call whose digits were not keyed in yet.
        Err(EvidenceError::Case(CaseError::Refused(Refusal::NotNow))) => {
            let failed = "The digits have not come in yet. Key them in at the phone, then press the button again.";
            let errors = FieldErrors::one("code", failed);
            page(&visit, &case, What::Code, Some(at), |page| CaseProof { errors, ..page }, true).await
        }
        outcome => shown(&visit, &case, What::Code, Some(at), outcome).await,
    }
}

/// Asks the recovery contacts.
pub(super) async fn ask_contacts(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().ask_contacts(&visit.op, &id, visit.case_cookie()).await {
        Ok(()) => go(format!("/recover/case/{id}/show/contacts?done=asked")),
        Err(error) => shown(&visit, &case, What::Contacts, None, Err(error)).await,
    }
}

/// Tries the code that a contact read out.
pub(super) async fn contact_code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    let outcome = visit.lockwright().give_contact_code(&visit.op, &id, visit.case_cookie(), form.text("contact_code")).await;
    shown(&visit, &case, What::Contacts, None, outcome).await
}

/// Asks the operators: a caller code.
pub(super) async fn ask_operators(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().ask_operators(&visit.op, &id, visit.case_cookie()).await {
        Ok(_) => go(format!("/recover/case/{id}/show/operators")),
        Err(error) => shown(&visit, &case, What::Operators, None, Err(error)).await,
    }
}
