//! Who may do what in an account, and why.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// `/console/permissions`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Permissions {
    /// A user's name, or an ARN; empty: everybody is asked.
    pub principal: String,
    /// The action.
    pub action: String,
    /// What it is done to.
    pub resource: String,
    /// What came of it.
    pub answer: Option<PermissionsAnswer>,
    /// What has to be put right.
    pub errors: FieldErrors,
}

/// What came of the question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PermissionsAnswer {
    /// Of one principal.
    Why {
        /// In a sentence.
        sentence: String,
        /// It is allowed.
        allowed: bool,
        /// The statements that speak of the action.
        statements: Vec<PermissionsRow>,
        /// Condition keys that nobody told.
        missing: Vec<String>,
    },
    /// Of everybody.
    Who {
        /// Those who can, or perhaps can.
        able: Vec<AbleRow>,
    },
}

/// A statement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PermissionsRow {
    /// The policy's name.
    pub policy: String,
    /// Where it stands, in words.
    pub stands: &'static str,
    /// Which statement of it.
    pub statement: String,
    /// The line of the document that it begins in.
    pub line: u32,
    /// It allows; otherwise it denies.
    pub allows: bool,
    /// Whether it applies, in words.
    pub verdict: String,
    /// It made the decision.
    pub decides: bool,
}

/// Somebody who can.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AbleRow {
    /// In words: `Root user`, `User ana`, `Role build`.
    pub who: String,
    /// The path of the reasons.
    pub why: String,
    /// Condition keys it depends on; none: they can now.
    pub depends: Vec<String>,
}

impl Page for Permissions {
    const TEMPLATE: &'static str = "console/permissions.html";
    const NAV: Option<Nav> = Some(Nav::Permissions);

    fn title(&self) -> Cow<'static, str> {
        "Who may do what".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let asked = |principal: &str, answer| Self {
            principal: principal.into(),
            action: "iam:DeleteUser".into(),
            resource: "arn:aws:iam::123456789012:user/boss".into(),
            answer: Some(answer),
            errors: FieldErrors::default(),
        };
        let row = |policy: &str, allows, verdict: &str, decides| PermissionsRow {
            policy: policy.into(),
            stands: "in the user",
            statement: "2".into(),
            line: 4,
            allows,
            verdict: verdict.into(),
            decides,
        };
        let able = |who: &str, arn: &str, depends: &[&str]| AbleRow {
            who: who.into(),
            why: format!("/console/permissions?action=iam%3ADeleteUser&principal={arn}"),
            depends: depends.iter().map(|key| (*key).to_owned()).collect(),
        };
        let mut wrong = Self { action: "DeleteUser".into(), ..Self::default() };
        wrong.errors.add("action", "An action is written service:Name, such as iam:CreateUser.");
        vec![
            Self::default(),
            asked(
                "ana",
                PermissionsAnswer::Why {
                    sentence: "Denied by keep-the-boss (2).".into(),
                    allowed: false,
                    statements: vec![
                        row("keep-the-boss", false, "applies", true),
                        row("AdministratorAccess", true, "applies", false),
                        row("with-a-device", true, "Bool on aws:MultiFactorAuthPresent: the key is not known here", false),
                    ],
                    missing: vec!["aws:MultiFactorAuthPresent".into()],
                },
            ),
            asked(
                "",
                PermissionsAnswer::Who {
                    able: vec![
                        able("Root user", "arn:aws:iam::123456789012:root", &[]),
                        able("User ana", "arn:aws:iam::123456789012:user/ana", &["aws:SourceIp"]),
                    ],
                },
            ),
            asked("", PermissionsAnswer::Who { able: Vec::new() }),
            wrong,
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Permissions>(out);
}
