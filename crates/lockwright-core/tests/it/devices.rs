//! Devices and recovery codes: who may change them when, what must stay, what ends, what is told.

use std::sync::Arc;
use std::time::Duration;

use lockwright_core::confirm::{self, Proven};
use lockwright_core::devices::{self, Refusal};
use lockwright_core::enrolment::{self, Due, Why};
use lockwright_core::mfa::FactorProof;
use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::session::{self, SessionLimits};
use lockwright_core::signin::PasswordProof;
use lockwright_model::account::{Account, AccountState, RootUser};
use lockwright_model::builder::Builder;
use lockwright_model::ceremony::{CEREMONY_LIFE, Ceremony, CeremonyPurpose};
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::credential::Credential;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, ExtraEmail, Factors, MOST_DEVICES, MfaDevice};
use lockwright_model::id::{AccountId, BuilderId, DeviceId, OperatorId, RequestId, UserId};
use lockwright_model::identity::{Principal, UserRef};
use lockwright_model::job::{Happening, Notice, Task};
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::secret::{PasswordHash, Sealed};
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::{Token, TokenHash, TokenKind};
use lockwright_model::user::{Grants, LoginProfile, User};

const LIMITS: SessionLimits = SessionLimits::MOST;
const DAY: u64 = 86_400;

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus(Duration::from_secs(seconds))
}

pub(crate) fn chance() -> SeededEntropy {
    SeededEntropy::new(7)
}

pub(crate) fn op(seconds: u64) -> OpContext {
    let source = Source { ip: Some("192.0.2.1".parse().unwrap()), agent: "Firefox".to_owned() };
    OpContext {
        id: RequestId::draw(&chance()),
        now: at(seconds),
        principal: Principal::Anonymous,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source,
    }
}

fn credential() -> Credential {
    Credential::first(PasswordHash::from_phc("x"), at(0))
}

pub(crate) fn root() -> Person {
    let email = "ana@example.com".parse().unwrap();
    Person::Root(Account {
        id: AccountId::draw(&SeededEntropy::new(1)),
        version: Version(1),
        name: "Harbour".parse().unwrap(),
        created: at(0),
        state: AccountState::Active,
        root: RootUser { email, credential: Some(credential()), epoch: 0, keys: Vec::new(), factors: Factors::default() },
        alias: None,
        password_policy: None,
        self_service_recovery: false,
        contacts: Box::default(),
        closed: None,
    })
}

pub(crate) fn iam() -> Person {
    let Person::Root(account) = root() else { unreachable!() };
    let user = User {
        id: UserRef { account: account.id, user: UserId::draw(&chance()) },
        version: Version(1),
        name: "carla".parse().unwrap(),
        created: at(0),
        administrator: false,
        disabled: false,
        email: Some("carla@example.com".parse().unwrap()),
        login_profile: Some(LoginProfile { created: at(0), credential: Some(credential()) }),
        epoch: 0,
        keys: Vec::new(),
        last_sign_in: None,
        path: lockwright_model::name::Path::default(),
        grants: Grants::default(),
        groups: Vec::new(),
        tags: Vec::new(),
        factors: Factors::default(),
    };
    Person::User { account: Arc::new(account), user }
}

fn builder() -> Person {
    Person::Builder(Builder {
        id: BuilderId::draw(&chance()),
        version: Version(1),
        email: "bela@example.com".parse().unwrap(),
        name: "Bela".parse().unwrap(),
        created: at(0),
        disabled: false,
        credential: Some(credential()),
        epoch: 0,
        factors: Factors::default(),
        closed: None,
    })
}

fn operator() -> Person {
    Person::Operator(Operator {
        id: OperatorId::draw(&chance()),
        version: Version(1),
        email: "ola@example.com".parse().unwrap(),
        name: "Ola".parse().unwrap(),
        role: OperatorRole::Support,
        created: at(0),
        disabled: false,
        credential: Some(credential()),
        epoch: 0,
        factors: Factors::default(),
    })
}

