//! The same random commands against SQLite and PostgreSQL: every answer must be the same.
//!
//! A failure prints its seed; `LOCKWRIGHT_SIM_SEED=… cargo test -p lockwright-store simulator` plays it again.

use std::fmt::Debug;

use lockwright_model::account::Account;
use lockwright_model::builder::Builder;
use lockwright_model::case::{Case, OperatorHelp};
use lockwright_model::ceremony::Ceremony;
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Record, Touch, Version};
use lockwright_model::entropy::{SeededEntropy, SystemEntropy, draw};
use lockwright_model::help::{HelpRequest, HelpState};
use lockwright_model::id::ContactId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::job::{Job, JobState, Task};
use lockwright_model::operator::Operator;
use lockwright_model::resource::{CustomerPolicy, Group, Link, Resource, ResourceId, ResourceKey, Role, VirtualDevice};
use lockwright_model::server_certificate::ServerCertificate;
use lockwright_model::session::Session;
use lockwright_model::setting::{RegistrationOff, Settings};
use lockwright_model::support::SupportRequest;
use lockwright_model::system::LinkedSystem;
use lockwright_model::tries::Tries;
use lockwright_model::user::User;
use lockwright_model::user_credential::{LoginService, UserCredential, UserCredentialKey, UserCredentialKind, login_key};
use lockwright_store::{CommitError, Store};

use crate::place::Place;
use crate::sample::*;

/// How many commands one run gives.
const COMMANDS: u32 = 1_000;
/// Small pools, so that commands meet: this many accounts, and as many of everything else.
const FEW: u64 = 3;
/// The kinds of questions.
const QUESTIONS: u64 = 21;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_answer_every_command_alike() {
    #[allow(clippy::disallowed_methods, reason = "a seed to play again is given to the test, not to the program")]
    let given = std::env::var("LOCKWRIGHT_SIM_SEED").ok().and_then(|text| text.parse().ok());
    let seeds = match given {
        Some(seed) => vec![seed],
        None => vec![1, 2, u64::from_be_bytes(draw(&SystemEntropy))],
    };
    for seed in seeds {
        let (ours, theirs) = (Place::file().await, Place::postgres().await);
        run(seed, &ours.store, &theirs.store).await;
    }
}

async fn run(seed: u64, ours: &Store, theirs: &Store) {
    let mut dice = Dice(seed);
    let mut committed = 0;
    for number in 0..COMMANDS {
        let place = format!("seed {seed}, command {number}");
        if dice.one_in(50) {
            let now = at(dice.roll(20).cast_signed() * 3_600_000_000);
            assert_eq!(ours.purge(now).await.unwrap(), theirs.purge(now).await.unwrap(), "{place}: purge at {now:?}");
        } else {
            let changes = dice.changes(ours).await;
            let (one, two) = (answer(ours.commit(changes.clone()).await), answer(theirs.commit(changes.clone()).await));
            assert_eq!(one, two, "{place}: {changes:?}");
            committed += u32::from(one == "done");
        }
        let question = dice.roll(QUESTIONS);
        let (one, two) = (ask(ours, question, &mut dice.clone()).await, ask(theirs, question, &mut dice).await);
        assert_eq!(one, two, "{place}: question {question}");
    }
    for question in 0..QUESTIONS {
        let (one, two) = (ask(ours, question, &mut dice.clone()).await, ask(theirs, question, &mut dice).await);
        assert_eq!(one, two, "seed {seed}, at the end: question {question}");
    }
    // A generator that only makes conflicts, or none, tests little.
    assert!((COMMANDS / 4..COMMANDS * 9 / 10).contains(&committed), "seed {seed}: {committed} of {COMMANDS} were committed");
}

fn answer(result: Result<(), CommitError>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(CommitError::Conflict(conflict)) => format!("{conflict:?}"),
        Err(CommitError::Unavailable(error)) => panic!("{error:?}"),
    }
}

