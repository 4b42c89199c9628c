//! Operators sign in.

use lockwright_model::email::EmailAddress;
use lockwright_service::signin::{SignInError, SignInName};

use crate::http::{Answer, Form, Visit};
use crate::page::FieldErrors;
use crate::page::operator::OperatorSignIn;
use crate::page::signin::Trouble;
use crate::routes::signin::go_on;

/// Email and password.
pub(super) async fn form(visit: Visit) -> Answer {
    visit.page(&OperatorSignIn::default())
}

/// The password; the second factor comes on a page of its own.
pub(super) async fn sign_in(visit: Visit, form: Form) -> Answer {
    let page = OperatorSignIn { email: form.text("email").to_owned(), ..OperatorSignIn::default() };
    let mut errors = FieldErrors::none();
    let email = page.email.parse::<EmailAddress>();
    if email.is_err() {
        errors.add("email", "Enter an email address, like name@example.com.");
    }
    if form.text("password").is_empty() {
        errors.add("password", "Enter your password.");
    }
    let Some(email) = email.ok().filter(|_| errors.is_empty()) else { return visit.again(&OperatorSignIn { errors, ..page }) };
    match visit.lockwright().sign_in(&visit.op, &SignInName::Operator(email), form.text("password"), visit.session()).await {
        Ok(entered) => go_on(&visit, &entered),
        Err(SignInError::Mismatch) => visit.again(&OperatorSignIn { trouble: Some(Trouble::NoMatch), ..page }),
        Err(SignInError::Wait { until }) => visit.later(until, |wait| OperatorSignIn { trouble: Some(Trouble::Delay { wait }), ..page }),
        Err(SignInError::Barred(_)) => {
            let text = "Your password is right, but your sign-in is switched off. Ask whoever runs this installation.";
            visit.again(&OperatorSignIn { errors: FieldErrors::one("password", text), ..page })
        }
        Err(SignInError::Trouble(trouble)) => Err(trouble.into()),
    }
}
