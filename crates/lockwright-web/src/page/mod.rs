//! Every page as a typed struct with its template and its samples; routes fill them in, `render` turns them into HTML.

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{self, Shell, SignedIn};

pub mod access_keys;
pub mod account;
pub mod account_contacts;
pub mod addresses;
pub mod closing;
pub mod confirm;
pub mod console;
pub mod contacts;
pub mod course;
pub mod document;
pub mod email;
pub(crate) mod escape;
pub mod evidence;
pub mod field;
pub mod grants;
pub mod graph;
pub mod groups;
pub mod help;
pub mod linked;
pub mod mfa;
pub mod notice;
pub mod obstacle;
pub mod operator;
pub mod operator_articles;
pub mod operator_recovery;
pub mod outbox;
pub mod permissions;
pub mod policies;
pub mod privacy;
pub mod problem;
pub mod proof;
pub mod qr;
pub mod readiness;
pub mod recover;
pub mod roles;
pub mod rules;
pub mod second_step;
pub mod security;
pub mod signin;
pub mod signup;
pub mod support;
pub mod tree;
pub mod user;
pub mod ways;
pub mod words;

pub use rules::PasswordRules;

#[cfg(test)]
mod tests;

/// One page: data for one template.
pub trait Page: Serialize {
    /// The template's path under `templates/`.
    const TEMPLATE: &'static str;

    /// The entry of the console's navigation it stands under; `None`: a public page.
    const NAV: Option<Nav> = None;

    /// What the browser's tab shows, without the installation's name.
    fn title(&self) -> Cow<'static, str>;

    /// The same of this page, where one is seen from two places.
    fn nav(&self) -> Option<Nav> {
        Self::NAV
    }

    /// What has to be put right before the form is accepted.
    fn errors(&self) -> Option<&FieldErrors> {
        None
    }

    /// Every state that looks different, for tests and for looking at.
    fn samples() -> Vec<Self>
    where
        Self: Sized;

    /// What stands around a sample.
    fn sample_shell(&self) -> Shell {
        if Self::NAV.is_some() { Shell::sample().signed_in(SignedIn::sample()) } else { Shell::sample() }
    }
}

/// An entry of the console's navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nav {
    /// `/console`
    Home,
    /// `/console/users`
    Users,
    /// `/console/groups`
    Groups,
    /// `/console/roles`
    Roles,
    /// `/console/policies`
    Policies,
    /// `/console/permissions`
    Permissions,
    /// `/console/help`
    Help,
    /// `/console/trail`
    Trail,
    /// `/console/account`
    Account,
    /// `/security`
    Security,
    /// `/operator/recoveries`
    Recoveries,
    /// `/operator/support`
    Support,
    /// `/operator/articles`
    Articles,
    /// `/operator/readiness`
    Readiness,
}

/// What has to be put right, one sentence a field, in the order of the form.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(Vec<FieldError>);

/// One sentence about one field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FieldError {
    /// The `id` of the field; the same as its name unless a page has several forms.
    pub field: Cow<'static, str>,
    /// What to do, as a whole sentence.
    pub text: Cow<'static, str>,
}

impl FieldErrors {
    /// Nothing to put right.
    pub fn none() -> Self {
        Self::default()
    }

    /// One sentence about one field.
    pub fn one(field: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self::none().and(field, text)
    }

    /// Adds a sentence about a field.
    #[must_use]
    pub fn and(mut self, field: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(FieldError { field: field.into(), text: text.into() });
        self
    }

    /// Adds a sentence about a field.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError { field: field.into(), text: text.into() });
    }

    /// Whether the form can be accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }
}

/// One rendered sample.
pub struct Sample {
    /// A file name without ending: `signin-iam-2`.
    pub name: String,
    /// The whole document.
    pub html: String,
}

/// All samples of all pages, rendered.
pub fn samples() -> Vec<Sample> {
    let mut out = Vec::new();
    signin::samples(&mut out);
    second_step::samples(&mut out);
    recover::samples(&mut out);
    evidence::samples(&mut out);
    proof::samples(&mut out);
    tree::samples(&mut out);
    help::samples(&mut out);
    support::samples(&mut out);
    signup::samples(&mut out);
    security::samples(&mut out);
    addresses::samples(&mut out);
    permissions::samples(&mut out);
    readiness::samples(&mut out);
    obstacle::samples(&mut out);
    linked::samples(&mut out);
    confirm::samples(&mut out);
    closing::samples(&mut out);
    email::samples(&mut out);
    mfa::samples(&mut out);
    contacts::samples(&mut out);
    console::samples(&mut out);
    user::samples(&mut out);
    access_keys::samples(&mut out);
    groups::samples(&mut out);
    policies::samples(&mut out);
    document::samples(&mut out);
    roles::samples(&mut out);
    account::samples(&mut out);
    account_contacts::samples(&mut out);
    operator::samples(&mut out);
    operator_articles::samples(&mut out);
    operator_recovery::samples(&mut out);
    outbox::samples(&mut out);
    notice::samples(&mut out);
    privacy::samples(&mut out);
    problem::samples(&mut out);
    out
}

fn add<P: Page>(out: &mut Vec<Sample>) {
    let name = P::TEMPLATE.trim_end_matches(".html").replace(['/', '_'], "-");
    for (at, page) in P::samples().iter().enumerate() {
        out.push(Sample { name: format!("{name}-{}", at + 1), html: render::page(&page.sample_shell(), page) });
    }
}
