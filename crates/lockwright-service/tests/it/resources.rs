//! Groups and policies, while others hold or delete them.

use lockwright_model::identity::Identity;
use lockwright_model::resource::LinkKind;
use lockwright_service::core::group::{Held, Refusal};
use lockwright_service::core::policy::{self, NewPolicy};
use lockwright_service::grants::{GrantError, GranteeRef};
use lockwright_service::groups::GroupError;
use lockwright_service::policies::PolicyError;
use lockwright_service::resources::NoPolicy;

use crate::house::{ANA, House};

#[tokio::test]
async fn whoever_joins_a_group_while_it_is_deleted_is_in_a_group_or_is_told_that_there_is_none() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let (path, lockwright) = (Default::default(), &house.lockwright);
    for round in 0..20 {
        let name = format!("crew{round}").parse().unwrap();
        let group = lockwright.create_group(&house.as_root(account), account, &path, &name).await.unwrap();
        let (joining, deleting) = (house.as_root(account), house.as_root(account));
        // Either may come first.
        let (joined, deleted) = if round % 2 == 0 {
            tokio::join!(lockwright.add_to_group(&joining, &group.id, &user), lockwright.delete_group(&deleting, account, &group.id))
        } else {
            let (deleted, joined) =
                tokio::join!(lockwright.delete_group(&deleting, account, &group.id), lockwright.add_to_group(&joining, &group.id, &user));
            (joined, deleted)
        };
        let stored = house.store.user(&user).await.unwrap().unwrap();
        let links = house.store.count_holders(account, group.id.as_str(), LinkKind::Member).await.unwrap();
        match (joined, deleted) {
            (Ok(()), Err(GroupError::Refused(Refusal::Holds(Held::Members)))) => {
                assert_eq!((stored.groups, links), (vec![group.id.clone()], 1));
                lockwright.remove_from_group(&house.as_root(account), &group.id, &user).await.unwrap();
            }
            (Err(GroupError::NoGroup), Ok(())) => assert_eq!((stored.groups, links), (vec![], 0)),
            other => panic!("{other:?}"),
        }
    }
}

const LIST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;

fn new_policy(name: &str) -> NewPolicy {
    let name = name.parse().unwrap();
    NewPolicy { path: Default::default(), name, description: None, document: LIST.to_owned(), tags: Vec::new() }
}

#[tokio::test]
async fn a_policy_that_is_attached_or_made_a_boundary_while_it_is_deleted_is_held_or_gone_and_never_both() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let (to, lockwright) = (GranteeRef::User(user.clone()), &house.lockwright);
    for round in 0..20 {
        let made = lockwright.create_policy(&house.as_root(account), account, &new_policy(&format!("may{round}"))).await.unwrap();
        let arn = made.arn();
        let (taking, deleting) = (house.as_root(account), house.as_root(account));
        let hold = async {
            if round % 4 < 2 {
                lockwright.attach_policy(&taking, &to, &arn).await
            } else {
                lockwright.set_boundary(&taking, &to, Some(&arn)).await
            }
        };
        // Either may come first.
        let (held, deleted) = if round % 2 == 0 {
            tokio::join!(hold, lockwright.delete_policy(&deleting, account, &arn))
        } else {
            let (deleted, held) = tokio::join!(lockwright.delete_policy(&deleting, account, &arn), hold);
            (held, deleted)
        };
        let grants = house.store.user(&user).await.unwrap().unwrap().grants;
        let holds = grants.attached.contains(&arn) || grants.boundary.as_ref() == Some(&arn);
        match (held, deleted) {
            (Ok(()), Err(PolicyError::Refused(policy::Refusal::Attached))) => {
                assert!(holds);
                match grants.boundary {
                    Some(_) => lockwright.set_boundary(&house.as_root(account), &to, None).await.unwrap(),
                    None => lockwright.detach_policy(&house.as_root(account), &to, &arn).await.unwrap(),
                }
            }
            (Err(GrantError::NoPolicy(NoPolicy::Unknown)), Ok(())) => assert!(!holds),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn of_two_versions_made_at_once_each_has_its_number() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let lockwright = &house.lockwright;
    let arn = lockwright.create_policy(&house.as_root(account), account, &new_policy("may")).await.unwrap().arn();
    let (one, other) = (house.as_root(account), house.as_root(account));
    let (first, second) = tokio::join!(
        lockwright.add_policy_version(&one, account, &arn, LIST, true),
        lockwright.add_policy_version(&other, account, &arn, LIST, false),
    );
    let mut numbers = [first.unwrap().number, second.unwrap().number];
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(lockwright.find_policy(account, &arn).await.unwrap().unwrap().versions.len(), 3);
}

#[tokio::test]
async fn a_policy_made_anew_under_an_old_arn_is_another_one_at_once() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let (to, lockwright) = (GranteeRef::User(user.clone()), &house.lockwright);
    let lists = async || {
        let op = house.as_(&Identity::User(user.clone()));
        lockwright.users(&op, account, None, 10).await.is_ok()
    };
    for document in [LIST, &LIST.replace("Allow", "Deny")] {
        let new = NewPolicy { document: document.to_owned(), ..new_policy("may") };
        let arn = lockwright.create_policy(&house.as_root(account), account, &new).await.unwrap().arn();
        lockwright.attach_policy(&house.as_root(account), &to, &arn).await.unwrap();
        assert_eq!(lists().await, document == LIST);
        lockwright.detach_policy(&house.as_root(account), &to, &arn).await.unwrap();
        lockwright.delete_policy(&house.as_root(account), account, &arn).await.unwrap();
        assert!(!lists().await);
    }
}

#[tokio::test]
async fn a_deleted_user_is_in_no_group_any_more() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let group =
        house.lockwright.create_group(&house.as_root(account), account, &Default::default(), &"crew".parse().unwrap()).await.unwrap();
    house.lockwright.add_to_group(&house.as_root(account), &group.id, &user).await.unwrap();
    house.lockwright.delete_user(&house.as_root(account), &user).await.unwrap();
    assert!(house.lockwright.members(&group, None, 10).await.unwrap().is_empty());
    house.lockwright.delete_group(&house.as_root(account), account, &group.id).await.unwrap();
}
