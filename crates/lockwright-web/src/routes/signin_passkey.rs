//! Signing in with a passkey alone: the script asks for a challenge, the browser for the passkey, and a form sends the answer.

use lockwright_model::case::IdentityKind;
use lockwright_service::passkey_signin::PasskeyError;

use super::signin::{barred, iam_page, passkeys, signed_in};
use crate::http::{Answer, Form, Refused, Visit, plain};
use crate::page::signin::{SignInEmail, SignInIam, Trouble};

/// A challenge for the script, as JSON.
pub(super) async fn options(visit: Visit) -> Answer {
    let challenge = visit.lockwright().ask_any_passkey(visit.op.now).ok_or(Refused::not_found())?;
    // The options are JSON already, and what is sealed is base64url.
    Ok(plain("application/json", format!("{{\"options\":{},\"sealed\":\"{}\"}}", challenge.options, challenge.sealed)))
}

/// Signs in whoever's passkey answered; else the form it came from again.
pub(super) async fn sign_in(visit: Visit, form: Form) -> Answer {
    let (challenge, response) = (form.text("challenge"), form.text("response"));
    match visit.lockwright().sign_in_with_passkey(&visit.op, challenge, response, visit.session()).await {
        Ok(signed) => signed_in(&visit, &signed),
        Err(PasskeyError::Refused) => again(&visit, &form, Trouble::Passkey),
        Err(PasskeyError::Barred(bar)) => again(&visit, &form, Trouble::Barred { why: barred(bar, "passkey") }),
        Err(PasskeyError::Wait { until }) => match kind(&form) {
            Some(kind) => visit.later(until, |wait| SignInEmail { trouble: Some(Trouble::Delay { wait }), ..email_page(&visit, kind) }),
            None => visit.later(until, |wait| SignInIam { trouble: Some(Trouble::Delay { wait }), ..iam_page(&visit) }),
        },
        Err(PasskeyError::Trouble(trouble)) => Err(trouble.into()),
    }
}

fn again(visit: &Visit, form: &Form, trouble: Trouble) -> Answer {
    match kind(form) {
        Some(kind) => visit.again(&SignInEmail { trouble: Some(trouble), ..email_page(visit, kind) }),
        None => visit.again(&SignInIam { trouble: Some(trouble), ..iam_page(visit) }),
    }
}

fn email_page(visit: &Visit, kind: IdentityKind) -> SignInEmail {
    SignInEmail::start(kind, passkeys(visit))
}

/// Which page of those that ask for an email the form stands on; `None`: the IAM users'.
fn kind(form: &Form) -> Option<IdentityKind> {
    match form.text("kind") {
        "root" => Some(IdentityKind::Root),
        "builder" => Some(IdentityKind::Builder),
        _ => None,
    }
}
