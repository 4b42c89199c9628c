//! Registering a builder ID, while the operator allows it.

use axum::extract::Path;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::CaseId;
use lockwright_model::name::PersonName;
use lockwright_model::setting::RegistrationOff;
use lockwright_service::cases::CaseStep;
use lockwright_service::recovery::{FinishError, StartError};

use super::case::{failed, password_errors};
use super::recover::opened_case;
use crate::http::{Answer, Form, Visit, go};
use crate::page::signup::{BuilderSignUp, BuilderSignUpOff, BuilderSignUpPassword};
use crate::page::{FieldErrors, PasswordRules, words};

/// The address and the name, or why not now.
pub(super) async fn form(visit: Visit) -> Answer {
    match visit.lockwright().builder_registration().await? {
        Ok(()) => visit.page(&BuilderSignUp::default()),
        Err(off) => switched_off(&visit, off),
    }
}

fn switched_off(visit: &Visit, off: RegistrationOff) -> Answer {
    let page = BuilderSignUpOff { message: off.message, until: off.until.map(words::at) };
    visit.page(&page)
}

/// Sends the code.
pub(super) async fn begin(visit: Visit, form: Form) -> Answer {
    if let Err(off) = visit.lockwright().builder_registration().await? {
        return switched_off(&visit, off);
    }
    let page = BuilderSignUp { email: form.text("email").into(), name: form.text("name").into(), ..BuilderSignUp::default() };
    let mut errors = FieldErrors::none();
    let email = page.email.parse::<EmailAddress>().inspect_err(|_| errors.add("email", "Enter an email address, like name@example.com."));
    let name = page.name.parse::<PersonName>().inspect_err(|rule| errors.add("name", rule.to_string()));
    let (Ok(email), Ok(name)) = (email, name) else { return visit.again(&BuilderSignUp { errors, ..page }) };
    match visit.lockwright().start_builder(&visit.op, email.clone(), name).await {
        Ok(opened) => opened_case(&visit, &opened, &[email.as_str()]),
        Err(StartError::Wait { until }) => visit.later(until, |wait| BuilderSignUp { wait: Some(wait), ..page }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// Registers the builder ID and signs it in.
pub(super) async fn finish(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    if let Err(off) = visit.lockwright().builder_registration().await? {
        return switched_off(&visit, off);
    }
    let Ok(id) = case.parse::<CaseId>() else { return go("/builder/signup") };
    let view = match visit.lockwright().case(&id, visit.case_cookie()).await {
        Ok(view) => view,
        Err(error) => return failed(&visit, None, error),
    };
    let Ok(CaseStep::Details { address, name: Some(name), .. }) = view.step else { return go(format!("/recover/case/{id}")) };
    let (typed, again) = (form.text("password"), form.text("again"));
    match visit.lockwright().finish_builder(&visit.op, &id, visit.case_cookie(), typed, again).await {
        Ok(registered) => {
            visit.leave().await;
            Ok(visit.give_session(go("/console")?, &registered.token))
        }
        Err(FinishError::Password(error)) => visit.again(&BuilderSignUpPassword {
            case: id.to_string(),
            email: address.to_string(),
            name: name.to_string(),
            rules: PasswordRules::own(),
            errors: password_errors(error)?,
        }),
        Err(FinishError::Case(error)) => failed(&visit, Some((&id, view.kind)), error),
    }
}
