//! Getting back in: what do you have, check your email, a new password, and every way such a case can end.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use super::{FieldErrors, Page, PasswordRules, Sample, add};

/// `GET /recover`: what do you have?
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RecoverStart {}

impl Page for RecoverStart {
    const TEMPLATE: &'static str = "public/recover.html";

    fn title(&self) -> Cow<'static, str> {
        "Can’t sign in?".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

/// What an email address is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoverWhat {
    /// `/recover/root`
    Root,
    /// `/recover/builder`
    Builder,
    /// `/recover/find`
    Find,
}

/// `/recover/root`, `/recover/builder`, `/recover/find`: posts `email` to the same path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecoverEmail {
    /// Which of the three.
    pub what: RecoverWhat,
    /// What was typed.
    pub email: String,
    /// Too many requests: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `email`.
    pub errors: FieldErrors,
}

impl RecoverEmail {
    /// The empty form.
    pub fn start(what: RecoverWhat) -> Self {
        Self { what, email: String::new(), wait: None, errors: FieldErrors::none() }
    }
}

impl Page for RecoverEmail {
    const TEMPLATE: &'static str = "public/recover_email.html";

    fn title(&self) -> Cow<'static, str> {
        match self.what {
            RecoverWhat::Root => "Reset your root password".into(),
            RecoverWhat::Builder => "Reset your builder ID password".into(),
            RecoverWhat::Find => "Find my account".into(),
        }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::start(RecoverWhat::Root),
            Self { errors: FieldErrors::one("email", "Enter an email address, like name@example.com."), ..Self::start(RecoverWhat::Root) },
            Self::start(RecoverWhat::Builder),
            Self::start(RecoverWhat::Find),
            Self { email: "ana@example.com".into(), wait: Some("10 minutes".into()), ..Self::start(RecoverWhat::Find) },
        ]
    }
}

/// `/recover/iam`: posts `account` and `user_name`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RecoverIam {
    /// An account number or alias.
    pub account: String,
    /// What was typed.
    pub user_name: String,
    /// Too many requests: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `account` or `user_name`.
    pub errors: FieldErrors,
}

impl Page for RecoverIam {
    const TEMPLATE: &'static str = "public/recover_iam.html";

    fn title(&self) -> Cow<'static, str> {
        "Get back in as IAM user".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![Self::default(), Self { account: "example-corp".into(), user_name: "ana".into(), ..Self::default() }]
    }
}

/// After `POST /recover/find`: what belongs to the address is on its way to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FindSent {
    /// What was typed.
    pub email: String,
    /// Mail goes to `/outbox` on this machine.
    pub outbox: bool,
}

impl Page for FindSent {
    const TEMPLATE: &'static str = "public/find_sent.html";

    fn title(&self) -> Cow<'static, str> {
        "Check your email".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { email: "ana@example.com".into(), outbox: false }]
    }
}

/// What a case is for, in the words of its pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// A root user's forgotten password.
    Root,
    /// An IAM user's forgotten password.
    Iam,
    /// A builder ID's forgotten password.
    Builder,
    /// A new account.
    RegisterAccount,
    /// A new builder ID.
    RegisterBuilder,
    /// An IAM user's own address.
    ConfirmAddress,
    /// Another address to sign in with.
    ChangeEmail,
    /// That change is taken back.
    UndoEmail,
}

impl CaseKind {
    /// Where the person begins anew.
    pub const fn begins_at(self) -> &'static str {
        match self {
            Self::Root => "/recover/root",
            Self::Iam => "/recover/iam",
            Self::Builder => "/recover/builder",
            Self::RegisterAccount => "/signup",
            Self::RegisterBuilder => "/builder/signup",
            Self::ConfirmAddress => "/security",
            Self::ChangeEmail => "/security/email",
            Self::UndoEmail => "/recover",
        }
    }
}

/// `GET /recover/case/{case}`: one field for the code (`code` to `…/code`), a new code (`…/resend`), an end (`…/cancel`), and
/// for IAM users "Ask my administrator" (`…/help`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseCode {
    /// The case's id.
    pub case: String,
    /// What it is for.
    pub kind: CaseKind,
    /// The address as the person typed it; `None` for an IAM user, whose address is never shown.
    pub email: Option<String>,
    /// When the code stops working, from [`super::words::until`].
    pub until: String,
    /// A fresh code can be asked for; else the person is told that no more are sent.
    pub can_resend: bool,
    /// A fresh code was just sent.
    pub resent: bool,
    /// Mail goes to `/outbox` on this machine.
    pub outbox: bool,
    /// It is a rehearsal: what is pretended to be lost.
    pub rehearsal: Option<&'static str>,
    /// Where "not you?" leads, from [`CaseKind::begins_at`].
    pub begins_at: &'static str,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl CaseCode {
    /// The page as it is first shown.
    pub fn new(case: impl Into<String>, kind: CaseKind, email: Option<String>, until: impl Into<String>) -> Self {
        Self {
            case: case.into(),
            kind,
            email,
            until: until.into(),
            can_resend: true,
            resent: false,
            outbox: false,
            rehearsal: None,
            begins_at: kind.begins_at(),
            errors: FieldErrors::none(),
        }
    }
}

