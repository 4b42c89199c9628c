//! `/signin/second-step…`: the password was right, now one of the person's other factors.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Page, Sample, add};

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Way {
    /// A code of an authenticator app: posts `code`.
    Code {
        /// What its owner calls the device.
        name: String,
        /// Where its clock is set right.
        resync: String,
    },
    /// Two consecutive codes of a device whose clock has gone astray: posts `first` and `second`.
    Resync {
        /// What its owner calls the device.
        name: String,
        /// Back to its single codes.
        back: String,
    },
    /// A passkey: posts `response`, which the script fills in.
    Passkey {
        /// What their owner calls them.
        names: Vec<String>,
        /// JSON for the script.
        options: String,
    },
    /// A recovery code: posts `recovery_code`.
    RecoveryCode,
    /// Nothing that the person has can be used here.
    Nothing,
}

/// Another way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OtherWay {
    /// Its page.
    pub path: String,
    /// What it takes.
    pub label: String,
}

/// The second step; the form posts to its own path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SecondStep {
    /// `root user of Example (1234-5678-9012)`
    pub who: String,
    /// Where somebody else signs in.
    pub start_over: String,
    /// The present path.
    pub here: String,
    /// What is asked for.
    pub way: Way,
    /// The other ways.
    pub others: Vec<OtherWay>,
    /// Devices whose codes wrong tries switched off.
    pub switched_off: Vec<String>,
    /// The devices were removed by a recovery, and a new one is owed.
    pub owed: bool,
    /// Too many tries: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right in `code`, `first`, `second`, `recovery_code` or `passkey`.
    pub errors: FieldErrors,
}

impl Page for SecondStep {
    const TEMPLATE: &'static str = "public/second_step.html";

    fn title(&self) -> Cow<'static, str> {
        match self.way {
            Way::Code { .. } => "Enter your code",
            Way::Resync { .. } => "Set your device’s clock right",
            Way::Passkey { .. } => "Use your passkey",
            Way::RecoveryCode => "Enter a recovery code",
            Way::Nothing => "You need another way in",
        }
        .into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let other = |path: &str, label: &str| OtherWay { path: format!("/signin/second-step/{path}"), label: label.into() };
        let phone = other("device/MZXW6YTBOIMZXW6Y", "Code from “Pixel 8”");
        let keys = other("passkey", "Passkey “YubiKey” or “Laptop”");
        let saved = other("recovery-code", "Recovery code");
        let code = Self {
            who: "root user of Example (1234-5678-9012)".into(),
            start_over: "/signin/root".into(),
            here: phone.path.clone(),
            way: Way::Code { name: "Pixel 8".into(), resync: "/signin/second-step/resync/MZXW6YTBOIMZXW6Y".into() },
            others: vec![keys.clone(), saved.clone()],
            switched_off: Vec::new(),
            owed: false,
            wait: None,
            errors: FieldErrors::none(),
        };
        let resync = Way::Resync { name: "Pixel 8".into(), back: phone.path.clone() };
        let passkey =
            Way::Passkey { names: vec!["YubiKey".into(), "Laptop".into()], options: r#"{"publicKey":{"challenge":"AAAA"}}"#.into() };
        vec![
            code.clone(),
            Self {
                errors: FieldErrors::one("code", "That code isn’t right, or was used before. Wait for the next one."), ..code.clone()
            },
            Self { wait: Some("30 seconds".into()), others: Vec::new(), ..code.clone() },
            Self { way: resync.clone(), others: vec![keys.clone(), saved.clone()], ..code.clone() },
            Self {
                way: resync,
                errors: FieldErrors::one("second", "Enter the six digits that your authenticator app shows."),
                ..code.clone()
            },
            Self { way: passkey.clone(), here: keys.path.clone(), others: vec![phone.clone(), saved.clone()], ..code.clone() },
            Self {
                way: passkey,
                here: keys.path.clone(),
                errors: FieldErrors::one("passkey", "That passkey didn’t prove that it is you. Try again, or take another way."),
                ..code.clone()
            },
            Self {
                way: Way::RecoveryCode,
                here: saved.path.clone(),
                others: vec![phone, keys],
                switched_off: vec!["Old phone".into()],
                ..code.clone()
            },
            Self {
                way: Way::RecoveryCode,
                here: saved.path.clone(),
                others: Vec::new(),
                owed: true,
                errors: FieldErrors::one("recovery_code", "There is a typing mistake. Compare what you typed with your saved code."),
                ..code.clone()
            },
            Self { way: Way::Nothing, others: Vec::new(), switched_off: vec!["Old phone".into()], ..code.clone() },
            Self { way: Way::Nothing, others: Vec::new(), owed: true, ..code },
        ]
    }
}

/// The second step has ended without a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SecondStepOver {
    /// Both factors are right, and this bars the way.
    pub barred: Option<String>,
}

impl Page for SecondStepOver {
    const TEMPLATE: &'static str = "public/second_step_over.html";

    fn title(&self) -> Cow<'static, str> {
        if self.barred.is_some() { "You can’t sign in right now".into() } else { "Sign in again".into() }
    }

    fn samples() -> Vec<Self> {
        vec![Self { barred: None }, Self { barred: Some("Your second factor is right, but this account is suspended.".into()) }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<SecondStep>(out);
    add::<SecondStepOver>(out);
}
