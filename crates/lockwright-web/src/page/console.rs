//! The console's first page for each kind, help requests, and the trail.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::{Nav, Page, Sample, add};

/// `/console` for the root user and administrators.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConsoleHome {
    /// The account's name.
    pub account_name: String,
    /// The number in groups, from [`super::words::account`].
    pub account_number: String,
    /// Where IAM users sign in, whole: `https://…/a/example-corp`.
    pub sign_in_url: String,
    /// An alias is set.
    pub has_alias: bool,
    /// A password policy is set.
    pub has_policy: bool,
    /// IAM users with a confirmed address may reset a forgotten password themselves.
    pub self_service: bool,
    /// The account has at least one IAM user.
    pub has_users: bool,
    /// The person looks at it as root user.
    pub is_root: bool,
    /// Help requests that wait.
    pub open_help: u32,
    /// How long a root user may still do without a device: `12 days`.
    pub mfa_days: Option<String>,
    /// The person has an MFA device.
    pub has_mfa: bool,
}

impl Page for ConsoleHome {
    const TEMPLATE: &'static str = "console/home.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Home".into()
    }

    fn samples() -> Vec<Self> {
        let fresh = Self {
            account_name: "Example".into(),
            account_number: "1234-5678-9012".into(),
            sign_in_url: "https://access.example.com/signin/iam/123456789012".into(),
            has_alias: false,
            has_policy: false,
            self_service: false,
            has_users: false,
            is_root: true,
            open_help: 0,
            mfa_days: Some("35 days".into()),
            has_mfa: false,
        };
        vec![
            fresh.clone(),
            Self {
                sign_in_url: "https://access.example.com/a/example-corp".into(),
                has_alias: true,
                has_policy: true,
                self_service: true,
                has_users: true,
                is_root: false,
                open_help: 2,
                mfa_days: None,
                has_mfa: true,
                ..fresh
            },
        ]
    }
}

/// `/console` for a builder ID.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConsoleBuilderHome {
    /// The person's name.
    pub name: String,
    /// The verified address.
    pub email: String,
    /// Since when, from [`super::words::at`].
    pub since: String,
}

impl Page for ConsoleBuilderHome {
    const TEMPLATE: &'static str = "console/home_builder.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Home".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { name: "Ana Lima".into(), email: "ana@example.com".into(), since: "23 November 2026".into() }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { label: self.name.clone(), kind: IdentityKind::Builder, ..SignedIn::sample_user() })
    }
}

/// `/console` for an IAM user who is not an administrator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConsoleUserHome {
    /// The user's name.
    pub user_name: String,
    /// The account's name.
    pub account_name: String,
    /// The number in groups.
    pub account_number: String,
    /// Where to sign in next time, whole.
    pub sign_in_url: String,
    /// The confirmed address, masked.
    pub email: Option<String>,
    /// The account lets its users reset a forgotten password by mail.
    pub self_service: bool,
}

impl Page for ConsoleUserHome {
    const TEMPLATE: &'static str = "console/home_user.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Home".into()
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            user_name: "ana".into(),
            account_name: "Example".into(),
            account_number: "1234-5678-9012".into(),
            sign_in_url: "https://access.example.com/a/example-corp".into(),
            email: None,
            self_service: true,
        };
        vec![page.clone(), Self { email: Some("a•••@example.com".into()), ..page }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn::sample_user())
    }
}

/// One help request in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpRow {
    /// The request's id.
    pub id: String,
    /// The user's name.
    pub user_name: String,
    /// When it was asked, from [`super::words::ago`].
    pub asked: String,
    /// What became of it, for one that no longer waits: `Answered by root user, 2 hours ago`.
    pub outcome: Option<String>,
}

/// `/console/help`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct HelpRequests {
    /// Those that wait, oldest first.
    pub open: Vec<HelpRow>,
    /// Those that were answered or put aside, newest first.
    pub past: Vec<HelpRow>,
}

impl Page for HelpRequests {
    const TEMPLATE: &'static str = "console/help.html";
    const NAV: Option<Nav> = Some(Nav::Help);