pub(crate) fn device(name: &str, key: bool) -> MfaDevice {
    let kind = if key {
        DeviceKind::Passkey { credential: format!("credential of {name}"), key: "{}".to_owned(), verifies_user: true, synced: false }
    } else {
        DeviceKind::Totp { seed: Sealed::from_text("sealed"), drift: 0, last_step: Some(1) }
    };
    let id = DeviceId::draw(&SeededEntropy::new(name.len() as u64 + u64::from(key)));
    MfaDevice { id, name: name.parse().unwrap(), added: at(0), last_used: None, disabled: false, kind, place: None }
}

pub(crate) fn with(mut person: Person, devices: &[MfaDevice]) -> Person {
    person.factors_mut().devices = devices.to_vec();
    person
}

/// A session of this person, made now, that has seen a device or not.
fn session_of(person: &Person, seconds: u64, aal: u8) -> Session {
    let mut session = session::open(person, SessionScope::Full, LIMITS, &op(seconds), &chance()).session;
    session.second_factor = (aal == 2).then(|| at(seconds));
    session
}

fn ceremony(session: &Session, person: &Person, seconds: u64) -> Ceremony {
    Ceremony {
        token: Token::draw(TokenKind::Ceremony, &chance()).hash(),
        version: Version(1),
        session: Some(session.token),
        created: at(seconds),
        expires: at(seconds).plus(CEREMONY_LIFE),
        source: Source::host(),
        purpose: CeremonyPurpose::EnrolPasskey { owner: person.identity(), name: "x".parse().unwrap(), challenge: String::new() },
    }
}

/// Adds a device in a ceremony that began this moment.
fn add(person: Person, session: &Session, new: MfaDevice, seconds: u64) -> Result<(ChangeSet, Option<Session>), Refusal> {
    let ceremony = ceremony(session, &person, seconds);
    devices::add(person, session, &ceremony, new, None, LIMITS, &op(seconds), &chance())
        .map(|decided| (decided.changes, decided.output.session.map(|new| new.session)))
}

fn events(changes: &ChangeSet) -> Vec<&str> {
    changes.events.iter().map(|event| event.name.as_str()).collect()
}

fn told(changes: &ChangeSet) -> Vec<(String, Happening)> {
    let notice = |record: &Record| match record {
        Record::Job(job) => match &job.task {
            Task::Notify { to, notice: Notice::Happened { what, .. }, .. } => Some((to.key(), what.clone())),
            _ => None,
        },
        _ => None,
    };
    changes.puts.iter().filter_map(notice).collect()
}

fn stored(changes: &ChangeSet) -> Person {
    let found = changes.puts.iter().rev().find_map(|record| match record {
        Record::Account(account) => Some(Person::Root(account.clone())),
        Record::User(user) => {
            let Person::Root(account) = root() else { return None };
            Some(Person::User { account: Arc::new(account), user: user.clone() })
        }
        Record::Builder(builder) => Some(Person::Builder(builder.clone())),
        Record::Operator(operator) => Some(Person::Operator(operator.clone())),
        _ => None,
    });
    found.expect("the person is put")
}

#[test]
fn v7_4_3_the_first_device_ends_every_other_session_and_a_later_one_none() {
    let person = root();
    let session = session_of(&person, 0, 1);
    let (changes, new) = add(person.clone(), &session, device("Phone", false), 0).unwrap();
    let (after, new) = (stored(&changes), new.unwrap());
    assert!(!session::alive(&session, &after, at(1)) && session::alive(&new, &after, at(1)));
    assert_eq!((new.aal(), new.scope, new.expires), (2, SessionScope::Full, session.expires), "no longer than before");
    assert!(changes.deletes.contains(&(Key::Session(session.token), session.version)));
    let (changes, new) = add(after, &new, device("Laptop", true), 1).unwrap();
    assert!(new.is_none());
    assert!(changes.puts.iter().any(|put| put.key() == Key::Claim(ClaimKey::Passkey("credential of Laptop".to_owned()))));
}

