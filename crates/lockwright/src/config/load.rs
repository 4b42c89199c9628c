//! Gathering settings: file, then environment, then flags; each refuses what it doesn't know.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::ConfigError;
use super::settings::{LINES, Settings};
use crate::cli::{Common, Serve};

const PREFIX: &str = "LOCKWRIGHT_";

/// Reads all sources.
pub(super) fn load(common: &Common, serve: &Serve, environment: impl Iterator<Item = (String, String)>) -> Result<Settings, ConfigError> {
    let mut table = match file(common) {
        Some(path) => read_file(&path)?,
        None => Table::new(),
    };
    overlay(&mut table, environment)?;
    let flags = [
        ("listen", serve.listen.map(|address| address.to_string())),
        ("admin_listen", serve.admin_listen.map(|address| address.to_string())),
        ("public_url", serve.public_url.clone()),
    ];
    for (path, value) in flags {
        if let Some(value) = value {
            table.insert(path.to_owned(), Value::String(value));
        }
    }
    Settings::try_from_table(table)
}

fn file(common: &Common) -> Option<PathBuf> {
    let usual = common.data.join("lockwright.toml");
    common.config.clone().or_else(|| usual.is_file().then_some(usual))
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError(format!("{}: can't be read: {}", path.display(), error.kind())))?;
    // Read as settings first: this is where an unknown key is told with its line.
    toml::from_str::<Settings>(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        ConfigError(format!("{}:{line}: {}", path.display(), error.message()))
    })?;
    toml::from_str(&text).map_err(|error| ConfigError(format!("{}: {}", path.display(), error.message())))
}

/// Lays `LOCKWRIGHT_SMTP__HOST` over `smtp.host`; for a secret, `LOCKWRIGHT_SMTP__PASSWORD_FILE` names a file.
fn overlay(table: &mut Table, environment: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let path = rest.to_ascii_lowercase().replace("__", ".");
        let line = LINES.iter().find(|line| line.path == path);
        let from_file = path.strip_suffix("_file").and_then(|path| LINES.iter().find(|line| line.secret && line.path == path));
        let (path, value) = match (line, from_file) {
            (Some(line), _) => (line.path, value),
            (None, Some(line)) => {
                let text = std::fs::read_to_string(&value)
                    .map_err(|error| ConfigError(format!("{name}: the file can't be read: {}", error.kind())))?;
                (line.path, text.trim_end_matches(['\r', '\n']).to_owned())
            }
            (None, None) => return Err(ConfigError(format!("{name} is not a setting; see `lockwright config print`"))),
        };
        let mut value = guess(value);
        let mut parts: Vec<&str> = path.split('.').collect();
        let last = parts.pop().unwrap_or(path);
        // A setting that is text stays text, whatever it looks like.
        if Settings::probe(&parts, last, &value).is_err() {
            value = Value::String(as_text(&value));
            Settings::probe(&parts, last, &value).map_err(|message| ConfigError(format!("{name}: {message}")))?;
        }
        let mut place = &mut *table;
        for part in parts {
            let next = place.entry(part.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            place = next.as_table_mut().ok_or_else(|| ConfigError(format!("{name}: {part} is not a group of settings")))?;
        }
        place.insert(last.to_owned(), value);
    }
    Ok(())
}

