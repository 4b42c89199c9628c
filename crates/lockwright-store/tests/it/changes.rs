//! What other nodes are told, and nodes that open one database at the same time.

use lockwright_model::change::{Key, Record, Version};
use lockwright_model::secret::Secret;
use lockwright_store::{CommitError, Location, Mark, Store, StoreError};
use lockwright_testkit::postgres::PgCluster;
use tokio::task::JoinSet;

use crate::conformance::{conflict, ok, stored};
use crate::place::{Place, database};
use crate::sample::*;

#[tokio::test]
async fn another_node_is_told_what_was_written_and_not_what_was_refused() {
    let location = database();
    let (here, there) = (Store::open(location.clone()).await.unwrap(), Store::open(location).await.unwrap());
    let (none, mark) = there.changes_since(Mark::START).await.unwrap();
    assert_eq!(none, []);
    ok(&here, registered(1)).await;
    conflict(&here, puts([Record::Account(account(1)), Record::Job(job(9, 1))])).await;
    ok(&here, puts([changed(1), Record::Job(job(9, 1))])).await;
    let (told, next) = there.changes_since(mark).await.unwrap();
    assert_eq!(told, [Key::Account(account_id(1))], "a row that was new, and a kind that nobody keeps, are no news");
    assert!(next > mark);
    // The window overlaps: telling twice is harmless, missing is not.
    assert_eq!(there.changes_since(next).await.unwrap().0.len(), 1);
}

/// The account of [`registered`], written once more.
fn changed(number: u64) -> Record {
    Record::Account(lockwright_model::account::Account { version: Version(1), ..account(number) })
}

#[tokio::test]
async fn a_node_that_slept_too_long_is_told_to_begin_anew() {
    let url = PgCluster::shared().database();
    let name = url.rsplit('/').next().unwrap().to_owned();
    let store = Store::open(Location::Postgres { url: Secret::new(url) }).await.unwrap();
    ok(&store, registered(1)).await;
    ok(&store, puts([changed(1)])).await;
    // As if everything had happened twenty minutes ago.
    let mark = store.changes_since(Mark::START).await.unwrap().1;
    let clock = "CREATE SCHEMA late; CREATE FUNCTION late.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS \
                 'SELECT pg_catalog.clock_timestamp() + interval ''20 minutes'''";
    PgCluster::shared().sql(&name, &format!("{clock}; ALTER DATABASE {name} SET search_path = late, pg_catalog, public"));
    let later = Store::open(Location::Postgres { url: Secret::new(PgCluster::shared().url(&name)) }).await.unwrap();
    assert!(matches!(later.changes_since(mark).await, Err(StoreError::MarkTooOld)));
    assert_eq!(later.changes_since(Mark::START).await.unwrap().0.len(), 1, "what is kept is told from the start");
    later.purge(at(0)).await.unwrap();
    assert_eq!(later.changes_since(Mark::START).await.unwrap().0, [], "and forgotten when no mark can ask for it");
}

#[tokio::test]
async fn one_process_on_sqlite_keeps_no_list() {
    let place = Place::file().await;
    ok(&place.store, registered(1)).await;
    assert_eq!(place.store.changes_since(Mark::START).await.unwrap(), (Vec::new(), Mark::START));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_nodes_that_start_at_once_migrate_once() {
    let location = database();
    let mut starting = JoinSet::new();
    for n in 0..8 {
        let location = location.clone();
        starting.spawn(async move {
            let store = Store::open(location).await.unwrap();
            ok(&store, registered(n)).await;
        });
    }
    starting.join_all().await;
    let store = Store::open(location).await.unwrap();
    assert_eq!(store.counts().await.unwrap().accounts, 8);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let url = PgCluster::shared().database();
    let name = url.rsplit('/').next().unwrap().to_owned();
    let location = Location::Postgres { url: Secret::new(url.clone()) };
    Store::open(location.clone()).await.unwrap().close().await;
    PgCluster::shared().sql(&name, "INSERT INTO schema_migration (number, name) VALUES (99, 'later')");
    assert!(matches!(Store::open(location).await, Err(StoreError::SchemaTooNew { found: 99, .. })));
}

#[tokio::test]
async fn a_server_that_went_away_is_unavailable_and_comes_back() {
    let url = PgCluster::shared().database();
    let name = url.rsplit('/').next().unwrap().to_owned();
    let store = Store::open(Location::Postgres { url: Secret::new(url) }).await.unwrap();
    ok(&store, registered(1)).await;
    // The server ends every connection; the pool notices and makes new ones, at the latest when one has failed.
    let ended =
        format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()");
    PgCluster::shared().sql("postgres", &ended);
    for _ in 0..20 {
        if store.ping().await.is_ok() {
            break;
        }
    }
    assert_eq!(stored(&store, 1).await.version, Version(1));
    let nobody = Location::Postgres { url: Secret::new("postgres://me:hunter2@%2Fnowhere%2Fat%2Fall/db") };
    let error = Store::open(nobody).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_stops_waiting_leaves_no_transaction_open() {
    let location = database();
    let (impatient, other) = (Store::open(location.clone()).await.unwrap(), Store::open(location).await.unwrap());
    for n in 0..40 {
        // Given up at ever later points of its way: an open transaction would hold these rows until the lock's time-out.
        tokio::select! {
            biased;
            _ = impatient.commit(registered(n)) => {}
            () = async { for _ in 0..n * n { tokio::task::yield_now().await } } => {}
        }
        match other.commit(registered(n)).await {
            Ok(()) | Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Unavailable(error)) => panic!("after {n}: {error:?}"),
        }
    }
    let counts = other.counts().await.unwrap();
    assert_eq!((counts.accounts, counts.claims), (40, 40), "each of them whole, once");
}
