//! The pages of recovery contacts, who need no account: answering an invitation, leaving.

use axum::extract::Path;
use axum::http::StatusCode;
use lockwright_model::case::ContactAnswer;
use lockwright_model::id::{CaseId, ContactId};
use lockwright_service::cases::CaseError;
use lockwright_service::contacts::Asked;
use lockwright_service::contacts::question::Answered;
use lockwright_service::core::recovery::Refusal;

use crate::http::{Answer, Visit};
use crate::page::contacts::{
    ContactAct, ContactCode, ContactDone, ContactEnd, ContactEnded, ContactInvitation, ContactLeave, ContactQuestion,
};
use crate::page::words;

/// Who asks, and two buttons; nothing is spent (invariant 10).
pub(super) async fn invitation(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return ended(&visit, CaseError::Unknown) };
    match visit.lockwright().look_at_invitation(&id, &token).await {
        Ok(asked) => visit.page(&ContactInvitation {
            case,
            token,
            owner: asked.owner.to_string(),
            thing: words::thing(asked.kind),
            until: asked.expires.map(|expires| words::until(visit.op.now, expires)).unwrap_or_default(),
        }),
        Err(error) => ended(&visit, error),
    }
}

/// Yes.
pub(super) async fn accept(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return ended(&visit, CaseError::Unknown) };
    let outcome = visit.lockwright().accept_invitation(&visit.op, &id, &token).await;
    done(&visit, outcome, ContactAct::Accepted)
}

/// No.
pub(super) async fn decline(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return ended(&visit, CaseError::Unknown) };
    let outcome = visit.lockwright().decline_invitation(&visit.op, &id, &token).await;
    done(&visit, outcome, ContactAct::Declined)
}

/// A button; nothing is spent (invariant 10).
pub(super) async fn leaving(visit: Visit, Path((contact, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = contact.parse::<ContactId>() else { return ended(&visit, CaseError::Unknown) };
    match visit.lockwright().look_at_leaving(&id, &token).await {
        Ok(asked) => visit.page(&ContactLeave { contact, token, owner: asked.owner.to_string() }),
        Err(error) => ended(&visit, error),
    }
}

/// Leaves.
pub(super) async fn leave(visit: Visit, Path((contact, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = contact.parse::<ContactId>() else { return ended(&visit, CaseError::Unknown) };
    let outcome = visit.lockwright().leave_as_contact(&visit.op, &id, &token).await;
    done(&visit, outcome, ContactAct::Left)
}

/// Who asks for help from where, and two buttons; nothing is spent (invariant 10).
pub(super) async fn question(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return ended(&visit, CaseError::Unknown) };
    match visit.lockwright().look_at_question(&id, &token).await {
        Ok(asked) => visit.page(&ContactQuestion {
            case,
            token,
            owner: asked.owner.to_string(),
            thing: words::thing(asked.kind),
            asked: words::at(asked.asked),
            address: asked.source.ip_text(),
            device: words::device(&asked.source.agent),
            until: words::until(visit.op.now, asked.expires),
            rehearsal: asked.drill,
        }),
        Err(error) => ended(&visit, error),
    }
}

/// The contact spoke to the person, and gets the code to read out.
pub(super) async fn approve(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    answer(&visit, &case, &token, ContactAnswer::Approved).await
}

/// The contact does not know the person: the owner is told.
pub(super) async fn refuse(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    answer(&visit, &case, &token, ContactAnswer::Refused).await
}

async fn answer(visit: &Visit, case: &str, token: &str, answer: ContactAnswer) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return ended(visit, CaseError::Unknown) };
    match visit.lockwright().answer_question(&visit.op, &id, token, answer).await {
        Ok(Answered { question, code: Some(code) }) => visit.page(&ContactCode {
            owner: question.owner.to_string(),
            code: words::code(code.expose()),
            until: words::until(visit.op.now, question.expires),
        }),
        Ok(Answered { question, code: None }) => {
            let (owner, thing) = (question.owner.to_string(), words::thing(question.kind));
            visit.page(&ContactDone { act: ContactAct::Refused, owner, thing })
        }
        Err(error) => ended(visit, error),
    }
}

fn done(visit: &Visit, outcome: Result<Asked, CaseError>, act: ContactAct) -> Answer {
    match outcome {
        Ok(asked) => visit.page(&ContactDone { act, owner: asked.owner.to_string(), thing: words::thing(asked.kind) }),
        Err(error) => ended(visit, error),
    }
}

/// The one place where a contact's error becomes an answer.
pub(super) fn ended(visit: &Visit, error: CaseError) -> Answer {
    let (why, status) = match error {
        CaseError::Trouble(trouble) => return Err(trouble.into()),
        CaseError::Unknown => (ContactEnd::Unknown, StatusCode::NOT_FOUND),
        CaseError::Refused(refusal) => match refusal {
            Refusal::Expired => (ContactEnd::Expired, StatusCode::GONE),
            Refusal::AlreadyDone => (ContactEnd::Answered, StatusCode::GONE),
            Refusal::Replaced => (ContactEnd::Replaced, StatusCode::GONE),
            Refusal::NotNow | Refusal::Frozen(_) | Refusal::OtherWaits | Refusal::PretendedLost => {
                (ContactEnd::NotNow, StatusCode::CONFLICT)
            }
            Refusal::Closed(_) | Refusal::Gone | Refusal::NoMoreSends | Refusal::NotYours => (ContactEnd::Over, StatusCode::GONE),
        },
    };
    visit.page_with(status, &ContactEnded { why })
}