/// Asks one of the finders, and shows what it found.
async fn ask(store: &Store, question: u64, dice: &mut Dice) -> String {
    let limit = u32::try_from(dice.roll(5)).unwrap();
    let account = account_id(dice.roll(FEW));
    let id = user_ref(dice.roll(FEW), dice.roll(FEW));
    let (first, second) = (dice.roll(FEW), dice.one_in(2));
    match question {
        0 => show(store.account(account).await),
        1 => show(store.accounts(second.then_some(account), limit).await),
        2 => show((store.user(&id).await.unwrap(), store.user_by_name(account, NAMES[usize::try_from(first).unwrap()]).await.unwrap())),
        3 => show(store.users(account, second.then_some("a_b"), limit).await),
        4 => show(store.users_by_email(&email(first), limit).await),
        5 => show(store.administrators(account, limit).await),
        6 => show((store.builder(&builder(first).id).await.unwrap(), store.builders(None, limit).await.unwrap())),
        7 => show((store.session(&token(first)).await.unwrap(), store.sessions_of(&Identity::Root(account), limit).await.unwrap())),
        8 => show(store.case(&case(first).id).await.unwrap().map(|row| (row.version, serde_json::to_string(&row).unwrap()))),
        9 => show((store.help(account, &help(0, 0, first).id).await.unwrap(), store.helps(account, limit).await.unwrap())),
        10 => show(store.open_help_of(&id).await),
        11 => show((store.tries(&tries(first).key).await.unwrap(), store.settings().await.unwrap())),
        12 => show((
            store.jobs_due(at(first.cast_signed()), limit).await.unwrap(),
            store.jobs(second.then_some(&job(1, 0).id), limit).await.unwrap(),
        )),
        13 => show(store.events(second.then_some(account), None, limit).await),
        14 => show((store.claim(&claim_key(first, first)).await.unwrap(), store.counts().await.unwrap())),
        15 => show((
            store.operator(&operator(first).id).await.unwrap(),
            store.operators(second.then_some(&operator(1).id), limit).await.unwrap(),
        )),
        16 => show((store.system(&system(first).id).await.unwrap(), store.systems(second.then_some(&system(1).id), limit).await.unwrap())),
        17 => show((store.ceremony(&token(first)).await.unwrap(), store.owners_of_address(&email(first), limit).await.unwrap())),
        20 => {
            let (kind, owner) = (UserCredentialKind::Service, Identity::User(id));
            let name = login_key(LoginService::CodeCommit, NAMES[usize::try_from(first).unwrap()]);
            show((
                store.user_credentials_of(&owner).await.unwrap(),
                store.user_credentials(account, kind, None, limit).await.unwrap(),
                store.user_credential_by_name(account, kind, &name).await.unwrap(),
            ))
        }
        18 => show((
            store.cases_of(&Identity::Root(account), limit).await.unwrap().len(),
            store.cases_by_caller_code("123456", limit).await.unwrap().len(),
            store.cases_for_operators(second.then_some(&case(1).id), limit).await.unwrap().len(),
        )),
        _ => show(store.check().await),
    }
}

fn show(found: impl Debug) -> String {
    format!("{found:?}")
}

/// Names that stand in another order by language than by bytes.
const NAMES: [&str; 3] = ["a_b", "a-b", "ab"];

fn email(n: u64) -> String {
    format!("person.{n}@example.com")
}

fn claim_key(kind: u64, n: u64) -> ClaimKey {
    match kind % 7 {
        0 => ClaimKey::RootEmail(email(n)),
        1 => ClaimKey::BuilderEmail(email(n)),
        2 => ClaimKey::OperatorEmail(email(n)),
        3 => ClaimKey::Passkey(format!("credential{n}")),
        5 => ClaimKey::Contact(ContactId::draw(&SeededEntropy::new(n))),
        4 => ClaimKey::Address(email(n), Identity::Root(account_id(n)).to_string()),
        _ => ClaimKey::Alias(format!("alias{n}")),
    }
}

