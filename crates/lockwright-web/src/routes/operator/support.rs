//! Requests to support: read, answered by mail, put aside.

use axum::extract::Path;
use lockwright_model::id::SupportId;
use lockwright_service::support::AnswerError;

use super::recoveries::refused;
use crate::http::{Answer, Form, Member, Refused, go};
use crate::page::FieldErrors;
use crate::page::support::{self, Request, SupportList, SupportShow};

/// The longest answer.
const MOST: usize = 4_000;

/// All of them.
pub(super) async fn list(member: Member) -> Answer {
    let (open, ended) = member.lockwright().support_requests(&member.op).await.map_err(refused)?;
    let row = |request: &_| Request::of(request, member.op.now);
    let page = SupportList { open: open.iter().map(row).collect(), ended: ended.iter().map(row).collect() };
    member.page(&page).await
}

/// One of them.
pub(super) async fn show(member: Member, Path(id): Path<String>) -> Answer {
    let page = shown(&member, &parsed(&id)?).await?;
    member.page(&page).await
}

async fn shown(member: &Member, id: &SupportId) -> Result<SupportShow, Refused> {
    let request = member.lockwright().support_request(&member.op, id).await.map_err(refused)?;
    Ok(SupportShow { request: Request::of(&request, member.op.now), answer: String::new(), errors: FieldErrors::none() })
}

/// Mails an answer.
pub(super) async fn answer(member: Member, Path(id): Path<String>, form: Form) -> Answer {
    let id = parsed(&id)?;
    let text = form.text("answer").trim().replace("\r\n", "\n");
    let wrong = match text.chars().count() {
        0 => Some("Write an answer.".to_owned()),
        count if count > MOST => Some("Write less: 4,000 characters at most.".to_owned()),
        _ => None,
    };
    let outcome = match wrong {
        Some(wrong) => Err(wrong),
        None => match member.lockwright().answer_support(&member.op, &id, &text).await {
            Err(AnswerError::Secret(kinds)) => Err(support::secrets(&kinds)),
            other => Ok(other),
        },
    };
    match outcome {
        Ok(outcome) => ended(&id, outcome),
        Err(wrong) => {
            let page = shown(&member, &id).await?;
            member.again(&SupportShow { errors: FieldErrors::one("answer", wrong), answer: text, ..page }).await
        }
    }
}

/// Puts one aside.
pub(super) async fn close(member: Member, Path(id): Path<String>) -> Answer {
    let id = parsed(&id)?;
    let outcome = member.lockwright().close_support(&member.op, &id).await;
    ended(&id, outcome)
}

fn ended(id: &SupportId, outcome: Result<(), AnswerError>) -> Answer {
    match outcome {
        Ok(()) => go("/operator/support?done=support"),
        Err(AnswerError::Done | AnswerError::Secret(_)) => go(format!("/operator/support/{id}?done=help-done")),
        Err(AnswerError::Operator(error)) => Err(refused(error)),
    }
}

fn parsed(id: &str) -> Result<SupportId, Refused> {
    id.parse().map_err(|_| Refused::not_found())
}