#[test]
fn n_b03_a_device_is_bound_only_in_a_session_that_has_seen_the_highest_there_is_and_lately() {
    let two = with(root(), &[device("Phone", false)]);
    type Change = Box<dyn Fn(&Person, &Session, u64) -> Option<Refusal>>;
    let changes_of: [(&str, Change); 4] = [
        ("add", Box::new(|person, session, now| add(person.clone(), session, device("Laptop", true), now).err())),
        (
            "rename",
            Box::new(|person, session, now| {
                let id = &person.factors().devices.first()?.id.clone();
                devices::rename(person.clone(), session, id, "Other".parse().unwrap(), &op(now), &chance()).err()
            }),
        ),
        (
            "remove",
            Box::new(|person, session, now| {
                let id = &person.factors().devices.first()?.id.clone();
                devices::remove(person.clone(), session, id, LIMITS, &op(now), &chance()).err()
            }),
        ),
        ("codes", Box::new(|person, session, now| devices::issue_codes(person.clone(), session, Vec::new(), &op(now), &chance()).err())),
    ];
    for (name, change) in &changes_of {
        assert_eq!(change(&two, &session_of(&two, 0, 2), 599), None, "{name}");
        assert_eq!(change(&two, &session_of(&two, 0, 1), 0), Some(Refusal::NotConfirmed), "{name}: a password alone");
        assert_eq!(change(&two, &session_of(&two, 0, 2), 600), Some(Refusal::NotConfirmed), "{name}: ten minutes (V7.5.1)");
        let mut ended = two.clone();
        ended.end_sessions();
        assert_eq!(change(&ended, &session_of(&two, 0, 2), 0), Some(Refusal::Ended), "{name}: B16");
        let mut frozen = two.clone();
        frozen.factors_mut().frozen_until = Some(at(100));
        assert_eq!(change(&frozen, &session_of(&frozen, 0, 2), 99), Some(Refusal::Frozen(at(100))), "{name}");
        assert_eq!(change(&frozen, &session_of(&frozen, 0, 2), 100), None, "{name}");
    }
    assert!(add(root(), &session_of(&root(), 0, 1), device("Phone", false), 0).is_ok(), "the first one: the password is all there is");
    let session = session_of(&two, 0, 2);
    let begun = ceremony(&session, &two, 599);
    let finish = |seconds| devices::add(two.clone(), &session, &begun, device("Laptop", true), None, LIMITS, &op(seconds), &chance()).err();
    assert_eq!((finish(599 + 599), finish(599 + 600)), (None, Some(Refusal::Expired)), "what was begun in time may take its ten minutes");
}

#[test]
fn b25_a_ceremony_of_another_session_or_past_its_time_binds_nothing() {
    let person = root();
    let session = session_of(&person, 0, 1);
    let mut foreign = ceremony(&session, &person, 0);
    foreign.session = Some(TokenHash::from_bytes([1; 32]));
    let mut late = ceremony(&session, &person, 0);
    late.expires = at(0);
    for ceremony in [foreign, late] {
        let decided = devices::add(person.clone(), &session, &ceremony, device("Phone", false), None, LIMITS, &op(0), &chance());
        assert!(matches!(decided, Err(Refusal::Expired)), "{decided:?}");
    }
    let whole = ceremony(&session, &person, 0);
    let decided = devices::add(person.clone(), &session, &whole, device("Phone", false), None, LIMITS, &op(0), &chance()).unwrap();
    assert!(decided.changes.deletes.contains(&(Key::Ceremony(whole.token), whole.version)), "spent with what it made");
}

#[test]
fn n_b02_there_are_at_most_eight_devices_and_no_two_of_one_name() {
    let full: Vec<MfaDevice> = (0..MOST_DEVICES).map(|number| device(&"x".repeat(number + 1), false)).collect();
    let person = with(root(), &full);
    assert_eq!(add(person.clone(), &session_of(&person, 0, 2), device("New", true), 0).err(), Some(Refusal::TooMany));
    let person = with(root(), &full[..7]);
    assert_eq!(add(person.clone(), &session_of(&person, 0, 2), device("XX", true), 0).err(), Some(Refusal::NameTaken));
    assert!(add(person.clone(), &session_of(&person, 0, 2), device("New", true), 0).is_ok());
}

