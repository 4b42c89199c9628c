//! Outgoing mail: what is sent, who writes it, how it leaves.

mod file;
pub mod outgoing;
mod smtp;

use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lockwright_model::case::MessageWay;
use lockwright_model::clock::Timestamp;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::JobId;

use crate::config::{MailConfig, MessageConfig, ServiceConfig, SetUpError};
use crate::message::{Message, Messenger};
use outgoing::OutgoingMail;

pub(crate) use file::write as write_file;
pub use file::{StoredMail, list as list_files, read as read_file};

/// A mail in words.
#[derive(Clone, Debug)]
pub struct ComposedMail {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as plain HTML.
    pub html: String,
}

/// Writes mails; the web face implements it, since only it knows HTML.
pub trait ComposeMail: Send + Sync {
    /// Puts a mail into words for this installation.
    fn compose(&self, mail: &OutgoingMail, installation: &str, public_url: &str) -> ComposedMail;

    /// Puts the same into the few words that a phone shows or speaks.
    fn compose_text(&self, mail: &OutgoingMail, way: MessageWay, installation: &str, public_url: &str) -> String;
}

/// A mail did not leave; the reason holds no address and no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SendError(pub String);

/// Sends mails one way, and messages to phones another.
pub struct Mailer {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    host: String,
    transport: Transport,
    messenger: Messenger,
}

enum Transport {
    Files(std::path::PathBuf),
    Smtp(smtp::Smtp),
}

impl Mailer {
    /// Sets the configured way up; connects to nothing yet.
    pub fn new(config: &ServiceConfig) -> Result<Self, SetUpError> {
        // The library stops the program at a name it can't write into a header.
        if config.installation.chars().any(char::is_control) {
            return Err(SetUpError::Mail("the installation's name holds a control character".to_owned()));
        }
        let from = address(&config.mail_from).map_err(|error| SetUpError::Mail(error.0))?;
        let folders = match (&config.mail, &config.messages) {
            (MailConfig::Files(mails), MessageConfig::Files(messages)) => vec![mails, messages],
            (MailConfig::Files(folder), _) | (_, MessageConfig::Files(folder)) => vec![folder],
            (MailConfig::Smtp(_), MessageConfig::Webhook { .. }) => Vec::new(),
        };
        for folder in folders {
            file::prepare(folder).map_err(|error| SetUpError::Mail(format!("the outbox folder: {error}")))?;
        }
        let transport = match &config.mail {
            MailConfig::Files(folder) => Transport::Files(folder.clone()),
            MailConfig::Smtp(smtp) => Transport::Smtp(smtp::Smtp::new(smtp)?),
        };
        let host = config.mail_from.as_str().rsplit('@').next().unwrap_or("localhost").to_owned();
        let from = Mailbox::new(Some(config.installation.clone()), from);
        let reply_to = match &config.mail_reply_to {
            Some(to) => Some(Mailbox::new(None, address(to).map_err(|error| SetUpError::Mail(error.0))?)),
            None => None,
        };
        let messenger = Messenger::new(&config.messages, from.to_string(), config.public_url.clone())?;
        Ok(Self { from, reply_to, host, transport, messenger })
    }

    /// Sends one mail. The message id comes from the job, so that a repeated try is recognisable (at least once, RFC 5321 §6.1).
    pub async fn send(&self, to: &EmailAddress, mail: ComposedMail, now: Timestamp, job: &JobId) -> Result<(), SendError> {
        let message = self.message(to, mail, now, job)?;
        match &self.transport {
            Transport::Files(folder) => file::write(folder, &message.formatted(), now, job).await,
            Transport::Smtp(smtp) => smtp.send(message).await,
        }
    }

    /// Sends one message to a phone; the job is its idempotency key.
    pub(crate) async fn send_message(&self, message: &Message, now: Timestamp, job: &JobId) -> Result<(), SendError> {
        self.messenger.send(message, now, job).await
    }

    fn message(&self, to: &EmailAddress, mail: ComposedMail, now: Timestamp, job: &JobId) -> Result<lettre::Message, SendError> {
        let date = std::time::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(now.as_seconds()).unwrap_or(0));
        let mut builder: MessageBuilder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(to)?))
            .subject(mail.subject)
            .date(date)
            .message_id(Some(format!("<{}.{}@{}>", job.as_str().to_ascii_lowercase(), now.as_seconds(), self.host)));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text);
        let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(mail.html);
        builder
            .multipart(MultiPart::alternative().singlepart(plain).singlepart(html))
            .map_err(|_| SendError("the mail can't be put together".to_owned()))
    }
}

fn address(address: &EmailAddress) -> Result<Address, SendError> {
    address.as_str().parse().map_err(|_| SendError("the address can't be mailed to".to_owned()))
}
