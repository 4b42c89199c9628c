//! What somebody shows in a recovery besides the first mail's code, and what follows.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Page, Sample, add};

/// `GET /recover/device`: whose device is lost. Posts `kind`, and `email` or `account` and `user_name`, to the same path.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RecoverDevice {
    /// `root`, `iam` or `builder`; empty: asked first.
    pub kind: &'static str,
    /// What was typed.
    pub email: String,
    /// What was typed.
    pub account: String,
    /// What was typed.
    pub user_name: String,
    /// Too many requests: how long until the next one counts.
    pub wait: Option<String>,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for RecoverDevice {
    const TEMPLATE: &'static str = "public/recover_device.html";

    fn title(&self) -> Cow<'static, str> {
        "Get back in without your device".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        ["", "root", "iam", "builder"].map(|kind| Self { kind, ..Self::default() }).into()
    }
}

/// A code that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AskedAt {
    /// Its place in the case.
    pub at: usize,
    /// Where it goes, as typed.
    pub to: String,
}

/// `GET /recover/case/{case}/ways`: forms for everything that proves who one is, and what is still missing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CaseWays {
    /// The case's id.
    pub case: String,
    /// The devices are to be removed, not the password replaced.
    pub device: bool,
    /// What was proven, in words.
    pub given: Vec<&'static str>,
    /// What would be enough from here, at once.
    pub now: Vec<String>,
    /// What would be enough for the waiting time.
    pub later: Vec<String>,
    /// The waiting time can start.
    pub may_wait: bool,
    /// The waiting time runs until then.
    pub release: Option<String>,
    /// The codes that can be typed now.
    pub codes: Vec<AskedAt>,
    /// The contacts were asked.
    pub contacts_asked: bool,
    /// What to read out to an operator.
    pub caller_code: Option<String>,
    /// The first mail's code can still be typed.
    pub mail_code: bool,
    /// What was shown last and its result: a sentence.
    pub said: Option<String>,
    /// What was wrong with what was shown last: a sentence.
    pub failed: Option<String>,
    /// When the case ends.
    pub until: String,
}

impl Page for CaseWays {
    const TEMPLATE: &'static str = "public/case_ways.html";

    fn title(&self) -> Cow<'static, str> {
        if self.release.is_some() { "Your waiting time runs".into() } else { "Show that it’s you".into() }
    }

    fn samples() -> Vec<Self> {
        let start = Self { case: "4T7K2M".into(), device: true, mail_code: true, until: "until 14:30".into(), ..Self::default() };
        let some = Self {
            given: vec!["a code by mail"],
            now: vec!["a recovery code".into()],
            later: vec!["your password".into()],
            mail_code: false,
            ..start.clone()
        };
        vec![
            start.clone(),
            Self { failed: Some("That doesn’t match. You have 4 tries left.".into()), ..start },
            Self {
                codes: vec![AskedAt { at: 0, to: "+44 7700 900123".into() }],
                contacts_asked: true,
                caller_code: Some("482 913".into()),
                may_wait: true,
                said: Some("That counts.".into()),
                ..some.clone()
            },
            Self { release: Some("4 December 2026, 14:30".into()), ..some },
        ]
    }
}

/// `GET /recover/case/{case}/reenrol`: the button that removes the devices.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseReenrol {
    /// The case's id.
    pub case: String,
    /// Whose devices.
    pub who: String,
}

impl Page for CaseReenrol {
    const TEMPLATE: &'static str = "public/case_reenrol.html";

    fn title(&self) -> Cow<'static, str> {
        "Replace your device".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { case: "4T7K2M".into(), who: "root user of Harbour Works (1234-5678-9012)".into() }]
    }
}

/// All samples.
pub fn samples(out: &mut Vec<Sample>) {
    add::<RecoverDevice>(out);
    add::<CaseWays>(out);
    add::<CaseReenrol>(out);
}
