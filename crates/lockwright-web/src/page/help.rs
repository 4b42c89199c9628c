//! Pages of the help centre: its front, an article, a search.

use std::borrow::Cow;

use lockwright_model::clock::Timestamp;
use serde::Serialize;

use super::{Page, Sample, add, words};
use crate::help::{Article, HelpCentre, Library};

/// `GET /help`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpHome {
    topics: Vec<Topic>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Topic {
    name: String,
    rows: Vec<Row>,
}

/// One article in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Row {
    path: String,
    title: String,
    summary: String,
    updated: Updated,
}

/// When something last changed, in words, exactly, and for programs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Updated {
    ago: String,
    day: String,
    date: String,
}

impl Updated {
    fn of(at: Timestamp, now: Timestamp) -> Self {
        // The day is known, not the hour.
        let today = now.since(at).as_secs() < 86_400;
        let ago = if today { "today".to_owned() } else { words::ago(now, at) };
        Self { ago, day: words::day(at), date: at.to_rfc3339().chars().take(10).collect() }
    }
}

impl Row {
    fn of(article: &Article, now: Timestamp) -> Self {
        Self {
            path: format!("/help/{}", article.slug),
            title: article.title.clone(),
            summary: article.summary.clone(),
            updated: Updated::of(article.updated, now),
        }
    }
}

impl HelpHome {
    /// All articles by topic.
    pub fn of(library: &Library, now: Timestamp) -> Self {
        let topic = |(name, articles): (&str, &[Article])| Topic {
            name: name.to_owned(),
            rows: articles.iter().map(|article| Row::of(article, now)).collect(),
        };
        Self { topics: library.topics().map(topic).collect() }
    }
}

impl Page for HelpHome {
    const TEMPLATE: &'static str = "public/help.html";

    fn title(&self) -> Cow<'static, str> {
        "Help".into()
    }

    fn samples() -> Vec<Self> {
        vec![Self::of(&sample_library(), sample_now())]
    }
}

/// `GET /help/{article}`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpArticle {
    title: String,
    topic: String,
    summary: String,
    audience: String,
    need: Vec<String>,
    time: String,
    next: String,
    flow: Option<[String; 2]>,
    updated: Updated,
    /// HTML of ours.
    body: String,
    related: Vec<Row>,
    path: String,
    /// What was just said of it.
    rated: Option<bool>,
}

impl HelpArticle {
    /// Somebody has just said whether it helped.
    #[must_use]
    pub fn rated(self, helped: bool) -> Self {
        Self { rated: Some(helped), ..self }
    }

    /// One article of a library.
    pub fn of(library: &Library, article: &Article, now: Timestamp) -> Self {
        Self {
            title: article.title.clone(),
            topic: article.topic.clone(),
            summary: article.summary.clone(),
            audience: article.audience.clone(),
            need: article.need.clone(),
            time: article.time.clone(),
            next: article.next.clone(),
            flow: article.flow.as_ref().map(|flow| [flow.path.clone(), flow.label.clone()]),
            updated: Updated::of(article.updated, now),
            body: article.html.clone(),
            path: format!("/help/{}", article.slug),
            rated: None,
            related: library.related(article).into_iter().map(|other| Row::of(other, now)).collect(),
        }
    }
}

impl Page for HelpArticle {
    const TEMPLATE: &'static str = "public/help_article.html";

    fn title(&self) -> Cow<'static, str> {
        self.title.clone().into()
    }

    fn samples() -> Vec<Self> {
        let library = sample_library();
        let page = |article| Self::of(&library, article, sample_now());
        let rated = library.articles().iter().take(2).zip([true, false]).map(|(article, helped)| page(article).rated(helped));
        library.articles().iter().map(page).chain(rated).collect()
    }
}

/// `GET /help/search`
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HelpSearch {
    query: String,
    rows: Vec<Row>,
}

impl HelpSearch {
    /// What a query finds.
    pub fn of(library: &Library, query: &str, now: Timestamp) -> Self {
        Self { query: query.to_owned(), rows: library.search(query).into_iter().map(|article| Row::of(article, now)).collect() }
    }
}

impl Page for HelpSearch {
    const TEMPLATE: &'static str = "public/help_search.html";

    fn title(&self) -> Cow<'static, str> {
        match (self.query.is_empty(), self.rows.len()) {
            (true, _) => "Search the help".into(),
            (false, 0) => "Nothing found".into(),
            (false, 1) => "One article found".into(),
            (false, found) => format!("{found} articles found").into(),
        }
    }

    fn samples() -> Vec<Self> {
        let library = sample_library();
        ["", "i cant log in", "xyzzyx \"><b>"].iter().map(|query| Self::of(&library, query, sample_now())).collect()
    }
}

fn sample_library() -> std::sync::Arc<Library> {
    HelpCentre::default().library()
}

fn sample_now() -> Timestamp {
    // 24 June 2027, long after any article's day.
    Timestamp::from_micros(1_813_795_200_000_000)
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<HelpHome>(out);
    add::<HelpArticle>(out);
    add::<HelpSearch>(out);
}
