//! Rules that are tables: who may administer whom, how long sessions and delays last, who may change and recover what.

use std::sync::Arc;
use std::time::Duration;

use lockwright_core::permit::Permit;
use lockwright_core::person::{Bar, Person};
use lockwright_core::session::{SessionLimits, alive, open, worth_touching};
use lockwright_core::signin::{self, Outcome, PasswordProof};
use lockwright_core::tries::{DISABLE_AFTER, delay_after, forgive, take};
use lockwright_core::{account, outbox, password, user};
use lockwright_model::account::{Account, AccountState, RootUser};
use lockwright_model::builder::Builder;
use lockwright_model::change::{Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::credential::Credential;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Factors;
use lockwright_model::id::{AccountId, BuilderId, RequestId, UserId};
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::job::{Job, JobState, Task};
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::proof::Goal;
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::SessionScope;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_model::user::{Grants, LoginProfile, User};

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus(Duration::from_secs(seconds))
}

pub(crate) fn chance() -> SeededEntropy {
    SeededEntropy::new(11)
}

pub(crate) fn op(principal: Principal, seconds: u64) -> OpContext {
    OpContext {
        id: RequestId::draw(&chance()),
        now: at(seconds),
        principal,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source: Source::host(),
    }
}

pub(crate) fn credential(name: &str) -> Credential {
    Credential::first(PasswordHash::from_phc(name), at(0))
}

pub(crate) fn account(seed: u64) -> Account {
    Account {
        id: AccountId::draw(&SeededEntropy::new(seed)),
        version: Version(1),
        name: "Harbour".parse().unwrap(),
        created: at(0),
        state: AccountState::Active,
        root: RootUser {
            email: "ana@example.com".parse().unwrap(),
            credential: Some(credential("root")),
            epoch: 0,
            keys: Vec::new(),
            factors: Factors::default(),
        },
        alias: None,
        password_policy: None,
        self_service_recovery: true,
        contacts: Box::default(),
        closed: None,
    }
}

fn user(account: AccountId, administrator: bool) -> User {
    User {
        id: UserRef { account, user: UserId::draw(&SeededEntropy::new(u64::from(administrator))) },
        version: Version(1),
        name: "carla".parse().unwrap(),
        created: at(0),
        administrator,
        disabled: false,
        email: Some("carla@example.com".parse().unwrap()),
        login_profile: Some(LoginProfile { created: at(0), credential: Some(credential("user")) }),
        epoch: 0,
        keys: Vec::new(),
        last_sign_in: None,
        path: lockwright_model::name::Path::default(),
        grants: Grants::default(),
        groups: Vec::new(),
        tags: Vec::new(),
        factors: Factors::default(),
    }
}

pub(crate) fn builder() -> Builder {
    Builder {
        id: BuilderId::draw(&chance()),
        version: Version(1),
        email: "bela@example.com".parse().unwrap(),
        name: "Bela".parse().unwrap(),
        created: at(0),
        disabled: false,
        credential: Some(credential("builder")),
        epoch: 0,
        factors: Factors::default(),
        closed: None,
    }
}

pub(crate) fn iam(account: &Account, administrator: bool) -> Person {
    Person::User { account: Arc::new(account.clone()), user: user(account.id, administrator) }
}

#[test]
fn a23_every_decision_refuses_a_permit_of_another_account() {
    let (own, other) = (account(1), account(2));
    let permit = Permit::granted(other.id);
    let (op, chance) = (op(Principal::Host, 1), chance());
    let target = user(own.id, true);
    let link = user::Access::Link;
    assert!(
        user::create(&permit, &Arc::new(own.clone()), user::NewUser::named("dora".parse().unwrap()), false, link.clone(), &op, &chance)
            .is_err()
    );
    assert!(user::set_access(&permit, Arc::new(own.clone()), target.clone(), link, None, &op, &chance).is_err());
    assert!(user::set_disabled(&permit, target.clone(), true, &op, &chance).is_err());
    assert!(user::set_administrator(&permit, target.clone(), true, &op, &chance).is_err());
    assert!(user::end_sessions(&permit, target.clone(), &op, &chance).is_err());
    assert!(user::delete(&permit, target, user::Belongings::default(), true, &op, &chance).is_err());
    assert!(account::set_alias(&permit, own.clone(), Some("harbour".parse().unwrap()), &op, &chance).is_err());
    assert!(account::set_password_policy(&permit, own.clone(), None, &op, &chance).is_err());
    assert!(account::set_self_service(&permit, own, true, &op, &chance).is_err());
}

