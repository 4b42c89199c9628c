//! The whole help centre as one file that needs no network: printed, put on a stick, or hung beside the help desk.

use lockwright_model::clock::Timestamp;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::{Article, Library};
use crate::assets::ASSETS;
use crate::page::words;
use crate::render;

#[derive(Serialize)]
struct Export<'a> {
    installation: &'a str,
    url: &'a str,
    day: String,
    style: std::borrow::Cow<'a, str>,
    topics: Vec<Topic<'a>>,
}

#[derive(Serialize)]
struct Topic<'a> {
    name: &'a str,
    articles: Vec<Exported<'a>>,
}

#[derive(Serialize)]
struct Exported<'a> {
    slug: &'a str,
    title: &'a str,
    summary: &'a str,
    audience: &'a str,
    need: &'a [String],
    time: &'a str,
    next: &'a str,
    flow: Option<(String, &'a str)>,
    updated: String,
    body: String,
}

/// The file. Links between articles stay in it; links into the pages lead to `public_url`.
pub fn export(library: &Library, installation: &str, public_url: &str, now: Timestamp) -> String {
    let url = public_url.trim_end_matches('/');
    let article = |article: &'_ Article| -> String {
        article.links.iter().fold(article.html.clone(), |html, path| {
            html.replace(&format!("href=\"{path}\""), &format!("href=\"{}\"", target(library, url, path)))
        })
    };
    let topics = library.topics().map(|(name, articles)| Topic {
        name,
        articles: articles
            .iter()
            .map(|one| Exported {
                slug: &one.slug,
                title: &one.title,
                summary: &one.summary,
                audience: &one.audience,
                need: &one.need,
                time: &one.time,
                next: &one.next,
                flow: one.flow.as_ref().map(|flow| (target(library, url, &flow.path), flow.label.as_str())),
                updated: words::day(one.updated),
                body: article(one),
            })
            .collect(),
    });
    let style = String::from_utf8_lossy(ASSETS.style.bytes);
    let page = Export { installation, url, day: words::day(now), style, topics: topics.collect() };
    render::render("help_export.html", Value::from(Serde(page)))
}

fn target(library: &Library, url: &str, path: &str) -> String {
    match path.strip_prefix("/help/").filter(|slug| library.article(slug).is_some()) {
        Some(slug) => format!("#{slug}"),
        None => format!("{url}{path}"),
    }
}
