//! Who may do what in an account: decided by policies, from what is stored now (D24).

use lockwright_model::change::{ChangeSet, ClaimKey, Record};
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::name::{PolicyName, UserName};
use lockwright_model::session::Session;
use lockwright_service::access_keys::KeyError;
use lockwright_service::authorize::Aim;
use lockwright_service::core::access_key::Refusal;
use lockwright_service::grants::GranteeRef;
use lockwright_service::users::{GiveAccess, UserError, UserToBe};

use crate::house::{ANA, House, iam};

const BEN: &str = "ben@example.com";

async fn lists(house: &House, op: OpContext, account: AccountId) -> bool {
    match house.lockwright.users(&op, account, None, 10).await {
        Ok(_) => true,
        Err(UserError::Denied) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a23_d24_root_administrators_and_the_host_administer_their_account_and_no_other() {
    let house = House::memory().await;
    let (own, other) = (house.account(ANA).await, house.account(BEN).await);
    let (boss, user, off) =
        (house.user(own, "boss", true).await, house.user(own, "carla", false).await, house.user(own, "gone", true).await);
    let foreign = house.user(other, "boss", true).await;
    house.lockwright.set_user_disabled(&house.as_root(own), &off, true).await.unwrap();
    let builder = house.builder("bela@example.com").await;
    let as_user = |user: &UserRef| Principal::Signed(Identity::User(user.clone()));
    let table = [
        (Principal::Host, true),
        (Principal::Anonymous, false),
        (Principal::Signed(Identity::Root(own)), true),
        (Principal::Signed(Identity::Root(other)), false),
        (as_user(&boss), true),
        (as_user(&user), false),
        (as_user(&off), false),
        (as_user(&foreign), false),
        (Principal::Signed(Identity::Builder(builder)), false),
    ];
    for (principal, allowed) in table {
        let op = house.act(principal.clone(), "192.0.2.1");
        assert_eq!(lists(&house, op, own).await, allowed, "{principal:?}");
    }
    // As stored now: out of the group, and the next act is refused.
    house.lockwright.set_administrator(&house.as_root(own), &boss, false).await.unwrap();
    assert!(!lists(&house, house.act(as_user(&boss), "192.0.2.1"), own).await);
}

#[tokio::test]
async fn d_a_users_own_policy_lets_it_do_what_it_says_and_nothing_else() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let dora = house.user(account, "dora", false).await;
    let root = || house.as_root(account);
    let put = async |name: &str, document: &str| {
        let name: PolicyName = name.parse().unwrap();
        house.lockwright.put_policy(&root(), &GranteeRef::User(carla.clone()), &name, document).await
    };
    put("may", r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:ListUsers","iam:CreateUser"],"Resource":"*"}}"#)
        .await
        .unwrap();
    let as_carla = || house.as_(&Identity::User(carla.clone()));
    assert!(lists(&house, as_carla(), account).await);
    let name = "eve".parse().unwrap();
    house.lockwright.create_user(&as_carla(), account, &name, false, GiveAccess::None).await.unwrap();
    assert!(matches!(house.lockwright.delete_user(&as_carla(), &dora).await, Err(UserError::Denied)));
    // An explicit deny comes first, wherever it stands.
    put("not", r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:List*","Resource":"*"}}"#).await.unwrap();
    assert!(!lists(&house, as_carla(), account).await);
    // An address elsewhere.
    put("not", r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:List*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}}"#)
        .await
        .unwrap();
    assert!(lists(&house, as_carla(), account).await);
    let elsewhere = house.act(Principal::Signed(Identity::User(carla.clone())), "203.0.113.5");
    assert!(!lists(&house, elsewhere, account).await);
    assert!(put("bad", "{\"Version\":\"2012-10-17\"").await.is_err(), "what can't be read is not kept");
}

impl House {
    /// Lets a user do these things, to everything, and nothing else.
    async fn let_do(&self, user: &UserRef, actions: &[&str]) {
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}});
        let name = "may".parse().unwrap();
        self.lockwright
            .put_policy(&self.as_root(user.account), &GranteeRef::User(user.clone()), &name, &document.to_string())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn d24_an_administrator_is_made_and_access_given_only_with_leave_for_each() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let make = async |name: &str, administrator, access| {
        let op = house.as_(&Identity::User(carla.clone()));
        match house.lockwright.create_user(&op, account, &name.parse().unwrap(), administrator, access).await {
            Ok(_) => true,
            Err(UserError::Denied) => false,
            Err(other) => panic!("{other:?}"),
        }
    };
    let (create, group, profile) = ("iam:CreateUser", "iam:AddUserToGroup", "iam:CreateLoginProfile");
    for (n, may) in
        [&[create][..], &[create, group], &[create, profile], &[group, profile], &[create, group, profile]].into_iter().enumerate()
    {
        house.let_do(&carla, may).await;
        for administrator in [false, true] {
            for access in [GiveAccess::None, GiveAccess::Link, GiveAccess::Generated { must_change: true }] {
                let takes = [Some(create), administrator.then_some(group), (!matches!(access, GiveAccess::None)).then_some(profile)];
                let allowed = takes.iter().flatten().all(|action| may.contains(action));
                let name = format!("user{n}{administrator}{}", format!("{access:?}").chars().next().unwrap());
                assert_eq!(make(&name, administrator, access.clone()).await, allowed, "{may:?} {administrator} {access:?}");
            }
        }
    }
}