#[test]
fn who_may_change_the_own_password() {
    let policy = |allow_users_to_change| Some(PasswordPolicy { allow_users_to_change, ..PasswordPolicy::when_omitted() });
    for (administrator, policy, scope, expected) in [
        (false, None, SessionScope::Full, false),
        (false, policy(false), SessionScope::Full, false),
        (false, policy(true), SessionScope::Full, true),
        (true, None, SessionScope::Full, true),
        (true, policy(false), SessionScope::Full, true),
        (false, None, SessionScope::ChangePassword, true),
        (false, policy(false), SessionScope::ChangePassword, true),
    ] {
        let mut own = account(1);
        own.password_policy = policy;
        let person = iam(&own, administrator);
        let session = open(&person, scope, SessionLimits::MOST, &op(Principal::Anonymous, 0), &chance()).session;
        assert_eq!(password::allowed(&person, &session), expected, "{administrator} {:?} {scope:?}", own.password_policy);
    }
    for person in [Person::Root(account(1)), Person::Builder(builder())] {
        let session = open(&person, SessionScope::Full, SessionLimits::MOST, &op(Principal::Anonymous, 0), &chance()).session;
        assert!(password::allowed(&person, &session));
    }
}

#[test]
fn who_may_recover_without_an_administrator() {
    let check = |change: &dyn Fn(&mut Account, &mut User), expected: bool| {
        let (mut account, mut user) = (account(1), user(account(1).id, false));
        change(&mut account, &mut user);
        let person = Person::User { account: Arc::new(account), user };
        assert_eq!(person.may_recover(Goal::NewPassword), expected, "{person:?}");
    };
    check(&|_, _| {}, true);
    check(&|account, _| account.self_service_recovery = false, false);
    check(&|account, _| account.state = AccountState::Suspended, false);
    check(&|_, user| user.email = None, false);
    check(&|_, user| user.login_profile = None, false);
    check(&|_, user| user.disabled = true, false);
    let mut suspended = account(1);
    suspended.state = AccountState::Suspended;
    assert!(Person::Root(account(1)).may_recover(Goal::NewPassword) && !Person::Root(suspended).may_recover(Goal::NewPassword));
    let off = Builder { disabled: true, ..builder() };
    assert!(Person::Builder(builder()).may_recover(Goal::NewPassword) && !Person::Builder(off).may_recover(Goal::NewPassword));
}

#[test]
fn n_a01_v7_3_1_v7_3_2_sessions_last_as_long_as_their_kind_allows_and_configuration_only_shortens() {
    const HOUR: u64 = 3600;
    let generous = SessionLimits {
        root_idle: Duration::from_secs(100 * HOUR),
        root_absolute: Duration::from_secs(100 * HOUR),
        idle: Duration::from_secs(100 * HOUR),
        absolute: Duration::from_secs(100 * HOUR),
        root_grace: Duration::ZERO,
    };
    let strict = SessionLimits { root_idle: Duration::from_secs(60), idle: Duration::from_secs(120), ..SessionLimits::MOST };
    for (person, limits, idle, absolute) in [
        (Person::Root(account(1)), SessionLimits::MOST, HOUR, 12 * HOUR),
        (iam(&account(1), true), SessionLimits::MOST, 8 * HOUR, 24 * HOUR),
        (Person::Builder(builder()), SessionLimits::MOST, 8 * HOUR, 24 * HOUR),
        (Person::Root(account(1)), generous, HOUR, 12 * HOUR),
        (iam(&account(1), false), generous, 8 * HOUR, 24 * HOUR),
        (Person::Root(account(1)), strict, 60, 12 * HOUR),
        (Person::Builder(builder()), strict, 120, 24 * HOUR),
    ] {
        let mut session = open(&person, SessionScope::Full, limits, &op(Principal::Anonymous, 0), &chance()).session;
        assert!(alive(&session, &person, at(idle - 1)) && !alive(&session, &person, at(idle)), "{person:?}");
        session.last_seen = at(absolute - 1);
        assert!(alive(&session, &person, at(absolute - 1)) && !alive(&session, &person, at(absolute)), "{person:?}");
        session.last_seen = at(0);
        assert!(!worth_touching(&session, at(59)) && worth_touching(&session, at(60)));
        let mut ended = person.clone();
        ended.end_sessions();
        assert!(!alive(&session, &ended, at(1)));
    }
    let session = open(&Person::Root(account(1)), SessionScope::Full, SessionLimits::MOST, &op(Principal::Anonymous, 0), &chance()).session;
    assert!(!alive(&session, &Person::Root(account(2)), at(1)), "another owner of the same epoch");
}

