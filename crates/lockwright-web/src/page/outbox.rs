//! `/outbox`: what was "sent" while no mail server or no webhook for phones is configured; on this machine only.

use std::borrow::Cow;

use serde::Serialize;

use super::{Page, Sample, add};

/// One mail in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxRow {
    /// Names the mail in its path.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When, from [`super::words::ago`].
    pub at: String,
}

/// `/outbox`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Outbox {
    /// Newest first.
    pub rows: Vec<OutboxRow>,
    /// Older ones exist that are not listed.
    pub older: bool,
    /// Mails are kept.
    pub mails: bool,
    /// Messages to phones are kept.
    pub messages: bool,
}

impl Page for Outbox {
    const TEMPLATE: &'static str = "public/outbox.html";

    fn title(&self) -> Cow<'static, str> {
        "Outbox".into()
    }

    fn samples() -> Vec<Self> {
        let row = |subject: &str, at: &str| OutboxRow {
            id: "20261123-133200-MZXW6YTB".into(),
            to: "ana@example.com".into(),
            subject: subject.into(),
            at: at.into(),
        };
        vec![
            Self {
                rows: vec![row("Your code to create an account", "just now"), row("Your account is ready", "2 hours ago")],
                older: true,
                mails: true,
                messages: true,
            },
            Self { messages: true, ..Self::default() },
            Self { mails: true, ..Self::default() },
        ]
    }
}

/// A piece of a mail's text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TextPart {
    /// The text.
    pub text: String,
    /// Where it leads, when it is a link of this installation.
    pub path: Option<String>,
}

/// `/outbox/{id}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxMail {
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// When, from [`super::words::at`].
    pub at: String,
    /// The plain text, with this installation's links marked.
    pub parts: Vec<TextPart>,
}

impl OutboxMail {
    /// A mail whose links under `base_url` can be followed.
    pub fn new(
        to: impl Into<String>,
        from: impl Into<String>,
        subject: impl Into<String>,
        at: impl Into<String>,
        text: &str,
        base_url: &str,
    ) -> Self {
        Self {
            to: to.into(),
            from: from.into(),
            subject: subject.into(),
            at: at.into(),
            parts: parts(text, base_url.trim_end_matches('/')),
        }
    }
}

/// A text with the links under `base_url` marked.
pub(crate) fn parts(text: &str, base_url: &str) -> Vec<TextPart> {
    let mut out = Vec::new();
    let mut rest = text;
    let start = format!("{base_url}/");
    while let Some(at) = if base_url.is_empty() { None } else { rest.find(&start) } {
        let (before, link) = rest.split_at(at);
        let end = link.find(char::is_whitespace).unwrap_or(link.len());
        let (link, after) = link.split_at(end);
        out.push(TextPart { text: before.to_owned(), path: None });
        out.push(TextPart { text: link.to_owned(), path: link.strip_prefix(base_url).map(str::to_owned) });
        rest = after;
    }
    out.push(TextPart { text: rest.to_owned(), path: None });
    out
}

impl Page for OutboxMail {
    const TEMPLATE: &'static str = "public/outbox_mail.html";

    fn title(&self) -> Cow<'static, str> {
        self.subject.clone().into()
    }

    fn samples() -> Vec<Self> {
        let text = "Your code is AB3 4XY.\n\nOr open this link:\nhttps://access.example.com/recover/link/MZXW6YTBOIMZXW6YTBOIMZXW6Y/lw_link_sample\n\nIf this wasn’t you, ignore this mail: nothing changes.\n";
        vec![Self::new(
            "ana@example.com",
            "lockwright@access.example.com",
            "Your code: AB3 4XY",
            "13:32 UTC on 23 November 2026",
            text,
            "https://access.example.com",
        )]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Outbox>(out);
    add::<OutboxMail>(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_this_installation_can_be_followed() {
        let found = parts("a http://h.example/x b http://other.example/y", "http://h.example");
        let paths: Vec<_> = found.iter().filter_map(|part| part.path.as_deref()).collect();
        assert_eq!(paths, ["/x"]);
        let whole: String = found.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(whole, "a http://h.example/x b http://other.example/y");
    }
}