fn guess(text: String) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return Value::Integer(number);
    }
    match text.as_str() {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ if text.starts_with('[') => toml::from_str::<Table>(&format!("list = {text}"))
            .ok()
            .and_then(|mut table| table.remove("list"))
            .unwrap_or(Value::String(text)),
        _ => Value::String(text),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Settings {
    fn try_from_table(table: Table) -> Result<Self, ConfigError> {
        table.try_into().map_err(|error: toml::de::Error| ConfigError(error.message().to_owned()))
    }

    /// Whether one value fits its place.
    fn probe(parts: &[&str], last: &str, value: &Value) -> Result<(), String> {
        let mut table = Table::from_iter([(last.to_owned(), value.clone())]);
        for part in parts.iter().rev() {
            table = Table::from_iter([((*part).to_owned(), Value::Table(table))]);
        }
        table.try_into::<Self>().map(drop).map_err(|error| error.message().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let mut table = Table::new();
        overlay(&mut table, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))?;
        Settings::try_from_table(table)
    }

    #[test]
    fn the_environment_sets_numbers_texts_lists_and_switches() {
        let settings = over(&[
            ("LOCKWRIGHT_SMTP__PORT", "2525"),
            ("LOCKWRIGHT_SMTP__PASSWORD", "12345"),
            ("LOCKWRIGHT_BUILDER__REGISTRATION", "false"),
            ("LOCKWRIGHT_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("OTHER", "1"),
        ])
        .unwrap();
        assert_eq!(settings.smtp.port, Some(2525));
        assert_eq!(settings.smtp.password.as_deref(), Some("12345"), "a password of digits stays text");
        assert_eq!(settings.builder.registration, Some(false));
        assert_eq!(settings.trusted_proxies, Some(vec!["10.0.0.0/8".to_owned()]));
    }

    #[test]
    fn an_unknown_name_is_refused_by_name_without_its_value() {
        let error = over(&[("LOCKWRIGHT_SMTP__PASWORD", "hunter2")]).unwrap_err().to_string();
        assert!(error.contains("LOCKWRIGHT_SMTP__PASWORD") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_secret_is_read_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "p4ss\n").unwrap();
        let settings = over(&[("LOCKWRIGHT_SMTP__PASSWORD_FILE", file.path().to_str().unwrap())]).unwrap();
        assert_eq!(settings.smtp.password.as_deref(), Some("p4ss"));
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lockwright.toml");
        std::fs::write(&path, "installation = \"X\"\n\n[smtp]\nhots = \"a\"\n").unwrap();
        let error = read_file(&path).unwrap_err().to_string();
        assert!(error.contains("lockwright.toml:4:") && error.contains("hots"), "{error}");
    }

    #[test]
    fn every_setting_has_a_line_in_the_reference_and_every_line_a_setting() {
        let table = Table::try_from(Settings::full()).unwrap();
        let mut paths = Vec::new();
        for (name, value) in &table {
            match value {
                Value::Table(group) => paths.extend(group.keys().map(|key| format!("{name}.{key}"))),
                _ => paths.push(name.clone()),
            }
        }
        paths.sort();
        let mut lines: Vec<String> = LINES.iter().map(|line| line.path.to_owned()).collect();
        lines.sort();
        assert_eq!(paths, lines);
    }

    #[test]
    fn the_reference_of_settings_is_what_the_program_prints() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/settings.md");
        let stored = std::fs::read_to_string(path).unwrap();
        assert_eq!(stored, super::super::settings::reference(), "run `lockwright config reference > docs/reference/settings.md`");
    }

    impl Settings {
        /// Every field set, so that each shows up when serialised.
        fn full() -> Self {
            let text = || Some(String::from("x"));
            Self {
                installation: text(),
                listen: text(),
                admin_listen: text(),
                admin_url: text(),
                public_url: text(),
                trusted_proxies: Some(Vec::new()),
                store: super::super::settings::StoreSettings { url: text() },
                keys: super::super::settings::KeySettings { pepper_file: text(), sealing_file: text() },
                sessions: super::super::settings::SessionSettings {
                    root_idle: text(),
                    root_absolute: text(),
                    idle: text(),
                    absolute: text(),
                },
                passwords: super::super::settings::PasswordSettings {
                    memory_kib: Some(1),
                    passes: Some(1),
                    threads: Some(1),
                    queue: Some(1),
                    blocklist: text(),
                },
                mfa: super::super::settings::MfaSettings { root_grace: text() },
                recovery: super::super::settings::RecoveryOptions { delay: text(), operator_help: Some(true) },
                builder: super::super::settings::BuilderSettings { registration: Some(true) },
                mail: super::super::settings::MailSettings { from: text(), reply_to: text() },
                smtp: super::super::settings::SmtpSettings {
                    host: text(),
                    port: Some(1),
                    security: text(),
                    user: text(),
                    password: text(),
                    timeout: text(),
                },
                messages: super::super::settings::MessageSettings { webhook: text(), secret: text() },
                identity_providers: super::super::settings::IdentityProviderSettings { local: Some(true) },
                privacy: super::super::settings::PrivacySettings {
                    choice_life: text(),
                    cookie_notice: text(),
                    notice: text(),
                    sites: Some(Vec::new()),
                    tags: Some(Vec::new()),
                },
                help: super::super::settings::HelpSettings { articles: text() },
                log: super::super::settings::LogSettings { format: text(), level: text() },
                cache: super::super::settings::CacheSettings { bytes: Some(1) },
            }
        }
    }
}
