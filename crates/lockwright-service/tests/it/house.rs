//! A whole installation in a test: its store, a clock that stands still, an outbox that is really read.

use std::sync::Arc;
use std::time::Duration;

use lockwright_model::clock::{MockClock, Timestamp};
use lockwright_model::context::{OpContext, Source};
use lockwright_model::entropy::{SeededEntropy, SystemEntropy};
use lockwright_model::id::{AccountId, BuilderId, CaseId};
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::job::Notice;
use lockwright_model::proof::Goal;
use lockwright_model::secret::{KeyBytes, Secret};
use lockwright_model::token::Token;
use lockwright_service::Lockwright;
use lockwright_service::cases::Opened;
use lockwright_service::config::{MailConfig, MessageConfig, PrivacyConfig, ServiceConfig};
use lockwright_service::core::recovery::rules::COOLING;
use lockwright_service::core::recovery::{CodeOutcome, RecoverySettings};
use lockwright_service::core::session::SessionLimits;
use lockwright_service::mail::Mailer;
use lockwright_service::mail::outgoing::OutgoingMail;
use lockwright_service::sessions::Signed;
use lockwright_service::signin::{Entered, SignInError, SignInName, SignedIn};
use lockwright_service::users::{GiveAccess, Handed};
use lockwright_store::{Location, Store};
use lockwright_testkit::mailbox::{Letter, Mailbox};
use lockwright_testkit::postgres::PgCluster;
use tempfile::TempDir;

/// A password that every rule allows.
pub(crate) const OLD: &str = "Quarry lantern obtuse mitten 4";
/// Another one.
pub(crate) const NEW: &str = "Velvet harpoon 9 gravel sundial";
/// A third one.
pub(crate) const OTHER: &str = "Copper 7 walrus biscuit anthem";
/// The root user's address in most tests.
pub(crate) const ANA: &str = "ana@example.com";
/// A network that is nobody's in particular.
pub(crate) const HERE: &str = "192.0.2.1";

/// An installation.
pub(crate) struct House {
    pub(crate) lockwright: Lockwright,
    pub(crate) store: Store,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) mailer: Mailer,
    pub(crate) folder: TempDir,
}

/// The configuration of a test: the cheapest hash, mail into a folder.
pub(crate) fn config(folder: &std::path::Path) -> ServiceConfig {
    ServiceConfig {
        installation: "Lockwright".to_owned(),
        public_url: "https://id.example.com".to_owned(),
        operator_url: Some("http://localhost:8421".to_owned()),
        sessions: SessionLimits::MOST,
        recovery: RecoverySettings::default(),
        hash: lockwright_authn::hasher::HashParams { memory_kib: 8, passes: 1, lanes: 1 },
        hash_threads: 2,
        hash_queue: 4096,
        own_blocklist: Vec::new(),
        cache_bytes: 1 << 20,
        builder_registration: true,
        answer_floor: Duration::ZERO,
        pepper: KeyBytes::new([1; 32]),
        sealing_key: KeyBytes::new([2; 32]),
        mail: MailConfig::Files(folder.join("outbox")),
        mail_from: "lockwright@example.com".parse().unwrap(),
        mail_reply_to: None,
        messages: MessageConfig::Files(folder.join("outbox")),
        local_identity_providers: true,
        privacy: PrivacyConfig::default(),
    }
}

impl House {
    /// Rows in memory.
    pub(crate) async fn memory() -> Self {
        Self::over(Store::open(Location::Memory).await.unwrap(), tempfile::tempdir().unwrap())
    }

