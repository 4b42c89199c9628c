//! Configuration: the only room that reads the environment. File, environment and flags in, what they mean out.

mod keys;
mod load;
mod privacy;
pub(crate) mod settings;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use lockwright_authn::hasher::HashParams;
use lockwright_core::recovery::RecoverySettings;
use lockwright_core::recovery::rules::{DELAY, DELAY_LEAST, DELAY_MOST};
use lockwright_core::session::SessionLimits;
use lockwright_model::email::EmailAddress;
use lockwright_model::secret::Secret;
use lockwright_service::config::{ANSWER_FLOOR, MailConfig, MessageConfig, ServiceConfig, SmtpConfig, SmtpSecurity};
use lockwright_service::webhook::check_url;
use lockwright_store::Location;

use crate::cli::{Common, Serve};
use settings::{LINES, MessageSettings, Settings, SmtpSettings};

/// A setting can't be used; one line that says which and why.
#[derive(Debug)]
pub(crate) struct ConfigError(pub(crate) String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the settings mean.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) admin_listen: Option<SocketAddr>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) log_json: bool,
    pub(crate) log_filter: String,
    pub(crate) service: ServiceConfig,
    store_url: Option<Secret>,
    settings: Settings,
}

impl Config {
    /// Gathers and understands the settings; makes the data folder and the keys where they are missing.
    pub(crate) fn load(common: &Common, serve: &Serve) -> Result<Self, ConfigError> {
        let settings = load::load(common, serve, environment())?;
        Self::understand(common.data.clone(), settings)
    }