const CASE: &str = "MZXW6YTBOIMZXW6YTBOIMZXW6Y";

impl Page for CaseCode {
    const TEMPLATE: &'static str = "public/case_code.html";

    fn title(&self) -> Cow<'static, str> {
        "Check your email".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = |kind, email: Option<&str>| Self::new(CASE, kind, email.map(str::to_owned), "for 60 minutes (until 14:32 UTC)");
        let ana = Some("ana@example.com");
        vec![
            page(CaseKind::Root, ana),
            Self {
                errors: FieldErrors::one("code", "That code doesn’t match. You have 3 tries left."),
                outbox: true,
                ..page(CaseKind::Root, ana)
            },
            page(CaseKind::Iam, None),
            Self { resent: true, ..page(CaseKind::Builder, ana) },
            page(CaseKind::RegisterAccount, ana),
            Self { can_resend: false, ..page(CaseKind::RegisterBuilder, ana) },
            page(CaseKind::ConfirmAddress, ana),
            page(CaseKind::ChangeEmail, ana),
        ]
    }
}

/// `GET /recover/link/{case}/{token}`: a button and nothing spent; posts to the same path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseLink {
    /// The case's id.
    pub case: String,
    /// The link's token, as it stood in the path.
    pub token: String,
    /// What it is for.
    pub kind: CaseKind,
    /// The link was handed over by an administrator or the host, not mailed.
    pub handed: bool,
    /// The systems that change with it.
    pub shared: Vec<String>,
}

impl Page for CaseLink {
    const TEMPLATE: &'static str = "public/case_link.html";

    fn title(&self) -> Cow<'static, str> {
        match self.kind {
            CaseKind::Root | CaseKind::Iam | CaseKind::Builder => "Set a new password".into(),
            CaseKind::RegisterAccount => "Create your account".into(),
            CaseKind::RegisterBuilder => "Create your builder ID".into(),
            CaseKind::ConfirmAddress => "Confirm your email address".into(),
            CaseKind::ChangeEmail => "Sign in with this address".into(),
            CaseKind::UndoEmail => "Take the change back".into(),
        }
    }

    fn samples() -> Vec<Self> {
        let page = |kind, handed| Self { case: CASE.into(), token: "lw_link_sample".into(), kind, handed, shared: Vec::new() };
        vec![
            page(CaseKind::Root, false),
            page(CaseKind::Iam, true),
            page(CaseKind::RegisterAccount, false),
            page(CaseKind::ConfirmAddress, false),
            page(CaseKind::ChangeEmail, false),
            Self { shared: vec!["Example Shop".into()], ..page(CaseKind::UndoEmail, false) },
        ]
    }
}

/// After the proof: posts `password` and `again` to `/recover/case/{case}/password`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseSetPassword {
    /// The case's id.
    pub case: String,
    /// Whose kind of password.
    pub kind: IdentityKind,
    /// What password managers file it under: the email, or the user name.
    pub user_name: String,
    /// For whom, as in [`SignedIn::label`](crate::render::SignedIn): `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// No password existed before.
    pub first: bool,
    /// The rules that count.
    pub rules: PasswordRules,
    /// The systems that share this login.
    pub shared: Vec<String>,
    /// When the page stops working, from [`super::words::until`].
    pub until: String,
    /// What has to be put right in `password` or `again`.
    pub errors: FieldErrors,
}

impl Page for CaseSetPassword {
    const TEMPLATE: &'static str = "public/case_password.html";

    fn title(&self) -> Cow<'static, str> {
        if self.first { "Choose a password".into() } else { "Set a new password".into() }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let root = Self {
            case: CASE.into(),
            kind: IdentityKind::Root,
            user_name: "ana@example.com".into(),
            who: "root user of Example (1234-5678-9012)".into(),
            first: false,
            rules: PasswordRules::own(),
            shared: Vec::new(),
            until: "for 15 minutes (until 13:47 UTC)".into(),
            errors: FieldErrors::none(),
        };
        vec![
            root.clone(),
            Self { shared: vec!["Shop".into(), "Forum".into()], ..root.clone() },
            Self {
                errors: FieldErrors::one("password", "Use at least 15 characters. Yours has 9.")
                    .and("again", "Type the same password in both fields."),
                ..root.clone()
            },
            Self {
                kind: IdentityKind::Iam,
                user_name: "ana".into(),
                who: "IAM user ana in Example (1234-5678-9012)".into(),
                first: true,
                rules: PasswordRules::iam(None),
                ..root
            },
        ]
    }
}

