//! The address that a root user or a builder ID signs in with: changing it, and what the proof or the way back leads to.

use axum::response::Response;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::token::Token;
use lockwright_service::cases::{CaseError, CaseKind};
use lockwright_service::core::person::Person;
use lockwright_service::emails::ChangeEmailError;
use lockwright_service::recovery::StartError;

use super::case::failed;
use super::recover::{no_address, opened_case};
use super::security;
use crate::http::{Answer, Confirmed, Form, Member, Refused, Visit, go, who};
use crate::page::email::{ChangeEmail, EmailUndone};
use crate::page::{FieldErrors, words};

/// The form. IAM users have theirs on the security page.
pub(super) async fn form(Confirmed(member): Confirmed) -> Answer {
    match page(&member) {
        Some(page) => member.page(&page).await,
        None => go("/security"),
    }
}

fn page(member: &Member) -> Option<ChangeEmail> {
    let present = match &member.person {
        Person::Root(_) | Person::Builder(_) => member.person.primary_email()?.to_string(),
        Person::User { .. } | Person::Operator(_) => return None,
    };
    Some(ChangeEmail { present, email: String::new(), errors: FieldErrors::none() })
}

/// Sends a code to the new address; for an IAM user, to an address of their own.
pub(super) async fn change(member: Member, form: Form) -> Answer {
    let Some(page) = page(&member) else { return security::email(member, form).await };
    let page = ChangeEmail { email: form.text("email").to_owned(), ..page };
    let Ok(address) = page.email.parse::<EmailAddress>() else {
        return member.again(&ChangeEmail { errors: no_address(), ..page }).await;
    };
    let wrong = |text: String| ChangeEmail { errors: FieldErrors::one("email", text), ..page.clone() };
    match member.lockwright().start_email_change(&member.op, &member.session, address.clone()).await {
        Ok(opened) => opened_case(&member.visit, &opened, &[address.as_str()]),
        Err(ChangeEmailError::NotConfirmed) => Err(Refused::Confirm("/security/email".to_owned())),
        Err(ChangeEmailError::NotThis) => Err(Refused::not_found()),
        Err(ChangeEmailError::Same) => member.again(&wrong("You sign in with this address already. Enter another one.".to_owned())).await,
        Err(ChangeEmailError::Frozen { until }) => {
            let until = words::at(until);
            let text = format!("Somebody told us “this wasn’t me”, so nothing about your sign-in changes until {until}. Try again then.");
            member.again(&wrong(text)).await
        }
        Err(ChangeEmailError::Start(StartError::Wait { until })) => member
            .visit
            .later(until, |wait| wrong(format!("That was asked very often. Nothing was sent this time. You can ask again in {wait}."))),
        Err(ChangeEmailError::Start(StartError::Trouble(trouble))) => Err(trouble.into()),
    }
}

/// The new address is proven: it counts at once. A browser in which its owner is signed in stays so.
pub(super) async fn finish(visit: &Visit, id: &CaseId, holder: &Token) -> Answer {
    match visit.lockwright().finish_email_change(&visit.op, id, holder.expose(), visit.session()).await {
        Ok(Some(token)) => Ok(visit.give_session(go("/security?done=email")?, &token)),
        Ok(None) => go("/signin?done=email"),
        Err(error) => failed(visit, Some((id, CaseKind::ChangeEmail)), error),
    }
}

/// Takes a change back: in one step with the link, for there is no second one.
pub(super) async fn undo(visit: &Visit, id: &CaseId, link: &str) -> Result<Response, Refused> {
    match visit.lockwright().undo_email_change(&visit.op, id, link).await {
        Ok(person) => visit.page(&EmailUndone {
            who: if matches!(person, Person::Builder(_)) { "builder ID".to_owned() } else { who(&person) },
            email: person.primary_email().map(ToString::to_string).unwrap_or_default(),
            reset: if matches!(person, Person::Builder(_)) { "/recover/builder" } else { "/recover/root" },
        }),
        Err(error @ CaseError::Refused(_)) => failed(visit, Some((id, CaseKind::UndoEmail)), error),
        Err(error) => failed(visit, None, error),
    }
}
