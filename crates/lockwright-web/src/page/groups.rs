//! `/console/groups`: groups of IAM users.

use std::borrow::Cow;

use serde::Serialize;

use super::grants::GrantsCard;
use super::{FieldErrors, Nav, Page, Sample, add};

/// A group in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupRow {
    /// The unique id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path, where it is not the root of the tree.
    pub path: Option<String>,
    /// How many policies its members get through it.
    pub policies: usize,
    /// When it was created, from [`super::words::day`].
    pub created: String,
}

/// `/console/groups`. Asks `begin` of the same page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Groups {
    /// By name.
    pub rows: Vec<GroupRow>,
    /// Only those whose names begin like this.
    pub begin: String,
    /// The path of the next page.
    pub more: Option<String>,
    /// One can be created.
    pub may_create: bool,
}

impl Page for Groups {
    const TEMPLATE: &'static str = "console/groups.html";
    const NAV: Option<Nav> = Some(Nav::Groups);

    fn title(&self) -> Cow<'static, str> {
        "Groups".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, path: Option<&str>, policies| GroupRow {
            id: "AGPAMZXW6YTBOIMZXW6Y".into(),
            name: name.into(),
            path: path.map(str::to_owned),
            policies,
            created: "2 March 2026".into(),
        };
        vec![
            Self { may_create: true, ..Self::default() },
            Self {
                rows: vec![row("auditors", None, 1), row("developers", Some("/engineering/"), 3)],
                more: Some("/console/groups?after=developers".into()),
                may_create: true,
                begin: String::new(),
            },
            Self { begin: "z".into(), ..Self::default() },
        ]
    }
}

/// `/console/groups/new`: posts `name` to `/console/groups`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct GroupNew {
    /// What was typed.
    pub name: String,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for GroupNew {
    const TEMPLATE: &'static str = "console/group_new.html";
    const NAV: Option<Nav> = Some(Nav::Groups);

    fn title(&self) -> Cow<'static, str> {
        "Create a group".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::default(),
            Self {
                name: "auditors".into(),
                errors: FieldErrors::one("name", "A group named “auditors” exists already. Choose another name."),
            },
        ]
    }
}

/// A member of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MemberRow {
    /// The user's unique id.
    pub id: String,
    /// The user's name.
    pub name: String,
}

/// What is offered on a group's page, each where policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct GroupOffers {
    /// Users are put into it.
    pub add: bool,
    /// Users are taken out of it.
    pub remove: bool,
    /// It gets another name.
    pub rename: bool,
    /// It is deleted.
    pub delete: bool,
}

/// `/console/groups/{id}`. Posts `user` (a name) to `…/members`, `user` (an id) to `…/members/remove`, `name` to `…/rename`, nothing to `…/delete`,
/// and what [`GrantsCard`] says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupShow {
    /// Its page.
    pub path: String,
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// When it was created, from [`super::words::at`].
    pub created: String,
    /// A page of its members.
    pub members: Vec<MemberRow>,
    /// The path of the next page of members.
    pub more: Option<String>,
    /// What its members get through it.
    pub grants: GrantsCard,
    /// What is offered.
    pub offers: GroupOffers,
    /// The name typed of a user to put into it.
    pub typed_user: String,
    /// The new name, or what was typed.
    pub typed_name: String,
    /// What stands in the way of deleting it.
    pub in_the_way: Vec<String>,
    /// What has to be put right in `user`, `name`, `policy` or `delete`.
    pub errors: FieldErrors,
}

impl Page for GroupShow {
    const TEMPLATE: &'static str = "console/group.html";
    const NAV: Option<Nav> = Some(Nav::Groups);

    fn title(&self) -> Cow<'static, str> {
        self.name.clone().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let path = "/console/groups/AGPAMZXW6YTBOIMZXW6Y";
        let member = |name: &str| MemberRow { id: "AIDAMZXW6YTBOIMZXW6Y".into(), name: name.into() };
        let page = Self {
            path: path.into(),
            name: "auditors".into(),
            arn: "arn:aws:iam::123456789012:group/auditors".into(),
            created: "09:12 UTC on 2 March 2026".into(),
            members: vec![member("ana"), member("temp.contractor+harbour-works-night-shift")],
            more: None,
            grants: GrantsCard::sample(path, "auditors"),
            offers: GroupOffers { add: true, remove: true, rename: true, delete: true },
            typed_user: String::new(),
            typed_name: "auditors".into(),
            in_the_way: vec!["2 members".into(), "2 attached policies".into(), "1 inline policy".into()],
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                members: Vec::new(),
                grants: GrantsCard { attached: Some(Vec::new()), inline: Some(Vec::new()), ..page.grants.clone() },
                in_the_way: Vec::new(),
                typed_user: "anna".into(),
                errors: FieldErrors::one("user", "There is no user named “anna” in this account."),
                ..page.clone()
            },
            Self { grants: GrantsCard::sample_looked_at(path, "auditors"), offers: GroupOffers::default(), ..page },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Groups>(out);
    add::<GroupNew>(out);
    add::<GroupShow>(out);
}
