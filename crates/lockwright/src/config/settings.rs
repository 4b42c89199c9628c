//! The settings as a file, the environment or a flag gives them: what was typed, before it is understood.

use serde::{Deserialize, Serialize};

/// All settings; what is left out has a default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The installation's name, on pages and mails.
    pub(crate) installation: Option<String>,
    /// Where to listen for browsers and clients.
    pub(crate) listen: Option<String>,
    /// Where to listen for /operator, /healthz, /readyz and /metrics; "off" for nowhere.
    pub(crate) admin_listen: Option<String>,
    /// The origin of the operators' pages on that listener.
    pub(crate) admin_url: Option<String>,
    /// The origin that people see.
    pub(crate) public_url: Option<String>,
    /// Networks of reverse proxies whose X-Forwarded-For is believed.
    pub(crate) trusted_proxies: Option<Vec<String>>,
    pub(crate) store: StoreSettings,
    pub(crate) keys: KeySettings,
    pub(crate) sessions: SessionSettings,
    pub(crate) passwords: PasswordSettings,
    pub(crate) mfa: MfaSettings,
    pub(crate) recovery: RecoveryOptions,
    pub(crate) builder: BuilderSettings,
    pub(crate) mail: MailSettings,
    pub(crate) smtp: SmtpSettings,
    pub(crate) messages: MessageSettings,
    pub(crate) identity_providers: IdentityProviderSettings,
    pub(crate) privacy: PrivacySettings,
    pub(crate) help: HelpSettings,
    pub(crate) log: LogSettings,
    pub(crate) cache: CacheSettings,
}

/// Where rows are kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StoreSettings {
    /// A PostgreSQL URL; without it the embedded store in the data folder. Secret.
    pub(crate) url: Option<String>,
}

/// Where the installation's keys are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeySettings {
    /// A file with 64 hexadecimal digits; without it DIR/keys/pepper, made on the first run.
    pub(crate) pepper_file: Option<String>,
    /// Likewise DIR/keys/sealing.
    pub(crate) sealing_file: Option<String>,
}

/// Limits of sessions, downwards from the built-in ones ("45m", "8h").
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SessionSettings {
    /// A root session without a request.
    pub(crate) root_idle: Option<String>,
    /// A root session altogether.
    pub(crate) root_absolute: Option<String>,
    /// Any other session without a request.
    pub(crate) idle: Option<String>,
    /// Any other session altogether.
    pub(crate) absolute: Option<String>,
}

/// Cost and rules of passwords.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PasswordSettings {
    /// Argon2id memory in KiB.
    pub(crate) memory_kib: Option<u32>,
    /// Argon2id passes.
    pub(crate) passes: Option<u32>,
    /// Threads that hash; default: the number of processors.
    pub(crate) threads: Option<usize>,
    /// Passwords that may wait for a thread.
    pub(crate) queue: Option<usize>,
    /// A file of words and passwords that are barred, one a line.
    pub(crate) blocklist: Option<String>,
}

/// Second factors.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MfaSettings {
    /// How long a root user may do without an MFA device.
    pub(crate) root_grace: Option<String>,
}

/// Recoveries that take more than one proof.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RecoveryOptions {
    /// How long one waits that does not open at once.
    pub(crate) delay: Option<String>,
    /// Whether operators help.
    pub(crate) operator_help: Option<bool>,
}

/// Builder IDs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BuilderSettings {
    /// Whether /builder/signup is open at all.
    pub(crate) registration: Option<bool>,
}

/// Who mails come from.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MailSettings {
    /// The sender's address.
    pub(crate) from: Option<String>,
    /// Where answers go.
    pub(crate) reply_to: Option<String>,
}

/// The help centre.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HelpSettings {
    /// A folder of articles beside the shipped ones.
    pub(crate) articles: Option<String>,
}

/// The SMTP server; without a host, mails become files in DIR/outbox.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SmtpSettings {
    /// Host name.
    pub(crate) host: Option<String>,
    /// TCP port; default 465 for tls, 587 for starttls, 25 for none.
    pub(crate) port: Option<u16>,
    /// "tls", "starttls" or "none" (loopback only).
    pub(crate) security: Option<String>,
    /// User name.
    pub(crate) user: Option<String>,
    /// Password. Secret.
    pub(crate) password: Option<String>,
    /// A try is given up after this long.
    pub(crate) timeout: Option<String>,
}

