//! Changing one's own password while knowing it; also the only page open to somebody who must choose a new one.

use lockwright_model::session::SessionScope;
use lockwright_service::core::password;
use lockwright_service::passwords::{ChangePasswordError, PresentError};

use super::case::password_errors;
use crate::http::{Answer, Form, Member, Refused, Visit, go, manager_name, rules, who};
use crate::page::FieldErrors;
use crate::page::security::{ChangePassword, MustChange};

/// The form.
pub(super) async fn form(visit: Visit) -> Answer {
    let member = Member::of(visit)?;
    let page = page(&member).await?;
    member.page(&page).await
}

async fn page(member: &Member) -> Result<ChangePassword, Refused> {
    let must = match member.session.scope {
        SessionScope::Full | SessionScope::EnrolMfa => None,
        SessionScope::ChangePassword if member.person.password_expired(member.op.now) => Some(MustChange::Expired),
        SessionScope::ChangePassword => Some(MustChange::SetByOther),
    };
    Ok(ChangePassword {
        user_name: manager_name(&member.person),
        who: who(&member.person),
        must,
        allowed: password::allowed(&member.person, &member.session),
        rules: rules(&member.person),
        wait: None,
        errors: FieldErrors::none(),
    })
}

/// Changes it; this browser goes on under a new session, all others end.
pub(super) async fn change(visit: Visit, form: Form) -> Answer {
    let member = Member::of(visit)?;
    let (current, typed, again) = (form.text("current"), form.text("password"), form.text("again"));
    let page = page(&member).await?;
    match member.lockwright().change_password(&member.op, &member.session, current, typed, again).await {
        Ok(token) => {
            let path = if page.must.is_some() { member.visit.web().site().home() } else { "/security?done=password" };
            Ok(member.visit.give_session(go(path)?, &token))
        }
        Err(ChangePasswordError::Present(PresentError::Mismatch)) => {
            let errors = FieldErrors::one("current", "That isn’t your present password. Type it again.");
            member.again(&ChangePassword { errors, ..page }).await
        }
        Err(ChangePasswordError::Present(PresentError::Wait { until })) => {
            member.visit.later(until, |wait| ChangePassword { wait: Some(wait), ..page })
        }
        Err(ChangePasswordError::Frozen { until }) => Err(Refused::frozen(member.op.now, until)),
        Err(ChangePasswordError::NotAllowed) => member.again(&ChangePassword { allowed: false, ..page }).await,
        Err(ChangePasswordError::New(error)) => {
            let errors = password_errors(error)?;
            member.again(&ChangePassword { errors, ..page }).await
        }
        Err(ChangePasswordError::Present(PresentError::Trouble(trouble)) | ChangePasswordError::Trouble(trouble)) => Err(trouble.into()),
    }
}
