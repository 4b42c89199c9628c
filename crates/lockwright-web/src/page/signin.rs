//! Signing in: which kind, then that kind's form.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use super::{FieldErrors, Page, Sample, add};

/// Why the form is shown again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Trouble {
    /// What was typed doesn't match; the same for an unknown name and a wrong password.
    NoMatch,
    /// Too many tries.
    Delay {
        /// How long until the next try counts: `30 seconds`, from [`super::words::span`].
        wait: String,
    },
    /// A passkey did not sign in; nothing says why.
    Passkey,
    /// A passkey is right, but something else bars the way.
    Barred {
        /// What it is and what to do.
        why: String,
    },
}

/// `GET /signin`: which kind of sign-in?
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SignInStart {
    /// How this browser signed in last, where it may remember that.
    pub last: Option<LastTime>,
}

/// How somebody signed in last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LastTime {
    /// The form to go on with.
    pub path: String,
    /// `IAM user of harbour-works`
    pub label: String,
}

impl Page for SignInStart {
    const TEMPLATE: &'static str = "public/signin.html";

    fn title(&self) -> Cow<'static, str> {
        "Sign in".into()
    }

    fn samples() -> Vec<Self> {
        let last = LastTime { path: "/signin/iam/harbour-works".into(), label: "IAM user of harbour-works".into() };
        vec![Self::default(), Self { last: Some(last) }]
    }
}

/// `/signin/root` and `/signin/builder`: the email first, then the password. Both steps post `email` (and `password`) to the same path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignInEmail {
    /// [`IdentityKind::Root`] or [`IdentityKind::Builder`].
    pub kind: IdentityKind,
    /// What was typed.
    pub email: String,
    /// The second step: the email is fixed, the password is asked.
    pub ask_password: bool,
    /// Passkeys work under this address.
    pub passkeys: bool,
    /// Why the form is shown again.
    pub trouble: Option<Trouble>,
    /// What has to be put right in `email` or `password`.
    pub errors: FieldErrors,
}

impl SignInEmail {
    /// The first step, empty.
    pub fn start(kind: IdentityKind, passkeys: bool) -> Self {
        Self { kind, email: String::new(), ask_password: false, passkeys, trouble: None, errors: FieldErrors::none() }
    }

    /// The second step.
    pub fn password(kind: IdentityKind, email: impl Into<String>, passkeys: bool) -> Self {
        Self { email: email.into(), ask_password: true, ..Self::start(kind, passkeys) }
    }
}

impl Page for SignInEmail {
    const TEMPLATE: &'static str = "public/signin_email.html";

    fn title(&self) -> Cow<'static, str> {
        match self.kind {
            IdentityKind::Builder => "Sign in with your builder ID".into(),
            IdentityKind::Root | IdentityKind::Iam | IdentityKind::Operator => "Sign in as root user".into(),
        }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let root = Self::password(IdentityKind::Root, "ana@example.com", false);
        vec![
            Self::start(IdentityKind::Root, true),
            Self {
                errors: FieldErrors::one("email", "Enter the email address of your root user, like name@example.com."),
                ..Self::start(IdentityKind::Root, false)
            },
            root.clone(),
            Self { trouble: Some(Trouble::NoMatch), ..root.clone() },
            Self { trouble: Some(Trouble::Delay { wait: "30 seconds".into() }), ..root },
            Self::start(IdentityKind::Builder, false),
            Self { trouble: Some(Trouble::NoMatch), ..Self::password(IdentityKind::Builder, "ana@example.com", true) },
            Self { trouble: Some(Trouble::Passkey), ..Self::start(IdentityKind::Builder, true) },
            Self {
                trouble: Some(Trouble::Barred { why: "Your passkey is right, but this account is suspended.".into() }),
                ..Self::start(IdentityKind::Root, true)
            },
        ]
    }
}

/// `/signin/iam`, `/signin/iam/{account}` and `/a/{alias}`: posts `account`, `user_name`, `password` to `/signin/iam`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SignInIam {
    /// An account number or alias, as typed or from the path.
    pub account: String,
    /// The account came with the path: it is shown, and can be changed by a link.
    pub account_given: bool,
    /// What was typed.
    pub user_name: String,
    /// Passkeys work under this address.
    pub passkeys: bool,
    /// Why the form is shown again.
    pub trouble: Option<Trouble>,
    /// What has to be put right in `account`, `user_name` or `password`.
    pub errors: FieldErrors,
}

impl Page for SignInIam {
    const TEMPLATE: &'static str = "public/signin_iam.html";

    fn title(&self) -> Cow<'static, str> {
        "Sign in as IAM user".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let given = Self { account: "example-corp".into(), account_given: true, ..Self::default() };
        vec![
            Self { passkeys: true, ..Self::default() },
            given.clone(),
            Self { user_name: "ana".into(), trouble: Some(Trouble::NoMatch), ..given },
            Self {
                account: "1234".into(),
                errors: FieldErrors::one("account", "Enter the 12-digit account number or the account alias.")
                    .and("user_name", "Enter your user name.")
                    .and("password", "Enter your password."),
                ..Self::default()
            },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<SignInStart>(out);
    add::<SignInEmail>(out);
    add::<SignInIam>(out);
}
