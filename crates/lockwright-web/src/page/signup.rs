//! Registering: an account with its root user, or a builder ID. The code in between is [`CaseCode`](super::recover::CaseCode).

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::{FieldErrors, Page, PasswordRules, Sample, add};

/// `/signup`: posts `email`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SignUpEmail {
    /// What was typed.
    pub email: String,
    /// Too many requests: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `email`.
    pub errors: FieldErrors,
}

impl Page for SignUpEmail {
    const TEMPLATE: &'static str = "public/signup.html";

    fn title(&self) -> Cow<'static, str> {
        "Create an account".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self {
                email: "ana@".into(),
                errors: FieldErrors::one("email", "Enter an email address, like name@example.com."),
                ..Self::default()
            },
        ]
    }
}

/// After the code: posts `account_name`, `password`, `again` to `/signup/case/{case}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignUpDetails {
    /// The case's id.
    pub case: String,
    /// The verified address.
    pub email: String,
    /// What was typed.
    pub account_name: String,
    /// The rules that count.
    pub rules: PasswordRules,
    /// What has to be put right in `account_name`, `password` or `again`.
    pub errors: FieldErrors,
}

impl Page for SignUpDetails {
    const TEMPLATE: &'static str = "public/signup_details.html";

    fn title(&self) -> Cow<'static, str> {
        "Name your account and choose a password".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            email: "ana@example.com".into(),
            account_name: String::new(),
            rules: PasswordRules::own(),
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                account_name: "Example".into(),
                errors: FieldErrors::one(
                    "password",
                    "Many people use this password, so it is easily guessed. Choose another, for example four unrelated words.",
                ),
                ..page
            },
        ]
    }
}

/// The account exists; its root user is signed in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignUpDone {
    /// The number in groups, from [`super::words::account`].
    pub number: String,
    /// The account's name.
    pub name: String,
    /// The root user's address.
    pub email: String,
}

impl Page for SignUpDone {
    const TEMPLATE: &'static str = "public/signup_done.html";

    fn title(&self) -> Cow<'static, str> {
        "Your account is ready".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { number: "1234-5678-9012".into(), name: "Example".into(), email: "ana@example.com".into() }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { open_help: 0, ..SignedIn::sample() })
    }
}

/// `/builder/signup`: posts `email` and `name`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct BuilderSignUp {
    /// What was typed.
    pub email: String,
    /// What was typed.
    pub name: String,
    /// Too many requests: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `email` or `name`.
    pub errors: FieldErrors,
}

impl Page for BuilderSignUp {
    const TEMPLATE: &'static str = "public/builder_signup.html";

    fn title(&self) -> Cow<'static, str> {
        "Create a builder ID".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![Self::default()]
    }
}

/// After the code: posts `password` and `again` to `/builder/signup/case/{case}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BuilderSignUpPassword {
    /// The case's id.
    pub case: String,
    /// The verified address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The rules that count.
    pub rules: PasswordRules,
    /// What has to be put right in `password` or `again`.
    pub errors: FieldErrors,
}

impl Page for BuilderSignUpPassword {
    const TEMPLATE: &'static str = "public/builder_password.html";

    fn title(&self) -> Cow<'static, str> {
        "Choose a password".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            email: "ana@example.com".into(),
            name: "Ana Lima".into(),
            rules: PasswordRules::own(),
            errors: FieldErrors::none(),
        }]
    }
}

/// `/builder/signup` while the operator has switched it off.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct BuilderSignUpOff {
    /// The operator's words.
    pub message: Option<String>,
    /// When it opens again, from [`super::words::at`].
    pub until: Option<String>,
}

impl Page for BuilderSignUpOff {
    const TEMPLATE: &'static str = "public/builder_off.html";

    fn title(&self) -> Cow<'static, str> {
        "You can’t create a builder ID right now".into()
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self { message: Some("We are moving to new machines.".into()), until: Some("14:00 UTC on 25 November 2026".into()) },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<SignUpEmail>(out);
    add::<SignUpDetails>(out);
    add::<SignUpDone>(out);
    add::<BuilderSignUp>(out);
    add::<BuilderSignUpPassword>(out);
    add::<BuilderSignUpOff>(out);
}
