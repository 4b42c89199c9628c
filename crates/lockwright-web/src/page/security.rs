//! `/security`: sessions, own password, own address.

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{Recovering, Shell, SignedIn};

use super::access_keys::KeyCard;
use super::{FieldErrors, Nav, Page, PasswordRules, Sample, add};

/// One signed-in browser.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionRow {
    /// The short name of its token.
    pub id: String,
    /// `Firefox on Linux`, from [`super::words::device`].
    pub device: String,
    /// The network address.
    pub address: String,
    /// When it began, from [`super::words::at`].
    pub began: String,
    /// Its last request, from [`super::words::ago`].
    pub last_seen: String,
    /// The browser that looks at this page.
    pub current: bool,
}

/// An IAM user's own address.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct EmailCard {
    /// The confirmed one, masked.
    pub confirmed: Option<String>,
    /// The account lets its users reset a forgotten password by mail.
    pub self_service: bool,
    /// What was typed.
    pub typed: String,
}

/// `GET /security`. Posts to `/security/sessions/{id}/end`, `/security/sessions/end-others`, `/security/email` (`email`, `password`), and what [`KeyCard`] says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Security {
    /// Newest first; the present one is among them.
    pub sessions: Vec<SessionRow>,
    /// When the password was last changed, from [`super::words::ago`].
    pub password_changed: Option<String>,
    /// The account's policy lets the person change it.
    pub may_change_password: bool,
    /// Root users and builder IDs sign in with an address of their own.
    pub owns_login: bool,
    /// IAM users only.
    pub email: Option<EmailCard>,
    /// Access keys, of those who have any.
    pub keys: Option<KeyCard>,
    /// What has to be put right in `email` or `password`.
    pub errors: FieldErrors,
}

impl Page for Security {
    const TEMPLATE: &'static str = "console/security.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Security".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let row = |id: &str, device: &str, address: &str, last: &str, current| SessionRow {
            id: id.into(),
            device: device.into(),
            address: address.into(),
            began: "09:12 UTC on 23 November 2026".into(),
            last_seen: last.into(),
            current,
        };
        let page = Self {
            sessions: vec![
                row("9f2c41d07be1a853", "Firefox on Linux", "192.0.2.17", "just now", true),
                row("03ab77c1e2d94f60", "Safari on iPhone", "2001:db8:4::19", "2 hours ago", false),
                row("5cc0de9981bb7a12", "Chrome on Windows", "198.51.100.4", "yesterday", false),
            ],
            password_changed: Some("3 months ago".into()),
            may_change_password: true,
            owns_login: true,
            email: None,
            keys: Some(KeyCard::sample("/security/access-keys", true)),
            errors: FieldErrors::none(),
        };
        let alone = Self { owns_login: false, keys: None, sessions: page.sessions.iter().take(1).cloned().collect(), ..page.clone() };
        vec![
            page.clone(),
            Self { keys: None, ..page },
            Self {
                email: Some(EmailCard { confirmed: None, self_service: true, typed: String::new() }),
                may_change_password: false,
                ..alone.clone()
            },
            Self {
                email: Some(EmailCard { confirmed: Some("a•••@example.com".into()), self_service: false, typed: "ana@".into() }),
                keys: Some(KeyCard::sample("/security/access-keys", false)),
                errors: FieldErrors::one("email", "Enter an email address, like name@example.com."),
                ..alone
            },
        ]
    }

    fn sample_shell(&self) -> Shell {
        let recovering = self.owns_login.then(|| Recovering::sample(self.keys.is_none()));
        Shell::sample().signed_in(SignedIn::sample()).recovering(recovering)
    }
}

/// Why the person has to choose an own password before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MustChange {
    /// Somebody else set the present one.
    SetByOther,
    /// It is older than the account's policy allows.
    Expired,
}

/// `/security/password`: posts `current`, `password`, `again`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangePassword {
    /// What password managers file it under: the email, or the user name.
    pub user_name: String,
    /// For whom: `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// Shown right after sign-in, with nothing else to go to.
    pub must: Option<MustChange>,
    /// The account's policy lets the person change it; else the page says who can.
    pub allowed: bool,
    /// The rules that count.
    pub rules: PasswordRules,
    /// Too many wrong tries: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `current`, `password` or `again`.
    pub errors: FieldErrors,
}

impl Page for ChangePassword {
    const TEMPLATE: &'static str = "console/change_password.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        if self.must.is_some() { "Choose your own password".into() } else { "Change your password".into() }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            user_name: "ana".into(),
            who: "IAM user ana in Example (1234-5678-9012)".into(),
            must: None,
            allowed: true,
            rules: PasswordRules::iam(None),
            wait: None,
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self { errors: FieldErrors::one("current", "That isn’t your present password. Type it again."), ..page.clone() },
            Self { must: Some(MustChange::SetByOther), ..page.clone() },
            Self { must: Some(MustChange::Expired), wait: Some("30 seconds".into()), ..page.clone() },
            Self { allowed: false, ..page },
        ]
    }

    fn sample_shell(&self) -> Shell {
        let shared = if self.allowed { vec!["Shop".to_owned(), "Forum".to_owned()] } else { Vec::new() };
        Shell::sample().signed_in(SignedIn { must_change: self.must.is_some(), ..SignedIn::sample_user() }).sharing(shared)
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Security>(out);
    add::<ChangePassword>(out);
}