    fn understand(data: PathBuf, settings: Settings) -> Result<Self, ConfigError> {
        prepare_folder(&data)?;
        let listen: SocketAddr = parse("listen", settings.listen.as_deref().unwrap_or("127.0.0.1:8420"))?;
        let admin_listen = match settings.admin_listen.as_deref() {
            Some("off") => None,
            Some(text) => Some(parse("admin_listen", text)?),
            None => Some(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), if listen.port() == 0 { 0 } else { listen.port().wrapping_add(1) })),
        };
        let public_url = origin("public_url", settings.public_url.clone().unwrap_or_else(|| own_url(listen)))?;
        let operator_url = match (settings.admin_url.clone(), admin_listen) {
            (_, None) => None,
            (Some(url), Some(_)) => Some(origin("admin_url", url)?),
            // A name and not an address: passkeys need one.
            (None, Some(address)) => address.ip().is_loopback().then(|| format!("http://localhost:{}", address.port())),
        };
        // Ports that the system chooses are never the same.
        if operator_url.as_ref() == Some(&public_url) && !public_url.ends_with(":0") {
            return Err(ConfigError("admin_url and public_url are the same: operators have an origin of their own".to_owned()));
        }
        let trusted_proxies = settings
            .trusted_proxies
            .iter()
            .flatten()
            .map(|text| parse::<IpNet>("trusted_proxies", text).or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error)))
            .collect::<Result<_, _>>()?;
        let host = public_url.split("://").nth(1).unwrap_or("localhost").split([':', '/']).next().unwrap_or("localhost").to_owned();
        let mail_from: EmailAddress = match &settings.mail.from {
            Some(text) => parse("mail.from", text)?,
            None => format!("lockwright@{host}").parse().or_else(|_| parse("mail.from", "lockwright@localhost"))?,
        };
        let most = SessionLimits::MOST;
        let sessions = SessionLimits {
            root_idle: duration("sessions.root_idle", settings.sessions.root_idle.as_deref(), most.root_idle)?,
            root_absolute: duration("sessions.root_absolute", settings.sessions.root_absolute.as_deref(), most.root_absolute)?,
            idle: duration("sessions.idle", settings.sessions.idle.as_deref(), most.idle)?,
            absolute: duration("sessions.absolute", settings.sessions.absolute.as_deref(), most.absolute)?,
            root_grace: grace(settings.mfa.root_grace.as_deref(), most.root_grace)?,
        };
        if sessions != sessions.bounded() {
            return Err(ConfigError("sessions: limits go downwards only (root 1h and 12h, others 8h and 24h)".to_owned()));
        }
        let delay = duration("recovery.delay", settings.recovery.delay.as_deref(), DELAY)?;
        if !(DELAY_LEAST..=DELAY_MOST).contains(&delay) {
            return Err(ConfigError("recovery.delay: from 24h to 14 days (336h)".to_owned()));
        }
        let recovery = RecoverySettings { delay, operator_help: settings.recovery.operator_help.unwrap_or(true) };
        let floor = HashParams::default();
        let hash = HashParams {
            memory_kib: settings.passwords.memory_kib.unwrap_or(floor.memory_kib),
            passes: settings.passwords.passes.unwrap_or(floor.passes),
            lanes: floor.lanes,
        };
        if u64::from(hash.memory_kib) * u64::from(hash.passes) < u64::from(floor.memory_kib) * u64::from(floor.passes) {
            return Err(ConfigError("passwords: memory_kib times passes may not fall below 19456 times 2".to_owned()));
        }
        let own_blocklist = match &settings.passwords.blocklist {
            None => Vec::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError(format!("passwords.blocklist: {path} can't be read: {}", error.kind())))?
                .lines()
                .map(str::to_owned)
                .collect(),
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let key = |given: &Option<String>, name: &str| match given {
            Some(path) => keys::read(Path::new(path), false),
            None => keys::read(&data.join("keys").join(name), true),
        };
        let service = ServiceConfig {
            installation: settings.installation.clone().unwrap_or_else(|| "Lockwright".to_owned()),
            public_url,
            operator_url,
            sessions,
            recovery,
            hash,
            hash_threads: settings.passwords.threads.unwrap_or(threads),
            hash_queue: settings.passwords.queue.unwrap_or(64),
            own_blocklist,
            cache_bytes: settings.cache.bytes.unwrap_or(64 << 20),
            builder_registration: settings.builder.registration.unwrap_or(true),
            answer_floor: ANSWER_FLOOR,
            pepper: key(&settings.keys.pepper_file, "pepper")?,
            sealing_key: key(&settings.keys.sealing_file, "sealing")?,
            mail: mail(&settings.smtp, &data)?,
            mail_from,
            mail_reply_to: settings.mail.reply_to.as_deref().map(|text| parse("mail.reply_to", text)).transpose()?,
            messages: messages(&settings.messages, &data)?,
            local_identity_providers: settings.identity_providers.local.unwrap_or(false),
            privacy: privacy::understand(&settings.privacy)?,
        };
        let log_json = match settings.log.format.as_deref() {
            None | Some("human") => false,
            Some("json") => true,
            Some(_) => return Err(ConfigError("log.format is \"human\" or \"json\"".to_owned())),
        };
        Ok(Self {
            listen,
            admin_listen,
            trusted_proxies,
            log_json,
            log_filter: settings.log.level.clone().unwrap_or_else(|| "info".to_owned()),
            service,
            store_url: settings.store.url.clone().map(Secret::new),
            settings,
            data,
        })
    }

    /// Where rows are kept.
    pub(crate) fn location(&self) -> Location {
        match &self.store_url {
            Some(url) => Location::Postgres { url: url.clone() },
            None => Location::Sqlite { path: self.data.join("lockwright.db") },
        }
    }

    /// Whether rows are in the data folder.
    pub(crate) fn is_embedded(&self) -> bool {
        self.store_url.is_none()
    }

    /// The operator's articles of the help centre.
    pub(crate) fn articles(&self) -> Option<PathBuf> {
        self.settings.help.articles.as_ref().map(PathBuf::from)
    }

    /// The outbox folder, while no webhook for messages to phones is set.
    pub(crate) fn message_outbox(&self) -> Option<PathBuf> {
        match &self.service.messages {
            MessageConfig::Files(folder) => Some(folder.clone()),
            MessageConfig::Webhook { .. } => None,
        }
    }

    /// The outbox folder, while no SMTP server is set.
    pub(crate) fn outbox(&self) -> Option<PathBuf> {
        match &self.service.mail {
            MailConfig::Files(folder) => Some(folder.clone()),
            MailConfig::Smtp(_) => None,
        }
    }

    /// The Unix socket of a running server.
    pub(crate) fn socket(data: &Path) -> PathBuf {
        data.join("control.sock")
    }

    /// Where this program lies.
    pub(crate) fn program() -> std::io::Result<PathBuf> {
        std::env::current_exe()
    }

    /// The settings as given, secrets left out, with the defaults of what was not.
    pub(crate) fn printed(&self) -> Vec<(&'static str, String, bool)> {
        let table = toml::Table::try_from(&self.settings).unwrap_or_default();
        LINES
            .iter()
            .map(|line| {
                let mut place = Some(&table);
                let mut parts: Vec<&str> = line.path.split('.').collect();
                let last = parts.pop().unwrap_or(line.path);
                for part in parts {
                    place = place.and_then(|table| table.get(part)).and_then(toml::Value::as_table);
                }
                match place.and_then(|table| table.get(last)) {
                    Some(_) if line.secret => (line.path, "(set)".to_owned(), true),
                    Some(value) => (line.path, value.to_string(), true),
                    None => (line.path, line.default.to_owned(), false),
                }
            })
            .collect()
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Makes the data folder 0700, and refuses one that others can enter.
fn prepare_folder(data: &Path) -> Result<(), ConfigError> {
    let refuse = |path: &Path, why: String| ConfigError(format!("{}: {why}", path.display()));
    for folder in [data.to_owned(), data.join("keys")] {
        if !folder.is_dir() {
            std::fs::DirBuilder::new()
                .mode(0o700)
                .recursive(true)
                .create(&folder)
                .map_err(|error| refuse(&folder, format!("the folder can't be made: {}", error.kind())))?;
        }
        let metadata = std::fs::metadata(&folder).map_err(|error| refuse(&folder, format!("can't be read: {}", error.kind())))?;
        if metadata.mode() & 0o077 != 0 {
            return Err(refuse(&folder, "others can enter this folder; run `chmod 700` on it".to_owned()));
        }
    }
    Ok(())
}

/// The origin of a listener that the operator gave none. A name and not an address where it is this machine's usual one: passkeys need a name.
pub(crate) fn own_url(listen: SocketAddr) -> String {
    match listen.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST) => format!("http://localhost:{}", listen.port()),
        _ => format!("http://{listen}"),
    }
}

