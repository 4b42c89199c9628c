//! Proving once more who one is, and going back to where that was asked.

use lockwright_service::confirm::ConfirmError;
use lockwright_service::core::session;
use lockwright_service::passwords::PresentError;

use crate::http::{Answer, Enroller, Form, Member, back, go, manager_name, who};
use crate::page::FieldErrors;
use crate::page::confirm::Confirm;

/// The form; somebody who proved it lately goes on.
pub(super) async fn form(Enroller(member): Enroller) -> Answer {
    let back = back(&member.visit.query("back").unwrap_or_default()).to_owned();
    if session::confirmed(&member.session, &member.person, member.op.now) {
        return go(back);
    }
    let page = page(&member, back);
    member.page(&page).await
}

fn page(member: &Member, back: String) -> Confirm {
    Confirm { user_name: manager_name(&member.person), who: who(&member.person), back, wait: None, errors: FieldErrors::none() }
}

/// Checks it; this browser goes on under a new token.
pub(super) async fn check(Enroller(member): Enroller, form: Form) -> Answer {
    let back = back(form.text("back")).to_owned();
    match member.lockwright().confirm_session(&member.op, &member.session, form.text("password")).await {
        Ok(token) => Ok(member.visit.give_session(go(back)?, &token)),
        Err(ConfirmError::Present(PresentError::Mismatch) | ConfirmError::FactorNeeded) => {
            let errors = FieldErrors::one("password", "That isn’t your present password. Type it again.");
            member.again(&Confirm { errors, ..page(&member, back) }).await
        }
        Err(ConfirmError::Present(PresentError::Wait { until })) => {
            member.visit.later(until, |wait| Confirm { wait: Some(wait), ..page(&member, back) })
        }
        Err(ConfirmError::Present(PresentError::Trouble(trouble)) | ConfirmError::Trouble(trouble)) => Err(trouble.into()),
    }
}
