//! Administrators: what they may do, to whom, and from when on they may not.

use lockwright_model::case::IdentityKind;
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::contact::{AlternateKind, PrimaryContact};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::secret::{Password, Secret};
use lockwright_model::session::SessionScope;
use lockwright_service::accounts::AccountError;
use lockwright_service::cases::CaseKind;
use lockwright_service::core::person::Bar;
use lockwright_service::host::{HostError, Whom};
use lockwright_service::passwords::ChangePasswordError;
use lockwright_service::signin::SignInError;
use lockwright_service::users::{GiveAccess, Handed, UserError};

use crate::house::{ANA, House, NEW, OLD, OTHER, handed_url, iam, parts, root};

/// Tries every act of an administrator on a user; `true` when all were permitted, `false` when none was.
async fn may_administer(house: &House, principal: &Principal, user: &UserRef) -> bool {
    let lockwright = &house.lockwright;
    let op = || house.act(principal.clone(), "192.0.2.1");
    let account = user.account;
    let name = house.store.user(user).await.unwrap().unwrap().name;
    let new = format!("made{}", house.store.counts().await.unwrap().users).parse().unwrap();
    let user_denied = |outcome: Result<(), UserError>| match outcome {
        Ok(()) => true,
        Err(UserError::Denied) => false,
        Err(other) => panic!("{other:?}"),
    };
    let account_denied = |outcome: Result<(), AccountError>| match outcome {
        Ok(()) => true,
        Err(AccountError::Denied) => false,
        Err(other) => panic!("{other:?}"),
    };
    let may_list = user_denied(lockwright.users(&op(), account, None, 10).await.map(drop));
    let gives = user_denied(lockwright.set_access(&op(), user, GiveAccess::Link, None).await.map(drop));
    // Nobody is their own administrator where the old password is asked for.
    let oneself = *principal == Principal::Signed(Identity::User(user.clone()));
    assert!(!(oneself && gives), "{principal:?} gave themselves access");
    let outcomes = [
        may_list,
        user_denied(lockwright.user(&op(), account, &name).await.map(drop)),
        user_denied(lockwright.create_user(&op(), account, &new, false, GiveAccess::None).await.map(drop)),
        if oneself { may_list } else { gives },
        user_denied(lockwright.set_user_disabled(&op(), user, false).await),
        user_denied(lockwright.end_user_sessions(&op(), user).await),
        user_denied(lockwright.helps(&op(), account, 10).await.map(drop)),
        account_denied(lockwright.account(&op(), account).await.map(drop)),
        account_denied(lockwright.set_password_policy(&op(), account, None).await),
        account_denied(lockwright.set_self_service(&op(), account, false).await),
        account_denied(lockwright.set_alias(&op(), account, None).await),
        account_denied(lockwright.set_primary_contact(&op(), account, &PrimaryContact::default()).await),
        account_denied(lockwright.set_alternate_contact(&op(), account, AlternateKind::Security, None).await),
        account_denied(lockwright.events(&op(), Some(account), None, 10).await.map(drop)),
    ];
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{principal:?}: {outcomes:?}");
    outcomes[0]
}

#[tokio::test]
async fn a23_who_may_administer_whom() {
    let house = House::memory().await;
    let (own, other) = (house.account(ANA).await, house.account("eve@example.com").await);
    let boss = house.user(own, "boss", true).await;
    let carla = house.user(own, "carla", false).await;
    let stranger = house.user(other, "stranger", true).await;
    let bela = house.builder("bela@example.com").await;
    let signed = |identity: Identity| Principal::Signed(identity);
    for (principal, own_account, other_account) in [
        (Principal::Host, true, true),
        (Principal::Anonymous, false, false),
        (signed(Identity::Root(own)), true, false),
        (signed(Identity::Root(other)), false, true),
        (signed(Identity::Root(AccountId::NOBODY)), false, false),
        (signed(Identity::User(boss.clone())), true, false),
        (signed(Identity::User(carla.clone())), false, false),
        (signed(Identity::User(stranger.clone())), false, true),
        (signed(Identity::Builder(bela)), false, false),
    ] {
        assert_eq!(may_administer(&house, &principal, &carla).await, own_account, "{principal:?}");
        assert_eq!(may_administer(&house, &principal, &stranger).await, other_account, "{principal:?}");
    }
    // Nobody but the host reaches a root user or a builder ID: not even with a mixed-up reference.
    let mixed = UserRef { account: own, user: stranger.user };
    let op = house.as_(&Identity::User(boss.clone()));
    assert!(matches!(house.lockwright.set_access(&op, &mixed, GiveAccess::Link, None).await, Err(UserError::Denied)));
    for principal in [signed(Identity::Root(own)), signed(Identity::User(boss)), Principal::Anonymous] {
        let op = house.act(principal, "192.0.2.1");
        let link = house.lockwright.recovery_link(&op, &Whom::Root(own)).await;
        assert!(matches!(link, Err(HostError::Denied)), "{link:?}");
        assert!(matches!(house.lockwright.accounts(&op, None, 10).await, Err(HostError::Denied)));
        assert!(matches!(house.lockwright.jobs(&op, None, 10).await, Err(HostError::Denied)));
        assert!(matches!(house.lockwright.events(&op, None, None, 10).await, Err(AccountError::Denied)));
    }
}