#[tokio::test]
async fn d24_access_is_given_changed_and_taken_only_with_leave_for_just_that() {
    for (may, first, again, none) in [
        ("iam:CreateLoginProfile", true, false, false),
        ("iam:UpdateLoginProfile", false, true, false),
        ("iam:DeleteLoginProfile", false, false, true),
    ] {
        let house = House::memory().await;
        let account = house.account(ANA).await;
        let carla = house.user(account, "carla", false).await;
        let name = "dora".parse().unwrap();
        let dora = house.lockwright.create_user(&house.as_root(account), account, &name, false, GiveAccess::None).await.unwrap().0.id;
        house.let_do(&carla, &[may]).await;
        let set = async |access| {
            let op = house.as_(&Identity::User(carla.clone()));
            match house.lockwright.set_access(&op, &dora, access, None).await {
                Ok(_) => true,
                Err(UserError::Denied) => false,
                Err(other) => panic!("{other:?}"),
            }
        };
        assert_eq!(set(GiveAccess::Link).await, first, "{may}");
        house.lockwright.set_access(&house.as_root(account), &dora, GiveAccess::Link, None).await.unwrap();
        assert_eq!(set(GiveAccess::Link).await, again, "{may}");
        assert_eq!(set(GiveAccess::None).await, none, "{may}");
    }
}

#[tokio::test]
async fn d24_a_user_who_is_found_by_name_is_asked_for_by_its_own_path() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let (path, name): (_, UserName) = ("/team/".parse().unwrap(), "eve".parse().unwrap());
    let new = UserToBe { path, ..UserToBe::named(name.clone()) };
    house.lockwright.create_user_as(&house.as_root(account), account, &new, false, GiveAccess::None).await.unwrap();
    for (path, allowed) in [("/team/", true), ("/", false)] {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::{account}:user{path}eve"}}}}"#
        );
        house
            .lockwright
            .put_policy(&house.as_root(account), &GranteeRef::User(carla.clone()), &"may".parse().unwrap(), &document)
            .await
            .unwrap();
        let found = house.lockwright.user(&house.as_(&Identity::User(carla.clone())), account, &name).await;
        assert_eq!(found.is_ok(), allowed, "{path}");
    }
}

