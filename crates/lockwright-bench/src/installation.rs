//! An installation in this process, with identities to sign in.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use lockwright_api::Api;
use lockwright_authn::hasher::HashParams;
use lockwright_core::recovery::RecoverySettings;
use lockwright_core::session::SessionLimits;
use lockwright_model::clock::SystemClock;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::identity::Principal;
use lockwright_model::secret::KeyBytes;
use lockwright_service::Lockwright;
use lockwright_service::config::{ANSWER_FLOOR, MailConfig, MessageConfig, PrivacyConfig, ServiceConfig};
use lockwright_service::signin::SignInName;
use lockwright_store::{Location, Store};
use tokio::net::TcpListener;

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "measured-in-the-same-run-2026";

/// Opens an installation in a folder.
pub(crate) async fn open(folder: &Path, threads: usize) -> anyhow::Result<(Lockwright, Store)> {
    let store = Store::open(Location::Sqlite { path: folder.join("lockwright.db") }).await?;
    let config = ServiceConfig {
        installation: "Lockwright".to_owned(),
        public_url: "http://127.0.0.1:1".to_owned(),
        operator_url: None,
        sessions: SessionLimits::MOST,
        recovery: RecoverySettings::default(),
        hash: HashParams::default(),
        hash_threads: threads,
        hash_queue: 256,
        own_blocklist: Vec::new(),
        cache_bytes: 64 << 20,
        builder_registration: true,
        answer_floor: ANSWER_FLOOR,
        pepper: KeyBytes::new([1; 32]),
        sealing_key: KeyBytes::new([2; 32]),
        mail: MailConfig::Files(folder.join("outbox")),
        mail_from: "lockwright@example.com".parse()?,
        mail_reply_to: None,
        messages: MessageConfig::Files(folder.join("outbox")),
        local_identity_providers: false,
        privacy: PrivacyConfig::default(),
    };
    let lockwright = Lockwright::new(config, store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy))?;
    Ok((lockwright, store))
}

/// Lets programs call in, in this process.
pub(crate) async fn serve_api(lockwright: &Lockwright) -> anyhow::Result<SocketAddr> {
    let api = Api::new(lockwright.clone(), Vec::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(move |request: Request| {
        let api = api.clone();
        async move { api.answer(request).await }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// The host, acting now.
pub(crate) fn host(lockwright: &Lockwright) -> OpContext {
    lockwright.op(Principal::Host, Source::host())
}

/// A stranger, acting now.
pub(crate) fn stranger(lockwright: &Lockwright) -> OpContext {
    let source = Source { ip: Some([127, 0, 0, 1].into()), agent: "bench".to_owned() };
    lockwright.op(Principal::Anonymous, source)
}

/// Makes builder IDs with a password, through the same links a person would use.
pub(crate) async fn people(lockwright: &Lockwright, count: usize) -> anyhow::Result<Vec<SignInName>> {
    let mut names = Vec::new();
    for number in 0..count {
        let email = format!("person{number}@example.com").parse()?;
        let (_, link) = lockwright.create_builder(&host(lockwright), &"Person".parse()?, &email).await?;
        let mut parts = link.url.expose().rsplit('/');
        let (token, case) = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().parse()?);
        let holder = lockwright.open_link(&stranger(lockwright), &case, "", &token).await?;
        lockwright.finish_recovery(&stranger(lockwright), &case, holder.expose(), PASSWORD, PASSWORD).await?;
        names.push(SignInName::Builder(email));
    }
    Ok(names)
}