#[test]
fn v6_5_6_the_last_device_stays_with_an_operator_and_with_a_root_user_past_the_grace_time() {
    let grace = LIMITS.root_grace.as_secs();
    for (name, person, seconds, expected) in [
        ("root in the grace time", root(), grace - 1, None),
        ("root past it", root(), grace, Some(Refusal::Last)),
        ("IAM user", iam(), grace, None),
        ("builder ID", builder(), grace, None),
        ("operator", operator(), 0, Some(Refusal::Last)),
    ] {
        let phone = device("Phone", false);
        let one = with(person.clone(), std::slice::from_ref(&phone));
        let removed = devices::remove(one.clone(), &session_of(&one, seconds, 2), &phone.id, LIMITS, &op(seconds), &chance());
        assert_eq!(removed.as_ref().err().copied(), expected, "{name}");
        let two = with(person, &[phone.clone(), device("Laptop", true)]);
        let removed = devices::remove(two.clone(), &session_of(&two, seconds, 2), &phone.id, LIMITS, &op(seconds), &chance()).unwrap();
        let after = stored(&removed.changes);
        assert_eq!(after.factors().devices.len(), 1, "{name}");
        assert_eq!(events(&removed.changes), ["DeactivateMFADevice"], "{name}");
    }
    let person = with(root(), &[device("Phone", false)]);
    let unknown = DeviceId::draw(&SeededEntropy::new(99));
    let refused = devices::remove(person.clone(), &session_of(&person, 0, 2), &unknown, LIMITS, &op(0), &chance());
    assert_eq!(refused.err(), Some(Refusal::Unknown));
}

#[test]
fn n_b04_o_m08_v6_3_7_every_address_hears_of_every_change_of_a_factor() {
    let mut person = with(root(), &[device("Phone", false), device("Laptop", true)]);
    person.factors_mut().emails.push(ExtraEmail { address: "spare@example.com".parse().unwrap(), since: at(0) });
    let session = session_of(&person, 0, 2);
    let both = |what: Happening| vec![("ana@example.com".to_owned(), what.clone()), ("spare@example.com".to_owned(), what)];
    let (changes, _) = add(person.clone(), &session, device("Tablet", false), 0).unwrap();
    assert_eq!(told(&changes), both(Happening::DeviceAdded("Tablet".parse().unwrap())));
    let id = person.factors().devices[1].id.clone();
    let changes = devices::remove(person.clone(), &session, &id, LIMITS, &op(0), &chance()).unwrap().changes;
    assert_eq!(told(&changes), both(Happening::DeviceRemoved("Laptop".parse().unwrap())));
    assert!(changes.deletes.iter().any(|(key, _)| *key == Key::Claim(ClaimKey::Passkey("credential of Laptop".to_owned()))), "N-B07");
    let changes = devices::issue_codes(person.clone(), &session, Vec::new(), &op(0), &chance()).unwrap().changes;
    assert_eq!(told(&changes), both(Happening::CodesIssued), "N-R04");
    let changes = devices::reset(person, EnrolmentReason::Host, &op(0), &chance()).changes;
    assert_eq!(told(&changes), both(Happening::EnrolmentRequired));
    assert_eq!(events(&changes), ["DeactivateMFADevice", "DeactivateMFADevice", "MFAEnrolmentRequired"]);
}

#[test]
fn n_b01_the_trail_has_the_dates_and_the_source_of_a_devices_life() {
    let mut phone = device("Phone", false);
    phone.last_used = Some(at(50));
    let person = with(iam(), &[phone.clone(), device("Laptop", true)]);
    let op = person.acting(&op(60));
    let changes = devices::remove(person.clone(), &session_of(&person, 60, 2), &phone.id, LIMITS, &op, &chance()).unwrap().changes;
    let record = &changes.events[0].record;
    assert_eq!(record["sourceIPAddress"], "192.0.2.1");
    assert_eq!(record["eventTime"], at(60).to_rfc3339());
    assert_eq!(record["userIdentity"]["userName"], "carla");
    assert_eq!(record["requestParameters"]["userName"], "carla");
    assert!(record["requestParameters"]["serialNumber"].as_str().unwrap().ends_with(&format!(":mfa/user/carla/{}", phone.id)));
    assert_eq!(record["additionalEventData"]["Enrolled"], at(0).to_rfc3339());
    assert_eq!(record["additionalEventData"]["LastUsed"], at(50).to_rfc3339());
    assert!(!record.to_string().contains("sealed"), "no seed in the trail");
}

