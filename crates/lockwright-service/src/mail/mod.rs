//! Outgoing mail: what is sent, who writes it, how it leaves.

mod file;
pub mod outgoing;
mod smtp;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use lockwright_model::clock::Timestamp;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::JobId;

use crate::config::{MailConfig, ServiceConfig, SetUpError};
use outgoing::OutgoingMail;

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
}

/// A mail did not leave; the reason holds no address and no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SendError(pub String);

/// Sends mails one way.
pub struct Mailer {
    from: Mailbox,
    host: String,
    transport: Transport,
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
        let transport = match &config.mail {
            MailConfig::Files(folder) => {
                file::prepare(folder).map_err(|error| SetUpError::Mail(format!("the outbox folder: {error}")))?;
                Transport::Files(folder.clone())
            }
            MailConfig::Smtp(smtp) => Transport::Smtp(smtp::Smtp::new(smtp)?),
        };
        let host = config.mail_from.as_str().rsplit('@').next().unwrap_or("localhost").to_owned();
        Ok(Self { from: Mailbox::new(Some(config.installation.clone()), from), host, transport })
    }

    /// Sends one mail. The message id comes from the job, so that a repeated try is recognisable (at least once, RFC 5321 §6.1).
    pub async fn send(&self, to: &EmailAddress, mail: ComposedMail, now: Timestamp, job: &JobId) -> Result<(), SendError> {
        let message = self.message(to, mail, now, job)?;
        match &self.transport {
            Transport::Files(folder) => file::write(folder, &message.formatted(), now, job).await,
            Transport::Smtp(smtp) => smtp.send(message).await,
        }
    }

    fn message(&self, to: &EmailAddress, mail: ComposedMail, now: Timestamp, job: &JobId) -> Result<Message, SendError> {
        let date = std::time::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(now.as_seconds()).unwrap_or(0));
        let builder: MessageBuilder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(to)?))
            .subject(mail.subject)
            .date(date)
            .message_id(Some(format!("<{}.{}@{}>", job.as_str().to_ascii_lowercase(), now.as_seconds(), self.host)));
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
