//! `/security/email`: another address to sign in with; and the page after such a change was taken back.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// `/security/email` for root users and builder IDs: posts `email`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangeEmail {
    /// The address that signs in now.
    pub present: String,
    /// What was typed.
    pub email: String,
    /// What has to be put right in `email`.
    pub errors: FieldErrors,
}

impl Page for ChangeEmail {
    const TEMPLATE: &'static str = "console/email.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Change your sign-in address".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self { present: "ana@example.com".into(), email: String::new(), errors: FieldErrors::none() };
        vec![
            page.clone(),
            Self {
                email: "ana@example.com".into(),
                errors: FieldErrors::one("email", "You sign in with this address already. Enter another one."),
                ..page
            },
        ]
    }
}

/// After `POST /recover/link/{case}/{token}` of a change that was taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EmailUndone {
    /// Whose: `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// The address that signs in again.
    pub email: String,
    /// Where a new password is set: `/recover/root`.
    pub reset: &'static str,
}

impl Page for EmailUndone {
    const TEMPLATE: &'static str = "public/email_undone.html";

    fn title(&self) -> Cow<'static, str> {
        "Your old address is back".into()
    }

    fn samples() -> Vec<Self> {
        let who = "root user of Example (1234-5678-9012)".into();
        vec![Self { who, email: "ana@example.com".into(), reset: "/recover/root" }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<ChangeEmail>(out);
    add::<EmailUndone>(out);
}