fn origin(name: &str, url: String) -> Result<String, ConfigError> {
    let url = url.trim_end_matches('/').to_owned();
    let wrong = || ConfigError(format!("{name} is an origin such as https://id.example.com, without a path"));
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return Err(wrong());
    }
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => rest,
    };
    let host = host.trim_matches(['[', ']']);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(ConfigError(format!(
            "{name} needs https: passwords are asked for only over a protected channel (plain http is for loopback)"
        ))),
        _ => Err(wrong()),
    }
}

fn mail(smtp: &SmtpSettings, data: &Path) -> Result<MailConfig, ConfigError> {
    let Some(host) = smtp.host.clone() else { return Ok(MailConfig::Files(data.join("outbox"))) };
    let security = match smtp.security.as_deref() {
        None | Some("tls") => SmtpSecurity::Tls,
        Some("starttls") => SmtpSecurity::StartTls,
        Some("none") => SmtpSecurity::None,
        Some(_) => return Err(ConfigError("smtp.security is \"tls\", \"starttls\" or \"none\"".to_owned())),
    };
    let usual = match security {
        SmtpSecurity::Tls => 465,
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::None => 25,
    };
    let login = match (&smtp.user, &smtp.password) {
        (Some(user), Some(password)) => Some((user.clone(), Secret::new(password.clone()))),
        (None, None) => None,
        _ => return Err(ConfigError("smtp.user and smtp.password go together".to_owned())),
    };
    let timeout = duration("smtp.timeout", smtp.timeout.as_deref(), Duration::from_secs(30))?;
    Ok(MailConfig::Smtp(SmtpConfig { host, port: smtp.port.unwrap_or(usual), security, login, timeout }))
}

fn messages(given: &MessageSettings, data: &Path) -> Result<MessageConfig, ConfigError> {
    /// Fewest characters of the secret.
    const FEWEST: usize = 32;
    let (url, secret) = match (&given.webhook, &given.secret) {
        (None, None) => return Ok(MessageConfig::Files(data.join("outbox"))),
        (Some(url), Some(secret)) => (url.clone(), secret),
        _ => return Err(ConfigError("messages.webhook and messages.secret go together".to_owned())),
    };
    if secret.chars().count() < FEWEST {
        return Err(ConfigError(format!("messages.secret has at least {FEWEST} characters; `openssl rand -hex 32` makes one")));
    }
    check_url(&url).map_err(|error| ConfigError(format!("messages.webhook: {error}")))?;
    Ok(MessageConfig::Webhook { url, secret: Secret::new(secret.clone()) })
}

fn parse<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, ConfigError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| ConfigError(format!("{name}: {error}")))
}

fn duration(name: &str, given: Option<&str>, usual: Duration) -> Result<Duration, ConfigError> {
    match given {
        None => Ok(usual),
        Some(text) => text
            .parse::<jiff::SignedDuration>()
            .ok()
            .and_then(|span| Duration::try_from(span).ok())
            .filter(|span| !span.is_zero())
            .ok_or_else(|| ConfigError(format!("{name}: write a span such as 45m or 8h"))),
    }
}