#[tokio::test]
async fn d24_a_right_is_checked_when_it_is_used() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let boss = house.user(account, "boss", true).await;
    let carla = house.user(account, "carla", false).await;
    let principal = Principal::Signed(Identity::User(boss.clone()));
    assert!(may_administer(&house, &principal, &carla).await);
    house.lockwright.set_administrator(&house.as_root(account), &boss, false).await.unwrap();
    assert!(!may_administer(&house, &principal, &carla).await);
    house.lockwright.set_administrator(&house.as_root(account), &boss, true).await.unwrap();
    house.lockwright.set_user_disabled(&house.as_root(account), &boss, true).await.unwrap();
    assert!(!may_administer(&house, &principal, &carla).await);
    house.lockwright.set_user_disabled(&house.as_root(account), &boss, false).await.unwrap();
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    for principal in [principal.clone(), Principal::Signed(Identity::Root(account))] {
        assert!(!may_administer(&house, &principal, &carla).await);
    }
    house.lockwright.set_account_suspended(&house.host(), account, false).await.unwrap();
    house.lockwright.delete_user(&house.as_root(account), &boss).await.unwrap();
    assert!(!may_administer(&house, &principal, &carla).await);
}

#[tokio::test]
async fn a_user_gets_in_with_a_generated_password_a_typed_one_or_a_link() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let strict = PasswordPolicy {
        minimum_length: 128,
        require_symbols: true,
        require_numbers: true,
        require_uppercase: true,
        require_lowercase: true,
        ..PasswordPolicy::when_omitted()
    };
    for policy in [None, Some(PasswordPolicy::when_omitted()), Some(strict)] {
        house.lockwright.set_password_policy(&house.as_root(account), account, policy.as_ref()).await.unwrap();
        let name = format!("user{}", house.store.counts().await.unwrap().users).parse().unwrap();
        let generated = GiveAccess::Generated { must_change: false };
        let (user, handed) = house.lockwright.create_user(&house.as_root(account), account, &name, false, generated).await.unwrap();
        let Handed::Password(password) = handed else { panic!("{handed:?}") };
        let parsed = Password::parse(password.expose()).unwrap();
        let rule = lockwright_authn::strength::Rule::AccountPolicy(policy.as_ref());
        let blocklist = lockwright_authn::strength::Blocklist::with_own(Vec::<String>::new());
        let weak = lockwright_authn::strength::check(&parsed, rule, &Default::default(), &blocklist);
        assert!(weak.is_empty(), "{weak:?}");
        assert_eq!(house.sign_in_user(&user.id, password.expose()).await.unwrap().scope, SessionScope::Full);
    }
    house.lockwright.set_password_policy(&house.as_root(account), account, None).await.unwrap();
    let (user, handed) =
        house.lockwright.create_user(&house.as_root(account), account, &"linked".parse().unwrap(), false, GiveAccess::Link).await.unwrap();
    assert!(house.letters().await.is_empty(), "a link works without mail");
    let (case, link) = parts(&handed_url(&handed));
    assert_eq!(house.lockwright.look_at_link(&case, "", &link).await.unwrap().kind, CaseKind::SetPassword);
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    house.sign_in_user(&user.id, NEW).await.unwrap();
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &link).await.is_err(), "once");

    let taken = house.lockwright.create_user(&house.as_root(account), account, &"LINKED".parse().unwrap(), false, GiveAccess::None).await;
    assert!(matches!(taken, Err(UserError::NameTaken)), "{taken:?}");
    house.lockwright.set_access(&house.as_root(account), &user.id, GiveAccess::None, None).await.unwrap();
    assert!(matches!(house.sign_in_user(&user.id, NEW).await, Err(SignInError::Mismatch)));
    let none = house.lockwright.set_access(&house.as_root(account), &user.id, GiveAccess::None, None).await;
    assert!(matches!(none, Err(UserError::NoLoginProfile)));
}

