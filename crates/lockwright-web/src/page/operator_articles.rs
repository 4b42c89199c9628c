//! The operators' view of the help centre: what their folder adds, what is no article yet, and an article before it is shown.

use std::borrow::Cow;

use lockwright_model::change::RatingCount;
use serde::Serialize;

use super::{Nav, Page, Sample, add, words};
use crate::help::{Article, HelpCentre, Library};
use crate::render::{Shell, SignedIn};

/// `/operator/articles`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorArticles {
    folder: Option<String>,
    shown: usize,
    rows: Vec<Row>,
    unreadable: Vec<String>,
    /// What people said: title, day of the edition, how many it helped, and not.
    ratings: Vec<(String, String, u64, u64)>,
    /// The folder holds something else than what is shown, and this operator may show it.
    publishes: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Row {
    slug: String,
    title: String,
    updated: String,
    state: State,
}

/// What becomes of an article with the next press of the button.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Draft,
    New,
    Changed,
    Gone,
}

impl OperatorArticles {
    /// What the folder holds, beside what everybody sees; operators of role security may show it.
    pub fn of(centre: &HelpCentre, ratings: &[RatingCount], security: bool) -> Self {
        let (shown, found) = (centre.library(), centre.preview());
        let row = |article: &Article, state| Row {
            slug: article.slug.clone(),
            title: article.title.clone(),
            updated: words::day(article.updated),
            state,
        };
        let mut rows: Vec<Row> = found.drafts().iter().map(|draft| row(draft, State::Draft)).collect();
        let drafts = rows.len();
        for article in found.articles() {
            match shown.article(&article.slug) {
                None => rows.push(row(article, State::New)),
                Some(before) if before != article => rows.push(row(article, State::Changed)),
                Some(_) => {}
            }
        }
        rows.extend(shown.articles().iter().filter(|old| found.article(&old.slug).is_none()).map(|old| row(old, State::Gone)));
        Self {
            folder: centre.folder().map(|folder| folder.display().to_string()),
            shown: shown.articles().len(),
            publishes: security && rows.len() > drafts,
            rows,
            ratings: ratings.iter().map(|count| said(&shown, count)).collect(),
            unreadable: found.unreadable().iter().map(ToString::to_string).collect(),
        }
    }
}

fn said(shown: &Library, count: &RatingCount) -> (String, String, u64, u64) {
    let title = shown.article(&count.article).map_or(&count.article, |article| &article.title);
    (title.clone(), words::day(count.edition), count.helped, count.not)
}

impl Page for OperatorArticles {
    const TEMPLATE: &'static str = "operator/articles.html";
    const NAV: Option<Nav> = Some(Nav::Articles);

    fn title(&self) -> Cow<'static, str> {
        "Articles of the help centre".into()
    }

    fn samples() -> Vec<Self> {
        let row = |slug: &str, state| Row { slug: slug.into(), title: "Our house rules".into(), updated: "24 June 2026".into(), state };
        vec![
            Self { folder: None, shown: 55, rows: Vec::new(), unreadable: Vec::new(), ratings: Vec::new(), publishes: false },
            Self {
                folder: Some("/etc/lockwright/articles".into()),
                shown: 56,
                rows: vec![row("a", State::Draft), row("b", State::New), row("c", State::Changed), row("d", State::Gone)],
                unreadable: vec!["odd.md: an article begins with a line “---”".into()],
                ratings: vec![("Our house rules".into(), "24 June 2026".into(), 12, 3)],
                publishes: true,
            },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator").signed_in(SignedIn::sample())
    }
}

/// `/operator/articles/{article}`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OperatorArticle {
    title: String,
    summary: String,
    topic: String,
    audience: String,
    need: Vec<String>,
    time: String,
    next: String,
    flow: Option<[String; 2]>,
    draft: bool,
    /// HTML of ours; its links lead to the public pages.
    body: String,
}

impl OperatorArticle {
    /// One article of the folder as it is now; `url` is where the public pages are.
    pub fn of(library: &Library, slug: &str, url: &str) -> Option<Self> {
        let article = library.drafts().iter().find(|draft| draft.slug == slug).or_else(|| library.article(slug))?;
        Some(Self {
            title: article.title.clone(),
            summary: article.summary.clone(),
            topic: article.topic.clone(),
            audience: article.audience.clone(),
            need: article.need.clone(),
            time: article.time.clone(),
            next: article.next.clone(),
            flow: article.flow.as_ref().map(|flow| [format!("{url}{}", flow.path), flow.label.clone()]),
            draft: article.draft,
            body: article.html.replace("href=\"/", &format!("href=\"{url}/")),
        })
    }
}

impl Page for OperatorArticle {
    const TEMPLATE: &'static str = "operator/article.html";
    const NAV: Option<Nav> = Some(Nav::Articles);

    fn title(&self) -> Cow<'static, str> {
        self.title.clone().into()
    }

    fn samples() -> Vec<Self> {
        let body = "<p>Come to the desk.</p>\n".to_owned();
        let whole = Self {
            title: "Our house rules".into(),
            summary: "Come to the desk.".into(),
            topic: "Our house".into(),
            audience: "Everybody here.".into(),
            need: vec!["Your badge".into()],
            time: "Five minutes.".into(),
            next: "You are in.".into(),
            flow: None,
            draft: true,
            body,
        };
        vec![Self { draft: false, need: Vec::new(), ..whole.clone() }, whole]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().at("/operator").signed_in(SignedIn::sample())
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<OperatorArticles>(out);
    add::<OperatorArticle>(out);
}
