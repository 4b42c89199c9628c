//! The operators' pages: signing in, the caller's code, the numbers. What they see of a recovery is in [`super::operator_recovery`].

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use crate::render::{Sees, Shell, SignedIn};

use super::signin::Trouble;
use super::{FieldErrors, Nav, Page, Sample, add};

/// `/operator/signin`: posts `email` and `password`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OperatorSignIn {
    /// What was typed.
    pub email: String,
    /// Passkeys work under the address of these pages.
    pub passkeys: bool,
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
            Self { passkeys: true, ..Self::default() },
            Self { passkeys: true, trouble: Some(Trouble::Passkey), ..Self::default() },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator")
    }
}

/// `/operator`: posts `code` to itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OperatorHome {
    /// What was typed.
    pub code: String,
    /// The operator may approve, and sees the numbers.
    pub security: bool,
    /// Too many codes that led nowhere: how long until the next one is looked at.
    pub wait: Option<String>,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl Page for OperatorHome {
    const TEMPLATE: &'static str = "operator/home.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Help somebody back in".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self { security: true, ..Self::default() },
            Self {
                code: "12".into(),
                errors: FieldErrors::one("code", "Type the six digits that the caller reads out."),
                ..Self::default()
            },
            Self { wait: Some("20 minutes".into()), ..Self::default() },
        ]
    }

    fn sample_shell(&self) -> Shell {
        shell(self.security)
    }
}

/// One kind of identity in numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupRow {
    /// `Root users`
    pub name: &'static str,
    /// How many.
    pub all: u32,
    /// With an MFA device.
    pub mfa: u32,
    /// With recovery codes.
    pub codes: u32,
    /// With nothing to fall back on but mailboxes.
    pub mailbox_only: u32,
    /// The bar's parts.
    pub bar: Vec<Part>,
}

/// A part of a bar, in the picture's units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Part {
    /// Where it begins.
    pub x: u32,
    /// How wide it is.
    pub width: u32,
    /// `mfa`, `some` or `only`
    pub class: &'static str,
}

/// The width of a whole bar.
const BAR: u32 = 320;

impl GroupRow {
    /// A row with its bar: those with a device, those with something else to fall back on, those with nothing but a mailbox.
    pub fn new(name: &'static str, all: u32, mfa: u32, codes: u32, mailbox_only: u32) -> Self {
        let scaled = |number: u32| u32::try_from(u64::from(number) * u64::from(BAR) / u64::from(all.max(1))).unwrap_or(BAR);
        let (ends, classes) = ([mfa, all.saturating_sub(mailbox_only), all], ["mfa", "some", "only"]);
        let mut bar = Vec::new();
        let mut x = 0;
        for (end, class) in ends.into_iter().zip(classes) {
            let width = scaled(end).saturating_sub(x);
            if width > 0 {
                bar.push(Part { x, width, class });
            }
            x += width;
        }
        Self { name, all, mfa, codes, mailbox_only, bar }
    }
}

/// `/operator/readiness`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorReadiness {
    /// Root users, IAM users, builder IDs.
    pub rows: Vec<GroupRow>,
    /// Recoveries whose waiting time runs.
    pub waiting: u32,
    /// Counting stopped at this many.
    pub stopped_at: Option<u32>,
    /// When it was counted, from [`super::words::at`].
    pub at: String,
}

impl Page for OperatorReadiness {
    const TEMPLATE: &'static str = "operator/readiness.html";
    const NAV: Option<Nav> = Some(Nav::Readiness);

    fn title(&self) -> Cow<'static, str> {
        "Readiness".into()
    }

    fn samples() -> Vec<Self> {
        let rows = vec![
            GroupRow::new("Root users", 40, 31, 25, 4),
            GroupRow::new("IAM users", 812, 400, 120, 300),
            GroupRow::new("Builder IDs", 3, 0, 0, 3),
        ];
        let page = Self { rows, waiting: 2, stopped_at: None, at: "09:12 UTC on 23 November 2026".into() };
        let none =
            vec![GroupRow::new("Root users", 0, 0, 0, 0), GroupRow::new("IAM users", 0, 0, 0, 0), GroupRow::new("Builder IDs", 0, 0, 0, 0)];
        vec![page.clone(), Self { stopped_at: Some(20_000), waiting: 0, ..page.clone() }, Self { rows: none, waiting: 0, ..page }]
    }

    fn sample_shell(&self) -> Shell {
        shell(true)
    }
}

pub(super) fn shell(security: bool) -> Shell {
    Shell::sample().at("/operator").signed_in(SignedIn {
        label: "Olu Adeyemi".into(),
        kind: IdentityKind::Operator,
        sees: Sees { readiness: security, ..Sees::default() },
        must_change: false,
        open_help: u32::from(security),
    })
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<OperatorSignIn>(out);
    add::<OperatorHome>(out);
    add::<OperatorReadiness>(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_parts_and_never_longer() {
        let row = GroupRow::new("Root users", 40, 31, 25, 4);
        assert_eq!(row.bar.iter().map(|part| part.width).sum::<u32>(), BAR);
        assert_eq!(row.bar.iter().map(|part| (part.x, part.class)).collect::<Vec<_>>(), [(0, "mfa"), (248, "some"), (288, "only")]);
        assert_eq!(GroupRow::new("Root users", 0, 0, 0, 0).bar, []);
        assert_eq!(GroupRow::new("Root users", 3, 3, 0, 0).bar.len(), 1);
    }
}