#[test]
fn a23_n_b05_an_administrator_reaches_the_users_of_the_account_and_nobody_else() {
    let Person::Root(account) = root() else { unreachable!() };
    let own = Permit::granted(account.id);
    let other = Permit::granted(AccountId::draw(&SeededEntropy::new(2)));
    let phone = device("Phone", false);
    for (person, permit, allowed) in [
        (iam(), &own, true),
        (iam(), &other, false),
        (root(), &own, false),
        (root(), &other, false),
        (builder(), &own, false),
        (operator(), &own, false),
    ] {
        let one = with(person, std::slice::from_ref(&phone));
        let name = format!("{:?}", one.identity());
        let session = session_of(&one, 0, 2);
        for decided in [
            devices::deactivate(permit, one.clone(), &phone.id, &op(1), &chance()),
            devices::require_enrolment(permit, one.clone(), &op(1), &chance()),
        ] {
            match decided {
                Err(refusal) => assert_eq!((refusal, allowed), (Refusal::OtherAccount, false), "{name}"),
                Ok(decided) => {
                    assert!(allowed, "{name}");
                    let after = stored(&decided.changes);
                    assert!(after.factors().devices.is_empty() && !session::alive(&session, &after, at(2)), "{name}");
                }
            }
        }
    }
    let required = devices::require_enrolment(&own, with(iam(), &[phone]), &op(1), &chance()).unwrap();
    let after = stored(&required.changes);
    assert_eq!(enrolment::due(&after, LIMITS.root_grace, at(2)), Due::Now(Why::Owed(EnrolmentReason::Administrator)));
    assert_eq!(enrolment::scope(&after, LIMITS.root_grace, at(2)), SessionScope::EnrolMfa);
    let mut session = session_of(&after, 2, 1);
    session.scope = SessionScope::EnrolMfa;
    let (changes, new) = add(after, &session, device("New", false), 2).unwrap();
    assert!(stored(&changes).factors().enrolment.is_none(), "nothing is owed any more");
    assert_eq!(new.unwrap().scope, SessionScope::Full);
}

#[test]
fn b10_who_must_enrol_before_anything_else() {
    let grace = Duration::from_secs(35 * DAY);
    let owed = |mut person: Person| {
        person.factors_mut().enrolment = Some(EnrolmentOwed { since: at(0), why: EnrolmentReason::Recovered, taken: true });
        person
    };
    let until = at(0).plus(grace);
    for (person, seconds, expected) in [
        (root(), 0, Due::By(until)),
        (root(), 35 * DAY - 1, Due::By(until)),
        (root(), 35 * DAY, Due::Now(Why::Grace)),
        (with(root(), &[device("Phone", false)]), 35 * DAY, Due::No),
        (owed(root()), 0, Due::Now(Why::Owed(EnrolmentReason::Recovered))),
        (owed(with(root(), &[device("Phone", false)])), 0, Due::No),
        (iam(), 1000 * DAY, Due::No),
        (owed(iam()), 0, Due::Now(Why::Owed(EnrolmentReason::Recovered))),
        (builder(), 1000 * DAY, Due::No),
        (operator(), 0, Due::Now(Why::Owed(EnrolmentReason::First))),
    ] {
        let name = format!("{} {seconds}", person.identity());
        assert_eq!(enrolment::due(&person, grace, at(seconds)), expected, "{name}");
        let scope = if matches!(expected, Due::Now(_)) { SessionScope::EnrolMfa } else { SessionScope::Full };
        assert_eq!(enrolment::scope(&person, grace, at(seconds)), scope, "{name}");
    }
    assert_eq!(enrolment::due(&root(), Duration::ZERO, at(0)), Due::Now(Why::Grace), "an operator may ask at once");
}