/// How long a root user may do without a device; nothing at all may be said too.
fn grace(given: Option<&str>, usual: Duration) -> Result<Duration, ConfigError> {
    let Some(text) = given else { return Ok(usual) };
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = text.parse::<jiff::Span>().ok().and_then(|span| span.to_duration(days).ok());
    span.and_then(|span| Duration::try_from(span).ok())
        .filter(|span| *span <= Duration::from_secs(365 * 86_400))
        .ok_or_else(|| ConfigError("mfa.root_grace: write a span such as 14d or 0d, at most 365d".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_users_grace_time_is_a_span_of_days() {
        let most = SessionLimits::MOST.root_grace;
        assert_eq!(grace(None, most).unwrap(), Duration::from_secs(35 * 86_400));
        assert_eq!(grace(Some("14d"), most).unwrap(), Duration::from_secs(14 * 86_400));
        assert_eq!(grace(Some("0d"), most).unwrap(), Duration::ZERO);
        for odd in ["", "soon", "-1d", "366d", "1 month"] {
            assert!(grace(Some(odd), most).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_usual_address_has_a_name_so_that_passkeys_work() {
        for (listen, url) in [
            ("127.0.0.1:8420", "http://localhost:8420"),
            ("[::1]:8420", "http://localhost:8420"),
            ("127.9.9.9:8420", "http://127.9.9.9:8420"),
            ("192.0.2.1:8420", "http://192.0.2.1:8420"),
        ] {
            assert_eq!(own_url(listen.parse().unwrap()), url);
        }
    }

    #[test]
    fn n_p17_n_s06_plain_http_is_accepted_on_loopback_only() {
        for good in ["https://id.example.com", "http://127.0.0.1:1", "http://localhost:8420/", "http://[::1]:8420"] {
            assert!(origin("public_url", good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["http://id.example.com", "http://127.0.0.1.example.com", "ftp://x", "https://a/b", "https://a@b", "id.example.com", ""]
        {
            assert!(origin("public_url", bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn e14_messages_are_posted_signed_and_to_nowhere_inside() {
        let folder = tempfile::tempdir().unwrap();
        let with = |webhook: &str, secret: &str| {
            let settings: Settings = toml::from_str(&format!("messages.webhook = \"{webhook}\"\nmessages.secret = \"{secret}\"")).unwrap();
            messages(&settings.messages, folder.path()).map_err(|error| error.to_string())
        };
        let secret = "0123456789abcdef0123456789abcdef";
        assert!(matches!(with("https://provider.example.com/x", secret), Ok(MessageConfig::Webhook { .. })));
        assert!(matches!(messages(&MessageSettings::default(), folder.path()), Ok(MessageConfig::Files(_))));
        assert!(with("http://provider.example.com/x", secret).unwrap_err().contains("use https"));
        assert!(with("https://169.254.169.254/", secret).is_err());
        let short = with("https://provider.example.com/x", "hunter2").unwrap_err();
        assert!(short.contains("at least 32 characters") && !short.contains("hunter2"), "{short}");
        let alone = MessageSettings { webhook: Some("https://provider.example.com/x".to_owned()), secret: None };
        assert!(messages(&alone, folder.path()).is_err());
    }

    #[test]
    fn v8_4_2_operators_have_an_origin_of_their_own_over_a_protected_channel() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let with = |text: &str| Config::understand(data.clone(), toml::from_str(text).unwrap()).map(|config| config.service.operator_url);
        assert_eq!(with("").unwrap().as_deref(), Some("http://localhost:8421"));
        assert_eq!(with("admin_listen = \"[::1]:9000\"").unwrap().as_deref(), Some("http://localhost:9000"));
        assert_eq!(with("admin_listen = \"off\"\nadmin_url = \"https://admin.example.com\"").unwrap(), None);
        assert_eq!(with("admin_listen = \"0.0.0.0:8421\"").unwrap(), None, "nothing is asked for in the clear");
        let remote = with("admin_listen = \"0.0.0.0:8421\"\nadmin_url = \"https://admin.example.com/\"");
        assert_eq!(remote.unwrap().as_deref(), Some("https://admin.example.com"));
        assert!(with("admin_url = \"http://admin.example.com\"").is_err());
        assert!(with("public_url = \"https://id.example.com\"\nadmin_url = \"https://id.example.com\"").is_err());
    }

    #[test]
    fn a_recovery_waits_from_a_day_to_two_weeks() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let with = |delay: &str| {
            let settings: Settings = toml::from_str(&format!("recovery.delay = \"{delay}\"\nrecovery.operator_help = false")).unwrap();
            Config::understand(data.clone(), settings).map(|config| config.service.recovery)
        };
        assert_eq!(with("24h").unwrap(), RecoverySettings { delay: DELAY_LEAST, operator_help: false });
        assert_eq!(with("336h").unwrap().delay, DELAY_MOST);
        for outside in ["23h", "337h", "0s", "soon"] {
            assert!(with(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn session_limits_go_downwards_only() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let with = |root_idle: &str| {
            let settings: Settings = toml::from_str(&format!("sessions.root_idle = \"{root_idle}\"")).unwrap();
            Config::understand(data.clone(), settings)
        };
        assert_eq!(with("15m").unwrap().service.sessions.root_idle, Duration::from_secs(900));
        assert!(with("2h").is_err());
    }
}
