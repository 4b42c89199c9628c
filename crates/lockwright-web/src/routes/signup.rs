//! Registering an account: the address first, then its name and the root user's password.

use axum::extract::Path;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::name::AccountName;
use lockwright_service::cases::CaseStep;
use lockwright_service::recovery::{FinishError, StartError};

use super::case::{failed, password_errors};
use super::recover::{no_address, opened_case};
use crate::http::{Answer, Form, Visit, go};
use crate::page::signup::{SignUpDetails, SignUpDone, SignUpEmail};
use crate::page::{FieldErrors, PasswordRules, words};

/// The address.
pub(super) async fn form(visit: Visit) -> Answer {
    visit.page(&SignUpEmail::default())
}

/// Sends the code.
pub(super) async fn begin(visit: Visit, form: Form) -> Answer {
    let page = SignUpEmail { email: form.text("email").to_owned(), ..SignUpEmail::default() };
    let Ok(email) = page.email.parse::<EmailAddress>() else { return visit.again(&SignUpEmail { errors: no_address(), ..page }) };
    match visit.lockwright().start_account(&visit.op, email.clone()).await {
        Ok(opened) => opened_case(&visit, &opened, &[email.as_str()]),
        Err(StartError::Wait { until }) => visit.later(until, |wait| SignUpEmail { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// Where a form was sent to, opened again by hand: the case knows the page.
pub(super) async fn details(Path(case): Path<String>) -> Answer {
    match case.parse::<CaseId>() {
        Ok(id) => go(format!("/recover/case/{id}")),
        Err(_) => go("/recover"),
    }
}

/// Registers the account and signs its root user in.
pub(super) async fn finish(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return go("/signup") };
    let view = match visit.lockwright().case(&id, visit.case_cookie()).await {
        Ok(view) => view,
        Err(error) => return failed(&visit, None, error),
    };
    let Ok(CaseStep::Details { address, name: None, .. }) = view.step else { return go(format!("/recover/case/{id}")) };
    let page = SignUpDetails {
        case: id.to_string(),
        email: address.to_string(),
        account_name: form.text("account_name").to_owned(),
        rules: PasswordRules::own(),
        errors: FieldErrors::none(),
    };
    let (typed, again) = (form.text("password"), form.text("again"));
    let name = match page.account_name.parse::<AccountName>() {
        Ok(name) => name,
        Err(rule) => {
            let mut errors = FieldErrors::one("account_name", rule.to_string());
            if typed.is_empty() {
                errors.add("password", "Type a new password.");
            }
            return visit.again(&SignUpDetails { errors, ..page });
        }
    };
    match visit.lockwright().finish_account(&visit.op, &id, visit.case_cookie(), name.clone(), typed, again).await {
        Ok(registered) => {
            visit.leave().await;
            let done = SignUpDone { number: words::account(registered.id), name: name.to_string(), email: page.email };
            let visit = visit.with_session(&registered.token).await?;
            Ok(visit.give_session(visit.page(&done)?, &registered.token))
        }
        Err(FinishError::Password(error)) => visit.again(&SignUpDetails { errors: password_errors(error)?, ..page }),
        Err(FinishError::Case(error)) => failed(&visit, Some((&id, view.kind)), error),
    }
}
