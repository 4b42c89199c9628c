//! `/security/addresses`: where a person is reached; and the page on which the code for a new address is typed.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// One address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AddressRow {
    /// Names it in paths.
    pub id: String,
    /// The address, masked.
    pub shown: String,
    /// It is a phone.
    pub phone: bool,
    /// It is the one that signs in, or an IAM user's own; it is changed elsewhere.
    pub primary: bool,
    /// When it was confirmed, from [`super::words::day`]; `None` for one that has always been there.
    pub since: Option<String>,
    /// From when on it helps to get back in, from [`super::words::at`]; `None`: it does.
    pub serves_from: Option<String>,
}

/// `GET /security/addresses`. Posts `email` to `…/email`, `phone` and `way` to `…/phone`, nothing to `…/{id}/remove`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Addresses {
    /// The primary one first, then emails, then phones.
    pub rows: Vec<AddressRow>,
    /// No more emails fit.
    pub emails_full: bool,
    /// No more phones fit.
    pub phones_full: bool,
    /// Messages to phones leave this machine, or can be looked at on it.
    pub phones: bool,
    /// Calls in which digits are keyed in are possible.
    pub keyed: bool,
    /// What was typed.
    pub email: String,
    /// What was typed.
    pub phone: String,
    /// What was chosen: `text`, `voice` or `keyed`.
    pub way: &'static str,
    /// What has to be put right in `email` or `phone`.
    pub errors: FieldErrors,
}

impl Page for Addresses {
    const TEMPLATE: &'static str = "console/addresses.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Where you are reached".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let row = |shown: &str, phone, primary, since: Option<&str>, serves_from: Option<&str>| AddressRow {
            id: "9f2c41d07be1a853".into(),
            shown: shown.into(),
            phone,
            primary,
            since: since.map(str::to_owned),
            serves_from: serves_from.map(str::to_owned),
        };
        let page = Self {
            rows: vec![row("a•••@example.com", false, true, None, None)],
            emails_full: false,
            phones_full: false,
            phones: true,
            keyed: true,
            email: String::new(),
            phone: String::new(),
            way: "text",
            errors: FieldErrors::none(),
        };
        let more = [
            row("a•••@example.org", false, false, Some("3 August 2026"), None),
            row("+49•••20", true, false, Some("22 November 2026"), Some("13:32 UTC on 29 November 2026")),
        ];
        vec![
            page.clone(),
            Self { rows: page.rows.iter().cloned().chain(more).collect(), emails_full: true, keyed: false, ..page.clone() },
            Self {
                phone: "030 901820".into(),
                way: "voice",
                errors: FieldErrors::one("phone", "Enter the number with its country code, like +49 30 901820."),
                ..page.clone()
            },
            Self { rows: Vec::new(), phones: false, ..page },
        ]
    }
}

/// How the code travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeWay {
    /// By mail.
    Mail,
    /// In a text message.
    Text,
    /// Spoken in a call.
    Voice,
    /// Keyed in during a call.
    Keyed,
}

/// `GET /security/addresses/case/{case}`. Posts `code` to `…/code`, nothing to `…/resend`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AddressCode {
    /// The case's id.
    pub case: String,
    /// The address as it was typed.
    pub address: String,
    /// How the code travels.
    pub way: CodeWay,
    /// The digits to key in, from [`super::words::code`].
    pub digits: Option<String>,
    /// How long the code works, from [`super::words::until`].
    pub until: String,
    /// Another code can be sent.
    pub can_resend: bool,
    /// Another code was just sent.
    pub resent: bool,
    /// The digits were not keyed in yet.
    pub not_yet: bool,
    /// What is sent goes to `/outbox` on this machine.
    pub outbox: bool,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl Page for AddressCode {
    const TEMPLATE: &'static str = "console/address_code.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        match self.way {
            CodeWay::Mail => "Check your email".into(),
            CodeWay::Text => "Check your phone".into(),
            CodeWay::Voice | CodeWay::Keyed => "Your phone rings".into(),
        }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            address: "ana@example.org".into(),
            way: CodeWay::Mail,
            digits: None,
            until: "for 60 minutes (until 14:32 UTC)".into(),
            can_resend: true,
            resent: false,
            not_yet: false,
            outbox: true,
            errors: FieldErrors::none(),
        };
        let phone = Self {
            address: "+49 30 901820".into(),
            way: CodeWay::Text,
            until: "for 10 minutes (until 13:42 UTC)".into(),
            outbox: false,
            ..page.clone()
        };
        vec![
            page,
            Self { errors: FieldErrors::one("code", "That code doesn’t match. You have 3 tries left."), ..phone.clone() },
            Self { way: CodeWay::Voice, resent: true, ..phone.clone() },
            Self { way: CodeWay::Keyed, digits: Some("481 207".into()), can_resend: false, not_yet: true, ..phone },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Addresses>(out);
    add::<AddressCode>(out);
}