/// The provider of messages to phones; without a webhook, they become files in DIR/outbox.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MessageSettings {
    /// Where messages are posted to.
    pub(crate) webhook: Option<String>,
    /// What requests are signed with, both ways. Secret.
    pub(crate) secret: Option<String>,
}

/// Cookies, and what is told about them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PrivacySettings {
    /// How long a choice counts.
    pub(crate) choice_life: Option<String>,
    /// A file with the operator's cookie notice.
    pub(crate) cookie_notice: Option<String>,
    /// A file with the operator's privacy notice.
    pub(crate) notice: Option<String>,
    /// Origins of other sites that ask here what is allowed.
    pub(crate) sites: Option<Vec<String>>,
    /// Third parties' scripts.
    pub(crate) tags: Option<Vec<TagSettings>>,
}

/// A third party's script. All of it is told to people, so none of it may be left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagSettings {
    /// "performance", "functional" or "advertising".
    pub(crate) purpose: String,
    /// Where the script is.
    pub(crate) src: String,
    /// Whose it is.
    pub(crate) who: String,
    /// What it does.
    pub(crate) what: String,
    /// Its cookies, and how long they stay.
    pub(crate) cookies: String,
}

/// The program's log.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSettings {
    /// "human" or "json".
    pub(crate) format: Option<String>,
    /// "error", "warn", "info", "debug" or a filter such as "info,lockwright_service=debug".
    pub(crate) level: Option<String>,
}

/// Identity providers that accounts name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IdentityProviderSettings {
    /// Whether they may stand on this machine.
    pub(crate) local: Option<bool>,
}

/// The cache of rows.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CacheSettings {
    /// Its size in bytes.
    pub(crate) bytes: Option<u64>,
}

/// One setting, for the reference and the environment.
pub(crate) struct Line {
    /// Its path, as in the file (`smtp.host`).
    pub(crate) path: &'static str,
    /// Must not be printed; `…_FILE` is read from a file.
    pub(crate) secret: bool,
    /// Its default, in words.
    pub(crate) default: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
}

const fn line(path: &'static str, default: &'static str, about: &'static str) -> Line {
    Line { path, secret: false, default, about }
}

