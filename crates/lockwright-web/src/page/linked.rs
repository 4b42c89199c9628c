//! `/security/linked`: logins of other systems that share this sign-in.

use std::borrow::Cow;

use serde::Serialize;

use super::{Nav, Page, Sample, add};

/// A login that is linked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LinkedRow {
    /// The link's id.
    pub id: String,
    /// The system's name.
    pub system: String,
    /// The page it is known by; `None`: it is registered no more.
    pub page: Option<String>,
    /// What it calls the person.
    pub login: String,
    /// Since when.
    pub since: String,
    /// How telling it of the last change went.
    pub told: Told,
}

/// How telling a system of the last change went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Told {
    /// Nothing was changed since it was linked.
    Nothing,
    /// It took the news.
    Taken {
        /// When.
        at: String,
    },
    /// It has not answered yet; it is tried again.
    Waiting {
        /// Since when.
        since: String,
    },
    /// It could not be told for a day.
    GivenUp {
        /// Of a change at.
        since: String,
    },
}

/// A login that the other side has proved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OfferedRow {
    /// The case's id.
    pub case: String,
    /// The system's name.
    pub system: String,
    /// What it calls the person.
    pub login: String,
}

/// A system that could be linked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SystemRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The page it is known by.
    pub page: String,
}

/// `GET /security/linked`. Posts `system` to the same path, `case` to `/security/linked/agree`, and to `/security/linked/{id}/end`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct LinkedLogins {
    /// What is linked.
    pub linked: Vec<LinkedRow>,
    /// What waits for the person's word.
    pub offered: Vec<OfferedRow>,
    /// What could be linked.
    pub others: Vec<SystemRow>,
    /// Why what was asked for was not done.
    pub trouble: Option<String>,
}

impl Page for LinkedLogins {
    const TEMPLATE: &'static str = "console/linked.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Linked logins".into()
    }

    fn samples() -> Vec<Self> {
        let row = |system: &str, told| LinkedRow {
            id: "MZXW6YTBOIMZXW6Y".into(),
            system: system.into(),
            page: Some("https://shop.example.com/account".into()),
            login: "ana.lima".into(),
            since: "3 May 2026".into(),
            told,
        };
        let shop = SystemRow { id: "MZXW6YTBOIMZXW6Y".into(), name: "Shop".into(), page: "https://shop.example.com/account".into() };
        vec![
            Self::default(),
            Self { others: vec![shop.clone()], ..Self::default() },
            Self {
                linked: vec![
                    row("Shop", Told::Taken { at: "5 minutes ago".into() }),
                    row("Warehouse", Told::Waiting { since: "2 minutes ago".into() }),
                    row("Archive", Told::GivenUp { since: "3 days ago".into() }),
                    LinkedRow { page: None, ..row("A system that is gone", Told::Nothing) },
                ],
                offered: vec![OfferedRow { case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(), system: "Forum".into(), login: "ana".into() }],
                others: vec![shop],
                trouble: Some("That took too long. Begin anew.".into()),
            },
        ]
    }
}

/// `GET /security/linked/leave`: leads to another system's page; browsers keep forms of ours from being sent there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LeaveForSystem {
    /// The system's name.
    pub system: String,
    /// Where it goes on, with what is brought along.
    pub url: String,
}

impl Page for LeaveForSystem {
    const TEMPLATE: &'static str = "console/leave.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        format!("Go on at {}", self.system).into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { system: "Shop".into(), url: "/sample-of-another-site".into() }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<LinkedLogins>(out);
    add::<LeaveForSystem>(out);
}
