//! The link in a notice: "this was me", "this wasn't me".

use axum::extract::Path;
use axum::http::StatusCode;
use lockwright_service::cases::CaseError;
use lockwright_service::core::disown::Disowned;
use lockwright_service::core::recovery::Refusal;
use lockwright_service::notices::{NoticeView, Said};

use crate::http::{Answer, Visit};
use crate::mail;
use crate::page::notice::{NoticeAnswer, NoticeAnswered, NoticeAsk};
use crate::page::words;

/// What happened, and two buttons; nothing is spent.
pub(super) async fn ask(visit: Visit, Path(link): Path<String>) -> Answer {
    match visit.lockwright().look_at_notice(&link).await {
        Ok(view) => show(&visit, link, view),
        Err(error) => failed(&visit, error),
    }
}

fn show(visit: &Visit, link: String, view: NoticeView) -> Answer {
    let until = view.frozen_until.map(words::at);
    match view.said {
        Said::Nothing => {
            let (what, reset) = mail::asked(&view.notice);
            visit.page(&NoticeAsk { link, what, at: words::at(view.at), from: mail::from(&view.source), reset, frozen_until: until })
        }
        Said::Mine => visit.page(&NoticeAnswered { answer: NoticeAnswer::WasMe, at: None, until }),
        Said::NotMine { at } => visit.page(&NoticeAnswered { answer: NoticeAnswer::WasNotMe, at: Some(words::at(at)), until }),
    }
}

/// "This wasn't me".
pub(super) async fn disown(visit: Visit, Path(link): Path<String>) -> Answer {
    match visit.lockwright().disown(&visit.op, &link).await {
        Ok(Disowned::Contained { until }) => {
            visit.page(&NoticeAnswered { answer: NoticeAnswer::Contained, at: None, until: Some(words::at(until)) })
        }
        Ok(Disowned::Again { from }) => visit.page(&NoticeAnswered { answer: NoticeAnswer::Again, at: None, until: Some(words::at(from)) }),
        Err(error) => again(&visit, link, error).await,
    }
}

/// "This was me".
pub(super) async fn own(visit: Visit, Path(link): Path<String>) -> Answer {
    match visit.lockwright().own(&visit.op, &link).await {
        Ok(()) => visit.page(&NoticeAnswered { answer: NoticeAnswer::WasMe, at: None, until: None }),
        Err(error) => again(&visit, link, error).await,
    }
}

/// A button that was pressed twice, or late, shows what was said before.
async fn again(visit: &Visit, link: String, error: CaseError) -> Answer {
    match error {
        CaseError::Refused(Refusal::AlreadyDone | Refusal::Closed(_)) => match visit.lockwright().look_at_notice(&link).await {
            Ok(view) => show(visit, link, view),
            Err(error) => failed(visit, error),
        },
        error => failed(visit, error),
    }
}

fn failed(visit: &Visit, error: CaseError) -> Answer {
    let status = match error {
        CaseError::Trouble(trouble) => return Err(trouble.into()),
        CaseError::Unknown => StatusCode::NOT_FOUND,
        CaseError::Refused(_) => StatusCode::GONE,
    };
    visit.page_with(status, &NoticeAnswered { answer: NoticeAnswer::TooLate, at: None, until: None })
}
