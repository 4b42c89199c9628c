//! `/notice/{link}`: "this was me", "this wasn't me".

use std::borrow::Cow;

use serde::Serialize;

use super::{Page, Sample, add};

/// `GET /notice/{link}`: nothing spent; posts nothing to `…/not-me` and `…/me`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NoticeAsk {
    /// The link's token, as it stood in the path.
    pub link: String,
    /// What happened, as the mail's subject said it.
    pub what: String,
    /// When, from [`super::words::at`].
    pub at: String,
    /// From where, as in the mail.
    pub from: String,
    /// Where a password is set anew, when it is one that was changed.
    pub reset: Option<String>,
    /// Changes are stopped already, until then.
    pub frozen_until: Option<String>,
}

impl Page for NoticeAsk {
    const TEMPLATE: &'static str = "public/notice_ask.html";

    fn title(&self) -> Cow<'static, str> {
        "Was this you?".into()
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            link: "lw_link_sample".into(),
            what: "Your root password was changed".into(),
            at: "13:32 UTC on 23 November 2026".into(),
            from: "from 192.0.2.17 (Firefox on Linux)".into(),
            reset: Some("/recover/root".into()),
            frozen_until: None,
        };
        vec![
            page.clone(),
            Self {
                what: "An MFA device was added".into(),
                reset: None,
                frozen_until: Some("13:40 UTC on 24 November 2026".into()),
                ..page
            },
        ]
    }
}

/// What was answered, now or before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAnswer {
    /// Everything is stopped.
    Contained,
    /// The address has stopped something before.
    Again,
    /// It was the reader.
    WasMe,
    /// It was not, as was said before.
    WasNotMe,
    /// The link works no more, or is not whole.
    TooLate,
}

/// The page after an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NoticeAnswered {
    /// What was answered.
    pub answer: NoticeAnswer,
    /// When it was answered before, from [`super::words::at`].
    pub at: Option<String>,
    /// Until when nothing can be changed; for [`NoticeAnswer::Again`] from when on the address stops things again.
    pub until: Option<String>,
}

impl Page for NoticeAnswered {
    const TEMPLATE: &'static str = "public/notice_answered.html";

    fn title(&self) -> Cow<'static, str> {
        match self.answer {
            NoticeAnswer::Contained => "Everything is stopped".into(),
            NoticeAnswer::Again => "This address can’t stop it again yet".into(),
            NoticeAnswer::WasMe => "Good, it was you".into(),
            NoticeAnswer::WasNotMe => "You said before that it wasn’t you".into(),
            NoticeAnswer::TooLate => "This link no longer works".into(),
        }
    }

    fn samples() -> Vec<Self> {
        let until = || Some("13:40 UTC on 24 November 2026".to_owned());
        let answered = |answer| Self { answer, at: None, until: None };
        vec![
            Self { until: until(), ..answered(NoticeAnswer::Contained) },
            Self { until: until(), ..answered(NoticeAnswer::Again) },
            answered(NoticeAnswer::WasMe),
            Self { at: Some("13:40 UTC on 23 November 2026".into()), until: until(), ..answered(NoticeAnswer::WasNotMe) },
            Self { at: Some("13:40 UTC on 23 November 2026".into()), ..answered(NoticeAnswer::WasNotMe) },
            answered(NoticeAnswer::TooLate),
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<NoticeAsk>(out);
    add::<NoticeAnswered>(out);
}