/// Every setting; a test holds it against [`Settings`], and `docs/reference/settings.md` is made from it.
pub(crate) const LINES: &[Line] = &[
    line("installation", "Lockwright", "The installation's name, on pages and in mails."),
    line("listen", "127.0.0.1:8420", "Where to listen for browsers and clients."),
    line(
        "admin_listen",
        "127.0.0.1 and the next port (8421)",
        "Where to listen for /operator, /healthz, /readyz and /metrics; `off` for nowhere.",
    ),
    line(
        "admin_url",
        "http://localhost and the port, where admin_listen is loopback",
        "The origin under which operators reach /operator. https unless it is loopback; without one there are no pages for operators.",
    ),
    line(
        "public_url",
        "http://localhost and the listen port, or http:// and the listen address",
        "The origin that people see; links in mails carry it. https unless it is loopback.",
    ),
    line("trusted_proxies", "none", "Networks of reverse proxies whose X-Forwarded-For is believed, for example `[\"10.0.0.0/8\"]`."),
    Line { path: "store.url", secret: true, default: "the embedded store", about: "A PostgreSQL URL." },
    line("keys.pepper_file", "DIR/keys/pepper", "A file with 64 hexadecimal digits: the keyed step of every password hash."),
    line(
        "keys.sealing_file",
        "DIR/keys/sealing",
        "A file with 64 hexadecimal digits: the root of the keys that protect codes and forms, and that seal the seeds of authenticator \
         apps, the secrets of access keys and linked systems and the private keys of server certificates.",
    ),
    line("sessions.root_idle", "1h", "A root session ends after this long without a request. Downwards only."),
    line("sessions.root_absolute", "12h", "A root session ends after this long. Downwards only."),
    line("sessions.idle", "8h", "Any other session ends after this long without a request. Downwards only."),
    line("sessions.absolute", "24h", "Any other session ends after this long. Downwards only."),
    line("passwords.memory_kib", "19456", "Argon2id memory in KiB; a stored password is hashed anew at sign-in when it grows."),
    line("passwords.passes", "2", "Argon2id passes."),
    line("passwords.threads", "the number of processors", "Threads that hash passwords."),
    line("passwords.queue", "64", "Passwords that may wait for a thread; the next one is answered 503."),
    line("passwords.blocklist", "none", "A file of words and passwords that are barred besides the shipped list, one a line."),
    line("recovery.delay", "72h", "How long a recovery waits that its owner may still stop; from 24h to 14 days (`336h`)."),
    line("recovery.operator_help", "true", "Whether two operators together can open a recovery for somebody who lost nearly everything."),
    line(
        "mfa.root_grace",
        "35d",
        "A root user without an MFA device may do nothing but enrol one from this long after the account was made; `0d`: at once.",
    ),
    line(
        "builder.registration",
        "true",
        "Whether /builder/signup is open; `lockwright builder registration` switches it without a restart.",
    ),
    line("mail.from", "lockwright@ and the public host", "The sender of mails."),
    line("mail.reply_to", "the sender", "Where answers to mails go: whom people reach who say that something wasn't them."),
    line("smtp.host", "none: mails become files in DIR/outbox", "The SMTP server."),
    line("smtp.port", "465, 587 or 25", "Its port; the default follows from smtp.security."),
    line("smtp.security", "tls", "`tls`, `starttls`, or `none` (loopback only)."),
    line("smtp.user", "none", "The user name, where the server asks for one."),
    Line { path: "smtp.password", secret: true, default: "none", about: "Its password." },
    line("smtp.timeout", "30s", "A try to send is given up after this long."),
    line(
        "messages.webhook",
        "none: messages become files in DIR/outbox",
        "Where texts and calls to phones are posted to: https, or http to this machine.",
    ),
    Line { path: "messages.secret", secret: true, default: "none", about: "What those requests are signed with: at least 32 characters." },
    line(
        "identity_providers.local",
        "false",
        "Whether accounts may name OpenID Connect providers on this machine, with plain http and a port: for tests. Whoever administers an \
         account could then make the server fetch from its own loopback.",
    ),
    line("privacy.choice_life", "183d", "How long a choice about cookies counts before it is asked for again; from 1 to 400 days."),
    line(
        "privacy.cookie_notice",
        "a notice of ours",
        "A text file in place of it: paragraphs, `## ` before a heading, `- ` before each item of a list. Any change of its words asks everybody again.",
    ),
    line("privacy.notice", "a notice of ours", "The same for the privacy notice."),
    line(
        "privacy.sites",
        "none",
        "Origins of your other sites that may ask here what is allowed, with `/privacy/embed.js` or by themselves, for example `[\"https://www.example.com\"]`.",
    ),
    line(
        "privacy.tags",
        "none",
        "Third parties' scripts, each `[[privacy.tags]]` with `purpose` (`performance`, `functional` or `advertising`), `src` (https), `who`, `what` \
         and `cookies`. They run with consent to their purpose only, in a frame that reaches nothing of ours; a new one asks everybody again.",
    ),
    line(
        "help.articles",
        "none",
        "A folder of articles (`name.md`) beside the shipped ones of the help centre; one of the same name takes the shipped one's place.",
    ),
    line("log.format", "human", "`human` or `json`."),
    line("log.level", "info", "`error`, `warn`, `info`, `debug`, or a filter such as `info,lockwright_service=debug`."),
    line("cache.bytes", "67108864", "The size of the cache of rows, policies and access keys in bytes."),
];

/// `docs/reference/settings.md`.
pub(crate) fn reference() -> String {
    let mut text = String::from(
        "# Settings\n\nPrinted by `lockwright config reference`. A setting comes from a flag, else the environment, else the file, else its default.\n\n\
         The file is `DIR/lockwright.toml`, or the one named by `--config`. In the environment `smtp.host` is `LOCKWRIGHT_SMTP__HOST`;\n\
         a secret can also be read from a file: `LOCKWRIGHT_SMTP__PASSWORD_FILE`. What is not a setting is refused.\n\n\
         | Setting | Default | What it is for |\n|---|---|---|\n",
    );
    for line in LINES {
        let secret = if line.secret { " Secret." } else { "" };
        text.push_str(&format!("| `{}` | {} | {}{secret} |\n", line.path, line.default, line.about));
    }
    text
}
