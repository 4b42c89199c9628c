//! A recovery as operators see it: found by its caller code, in the list, and on a page of its own.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use lockwright_model::proof::Goal;
use serde::Serialize;

use super::course::Course;
use super::operator::shell;
use super::{FieldErrors, Nav, Page, Sample, add};
use crate::render::Shell;

/// What an operator sees of a recovery.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Facts {
    /// The case's id.
    pub case: String,
    /// `root user of Example (1234-5678-9012)`; `None`: it is nobody's.
    pub who: Option<String>,
    /// The sign-in address, masked.
    pub address: Option<String>,
    /// What it would do.
    pub goal: Goal,
    /// When it began, from [`super::words::ago`].
    pub began: String,
    /// The same as a moment.
    pub began_at: String,
    /// Where it began.
    pub device: String,
    /// The network address.
    pub network: String,
    /// What was proven so far, in words.
    pub proven: Vec<String>,
    /// When it ends unless it is finished before, from [`super::words::at`]; `None`: it has ended.
    pub until: Option<String>,
}

impl Facts {
    fn sample() -> Self {
        Self {
            case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            who: Some("root user of Example (1234-5678-9012)".into()),
            address: Some("a•••@example.com".into()),
            goal: Goal::NewPassword,
            began: "12 minutes ago".into(),
            began_at: "09:12 UTC on 23 November 2026".into(),
            device: "Firefox on Linux".into(),
            network: "192.0.2.17".into(),
            proven: Vec::new(),
            until: Some("09:12 UTC on 24 November 2026".into()),
        }
    }
}

/// Why this operator can't go further with a recovery.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hindrance {
    /// It is nobody's: no such name is registered.
    Nobody,
    /// An IAM user: the account's administrators help.
    Administrator,
    /// The operator reads one of the person's mailboxes.
    OwnMailbox,
    /// Another operator opened it.
    OpenedAlready,
    /// What the case asks for is no longer possible, or was stopped.
    Over,
}

/// What a caller code led to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Found {
    /// What is known of it.
    pub facts: Facts,
    /// What stands in the way of opening it.
    pub hindrance: Option<Hindrance>,
}

/// `POST /operator`: what the code led to. Each form posts `code` to `/operator/recoveries/{case}/open`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorFound {
    /// Usually one; codes are not unique.
    pub rows: Vec<Found>,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl Page for OperatorFound {
    const TEMPLATE: &'static str = "operator/found.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        if self.rows.len() > 1 { "Several recoveries have this code".into() } else { "Is this the caller?".into() }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self { rows: vec![Found { facts: Facts::sample(), hindrance: None }], errors: FieldErrors::none() };
        let with =
            |hindrance| Self { rows: vec![Found { facts: Facts::sample(), hindrance: Some(hindrance) }], errors: FieldErrors::none() };
        let other = Facts { case: "AZXW6YTBOIMZXW6YTBOIMZXW6A".into(), proven: vec!["A mailed code".into()], ..Facts::sample() };
        vec![
            page.clone(),
            Self {
                errors: FieldErrors::one("code-MZXW6YTBOIMZXW6YTBOIMZXW6Y", "Ask the caller again and type the six digits."),
                ..page.clone()
            },
            Self { rows: vec![page.rows[0].clone(), Found { facts: other, hindrance: None }], ..page },
            Self {
                rows: vec![Found { facts: Facts { who: None, address: None, ..Facts::sample() }, hindrance: Some(Hindrance::Nobody) }],
                errors: FieldErrors::none(),
            },
            with(Hindrance::Administrator),
            with(Hindrance::OwnMailbox),
            with(Hindrance::OpenedAlready),
            with(Hindrance::Over),
        ]
    }

    fn sample_shell(&self) -> Shell {
        shell(false)
    }
}

/// How far a recovery is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Stage {
    /// Opened; another operator is to approve it.
    Opened,
    /// Approved; the person has to go on.
    Approved,
    /// The waiting time runs.
    Waiting {
        /// When it is over, from [`super::words::at`].
        release: String,
    },
    /// The waiting time is over, or enough is proven: the person may finish.
    Ready,
    /// An operator refused it.
    Refused,
    /// It ended.
    Ended,
}

/// One row of the list: no name, so that looking at the list tells nothing of anybody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecoveryRow {
    /// The case's id.
    pub case: String,
    /// Which kind of sign-in.
    pub kind: IdentityKind,
    /// What it would do.
    pub goal: Goal,
    /// Who opened it; `None`: nobody, it is only contested.
    pub opened_by: Option<String>,
    /// When, from [`super::words::ago`].
    pub when: String,
    /// How far it is.
    pub stage: Stage,
    /// Its owner tried twice to stop it through the same channel.
    pub contested: bool,
    /// This operator is asked for something.
    pub yours: bool,
}

/// `/operator/recoveries`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recoveries {
    /// Those that go on, the ones that wait for this operator first.
    pub rows: Vec<RecoveryRow>,
    /// The operator sees everybody's.
    pub security: bool,
    /// There are more than the list holds.
    pub more: bool,
}

impl Page for Recoveries {
    const TEMPLATE: &'static str = "operator/recoveries.html";
    const NAV: Option<Nav> = Some(Nav::Recoveries);