/// The new password counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseDone {
    /// Whose kind of password.
    pub kind: IdentityKind,
    /// For whom, as in [`CaseSetPassword::who`].
    pub who: String,
    /// How many other sessions were ended.
    pub ended: u32,
    /// A notice is on its way to the verified address.
    pub notice: bool,
    /// Where to sign in: `/signin/root`, `/a/example-corp` …
    pub sign_in: String,
}

impl Page for CaseDone {
    const TEMPLATE: &'static str = "public/case_done.html";

    fn title(&self) -> Cow<'static, str> {
        "Your password is set".into()
    }

    fn samples() -> Vec<Self> {
        let done = Self {
            kind: IdentityKind::Root,
            who: "root user of Example (1234-5678-9012)".into(),
            ended: 2,
            notice: true,
            sign_in: "/signin/root".into(),
        };
        vec![
            done.clone(),
            Self { kind: IdentityKind::Iam, who: "IAM user ana in Example (1234-5678-9012)".into(), ended: 0, notice: false, ..done },
        ]
    }
}

/// Why a case or link can't go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseEnd {
    /// Its time has passed.
    Expired,
    /// It was used already.
    Used,
    /// It goes on in another browser, or a later mail replaced it.
    Elsewhere,
    /// Too many wrong codes.
    TooManyTries,
    /// The person or an administrator ended it.
    Cancelled,
    /// Its owner said that it is somebody else, or people who know the owner did.
    Stopped,
    /// The link is not whole, or was never ours.
    Unknown,
}

/// A case or link that can't go on; says why and what next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseEnded {
    /// Why.
    pub why: CaseEnd,
    /// What it was for, when that may be known; decides the words and where to begin anew.
    pub kind: Option<CaseKind>,
    /// Where to begin anew.
    pub begins_at: &'static str,
}

impl CaseEnded {
    /// Why, and what it was for.
    pub fn new(why: CaseEnd, kind: Option<CaseKind>) -> Self {
        Self { why, kind, begins_at: kind.map_or("/recover", CaseKind::begins_at) }
    }
}

impl Page for CaseEnded {
    const TEMPLATE: &'static str = "public/case_ended.html";

    fn title(&self) -> Cow<'static, str> {
        match self.why {
            CaseEnd::Expired => "This link or code has expired".into(),
            CaseEnd::Used => "This was used already".into(),
            CaseEnd::Elsewhere => "This goes on somewhere else".into(),
            CaseEnd::TooManyTries => "Too many tries".into(),
            CaseEnd::Cancelled => "This was cancelled".into(),
            CaseEnd::Stopped => "This was stopped".into(),
            CaseEnd::Unknown => "This link isn’t complete".into(),
        }
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::new(CaseEnd::Expired, Some(CaseKind::Root)),
            Self::new(CaseEnd::Used, Some(CaseKind::Builder)),
            Self::new(CaseEnd::Elsewhere, Some(CaseKind::Root)),
            Self::new(CaseEnd::TooManyTries, Some(CaseKind::Iam)),
            Self::new(CaseEnd::Cancelled, Some(CaseKind::RegisterAccount)),
            Self::new(CaseEnd::Stopped, Some(CaseKind::Root)),
            Self::new(CaseEnd::Unknown, None),
        ]
    }
}

/// After "Ask my administrator"; the same for a user that doesn't exist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpAsked {
    /// Six digits that the two compare by phone.
    pub caller_code: String,
    /// The account as typed.
    pub account: String,
    /// The user name as typed.
    pub user_name: String,
}

impl Page for HelpAsked {
    const TEMPLATE: &'static str = "public/help_asked.html";

    fn title(&self) -> Cow<'static, str> {
        "Your administrator has been asked".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { caller_code: "481 207".into(), account: "example-corp".into(), user_name: "ana".into() }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<RecoverStart>(out);
    add::<RecoverEmail>(out);
    add::<RecoverIam>(out);
    add::<FindSent>(out);
    add::<CaseCode>(out);
    add::<CaseLink>(out);
    add::<CaseSetPassword>(out);
    add::<CaseDone>(out);
    add::<CaseEnded>(out);
    add::<HelpAsked>(out);
}
