//! Proving once more who one is, and going back to where that was asked.

use axum::response::Response;
use lockwright_service::confirm::{ConfirmAnswer, ConfirmError};
use lockwright_service::core::session;
use lockwright_service::factors::{FactorError, FactorRefusal};
use lockwright_service::passwords::PresentError;

use crate::http::{Answer, Enroller, Form, Member, Refused, back, go, manager_name, who};
use crate::page::FieldErrors;
use crate::page::confirm::{Ask, Confirm};
use crate::page::problem::ProblemKind;
use lockwright_model::factors::DeviceKind;

/// The form; somebody who proved it lately goes on.
pub(super) async fn form(Enroller(member): Enroller) -> Answer {
    let back = back(member.visit.web().site(), &member.visit.query("back").unwrap_or_default());
    if session::confirmed(&member.session, &member.person, member.op.now) {
        return go(back);
    }
    let page = page(&member, back);
    member.page(&page).await
}

fn page(member: &Member, back: String) -> Confirm {
    let (service, person, session, now) = (member.lockwright(), &member.person, &member.session, member.op.now);
    let factors = person.factors();
    let apps = factors.devices.iter().any(|device| matches!(device.kind, DeviceKind::Totp { .. }) && !device.disabled);
    let saved = factors.codes.as_ref().is_some_and(|codes| codes.count() > 0);
    let ask = |challenge: lockwright_service::confirm::ConfirmChallenge| Ask { options: challenge.options, sealed: challenge.sealed };
    Confirm {
        user_name: manager_name(person),
        who: who(person),
        back,
        password_only: factors.devices.is_empty(),
        code: apps || saved,
        passkey: service.ask_passkey_alone(person, session, now).map(ask),
        key: service.ask_key(person, session, now).map(ask),
        wait: None,
        failed: None,
        errors: FieldErrors::none(),
    }
}

/// Checks it; this browser goes on under a new token.
pub(super) async fn check(Enroller(member): Enroller, form: Form) -> Answer {
    let back = back(member.visit.web().site(), form.text("back"));
    let (password, challenge, response) = (form.text("password"), form.text("challenge"), form.text("response"));
    let (answer, place) = match form.text("with") {
        "code" => (ConfirmAnswer::Code { password, code: form.text("code") }, "password"),
        "key" => (ConfirmAnswer::Key { password, challenge, response }, "key-password"),
        "passkey" => (ConfirmAnswer::Passkey { challenge, response }, "password"),
        "password" | "" => (ConfirmAnswer::Password(password), "password"),
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    let wrong = async |field: &'static str, text: String| {
        member.again(&Confirm { errors: FieldErrors::one(field, text), ..page(&member, back.clone()) }).await
    };
    match member.lockwright().confirm_session(&member.op, &member.session, answer).await {
        Ok(confirmed) => {
            let path = if confirmed.code_spent { format!("{back}?done=code-spent") } else { back };
            let response: Response = go(path)?;
            Ok(member.visit.give_session(response, &confirmed.session.token))
        }
        Err(ConfirmError::Present(PresentError::Mismatch)) => {
            wrong(place, "That isn’t your present password. Type it again.".to_owned()).await
        }
        Err(ConfirmError::Present(PresentError::Wait { until }) | ConfirmError::Factor(FactorError::Wait { until })) => {
            member.visit.later(until, |wait| Confirm { wait: Some(wait), ..page(&member, back) })
        }
        Err(ConfirmError::Factor(FactorError::Refused(refusal))) if form.text("with") == "code" => wrong("code", said(refusal)).await,
        Err(ConfirmError::Factor(FactorError::Refused(_)) | ConfirmError::FactorNeeded) => {
            let failed = Some("Your key’s answer could not be used. Try again, or take another way.");
            member.again(&Confirm { failed, ..page(&member, back) }).await
        }
        Err(
            ConfirmError::Present(PresentError::Trouble(trouble))
            | ConfirmError::Factor(FactorError::Trouble(trouble))
            | ConfirmError::Trouble(trouble),
        ) => Err(trouble.into()),
    }
}

fn said(refusal: FactorRefusal) -> String {
    match refusal {
        FactorRefusal::Mistyped(typing) => typing.to_string(),
        FactorRefusal::Wrong => {
            "That code is not right, or was used before. Wait for the next one, or take another recovery code.".to_owned()
        }
        FactorRefusal::Disabled => {
            "The codes of your app are switched off after many wrong tries. Use a recovery code or another device.".to_owned()
        }
        FactorRefusal::NotEnrolled => "You have nothing that makes such a code. Take another way.".to_owned(),
    }
}
