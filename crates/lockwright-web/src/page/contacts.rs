//! Recovery contacts: the owner's list and invitation, and the pages of the people who are asked.

use std::borrow::Cow;

use lockwright_model::case::IdentityKind;
use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// How far a contact is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactStanding {
    /// Has not answered; the invitation works until the day.
    Invited,
    /// The invitation is too old.
    Overdue,
    /// Has accepted; the word counts from the day on.
    New,
    /// The word counts.
    Counts,
    /// The address is one of the owner's own by now: the word doesn't count.
    Own,
}

/// One contact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactRow {
    /// Names it in paths.
    pub id: String,
    /// How the owner calls the person.
    pub name: String,
    /// Where the person is reached.
    pub address: String,
    /// How the person calls the owner.
    pub owner: String,
    /// How far it is.
    pub standing: ContactStanding,
    /// Until or from when that is so, from [`super::words::day`].
    pub day: String,
}

/// `GET /security/contacts`. Posts to `…/{id}/again`, `…/{id}/remove`, `…/threshold` (`threshold`), `…/reviewed`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Contacts {
    /// In the order in which they were invited.
    pub rows: Vec<ContactRow>,
    /// How many have accepted.
    pub accepted: u8,
    /// How many must agree; 0 while nobody has accepted.
    pub threshold: u8,
    /// One more can be invited.
    pub room: bool,
    /// What the owner signs in as; decides what contacts can open.
    pub kind: IdentityKind,
    /// When the list was last looked through, from [`super::words::ago`].
    pub reviewed: Option<String>,
    /// Why the last act was not carried out, in sentences.
    pub refused: Option<String>,
}

const CONTACT: &str = "MZXW6YTBOIMZXW6Y";

impl Page for Contacts {
    const TEMPLATE: &'static str = "console/contacts.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Recovery contacts".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, address: &str, standing, day: &str| ContactRow {
            id: CONTACT.into(),
            name: name.into(),
            address: address.into(),
            owner: "Ana".into(),
            standing,
            day: day.into(),
        };
        let none =
            Self { rows: Vec::new(), accepted: 0, threshold: 0, room: true, kind: IdentityKind::Root, reviewed: None, refused: None };
        let one = Self {
            rows: vec![
                row("Marta", "marta@example.com", ContactStanding::New, "30 November 2026"),
                row("Jon", "jon@example.net", ContactStanding::Invited, "7 December 2026"),
            ],
            accepted: 1,
            threshold: 1,
            reviewed: Some("just now".into()),
            ..none.clone()
        };
        let five = Self {
            rows: vec![
                row("Marta", "marta@example.com", ContactStanding::Counts, ""),
                row("Jon", "jon@example.net", ContactStanding::Counts, ""),
                row(
                    "Auntie Kim-Nguyen of the long name",
                    "kim.nguyen.of.a.long.address@subdomain.example.org",
                    ContactStanding::Counts,
                    "",
                ),
                row("Me at work", "ana@work.example", ContactStanding::Own, ""),
                row("Olu", "olu@example.com", ContactStanding::Overdue, ""),
            ],
            accepted: 4,
            threshold: 2,
            room: false,
            reviewed: Some("7 months ago".into()),
            ..none.clone()
        };
        vec![
            none.clone(),
            one.clone(),
            five.clone(),
            Self { threshold: 2, refused: Some("You said “this wasn’t me”, so nothing can be changed until 14:32 UTC on 24 November 2026. If it was you after all, wait until then.".into()), ..one.clone() },
            Self { kind: IdentityKind::Iam, ..five },
            Self { kind: IdentityKind::Iam, ..one },
            Self { kind: IdentityKind::Iam, ..none },
        ]
    }
}

/// `/security/contacts/new`: posts `name`, `email` and `owner`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct ContactNew {
    /// As typed.
    pub name: String,
    /// As typed.
    pub email: String,
    /// As typed.
    pub owner: String,
    /// Why it was not sent, where no field is to blame.
    pub refused: Option<String>,
    /// What has to be put right in `name`, `email` or `owner`.
    pub errors: FieldErrors,
}

impl Page for ContactNew {
    const TEMPLATE: &'static str = "console/contact_new.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Invite a recovery contact".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let typed = Self { name: "Marta".into(), email: "ana@example.com".into(), owner: "Ana".into(), ..Self::default() };
        vec![
            Self { owner: "Ana Lima".into(), ..Self::default() },
            Self {
                errors: FieldErrors::one(
                    "email",
                    "That is one of your own addresses. Name somebody else: a contact helps when yours are lost.",
                ),
                ..typed.clone()
            },
            Self {
                refused: Some(
                    "That was a lot of invitations, so nothing was sent this time. You can send the next one in 40 minutes.".into(),
                ),
                ..typed
            },
        ]
    }
}

/// `GET /contact/{case}/{token}`: who asks and for what; posts to `…/accept` and `…/decline`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactInvitation {
    /// The invitation's id.
    pub case: String,
    /// The link's token, as it stood in the path.
    pub token: String,
    /// Who asks.
    pub owner: String,
    /// What the owner signs in to, from [`super::words::thing`].
    pub thing: &'static str,
    /// Until when it can be answered, from [`super::words::until`].
    pub until: String,
}

impl Page for ContactInvitation {
    const TEMPLATE: &'static str = "public/contact_invitation.html";

    fn title(&self) -> Cow<'static, str> {
        format!("{} asks you to be their recovery contact", self.owner).into()
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            case: CASE.into(),
            token: "lw_link_sample".into(),
            owner: "Ana Lima".into(),
            thing: "account",
            until: "for 14 days (until 13:32 UTC on 7 December)".into(),
        }]
    }
}

