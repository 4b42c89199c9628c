//! `/security/confirm`: proving once more who one is, before something that a session alone is not enough for.

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::{FieldErrors, Nav, Page, Sample, add};

/// `/security/confirm`: posts `password` and `back`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Confirm {
    /// What password managers file the password under.
    pub user_name: String,
    /// For whom: `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// The path that asked.
    pub back: String,
    /// Too many wrong tries: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `password`.
    pub errors: FieldErrors,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "console/confirm.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Confirm that it’s you".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            user_name: "ana@example.com".into(),
            who: "root user of Example (1234-5678-9012)".into(),
            back: "/security".into(),
            wait: None,
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self { errors: FieldErrors::one("password", "That isn’t your present password. Type it again."), ..page.clone() },
            Self { wait: Some("30 seconds".into()), ..page },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn::sample())
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Confirm>(out);
}
