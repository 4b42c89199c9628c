//! `/security/readiness`: "if you lost this today", and what is weak.

use std::borrow::Cow;

use serde::Serialize;

use super::graph::{Graph, Mark, Sketch};
use super::{Nav, Page, Sample, add};

/// One thing that could be lost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LossRow {
    /// What, from [`super::ways::loss`].
    pub lost: String,
    /// The ways back, one sentence a step; none: sign-in goes on.
    pub steps: Vec<String>,
    /// How long it takes, from [`super::ways::time`]; `None`: there is no way back.
    pub time: Option<String>,
    /// It needs others than the person.
    pub help: bool,
    /// The word to rehearse it with; `None`: there is nothing to rehearse.
    pub rehearse: Option<&'static str>,
    /// How the last rehearsal went: passed, and when.
    pub rehearsed: Option<(bool, String)>,
}

/// What is weak, and the one next thing to do about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConcernRow {
    /// As a sentence.
    pub text: String,
    /// Grave: a single point of failure, or an opening.
    pub grave: bool,
    /// Where to do something about it.
    pub path: &'static str,
    /// What to do.
    pub action: &'static str,
}

/// `GET /security/readiness`, `GET /console/users/{id}/readiness`. Posts `lost` to `/security/drills`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Readiness {
    /// Whose: the own page says "you".
    pub who: Option<String>,
    /// The page of that person.
    pub back: String,
    /// One for each loss.
    pub rows: Vec<LossRow>,
    /// The gravest first.
    pub concerns: Vec<ConcernRow>,
    /// Whoever holds one of these alone gets in.
    pub openings: Vec<String>,
    /// Until when something that was added lately does not serve yet.
    pub cooling: Option<String>,
    /// The picture.
    pub graph: Graph,
}

impl Page for Readiness {
    const TEMPLATE: &'static str = "console/readiness.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn nav(&self) -> Option<Nav> {
        if self.who.is_some() { Some(Nav::Users) } else { Self::NAV }
    }

    fn title(&self) -> Cow<'static, str> {
        match &self.who {
            None => "If you lost something today".into(),
            Some(who) => format!("If {who} lost something today").into(),
        }
    }

    fn samples() -> Vec<Self> {
        let row = |lost: &str, steps: &[&str], time: Option<&str>| LossRow {
            lost: lost.into(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            time: time.map(str::to_owned),
            help: false,
            rehearse: time.is_some().then_some("password").filter(|_| !steps.is_empty()),
            rehearsed: (steps.len() == 1).then(|| (true, "3 August 2026".to_owned())),
        };
        let sketch = Sketch {
            factors: vec![
                ("Password".into(), Mark::Good),
                ("a•••@example.com".into(), Mark::Good),
                ("Authenticator app".into(), Mark::Weak),
                ("8 recovery codes".into(), Mark::New),
            ],
            goals: vec!["Sign in".into(), "New password".into(), "New device".into()],
            rules: vec![
                (vec![0, 2], 0, false),
                (vec![0, 3], 0, false),
                (vec![1, 2], 1, false),
                (vec![1, 3], 1, false),
                (vec![0, 3], 2, false),
            ],
        };
        let ready = Self {
            who: None,
            back: "/console/users/AIDACKCEVSQ6C2EXAMPLE".into(),
            rows: vec![
                row("Your password", &["Set a new password with a code by mail and an MFA device."], Some("minutes")),
                row("The mailbox you sign in with", &[], Some("minutes")),
                row(
                    "Your password and all MFA devices",
                    &[
                        "Set a new password with a code by mail and a recovery code.",
                        "Put a new MFA device in the place of the lost one with a recovery code and your password.",
                    ],
                    Some("minutes"),
                ),
                row("Everything, but the people who help you", &[], None),
            ],
            concerns: vec![
                ConcernRow {
                    text: "You have one MFA device. If it breaks, your recovery codes are the only quick way in.".into(),
                    grave: false,
                    path: "/security/mfa",
                    action: "Add a second device",
                },
                ConcernRow {
                    text: "If you lost everything at once, there would be no way back.".into(),
                    grave: true,
                    path: "/security/contacts",
                    action: "Name recovery contacts",
                },
            ],
            openings: vec!["the server itself, where whoever runs it can help you".into()],
            cooling: Some("30 November 2026".into()),
            graph: Graph::of(&sketch),
        };
        let bare = Self {
            openings: vec![
                "your mailbox, for you have no MFA device".into(),
                "the server itself, where whoever runs it can help you".into(),
            ],
            concerns: vec![ConcernRow {
                text: "Whoever reads your mailbox can set a new password and sign in, for you have no MFA device.".into(),
                grave: true,
                path: "/security/mfa",
                action: "Add an MFA device",
            }],
            cooling: None,
            rows: vec![row("Your password", &["Set a new password with a code by mail."], Some("minutes"))],
            ..ready.clone()
        };
        let mut failed = ready.clone();
        for row in &mut failed.rows {
            row.rehearsed = Some((false, "3 August 2026".into()));
        }
        vec![ready.clone(), bare, failed, Self { who: Some("ana".into()), ..ready }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Readiness>(out);
}
