//! One article: a Markdown file with a head that says whom it is for, what is needed, how long it takes and what happens next.

use std::fmt;

use jiff::civil::Date;
use lockwright_model::clock::Timestamp;

use super::markdown;

/// The most bytes of an article's file.
const MAX_BYTES: usize = 64 * 1024;

/// An article as it is shown and searched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Article {
    /// Its place under `/help/`, from the file's name.
    pub slug: String,
    /// What went wrong or is wanted, in the words of whoever looks for it.
    pub title: String,
    /// One or two sentences: the answer.
    pub summary: String,
    /// The heading it stands under on `/help`.
    pub topic: String,
    /// Whom it is for.
    pub audience: String,
    /// What to have in hand.
    pub need: Vec<String>,
    /// How long it takes.
    pub time: String,
    /// What happens next.
    pub next: String,
    /// Where to do it.
    pub flow: Option<Flow>,
    /// Words it is about.
    pub tags: Vec<String>,
    /// What people type who need it.
    pub phrases: Vec<String>,
    /// When its words last changed.
    pub updated: Timestamp,
    /// Seen by operators only.
    pub draft: bool,
    /// Its text, as HTML without anything foreign in it.
    pub html: String,
    /// Its text, plain.
    pub text: String,
    /// The paths of ours that it leads to.
    pub links: Vec<String>,
}

/// Where an article leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flow {
    /// The page's path.
    pub path: String,
    /// What its button says.
    pub label: String,
}

/// Why a file is no article, in a sentence for whoever writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// The file, without its ending.
    pub slug: String,
    /// What to put right.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.md: {}", self.slug, self.why)
    }
}

/// The lines of a head, each once.
#[derive(Default)]
struct Head<'a>(Vec<(&'a str, &'a str)>);

const KEYS: [&str; 12] = ["title", "summary", "topic", "for", "need", "time", "next", "flow", "tags", "phrases", "updated", "draft"];

impl<'a> Head<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let mut head = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (key, value) = line.split_once(':').ok_or_else(|| format!("the head has a line without a colon: “{line}”"))?;
            let key = key.trim();
            if !KEYS.contains(&key) {
                return Err(format!("the head has no “{key}”; it has {}", KEYS.join(", ")));
            }
            if head.0.iter().any(|(known, _)| *known == key) {
                return Err(format!("“{key}” stands in the head twice"));
            }
            head.0.push((key, value.trim()));
        }
        Ok(head)
    }

    fn maybe(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, value)| *known == key && !value.is_empty()).map(|(_, value)| *value)
    }

    fn must(&self, key: &str) -> Result<String, String> {
        self.maybe(key).map(str::to_owned).ok_or_else(|| format!("the head needs “{key}”"))
    }

    fn list(&self, key: &str) -> Vec<String> {
        let items = self.maybe(key).unwrap_or_default().split(';').map(str::trim).filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    }
}

impl Article {
    /// Reads a file; `slug` is its name without the ending.
    pub fn read(slug: &str, file: &str) -> Result<Self, Unreadable> {
        Self::parse(slug, file).map_err(|why| Unreadable { slug: slug.to_owned(), why })
    }

    fn parse(slug: &str, file: &str) -> Result<Self, String> {
        if slug.is_empty() || slug.len() > 80 || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err("the file's name may have lower-case letters, digits and hyphens only".into());
        }
        if super::RESERVED.contains(&slug) {
            return Err("a page of the help centre itself has this name".into());
        }
        if file.len() > MAX_BYTES {
            return Err(format!("an article has at most {MAX_BYTES} bytes"));
        }
        let file = file.replace("\r\n", "\n");
        let rest = file.trim_start_matches('\u{feff}').strip_prefix("---\n").ok_or("an article begins with a line “---”")?;
        let (head, body) = rest.split_once("\n---\n").ok_or("the head ends with a line “---”")?;
        let head = Head::read(head)?;
        let body = markdown::render(body);
        Ok(Self {
            slug: slug.to_owned(),
            title: head.must("title")?,
            summary: head.must("summary")?,
            topic: head.must("topic")?,
            audience: head.must("for")?,
            need: head.list("need"),
            time: head.must("time")?,
            next: head.must("next")?,
            flow: head.maybe("flow").map(flow).transpose()?,
            tags: head.list("tags"),
            phrases: head.list("phrases"),
            updated: updated(&head.must("updated")?)?,
            draft: match head.maybe("draft") {
                None | Some("no") => false,
                Some("yes") => true,
                Some(_) => return Err("“draft” is yes or no".into()),
            },
            html: body.html,
            text: body.text,
            links: body.links,
        })
    }

    /// Everything that a search looks into besides title and phrases.
    pub(super) fn all_text(&self) -> String {
        [&self.audience, &self.need.join(" "), &self.time, &self.text, &self.next].map(String::as_str).join("\n")
    }
}

fn flow(text: &str) -> Result<Flow, String> {
    let (path, label) = text.split_once('|').ok_or("“flow” is a path, a bar and a label: /recover | Get back in")?;
    let (path, label) = (path.trim(), label.trim());
    if !markdown::is_ours(path) || label.is_empty() {
        return Err("“flow” leads to a path of ours, and has a label".into());
    }
    Ok(Flow { path: path.to_owned(), label: label.to_owned() })
}

fn updated(text: &str) -> Result<Timestamp, String> {
    let date: Date = text.parse().map_err(|_| format!("“updated” is a date like 2026-11-24, not “{text}”"))?;
    let at = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| "“updated” is no day of ours".to_owned())?;
    Ok(Timestamp::from_micros(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "---\ntitle: A: b\nsummary: S.\ntopic: T\nfor: You.\nneed: one; two\ntime: Now.\nnext: Nothing.\nflow: /recover | Go\ntags: x\nupdated: 2026-06-24\n---\n";

    fn why(file: &str) -> String {
        Article::read("a", file).unwrap_err().why
    }

    #[test]
    fn a_head_is_read() {
        let article = Article::read("a-1", &format!("{HEAD}Do *this*.")).unwrap();
        assert_eq!((article.title.as_str(), article.need.len()), ("A: b", 2));
        assert_eq!(article.flow, Some(Flow { path: "/recover".into(), label: "Go".into() }));
        assert_eq!(article.html.trim(), "<p>Do <em>this</em>.</p>");
        assert_eq!(crate::page::words::day(article.updated), "24 June 2026");
        assert!(!article.draft && article.phrases.is_empty());
    }

    #[test]
    fn whoever_writes_an_article_is_told_what_to_put_right() {
        assert_eq!(why("no head"), "an article begins with a line “---”");
        assert_eq!(why("---\ntitle: x\n"), "the head ends with a line “---”");
        assert_eq!(why(&HEAD.replace("time: Now.\n", "")), "the head needs “time”");
        assert_eq!(why(&HEAD.replace("time:", "tiem:")).split(';').next(), Some("the head has no “tiem”"));
        assert_eq!(why(&HEAD.replace("tags: x", "time: Later.")), "“time” stands in the head twice");
        assert!(why(&HEAD.replace("2026-06-24", "yesterday")).starts_with("“updated” is a date"));
        for path in ["https://evil.example", "//evil.example", "recover", "/\\evil.example"] {
            assert!(why(&HEAD.replace("/recover |", &format!("{path} |"))).starts_with("“flow” leads"), "{path}");
        }
        for slug in ["", "Start", "a/b", "..", "start", "search"] {
            assert!(Article::read(slug, HEAD).is_err(), "{slug}");
        }
    }
}