#[test]
fn n_l01_n_r04_codes_need_a_device_and_a_new_set_replaces_the_old_one() {
    let hashes = |first: u8| (0..10).map(|number| TokenHash::from_bytes([first + number; 32])).collect::<Vec<_>>();
    let bare = root();
    let refused = devices::issue_codes(bare.clone(), &session_of(&bare, 0, 1), hashes(0), &op(0), &chance());
    assert_eq!(refused.err(), Some(Refusal::Unknown));
    let person = with(root(), &[device("Phone", false)]);
    let session = session_of(&person, 0, 2);
    let first = stored(&devices::issue_codes(person, &session, hashes(0), &op(0), &chance()).unwrap().changes);
    let second = stored(&devices::issue_codes(first, &session, hashes(100), &op(5), &chance()).unwrap().changes);
    let codes = second.factors().codes.as_ref().unwrap();
    assert_eq!((codes.since, codes.count()), (at(5), 10));
    assert!(codes.left.iter().flatten().all(|code| !hashes(0).contains(code)), "the old ones are void");
}

#[test]
fn v7_5_3_o_m07_what_confirms_a_session() {
    let right = PasswordProof { hash: PasswordHash::from_phc("x"), rehash: None };
    let old = PasswordProof { hash: PasswordHash::from_phc("y"), rehash: None };
    let used = |device: &MfaDevice| FactorProof::Passkey { device: device.id.clone(), checked: "{}".to_owned(), updated: None };
    let (phone, verified) = (device("Phone", false), device("Laptop", true));
    let mut plain = device("Blue key", true);
    if let DeviceKind::Passkey { verifies_user, .. } = &mut plain.kind {
        *verifies_user = false;
    }
    let code = FactorProof::Totp { device: phone.id.clone(), step: 2, drift: None };
    let replayed = FactorProof::Totp { device: phone.id.clone(), step: 1, drift: None };
    let (own, other) = (used(&verified), used(&plain));
    let (ended, needed) = (confirm::Refusal::Ended, confirm::Refusal::FactorNeeded);
    let bare = root();
    let many = with(root(), &[phone, verified, plain]);
    for (name, person, proven, expected) in [
        ("the password, no device", &bare, Proven::Password(&right), Ok(1)),
        ("an old password", &bare, Proven::Password(&old), Err(ended)),
        ("the password alone", &many, Proven::Password(&right), Err(needed)),
        ("both", &many, Proven::Both(&right, &code), Ok(2)),
        ("a used code", &many, Proven::Both(&right, &replayed), Err(confirm::Refusal::Replayed)),
        ("a code and an old password", &many, Proven::Both(&old, &code), Err(ended)),
        ("a key beside the password", &many, Proven::Both(&right, &other), Ok(2)),
        ("a passkey alone", &many, Proven::Passkey(&own), Ok(2)),
        ("a key alone", &many, Proven::Passkey(&other), Err(needed)),
        ("a code alone", &many, Proven::Passkey(&code), Err(needed)),
        ("a device that is gone", &bare, Proven::Passkey(&own), Err(needed)),
    ] {
        let session = session_of(person, 0, 1);
        let decided = confirm::confirm(person.clone(), &session, proven, None, LIMITS, &op(900), &SeededEntropy::new(8));
        let outcome = decided.map(|decided| {
            let new = decided.output.session.session;
            assert!(session::confirmed(&new, person, at(900)) && new.token != session.token, "{name}: O-S03");
            assert_eq!(new.expires, session.expires, "{name}: not a moment longer");
            assert_eq!(events(&decided.changes), ["SessionConfirmed"], "{name}");
            new.aal()
        });
        assert_eq!(outcome, expected, "{name}");
        let mut dead = person.clone();
        dead.end_sessions();
        assert!(confirm::confirm(dead, &session, proven, None, LIMITS, &op(900), &chance()).is_err(), "{name}: B16");
    }
}