    /// Rows in a file of the house's folder.
    pub(crate) async fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Location::Sqlite { path: folder.path().join("lockwright.db") }).await.unwrap();
        Self::over(store, folder)
    }

    /// Rows in a file; all chance but the salts of passwords comes from a seed.
    pub(crate) async fn seeded(seed: u64) -> Self {
        let mut house = Self::file().await;
        let config = config(house.folder.path());
        let entropy = Arc::new(SeededEntropy::new(seed));
        house.lockwright = Lockwright::new(config, house.store.clone(), house.clock.clone(), entropy).unwrap();
        house
    }

    /// Two nodes over one fresh PostgreSQL database, with one clock.
    pub(crate) async fn two_nodes() -> [Self; 2] {
        let url = Secret::new(PgCluster::shared().database());
        let first = Self::over(Store::open(Location::Postgres { url: url.clone() }).await.unwrap(), tempfile::tempdir().unwrap());
        let mut second = Self::over(Store::open(Location::Postgres { url }).await.unwrap(), tempfile::tempdir().unwrap());
        second.clock = Arc::clone(&first.clock);
        second.lockwright =
            Lockwright::new(config(second.folder.path()), second.store.clone(), first.clock.clone(), Arc::new(SystemEntropy)).unwrap();
        [first, second]
    }

    fn over(store: Store, folder: TempDir) -> Self {
        let clock = Arc::new(MockClock::at(Timestamp::from_micros(1_800_000_000_000_000)));
        let config = config(folder.path());
        let lockwright = Lockwright::new(config.clone(), store.clone(), clock.clone(), Arc::new(SystemEntropy)).unwrap();
        let mailer = Mailer::new(&config).unwrap();
        Self { lockwright, store, clock, mailbox: Arc::new(Mailbox::default()), mailer, folder }
    }

    /// Time goes by.
    pub(crate) fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Time goes by.
    pub(crate) fn seconds(&self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// An act of a principal from a network, a millisecond after the last.
    pub(crate) fn act(&self, principal: Principal, ip: &str) -> OpContext {
        self.pass(Duration::from_millis(1));
        self.lockwright.op(principal, Source { ip: Some(ip.parse().unwrap()), agent: "Firefox".to_owned() })
    }

    /// An act of nobody.
    pub(crate) fn anyone(&self) -> OpContext {
        self.act(Principal::Anonymous, HERE)
    }

    /// An act of somebody who is signed in.
    pub(crate) fn as_(&self, identity: &Identity) -> OpContext {
        self.act(Principal::Signed(identity.clone()), HERE)
    }

    /// An act of an account's root user.
    pub(crate) fn as_root(&self, account: AccountId) -> OpContext {
        self.as_(&Identity::Root(account))
    }

    /// A command on the host.
    pub(crate) fn host(&self) -> OpContext {
        self.pass(Duration::from_millis(1));
        self.lockwright.op(Principal::Host, Source::host())
    }

    /// Lets the outbox work until it is empty, and reads what came.
    pub(crate) async fn letters(&self) -> Vec<Letter> {
        while self.lockwright.send_due(&self.mailer, self.mailbox.as_ref()).await.unwrap() > 0 {}
        self.mailbox.take(&self.folder.path().join("outbox"))
    }

    /// The one mail that came.
    pub(crate) async fn letter(&self) -> Letter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// Proves a case with the mailed code.
    pub(crate) async fn prove(&self, opened: &Opened, code: &str) -> Token {
        match self.lockwright.submit_code(&self.anyone(), &opened.case, opened.holder.expose(), code).await.unwrap() {
            CodeOutcome::Proven(holder) => holder,
            other => panic!("{other:?}"),
        }
    }

    /// Registers an account; its root user has the password [`OLD`].
    pub(crate) async fn account(&self, email: &str) -> AccountId {
        let opened = self.lockwright.start_account(&self.anyone(), email.parse().unwrap()).await.unwrap();
        let letter = self.letter().await;
        let holder = self.prove(&opened, letter.code().unwrap()).await;
        let name = "Harbour Works".parse().unwrap();
        let registered = self.lockwright.finish_account(&self.anyone(), &opened.case, holder.expose(), name, OLD, OLD).await.unwrap();
        self.letters().await;
        registered.id
    }

    /// Registers a builder ID with the password [`OLD`].
    pub(crate) async fn builder(&self, email: &str) -> BuilderId {
        let opened = self.lockwright.start_builder(&self.anyone(), email.parse().unwrap(), "Bela Novak".parse().unwrap()).await.unwrap();
        let letter = self.letter().await;
        let holder = self.prove(&opened, letter.code().unwrap()).await;
        let registered = self.lockwright.finish_builder(&self.anyone(), &opened.case, holder.expose(), OLD, OLD).await.unwrap();
        self.letters().await;
        registered.id
    }

    /// Creates an IAM user with the password [`OLD`].
    pub(crate) async fn user(&self, account: AccountId, name: &str, administrator: bool) -> UserRef {
        let access = GiveAccess::Typed { password: Secret::new(OLD), must_change: false };
        let (user, handed) =
            self.lockwright.create_user(&self.as_root(account), account, &name.parse().unwrap(), administrator, access).await.unwrap();
        assert!(matches!(handed, Handed::Nothing));
        user.id
    }

    /// Gives an IAM user a confirmed address that serves recovery: a week goes by.
    pub(crate) async fn confirm(&self, user: &UserRef, email: &str) {
        self.confirm_now(user, email).await;
        self.pass(COOLING);
    }

    /// Gives an IAM user a confirmed address.
    pub(crate) async fn confirm_now(&self, user: &UserRef, email: &str) {
        let token = self.sign_in_user(user, OLD).await.unwrap().token;
        let signed = self.signed(&token).await.unwrap();
        let op = self.as_(&signed.session.owner);
        let opened = self.lockwright.start_own_address(&op, &signed.session, email.parse().unwrap(), OLD).await.unwrap();
        let letter = self.letters().await.pop().unwrap();
        let holder = self.prove(&opened, letter.code().unwrap()).await;
        self.lockwright.finish_address(&op, &opened.case, holder.expose()).await.unwrap();
        self.letters().await;
    }

    /// Signs an IAM user in.
    pub(crate) async fn sign_in_user(&self, user: &UserRef, password: &str) -> Result<SignedIn, SignInError> {
        let name = self.store.user(user).await.unwrap().unwrap().name;
        self.sign_in(&iam(&user.account.to_string(), name.as_str()), password).await
    }

    /// Signs in somebody without a device.
    pub(crate) async fn sign_in(&self, name: &SignInName, password: &str) -> Result<SignedIn, SignInError> {
        match self.lockwright.sign_in(&self.anyone(), name, password, None).await? {
            Entered::SignedIn(signed) => Ok(signed),
            Entered::SecondFactor(_) => panic!("a second factor is owed"),
        }
    }

    /// Signs in over a session that the browser has.
    pub(crate) async fn sign_in_over(&self, name: &SignInName, password: &str, previous: &Token) -> Token {
        match self.lockwright.sign_in(&self.anyone(), name, password, Some(previous)).await.unwrap() {
            Entered::SignedIn(signed) => signed.token,
            Entered::SecondFactor(_) => panic!("a second factor is owed"),
        }
    }

    /// Signs in, and it must work.
    pub(crate) async fn session(&self, name: &SignInName, password: &str) -> Token {
        self.sign_in(name, password).await.unwrap().token
    }

    /// Who a token belongs to.
    pub(crate) async fn signed(&self, token: &Token) -> Option<Signed> {
        self.lockwright.authenticate(token.expose()).await.unwrap()
    }

    /// Whether a token is still good.
    pub(crate) async fn alive(&self, token: &Token) -> bool {
        self.signed(token).await.is_some()
    }

    /// Starts a recovery and reads its mail.
    pub(crate) async fn forget(&self, name: &SignInName) -> (Opened, Letter) {
        let opened = self.lockwright.start_recovery(&self.anyone(), name, Goal::NewPassword).await.unwrap();
        (opened, self.letter().await)
    }

    /// Recovers with the mailed code.
    pub(crate) async fn recover(&self, name: &SignInName, password: &str) {
        let (opened, letter) = self.forget(name).await;
        let holder = self.prove(&opened, letter.code().unwrap()).await;
        self.lockwright.finish_recovery(&self.anyone(), &opened.case, holder.expose(), password, password).await.unwrap();
    }
}

