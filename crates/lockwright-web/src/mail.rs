//! Mails as people read them: subject, plain text, and HTML made from that same text, so that both always say the same.

mod contact;
mod happening;
pub(crate) mod phone;

use lockwright_model::clock::Timestamp;
use lockwright_model::context::Source;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::AccountId;
use lockwright_model::job::{Notice, Whose};
use lockwright_model::secret::Secret;
use lockwright_service::mail::outgoing::{FoundRow, OutgoingMail, TicketPurpose};
use minijinja::value::{Serde, Value};
use serde::Serialize;

use happening::Words;

use crate::page::outbox::{TextPart, parts};
use crate::page::words;
use crate::render::render;

/// A mail ready to be sent. It may carry a secret, so it has no Debug and is not kept.
pub struct ComposedMail {
    /// One line without control characters.
    pub subject: String,
    /// Plain text with line feeds.
    pub text: String,
    /// The same as HTML, without images and without anything to load.
    pub html: String,
}

/// Writes a mail. `base_url` comes from configuration and has no slash at its end.
pub fn compose(mail: &OutgoingMail, installation: &str, base_url: &str) -> ComposedMail {
    let frame = |at: Timestamp, source: &Source| Frame {
        installation: plain(installation),
        base: base_url.trim_end_matches('/').to_owned(),
        at: words::at(at),
        from: from(source),
    };
    let written = match mail {
        OutgoingMail::Ticket { purpose: TicketPurpose::UndoEmail { whose, address }, link, expires, at, source, .. } => {
            let (kind, account, _) = named(whose);
            let (address, link) = (plain(address), link.as_ref().map_or("", Secret::expose));
            let until = words::until(*at, *expires);
            let mail = EmailChanged { frame: frame(*at, source), kind, account, address, link, until };
            render("mail/email_changed.txt", Value::from(Serde(mail)))
        }
        OutgoingMail::Ticket { purpose, code, link, expires, at, source } => {
            let (what, account, user, who) = ticket(purpose);
            let until = words::until(*at, *expires);
            let (code, link) = (words::code(code.expose()), link.as_ref().map_or("", Secret::expose));
            let ticket = Ticket { frame: frame(*at, source), what, account, user, who, code, link, until };
            render("mail/ticket.txt", Value::from(Serde(ticket)))
        }
        // A call is never a mail.
        OutgoingMail::Call { .. } => String::new(),
        OutgoingMail::Notice { notice: Notice::Happened { whose, what }, at, source, link } => {
            let Words { subject, text, otherwise } = happening::words(whose, what, &plain(installation), base_url.trim_end_matches('/'));
            let link = link.as_ref().map_or("", Secret::expose);
            let happened = Happened { frame: frame(*at, source), subject, text, otherwise, link };
            render("mail/happening.txt", Value::from(Serde(happened)))
        }
        OutgoingMail::Notice { notice, at, source, link } => {
            let link = link.as_ref().map_or("", Secret::expose);
            render("mail/notice.txt", Value::from(Serde(told(notice, link, frame(*at, source)))))
        }
        OutgoingMail::SupportAnswer { answer, asked, at } => {
            render("mail/support.txt", Value::from(Serde(SupportAnswer { answer, asked, at: words::at(*at) })))
        }
        OutgoingMail::Contact { letter, owner, kind, at, source } => contact::write(letter, owner, *kind, *at, frame(*at, source)),
        OutgoingMail::Found { rows, at, source } => {
            render("mail/found.txt", Value::from(Serde(Found { frame: frame(*at, source), rows: rows.iter().map(found).collect() })))
        }
    };
    let (subject, text) = written.trim_start().split_once('\n').unwrap_or((written.as_str(), ""));
    let (subject, text) = (plain(subject), format!("{}\n", text.trim()));
    let blocks = text.trim_end().split("\n\n").map(|block| Block::new(block, base_url.trim_end_matches('/'))).collect();
    let html = render("mail/mail.html", Value::from(Serde(Html { subject: &subject, installation: plain(installation), blocks })));
    ComposedMail { subject, text, html }
}

#[derive(Serialize)]
struct Frame {
    installation: String,
    base: String,
    at: String,
    from: String,
}

#[derive(Serialize)]
struct Ticket<'a> {
    #[serde(flatten)]
    frame: Frame,
    what: &'static str,
    account: String,
    user: String,
    who: String,
    code: String,
    link: &'a str,
    until: String,
}

#[derive(Serialize)]
struct SupportAnswer<'a> {
    answer: &'a str,
    asked: &'a str,
    at: String,
}

#[derive(Serialize)]
struct EmailChanged<'a> {
    #[serde(flatten)]
    frame: Frame,
    kind: &'static str,
    account: String,
    address: String,
    link: &'a str,
    until: String,
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    frame: Frame,
    what: &'static str,
    kind: &'static str,
    account: String,
    user: String,
    code: String,
    link: &'a str,
}

#[derive(Serialize)]
struct Happened<'a> {
    #[serde(flatten)]
    frame: Frame,
    subject: String,
    text: String,
    otherwise: String,
    link: &'a str,
}

#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    frame: Frame,
    rows: Vec<Row>,
}

#[derive(Default, Serialize)]
struct Row {
    kind: &'static str,
    account: String,
    number: String,
    alias: String,
    user: String,
    /// With which address it signs in.
    sign_in: String,
}

#[derive(Serialize)]
struct Html<'a> {
    subject: &'a str,
    installation: String,
    blocks: Vec<Block>,
}

/// A paragraph; one that is indented is a code.
#[derive(Serialize)]
struct Block {
    code: bool,
    text: String,
    parts: Vec<TextPart>,
}

