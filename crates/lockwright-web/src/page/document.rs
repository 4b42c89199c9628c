//! A policy document: shown with the numbers of its lines and what there is to say about them, and edited.

use std::borrow::Cow;

use serde::Serialize;

use super::permissions::{PermissionsAnswer, PermissionsRow};
use super::{FieldErrors, Nav, Page, Sample, add};

/// A document line by line.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Source {
    /// The lines.
    pub lines: Vec<SourceLine>,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourceLine {
    /// Its text.
    pub text: String,
    /// What there is to say about it.
    pub notes: Vec<SourceNote>,
}

/// A remark on a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourceNote {
    /// It keeps the text from being a policy; otherwise it is something to look at.
    pub fault: bool,
    /// The character it begins at, from 1.
    pub column: u32,
    /// What is wrong.
    pub text: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl Source {
    /// How many remarks there are.
    pub fn remarks(&self) -> usize {
        self.lines.iter().map(|line| line.notes.len()).sum()
    }

    /// The lines alone.
    #[must_use]
    pub fn without_remarks(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.notes.clear());
        self
    }

    /// A statement with a remark.
    pub(super) fn sample(remark: bool) -> Self {
        let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\n    \"Effect\": \"Allow\",\n    \"Action\": \"iam:PassRole\",\n    \"Resource\": \"*\"\n  }\n}";
        let mut lines: Vec<SourceLine> = text.lines().map(|line| SourceLine { text: line.into(), notes: Vec::new() }).collect();
        if let Some(line) = lines.get_mut(5).filter(|_| remark) {
            line.notes.push(SourceNote {
                fault: false,
                column: 17,
                text: "every role can be passed on, also one that may do more than its user".into(),
                help: "name the roles, or add a condition on iam:PassedToService".into(),
            });
        }
        Self { lines }
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// What is tried on a document that is edited.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Trial {
    /// A user's name or an ARN; empty: the document by itself.
    pub principal: String,
    /// The action.
    pub action: String,
    /// What it is done to.
    pub resource: String,
    /// What came of it.
    pub answer: Option<PermissionsAnswer>,
}

/// A page on which a document is written. Posts `name` and `description` where they are asked for, `document`, `in_force`, `principal`,
/// `action`, `resource`, and `act` (`check`, `try` or `save`) to `path`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DocumentEdit {
    /// The entry of the navigation.
    #[serde(skip)]
    pub nav: Nav,
    /// What the page is called.
    pub title: String,
    /// One line of why.
    pub lead: String,
    /// The pages above: path and label.
    pub above: Vec<(String, String)>,
    /// Where it posts to.
    pub path: String,
    /// The name as typed, where it can be chosen.
    pub name: Option<String>,
    /// What it is for as typed, where it is asked.
    pub description: Option<String>,
    /// The text as typed.
    pub document: String,
    /// The most characters, white space not counted.
    pub most: usize,
    /// How many it has.
    pub counted: usize,
    /// Whether it comes into force at once, where that is asked.
    pub in_force: Option<bool>,
    /// The text with its remarks, once it was looked over.
    pub checked: Option<Source>,
    /// How many remarks there are.
    pub remarks: usize,
    /// What is tried; a trust policy is not tried.
    pub trial: Option<Trial>,
    /// What the button says that saves.
    pub save: String,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for DocumentEdit {
    const TEMPLATE: &'static str = "console/document.html";
    const NAV: Option<Nav> = Some(Nav::Policies);

    fn title(&self) -> Cow<'static, str> {
        self.title.clone().into()
    }

    fn nav(&self) -> Option<Nav> {
        Some(self.nav)
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let source = Source::sample(true);
        let new = Self {
            nav: Nav::Policies,
            title: "Create a policy".into(),
            lead: "A policy says who may do what, once it is attached.".into(),
            above: vec![("/console/policies".into(), "Policies".into())],
            path: "/console/policies/new/document".into(),
            name: Some(String::new()),
            description: Some(String::new()),
            document: source.text(),
            most: 6_144,
            counted: 90,
            in_force: None,
            checked: None,
            remarks: 0,
            trial: Some(Trial::default()),
            save: "Create policy".into(),
            errors: FieldErrors::none(),
        };
        let answer = PermissionsAnswer::Why {
            sentence: "Allowed by pass-roles (1).".into(),
            allowed: true,
            statements: vec![PermissionsRow {
                policy: "pass-roles".into(),
                stands: "of this account",
                statement: "1".into(),
                line: 3,
                allows: true,
                verdict: "applies".into(),
                decides: true,
            }],
            missing: Vec::new(),
        };
        let trial = Trial { principal: "ana".into(), action: "iam:PassRole".into(), resource: String::new(), answer: Some(answer) };
        let edited = Self {
            title: "Edit pass-roles".into(),
            above: vec![
                ("/console/policies".into(), "Policies".into()),
                ("/console/policies/ANPAMZXW6YTBOIMZXW6Y".into(), "pass-roles".into()),
            ],
            path: "/console/policies/ANPAMZXW6YTBOIMZXW6Y/document".into(),
            name: None,
            description: None,
            in_force: Some(true),
            checked: Some(source),
            remarks: 1,
            trial: Some(trial),
            save: "Save as new version".into(),
            ..new.clone()
        };
        let mut faulty = Source::sample(false);
        if let Some(line) = faulty.lines.get_mut(4) {
            line.notes.push(SourceNote { fault: true, column: 15, text: "an action is written service:Name".into(), help: String::new() });
        }
        let trust = Self {
            nav: Nav::Roles,
            title: "Who may take on build".into(),
            trial: None,
            checked: Some(faulty),
            remarks: 1,
            errors: FieldErrors::one("document", "Line 5, character 15: an action is written service:Name."),
            ..edited.clone()
        };
        vec![new, edited, trust]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<DocumentEdit>(out);
}