/// A root user's name.
pub(crate) fn root(email: &str) -> SignInName {
    SignInName::Root(email.parse().unwrap())
}

/// A builder ID's name.
pub(crate) fn builder(email: &str) -> SignInName {
    SignInName::Builder(email.parse().unwrap())
}

/// An IAM user's name.
pub(crate) fn iam(account: &str, user: &str) -> SignInName {
    SignInName::Iam { account: account.parse().unwrap(), user: user.parse().unwrap() }
}

/// The case and the token in a link's URL.
pub(crate) fn parts(url: &str) -> (CaseId, String) {
    let path = url.strip_prefix("https://id.example.com/recover/link/").expect("links carry the configured origin");
    let (case, token) = path.split_once('/').unwrap();
    (case.parse().unwrap(), token.to_owned())
}

/// The URL of a handed link.
pub(crate) fn handed_url(handed: &Handed) -> String {
    match handed {
        Handed::Link { url, .. } => url.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The notices among letters, with their addresses.
pub(crate) fn notices(letters: &[Letter]) -> Vec<(String, Notice)> {
    letters
        .iter()
        .filter_map(|letter| match &letter.mail {
            OutgoingMail::Notice { notice, .. } => Some((letter.to.clone(), notice.clone())),
            OutgoingMail::Ticket { .. }
            | OutgoingMail::Call { .. }
            | OutgoingMail::Contact { .. }
            | OutgoingMail::SupportAnswer { .. }
            | OutgoingMail::Found { .. } => None,
        })
        .collect()
}

impl House {
    /// The present moment.
    pub(crate) fn clock_now(&self) -> Timestamp {
        lockwright_model::clock::Clock::now(self.clock.as_ref())
    }

    /// What a sign-in may do.
    pub(crate) async fn session_scope(&self, name: &SignInName, password: &str) -> lockwright_model::session::SessionScope {
        self.sign_in(name, password).await.unwrap().scope
    }
}