/// `GET /contact/leave/{contact}/{token}`: posts to the same path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactLeave {
    /// The contact's id.
    pub contact: String,
    /// The link's token, as it stood in the path.
    pub token: String,
    /// Whose contact it is.
    pub owner: String,
}

impl Page for ContactLeave {
    const TEMPLATE: &'static str = "public/contact_leave.html";

    fn title(&self) -> Cow<'static, str> {
        format!("Stop being a recovery contact of {}?", self.owner).into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { contact: CONTACT.into(), token: "lw_link_sample".into(), owner: "Ana Lima".into() }]
    }
}

/// `GET /recover/contact/{case}/{token}`: who asks for help; posts to `…/approve` and `…/refuse`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactQuestion {
    /// The recovery's id.
    pub case: String,
    /// The link's token, as it stood in the path.
    pub token: String,
    /// Who asks, or says so.
    pub owner: String,
    /// What the owner signs in to, from [`super::words::thing`].
    pub thing: &'static str,
    /// When it was asked, from [`super::words::at`].
    pub asked: String,
    /// The network address it was asked from.
    pub address: String,
    /// The browser it was asked with, from [`super::words::device`].
    pub device: String,
    /// Until when it can be answered, from [`super::words::until`].
    pub until: String,
    /// It is a rehearsal.
    pub rehearsal: bool,
}

const CASE: &str = "MZXW6YTBOIMZXW6YTBOIMZXW6Y";

impl Page for ContactQuestion {
    const TEMPLATE: &'static str = "public/contact_question.html";

    fn title(&self) -> Cow<'static, str> {
        format!("Somebody who says they are {} needs your help", self.owner).into()
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            case: CASE.into(),
            token: "lw_link_sample".into(),
            owner: "Ana Lima".into(),
            thing: "account",
            asked: "13:32 UTC on 23 November 2026".into(),
            address: "192.0.2.17".into(),
            device: "Firefox on Linux".into(),
            until: "for 48 hours (until 13:32 UTC on 25 November)".into(),
            rehearsal: false,
        };
        let long = Self { address: "2001:db8:1234:5678:9abc:def0:1234:5678".into(), device: "An unknown browser".into(), ..page.clone() };
        vec![Self { rehearsal: true, ..page.clone() }, page, long]
    }
}

/// After an approval: the code, shown once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactCode {
    /// To whom it is read out.
    pub owner: String,
    /// The code, from [`super::words::code`].
    pub code: String,
    /// When it stops working, from [`super::words::until`].
    pub until: String,
}

impl Page for ContactCode {
    const TEMPLATE: &'static str = "public/contact_code.html";

    fn title(&self) -> Cow<'static, str> {
        format!("Read this code out to {}", self.owner).into()
    }

    fn samples() -> Vec<Self> {
        vec![Self { owner: "Ana Lima".into(), code: "AB3 4XY".into(), until: "for 48 hours (until 13:32 UTC on 25 November)".into() }]
    }
}

/// What somebody who was asked has just done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAct {
    /// Said yes to an invitation.
    Accepted,
    /// Said no to it.
    Declined,
    /// Is a contact no more.
    Left,
    /// Did not recognise a request for help.
    Refused,
}

/// What was done, and what follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactDone {
    /// What was done.
    pub act: ContactAct,
    /// Whose contact.
    pub owner: String,
    /// What the owner signs in to, from [`super::words::thing`].
    pub thing: &'static str,
}

impl Page for ContactDone {
    const TEMPLATE: &'static str = "public/contact_done.html";

    fn title(&self) -> Cow<'static, str> {
        let owner = &self.owner;
        match self.act {
            ContactAct::Accepted => format!("You are a recovery contact of {owner}").into(),
            ContactAct::Declined => "You said no".into(),
            ContactAct::Left => format!("You are no longer a recovery contact of {owner}").into(),
            ContactAct::Refused => format!("Thank you. {owner} is being warned").into(),
        }
    }

    fn samples() -> Vec<Self> {
        let acts = [ContactAct::Accepted, ContactAct::Declined, ContactAct::Left, ContactAct::Refused];
        acts.into_iter().map(|act| Self { act, owner: "Ana Lima".into(), thing: "account" }).collect()
    }
}

/// Why a contact's link can't go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactEnd {
    /// Its time has passed.
    Expired,
    /// It was answered.
    Answered,
    /// A newer mail replaced it.
    Replaced,
    /// It was taken back, stopped or finished.
    Over,
    /// The owner has frozen all changes for a while.
    NotNow,
    /// Not whole, never ours, or of somebody who is no contact any more.
    Unknown,
}

/// A contact's link that can't go on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactEnded {
    /// Why.
    pub why: ContactEnd,
}

impl Page for ContactEnded {
    const TEMPLATE: &'static str = "public/contact_ended.html";

    fn title(&self) -> Cow<'static, str> {
        match self.why {
            ContactEnd::Expired => "This link has expired".into(),
            ContactEnd::Answered => "You have answered already".into(),
            ContactEnd::Replaced => "A newer mail replaced this link".into(),
            ContactEnd::Over => "There is nothing left to do".into(),
            ContactEnd::NotNow => "Not today".into(),
            ContactEnd::Unknown => "This link doesn’t lead anywhere".into(),
        }
    }

    fn samples() -> Vec<Self> {
        let all =
            [ContactEnd::Expired, ContactEnd::Answered, ContactEnd::Replaced, ContactEnd::Over, ContactEnd::NotNow, ContactEnd::Unknown];
        all.into_iter().map(|why| Self { why }).collect()
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Contacts>(out);
    add::<ContactNew>(out);
    add::<ContactInvitation>(out);
    add::<ContactLeave>(out);
    add::<ContactQuestion>(out);
    add::<ContactCode>(out);
    add::<ContactDone>(out);
    add::<ContactEnded>(out);
}