#[tokio::test]
async fn m16_a_key_signs_for_its_owner_while_both_may_act() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let owner = Identity::User(carla.clone());
    let (key, secret) = house.lockwright.create_access_key(&house.as_root(account), &owner).await.unwrap();
    let signs = async || {
        let signer = house.lockwright.signer(&key.id, None, house.lockwright.now()).await.unwrap().ok()?;
        Some(house.lockwright.secret_of(&signer)?.expose().to_owned())
    };
    assert_eq!(signs().await.as_deref(), Some(secret.expose()));
    assert_eq!(key.id.account(), Some(account));
    // Inactive, active again, its owner switched off and on, the account suspended, and gone for good.
    house.lockwright.set_access_key_active(&house.as_root(account), &owner, &key.id, false).await.unwrap();
    assert_eq!(signs().await, None);
    house.lockwright.set_access_key_active(&house.as_root(account), &owner, &key.id, true).await.unwrap();
    assert!(signs().await.is_some());
    house.lockwright.set_user_disabled(&house.as_root(account), &carla, true).await.unwrap();
    assert_eq!(signs().await, None);
    house.lockwright.set_user_disabled(&house.as_root(account), &carla, false).await.unwrap();
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    assert_eq!(signs().await, None);
    house.lockwright.set_account_suspended(&house.host(), account, false).await.unwrap();
    assert!(signs().await.is_some());
    house.lockwright.delete_access_key(&house.as_root(account), &owner, &key.id).await.unwrap();
    assert_eq!(signs().await, None);
    assert!(signs().await.is_none(), "and it stays so");
}

#[tokio::test]
async fn m16_two_keys_at_most_and_a_deleted_users_keys_sign_nothing() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let owner = Identity::User(carla.clone());
    let make = async || house.lockwright.create_access_key(&house.as_root(account), &owner).await;
    let (first, _) = make().await.unwrap();
    let (second, _) = make().await.unwrap();
    house.lockwright.set_access_key_active(&house.as_root(account), &owner, &first.id, false).await.unwrap();
    assert!(matches!(make().await, Err(KeyError::Refused(Refusal::TooMany))), "inactive ones count");
    house.lockwright.delete_user(&house.as_root(account), &carla).await.unwrap();
    for key in [&first.id, &second.id] {
        assert!(house.lockwright.signer(key, None, house.lockwright.now()).await.unwrap().ok().is_none());
        assert!(house.store.claim(&ClaimKey::AccessKey(key.clone())).await.unwrap().is_none(), "nothing of it is left");
    }
}

#[tokio::test]
async fn m16_the_last_use_is_noted_every_quarter_of_an_hour_and_is_no_change_of_the_user() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let owner = Identity::User(carla.clone());
    let (key, _) = house.lockwright.create_access_key(&house.as_root(account), &owner).await.unwrap();
    let used = async || {
        let found = house.lockwright.access_key_last_used(&house.as_root(account), account, &key.id).await.unwrap();
        found.unwrap().1.map(|used| (used.at, used.service, used.region))
    };
    assert_eq!(used().await, None);
    let version = house.store.user(&carla).await.unwrap().unwrap().version;
    let first = house.clock_now();
    house.lockwright.note_key_use(&key.id, first, "iam", "us-east-1").await;
    assert_eq!(used().await, Some((first, "iam".to_owned(), "us-east-1".to_owned())));
    house.seconds(14 * 60);
    house.lockwright.note_key_use(&key.id, house.clock_now(), "sts", "eu-west-1").await;
    assert_eq!(used().await.unwrap().0, first);
    house.seconds(60);
    house.lockwright.note_key_use(&key.id, house.clock_now(), "sts", "eu-west-1").await;
    assert_eq!(used().await.unwrap().1, "sts");
    assert_eq!(house.store.user(&carla).await.unwrap().unwrap().version, version);
    let other = house.account(BEN).await;
    assert!(
        house.lockwright.access_key_last_used(&house.as_root(other), other, &key.id).await.unwrap().is_none(),
        "not of another account"
    );
}

#[tokio::test]
async fn e02_a_secret_access_key_can_be_read_neither_in_the_store_nor_in_an_event() {
    let house = House::file().await;
    let account = house.account(ANA).await;
    let owner = Identity::Root(account);
    let (key, secret) = house.lockwright.create_access_key(&house.as_root(account), &owner).await.unwrap();
    let events = format!("{:?}", house.lockwright.events(&house.as_root(account), Some(account), None, 100).await.unwrap());
    assert!(events.contains("CreateAccessKey") && events.contains(key.id.as_str()) && !events.contains(secret.expose()));
    house.store.close().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(house.folder.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        bytes.extend(std::fs::read(file.path()).unwrap());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(key.id.as_str()), "the search would find what is there");
    assert!(!holds(secret.expose()));
}

