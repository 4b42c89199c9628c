//! Pages for requests that can't be answered as asked: what happened, what it means, what to do.

use std::borrow::Cow;

use serde::Serialize;

use super::{Page, Sample, add};

/// What is in the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// No such page.
    NotFound,
    /// Signed in, but not as somebody who may.
    Forbidden,
    /// The form's token is missing, old, or another browser's.
    ExpiredForm,
    /// More was sent than a form can hold.
    TooLarge,
    /// What was sent is not a form of ours.
    BadRequest,
    /// The page exists, the method doesn't.
    MethodNotAllowed,
    /// Too many requests from this address.
    TooMany,
    /// The owner froze all changes for a while.
    Frozen,
    /// A full queue.
    Busy,
    /// The store can't be reached.
    Unavailable,
    /// The machine's clock went back.
    ClockBehind,
    /// Our fault.
    Unexpected,
}

impl ProblemKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::Forbidden,
        Self::ExpiredForm,
        Self::TooLarge,
        Self::BadRequest,
        Self::MethodNotAllowed,
        Self::TooMany,
        Self::Frozen,
        Self::Busy,
        Self::Unavailable,
        Self::ClockBehind,
        Self::Unexpected,
    ];

    /// The status it is answered with.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden | Self::ExpiredForm | Self::Frozen => 403,
            Self::TooLarge => 413,
            Self::BadRequest => 400,
            Self::MethodNotAllowed => 405,
            Self::TooMany => 429,
            Self::Busy | Self::Unavailable | Self::ClockBehind => 503,
            Self::Unexpected => 500,
        }
    }
}

/// A problem page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Problem {
    /// What is in the way.
    pub kind: ProblemKind,
    /// The request's id, as it stands in the log; shown small for support.
    pub request: Option<String>,
    /// When a new try makes sense: `5 seconds`.
    pub wait: Option<String>,
    /// The page to open again; a path of ours.
    pub again: Option<String>,
    /// It was a choice about cookies that was not saved (M22): whom to write to when it fails again.
    pub unsaved: Option<String>,
}

impl Problem {
    /// A problem without more to say.
    pub fn new(kind: ProblemKind) -> Self {
        Self { kind, request: None, wait: None, again: None, unsaved: None }
    }
}

impl Page for Problem {
    const TEMPLATE: &'static str = "public/problem.html";

    fn title(&self) -> Cow<'static, str> {
        match self.kind {
            ProblemKind::NotFound => "This page doesn’t exist",
            ProblemKind::Forbidden => "This page isn’t open to you",
            ProblemKind::ExpiredForm => "This page has expired",
            ProblemKind::TooLarge => "That was too much to send",
            ProblemKind::BadRequest => "We couldn’t read that request",
            ProblemKind::MethodNotAllowed => "This page can’t be used that way",
            ProblemKind::TooMany => "Too many requests",
            ProblemKind::Frozen => "Changes are frozen for now",
            ProblemKind::Busy => "Many people are signing in right now",
            ProblemKind::Unavailable => "We can’t save or look up anything right now",
            ProblemKind::ClockBehind => "The server’s clock went back",
            ProblemKind::Unexpected => "Something went wrong on our side",
        }
        .into()
    }

    fn samples() -> Vec<Self> {
        ProblemKind::ALL
            .into_iter()
            .map(|kind| Self {
                kind,
                request: Some("MZXW6YTBOIMZXW6YTBOIMZXW6Y".into()),
                wait: matches!(kind, ProblemKind::Busy | ProblemKind::TooMany | ProblemKind::Frozen | ProblemKind::ClockBehind)
                    .then(|| "5 seconds".into()),
                again: matches!(kind, ProblemKind::ExpiredForm).then(|| "/signin/root".into()),
                unsaved: (kind == ProblemKind::Unavailable).then(|| "privacy@example.com".into()),
            })
            .collect()
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Problem>(out);
}
