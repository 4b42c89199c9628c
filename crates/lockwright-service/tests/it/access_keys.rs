//! Access keys after a recovery and after "this wasn't me": what they answer for, and who makes and switches on more.

use std::time::Duration;

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::case::Channel;
use lockwright_model::context::OpContext;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_service::access_keys::KeyError;
use lockwright_service::core::access_key::Refusal;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::role::{NewRole, Trust};
use lockwright_service::core::sts::Taking;
use lockwright_service::grants::GranteeRef;

use crate::house::{ANA, House, NEW, OLD, notices, root};

impl House {
    /// The keys of an owner that are in question.
    async fn questioned(&self, owner: &Identity) -> Vec<AccessKeyId> {
        let keys = self.lockwright.access_keys(&self.host(), owner).await.unwrap();
        keys.into_iter().filter(|key| key.questioned.is_some()).map(|key| key.id).collect()
    }
}

#[tokio::test]
async fn m16_a_key_in_question_answers_for_none_and_makes_none_that_is_not() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let owner = Identity::Root(account);
    let lockwright = &house.lockwright;
    let first = lockwright.create_access_key(&house.host(), &owner).await.unwrap().0.id;
    house.letters().await;
    house.recover(&root(ANA), NEW).await;
    let by = |id: &AccessKeyId| OpContext { access_key: Some(id.clone()), ..house.as_root(account) };
    for active in [true, false, true] {
        lockwright.set_access_key_active(&by(&first), &owner, &first, active).await.unwrap();
        assert_eq!(house.questioned(&owner).await, std::slice::from_ref(&first), "{active}");
    }
    let second = lockwright.create_access_key(&by(&first), &owner).await.unwrap().0.id;
    lockwright.set_access_key_active(&by(&second), &owner, &first, true).await.unwrap();
    assert_eq!(house.questioned(&owner).await, [first.clone(), second.clone()]);
    // Nor does a session that one of them may have begun.
    let session: AccessKeyId = "ASIAQAAAAAAAAAAAAAAA".parse().unwrap();
    lockwright.set_access_key_active(&by(&session), &owner, &first, true).await.unwrap();
    assert_eq!(house.questioned(&owner).await, [first.clone(), second.clone()]);
    // Nor for somebody else's.
    let carla = Identity::User(house.user(account, "carla", true).await);
    let hers = lockwright.create_access_key(&by(&first), &carla).await.unwrap().0.id;
    lockwright.set_access_key_active(&by(&second), &carla, &hers, true).await.unwrap();
    assert_eq!(house.questioned(&carla).await, std::slice::from_ref(&hers));

    // Whoever is signed in has looked at it, and then so has a program with it.
    lockwright.keep_access_key(&house.as_root(account), &owner, &first).await.unwrap();
    lockwright.set_access_key_active(&by(&first), &owner, &second, true).await.unwrap();
    lockwright.set_access_key_active(&by(&first), &carla, &hers, true).await.unwrap();
    assert!(house.questioned(&owner).await.is_empty() && house.questioned(&carla).await.is_empty());
    // One that is gone answers for nothing, even while its last request is under way.
    lockwright.delete_access_key(&house.as_root(account), &owner, &first).await.unwrap();
    let late = lockwright.create_access_key(&by(&first), &owner).await;
    assert!(matches!(late, Err(KeyError::Refused(Refusal::Unknown))), "{late:?}");
}

