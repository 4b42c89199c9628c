//! A person's own sessions and address.

use axum::extract::Path;
use lockwright_model::email::EmailAddress;
use lockwright_service::core::password;
use lockwright_service::core::person::Person;
use lockwright_service::passwords::PresentError;
use lockwright_service::recovery::StartError;
use lockwright_service::registration::OwnAddressError;

use super::access_keys::card;
use super::recover::{no_address, opened_case};
use crate::http::{Answer, Form, Member, Refused, go};
use crate::page::FieldErrors;
use crate::page::security::{EmailCard, Security, SessionRow};
use crate::page::words;

/// Sessions, password, address.
pub(super) async fn show(member: Member) -> Answer {
    let page = security(&member).await?;
    member.page(&page).await
}

async fn security(member: &Member) -> Result<Security, Refused> {
    let now = member.op.now;
    let lines = member.lockwright().sessions(&member.person, Some(&member.session.token)).await?;
    let sessions = lines.into_iter().map(|line| SessionRow {
        id: line.id,
        device: words::device(&line.source.agent),
        address: line.source.ip_text(),
        began: words::at(line.created),
        last_seen: words::ago(now, line.last_seen),
        current: line.this,
    });
    let email = match &member.person {
        Person::User { account, user } => Some(EmailCard {
            confirmed: user.email.as_ref().map(EmailAddress::masked),
            self_service: account.self_service_recovery,
            typed: String::new(),
        }),
        Person::Root(_) | Person::Builder(_) | Person::Operator(_) => None,
    };
    Ok(Security {
        sessions: sessions.collect(),
        password_changed: member.person.credential().map(|credential| words::ago(now, credential.changed)),
        may_change_password: password::allowed(&member.person, &member.session),
        owns_login: matches!(member.person, Person::Root(_) | Person::Builder(_)),
        email,
        keys: card(member, &member.person, "/security/access-keys".to_owned(), false).await?,
        errors: FieldErrors::none(),
    })
}

/// Ends one session.
pub(super) async fn end(member: Member, Path(id): Path<String>) -> Answer {
    member.lockwright().end_session(&member.op, &member.identity(), &id).await?;
    go("/security?done=session")
}

/// Ends all other sessions; this one goes on under a new token.
pub(super) async fn end_others(member: Member) -> Answer {
    let token = member.lockwright().end_other_sessions(&member.op, &member.session).await?;
    let response = go("/security?done=sessions")?;
    Ok(match token {
        Some(token) => member.visit.give_session(response, &token),
        None => response,
    })
}

/// Sends a code to an address that an IAM user wants to be reached at.
pub(super) async fn email(member: Member, form: Form) -> Answer {
    let mut page = security(&member).await?;
    let card = page.email.as_mut().ok_or(Refused::not_found())?;
    card.typed = form.text("email").to_owned();
    let Ok(address) = card.typed.parse::<EmailAddress>() else {
        return member.again(&Security { errors: no_address(), ..page }).await;
    };
    let later = |until, page: Security, text: fn(String) -> String| {
        member.visit.later(until, |wait| Security { errors: FieldErrors::one("email", text(wait)), ..page })
    };
    match member.lockwright().start_own_address(&member.op, &member.session, address.clone(), form.text("password")).await {
        Ok(opened) => opened_case(&member.visit, &opened, &[address.as_str()]),
        Err(OwnAddressError::Present(PresentError::Mismatch)) => {
            let errors = FieldErrors::one("password", "That isn’t your present password. Nothing was sent.");
            member.again(&Security { errors, ..page }).await
        }
        Err(OwnAddressError::Present(PresentError::Wait { until })) => {
            later(until, page, |wait| format!("Too many tries with your password. You can try again in {wait}."))
        }
        Err(OwnAddressError::Start(StartError::Wait { until })) => {
            later(until, page, |wait| format!("That was asked very often. Nothing was sent this time. You can ask again in {wait}."))
        }
        Err(OwnAddressError::Present(PresentError::Trouble(trouble)) | OwnAddressError::Start(StartError::Trouble(trouble))) => {
            Err(trouble.into())
        }
    }
}
