//! What the service is told at the start. Reading files, flags and the environment is the program's business.

use std::path::PathBuf;
use std::time::Duration;

use lockwright_authn::hasher::{HashParams, ParamsError};
use lockwright_core::privacy::CHOICE_LIFE;
use lockwright_core::recovery::RecoverySettings;
use lockwright_core::session::SessionLimits;
use lockwright_model::email::EmailAddress;
use lockwright_model::privacy::Purpose;
use lockwright_model::secret::{KeyBytes, Secret};

/// How long an answer takes at least that must not tell whether a name exists. Above what the store needs on a slow disk,
/// below what a person notices.
pub const ANSWER_FLOOR: Duration = Duration::from_millis(50);

/// The service's configuration.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// The installation's name, on pages and mails.
    pub installation: String,
    /// The origin that links carry, without a trailing slash. Never taken from a request (invariant 11).
    pub public_url: String,
    /// The origin of the operators' pages, likewise; `None`: there are none.
    pub operator_url: Option<String>,
    /// Limits of sessions.
    pub sessions: SessionLimits,
    /// The operator's settings of recoveries.
    pub recovery: RecoverySettings,
    /// Cost of a password hash.
    pub hash: HashParams,
    /// Threads that hash passwords.
    pub hash_threads: usize,
    /// Passwords that may wait for a thread; the next one is answered `Busy`.
    pub hash_queue: usize,
    /// Words and passwords the operator bars.
    pub own_blocklist: Vec<String>,
    /// The cache's size in bytes.
    pub cache_bytes: u64,
    /// Whether the configuration opens builder-ID registration; the operator's switch comes on top.
    pub builder_registration: bool,
    /// How long an answer takes at least that must not tell whether a name exists ([`ANSWER_FLOOR`]; nothing in tests).
    pub answer_floor: Duration,
    /// Keyed step of every password hash.
    pub pepper: KeyBytes,
    /// Root of the keys that protect codes and forms.
    pub sealing_key: KeyBytes,
    /// How mail leaves.
    pub mail: MailConfig,
    /// Who the mails come from.
    pub mail_from: EmailAddress,
    /// Where answers to them go; `None`: to the same address.
    pub mail_reply_to: Option<EmailAddress>,
    /// How messages to phones leave.
    pub messages: MessageConfig,
    /// Whether accounts may name identity providers on this machine: those who run programs of their own beside it.
    pub local_identity_providers: bool,
    /// What the operator says and does about cookies.
    pub privacy: PrivacyConfig,
}

/// What the operator says and does about cookies.
#[derive(Clone, Debug)]
pub struct PrivacyConfig {
    /// How long a choice counts.
    pub choice_life: Duration,
    /// The operator's cookie notice; `None`: ours.
    pub cookie_notice: Option<String>,
    /// The operator's privacy notice; `None`: ours.
    pub notice: Option<String>,
    /// Origins of the operator's other sites that ask here what is allowed.
    pub sites: Vec<String>,
    /// Third parties' scripts that the operator wants, each with its purpose.
    pub tags: Vec<Tag>,
}

/// A third party's script. It never runs without consent to its purpose, nor where it could reach a page of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag {
    /// What it is for; never [`Purpose::Essential`].
    pub purpose: Purpose,
    /// Where the script is: https.
    pub src: String,
    /// Whose it is.
    pub who: String,
    /// What it does.
    pub what: String,
    /// The cookies it sets and how long they stay, in words.
    pub cookies: String,
}

impl Tag {
    /// The origin that it is loaded from.
    pub fn origin(&self) -> &str {
        let host = self.src.find("://").map_or(0, |at| at + 3);
        let end = self.src.get(host..).and_then(|rest| rest.find('/')).map_or(self.src.len(), |at| host + at);
        self.src.get(..end).unwrap_or_default()
    }
}

impl Default for PrivacyConfig {
    fn default() -> Self {
        Self { choice_life: CHOICE_LIFE, cookie_notice: None, notice: None, sites: Vec::new(), tags: Vec::new() }
    }
}

/// How messages to phones leave.
#[derive(Clone, Debug)]
pub enum MessageConfig {
    /// Into the folder of the mails, where no provider is configured.
    Files(PathBuf),
    /// To a provider's webhook.
    Webhook {
        /// Where it is.
        url: String,
        /// What requests are signed with, both ways.
        secret: Secret,
    },
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum MailConfig {
    /// As `.eml` files into a folder, where no SMTP server is configured.
    Files(PathBuf),
    /// Over SMTP.
    Smtp(SmtpConfig),
}

/// An SMTP server.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Host name or address; the certificate must match it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// User name and password, where the server asks for them.
    pub login: Option<(String, Secret)>,
    /// A try is given up after this long.
    pub timeout: Duration,
}

/// How an SMTP connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None: only to a loopback address.
    None,
}

/// The service can't be put together.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The hash parameters are out of range.
    #[error("the password hash parameters are out of range: {0}")]
    Hash(#[from] ParamsError),
    /// The hashing threads can't be started.
    #[error("hashing threads can't be started: {0}")]
    Threads(#[from] std::io::Error),
    /// The mail transport can't be set up.
    #[error("mail can't be set up: {0}")]
    Mail(String),
    /// The message transport can't be set up.
    #[error("messages to phones can't be set up: {0}")]
    Messages(String),
}
