//! Choices about cookies and advertising, and the notices they rest on.

use std::borrow::Cow;

use serde::Serialize;

use super::{FieldErrors, Page, Sample, add};
use crate::render::{PrivacyBar, Shell, SignedIn};

/// A purpose with all that is set for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PurposeRow {
    /// Its word: `essential`, `performance`, `functional`, `advertising`.
    pub word: &'static str,
    /// What it does.
    pub what: &'static str,
    /// It is allowed now.
    pub allowed: bool,
    /// What keeps it off, whatever is ticked here: `signal` or `person`.
    pub opt_out: Option<&'static str>,
    /// The cookies and scripts.
    pub items: Vec<Item>,
}

/// A cookie, or a third party's script with its cookies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Item {
    /// The cookie's name, or the script's address.
    pub name: String,
    /// Who sets it; `None`: we do.
    pub who: Option<String>,
    /// What it does.
    pub what: String,
    /// How long it stays.
    pub life: String,
}

/// The choice that counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Present {
    /// When it was made.
    pub at: String,
    /// How long it counts.
    pub until: String,
    /// The drawn name under which it is recorded.
    pub id: String,
}

/// `/privacy/cookies`: one purpose at a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CookieChoices {
    /// Where saving and cancelling lead to; empty: they stay here.
    pub back: String,
    /// Every purpose.
    pub purposes: Vec<PurposeRow>,
    /// The choice that counts now.
    pub present: Option<Present>,
    /// Whether it follows whoever is signed in over browsers; `None`: nobody is.
    pub follows: Option<bool>,
    /// The person's row leads to records in the trail.
    pub linked: bool,
}

impl Page for CookieChoices {
    const TEMPLATE: &'static str = "public/cookies.html";

    fn title(&self) -> Cow<'static, str> {
        "Cookie preferences".into()
    }

    fn samples() -> Vec<Self> {
        let first = Self { back: "/signin".into(), purposes: sample_purposes(None), present: None, follows: None, linked: false };
        let present =
            Present { at: "13:32 UTC on 23 November 2026".into(), until: "25 May 2027".into(), id: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into() };
        vec![
            first.clone(),
            Self { purposes: sample_purposes(Some("signal")), present: Some(present.clone()), back: String::new(), ..first.clone() },
            Self { purposes: sample_purposes(Some("person")), present: Some(present), follows: Some(true), linked: true, ..first },
        ]
    }

    fn sample_shell(&self) -> Shell {
        if self.follows.is_some() { Shell::sample().signed_in(SignedIn::sample()) } else { Shell::sample() }
    }
}

/// `/privacy/ads`: cross-context behavioural advertising, apart from cookies (11 CCR 7026; P11).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AdvertisingChoice {
    /// What counts now; `None`: nothing was said, so it is off.
    pub allowed: Option<bool>,
    /// The browser sends Global Privacy Control.
    pub signal: bool,
    /// An opt-out counts now, the signal's or the person's own.
    pub honoured: bool,
    /// Somebody is signed in: it holds for the person.
    pub person: bool,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl Page for AdvertisingChoice {
    const TEMPLATE: &'static str = "public/ads.html";

    fn title(&self) -> Cow<'static, str> {
        "Advertising choices".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let first = Self { allowed: None, signal: false, honoured: false, person: false, errors: FieldErrors::none() };
        vec![
            first.clone(),
            Self { allowed: Some(false), signal: true, honoured: true, person: true, ..first.clone() },
            Self { allowed: Some(true), signal: true, ..first.clone() },
            Self { errors: FieldErrors::one("ads", "Choose “Allow” or “Don’t allow”."), ..first },
        ]
    }
}

/// A part of a notice.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A list.
    List(Vec<String>),
}

/// `/privacy/notice` and `/privacy/cookie-notice`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NoticePage {
    /// It is the one about cookies, with the table of them.
    pub cookies: bool,
    /// The text.
    pub blocks: Vec<Block>,
    /// What is set, for each purpose.
    pub purposes: Vec<PurposeRow>,
    /// Its version: the beginning of the hash of all it says.
    pub version: String,
}

impl Page for NoticePage {
    const TEMPLATE: &'static str = "public/notice.html";

    fn title(&self) -> Cow<'static, str> {
        if self.cookies { "Cookie notice".into() } else { "Privacy notice".into() }
    }

    fn samples() -> Vec<Self> {
        let text = "What this is.\n\n## What is kept\n\n- Your name\n- Your addresses";
        let page = Self { cookies: false, blocks: blocks(text), purposes: Vec::new(), version: "9f2c41d07be1a853".into() };
        vec![Self { cookies: true, purposes: sample_purposes(None), ..page.clone() }, page]
    }

    fn sample_shell(&self) -> Shell {
        // Stands for every page with the first layer, after a choice that could not be saved and before one.
        let unsaved = (!self.cookies).then(|| "privacy@example.com".to_owned());
        Shell::sample().private(PrivacyBar { ask: true, signal: self.cookies, others: self.cookies, unsaved, ..PrivacyBar::quiet() })
    }
}

/// Reads a notice: paragraphs between empty lines, `## ` before a heading, `- ` before each item of a list. Everything else is text.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    for part in text.replace("\r\n", "\n").split("\n\n").map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(heading) = part.strip_prefix("## ") {
            out.push(Block::Heading(heading.to_owned()));
        } else if part.starts_with("- ") {
            let items = part.split("\n- ").map(|item| item.trim_start_matches("- ").replace('\n', " "));
            out.push(Block::List(items.collect()));
        } else {
            out.push(Block::Text(part.replace('\n', " ")));
        }
    }
    out
}

fn sample_purposes(opt_out: Option<&'static str>) -> Vec<PurposeRow> {
    let item = |name: &str, who: Option<&str>, what: &str| Item {
        name: name.into(),
        who: who.map(Into::into),
        what: what.into(),
        life: "6 months".into(),
    };
    let row = |word, allowed, items| PurposeRow { word, what: "What it is for.", allowed, opt_out: None, items };
    vec![
        row("essential", true, vec![item("__Host-lw_session", None, "Keeps you signed in.")]),
        row("performance", false, Vec::new()),
        row("functional", opt_out.is_some(), vec![item("__Host-lw_remembered", None, "Remembers how you signed in last.")]),
        PurposeRow {
            opt_out,
            ..row("advertising", false, vec![item("https://ads.example/tag.js", Some("Example Ads"), "Measures advertisements.")])
        },
    ]
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<CookieChoices>(out);
    add::<AdvertisingChoice>(out);
    add::<NoticePage>(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_paragraphs_headings_and_lists_and_nothing_else() {
        let text = "One\nline.\r\n\r\n## Kept\n\n- a\n- b\n  still b\n\n<script>x</script>";
        let read = blocks(text);
        let wanted = [
            Block::Text("One line.".into()),
            Block::Heading("Kept".into()),
            Block::List(vec!["a".into(), "b   still b".into()]),
            Block::Text("<script>x</script>".into()),
        ];
        assert_eq!(read, wanted);
    }
}
