//! `/support` and its answer; what operators see of the requests.

use std::borrow::Cow;

use lockwright_model::clock::Timestamp;
use lockwright_model::support::{SupportRequest, SupportState, SupportTopic};
use lockwright_service::leak::Kind;
use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add, words};
use crate::render::{Shell, SignedIn};

/// What a request is about, in the person's words.
pub const fn topic(topic: SupportTopic) -> &'static str {
    match topic {
        SupportTopic::SignIn => "I can’t sign in",
        SupportTopic::Mail => "A mail, a code or a link",
        SupportTopic::SecondStep => "The second step",
        SupportTopic::Exposed => "Something was seen or stolen",
        SupportTopic::Privacy => "My data and my privacy choices",
        SupportTopic::Other => "Something else",
    }
}

/// The value of a topic in a form.
pub const fn value(topic: SupportTopic) -> &'static str {
    match topic {
        SupportTopic::SignIn => "sign-in",
        SupportTopic::Mail => "mail",
        SupportTopic::SecondStep => "second-step",
        SupportTopic::Exposed => "exposed",
        SupportTopic::Privacy => "privacy",
        SupportTopic::Other => "other",
    }
}

/// What must be taken out of a text before it is kept or mailed.
pub fn secrets(kinds: &[Kind]) -> String {
    let named: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            Kind::PrivateKey => "a private key",
            Kind::Token => "a link or token that opens something",
            Kind::RecoveryCode => "a recovery code",
            Kind::SecretAccessKey => "the secret of an access key",
            Kind::Password => "a password",
            _ => "a code",
        })
        .collect();
    format!("This looks as if it held {}. Take it out: nobody here needs it, and nothing was kept.", named.join(" and "))
}

/// A topic to choose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Choice {
    value: &'static str,
    label: &'static str,
}

/// `GET /support`: posts `topic`, `email` and `text` to itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Support {
    /// What is offered.
    pub topics: Vec<Choice>,
    /// What was chosen.
    pub topic: String,
    /// What was typed.
    pub email: String,
    /// What was typed, unless it held a secret.
    pub text: String,
    /// Too many came: how long until the next one is taken.
    pub wait: Option<String>,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Default for Support {
    fn default() -> Self {
        let topics = SupportTopic::ALL.iter().map(|one| Choice { value: value(*one), label: topic(*one) }).collect();
        let (topic, email, text) = (String::new(), String::new(), String::new());
        Self { topics, topic, email, text, wait: None, errors: FieldErrors::none() }
    }
}

impl Page for Support {
    const TEMPLATE: &'static str = "public/support.html";

    fn title(&self) -> Cow<'static, str> {
        "Write to support".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let errors = FieldErrors::one("topic-sign-in", "Choose what it is about.")
            .and("email", "Enter your email address.")
            .and("text", secrets(&[Kind::Password]));
        vec![
            Self::default(),
            Self { email: "ana".into(), topic: "mail".into(), errors, ..Self::default() },
            Self { wait: Some("40 minutes".into()), text: "It <never> comes.".into(), ..Self::default() },
        ]
    }
}

/// The request is taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SupportAsked {
    /// By what it can be named.
    pub id: String,
    /// Where the answer goes.
    pub email: String,
}

impl Page for SupportAsked {
    const TEMPLATE: &'static str = "public/support_asked.html";

    fn title(&self) -> Cow<'static, str> {
        "Your request is with us".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { id: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(), email: "ana@example.com".into() }]
    }
}

/// One request in the operators' list, and on its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Request {
    id: String,
    topic: &'static str,
    email: String,
    text: String,
    when: String,
    at: String,
    network: String,
    device: String,
    state: &'static str,
    answer: String,
}

impl Request {
    /// For operators.
    pub fn of(request: &SupportRequest, now: Timestamp) -> Self {
        let (state, answer) = match &request.state {
            SupportState::Open => ("open", ""),
            SupportState::Answered { text, .. } => ("answered", text.as_str()),
            SupportState::Closed { .. } => ("closed", ""),
        };
        Self {
            id: request.id.to_string(),
            topic: topic(request.topic),
            email: request.email.as_str().to_owned(),
            text: request.text.clone(),
            when: words::ago(now, request.created),
            at: words::at(request.created),
            network: request.source.ip_text(),
            device: words::device(&request.source.agent),
            state,
            answer: answer.to_owned(),
        }
    }

    fn sample(state: &'static str) -> Self {
        Self {
            id: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            topic: "A mail, a code or a link",
            email: "ana@example.com".into(),
            text: "The mail <never> comes.\nWhat now?".into(),
            when: "2 hours ago".into(),
            at: "13:32 UTC on 23 November 2026".into(),
            network: "192.0.2.1".into(),
            device: "Firefox on Linux".into(),
            state,
            answer: if state == "answered" { "Look into the spam folder.".into() } else { String::new() },
        }
    }
}

/// `/operator/support`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SupportList {
    /// Those that wait, the oldest first.
    pub open: Vec<Request>,
    /// Those that were dealt with, the latest first.
    pub ended: Vec<Request>,
}

impl Page for SupportList {
    const TEMPLATE: &'static str = "operator/support.html";
    const NAV: Option<Nav> = Some(Nav::Support);

    fn title(&self) -> Cow<'static, str> {
        "Requests to support".into()
    }

    fn samples() -> Vec<Self> {
        let some = Self { open: vec![Request::sample("open")], ended: vec![Request::sample("answered"), Request::sample("closed")] };
        vec![Self { open: Vec::new(), ended: Vec::new() }, some]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator").signed_in(SignedIn::sample())
    }
}

/// `/operator/support/{id}`: posts `answer` to `…/answer`, or nothing to `…/close`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SupportShow {
    /// The request.
    pub request: Request,
    /// What was typed.
    pub answer: String,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for SupportShow {
    const TEMPLATE: &'static str = "operator/support_request.html";
    const NAV: Option<Nav> = Some(Nav::Support);

    fn title(&self) -> Cow<'static, str> {
        self.request.topic.into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = |state, errors| Self { request: Request::sample(state), answer: String::new(), errors };
        vec![
            page("open", FieldErrors::none()),
            page("open", FieldErrors::one("answer", "Write an answer.")),
            page("answered", FieldErrors::none()),
            page("closed", FieldErrors::none()),
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator").signed_in(SignedIn::sample())
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Support>(out);
    add::<SupportAsked>(out);
    add::<SupportList>(out);
    add::<SupportShow>(out);
}
