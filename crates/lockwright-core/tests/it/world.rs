//! A small world that commands act upon, which remembers by itself what must hold from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::session::SessionLimits;
use lockwright_core::user::Access;
use lockwright_core::{Decided, recovery, register, session, user};
use lockwright_model::case::{Case, CaseState, Purpose};
use lockwright_model::change::{ChangeSet, Conflict, Key, Record, Touch};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::credential::Credential;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::id::{AccountId, CaseId, RequestId};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::secret::{KeyBytes, PasswordHash};
use lockwright_model::session::Session;
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};

use crate::ledger::Ledger;

/// What was mailed or handed over.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) case: CaseId,
    pub(crate) link: Token,
    pub(crate) code: Option<Code>,
    /// Used, or followed by a newer one: must never work again.
    pub(crate) spent: bool,
}

/// The world.
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) now: Timestamp,
    pub(crate) entropy: SeededEntropy,
    pub(crate) key: CodeKey,
    pub(crate) account: AccountId,
    /// A root user, an administrator, a user who may recover alone, a builder ID.
    pub(crate) people: Vec<Identity>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) cases: Vec<CaseId>,
    /// The cookies that were given out for a case, the newest last.
    pub(crate) holders: BTreeMap<CaseId, Vec<Token>>,
    /// Cases for which a living ticket was shown, with the cookie given for it.
    pub(crate) proven: BTreeMap<CaseId, Token>,
    pub(crate) sessions: Vec<Token>,
    /// Sessions that were ended, or were seen dead: must never live again.
    pub(crate) ended: BTreeSet<TokenHash>,
    /// Cases that were completed or closed, as they were then.
    over: BTreeMap<CaseId, String>,
    /// What must never be seen in an event, a job, or a Debug text.
    pub(crate) secrets: Vec<String>,
    hashes: u32,
}

