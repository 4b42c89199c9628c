//! Starting to get back in: what do you have? Every answer is the same whether the name exists (invariant 9).

use lockwright_model::case::IdentityKind;
use lockwright_model::email::EmailAddress;
use lockwright_model::proof::Goal;
use lockwright_service::cases::Opened;
use lockwright_service::recovery::StartError;
use lockwright_service::signin::SignInName;

use super::signin::iam_name;
use crate::http::{Answer, Form, Visit, go};
use crate::page::FieldErrors;
use crate::page::recover::{FindSent, RecoverEmail, RecoverIam, RecoverStart, RecoverWhat};

/// What do you have?
pub(super) async fn start(visit: Visit) -> Answer {
    visit.page(&RecoverStart {})
}

/// The root user's email.
pub(super) async fn root_form(visit: Visit) -> Answer {
    visit.page(&RecoverEmail::start(RecoverWhat::Root))
}

/// A builder ID's email.
pub(super) async fn builder_form(visit: Visit) -> Answer {
    visit.page(&RecoverEmail::start(RecoverWhat::Builder))
}

/// Any address.
pub(super) async fn find_form(visit: Visit) -> Answer {
    visit.page(&RecoverEmail::start(RecoverWhat::Find))
}

/// An IAM user's account and name.
pub(super) async fn iam_form(visit: Visit) -> Answer {
    visit.page(&RecoverIam::default())
}

/// Starts the recovery of a root password.
pub(super) async fn root(visit: Visit, form: Form) -> Answer {
    by_email(visit, form, IdentityKind::Root).await
}

/// Starts the recovery of a builder ID's password.
pub(super) async fn builder(visit: Visit, form: Form) -> Answer {
    by_email(visit, form, IdentityKind::Builder).await
}

async fn by_email(visit: Visit, form: Form, kind: IdentityKind) -> Answer {
    let root = kind == IdentityKind::Root;
    let page = RecoverEmail {
        email: form.text("email").to_owned(),
        ..RecoverEmail::start(if root { RecoverWhat::Root } else { RecoverWhat::Builder })
    };
    let Ok(email) = page.email.parse::<EmailAddress>() else { return visit.again(&RecoverEmail { errors: no_address(), ..page }) };
    let name = if root { SignInName::Root(email.clone()) } else { SignInName::Builder(email.clone()) };
    match visit.lockwright().start_recovery(&visit.op, &name, Goal::NewPassword).await {
        Ok(opened) => opened_case(&visit, &opened, &[email.as_str()]),
        Err(StartError::Wait { until }) => visit.later(until, |wait| RecoverEmail { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// Starts the recovery of an IAM user's password; the next page also offers to ask the administrator.
pub(super) async fn iam(visit: Visit, form: Form) -> Answer {
    let page = RecoverIam { account: form.text("account").into(), user_name: form.text("user_name").into(), ..RecoverIam::default() };
    let (name, errors) = iam_name(&form);
    let Some(name) = name else { return visit.again(&RecoverIam { errors, ..page }) };
    match visit.lockwright().start_recovery(&visit.op, &name, Goal::NewPassword).await {
        Ok(opened) => opened_case(&visit, &opened, &[page.account.trim(), page.user_name.trim()]),
        Err(StartError::Wait { until }) => visit.later(until, |wait| RecoverIam { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// Mails what belongs to an address to that address.
pub(super) async fn find(visit: Visit, form: Form) -> Answer {
    let page = RecoverEmail { email: form.text("email").to_owned(), ..RecoverEmail::start(RecoverWhat::Find) };
    let Ok(email) = page.email.parse::<EmailAddress>() else { return visit.again(&RecoverEmail { errors: no_address(), ..page }) };
    match visit.lockwright().find_mine(&visit.op, &email).await {
        Ok(()) => visit.page(&FindSent { email: email.to_string(), outbox: visit.outbox().is_some() }),
        Err(StartError::Wait { until }) => visit.later(until, |wait| RecoverEmail { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// What to say of a text that is no address.
pub(super) fn no_address() -> FieldErrors {
    FieldErrors::one("email", "Enter an email address, like name@example.com.")
}

/// Leads to a case that was just opened; this browser holds it, and remembers what was typed.
pub(super) fn opened_case(visit: &Visit, opened: &Opened, typed: &[&str]) -> Answer {
    let response = go(format!("/recover/case/{}", opened.case))?;
    Ok(visit.give_case(response, &opened.holder, Some((opened.case.as_str(), typed))))
}
