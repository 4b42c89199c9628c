//! A mailbox for tests: mails really leave through the outbox folder, and a test reads what was in them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lockwright_model::case::MessageWay;
use lockwright_model::secret::Secret;
use lockwright_service::mail::outgoing::{ContactLetter, OutgoingMail};
use lockwright_service::mail::{ComposeMail, ComposedMail};

/// Writes mails by number, and keeps what each was made from.
#[derive(Debug, Default)]
pub struct Mailbox {
    composed: Mutex<Vec<OutgoingMail>>,
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The address or phone number in `To:`.
    pub to: String,
    /// What it was made from.
    pub mail: OutgoingMail,
}

impl Letter {
    /// The typed code, when it is a ticket.
    pub fn code(&self) -> Option<&str> {
        match &self.mail {
            OutgoingMail::Ticket { code, .. } => Some(code.expose()),
            OutgoingMail::Call { .. }
            | OutgoingMail::Notice { .. }
            | OutgoingMail::Contact { .. }
            | OutgoingMail::SupportAnswer { .. }
            | OutgoingMail::Found { .. } => None,
        }
    }

    /// The link's URL, when it carries one.
    pub fn url(&self) -> Option<&str> {
        match &self.mail {
            OutgoingMail::Ticket { link, .. } | OutgoingMail::Notice { link, .. } => link.as_ref().map(Secret::expose),
            OutgoingMail::Contact { letter, .. } => match letter {
                ContactLetter::Invitation { link, .. } | ContactLetter::Question { link, .. } => Some(link.expose()),
                ContactLetter::Welcome { leave } => Some(leave.expose()),
                ContactLetter::Dismissal => None,
            },
            OutgoingMail::Call { .. } | OutgoingMail::SupportAnswer { .. } | OutgoingMail::Found { .. } => None,
        }
    }
}

impl Mailbox {
    /// Keeps what was put into words; yields its number.
    fn keep(&self, mail: &OutgoingMail) -> usize {
        let mut composed = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        composed.push(mail.clone());
        composed.len() - 1
    }

    /// How many mails were put into words, sent or not.
    pub fn composed(&self) -> usize {
        self.composed.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The mails that lie in an outbox folder, in the order in which they were written; they are taken out of it.
    ///
    /// # Panics
    /// When the folder can't be read, or holds a mail that this mailbox did not write.
    pub fn take(&self, outbox: &Path) -> Vec<Letter> {
        let composed = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut letters: Vec<(usize, Letter)> = files(outbox)
            .into_iter()
            .map(|path| {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                // A mail has its number in the subject; a message is nothing but its number.
                let number = header(&text, "Subject: Mail ").or(text.trim_end().rsplit("\r\n\r\nMail ").next());
                let number: usize = number.and_then(|number| number.parse().ok()).unwrap_or(usize::MAX);
                let mail = composed.get(number).unwrap_or_else(|| panic!("a mail that nobody wrote: {text}")).clone();
                let to = header(&text, "To: ").unwrap_or_default().to_owned();
                let _ = std::fs::remove_file(path);
                (number, Letter { to, mail })
            })
            .collect();
        letters.sort_by_key(|(number, _)| *number);
        letters.into_iter().map(|(_, letter)| letter).collect()
    }
}

impl ComposeMail for Mailbox {
    fn compose(&self, mail: &OutgoingMail, installation: &str, _public_url: &str) -> ComposedMail {
        let number = self.keep(mail);
        ComposedMail {
            subject: format!("Mail {number}"),
            text: format!("Mail {number} of {installation}"),
            html: format!("<p>Mail {number} of {installation}</p>"),
        }
    }

    fn compose_text(&self, mail: &OutgoingMail, _way: MessageWay, _installation: &str, _public_url: &str) -> String {
        format!("Mail {}", self.keep(mail))
    }
}

fn files(outbox: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(outbox).unwrap_or_else(|error| panic!("{}: {error}", outbox.display()));
    entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect()
}

fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}