impl World {
    /// A world with its four people, whose passwords are set.
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = Self {
            ledger: Ledger::default(),
            now: Timestamp::from_micros(1_800_000_000_000_000),
            entropy: SeededEntropy::new(seed),
            key: CodeKey::new(KeyBytes::new([3; 32])),
            account: AccountId::NOBODY,
            people: Vec::new(),
            tickets: Vec::new(),
            cases: Vec::new(),
            holders: BTreeMap::new(),
            proven: BTreeMap::new(),
            sessions: Vec::new(),
            ended: BTreeSet::new(),
            over: BTreeMap::new(),
            secrets: Vec::new(),
            hashes: 0,
        };
        let op = world.op(Principal::Host);
        let name = "Harbour".parse().unwrap();
        let made = register::host_account(name, "ana@example.com".parse().unwrap(), &op, &world.entropy);
        world.account = world.commit(made).unwrap().0;
        let made = register::host_builder("Bela".parse().unwrap(), "bela@example.com".parse().unwrap(), &op, &world.entropy);
        let bela = world.commit(made).unwrap().0;
        world.people.push(Identity::Root(world.account));
        for (name, administrator) in [("boss", true), ("carla", false)] {
            let Some(Record::Account(account)) = world.ledger.get(&Key::Account(world.account)).cloned() else { unreachable!() };
            let access = Access::Password { hash: world.hash(), must_change: false };
            let made = user::create(
                &world.permit(),
                &Arc::new(account.clone()),
                user::NewUser::named(name.parse().unwrap()),
                administrator,
                access,
                &op,
                &world.entropy,
            )
            .unwrap();
            let user = world.commit(made).unwrap().0;
            world.people.push(Identity::User(user.id));
        }
        world.people.push(Identity::Builder(bela));
        world.furnish();
        world
    }

    /// Sets what the decisions under test need but do not make: first passwords, an address, the account's leave.
    fn furnish(&mut self) {
        for number in [0, 2, 3] {
            let first = Credential::first(self.hash(), self.now);
            let record = match self.person(number).unwrap() {
                Person::Root(mut account) => {
                    (account.root.credential, account.self_service_recovery) = (Some(first), true);
                    Record::Account(account)
                }
                Person::User { mut user, .. } => {
                    user.email = Some("carla@example.com".parse().unwrap());
                    Record::User(user)
                }
                Person::Builder(mut builder) => {
                    builder.credential = Some(first);
                    Record::Builder(builder)
                }
                Person::Operator(operator) => Record::Operator(operator),
            };
            let mut changes = ChangeSet::default();
            changes.put(record);
            // Its event: any will do, for this is no decision.
            let told = lockwright_model::event::Told::new(lockwright_model::event::Service::Iam, "Furnished", None);
            changes.tell(lockwright_model::event::AuditEvent::new(&self.op(Principal::Host), &self.entropy, told));
            self.ledger.apply(changes).unwrap();
        }
        self.now = self.now.plus(Duration::from_secs(1));
    }

    /// An act of somebody, now.
    pub(crate) fn op(&self, principal: Principal) -> OpContext {
        let source = Source { ip: Some("192.0.2.1".parse().unwrap()), agent: "Firefox".to_owned() };
        OpContext {
            id: RequestId::draw(&self.entropy),
            now: self.now,
            principal,
            iam_user: None,
            access_key: None,
            second_factor: SecondFactor::Unsaid,
            source,
        }
    }

    /// The host's leave.
    pub(crate) fn permit(&self) -> Permit {
        Permit::granted(self.account)
    }

    /// The hash of a password that was never used before.
    pub(crate) fn hash(&mut self) -> PasswordHash {
        self.hashes += 1;
        let phc = format!("$argon2id$secret-{:04}$", self.hashes);
        self.secrets.push(phc.clone());
        PasswordHash::from_phc(phc)
    }

    /// A password that was in use at some time.
    pub(crate) fn old_hash(&self, number: usize) -> PasswordHash {
        let number = u32::try_from(number).unwrap_or_default() % self.hashes + 1;
        PasswordHash::from_phc(format!("$argon2id$secret-{number:04}$"))
    }

    /// A person as stored.
    pub(crate) fn person(&self, number: usize) -> Option<Person> {
        self.person_of(&self.people[number])
    }

    /// A person as stored.
    pub(crate) fn person_of(&self, identity: &Identity) -> Option<Person> {
        let account = |id: &AccountId| match self.ledger.get(&Key::Account(*id)) {
            Some(Record::Account(account)) => Some(account.clone()),
            _ => None,
        };
        match identity {
            Identity::Root(id) => account(id).map(Person::Root),
            Identity::User(id) => match self.ledger.get(&Key::User(id.clone())) {
                Some(Record::User(user)) => {
                    account(&id.account).map(|account| Person::User { account: Arc::new(account), user: user.clone() })
                }
                _ => None,
            },
            Identity::Builder(id) => match self.ledger.get(&Key::Builder(id.clone())) {
                Some(Record::Builder(builder)) => Some(Person::Builder(builder.clone())),
                _ => None,
            },
            Identity::Operator(id) => match self.ledger.get(&Key::Operator(id.clone())) {
                Some(Record::Operator(operator)) => Some(Person::Operator(operator.clone())),
                _ => None,
            },
        }
    }

    /// A case as stored.
    pub(crate) fn case(&self, id: &CaseId) -> Option<Case> {
        match self.ledger.get(&Key::Case(id.clone())) {
            Some(Record::Case(case)) => Some(case.clone()),
            _ => None,
        }
    }

    /// Whom a case is about, as stored.
    pub(crate) fn subject(&self, id: &CaseId) -> Option<Person> {
        self.case(id).and_then(|case| case.subject().and_then(|subject| self.person_of(subject)))
    }

    /// What the steps of a recovery are decided with.
    pub(crate) fn step<'a>(&'a self, op: &'a OpContext) -> recovery::Step<'a> {
        recovery::Step { key: &self.key, settings: recovery::RecoverySettings::default(), op, entropy: &self.entropy }
    }

    /// A session as stored.
    pub(crate) fn session(&self, token: &Token) -> Option<Session> {
        match self.ledger.get(&Key::Session(token.hash())) {
            Some(Record::Session(session)) => Some(session.clone()),
            _ => None,
        }
    }

    /// Commits a decision, after holding all its texts against the secrets.
    pub(crate) fn commit<T: std::fmt::Debug>(&mut self, decided: Decided<T>) -> Result<T, Conflict> {
        let mut texts = vec![format!("{decided:?}")];
        texts.extend(decided.changes.events.iter().map(|event| event.record.to_string()));
        texts.extend(decided.changes.puts.iter().filter_map(|record| match record {
            Record::Job(job) => Some(serde_json::to_string(&job.task).unwrap()),
            _ => None,
        }));
        for text in &texts {
            for secret in &self.secrets {
                assert!(!holds_word(text, secret), "{secret} in {text}");
            }
        }
        self.ledger.apply(decided.changes)?;
        Ok(decided.output)
    }

    /// Commits a decision that was made twice from the same rows, as two tabs or two nodes would: the second must be stale.
    pub(crate) fn race<T: std::fmt::Debug>(&mut self, first: Decided<T>, second: Decided<T>) -> T {
        let output = self.commit(first).unwrap();
        assert_eq!(self.ledger.apply(second.changes).unwrap_err(), Conflict::Stale, "the same thing was done twice");
        output
    }

    /// Notes a cookie for a case.
    pub(crate) fn hold(&mut self, case: &CaseId, holder: Token) {
        self.secrets.push(holder.expose().to_owned());
        self.holders.entry(case.clone()).or_default().push(holder);
    }

    /// The newest cookie of a case, or a stranger's.
    pub(crate) fn holder(&self, case: &CaseId, stranger: bool) -> Token {
        match self.holders.get(case).and_then(|holders| holders.last()) {
            Some(holder) if !stranger => holder.clone(),
            _ => Token::draw(TokenKind::Case, &self.entropy),
        }
    }

    /// Notes that a ticket worked, which it must have been able to.
    pub(crate) fn proved(&mut self, case: &CaseId, spent: bool, holder: Token) {
        assert!(!spent, "a spent or older ticket worked again");
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.case == *case) {
            ticket.spent = true;
        }
        self.proven.insert(case.clone(), holder.clone());
        self.hold(case, holder);
    }

    /// Notes a session.
    pub(crate) fn opened(&mut self, token: Token) {
        self.secrets.push(token.expose().to_owned());
        self.sessions.push(token);
    }

    /// Notes that all sessions of these people end now, but one.
    pub(crate) fn end(&mut self, owners: &[Identity], but: Option<&Token>) {
        let rows: Vec<Session> = self.sessions.iter().filter_map(|token| self.session(token)).collect();
        let ended = rows.iter().filter(|session| owners.contains(&session.owner) && but.is_none_or(|but| but.hash() != session.token));
        self.ended.extend(ended.map(|session| session.token));
    }

    /// Whether a session counts now; one that does is used, which is noted.
    pub(crate) fn use_session(&mut self, token: &Token) -> Option<(Session, Person)> {
        let session = self.session(token)?;
        let person = self.person_of(&session.owner)?;
        if !session::alive(&session, &person, self.now) {
            return None;
        }
        let mut changes = ChangeSet::default();
        changes.touches.push(Touch::SessionSeen(session.token, self.now));
        self.ledger.apply(changes).unwrap();
        Some((session, person))
    }

    /// Holds the whole world against what must be so for good.
    pub(crate) fn check(&mut self) {
        for token in &self.sessions {
            let alive = self
                .session(token)
                .and_then(|session| self.person_of(&session.owner).map(|person| session::alive(&session, &person, self.now)))
                .unwrap_or(false);
            if alive {
                assert!(!self.ended.contains(&token.hash()), "a session lives that had ended");
            } else {
                self.ended.insert(token.hash());
            }
        }
        for record in self.ledger.rows() {
            let Record::Case(case) = record else { continue };
            if matches!(case.state, CaseState::Completed { .. } | CaseState::Closed { .. }) {
                let now = format!("{:?}", (case.version, &case.state));
                let then = self.over.entry(case.id.clone()).or_insert_with(|| now.clone());
                assert_eq!(*then, now, "a case that was over went on");
            }
            let decoy = matches!(case.purpose, Purpose::Recover { subject: None, .. });
            assert!(!decoy || matches!(case.state, CaseState::Open { ticket: None, .. }), "a decoy went on: {case:?}");
            if matches!(case.state, CaseState::Proven { .. } | CaseState::Completed { .. }) {
                assert!(self.proven.contains_key(&case.id), "A02: proven without a ticket");
            }
        }
    }

    /// Takes a handed link into the world.
    pub(crate) fn handed(&mut self, link: recovery::HandedLink) {
        self.secrets.push(link.token.expose().to_owned());
        self.cases.push(link.case.clone());
        self.tickets.push(Ticket { case: link.case, link: link.token, code: None, spent: false });
    }

    /// The limits of sessions.
    pub(crate) fn limits(&self) -> SessionLimits {
        SessionLimits::MOST
    }
}

/// Whether a secret stands in a text by itself: six letters may well stand inside a drawn id.
fn holds_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !(before.is_some_and(joins) || after.is_some_and(joins))
    })
}
