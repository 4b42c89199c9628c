//! `/security/confirm`: proving once more who one is, before something that a session alone is not enough for.

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::{FieldErrors, Nav, Page, Sample, add};

/// What a browser asks a key, and what is sent back with the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Ask {
    /// JSON for `navigator.credentials.get`.
    pub options: String,
    /// The challenge, sealed.
    pub sealed: String,
}

/// `/security/confirm`: posts `back`, `with` (`password`, `code`, `key` or `passkey`) and what that asks for: `password`, `code`,
/// `challenge`, `response`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Confirm {
    /// What password managers file the password under.
    pub user_name: String,
    /// For whom: `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// The path that asked.
    pub back: String,
    /// No device stands: the password is enough.
    pub password_only: bool,
    /// Codes can be typed: an app is enrolled, or recovery codes are left.
    pub code: bool,
    /// A passkey that is enough alone.
    pub passkey: Option<Ask>,
    /// A key beside the password.
    pub key: Option<Ask>,
    /// Too many wrong tries: how long until the next one counts.
    pub wait: Option<String>,
    /// Why a passkey or key did not do.
    pub failed: Option<&'static str>,
    /// What has to be put right in `password`, `code` or `key-password`.
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
            password_only: true,
            code: false,
            passkey: None,
            key: None,
            wait: None,
            failed: None,
            errors: FieldErrors::none(),
        };
        let ask = || Some(Ask { options: "{\"publicKey\":{\"challenge\":\"c2FtcGxl\"}}".into(), sealed: "c2FtcGxl".into() });
        let all = Self { password_only: false, code: true, passkey: ask(), key: ask(), ..page.clone() };
        vec![
            page.clone(),
            Self { errors: FieldErrors::one("password", "That isn’t your present password. Type it again."), ..page.clone() },
            Self { wait: Some("30 seconds".into()), ..page },
            Self { passkey: None, key: None, ..all.clone() },
            Self { code: false, passkey: None, failed: Some("Your key’s answer could not be used. Try again."), ..all.clone() },
            Self { errors: FieldErrors::one("code", "That code is not right, or was used before. Wait for the next one."), ..all },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn::sample())
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Confirm>(out);
}
