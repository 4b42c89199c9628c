//! `/security/close` and `/security/closed`: closing what is one's own, and taking it back.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::{FieldErrors, Nav, Page, Sample, add};

/// `/security/close`: posts `name`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Close {
    /// A root user closes the account, a builder ID itself.
    pub kind: IdentityKind,
    /// The name to be typed.
    pub name: String,
    /// The account's number in groups; `None` for a builder ID.
    pub number: Option<String>,
    /// Until when it could be taken back: `13:32 UTC on 21 February 2027`.
    pub until: String,
    /// What was typed.
    pub typed: String,
    /// What has to be put right in `name`.
    pub errors: FieldErrors,
}

impl Page for Close {
    const TEMPLATE: &'static str = "console/close.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        if self.kind == IdentityKind::Root { "Close this account".into() } else { "Close your builder ID".into() }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            kind: IdentityKind::Root,
            name: "Example".into(),
            number: Some("1234-5678-9012".into()),
            until: "13:32 UTC on 21 February 2027".into(),
            typed: String::new(),
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                typed: "Exmaple".into(),
                errors: FieldErrors::one("name", "That is another name. Type it as it stands above."),
                ..page.clone()
            },
            Self { kind: IdentityKind::Builder, name: "Ana Lima".into(), number: None, ..page },
        ]
    }
}

/// `/security/closed`: the only page of somebody who closed what is theirs; posts nothing to the same path to take it back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Closed {
    /// A root user closed the account, a builder ID itself.
    pub kind: IdentityKind,
    /// Its name, and an account's number.
    pub what: String,
    /// When it was closed, from [`super::words::at`].
    pub closed: String,
    /// Until when it can be taken back; `None`: that time is over.
    pub until: Option<String>,
}

impl Page for Closed {
    const TEMPLATE: &'static str = "console/closed.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        if self.kind == IdentityKind::Root { "This account is closed".into() } else { "Your builder ID is closed".into() }
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            kind: IdentityKind::Root,
            what: "Example (1234-5678-9012)".into(),
            closed: "13:32 UTC on 23 November 2026".into(),
            until: Some("13:32 UTC on 21 February 2027".into()),
        };
        vec![page.clone(), Self { kind: IdentityKind::Builder, what: "Ana Lima".into(), ..page.clone() }, Self { until: None, ..page }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { must_change: true, ..SignedIn::sample() })
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Close>(out);
    add::<Closed>(out);
}
