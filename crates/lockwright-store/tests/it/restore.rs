//! Backups: whole, private, never overwriting; and what a restore must not bring back to life.

use std::path::Path;

use lockwright_model::access_key::{AccessKey, AccessKeyId};
use lockwright_model::account::RootUser;
use lockwright_model::case::Channel;
use lockwright_model::change::{Record, Version};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Job, JobState, Notice, Task, Whose};
use lockwright_model::resource::Resource;
use lockwright_model::secret::Sealed;
use lockwright_model::user::User;
use lockwright_model::user_credential::UserCredential;
use lockwright_store::{Counts, Location, Store, StoreError, restore};
use tokio::task::JoinSet;

use crate::conformance::{ok, stored};
use crate::place::Place;
use crate::sample::*;

async fn open(path: &Path) -> Store {
    Store::open(Location::Sqlite { path: path.to_owned() }).await.unwrap()
}

#[tokio::test]
async fn q18_a_restored_backup_revives_no_credential() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, restored) = (folder.path().join("backup"), folder.path().join("restored.db"));
    let place = Place::file().await;
    let owner = Identity::Root(account_id(1));
    let notice = Notice::PasswordChanged(Whose::Root { account: account_id(1), name: "A".parse().unwrap() });
    let kept = Job {
        task: Task::Notify { to: Channel::Email("a@example.com".parse().unwrap()), notice, at: at(1), source: source(), about: None },
        ..job(3, 1)
    };
    let dead = Job { state: JobState::Dead { why: "refused".to_owned() }, ..job(5, 1) };
    ok(&place.store, registered(1)).await;
    ok(&place.store, puts([Record::Session(session(2, owner)), Record::Case(case(2)), Record::Tries(tries(2))])).await;
    ok(&place.store, puts([Record::Job(kept.clone()), Record::Job(job(4, 1)), Record::Job(dead)])).await;
    place.store.backup(&backup).await.unwrap();
    // After the backup the session ends and the ticket is spent; the restored store must know of neither.
    restore(&backup, &restored).await.unwrap();
    let store = open(&restored).await;
    assert_eq!(store.session(&token(2)).await.unwrap(), None);
    assert!(store.case(&case(2).id).await.unwrap().is_none());
    let jobs: Vec<_> = store.jobs(None, 10).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(jobs, [kept.id], "a notice still goes out, a ticket does not");
    assert_eq!(store.counts().await.unwrap(), Counts { accounts: 1, claims: 1, tries: 1, jobs_waiting: 1, ..Counts::default() });
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    store.close().await;
    let bytes = std::fs::read(&restored).unwrap();
    let hash = String::from(token(2));
    assert!(!bytes.windows(hash.len()).any(|window| window == hash.as_bytes()), "not even in free pages");
}

#[tokio::test]
async fn q18_a_restored_backup_revives_no_access_key() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, restored) = (folder.path().join("backup"), folder.path().join("restored.db"));
    let place = Place::file().await;
    let key = |n| AccessKey {
        id: AccessKeyId::draw(account_id(1), &SeededEntropy::new(n)),
        secret: Sealed::from_text(format!("\"sealed\" {n}")),
        active: n != 2,
        created: at(3),
        questioned: (n == 1).then(|| at(4)),
    };
    let mut account = account(1);
    account.root.keys = vec![key(1)];
    let with = User { keys: vec![key(2), key(3)], ..user(1, 2, "carla") };
    let without = user(1, 3, "emil");
    let taken_on = role(1, 4, "builder");
    ok(&place.store, puts([Record::Account(account.clone()), Record::User(with.clone()), Record::User(without.clone())])).await;
    ok(&place.store, puts([Record::Resource(Resource::Role(taken_on.clone()))])).await;
    place.store.backup(&backup).await.unwrap();
    restore(&backup, &restored).await.unwrap();

    let store = open(&restored).await;
    let off = |keys: &[AccessKey]| keys.iter().map(|key| AccessKey { active: false, ..key.clone() }).collect::<Vec<_>>();
    let root = store.account(account.id).await.unwrap().unwrap().root;
    // Temporary credentials are stored nowhere: they end because their epoch leaps, however far it had come since the backup.
    let leap = |epoch: u64| epoch + (1 << 32);
    assert_eq!(root, RootUser { keys: off(&account.root.keys), epoch: leap(account.root.epoch), ..account.root.clone() });
    let stored = store.resource(&Resource::Role(taken_on.clone()).key()).await.unwrap().unwrap();
    assert!(matches!(stored, Resource::Role(role) if role.epoch == leap(taken_on.epoch)));
    let stored = store.user(&with.id).await.unwrap().unwrap();
    assert_eq!(
        stored,
        User { keys: off(&with.keys), epoch: leap(with.epoch), version: stored.version, ..with.clone() },
        "both, in their order, and nothing else"
    );
    assert!(store.user(&without.id).await.unwrap().unwrap().keys.is_empty());
    assert_eq!(place.store.user(&with.id).await.unwrap().unwrap().keys, with.keys, "the running one is left alone");
}

