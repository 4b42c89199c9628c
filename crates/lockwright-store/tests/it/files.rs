//! The data file: who may read it, who holds it, and what survives.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockwright_model::change::Record;
use lockwright_model::identity::Identity;
use lockwright_store::{Location, Store, StoreError, restore};

use crate::conformance::{ok, stored};
use crate::sample::*;

async fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(Location::Sqlite { path: path.to_owned() }).await
}

/// Every file of a folder with its mode.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::metadata(&path).unwrap().permissions().mode() & 0o7777))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn e16_files_are_the_owners_alone_under_any_umask() {
    // The umask belongs to the whole process, so the store is opened in processes of its own: this test, run again with a folder.
    #[allow(clippy::disallowed_methods, reason = "the folder comes from the test that runs this one")]
    if let Some(folder) = std::env::var_os(FOLDER) {
        return under_a_umask(&PathBuf::from(folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    for umask in ["000", "777"] {
        let inside = folder.path().join(umask);
        fs::create_dir(&inside).unwrap();
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .args(["files::e16_files_are_the_owners_alone_under_any_umask", "--exact"])
            .env(FOLDER, &inside)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(modes(&inside).len() >= 5, "{:?}", modes(&inside));
        for (path, mode) in modes(&inside) {
            assert_eq!(mode, 0o600, "umask {umask}: {}", path.display());
        }
    }
}

/// Names the folder to a test that runs as a child.
const FOLDER: &str = "E16_FOLDER";

async fn under_a_umask(folder: &Path) {
    let path = folder.join("lockwright.db");
    let store = open(&path).await.unwrap();
    ok(&store, registered(1)).await;
    store.backup(&folder.join("backup")).await.unwrap();
    restore(&folder.join("backup"), &folder.join("restored")).await.unwrap();
    for (path, mode) in modes(folder) {
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    assert!(folder.join("lockwright.db-wal").exists() && folder.join("lockwright.db-shm").exists(), "looked at, too");
}

#[tokio::test]
async fn e16_a_file_that_was_too_open_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockwright.db");
    open(&path).await.unwrap().close().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let _store = open(&path).await.unwrap();
    for (path, mode) in modes(folder.path()) {
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_data_file_is_held_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockwright.db");
    let first = open(&path).await.unwrap();
    assert!(matches!(open(&path).await, Err(StoreError::Locked)));
    assert!(matches!(restore(&path, &folder.path().join("other")).await, Ok(())), "another file is not held");
    first.close().await;
    let second = open(&path).await.unwrap();
    drop(second);
    open(&path).await.unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_closing_and_after_dropping() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockwright.db");
    let store = open(&path).await.unwrap();
    ok(&store, registered(1)).await;
    store.close().await;
    assert!(!folder.path().join("lockwright.db-wal").exists(), "closing writes the log back");
    let store = open(&path).await.unwrap();
    ok(&store, registered(2)).await;
    drop(store);
    let store = open(&path).await.unwrap();
    assert_eq!(stored(&store, 1).await.id, account_id(1));
    assert_eq!(stored(&store, 2).await.id, account_id(2));
}

#[tokio::test]
async fn a_newer_schema_is_refused_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockwright.db");
    open(&path).await.unwrap().close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("INSERT INTO schema_migration (number, name) VALUES (99, 'later')", []).unwrap();
    drop(raw);
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaTooNew { found: 99, .. }));
    assert!(error.to_string().contains("newer program"), "{error}");
    assert!(matches!(restore(&path, &folder.path().join("restored")).await, Err(StoreError::SchemaTooNew { found: 99, .. })));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockwright.db");
    let store = open(&path).await.unwrap();
    ok(&store, registered(1)).await;
    ok(&store, registered(2)).await;
    ok(&store, puts([Record::Session(session(3, Identity::Root(account_id(1))))])).await;
    store.close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("UPDATE account SET body = replace(body, 'epoch', 'hunter2') WHERE account_id = ?1", [account_id(1).to_string()]).unwrap();
    // One account's body in another's row.
    raw.execute("UPDATE session SET token = ?1", [&token(4).as_bytes()[..]]).unwrap();
    drop(raw);
    let store = open(&path).await.unwrap();
    let error = store.account(account_id(1)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("table account, row \"{}\": body can't be read", account_id(1)));
    assert!(matches!(store.session(&token(4)).await, Err(StoreError::Corrupt { table: "session", .. })));
    let problems = store.check().await.unwrap();
    assert_eq!(problems, [error.to_string()], "the walk goes on behind the broken row");
}
