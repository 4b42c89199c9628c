//! Operators sign in: with a password and, on the next page, a second factor; or with a passkey alone.

use lockwright_model::case::IdentityKind;
use lockwright_model::email::EmailAddress;
use lockwright_service::passkey_signin::PasskeyError;
use lockwright_service::signin::{SignInError, SignInName};

use crate::http::{Answer, Form, Refused, Visit, plain};
use crate::page::FieldErrors;
use crate::page::operator::OperatorSignIn;
use crate::page::signin::Trouble;
use crate::routes::signin::{go_on, signed_in};

const OFF: &str = "sign-in is switched off. Ask whoever runs this installation.";

fn page(visit: &Visit) -> OperatorSignIn {
    OperatorSignIn { passkeys: visit.lockwright().passkeys(IdentityKind::Operator).is_ok(), ..OperatorSignIn::default() }
}

/// Email and password.
pub(super) async fn form(visit: Visit) -> Answer {
    visit.page(&page(&visit))
}

/// The password; the second factor comes on a page of its own.
pub(super) async fn sign_in(visit: Visit, form: Form) -> Answer {
    let page = OperatorSignIn { email: form.text("email").to_owned(), ..page(&visit) };
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
            let errors = FieldErrors::one("password", format!("Your password is right, but your {OFF}"));
            visit.again(&OperatorSignIn { errors, ..page })
        }
        Err(SignInError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// A challenge for the script, as JSON.
pub(super) async fn passkey_options(visit: Visit) -> Answer {
    let challenge = visit.lockwright().ask_operator_passkey(visit.op.now).ok_or(Refused::not_found())?;
    Ok(plain("application/json", format!("{{\"options\":{},\"sealed\":\"{}\"}}", challenge.options, challenge.sealed)))
}

/// Signs in the operator whose passkey answered; else the form again.
pub(super) async fn passkey(visit: Visit, form: Form) -> Answer {
    let (challenge, response) = (form.text("challenge"), form.text("response"));
    let again = |trouble| visit.again(&OperatorSignIn { trouble: Some(trouble), ..page(&visit) });
    match visit.lockwright().sign_in_operator_with_passkey(&visit.op, challenge, response, visit.session()).await {
        Ok(signed) => signed_in(&visit, &signed),
        Err(PasskeyError::Refused) => again(Trouble::Passkey),
        Err(PasskeyError::Barred(_)) => again(Trouble::Barred { why: format!("Your passkey is right, but your {OFF}") }),
        Err(PasskeyError::Wait { until }) => {
            visit.later(until, |wait| OperatorSignIn { trouble: Some(Trouble::Delay { wait }), ..page(&visit) })
        }
        Err(PasskeyError::Trouble(trouble)) => Err(trouble.into()),
    }
}
