//! The shell around the decisions: load → permit → decide → commit → effect. Every act enters through here, whatever its face.
#![forbid(unsafe_code)]

pub mod access_keys;
pub mod accounts;
pub mod addresses;
pub mod aggregate;
pub mod authorize;
pub mod builders;
mod cache;
pub mod caller;
pub mod cases;
pub mod client;
pub mod clock;
pub mod closing;
mod commit;
pub mod config;
pub mod confirm;
pub mod contact_phone;
pub mod contacts;
pub mod devices;
pub mod drills;
pub mod emails;
pub mod enrolments;
pub mod evidence;
pub mod factors;
mod find;
mod forms;
pub mod grants;
pub mod groups;
pub mod hashing;
pub mod helps;
pub mod host;
mod host_credentials;
pub mod identity_providers;
pub mod instance_profiles;
pub mod issuers;
mod known;
mod load;
mod login_profiles;
pub mod mail;
pub mod message;
pub mod notices;
pub mod operator_help;
pub mod operators;
mod outward;
pub mod passkey_signin;
pub mod passwords;
pub mod policies;
pub mod privacy;
pub mod readiness;
pub mod recovery;
pub mod registration;
pub mod report;
pub mod resource_changes;
pub mod resources;
pub mod roles;
pub mod second_step;
pub mod server_certificates;
pub mod service_linked;
pub mod sessions;
pub mod shared;
pub mod signin;
pub mod sts;
pub mod summary;
pub mod support;
pub mod trail;
pub mod trouble;
pub mod usage;
pub mod user_credentials;
pub mod users;
pub mod virtual_devices;
pub mod ways;
pub mod web_identity;
pub mod webhook;
pub mod why;
pub mod worker;

pub use lockwright_core as core;
pub use lockwright_leak as leak;
pub use lockwright_policy as policy;
pub use lockwright_store::search;

use std::sync::Arc;

use lockwright_authn::codes::CodeKey;
use lockwright_authn::passkey::{NoPasskeys, RelyingParty};
use lockwright_authn::seal::SealKey;
use lockwright_authn::strength::Blocklist;
use lockwright_model::clock::Clock;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::entropy::Entropy;
use lockwright_model::id::RequestId;
use lockwright_model::identity::Principal;
use lockwright_model::secret::KeyBytes;
use lockwright_store::Store;

use crate::cache::Cache;
use crate::config::ServiceConfig;
use crate::hashing::HashPool;

/// The running installation. Cheap to clone.
#[derive(Clone)]
pub struct Lockwright(Arc<Inner>);

struct Inner {
    config: ServiceConfig,
    store: Store,
    cache: Cache,
    hashing: HashPool,
    blocklist: Blocklist,
    codes: CodeKey,
    seal: SealKey,
    public_party: Result<RelyingParty, NoPasskeys>,
    operators_party: Result<RelyingParty, NoPasskeys>,
    clock: Arc<dyn Clock>,
    floor: clock::Floor,
    entropy: Arc<dyn Entropy>,
    outbox: tokio::sync::Notify,
    issuers: issuers::Issuers,
}

impl Lockwright {
    /// Puts the installation together; spawns the hashing threads, nothing else.
    pub fn new(config: ServiceConfig, store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, config::SetUpError> {
        let hashing = HashPool::start(&config)?;
        let blocklist = Blocklist::with_own(config.own_blocklist.iter().cloned());
        let codes = CodeKey::new(KeyBytes::new(lockwright_authn::codes::bind(&config.sealing_key, "code-key", &[])));
        let public_party = RelyingParty::new(&config.public_url, &config.installation);
        let operators_party = RelyingParty::new(config.operator_url.as_deref().unwrap_or_default(), &config.installation);
        Ok(Self(Arc::new(Inner {
            seal: factors::seal_key(&config.sealing_key),
            public_party,
            operators_party,
            cache: Cache::new(config.cache_bytes),
            config,
            store,
            hashing,
            blocklist,
            codes,
            clock,
            floor: clock::Floor::default(),
            entropy,
            outbox: tokio::sync::Notify::new(),
            issuers: issuers::Issuers::new(),
        })))
    }

    /// Begins an act: draws its id and reads the clock once.
    pub fn op(&self, principal: Principal, source: Source) -> OpContext {
        OpContext {
            id: RequestId::draw(self.entropy()),
            now: self.now(),
            principal,
            iam_user: None,
            access_key: None,
            second_factor: SecondFactor::Unsaid,
            source,
        }
    }

    /// The configuration it runs with.
    pub fn config(&self) -> &ServiceConfig {
        &self.0.config
    }

    /// Where chance comes from.
    pub fn entropy(&self) -> &dyn Entropy {
        self.0.entropy.as_ref()
    }

    /// Whether requests can be answered: the store answers.
    pub async fn ready(&self) -> Result<(), trouble::Trouble> {
        self.0.store.ping().await.map_err(trouble::Trouble::from)
    }

    /// Answers no earlier than the floor, so that the microseconds by which a name that exists takes longer are not seen (A07).
    pub(crate) async fn level<T>(&self, act: impl Future<Output = T>) -> T {
        let floor = self.config().answer_floor;
        if floor.is_zero() {
            return act.await;
        }
        let (answer, ()) = tokio::join!(act, tokio::time::sleep(floor));
        answer
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }
}
