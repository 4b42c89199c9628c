//! The operators' pages.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use lockwright_model::proof::Goal;
use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::course::Course;
use super::signin::Trouble;
use super::{FieldErrors, Nav, Page, Sample, add};

/// `/operator/signin`: posts `email` and `password`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OperatorSignIn {
    /// What was typed.
    pub email: String,
    /// Passkeys work under the address of these pages.
    pub passkeys: bool,
    /// Why the form is shown again.
    pub trouble: Option<Trouble>,
    /// What has to be put right in `email` or `password`.
    pub errors: FieldErrors,
}

impl Page for OperatorSignIn {
    const TEMPLATE: &'static str = "operator/signin.html";

    fn title(&self) -> Cow<'static, str> {
        "Sign in as operator".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let typed = Self { email: "olu@example.com".into(), ..Self::default() };
        vec![
            Self::default(),
            Self { trouble: Some(Trouble::NoMatch), ..typed.clone() },
            Self { trouble: Some(Trouble::Delay { wait: "30 seconds".into() }), ..typed.clone() },
            Self { errors: FieldErrors::one("password", "Enter your password."), ..typed },
            Self { passkeys: true, ..Self::default() },
            Self { passkeys: true, trouble: Some(Trouble::Passkey), ..Self::default() },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator")
    }
}

/// `/operator`: posts `code` to itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OperatorHome {
    /// What was typed.
    pub code: String,
    /// The operator may approve, and sees the numbers.
    pub security: bool,
    /// Too many codes that led nowhere: how long until the next one is looked at.
    pub wait: Option<String>,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl Page for OperatorHome {
    const TEMPLATE: &'static str = "operator/home.html";
    const NAV: Option<Nav> = Some(Nav::Home);

    fn title(&self) -> Cow<'static, str> {
        "Help somebody back in".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self { security: true, ..Self::default() },
            Self {
                code: "12".into(),
                errors: FieldErrors::one("code", "Type the six digits that the caller reads out."),
                ..Self::default()
            },
            Self { wait: Some("20 minutes".into()), ..Self::default() },
        ]
    }

    fn sample_shell(&self) -> Shell {
        shell(self.security)
    }
}

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

/// One kind of identity in numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupRow {
    /// `Root users`
    pub name: &'static str,
    /// How many.
    pub all: u32,
    /// With an MFA device.
    pub mfa: u32,
    /// With recovery codes.
    pub codes: u32,
    /// With nothing to fall back on but mailboxes.
    pub mailbox_only: u32,
    /// The bar's parts.
    pub bar: Vec<Part>,
}

/// A part of a bar, in the picture's units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Part {
    /// Where it begins.
    pub x: u32,
    /// How wide it is.
    pub width: u32,
    /// `mfa`, `some` or `only`
    pub class: &'static str,
}

/// The width of a whole bar.
const BAR: u32 = 320;

impl GroupRow {
    /// A row with its bar: those with a device, those with something else to fall back on, those with nothing but a mailbox.
    pub fn new(name: &'static str, all: u32, mfa: u32, codes: u32, mailbox_only: u32) -> Self {
        let scaled = |number: u32| u32::try_from(u64::from(number) * u64::from(BAR) / u64::from(all.max(1))).unwrap_or(BAR);
        let (ends, classes) = ([mfa, all.saturating_sub(mailbox_only), all], ["mfa", "some", "only"]);
        let mut bar = Vec::new();
        let mut x = 0;
        for (end, class) in ends.into_iter().zip(classes) {
            let width = scaled(end).saturating_sub(x);
            if width > 0 {
                bar.push(Part { x, width, class });
            }
            x += width;
        }
        Self { name, all, mfa, codes, mailbox_only, bar }
    }
}

/// `/operator/readiness`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorReadiness {
    /// Root users, IAM users, builder IDs.
    pub rows: Vec<GroupRow>,
    /// Recoveries whose waiting time runs.
    pub waiting: u32,
    /// Counting stopped at this many.
    pub stopped_at: Option<u32>,
    /// When it was counted, from [`super::words::at`].
    pub at: String,
}

impl Page for OperatorReadiness {
    const TEMPLATE: &'static str = "operator/readiness.html";
    const NAV: Option<Nav> = Some(Nav::Readiness);

    fn title(&self) -> Cow<'static, str> {
        "Readiness".into()
    }

    fn samples() -> Vec<Self> {
        let rows = vec![
            GroupRow::new("Root users", 40, 31, 25, 4),
            GroupRow::new("IAM users", 812, 400, 120, 300),
            GroupRow::new("Builder IDs", 3, 0, 0, 3),
        ];
        let page = Self { rows, waiting: 2, stopped_at: None, at: "09:12 UTC on 23 November 2026".into() };
        let none =
            vec![GroupRow::new("Root users", 0, 0, 0, 0), GroupRow::new("IAM users", 0, 0, 0, 0), GroupRow::new("Builder IDs", 0, 0, 0, 0)];
        vec![page.clone(), Self { stopped_at: Some(20_000), waiting: 0, ..page.clone() }, Self { rows: none, waiting: 0, ..page }]
    }

    fn sample_shell(&self) -> Shell {
        shell(true)
    }
}

fn shell(security: bool) -> Shell {
    Shell::sample().at("/operator").signed_in(SignedIn {
        label: "Olu Adeyemi".into(),
        kind: IdentityKind::Operator,
        administrator: security,
        must_change: false,
        open_help: u32::from(security),
    })
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<OperatorSignIn>(out);
    add::<OperatorHome>(out);
    add::<OperatorFound>(out);
    add::<Recoveries>(out);
    add::<RecoveryShow>(out);
    add::<OperatorReadiness>(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_parts_and_never_longer() {
        let row = GroupRow::new("Root users", 40, 31, 25, 4);
        assert_eq!(row.bar.iter().map(|part| part.width).sum::<u32>(), BAR);
        assert_eq!(row.bar.iter().map(|part| (part.x, part.class)).collect::<Vec<_>>(), [(0, "mfa"), (248, "some"), (288, "only")]);
        assert_eq!(GroupRow::new("Root users", 0, 0, 0, 0).bar, []);
        assert_eq!(GroupRow::new("Root users", 3, 3, 0, 0).bar.len(), 1);
    }
}
