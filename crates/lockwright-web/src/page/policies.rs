//! `/console/policies`: managed policies, the account's own and AWS's.

use std::borrow::Cow;

use serde::Serialize;

use super::document::Source;
use super::{FieldErrors, Nav, Page, Sample, add};

/// A policy in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PolicyRow {
    /// Its page.
    pub href: String,
    /// The name.
    pub name: String,
    /// What it is for, or where it stands.
    pub about: Option<String>,
    /// The version in force.
    pub version: String,
    /// When that was made, from [`super::words::day`].
    pub updated: String,
    /// Somebody holds it, or is bounded by it.
    pub in_use: bool,
}

/// `/console/policies`. Asks `by` (`own` or `aws`) and `begin` of the same page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Policies {
    /// AWS's; otherwise the account's own.
    pub aws: bool,
    /// By name.
    pub rows: Vec<PolicyRow>,
    /// Own: names that begin like this. AWS's: names that hold this.
    pub begin: String,
    /// The path of the next page.
    pub more: Option<String>,
    /// One can be created.
    pub may_create: bool,
}

impl Page for Policies {
    const TEMPLATE: &'static str = "console/policies.html";
    const NAV: Option<Nav> = Some(Nav::Policies);

    fn title(&self) -> Cow<'static, str> {
        "Policies".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, about: Option<&str>, in_use| PolicyRow {
            href: "/console/policies/ANPAMZXW6YTBOIMZXW6Y".into(),
            name: name.into(),
            about: about.map(str::to_owned),
            version: "v3".into(),
            updated: "2 March 2026".into(),
            in_use,
        };
        vec![
            Self { may_create: true, ..Self::default() },
            Self {
                rows: vec![row("deploy-to-staging", Some("What the build may do"), true), row("keep-the-boss", None, false)],
                more: Some("/console/policies?after=keep-the-boss".into()),
                may_create: true,
                ..Self::default()
            },
            Self { aws: true, rows: vec![row("Billing", Some("/job-function/"), false)], begin: "bill".into(), ..Self::default() },
        ]
    }
}

/// A version of a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct VersionRow {
    /// Its number.
    pub number: u32,
    /// When it was made, from [`super::words::at`].
    pub created: String,
    /// It is in force.
    pub in_force: bool,
    /// It is the one that is shown.
    pub shown: bool,
}

/// Somebody who holds a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HolderRow {
    /// `User`, `Group`, `Role`
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The page.
    pub href: String,
    /// It is attached.
    pub attached: bool,
    /// It is the boundary.
    pub bounds: bool,
}

/// What is offered on a policy's page, each where policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct PolicyOffers {
    /// A new version is written.
    pub edit: bool,
    /// A version is put in force.
    pub force: bool,
    /// A version is deleted.
    pub delete_version: bool,
    /// It is deleted.
    pub delete: bool,
    /// A new policy is made from it.
    pub copy: bool,
}

/// `/console/policies/{id}` and `/console/policies/aws/{name}`. Posts `number` and `act` (`force` or `delete`) to `…/versions`, nothing to `…/delete`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PolicyShow {
    /// Its page.
    pub path: String,
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// It is AWS's.
    pub aws: bool,
    /// What it is for.
    pub description: Option<String>,
    /// When it was created.
    pub created: String,
    /// The version that is shown.
    pub version: String,
    /// Its text.
    pub source: Source,
    /// How many remarks there are.
    pub remarks: usize,
    /// Its versions, the newest first; `None`: policies don't let see them.
    pub versions: Option<Vec<VersionRow>>,
    /// Who holds it; `None`: policies don't let see them.
    pub holders: Option<Vec<HolderRow>>,
    /// There are more holders than are shown.
    pub more_holders: bool,
    /// Where a policy is made from it.
    pub copy: String,
    /// What is offered.
    pub offers: PolicyOffers,
    /// What stands in the way of deleting it.
    pub in_the_way: Vec<String>,
    /// What has to be put right in `versions` or `delete`.
    pub errors: FieldErrors,
}

impl Page for PolicyShow {
    const TEMPLATE: &'static str = "console/policy.html";
    const NAV: Option<Nav> = Some(Nav::Policies);

    fn title(&self) -> Cow<'static, str> {
        self.name.clone().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let version = |number, in_force| VersionRow { number, created: "09:12 UTC on 2 March 2026".into(), in_force, shown: in_force };
        let holder = |kind, name: &str, attached, bounds| HolderRow {
            kind,
            name: name.into(),
            href: "/console/users/AIDAMZXW6YTBOIMZXW6Y".into(),
            attached,
            bounds,
        };
        let own = Self {
            path: "/console/policies/ANPAMZXW6YTBOIMZXW6Y".into(),
            name: "deploy-to-staging".into(),
            arn: "arn:aws:iam::123456789012:policy/teams/deploy-to-staging".into(),
            aws: false,
            description: Some("What the build may do".into()),
            created: "09:12 UTC on 2 March 2026".into(),
            version: "v2".into(),
            source: Source::sample(true),
            remarks: 1,
            versions: Some(vec![version(3, false), version(2, true), version(1, false)]),
            holders: Some(vec![holder("User", "ana", true, false), holder("Role", "build", true, true)]),
            more_holders: true,
            copy: "/console/policies/new/document?from=deploy-to-staging".into(),
            offers: PolicyOffers { edit: true, force: true, delete_version: true, delete: true, copy: true },
            in_the_way: vec!["2 who hold it".into(), "2 versions besides the one in force".into()],
            errors: FieldErrors::none(),
        };
        vec![
            own.clone(),
            Self {
                holders: None,
                versions: None,
                more_holders: false,
                offers: PolicyOffers::default(),
                source: Source::sample(false),
                remarks: 0,
                ..own.clone()
            },
            Self {
                path: "/console/policies/aws/ReadOnlyAccess".into(),
                name: "ReadOnlyAccess".into(),
                arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into(),
                aws: true,
                description: None,
                versions: Some(Vec::new()),
                holders: Some(Vec::new()),
                more_holders: false,
                in_the_way: Vec::new(),
                offers: PolicyOffers { copy: true, ..PolicyOffers::default() },
                ..own
            },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Policies>(out);
    add::<PolicyShow>(out);
}
