//! The operators' pages.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::signin::Trouble;
use super::{FieldErrors, Nav, Page, Sample, add};

/// `/operator/signin`: posts `email` and `password`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OperatorSignIn {
    /// What was typed.
    pub email: String,
    /// Why the form is shown again.
    pub trouble: Option<Trouble>,
    /// What has to be put right in `email` or `password`.
    pub errors: FieldErrors,
}

impl Page for OperatorSignIn {
    const TEMPLATE: &'static str = "operator/signin.html";

    fn title(&self) -> Cow<'static, str> {
        "Sign in as operator".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let typed = Self { email: "olu@example.com".into(), ..Self::default() };
        vec![
            Self::default(),
            Self { trouble: Some(Trouble::NoMatch), ..typed.clone() },
            Self { trouble: Some(Trouble::Delay { wait: "30 seconds".into() }), ..typed.clone() },
            Self { errors: FieldErrors::one("password", "Enter your password."), ..typed },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator")
    }
}

/// `/operator`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorHome {}

impl Page for OperatorHome {
    const TEMPLATE: &'static str = "operator/home.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Help somebody back in".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }

    fn sample_shell(&self) -> Shell {
        shell(false)
    }
}

fn shell(security: bool) -> Shell {
    Shell::sample().at("/operator").signed_in(SignedIn {
        label: "Olu Adeyemi".into(),
        kind: IdentityKind::Operator,
        administrator: security,
        must_change: false,
        open_help: 0,
    })
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<OperatorSignIn>(out);
    add::<OperatorHome>(out);
}