impl Block {
    fn new(text: &str, base: &str) -> Self {
        let code = text.starts_with("    ");
        Self { code, text: text.trim().to_owned(), parts: if code { Vec::new() } else { parts(text.trim(), base) } }
    }
}

/// What a notice told, for the page of its link, and where a password is reset that was changed.
pub(crate) fn asked(notice: &Notice) -> (String, Option<String>) {
    let mail = OutgoingMail::Notice { notice: notice.clone(), at: Timestamp::default(), source: Source::host(), link: None };
    let reset = match notice {
        Notice::PasswordChanged(whose) | Notice::PasswordRecovered(whose) => match whose {
            Whose::Root { .. } => Some("/recover/root"),
            Whose::User { .. } => Some("/recover/iam"),
            Whose::Builder => Some("/recover/builder"),
            Whose::Operator => None,
        },
        _ => None,
    };
    (compose(&mail, "", "").subject, reset.map(str::to_owned))
}

/// What it is for, the account, the user, and whose it is.
fn ticket(purpose: &TicketPurpose) -> (&'static str, String, String, String) {
    let none = String::new;
    let of = |what, whose| (what, none(), none(), happening::who(whose));
    match purpose {
        TicketPurpose::RootPassword { account, name } => ("root", called(*account, name.as_str()), none(), none()),
        TicketPurpose::UserPassword { account, user } => ("iam", words::account(*account), user.to_string(), none()),
        TicketPurpose::BuilderPassword => ("builder", none(), none(), none()),
        TicketPurpose::RegisterAccount => ("register_account", none(), none(), none()),
        // The name was typed by whoever asked, who may not own the mailbox: it is not repeated (E07).
        TicketPurpose::RegisterBuilder { .. } => ("register_builder", none(), none(), none()),
        TicketPurpose::ConfirmAddress { account, user } => ("confirm_address", words::account(*account), user.to_string(), none()),
        TicketPurpose::LostDevice(whose) => of("lost_device", whose),
        TicketPurpose::AddAddress(whose) => of("add_address", whose),
        TicketPurpose::ContactPhone(whose) => of("contact_phone", whose),
        // The undoing has a template of its own.
        TicketPurpose::ChangeEmail(whose) | TicketPurpose::UndoEmail { whose, .. } => of("change_email", whose),
    }
}

fn told<'a>(notice: &Notice, link: &'a str, frame: Frame) -> Told<'a> {
    let (what, whose) = match notice {
        Notice::PasswordChanged(whose) => ("changed", whose),
        Notice::PasswordRecovered(whose) => ("recovered", whose),
        Notice::PasswordReset(whose) => ("reset", whose),
        Notice::PasswordDisabled(whose) => ("disabled", whose),
        Notice::AlreadyRegistered(whose) => ("taken", whose),
        // What happened otherwise has a template of its own.
        Notice::AddressConfirmed(whose) | Notice::Happened { whose, .. } => ("confirmed", whose),
        Notice::Registered(whose) => ("registered", whose),
        Notice::HelpRequested { account, user, caller_code } => {
            let (account, user, code) = (words::account(*account), user.to_string(), words::code(&plain(caller_code)));
            return Told { frame, what: "help", kind: "iam", account, user, code, link };
        }
    };
    let (kind, account, user) = named(whose);
    Told { frame, what, kind, account, user, code: String::new(), link }
}

/// The kind of identity, its account, and its name in it.
fn named(whose: &Whose) -> (&'static str, String, String) {
    match whose {
        Whose::Root { account, name } => ("root", called(*account, name.as_str()), String::new()),
        Whose::User { account, name } => ("iam", words::account(*account), name.to_string()),
        Whose::Builder => ("builder", String::new(), String::new()),
        Whose::Operator => ("operator", String::new(), String::new()),
    }
}

fn found(row: &FoundRow) -> Row {
    let with = |sign_in: &Option<EmailAddress>| sign_in.as_ref().map_or_else(|| "this address".to_owned(), ToString::to_string);
    let alias = |alias: &Option<lockwright_model::name::Alias>| alias.as_ref().map(|alias| format!(", alias {alias}")).unwrap_or_default();
    match row {
        FoundRow::Root { account, name, alias: short, sign_in } => {
            Row { kind: "root", account: called(*account, name.as_str()), alias: alias(short), sign_in: with(sign_in), ..Row::default() }
        }
        FoundRow::User { account, name, alias: short, user } => Row {
            kind: "iam",
            account: called(*account, name.as_str()),
            number: account.to_string(),
            alias: alias(short),
            user: user.to_string(),
            ..Row::default()
        },
        FoundRow::Builder { sign_in, .. } => Row { kind: "builder", sign_in: with(sign_in), ..Row::default() },
    }
}

/// `Example (1234-5678-9012)`; a name that a mail program would turn into a link is left out (E07).
fn called(account: AccountId, name: &str) -> String {
    let number = words::account(account);
    harmless(name).map_or_else(|| format!("account {number}"), |name| format!("{name} ({number})"))
}

/// A name that somebody chose, likewise.
fn inert(name: &str) -> String {
    harmless(name).unwrap_or_else(|| "(a name that is left out here)".to_owned())
}

fn harmless(name: &str) -> Option<String> {
    let name = plain(name);
    let lower = name.to_ascii_lowercase();
    (!name.is_empty() && !lower.contains("://") && !lower.contains("www.")).then_some(name)
}

/// One line: control characters become spaces, so that no header and no paragraph can be added (E08).
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect::<String>().trim().to_owned()
}

pub(crate) fn from(source: &Source) -> String {
    match source.ip {
        Some(ip) => format!("from {ip} ({})", words::device(&source.agent)),
        None => "from the host’s command line".to_owned(),
    }
}

#[cfg(test)]
mod tests;
