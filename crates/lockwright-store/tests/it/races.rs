//! Many at once: exactly one wins, and the others are told.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, ClaimKey, Conflict, Key, Record, UniqueKey, Version};
use lockwright_model::identity::Identity;
use lockwright_model::quota::MOST_GROUPS;
use lockwright_model::resource::{Resource, ResourceId, ResourceKey};
use lockwright_store::{CommitError, Store};
use tokio::task::JoinSet;

use crate::conformance::{ok, stored};
use crate::place::everywhere;
use crate::sample::*;

everywhere! {
    a05_fifty_commits_on_one_version_and_one_wins,
    x11_fifty_claims_of_one_value_and_one_wins,
    fifty_users_of_one_name_and_one_is_made,
    first_tries_at_once_lose_no_count,
    creations_that_race_for_the_last_place_do_not_exceed_a_quota,
    an_expected_row_does_not_change_under_a_commit,
    an_expected_absence_lasts_until_the_commit,
    commits_that_take_rows_in_opposite_order_all_end,
    a_stale_commit_among_many_fails_alone,
    a_commit_is_carried_out_though_nobody_waits,
}

/// Runs change sets at once and returns what became of each, in no order.
async fn at_once(store: &Store, sets: impl IntoIterator<Item = ChangeSet>) -> Vec<Result<(), Conflict>> {
    let mut running = JoinSet::new();
    for set in sets {
        let store = store.clone();
        running.spawn(async move {
            match store.commit(set).await {
                Ok(()) => Ok(()),
                Err(CommitError::Conflict(conflict)) => Err(conflict),
                Err(other) => panic!("{other:?}"),
            }
        });
    }
    running.join_all().await
}

async fn creations_that_race_for_the_last_place_do_not_exceed_a_quota(store: &Store) {
    ok(store, registered(1)).await;
    let made = |n: u64| Record::Resource(Resource::Group(group(1, n, &format!("group{n}"))));
    ok(store, puts((1..MOST_GROUPS - 1).map(made))).await;
    let full = Err(Conflict::Taken(UniqueKey::Quota(MOST_GROUPS)));
    let results = at_once(store, (0..20).map(|n| puts([made(1_000 + n)]))).await;
    assert_eq!((count(&results, &Ok(())), count(&results, &full)), (2, 18));
    // Another account has its own places, and one that goes makes room.
    ok(store, registered(2)).await;
    ok(store, puts([Record::Resource(Resource::Group(group(2, 1, "group")))])).await;
    let gone = ResourceKey { account: account_id(1), id: ResourceId::Group(group(1, 1, "group1").id) };
    ok(store, ChangeSet { deletes: vec![(Key::Resource(gone), Version(1))], ..ChangeSet::default() }).await;
    ok(store, puts([made(2_000)])).await;
    let results = at_once(store, [puts([made(2_001)])]).await;
    assert_eq!(results, [full]);
}

fn count(results: &[Result<(), Conflict>], what: &Result<(), Conflict>) -> usize {
    results.iter().filter(|result| *result == what).count()
}

async fn a05_fifty_commits_on_one_version_and_one_wins(store: &Store) {
    ok(store, registered(1)).await;
    let before = stored(store, 1).await;
    let sets = (0..50).map(|n| {
        let mut set = puts([Record::Account(Account { name: format!("Winner {n}").parse().unwrap(), ..before.clone() })]);
        set.tell(event(100 + n, Some(1), 10));
        set
    });
    let results = at_once(store, sets).await;
    assert_eq!((count(&results, &Ok(())), count(&results, &Err(Conflict::Stale))), (1, 49));
    assert_eq!(stored(store, 1).await.version, Version(2));
    assert_eq!(store.events(Some(account_id(1)), None, 100).await.unwrap().len(), 1, "the losers' events are not told");
}

async fn x11_fifty_claims_of_one_value_and_one_wins(store: &Store) {
    let sets = (0..50).map(|n| {
        let claim = claim(ClaimKey::RootEmail("one@example.com".to_owned()), Identity::Root(account_id(n)));
        puts([Record::Account(account(n)), Record::Claim(claim)])
    });
    let results = at_once(store, sets).await;
    assert_eq!((count(&results, &Ok(())), count(&results, &Err(Conflict::Taken(UniqueKey::Claim)))), (1, 49));
    assert_eq!(store.accounts(None, 100).await.unwrap().len(), 1);
}