#[tokio::test]
async fn a_policy_may_ask_for_a_second_factor_that_the_session_has_seen_lately() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let armed = house.arm(&iam(&account.to_string(), "carla")).await;
    let put = async |condition: &str| {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{condition}}}}}"#
        );
        house
            .lockwright
            .put_policy(&house.as_root(account), &GranteeRef::User(carla.clone()), &"may".parse().unwrap(), &document)
            .await
            .unwrap();
    };
    let in_session = async |strong: bool| {
        let mut signed = house.signed(&armed.session).await.unwrap();
        if !strong {
            let weak = Session { second_factor: None, ..(*signed.session).clone() };
            signed.session = weak.into();
        }
        signed.acting(&house.anyone())
    };
    // What a program signs with a key that lasts says nothing of it (AWS, `aws:MultiFactorAuthPresent`).
    for (condition, key, password, device) in [
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, false, false, true),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#, false, true, false),
        (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#, true, false, true),
        (r#"{"Null":{"aws:MultiFactorAuthAge":"true"}}"#, true, true, false),
        (r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}"#, false, false, true),
    ] {
        put(condition).await;
        assert_eq!(lists(&house, house.as_(&Identity::User(carla.clone())), account).await, key, "{condition}: a key");
        assert_eq!(lists(&house, in_session(false).await, account).await, password, "{condition}: a password alone");
        assert_eq!(lists(&house, in_session(true).await, account).await, device, "{condition}: a device");
    }
    // An hour is an hour, however busy the session is.
    house.seconds(1800);
    assert!(lists(&house, in_session(true).await, account).await);
    house.seconds(1800);
    assert!(!lists(&house, in_session(true).await, account).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d21_many_decisions_at_once_are_never_mixed_up() {
    const ACTIONS: [&str; 4] = ["iam:CreateUser", "iam:ListUsers", "iam:DeleteUser", "iam:GetUser"];
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let mut users = Vec::new();
    for (number, action) in ACTIONS.into_iter().enumerate() {
        let user = house.user(account, &format!("user{number}"), false).await;
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        house
            .lockwright
            .put_policy(&house.as_root(account), &GranteeRef::User(user.clone()), &"may".parse().unwrap(), &document)
            .await
            .unwrap();
        users.push(Identity::User(user));
    }
    let tasks: Vec<_> = (0..16)
        .map(|task: usize| {
            let (lockwright, users, op) = (house.lockwright.clone(), users.clone(), house.anyone());
            tokio::spawn(async move {
                for turn in 0..500 {
                    let (who, what) = ((task + turn) % 4, (task / 4 + turn / 4) % 4);
                    let op = OpContext { principal: Principal::Signed(users[who].clone()), ..op.clone() };
                    let answer = lockwright.may(&op, account, &Aim::account(ACTIONS[what])).await.unwrap();
                    assert_eq!(answer.is_ok(), who == what, "user{who}: {}", ACTIONS[what]);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn n_r25_v6_2_3_nobody_gives_themselves_a_password_on_a_page_nor_while_changes_are_frozen() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", true).await;
    let on_page = house.as_(&Identity::User(carla.clone()));
    let key = house.lockwright.create_access_key(&house.as_root(account), &Identity::User(carla.clone())).await.unwrap().0.id;
    let by_key = || OpContext { access_key: Some(key.clone()), ..house.as_(&Identity::User(carla.clone())) };
    let given = async |op: &OpContext| house.lockwright.set_access(op, &carla, GiveAccess::Generated { must_change: false }, None).await;
    assert!(matches!(given(&on_page).await, Err(UserError::Denied)), "the page under Security asks for the old one");
    given(&by_key()).await.unwrap();
    let mut user = house.store.user(&carla).await.unwrap().unwrap();
    user.factors.frozen_until = Some(by_key().now.plus(std::time::Duration::from_secs(24 * 3600)));
    let mut changes = ChangeSet::default();
    changes.put(Record::User(user));
    house.store.commit(changes).await.unwrap();
    assert!(matches!(given(&by_key()).await, Err(UserError::Frozen(_))));
    given(&house.as_root(account)).await.unwrap();
}