#[tokio::test]
async fn n_r25_after_this_wasnt_me_whoever_acts_as_the_owner_makes_and_activates_no_access_key() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let owner = Identity::Root(account);
    let lockwright = &house.lockwright;
    let key = lockwright.create_access_key(&house.host(), &owner).await.unwrap().0.id;
    house.letters().await;
    let letters = house.change(OLD, NEW).await.1;
    house.disowned(&letters, ANA).await.unwrap();
    let own = || house.as_root(account);
    let frozen = |outcome| matches!(outcome, Err(KeyError::Refused(Refusal::Frozen(_))));
    assert!(frozen(lockwright.create_access_key(&own(), &owner).await.map(drop)));
    assert!(frozen(lockwright.keep_access_key(&own(), &owner, &key).await));
    lockwright.set_access_key_active(&own(), &owner, &key, false).await.unwrap();
    assert!(frozen(lockwright.set_access_key_active(&own(), &owner, &key, true).await));
    assert!(lockwright.signer(&key, None, lockwright.now()).await.unwrap().ok().is_none());
    // Somebody else, whom the freeze is not about, may.
    let boss = Identity::User(house.user(account, "boss", true).await);
    lockwright.create_access_key(&house.as_(&boss), &boss).await.unwrap();
    lockwright.create_access_key(&house.host(), &owner).await.unwrap();
    house.pass(Duration::from_secs(24 * 3600));
    lockwright.set_access_key_active(&own(), &owner, &key, true).await.unwrap();
}

#[tokio::test]
async fn n_r25_every_address_of_the_owner_hears_of_a_new_access_key() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    house.add_address(&session, &Channel::Email("ana@example.org".parse().unwrap())).await;
    house.letters().await;
    let key = house.lockwright.create_access_key(&house.as_root(account), &Identity::Root(account)).await.unwrap().0.id;
    let letters = house.letters().await;
    let mut heard: Vec<_> = notices(&letters)
        .into_iter()
        .map(|(to, notice)| match notice {
            Notice::Happened { what: Happening::AccessKeyCreated(id), .. } if id == key => to,
            other => panic!("{other:?}"),
        })
        .collect();
    heard.sort();
    assert_eq!(heard, [ANA, "ana@example.org"]);
    house.disowned(&letters, "ana@example.org").await.unwrap();
}

#[tokio::test]
async fn m16_no_session_washes_a_key_in_question() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let lockwright = &house.lockwright;
    let root_key = lockwright.create_access_key(&house.host(), &Identity::Root(account)).await.unwrap().0.id;
    let carla = Identity::User(house.user(account, "carla", true).await);
    house.letters().await;
    house.recover(&root(ANA), NEW).await;
    let by_root = OpContext { access_key: Some(root_key), ..house.as_root(account) };
    let hers = lockwright.create_access_key(&by_root, &carla).await.unwrap().0.id;
    assert_eq!(house.questioned(&carla).await, std::slice::from_ref(&hers));

    let signs = async |key: &AccessKeyId, token: Option<&str>| {
        let signer = lockwright.signer(key, token, lockwright.now()).await.unwrap().ok().unwrap();
        (signer.acting(key.clone(), house.anyone()), signer.caller.clone())
    };
    let (own, caller) = signs(&hers, None).await;
    let session = lockwright.session_token(&own, &caller, None, None).await.unwrap();
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let new = NewRole {
        path: "/".parse().unwrap(),
        name: "watch".parse().unwrap(),
        description: None,
        trust: Trust { document, pins: Vec::new() },
        longest_session: 3_600,
        tags: Vec::new(),
    };
    let role = lockwright.create_role(&house.as_root(account), account, &new, None).await.unwrap();
    let all = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let on = GranteeRef::from(&Grantee::Role(role.clone()));
    lockwright.put_policy(&house.as_root(account), &on, &"may".parse().unwrap(), all).await.unwrap();
    let taking = || Taking { session: "carla".to_owned(), ..Taking::default() };
    let taken = lockwright.assume_role(&own, &caller, &role.arn(), None, None, taking()).await.unwrap();
    // And one that is taken on from it.
    let (first, caller) = signs(&taken.id, Some(taken.token.expose())).await;
    let chained = lockwright.assume_role(&first, &caller, &role.arn(), None, None, taking()).await.unwrap();
    for given in [&session, &taken, &chained] {
        let (op, _) = signs(&given.id, Some(given.token.expose())).await;
        lockwright.set_access_key_active(&op, &carla, &hers, true).await.unwrap();
        let made = lockwright.create_access_key(&op, &carla).await.unwrap().0.id;
        assert_eq!(house.questioned(&carla).await, [hers.clone(), made.clone()], "{:?}", op.principal);
        lockwright.delete_access_key(&op, &carla, &made).await.unwrap();
    }
}