async fn fifty_users_of_one_name_and_one_is_made(store: &Store) {
    let results = at_once(store, (0..50).map(|n| puts([Record::User(user(1, n, if n % 2 == 0 { "Ana" } else { "ANA" }))]))).await;
    assert_eq!((count(&results, &Ok(())), count(&results, &Err(Conflict::Taken(UniqueKey::UserName)))), (1, 49));
}

async fn first_tries_at_once_lose_no_count(store: &Store) {
    let mut running = JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        running.spawn(async move {
            loop {
                let found = store.tries(&tries(1).key).await.unwrap();
                let next = found.map_or(tries(1), |row| lockwright_model::tries::Tries { count: row.count + 1, ..row });
                match store.commit(puts([Record::Tries(next)])).await {
                    Ok(()) => return,
                    Err(CommitError::Conflict(Conflict::Stale)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
    }
    running.join_all().await;
    assert_eq!(store.tries(&tries(1).key).await.unwrap().unwrap().count, 20, "no try slips past the counter");
}

async fn an_expected_row_does_not_change_under_a_commit(store: &Store) {
    // Write skew: each commit expects the account unchanged and adds a user, or changes the account. Whatever came after the one
    // change of the account must have failed.
    for round in 0..20 {
        ok(store, registered(round)).await;
        let account = stored(store, round).await;
        let add =
            ChangeSet { expect: vec![(Key::Account(account.id), Version(1))], ..puts([Record::User(user(round, 1000 + round, "ana"))]) };
        let close = ChangeSet {
            // The one who closes relies on there being no user.
            expect: vec![(Key::User(user_ref(round, 1000 + round)), Version::NEW)],
            ..puts([Record::Account(Account { self_service_recovery: true, ..account })])
        };
        let results = at_once(store, [add, close]).await;
        assert_eq!(count(&results, &Ok(())), 1, "round {round}: {results:?}");
        let user_there = store.user(&user_ref(round, 1000 + round)).await.unwrap().is_some();
        let closed = stored(store, round).await.self_service_recovery;
        assert!(user_there != closed, "round {round}: one of the two, never both");
    }
}

async fn an_expected_absence_lasts_until_the_commit(store: &Store) {
    // Only if there is no builder may the job exist, and only if there is no job may the builder.
    for round in 0..20 {
        let (builder, job) = (builder(round), job(round, 1));
        let first = ChangeSet { expect: vec![(Key::Builder(builder.id.clone()), Version::NEW)], ..puts([Record::Job(job.clone())]) };
        let second = ChangeSet { expect: vec![(Key::Job(job.id.clone()), Version::NEW)], ..puts([Record::Builder(builder.clone())]) };
        let results = at_once(store, [first, second]).await;
        let there = (store.job(&job.id).await.unwrap().is_some(), store.builder(&builder.id).await.unwrap().is_some());
        assert!(there == (true, false) || there == (false, true), "round {round}: {there:?} after {results:?}");
    }
}

async fn commits_that_take_rows_in_opposite_order_all_end(store: &Store) {
    ok(store, puts([Record::Tries(tries(1)), Record::Tries(tries(2))])).await;
    for round in 1..=20 {
        let row = |n| Record::Tries(lockwright_model::tries::Tries { version: Version(round), ..tries(n) });
        let results = at_once(store, [puts([row(1), row(2)]), puts([row(2), row(1)])]).await;
        assert_eq!((count(&results, &Ok(())), count(&results, &Err(Conflict::Stale))), (1, 1), "round {round}");
    }
}

async fn a_stale_commit_among_many_fails_alone(store: &Store) {
    let sets = (0..64).map(|n| {
        if n % 8 == 3 {
            puts([Record::Job(job(1000 + n, 1)), Record::Account(Account { version: Version(5), ..account(n) })])
        } else {
            puts([Record::Job(job(n, 1)), Record::Account(account(n))])
        }
    });
    let results = at_once(store, sets).await;
    assert_eq!((count(&results, &Ok(())), count(&results, &Err(Conflict::Stale))), (56, 8));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.accounts, counts.jobs_waiting), (56, 56));
}

async fn a_commit_is_carried_out_though_nobody_waits(store: &Store) {
    // Dropped while it waits: it happens whole or not at all, and leaves nothing open that would hold up the next.
    for n in 0..20 {
        let store = store.clone();
        let commit = tokio::spawn(async move { store.commit(registered(n)).await });
        tokio::task::yield_now().await;
        commit.abort();
    }
    ok(store, registered(100)).await;
    for n in 0..20 {
        ok(store, puts([Record::Tries(tries(n))])).await;
    }
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}
