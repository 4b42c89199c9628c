//! What a node remembers of those who call: gone with the very write that changes it.

use std::time::Duration;

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::resource::Resource;
use lockwright_model::secret::KeyBytes;
use lockwright_service::access_keys::Signer;
use lockwright_service::grants::GranteeRef;

use crate::house::{ANA, House};

const SCOPE: &str = "20270115/eu-central-1/iam/aws4_request";
const LISTS: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;

const MANAGED: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";

/// A user with an access key, in an account.
struct Caller<'h> {
    house: &'h House,
    user: UserRef,
    key: AccessKeyId,
}

impl<'h> Caller<'h> {
    async fn of(house: &'h House) -> Self {
        let account = house.account(ANA).await;
        let user = house.user(account, "carla", false).await;
        let key = house.lockwright.create_access_key(&house.as_root(account), &Identity::User(user.clone())).await.unwrap().0.id;
        Self { house, user, key }
    }

    async fn signer(&self) -> Option<Signer> {
        self.house.lockwright.signer(&self.key, None, self.house.lockwright.now()).await.unwrap().ok()
    }

    async fn lists(&self) -> bool {
        let op = self.house.as_(&Identity::User(self.user.clone()));
        self.house.lockwright.users(&op, self.user.account, None, 10).await.is_ok()
    }

    fn grantee(&self) -> GranteeRef {
        GranteeRef::User(self.user.clone())
    }
}

/// On a data file, in memory, and on PostgreSQL.
async fn houses() -> [House; 3] {
    let [shared, _] = House::two_nodes().await;
    [House::file().await, House::memory().await, shared]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d20_whatever_is_taken_from_a_caller_is_gone_from_the_very_next_call() {
    for house in houses().await {
        let (caller, lockwright) = (Caller::of(&house).await, &house.lockwright);
        let root = || house.as_root(caller.user.account);
        let name = || "may".parse().unwrap();
        let group = lockwright.create_group(&root(), caller.user.account, &Default::default(), &"readers".parse().unwrap()).await.unwrap();
        let readers = GranteeRef::Resource(Resource::Group(group.clone()).key());
        lockwright.put_policy(&root(), &readers, &name(), LISTS).await.unwrap();
        for _ in 0..2 {
            assert!(!caller.lists().await);
            lockwright.put_policy(&root(), &caller.grantee(), &name(), LISTS).await.unwrap();
            assert!(caller.lists().await && caller.lists().await, "a policy in it");
            lockwright.delete_policy_in(&root(), &caller.grantee(), &name()).await.unwrap();
            assert!(!caller.lists().await);
            lockwright.attach_policy(&root(), &caller.grantee(), MANAGED).await.unwrap();
            assert!(caller.lists().await && caller.lists().await, "an attached policy");
            lockwright.detach_policy(&root(), &caller.grantee(), MANAGED).await.unwrap();
            assert!(!caller.lists().await);
            lockwright.add_to_group(&root(), &group.id, &caller.user).await.unwrap();
            assert!(caller.lists().await && caller.lists().await, "a group's policy");
            lockwright.remove_from_group(&root(), &group.id, &caller.user).await.unwrap();
            assert!(!caller.lists().await);
            lockwright.put_policy(&root(), &caller.grantee(), &name(), LISTS).await.unwrap();
            let owner = Identity::User(caller.user.clone());
            for off in [true, false] {
                lockwright.set_user_disabled(&root(), &caller.user, off).await.unwrap();
                assert_eq!((caller.lists().await, caller.signer().await.is_some()), (!off, !off), "the user switched off");
            }
            for off in [true, false] {
                lockwright.set_access_key_active(&root(), &owner, &caller.key, !off).await.unwrap();
                assert_eq!(caller.signer().await.is_some(), !off, "the key made inactive");
            }
            for off in [true, false] {
                lockwright.set_account_suspended(&house.host(), caller.user.account, off).await.unwrap();
                assert_eq!((caller.lists().await, caller.signer().await.is_some()), (!off, !off), "the account suspended");
            }
            lockwright.delete_policy_in(&root(), &caller.grantee(), &name()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn m16_what_was_derived_from_a_secret_is_kept_for_its_scope_and_gone_with_any_change_of_its_owner() {
    let house = House::file().await;
    let (caller, lockwright) = (Caller::of(&house).await, &house.lockwright);
    let root = || house.as_root(caller.user.account);
    let kept = async || caller.signer().await.unwrap().day_key(SCOPE).map(|key| *key.expose());
    for round in 0..3_u8 {
        assert_eq!(kept().await, None);
        caller.signer().await.unwrap().keep_day_key(SCOPE, KeyBytes::new([round; 32]));
        assert_eq!(kept().await, Some([round; 32]));
        assert!(caller.signer().await.unwrap().day_key("20270115/eu-central-1/sts/aws4_request").is_none());
        match round {
            0 => lockwright.put_policy(&root(), &caller.grantee(), &"may".parse().unwrap(), LISTS).await.unwrap(),
            1 => {
                let owner = Identity::User(caller.user.clone());
                lockwright.set_access_key_active(&root(), &owner, &caller.key, false).await.unwrap();
                lockwright.set_access_key_active(&root(), &owner, &caller.key, true).await.unwrap();
            }
            // The account is the ground that its users stand on.
            _ => lockwright.set_account_suspended(&house.host(), caller.user.account, true).await.unwrap(),
        }
    }
}

#[tokio::test]
async fn d20_whoever_was_read_with_an_older_row_of_the_account_is_read_again() {
    let house = House::file().await;
    let (caller, lockwright) = (Caller::of(&house).await, &house.lockwright);
    let dora = house.user(caller.user.account, "dora", false).await;
    let key = lockwright.create_access_key(&house.as_root(caller.user.account), &Identity::User(dora.clone())).await.unwrap().0.id;
    let other = Caller { house: &house, user: dora, key };
    for off in [false, true, false] {
        lockwright.set_account_suspended(&house.host(), caller.user.account, off).await.unwrap();
        // The first call reads the account again; the second finds it read.
        assert_eq!((caller.signer().await.is_some(), other.signer().await.is_some()), (!off, !off));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d20_a_key_that_is_switched_off_on_one_node_signs_on_the_other_no_longer_than_changes_take_to_be_told() {
    let [first, second] = House::two_nodes().await;
    let caller = Caller::of(&first).await;
    let signs = async || second.lockwright.signer(&caller.key, None, second.lockwright.now()).await.unwrap().is_ok();
    assert!(signs().await, "the other node knows them now");
    let owner = Identity::User(caller.user.clone());
    first.lockwright.set_access_key_active(&first.as_root(caller.user.account), &owner, &caller.key, false).await.unwrap();
    let following = tokio::spawn(second.lockwright.clone().run_follow());
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        while signs().await {
            tokio::task::yield_now().await;
        }
    });
    assert!(told.await.is_ok(), "the other node was never told");
    following.abort();
}
