//! A recovery that gathers proofs: how far it is, what can be shown next, and the devices removed.

use std::borrow::Cow;

use serde::Serialize;

use super::course::Course;
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

/// One thing that can be shown next, on a page of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Choice {
    /// What follows the case's path.
    pub path: String,
    /// What it is.
    pub title: String,
    /// What it takes.
    pub hint: &'static str,
}

/// `GET /recover/case/{case}/ways`: how far it is, and what can be shown next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseWays {
    /// The case's id.
    pub case: String,
    /// The devices are to be removed, not the password replaced.
    pub device: bool,
    /// It is a rehearsal: what is pretended to be lost, to follow "you pretend to have lost".
    pub rehearsal: Option<&'static str>,
    /// What was proven, in words.
    pub given: Vec<&'static str>,
    /// What would be enough from here, at once.
    pub now: Vec<String>,
    /// What would be enough for the waiting time.
    pub later: Vec<String>,
    /// The waiting time can start.
    pub may_wait: bool,
    /// How long it is: `3 days`.
    pub delay: String,
    /// The waiting time runs until then.
    pub release: Option<String>,
    /// What can be shown next.
    pub choices: Vec<Choice>,
    /// Operators help here.
    pub operators: bool,
    /// How it went on.
    pub course: Course,
    /// What was shown last and its result: a sentence.
    pub said: Option<&'static str>,
    /// Why the waiting time does not start: a sentence.
    pub failed: Option<String>,
    /// When the case ends.
    pub until: String,
}

impl Page for CaseWays {
    const TEMPLATE: &'static str = "public/case_ways.html";

    fn title(&self) -> Cow<'static, str> {
        match (self.rehearsal, &self.release) {
            (Some(_), _) => "Rehearsal: show that it’s you".into(),
            (None, Some(_)) => "Your waiting time runs".into(),
            (None, None) => "Show that it’s you".into(),
        }
    }

    fn samples() -> Vec<Self> {
        let choice = |path: &str, title: &str, hint| Choice { path: path.into(), title: title.into(), hint };
        let choices = vec![
            choice("", "The code that we mailed", "To the address you sign in with, if it is one."),
            choice("/show/address", "Another address or phone of yours", "One that you confirmed earlier."),
            choice("/show/recovery-code", "A recovery code", "One of the ten that you saved."),
        ];
        let start = Self {
            case: "4T7K2M".into(),
            device: true,
            rehearsal: None,
            given: Vec::new(),
            now: Vec::new(),
            later: Vec::new(),
            may_wait: false,
            delay: "3 days".into(),
            release: None,
            choices,
            operators: true,
            course: Course::sample(false),
            said: None,
            failed: None,
            until: "for 50 minutes (until 14:30 UTC)".into(),
        };
        let some = Self {
            given: vec!["a code by mail"],
            now: vec!["a recovery code".into()],
            later: vec!["your password".into(), "the codes of your recovery contacts".into()],
            ..start.clone()
        };
        vec![
            start.clone(),
            Self { rehearsal: Some("your phone"), ..start },
            Self { may_wait: true, said: Some("That counts."), ..some.clone() },
            Self { may_wait: true, failed: Some("Another recovery of yours waits already.".into()), ..some.clone() },
            Self {
                release: Some("14:30 UTC on 4 December 2026".into()),
                course: Course::sample(true),
                choices: Vec::new(),
                ..some.clone()
            },
            Self { now: Vec::new(), later: Vec::new(), choices: Vec::new(), ..some },
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
    /// The systems that share this login.
    pub shared: Vec<String>,
}

impl Page for CaseReenrol {
    const TEMPLATE: &'static str = "public/case_reenrol.html";

    fn title(&self) -> Cow<'static, str> {
        "Replace your device".into()
    }

    fn samples() -> Vec<Self> {
        let page = Self { case: "4T7K2M".into(), who: "root user of Harbour Works (1234-5678-9012)".into(), shared: Vec::new() };
        vec![page.clone(), Self { shared: vec!["Shop".into()], ..page }]
    }
}

/// All samples.
pub fn samples(out: &mut Vec<Sample>) {
    add::<RecoverDevice>(out);
    add::<CaseWays>(out);
    add::<CaseReenrol>(out);
}
