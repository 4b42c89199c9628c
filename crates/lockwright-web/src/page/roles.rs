//! `/console/roles`: roles, whom they trust and what they may do.

use std::borrow::Cow;

use serde::Serialize;

use super::document::Source;
use super::grants::{GrantsCard, TagsCard};
use super::{FieldErrors, Nav, Page, Sample, add};

/// A role in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RoleRow {
    /// The unique id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub about: Option<String>,
    /// Whom its trust policy names, in a few words.
    pub trusts: String,
    /// When it was created, from [`super::words::day`].
    pub created: String,
}

/// `/console/roles`. Asks `begin` of the same page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Roles {
    /// By name.
    pub rows: Vec<RoleRow>,
    /// Only those whose names begin like this.
    pub begin: String,
    /// The path of the next page.
    pub more: Option<String>,
    /// One can be created.
    pub may_create: bool,
}

impl Page for Roles {
    const TEMPLATE: &'static str = "console/roles.html";
    const NAV: Option<Nav> = Some(Nav::Roles);

    fn title(&self) -> Cow<'static, str> {
        "Roles".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, about: Option<&str>, trusts: &str| RoleRow {
            id: "AROAMZXW6YTBOIMZXW6Y".into(),
            name: name.into(),
            about: about.map(str::to_owned),
            trusts: trusts.into(),
            created: "2 March 2026".into(),
        };
        vec![
            Self { may_create: true, ..Self::default() },
            Self {
                rows: vec![row("build", Some("Deploys"), "ec2.amazonaws.com"), row("partner", None, "arn:aws:iam::210987654321:root")],
                more: Some("/console/roles?after=partner".into()),
                may_create: true,
                begin: String::new(),
            },
            Self { begin: "z".into(), ..Self::default() },
        ]
    }
}

/// Whom a new role trusts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trusted {
    /// Users and roles of this account, as policies let them.
    #[default]
    Own,
    /// Another account.
    Other,
    /// A service.
    Service,
    /// Whoever the document names.
    Document,
}

/// `/console/roles/new`: posts `name`, `description`, `trusted` (a [`Trusted`]), `account`, `external_id`, `mfa`, `service`, `document`, and `act`
/// (`check` or `save`) to `/console/roles`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RoleNew {
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub description: String,
    /// Chosen.
    pub trusted: Trusted,
    /// What was typed.
    pub account: String,
    /// What was typed.
    pub external_id: String,
    /// Ticked.
    pub mfa: bool,
    /// What was typed.
    pub service: String,
    /// What was typed.
    pub document: String,
    /// The trust policy that would be saved, once it was asked for.
    pub checked: Option<Source>,
    /// How many remarks there are.
    pub remarks: usize,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for RoleNew {
    const TEMPLATE: &'static str = "console/role_new.html";
    const NAV: Option<Nav> = Some(Nav::Roles);

    fn title(&self) -> Cow<'static, str> {
        "Create a role".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self {
                name: "partner".into(),
                trusted: Trusted::Other,
                account: "2109-8765-4321".into(),
                external_id: "harbour-7".into(),
                checked: Some(Source::sample(true)),
                remarks: 1,
                ..Self::default()
            },
            Self {
                trusted: Trusted::Service,
                errors: FieldErrors::one("name", "1 to 64 letters and digits, and + = , . @ _ -.")
                    .and("service", "A service is written like ec2.amazonaws.com."),
                ..Self::default()
            },
        ]
    }
}

/// What is offered on a role's page, each where policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RoleOffers {
    /// Its trust policy is edited.
    pub trust: bool,
    /// Its description and the length of its sessions are changed.
    pub settings: bool,
    /// Its sessions are ended.
    pub end: bool,
    /// It is deleted.
    pub delete: bool,
}

/// `/console/roles/{id}`. Posts `description` and `minutes` to `…/settings`, nothing to `…/sessions/end`, `confirm` (the name) to `…/delete`, and
/// what [`GrantsCard`] and [`TagsCard`] say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RoleShow {
    /// Its page.
    pub path: String,
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// When it was created, from [`super::words::at`].
    pub created: String,
    /// What it is for, or what was typed.
    pub description: String,
    /// How many minutes its sessions may last, or what was typed.
    pub minutes: String,
    /// Its trust policy.
    pub trust: Source,
    /// How many remarks there are.
    pub remarks: usize,
    /// What it may do.
    pub grants: GrantsCard,
    /// Its tags; `None`: policies don't let see them.
    pub tags: Option<TagsCard>,
    /// What is offered.
    pub offers: RoleOffers,
    /// What stands in the way of deleting it.
    pub in_the_way: Vec<String>,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for RoleShow {
    const TEMPLATE: &'static str = "console/role.html";
    const NAV: Option<Nav> = Some(Nav::Roles);

    fn title(&self) -> Cow<'static, str> {
        self.name.clone().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let path = "/console/roles/AROAMZXW6YTBOIMZXW6Y";
        let page = Self {
            path: path.into(),
            name: "build".into(),
            arn: "arn:aws:iam::123456789012:role/build".into(),
            created: "09:12 UTC on 2 March 2026".into(),
            description: "Deploys".into(),
            minutes: "60".into(),
            trust: Source::sample(false),
            remarks: 0,
            grants: GrantsCard::sample(path, "build"),
            tags: Some(TagsCard::sample(path, "build")),
            offers: RoleOffers { trust: true, settings: true, end: true, delete: true },
            in_the_way: vec!["2 attached policies".into()],
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                minutes: "5".into(),
                in_the_way: Vec::new(),
                errors: FieldErrors::one("minutes", "Choose a number between 60 and 720."),
                ..page.clone()
            },
            Self {
                grants: GrantsCard::sample_looked_at(path, "build"),
                tags: None,
                trust: Source::sample(true),
                remarks: 1,
                offers: RoleOffers::default(),
                ..page
            },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Roles>(out);
    add::<RoleNew>(out);
    add::<RoleShow>(out);
}