    fn title(&self) -> Cow<'static, str> {
        "Help requests".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, asked: &str, outcome: Option<&str>| HelpRow {
            id: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            user_name: name.into(),
            asked: asked.into(),
            outcome: outcome.map(str::to_owned),
        };
        vec![
            Self::default(),
            Self {
                open: vec![row("ana", "5 minutes ago", None), row("b.okafor", "2 hours ago", None)],
                past: vec![row("kim", "3 days ago", Some("Answered by the root user, 3 days ago"))],
            },
        ]
    }
}

/// `/console/help/{id}`. Posts to `…/answer` (`mode` = `link` or `generated`) and `…/dismiss`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpShow {
    /// The request's id.
    pub id: String,
    /// The user's unique id.
    pub user_id: String,
    /// The user's name.
    pub user_name: String,
    /// When it was asked, from [`super::words::ago`].
    pub asked: String,
    /// The same, exactly, from [`super::words::at`].
    pub asked_at: String,
    /// The network address it came from.
    pub address: String,
    /// `Firefox on Linux`.
    pub device: String,
    /// Six digits that the two compare by phone.
    pub caller_code: String,
    /// What became of it; `None`: it waits.
    pub outcome: Option<String>,
    /// The user's last sign-in, from [`super::words::ago`].
    pub last_sign_in: Option<String>,
}

impl Page for HelpShow {
    const TEMPLATE: &'static str = "console/help_show.html";
    const NAV: Option<Nav> = Some(Nav::Help);

    fn title(&self) -> Cow<'static, str> {
        format!("{} asks for help", self.user_name).into()
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            id: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            user_id: "AIDAMZXW6YTBOIMZXW6Y".into(),
            user_name: "ana".into(),
            asked: "5 minutes ago".into(),
            asked_at: "13:27 UTC on 23 November 2026".into(),
            address: "192.0.2.17".into(),
            device: "Safari on iPhone".into(),
            caller_code: "481 207".into(),
            outcome: None,
            last_sign_in: Some("yesterday".into()),
        };
        vec![page.clone(), Self { outcome: Some("Answered by the root user, 2 minutes ago".into()), ..page }]
    }
}

/// One audit event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TrailRow {
    /// When, from [`super::words::at`].
    pub at: String,
    /// In words, from [`super::words::event`].
    pub what: String,
    /// CloudTrail's `eventName`.
    pub name: String,
    /// Who did it.
    pub who: String,
    /// From where.
    pub address: String,
    /// Why it was refused; `None`: it was done.
    pub refused: Option<String>,
    /// The whole record, indented JSON.
    pub record: String,
}

/// `/console/trail`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Trail {
    /// Newest first.
    pub rows: Vec<TrailRow>,
    /// The path of the next page.
    pub more: Option<String>,
}

impl Page for Trail {
    const TEMPLATE: &'static str = "console/trail.html";
    const NAV: Option<Nav> = Some(Nav::Trail);

    fn title(&self) -> Cow<'static, str> {
        "Trail".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, who: &str, refused: Option<&str>| TrailRow {
            at: "13:27 UTC on 23 November 2026".into(),
            what: super::words::event(name).into(),
            name: name.into(),
            who: who.into(),
            address: "192.0.2.17".into(),
            refused: refused.map(str::to_owned),
            record: format!("{{\n  \"eventVersion\": \"1.11\",\n  \"eventName\": \"{name}\",\n  \"sourceIPAddress\": \"192.0.2.17\"\n}}"),
        };
        vec![
            Self {
                rows: vec![
                    row("UpdateLoginProfile", "Root user", None),
                    row("ConsoleLogin", "IAM user ana", Some("Failed authentication")),
                    row("PasswordRecoveryRequested", "Nobody signed in", None),
                    row("CreateUser", "Root user", None),
                ],
                more: Some("/console/trail?before=MZXW6YTBOIMZXW6YTBOIMZXW6Y".into()),
            },
            Self::default(),
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<ConsoleHome>(out);
    add::<ConsoleBuilderHome>(out);
    add::<ConsoleUserHome>(out);
    add::<HelpRequests>(out);
    add::<HelpShow>(out);
    add::<Trail>(out);
}
