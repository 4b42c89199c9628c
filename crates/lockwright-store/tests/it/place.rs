//! Where a test's rows are, and one list of tests for every place.

use lockwright_model::secret::Secret;
use lockwright_store::{Location, Store};
use lockwright_testkit::postgres::PgCluster;
use tempfile::TempDir;

/// A store with what must outlive it.
pub(crate) struct Place {
    pub(crate) store: Store,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) async fn memory() -> Self {
        Self { store: Store::open(Location::Memory).await.unwrap(), _folder: None }
    }

    pub(crate) async fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Location::Sqlite { path: folder.path().join("lockwright.db") }).await.unwrap();
        Self { store, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        Self { store: Store::open(database()).await.unwrap(), _folder: None }
    }
}

/// A fresh database of the test binary's cluster.
pub(crate) fn database() -> Location {
    Location::Postgres { url: Secret::new(PgCluster::shared().database()) }
}

/// Makes each listed `async fn(&Store)` a test for every place.
macro_rules! everywhere {
    ($($(#[$doc:meta])* $test:ident),* $(,)?) => {
        mod memory { $($(#[$doc])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(&$crate::place::Place::memory().await.store).await; })* }
        mod file { $($(#[$doc])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(&$crate::place::Place::file().await.store).await; })* }
        mod postgres { $($(#[$doc])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(&$crate::place::Place::postgres().await.store).await; })* }
    };
}
pub(crate) use everywhere;
