//! The articles of one moment: read, ordered by topic, searched, and each with others like it.

use std::collections::BTreeMap;
use std::path::Path;

use lockwright_service::search::{Document, Index, Language};

use super::article::{Article, Unreadable};
use super::shipped;

/// The headings of `/help`, in their order; others follow by name.
const TOPICS: [&str; 9] = [
    "Signing in",
    "Forgotten",
    "Mails, codes and links",
    "The second step",
    "When much is lost",
    "Seen or stolen",
    "Your account",
    "Keys and programs",
    "For administrators",
];
/// The most files of an operator's folder that are read.
const MOST_FILES: usize = 2_000;
/// The most articles that a search shows.
const MOST_FOUND: usize = 12;
/// How many related articles each one shows.
const RELATED: usize = 4;

/// All articles, and what finds them.
#[derive(Debug)]
pub struct Library {
    articles: Vec<Article>,
    drafts: Vec<Article>,
    unreadable: Vec<Unreadable>,
    /// `None` only where memory is short: then there is no search, and all else works.
    index: Option<Index>,
}

impl Library {
    /// The shipped articles, and those of a folder before them.
    pub fn read(folder: Option<&Path>) -> Self {
        let mut unreadable = Vec::new();
        let mut articles = BTreeMap::new();
        let own = folder.map(|folder| own(folder, &mut unreadable)).unwrap_or_default();
        let shipped = shipped::ARTICLES.iter().map(|(slug, file)| ((*slug).to_owned(), (*file).to_owned()));
        for (slug, file) in shipped.chain(own) {
            match Article::read(&slug, &file) {
                // A draft of the operator's leaves the shipped one in its place until it is done.
                Ok(article) if article.draft => drop(articles.entry((slug, true)).insert_entry(article)),
                Ok(article) => drop(articles.insert((slug, false), article)),
                Err(error) => unreadable.push(error),
            }
        }
        let (drafts, mut articles): (Vec<Article>, Vec<Article>) = articles.into_values().partition(|article| article.draft);
        articles.sort_by(|a, b| place(&a.topic).cmp(&place(&b.topic)).then_with(|| a.title.cmp(&b.title)));
        let documents: Vec<Document> = articles.iter().map(document).collect();
        let index = Index::new(&documents, language());
        let index = index.inspect_err(|error| tracing::error!(%error, "the help centre can't be searched")).ok();
        Self { articles, drafts, unreadable, index }
    }

    /// Everything that everybody sees, by topic and title.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// What is not shown yet.
    pub fn drafts(&self) -> &[Article] {
        &self.drafts
    }

    /// Files of the operator's that are no articles.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The article of a place.
    pub fn article(&self, slug: &str) -> Option<&Article> {
        self.articles.iter().find(|article| article.slug == slug)
    }

    /// The topics in order, each with its articles.
    pub fn topics(&self) -> impl Iterator<Item = (&str, &[Article])> {
        self.articles.chunk_by(|a, b| a.topic == b.topic).filter_map(|topic| Some((topic.first()?.topic.as_str(), topic)))
    }

    /// What fits a query, the best first.
    pub fn search(&self, query: &str) -> Vec<&Article> {
        self.at(self.index.as_ref().map(|index| index.search(query, MOST_FOUND)))
    }

    /// What else whoever reads this may want: the most similar ones, and where there are too few, others of its topic, then any.
    pub fn related(&self, article: &Article) -> Vec<&Article> {
        let place = self.articles.iter().position(|other| other.slug == article.slug);
        let mut found = match (place, &self.index) {
            (Some(place), Some(index)) => self.at(Some(index.like(place, RELATED))),
            // A draft is in no index: its own words are looked for.
            _ => self.search(&format!("{} {}", article.title, article.tags.join(" "))),
        };
        let same_topic = self.articles.iter().filter(|other| other.topic == article.topic);
        for other in same_topic.chain(&self.articles) {
            if found.len() >= RELATED {
                break;
            }
            if !found.iter().any(|known| known.slug == other.slug) {
                found.push(other);
            }
        }
        found.retain(|other| other.slug != article.slug);
        found.truncate(RELATED);
        found
    }

    fn at<E: std::fmt::Display>(&self, places: Option<Result<Vec<usize>, E>>) -> Vec<&Article> {
        let places = match places {
            Some(Ok(places)) => places,
            Some(Err(error)) => {
                tracing::error!(%error, "the help centre could not be searched");
                Vec::new()
            }
            None => Vec::new(),
        };
        places.into_iter().filter_map(|place| self.articles.get(place)).collect()
    }
}

fn place(topic: &str) -> (usize, &str) {
    (TOPICS.iter().position(|known| *known == topic).unwrap_or(TOPICS.len()), topic)
}

fn document(article: &Article) -> Document {
    Document {
        title: article.title.clone(),
        phrases: [article.phrases.join("\n"), article.tags.join("\n")].join("\n"),
        summary: article.summary.clone(),
        text: article.all_text(),
    }
}

fn language() -> Language {
    let mut language = Language::default();
    for line in shipped::WORDS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("ignored:") {
            Some(words) => language.ignored.extend(words.split_whitespace().map(str::to_owned)),
            None => language.synonyms.push(line.split(';').map(|phrase| phrase.trim().to_owned()).collect()),
        }
    }
    language
}

/// The files of the operator's folder, in the order of their names.
fn own(folder: &Path, unreadable: &mut Vec<Unreadable>) -> Vec<(String, String)> {
    let listed = match std::fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) => {
            unreadable.push(Unreadable { slug: folder.display().to_string(), why: format!("the folder can’t be read: {error}") });
            return Vec::new();
        }
    };
    let mut files: Vec<_> =
        listed.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    files.sort();
    let read = files.into_iter().take(MOST_FILES).filter_map(|path| {
        let slug = path.file_stem()?.to_string_lossy().into_owned();
        match std::fs::read_to_string(&path) {
            Ok(text) => Some((slug, text)),
            Err(error) => {
                unreadable.push(Unreadable { slug, why: format!("can’t be read: {error}") });
                None
            }
        }
    });
    read.collect()
}
