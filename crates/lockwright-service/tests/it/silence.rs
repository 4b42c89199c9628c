//! Nothing tells whether a name exists: the same answers, the same rows, the same number of commits.

use lockwright_model::id::AccountId;
use lockwright_service::cases::CaseView;
use lockwright_service::core::recovery::CodeOutcome;
use lockwright_service::signin::{SignInError, SignInName};
use lockwright_store::Counts;

use crate::house::{ANA, House, OLD, builder, iam, root};
use lockwright_model::proof::Goal;

/// What an act adds to every table.
fn added(before: Counts, after: Counts) -> [u64; 8] {
    [
        after.cases - before.cases,
        after.sessions - before.sessions,
        after.tries - before.tries,
        after.jobs_waiting - before.jobs_waiting,
        after.events - before.events,
        after.claims - before.claims,
        after.users - before.users,
        after.accounts - before.accounts,
    ]
}

async fn fresh() -> (House, AccountId) {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"harbour".parse().unwrap())).await.unwrap();
    house.user(account, "carla", false).await;
    house.builder("bela@example.com").await;
    // What the making of these people counted is forgotten; rows that a network's first act makes stand already.
    house.seconds(2 * 3600);
    house.store.purge(house.clock_now()).await.unwrap();
    drop(house.sign_in(&root("first@example.com"), "not the password").await);
    house.lockwright.start_recovery(&house.anyone(), &root("first@example.com"), Goal::NewPassword).await.unwrap();
    house.letters().await;
    (house, account)
}

/// Names of each kind: first one that is somebody's, then ones that are nobody's.
fn names(account: AccountId) -> [Vec<SignInName>; 3] {
    let number = account.to_string();
    [
        vec![root(ANA), root("nobody@example.com")],
        vec![builder("bela@example.com"), builder("nobody@example.com")],
        vec![
            iam(&number, "carla"),
            iam("harbour", "carla"),
            iam(&number, "nobody"),
            iam("harbour", "nobody"),
            iam("111122223333", "nobody"),
            iam("not-there", "nobody"),
        ],
    ]
}

#[tokio::test]
async fn v6_3_8_b20_b22_a_failed_sign_in_writes_the_same_whoever_is_meant() {
    for kind in 0..3 {
        let mut seen = Vec::new();
        for number in 0..6 {
            let (house, account) = fresh().await;
            let Some(name) = names(account)[kind].get(number).cloned() else { continue };
            let mut shape = Vec::new();
            // Beyond the free tries, too.
            let op = house.anyone();
            for _ in 0..7 {
                let before = house.store.counts().await.unwrap();
                let answer = house.lockwright.sign_in(&op, &name, "not the password", None).await;
                let answer = match answer {
                    Err(SignInError::Mismatch) => "mismatch".to_owned(),
                    Err(SignInError::Wait { until }) => format!("wait {:?}", until.since(op.now)),
                    other => panic!("{other:?}"),
                };
                shape.push((answer, added(before, house.store.counts().await.unwrap())));
            }
            seen.push(shape);
        }
        assert!(seen.iter().all(|shape| *shape == seen[0]), "{seen:#?}");
    }
}

#[tokio::test]
async fn b20_a_password_that_is_switched_off_looks_like_a_wrong_one() {
    let mut seen = Vec::new();
    for off in [false, true] {
        let (house, account) = fresh().await;
        if off {
            let mut row = house.store.account(account).await.unwrap().unwrap();
            row.root.credential.as_mut().unwrap().disabled = true;
            let mut changes = lockwright_model::change::ChangeSet::default();
            changes.put(lockwright_model::change::Record::Account(row));
            house.store.commit(changes).await.unwrap();
        }
        let before = house.store.counts().await.unwrap();
        let typed = if off { OLD } else { "not the password" };
        assert!(matches!(house.sign_in(&root(ANA), typed).await, Err(SignInError::Mismatch)));
        seen.push(added(before, house.store.counts().await.unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
}

/// A case as its browser sees it, without what differs from case to case.
fn shown(view: &CaseView) -> String {
    format!("{view:?}").split("expires").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn v6_3_8_b20_starting_a_recovery_writes_and_shows_the_same_whoever_is_meant() {
    for (kind, width) in [(0, 2), (1, 2), (2, 6)] {
        let mut seen = Vec::new();
        for number in 0..width {
            let (house, account) = fresh().await;
            let name = names(account)[kind][number].clone();
            let mut shape = Vec::new();
            for _ in 0..7 {
                let before = house.store.counts().await.unwrap();
                let opened = house.lockwright.start_recovery(&house.anyone(), &name, Goal::NewPassword).await.unwrap();
                let cookie = opened.holder.expose();
                shape.push((added(before, house.store.counts().await.unwrap()), String::new()));
                let view = house.lockwright.case(&opened.case, cookie).await.unwrap();
                shape.push(([0; 8], shown(&view)));
                // Resends count against the name, which a decoy has none of: its counter is its own.
                house.lockwright.resend(&house.anyone(), &opened.case, cookie).await.unwrap();
                house.letters().await;
                let before = house.store.counts().await.unwrap();
                let tried = house.lockwright.submit_code(&house.anyone(), &opened.case, cookie, "AAAAAA").await.unwrap();
                assert!(matches!(tried, CodeOutcome::Wrong { left: 4 }));
                let view = house.lockwright.case(&opened.case, cookie).await.unwrap();
                shape.push((added(before, house.store.counts().await.unwrap()), shown(&view)));
            }
            seen.push(shape);
        }
        assert!(seen.iter().all(|shape| *shape == seen[0]), "{seen:#?}");
    }
}

#[tokio::test]
async fn v6_3_8_b20_registering_and_finding_write_the_same_for_an_address_in_use() {
    let mut seen = Vec::new();
    for address in [ANA, "bela@example.com", "nobody@example.com"] {
        let (house, _) = fresh().await;
        let mut shape = Vec::new();
        for _ in 0..7 {
            let before = house.store.counts().await.unwrap();
            let opened = house.lockwright.start_account(&house.anyone(), address.parse().unwrap()).await.unwrap();
            let between = house.store.counts().await.unwrap();
            let view = house.lockwright.case(&opened.case, opened.holder.expose()).await.unwrap();
            shape.push((added(before, between), shown(&view)));
            let name = "Bela".parse().unwrap();
            let opened = house.lockwright.start_builder(&house.anyone(), address.parse().unwrap(), name).await.unwrap();
            let after = house.store.counts().await.unwrap();
            let view = house.lockwright.case(&opened.case, opened.holder.expose()).await.unwrap();
            shape.push((added(between, after), shown(&view)));
            house.lockwright.find_mine(&house.anyone(), &address.parse().unwrap()).await.unwrap();
            shape.push((added(after, house.store.counts().await.unwrap()), String::new()));
        }
        seen.push(shape);
    }
    assert!(seen.iter().all(|shape| *shape == seen[0]), "{seen:#?}");
}

#[tokio::test]
async fn b20_asking_for_help_writes_the_same_rows_but_the_request_itself() {
    let mut seen = Vec::new();
    for number in 0..6 {
        let (house, account) = fresh().await;
        let name = names(account)[2][number].clone();
        let mut shape = Vec::new();
        for _ in 0..7 {
            let before = house.store.counts().await.unwrap();
            let asked = house.lockwright.ask_for_help(&house.anyone(), &name).await.unwrap();
            assert_eq!(asked.caller_code.len(), 6);
            shape.push(added(before, house.store.counts().await.unwrap()));
        }
        seen.push(shape);
    }
    assert!(seen.iter().all(|shape| *shape == seen[0]), "{seen:#?}");
}