    fn title(&self) -> Cow<'static, str> {
        "Recoveries".into()
    }

    fn samples() -> Vec<Self> {
        let row = |case: &str, stage, contested, yours| RecoveryRow {
            case: case.into(),
            kind: IdentityKind::Root,
            goal: Goal::NewPassword,
            opened_by: Some("Olu Adeyemi".into()),
            when: "20 minutes ago".into(),
            stage,
            contested,
            yours,
        };
        let rows = vec![
            row("MZXW6YTBOIMZXW6YTBOIMZXW6Y", Stage::Opened, false, true),
            row("AZXW6YTBOIMZXW6YTBOIMZXW6Y", Stage::Waiting { release: "09:12 UTC on 25 November 2026".into() }, true, true),
            row("BZXW6YTBOIMZXW6YTBOIMZXW6Y", Stage::Approved, false, false),
            row("CZXW6YTBOIMZXW6YTBOIMZXW6Y", Stage::Refused, false, false),
            RecoveryRow {
                kind: IdentityKind::Builder,
                goal: Goal::Reenrol,
                ..row("DZXW6YTBOIMZXW6YTBOIMZXW6Y", Stage::Ready, false, false)
            },
        ];
        let page = Self { rows, security: true, more: true };
        vec![
            page.clone(),
            Self { rows: page.rows[2..].to_vec(), security: false, more: false },
            Self { rows: Vec::new(), security: true, more: false },
            Self { rows: Vec::new(), security: false, more: false },
        ]
    }

    fn sample_shell(&self) -> Shell {
        shell(self.security)
    }
}

/// One act of an operator: who, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ActLine {
    /// `Opened`, `Approved`, `Refused`, `Wants it stopped`
    pub what: &'static str,
    /// The operator's name.
    pub by: String,
    /// When, from [`super::words::at`]; `None`: not kept.
    pub at: Option<String>,
}

/// `/operator/recoveries/{case}`. Posts to `…/approve`, `…/refuse` (`reason`), `…/object`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecoveryShow {
    /// What is known of it.
    pub facts: Facts,
    /// How far it is.
    pub stage: Stage,
    /// How it went on.
    pub course: Course,
    /// What operators did.
    pub acts: Vec<ActLine>,
    /// Its owner tried twice to stop it through the same channel.
    pub contested: bool,
    /// This operator may approve or refuse it.
    pub may_approve: bool,
    /// This operator opened it, so another one decides.
    pub own: bool,
    /// This operator may ask for it to be stopped.
    pub may_object: bool,
    /// What stands in the way.
    pub hindrance: Option<Hindrance>,
    /// The operator is of role security.
    pub security: bool,
    /// What was typed.
    pub reason: String,
    /// What has to be put right in `reason`.
    pub errors: FieldErrors,
}

impl Page for RecoveryShow {
    const TEMPLATE: &'static str = "operator/recovery.html";
    const NAV: Option<Nav> = Some(Nav::Recoveries);

    fn title(&self) -> Cow<'static, str> {
        match self.stage {
            Stage::Opened if self.may_approve => "Approve this recovery?".into(),
            Stage::Opened => "Opened, not approved yet".into(),
            Stage::Approved | Stage::Ready => "Approved".into(),
            Stage::Waiting { .. } if self.contested => "Somebody tries to stop this recovery".into(),
            Stage::Waiting { .. } => "The waiting time runs".into(),
            Stage::Refused => "Refused".into(),
            Stage::Ended => "This recovery has ended".into(),
        }
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let act = |what, by: &str| ActLine { what, by: by.into(), at: Some("09:20 UTC on 23 November 2026".into()) };
        let page = Self {
            facts: Facts::sample(),
            stage: Stage::Opened,
            course: Course::sample(false),
            acts: vec![act("Opened", "Olu Adeyemi")],
            contested: false,
            may_approve: true,
            own: false,
            may_object: false,
            hindrance: None,
            security: true,
            reason: String::new(),
            errors: FieldErrors::none(),
        };
        let approved = vec![act("Opened", "Olu Adeyemi"), act("Approved", "Sam Okafor")];
        let waiting = Stage::Waiting { release: "09:12 UTC on 25 November 2026".into() };
        vec![
            page.clone(),
            Self { errors: FieldErrors::one("reason", "Say in a few words why."), ..page.clone() },
            Self { may_approve: false, hindrance: Some(Hindrance::OwnMailbox), ..page.clone() },
            Self { may_approve: false, own: true, ..page.clone() },
            Self { may_approve: false, own: true, security: false, ..page.clone() },
            Self { stage: Stage::Approved, acts: approved.clone(), may_approve: false, ..page.clone() },
            Self { stage: waiting.clone(), acts: approved.clone(), may_approve: false, may_object: true, ..page.clone() },
            Self {
                stage: waiting,
                acts: vec![approved[0].clone(), approved[1].clone(), ActLine { at: None, ..act("Wants it stopped", "Sam Okafor") }],
                contested: true,
                may_approve: false,
                may_object: true,
                ..page.clone()
            },
            Self {
                stage: Stage::Refused,
                acts: vec![act("Opened", "Olu Adeyemi"), act("Refused", "Sam Okafor")],
                may_approve: false,
                ..page.clone()
            },
            Self { stage: Stage::Ended, may_approve: false, ..page },
        ]
    }

    fn sample_shell(&self) -> Shell {
        shell(self.security)
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<OperatorFound>(out);
    add::<Recoveries>(out);
    add::<RecoveryShow>(out);
}