#[test]
fn passwords_expire_by_the_accounts_policy_and_bar_when_it_says_so() {
    for (days, hard, age, expected) in [
        (None, false, 10_000 * 86_400, Ok(SessionScope::Full)),
        (None, true, 10_000 * 86_400, Ok(SessionScope::Full)),
        (Some(30), false, 30 * 86_400 - 1, Ok(SessionScope::Full)),
        (Some(30), false, 30 * 86_400, Ok(SessionScope::ChangePassword)),
        (Some(30), true, 30 * 86_400 - 1, Ok(SessionScope::Full)),
        (Some(30), true, 30 * 86_400, Err(Bar::ExpiredHard)),
    ] {
        let mut own = account(1);
        own.password_policy = Some(PasswordPolicy { max_age_days: days, hard_expiry: hard, ..PasswordPolicy::when_omitted() });
        let sign_in = |person: Person| {
            let proof = PasswordProof { hash: person.credential().unwrap().hash.clone(), rehash: None };
            signin::complete(person, &proof, None, None, None, SessionLimits::MOST, &op(Principal::Anonymous, age), &chance()).output
        };
        match (sign_in(iam(&own, false)), expected) {
            (Outcome::SignedIn(new), Ok(scope)) => assert_eq!(new.session.scope, scope),
            (Outcome::Barred(bar), Err(expected)) => assert_eq!(bar, expected),
            (other, _) => panic!("{days:?} {hard} {age}: {other:?}"),
        }
        // The policy is the IAM users' alone.
        assert!(matches!(sign_in(Person::Root(own)), Outcome::SignedIn(new) if new.session.scope != SessionScope::ChangePassword));
    }
}