#[tokio::test]
async fn q18_a_restored_backup_revives_no_credential_of_a_user() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, restored) = (folder.path().join("backup"), folder.path().join("restored.db"));
    let place = Place::file().await;
    let carla = user(1, 2, "carla");
    let rows = [ssh_key(Identity::User(carla.id.clone()), 1), login(Identity::User(carla.id.clone()), 2, "carla-at-1")];
    ok(&place.store, puts([Record::User(carla)])).await;
    ok(&place.store, puts(rows.clone().map(Record::UserCredential))).await;
    place.store.backup(&backup).await.unwrap();
    restore(&backup, &restored).await.unwrap();
    let store = open(&restored).await;
    for row in rows {
        let off = UserCredential { active: false, version: Version(1), ..row.clone() };
        assert_eq!(store.user_credential(&row.key()).await.unwrap(), Some(off), "it may have been deleted since");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, restored) = (folder.path().join("backup"), folder.path().join("restored.db"));
    let place = Place::file().await;
    for n in 0..100 {
        ok(&place.store, registered(n)).await;
    }
    // Each of these commits writes an account and its claim; a copy that cut one in half would fail the check.
    let mut writing = JoinSet::new();
    for part in 1..=4_u64 {
        let store = place.store.clone();
        writing.spawn(async move {
            for n in 0..50 {
                ok(&store, registered(part * 1_000 + n)).await;
            }
        });
    }
    place.store.backup(&backup).await.unwrap();
    writing.join_all().await;
    restore(&backup, &restored).await.unwrap();
    let store = open(&restored).await;
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let counts = store.counts().await.unwrap();
    assert!(counts.accounts >= 100 && counts.accounts == counts.claims, "{counts:?}");
    assert_eq!(place.store.counts().await.unwrap().accounts, 300);
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, other) = (folder.path().join("backup"), folder.path().join("other"));
    let place = Place::file().await;
    ok(&place.store, registered(1)).await;
    std::fs::write(&backup, "precious").unwrap();
    assert!(matches!(place.store.backup(&backup).await, Err(StoreError::Exists(path)) if path == backup));
    place.store.backup(&other).await.unwrap();
    assert!(matches!(restore(&other, &backup).await, Err(StoreError::Exists(path)) if path == backup));
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), "precious");
    // The log of a data file that was removed by hand would be read into the restored one.
    std::fs::write(folder.path().join("new.db-wal"), "").unwrap();
    assert!(matches!(restore(&other, &folder.path().join("new.db")).await, Err(StoreError::Exists(_))));
}

#[tokio::test]
async fn only_a_whole_backup_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (bad, to) = (folder.path().join("bad"), folder.path().join("to.db"));
    assert!(matches!(restore(&bad, &to).await, Err(StoreError::BadBackup(_))), "there is none");
    std::fs::write(&bad, "not a database at all, but long enough to look into ".repeat(40)).unwrap();
    assert!(matches!(restore(&bad, &to).await, Err(StoreError::BadBackup(_))), "no database");

    let place = Place::file().await;
    for n in 0..200 {
        ok(&place.store, registered(n)).await;
    }
    let whole = folder.path().join("whole");
    place.store.backup(&whole).await.unwrap();
    let mut bytes = std::fs::read(&whole).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x5a);
    std::fs::write(folder.path().join("damaged"), bytes).unwrap();
    assert!(matches!(restore(&folder.path().join("damaged"), &to).await, Err(StoreError::BadBackup(_))), "damaged");
    assert!(!to.exists(), "nothing half-made is left under the name");
    restore(&whole, &to).await.unwrap();
    assert_eq!(stored(&open(&to).await, 7).await.id, account_id(7));
}

#[tokio::test]
async fn a_store_in_memory_is_backed_up_too_and_postgres_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let (memory, postgres) = (Place::memory().await, Place::postgres().await);
    ok(&memory.store, registered(1)).await;
    memory.store.backup(&folder.path().join("memory")).await.unwrap();
    assert_eq!(stored(&open(&folder.path().join("memory")).await, 1).await.id, account_id(1));
    let error = postgres.store.backup(&folder.path().join("postgres")).await.unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
}
