//! SSH public keys, signing certificates and service-specific credentials: found by id, by owner, by login; one login once.

use lockwright_model::change::{ChangeSet, Conflict, Key, Record, UniqueKey, Version};
use lockwright_model::identity::Identity;
use lockwright_model::user_credential::{UserCredential, UserCredentialKind, login_key};
use lockwright_store::Store;

use crate::conformance::{conflict, ok};
use crate::place::everywhere;
use crate::sample::*;

everywhere! {
    a_credential_reads_back_and_is_its_owners,
    a_login_is_one_in_its_account_and_an_id_too,
    a_check_finds_a_credential_without_an_owner,
}

fn user_of(n: u64) -> Identity {
    Identity::User(user_ref(1, n))
}

fn stored(row: &UserCredential) -> UserCredential {
    UserCredential { version: Version(1), ..row.clone() }
}

async fn a_credential_reads_back_and_is_its_owners(store: &Store) {
    let (carla, dora) = (user_of(2), user_of(3));
    let rows = [ssh_key(carla.clone(), 1), login(carla.clone(), 2, "Carla"), ssh_key(dora.clone(), 3)];
    ok(store, puts(rows.clone().map(Record::UserCredential))).await;
    for row in &rows {
        assert_eq!(store.user_credential(&row.key()).await.unwrap(), Some(stored(row)));
    }
    let mut hers = [stored(&rows[0]), stored(&rows[1])];
    hers.sort_by_key(|row| (row.kind().as_str(), row.id.clone()));
    assert_eq!(store.user_credentials_of(&carla).await.unwrap(), hers);
    assert_eq!(store.user_credentials_of(&Identity::Root(account_id(1))).await.unwrap(), []);
    let kind = UserCredentialKind::SshKey;
    let mut keys = [stored(&rows[0]), stored(&rows[2])];
    keys.sort_by_key(|row| row.id.clone());
    assert_eq!(store.user_credentials(account_id(1), kind, None, 10).await.unwrap(), keys);
    assert_eq!(store.user_credentials(account_id(1), kind, Some(&keys[0].id), 10).await.unwrap(), keys[1..]);
    assert_eq!(store.user_credentials(account_id(2), kind, None, 10).await.unwrap(), []);

    ok(store, puts([Record::UserCredential(UserCredential { active: false, ..stored(&rows[0]) })])).await;
    let mut gone = ChangeSet::default();
    gone.delete(Key::UserCredential(rows[0].key()), Version(1));
    assert_eq!(conflict(store, gone.clone()).await, Conflict::Stale, "it was switched off meanwhile");
    gone.deletes[0].1 = Version(2);
    ok(store, gone).await;
    assert_eq!(store.user_credential(&rows[0].key()).await.unwrap(), None);
}

async fn a_login_is_one_in_its_account_and_an_id_too(store: &Store) {
    let first = login(user_of(2), 1, "Carla-at-1");
    ok(store, puts([Record::UserCredential(first.clone())])).await;
    let key = login_key(first.service().unwrap().service, "CARLA-AT-1");
    let found = store.user_credential_by_name(account_id(1), UserCredentialKind::Service, &key).await.unwrap();
    assert_eq!(found, Some(stored(&first)));
    let same = login(user_of(3), 2, "carla-at-1");
    assert_eq!(conflict(store, puts([Record::UserCredential(same)])).await, Conflict::Stale, "to be decided anew, with another login");
    let same_id = login(user_of(3), 1, "dora-at-1");
    assert_eq!(conflict(store, puts([Record::UserCredential(same_id)])).await, Conflict::Taken(UniqueKey::Id));
    ok(store, puts([Record::UserCredential(login(Identity::User(user_ref(2, 2)), 1, "Carla-at-1"))])).await;
    // SSH keys have no such name: any number goes.
    ok(store, puts([1, 2].map(|n| Record::UserCredential(ssh_key(user_of(2), n))))).await;
}

async fn a_check_finds_a_credential_without_an_owner(store: &Store) {
    ok(store, registered(1)).await;
    let hers = user(1, 2, "carla");
    let rows = [ssh_key(Identity::User(hers.id.clone()), 1), ssh_key(Identity::Root(account_id(1)), 2)];
    ok(store, puts([Record::User(hers)])).await;
    ok(store, puts(rows.map(Record::UserCredential))).await;
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let lost = ssh_key(user_of(7), 3);
    ok(store, puts([Record::UserCredential(lost.clone())])).await;
    let wrong = format!("credential {}/{}: its owner does not exist", account_id(1), lost.id);
    assert_eq!(store.check().await.unwrap(), [wrong]);
    assert_eq!(store.counts().await.unwrap().user_credentials, 3);
}