#[tokio::test]
async fn a_policys_reuse_expiry_and_hard_expiry_are_enforced() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let name = iam(&account.to_string(), "carla");
    let mut policy =
        PasswordPolicy { allow_users_to_change: true, reuse_prevention: Some(2), max_age_days: Some(30), ..PasswordPolicy::when_omitted() };
    house.lockwright.set_password_policy(&house.as_root(account), account, Some(&policy)).await.unwrap();
    let change = async |from: &str, to: &str| {
        let token = house.session(&name, from).await;
        let signed = house.signed(&token).await.unwrap();
        house.lockwright.change_password(&house.as_(&signed.session.owner), &signed.session, from, to, to).await
    };
    change(OLD, NEW).await.unwrap();
    assert!(matches!(change(NEW, OLD).await, Err(ChangePasswordError::New(_))), "one of the last two");
    change(NEW, OTHER).await.unwrap();
    change(OTHER, OLD).await.unwrap();

    house.seconds(30 * 86_400);
    assert_eq!(house.session_scope(&name, OLD).await, SessionScope::ChangePassword, "expired");
    change(OLD, NEW).await.unwrap();
    house.seconds(30 * 86_400);
    policy.hard_expiry = true;
    house.lockwright.set_password_policy(&house.as_root(account), account, Some(&policy)).await.unwrap();
    assert!(matches!(house.sign_in(&name, NEW).await, Err(SignInError::Barred(Bar::ExpiredHard))));
    assert!(matches!(house.sign_in(&name, OLD).await, Err(SignInError::Mismatch)), "the bar is told only after the proof");
    let typed = GiveAccess::Typed { password: Secret::new(OTHER), must_change: false };
    house.lockwright.set_access(&house.as_root(account), &user, typed, None).await.unwrap();
    house.session(&name, OTHER).await;

    policy.allow_users_to_change = false;
    house.lockwright.set_password_policy(&house.as_root(account), account, Some(&policy)).await.unwrap();
    assert!(matches!(change(OTHER, "Marble 3 otter lantern quiver").await, Err(ChangePasswordError::NotAllowed)));
}

#[tokio::test]
async fn b23_names_of_one_kind_take_nothing_from_another() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.user(account, ANA, false).await;
    house.builder(ANA).await;
    house.session(&root(ANA), OLD).await;
    house.session(&crate::house::builder(ANA), OLD).await;
    for _ in 0..6 {
        drop(house.sign_in(&iam(&account.to_string(), ANA), "not the password").await);
    }
    house.session(&root(ANA), OLD).await;
    house.session(&crate::house::builder(ANA), OLD).await;
    let other = house.account("eve@example.com").await;
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"harbour".parse().unwrap())).await.unwrap();
    let taken = house.lockwright.set_alias(&house.as_root(other), other, Some(&"harbour".parse().unwrap())).await;
    assert!(matches!(taken, Err(AccountError::AliasTaken)));
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"quay".parse().unwrap())).await.unwrap();
    house.lockwright.set_alias(&house.as_root(other), other, Some(&"harbour".parse().unwrap())).await.unwrap();
    assert!(house.store.check().await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_is_locked_out_of_the_installation() {
    let house = House::memory().await;
    let op = house.host();
    let (account, link) = house.lockwright.create_account(&op, &"Harbour".parse().unwrap(), &ANA.parse().unwrap()).await.unwrap();
    assert!(house.sign_in(&root(ANA), OLD).await.is_err(), "no password yet");
    let taken = house.lockwright.create_account(&op, &"Harbour".parse().unwrap(), &"ANA@example.com".parse().unwrap()).await;
    assert!(matches!(taken, Err(HostError::EmailTaken)), "{taken:?}");
    let (case, token) = parts(link.url.expose());
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", &token).await.unwrap();
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), OLD, OLD).await.unwrap();
    house.session(&root(ANA), OLD).await;
    let link = house.lockwright.recovery_link(&house.host(), &Whom::Root(account)).await.unwrap();
    house.session(&root(ANA), OLD).await;
    let (case, token) = parts(link.url.expose());
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", &token).await.unwrap();
    let view = house.lockwright.case(&case, holder.expose()).await.unwrap();
    assert_ne!(view.kind, CaseKind::Recover(IdentityKind::Root));
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    house.session(&root(ANA), NEW).await;
}

#[tokio::test]
async fn while_changes_are_frozen_nobody_is_named_as_contact() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let boss = house.user(account, "boss", true).await;
    let mut row = house.store.user(&boss).await.unwrap().unwrap();
    let until = house.clock_now().plus(std::time::Duration::from_secs(60));
    row.factors.frozen_until = Some(until);
    let mut changes = ChangeSet::default();
    changes.put(Record::User(row));
    house.store.commit(changes).await.unwrap();
    let boss = Identity::User(boss);
    let frozen = house.lockwright.set_primary_contact(&house.as_(&boss), account, &PrimaryContact::default()).await;
    assert!(matches!(frozen, Err(AccountError::Frozen { until: told }) if told == until), "{frozen:?}");
    house.lockwright.set_primary_contact(&house.as_root(account), account, &PrimaryContact::default()).await.unwrap();
    house.seconds(60);
    house.lockwright.set_alternate_contact(&house.as_(&boss), account, AlternateKind::Billing, None).await.unwrap();
}
