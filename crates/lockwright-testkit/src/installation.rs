//! A whole installation in memory for tests of the faces: its clock stands still, its mail really leaves into a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lockwright_model::clock::{MockClock, Timestamp};
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::secret::KeyBytes;
use lockwright_service::Lockwright;
use lockwright_service::config::{MailConfig, MessageConfig, PrivacyConfig, ServiceConfig};
use lockwright_service::core::recovery::RecoverySettings;
use lockwright_service::core::session::SessionLimits;
use lockwright_service::mail::Mailer;
use lockwright_store::{Location, Store};
use tempfile::TempDir;

use crate::mailbox::{Letter, Mailbox};

/// An installation.
pub struct Installation {
    /// What the faces call.
    pub lockwright: Lockwright,
    /// Its clock.
    pub clock: Arc<MockClock>,
    /// Reads its mail.
    pub mailbox: Mailbox,
    mailer: Mailer,
    store: Store,
    folder: TempDir,
}

impl Installation {
    /// Rows in memory, the cheapest hash, mail into a folder of its own.
    ///
    /// # Panics
    /// When it can't be put together.
    pub async fn memory(public_url: &str) -> Self {
        Self::recovering(public_url, RecoverySettings::default()).await
    }

    /// The same with settings of its own for recoveries.
    ///
    /// # Panics
    /// When it can't be put together.
    pub async fn recovering(public_url: &str, recovery: RecoverySettings) -> Self {
        Self::configured(public_url, |config| config.recovery = recovery).await
    }

    /// The same with anything of its configuration changed.
    ///
    /// # Panics
    /// When it can't be put together.
    pub async fn configured(public_url: &str, change: impl FnOnce(&mut ServiceConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let mut config = ServiceConfig {
            installation: "Lockwright".to_owned(),
            public_url: public_url.to_owned(),
            operator_url: Some("http://localhost:8421".to_owned()),
            sessions: SessionLimits::MOST,
            recovery: RecoverySettings::default(),
            hash: lockwright_authn::hasher::HashParams { memory_kib: 8, passes: 1, lanes: 1 },
            hash_threads: 1,
            hash_queue: 64,
            own_blocklist: Vec::new(),
            cache_bytes: 1 << 20,
            builder_registration: true,
            answer_floor: Duration::ZERO,
            pepper: KeyBytes::new([1; 32]),
            sealing_key: KeyBytes::new([2; 32]),
            mail: MailConfig::Files(folder.path().join("outbox")),
            mail_from: "lockwright@example.com".parse().unwrap_or_else(|error| panic!("{error}")),
            mail_reply_to: None,
            messages: MessageConfig::Files(folder.path().join("outbox")),
            local_identity_providers: true,
            privacy: PrivacyConfig::default(),
        };
        change(&mut config);
        let clock = Arc::new(MockClock::at(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Store::open(Location::Memory).await.unwrap_or_else(|error| panic!("{error}"));
        let mailer = Mailer::new(&config).unwrap_or_else(|error| panic!("{error}"));
        let lockwright =
            Lockwright::new(config, store.clone(), clock.clone(), Arc::new(SystemEntropy)).unwrap_or_else(|error| panic!("{error}"));
        Self { lockwright, clock, mailbox: Mailbox::default(), mailer, store, folder }
    }

    /// Takes the store away: from now on it answers nobody.
    pub async fn lose_store(&self) {
        self.store.clone().close().await;
    }

    /// Where its mail goes.
    pub fn outbox(&self) -> PathBuf {
        self.folder.path().join("outbox")
    }

    /// Lets its mail leave until nothing waits, and takes what came.
    ///
    /// # Panics
    /// When the store doesn't answer.
    pub async fn letters(&self) -> Vec<Letter> {
        self.send().await;
        self.mailbox.take(&self.outbox())
    }

    /// Lets its mail leave until nothing waits; it stays in the folder.
    ///
    /// # Panics
    /// When the store doesn't answer.
    pub async fn send(&self) {
        while self.lockwright.send_due(&self.mailer, &self.mailbox).await.unwrap_or_else(|error| panic!("{error}")) > 0 {}
    }
}
