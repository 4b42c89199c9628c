//! Groups and policies, while others hold or delete them.

use lockwright_model::resource::LinkKind;
use lockwright_service::core::group::{Held, Refusal};
use lockwright_service::groups::GroupError;

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