/// A splitmix64 generator: the whole run follows from its seed.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    async fn changes(&mut self, store: &Store) -> ChangeSet {
        let mut changes = ChangeSet::default();
        for _ in 0..=self.roll(3) {
            match self.roll(8) {
                0 => {
                    let key = self.key();
                    let version = self.version(store, &key).await;
                    changes.expect.push((key, version));
                }
                1 => {
                    let key = self.key();
                    let version = if matches!(key, Key::Claim(_) | Key::Link(_)) { Version::NEW } else { self.version(store, &key).await };
                    changes.delete(key, version);
                }
                2 => {
                    let account = self.one_in(2).then(|| self.roll(FEW));
                    changes.tell(event(self.roll(1_000), account, self.roll(10).cast_signed()));
                }
                3 => changes.touches.push(Touch::SessionSeen(token(self.roll(FEW)), at(self.roll(100).cast_signed()))),
                _ => {
                    let key = self.key();
                    let version = self.version(store, &key).await;
                    let record = self.record(&key, version);
                    changes.put(record);
                }
            }
        }
        changes
    }

    fn key(&mut self) -> Key {
        let n = self.roll(FEW);
        match self.roll(22) {
            0 => Key::Account(account_id(n)),
            1..=3 => Key::User(user_ref(self.roll(2), n)),
            4 => Key::Builder(builder(n).id),
            5 => Key::Session(token(n)),
            6 => Key::Case(case(n).id),
            7 => Key::Help(account_id(self.roll(2)), help(0, 0, n).id),
            8 => Key::Tries(tries(n).key),
            9 => Key::Claim(claim_key(self.roll(7), n)),
            11 => Key::Operator(operator(n).id),
            12 => Key::System(system(n).id),
            13 => Key::Ceremony(token(n)),
            10 => Key::Settings,
            14 => Key::Resource(Resource::Group(group(self.roll(2), n, "g")).key()),
            15 => Key::Resource(Resource::Policy(policy(self.roll(2), n, "p")).key()),
            16 => Key::Resource(match self.roll(4) {
                0 => Resource::Role(role(self.roll(2), n, "r")).key(),
                1 => Resource::InstanceProfile(instance_profile(self.roll(2), n, "i")).key(),
                2 => Resource::ServerCertificate(server_certificate(self.roll(2), n, "s")).key(),
                _ => Resource::OpenIdProvider(openid_provider(self.roll(2), n, "o")).key(),
            }),
            18 => Key::Resource(Resource::Device(virtual_device(self.roll(2), n, "d")).key()),
            19 => Key::UserCredential(login(Identity::User(user_ref(self.roll(2), n)), n, "l").key()),
            20 => Key::Support(support(n).id),
            17 => Key::Link(member(&group(self.roll(2), n, "g"), self.roll(FEW)).key),
            _ => Key::Job(job(n, 0).id),
        }
    }

    /// Mostly the stored version, sometimes another.
    async fn version(&mut self, store: &Store, key: &Key) -> Version {
        if self.one_in(5) {
            return Version(self.roll(4).cast_signed());
        }
        let found = match key {
            Key::Account(id) => store.account(*id).await.unwrap().map(|row| row.version),
            Key::User(id) => store.user(id).await.unwrap().map(|row| row.version),
            Key::Builder(id) => store.builder(id).await.unwrap().map(|row| row.version),
            Key::Session(token) => store.session(token).await.unwrap().map(|row| row.version),
            Key::Case(id) => store.case(id).await.unwrap().map(|row| row.version),
            Key::Help(account, id) => store.help(*account, id).await.unwrap().map(|row| row.version),
            Key::Support(id) => store.support(id).await.unwrap().map(|row| row.version),
            Key::Tries(key) => store.tries(key).await.unwrap().map(|row| row.version),
            Key::Claim(key) => store.claim(key).await.unwrap().map(|_| Version(1)),
            Key::Resource(key) => store.resource(key).await.unwrap().map(|row| row.version()),
            Key::UserCredential(key) => store.user_credential(key).await.unwrap().map(|row| row.version),
            Key::Link(key) => {
                let holders = store.holders(key.account, &key.target, key.kind, None, 100).await.unwrap();
                holders.contains(&key.holder).then_some(Version(1))
            }
            Key::Settings => Some(store.settings().await.unwrap().version),
            Key::Operator(id) => store.operator(id).await.unwrap().map(|row| row.version),
            Key::System(id) => store.system(id).await.unwrap().map(|row| row.version),
            Key::Ceremony(token) => store.ceremony(token).await.unwrap().map(|row| row.version),
            Key::Job(id) => store.job(id).await.unwrap().map(|row| row.version),
        };
        found.unwrap_or(Version::NEW)
    }

    fn owner(&mut self) -> Identity {
        match self.roll(4) {
            3 => Identity::Operator(operator(self.roll(FEW)).id),
            0 => Identity::User(user_ref(self.roll(FEW), self.roll(FEW))),
            1 => Identity::Builder(builder(self.roll(FEW)).id),
            _ => Identity::Root(account_id(self.roll(FEW))),
        }
    }

    fn record(&mut self, key: &Key, version: Version) -> Record {
        let soon = at(self.roll(20).cast_signed() * 3_600_000_000);
        let few = self.roll(FEW);
        match key.clone() {
            Key::Account(id) => {
                let alias = self.one_in(2).then(|| format!("alias{few}").parse().unwrap());
                let mut row = Account { id, version, alias, ..account(1) };
                row.root.email = email(self.roll(FEW)).parse().unwrap();
                Record::Account(row)
            }
            Key::User(id) => {
                let name = NAMES[usize::try_from(few).unwrap()];
                let email = self.one_in(2).then(|| email(few).parse().unwrap());
                Record::User(User { id, version, email, administrator: self.one_in(2), ..user(1, 1, name) })
            }
            Key::Builder(id) => Record::Builder(Builder { id, version, email: email(few).parse().unwrap(), ..builder(1) }),
            Key::Session(token) => {
                let last_seen = at(self.roll(100).cast_signed());
                Record::Session(Session { token, version, last_seen, expires: soon, ..session(1, self.owner()) })
            }
            Key::Case(id) => {
                let mut row = Case { id, version, expires: soon, ..case(1) };
                let help = OperatorHelp { caller_code: "123456".to_owned(), asked: soon, opened: None, approved: None, refused: None };
                row.gathered.operators = self.one_in(2).then_some(help);
                Record::Case(row)
            }
            Key::Operator(id) => Record::Operator(Operator { id, version, email: email(few).parse().unwrap(), ..operator(1) }),
            Key::System(id) => Record::System(LinkedSystem { id, version, ..system(1) }),
            Key::Ceremony(token) => Record::Ceremony(Ceremony { token, version, expires: soon, ..ceremony(1) }),
            Key::Help(account, id) => {
                let state = if self.one_in(2) { HelpState::Open } else { HelpState::Dismissed { at: soon, by: None } };
                let user = UserRef { account, ..user_ref(0, self.roll(FEW)) };
                Record::Help(HelpRequest { id, version, user, state, created: at(self.roll(4).cast_signed()), ..help(1, 1, 1) })
            }
            Key::Support(id) => Record::Support(SupportRequest { id, version, created: at(self.roll(4).cast_signed()), ..support(1) }),
            Key::Tries(key) => Record::Tries(Tries { key, version, expires: soon, ..tries(1) }),
            Key::Claim(key) => Record::Claim(claim(key, self.owner())),
            Key::Resource(ResourceKey { account, id }) => {
                let name = NAMES[usize::try_from(few).unwrap()];
                Record::Resource(match id {
                    ResourceId::Group(id) => Resource::Group(Group { account, id, version, ..group(1, 1, name) }),
                    ResourceId::Policy(id) => Resource::Policy(CustomerPolicy { account, id, version, ..policy(1, 1, name) }),
                    ResourceId::Role(id) => Resource::Role(Role { account, id, version, ..role(1, 1, name) }),
                    ResourceId::InstanceProfile(id) => {
                        Resource::InstanceProfile(InstanceProfile { account, id, version, ..instance_profile(1, 1, name) })
                    }
                    ResourceId::OpenIdProvider(id) => {
                        Resource::OpenIdProvider(OpenIdProvider { account, id, version, ..openid_provider(1, 1, name) })
                    }
                    ResourceId::Device(id) => Resource::Device(VirtualDevice { account, id, version, ..virtual_device(1, 1, name) }),
                    ResourceId::ServerCertificate(id) => {
                        Resource::ServerCertificate(ServerCertificate { account, id, version, ..server_certificate(1, 1, name) })
                    }
                })
            }
            Key::UserCredential(UserCredentialKey { account, id, .. }) => {
                let owner = Identity::User(UserRef { account, ..user_ref(0, few) });
                let name = NAMES[usize::try_from(self.roll(FEW)).unwrap()];
                Record::UserCredential(UserCredential { account, id, version, ..login(owner, 1, name) })
            }
            Key::Link(key) => {
                let to = self.one_in(2).then(|| key.target.parse().map(ResourceId::Group).unwrap());
                Record::Link(Link { key, to })
            }
            Key::Settings => {
                let off = RegistrationOff { until: Some(soon), message: None };
                Record::Settings(Settings { version, builder_registration_off: self.one_in(2).then_some(off) })
            }
            Key::Job(id) => {
                let state = if self.one_in(3) { JobState::Dead { why: "no".to_owned() } } else { JobState::Waiting };
                let task = Task::FindMine { address: email(few).parse().unwrap(), source: source() };
                Record::Job(Job { id, version, state, task, due: at(self.roll(4).cast_signed()), ..job(1, 0) })
            }
        }
    }
}