#[test]
fn n_t04_v6_3_1_the_delay_doubles_from_two_seconds_to_a_quarter_of_an_hour() {
    let expected = [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
    for (failures, seconds) in expected.into_iter().enumerate() {
        assert_eq!(delay_after(u32::try_from(failures).unwrap()), Duration::from_secs(seconds), "{failures}");
    }
    let key = || TriesKey::new("password", "x");
    let mut row: Option<Tries> = None;
    let (mut now, mut looked_at) = (at(0), 0);
    while looked_at < DISABLE_AFTER {
        match take(row.clone(), key(), now) {
            Ok(next) => {
                looked_at += 1;
                row = Some(next);
            }
            Err(wait) => {
                assert!(wait.until > now && wait.until.since(now) <= Duration::from_secs(900));
                assert!(take(row.clone(), key(), wait.until).is_ok());
                now = wait.until;
            }
        }
    }
    assert_eq!(row.as_ref().map(|row| row.count), Some(DISABLE_AFTER));
    assert!(now.since(at(0)) > Duration::from_secs(20 * 3600), "a hundred tries take the better part of a day");
    let forgiven = forgive(row.unwrap(), now);
    assert_eq!(take(Some(forgiven), key(), now).unwrap().count, 1);
}

#[test]
fn the_hundredth_failure_switches_off_once_and_not_the_ninety_ninth() {
    let tries = |count| Tries { count, ..take(None, TriesKey::new("password", "x"), at(0)).unwrap() };
    for (count, off) in [(1, false), (99, false), (100, true), (101, true)] {
        for person in [Person::Root(account(1)), iam(&account(1), false), Person::Builder(builder())] {
            let op = op(Principal::Anonymous, 1);
            for changes in [
                signin::failed(Some(person.clone()), None, &tries(count), None, &op, &chance()),
                password::failed(person.clone(), &tries(count), &op, &chance()),
            ] {
                let jobs = changes.puts.iter().filter(|record| matches!(record, Record::Job(_))).count();
                assert_eq!((changes.puts.len() - jobs, jobs), (usize::from(off), usize::from(off)), "{count} {person:?}");
            }
            let mut already = person.clone();
            already.disable_credential();
            assert!(signin::failed(Some(already), None, &tries(count), None, &op, &chance()).puts.is_empty());
        }
    }
}

#[test]
fn twenty_four_earlier_passwords_are_kept_newest_first() {
    let mut credential = credential("0");
    for number in 1..=40 {
        credential = Credential::replacing(Some(&credential), PasswordHash::from_phc(number.to_string()), at(number));
    }
    let kept: Vec<&str> = credential.previous.iter().map(PasswordHash::as_phc).collect();
    let expected: Vec<String> = (16..40).rev().map(|number: u64| number.to_string()).collect();
    assert_eq!(kept, expected);
    assert!(!credential.must_change && !credential.disabled && credential.changed == at(40));
}

#[test]
fn a_jobs_pauses_double_to_an_hour_and_it_is_given_up_after_a_day() {
    let task = Task::FindMine { address: "ana@example.com".parse().unwrap(), source: Source::host() };
    let Record::Job(mut job) = outbox::job(task, &op(Principal::Anonymous, 0), &chance()) else { unreachable!() };
    let (mut now, mut pauses) = (at(0), Vec::new());
    let put = |changes: lockwright_model::change::ChangeSet| -> Job {
        match changes.puts.into_iter().next() {
            Some(Record::Job(job)) => job,
            other => panic!("{other:?}"),
        }
    };
    loop {
        let leased = put(outbox::lease(job.clone(), now));
        assert!(leased.due > now.plus(Duration::from_secs(60)), "a second worker waits");
        job = put(outbox::failed(leased, "no".to_owned(), now));
        if job.state != JobState::Waiting {
            break;
        }
        pauses.push(job.due.since(now).as_secs());
        now = job.due;
    }
    assert_eq!(pauses[..11], [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
    assert!(now.since(at(0)) >= Duration::from_secs(24 * 3600));
    let again = put(outbox::retry(job, now));
    assert_eq!((again.state, again.attempts, again.due), (JobState::Waiting, 0, now));
}

#[test]
fn the_trail_names_who_acts_as_cloudtrail_does() {
    let own = account(1);
    let person = iam(&own, false);
    let proof = |hash: &str| PasswordProof { hash: PasswordHash::from_phc(hash), rehash: None };
    // A browser that is signed in as somebody else signs in: the event is about who signs in.
    let other = op(Principal::Signed(Identity::Builder(builder().id)), 1);
    let decided = signin::complete(person.clone(), &proof("user"), None, None, None, SessionLimits::MOST, &other, &chance());
    let record = &decided.changes.events[0].record;
    assert_eq!(
        (&record["eventName"], &record["eventSource"], &record["eventType"]),
        (&"ConsoleLogin".into(), &"signin.amazonaws.com".into(), &"AwsConsoleSignIn".into())
    );
    assert_eq!((&record["userIdentity"]["type"], &record["userIdentity"]["userName"]), (&"IAMUser".into(), &"carla".into()));
    assert_eq!(record["userIdentity"]["arn"], format!("arn:aws:iam::{}:user/carla", own.id));
    assert_eq!((&record["responseElements"]["ConsoleLogin"], &record["errorMessage"]), (&"Success".into(), &serde_json::Value::Null));
    assert!(record["requestParameters"].is_null());

    let tries = take(None, TriesKey::new("password", "x"), at(0)).unwrap();
    let failed = signin::failed(Some(person.clone()), Some(own.id), &tries, None, &other, &chance());
    let record = &failed.events[0].record;
    assert_eq!(
        (&record["responseElements"]["ConsoleLogin"], &record["errorMessage"]),
        (&"Failure".into(), &"Failed authentication".into())
    );
    assert!(record["userIdentity"]["arn"].is_null(), "no arn in an IAM user's failure");
    assert_eq!(record["userIdentity"]["userName"], "carla");
    let unknown = signin::failed(None, Some(own.id), &tries, None, &other, &chance());
    assert_eq!(unknown.events[0].record["requestParameters"]["userName"], "HIDDEN_DUE_TO_SECURITY_REASONS");

    let root = Person::Root(own.clone());
    let session = open(&root, SessionScope::Full, SessionLimits::MOST, &op(Principal::Anonymous, 0), &chance()).session;
    let hash = PasswordHash::from_phc("next");
    let signed = op(Principal::Signed(root.identity()), 1);
    let decided = password::change(root, &session, &proof("root"), hash, SessionLimits::MOST, &signed, &chance()).unwrap();
    let record = &decided.changes.events[0].record;
    assert_eq!((&record["eventName"], &record["responseElements"]["PasswordUpdated"]), (&"PasswordUpdated".into(), &"Success".into()));
    assert_eq!((&record["userIdentity"]["type"], &record["userIdentity"]["accessKeyId"]), (&"Root".into(), &"".into()));
    assert_eq!(record["userIdentity"]["arn"], format!("arn:aws:iam::{}:root", own.id));
    let failed = password::failed(person, &tries, &signed, &chance());
    let record = &failed.events[0].record;
    assert_eq!((&record["eventName"], &record["eventSource"]), (&"ChangePassword".into(), &"iam.amazonaws.com".into()));
    assert!(record["responseElements"].is_null());
}

#[test]
fn the_trail_names_a_user_by_its_whole_arn() {
    let mut person = iam(&account(1), false);
    if let Person::User { user, .. } = &mut person {
        user.path = "/team/".parse().unwrap();
    }
    let nobody = op(Principal::Anonymous, 0);
    let acting = AuditEvent::new(&person.acting(&nobody), &chance(), Told::new(Service::Iam, "CreateUser", None));
    let told = Told::new(Service::Signin, "ConsoleLogin", None).about(person.identity(), person.iam_user());
    let about = AuditEvent::new(&nobody, &chance(), told);
    for event in [acting, about] {
        assert!(event.record["userIdentity"]["arn"].as_str().unwrap().ends_with(":user/team/carla"), "{}", event.record);
    }
}
