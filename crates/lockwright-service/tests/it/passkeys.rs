//! Signing in with a passkey alone.

use lockwright_model::entropy::SystemEntropy;
use lockwright_model::secret::Secret;
use lockwright_model::session::SessionScope;
use lockwright_service::core::person::Bar;
use lockwright_service::passkey_signin::PasskeyError;
use lockwright_service::signin::SignedIn;
use lockwright_service::users::GiveAccess;
use lockwright_testkit::passkey::SoftPasskey;

use crate::armed::{Armed, ORIGIN};
use crate::house::{ANA, House, NEW, builder, iam, root};

async fn sign_in(house: &House, key: &mut SoftPasskey) -> Result<SignedIn, PasskeyError> {
    let asked = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let response = key.sign(&asked.options);
    house.lockwright.sign_in_with_passkey(&house.anyone(), &asked.sealed, &response, None).await
}

async fn armed(house: &House) -> Armed {
    house.account(ANA).await;
    house.arm(&root(ANA)).await
}

#[tokio::test]
async fn n_a04_m10_a_passkey_signs_in_alone_on_the_pages_of_every_kind() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.builder("bela@example.com").await;
    house.user(account, "carla", false).await;
    for name in [root(ANA), builder("bela@example.com"), iam(&account.to_string(), "carla")] {
        let mut armed = house.arm(&name).await;
        let signed = sign_in(&house, &mut armed.key).await.unwrap();
        let session = house.signed(&signed.token).await.unwrap().session;
        assert_eq!((session.aal(), session.scope, &session.owner), (2, SessionScope::Full, &armed.identity));
    }
}

#[tokio::test]
async fn b25_an_answer_signs_in_once_within_ten_minutes_and_for_its_own_challenge() {
    let house = House::memory().await;
    let mut armed = armed(&house).await;
    // A synced key doesn't count its uses: only the challenge can tell that an answer is old.
    (armed.key.counts, armed.key.counter) = (false, 0);
    let asked = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let other = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let response = armed.key.sign(&asked.options);
    let send = async |sealed: &str, response: &str| house.lockwright.sign_in_with_passkey(&house.anyone(), sealed, response, None).await;
    for sealed in [other.sealed.as_str(), "", "x"] {
        assert!(matches!(send(sealed, &response).await, Err(PasskeyError::Refused)));
    }
    send(&asked.sealed, &response).await.unwrap();
    assert!(matches!(send(&asked.sealed, &response).await, Err(PasskeyError::Refused)), "twice");
    let late = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let response = armed.key.sign(&late.options);
    house.seconds(600);
    assert!(matches!(send(&late.sealed, &response).await, Err(PasskeyError::Refused)), "late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b25_of_many_uses_of_one_answer_at_once_one_signs_in() {
    let house = House::file().await;
    let mut armed = armed(&house).await;
    (armed.key.counts, armed.key.counter) = (false, 0);
    let asked = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let response = armed.key.sign(&asked.options);
    let op = house.anyone();
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (lockwright, op, asked, response) = (house.lockwright.clone(), op.clone(), asked.clone(), response.clone());
            tokio::spawn(async move { lockwright.sign_in_with_passkey(&op, &asked.sealed, &response, None).await.is_ok() })
        })
        .collect();
    let mut signed_in = 0;
    for answer in tries {
        signed_in += usize::from(answer.await.unwrap());
    }
    assert_eq!(signed_in, 1);
}

#[tokio::test]
async fn a_key_that_is_unknown_or_does_not_verify_its_user_gets_the_same_answer() {
    let house = House::memory().await;
    let mut armed = armed(&house).await;
    let mut plain = house.enrol_key(&armed.session, false).await;
    let mut stranger = SoftPasskey::new(ORIGIN, &SystemEntropy);
    stranger.user_handle = armed.key.user_handle.clone();
    let [mut elsewhere, mut nobodys, mut silent] = [armed.key.clone(), armed.key.clone(), armed.key.clone()];
    elsewhere.origin = "https://id.example.org".into();
    nobodys.user_handle = None;
    silent.verifies_user = false;
    for key in [&mut plain, &mut stranger, &mut elsewhere, &mut nobodys, &mut silent] {
        assert!(matches!(sign_in(&house, key).await, Err(PasskeyError::Refused)));
    }
    // Not even when somebody gave the plain key a PIN later.
    plain.verifies_user = true;
    assert!(matches!(sign_in(&house, &mut plain).await, Err(PasskeyError::Refused)));
    sign_in(&house, &mut armed.key).await.unwrap();
}

#[tokio::test]
async fn what_bars_a_password_bars_a_passkey() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let mut carla = house.arm(&iam(&account.to_string(), "carla")).await;
    let boss = || house.as_root(account);
    house.lockwright.set_user_disabled(&boss(), &user, true).await.unwrap();
    assert!(matches!(sign_in(&house, &mut carla.key).await, Err(PasskeyError::Barred(Bar::Disabled))));
    house.lockwright.set_user_disabled(&boss(), &user, false).await.unwrap();
    house.lockwright.set_access(&boss(), &user, GiveAccess::None, None).await.unwrap();
    assert!(matches!(sign_in(&house, &mut carla.key).await, Err(PasskeyError::Refused)), "no console access, no sign-in");
    let typed = GiveAccess::Typed { password: Secret::new(NEW), must_change: true };
    house.lockwright.set_access(&boss(), &user, typed, None).await.unwrap();
    assert_eq!(sign_in(&house, &mut carla.key).await.unwrap().scope, SessionScope::Full, "the password is not looked at");
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    assert!(matches!(sign_in(&house, &mut carla.key).await, Err(PasskeyError::Barred(Bar::AccountSuspended))));
}

#[tokio::test]
async fn e11_asking_leaves_nothing_behind_and_failures_count_for_their_network() {
    let house = House::memory().await;
    let mut armed = armed(&house).await;
    let before = house.store.counts().await.unwrap();
    for _ in 0..1000 {
        house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    }
    assert_eq!(house.store.counts().await.unwrap(), before);
    let mut stranger = SoftPasskey::new(ORIGIN, &SystemEntropy);
    let op = house.anyone();
    for _ in 0..50 {
        let asked = house.lockwright.ask_any_passkey(op.now).unwrap();
        let response = stranger.sign(&asked.options);
        let refused = house.lockwright.sign_in_with_passkey(&op, &asked.sealed, &response, None).await;
        assert!(matches!(refused, Err(PasskeyError::Refused)));
    }
    assert!(matches!(sign_in(&house, &mut armed.key).await, Err(PasskeyError::Wait { .. })));
    house.seconds(600);
    let signed = sign_in(&house, &mut armed.key).await.unwrap();
    assert!(house.alive(&signed.token).await);
}

#[tokio::test]
async fn signing_in_with_a_passkey_ends_the_session_that_the_browser_had() {
    let house = House::memory().await;
    let mut armed = armed(&house).await;
    let asked = house.lockwright.ask_any_passkey(house.clock_now()).unwrap();
    let response = armed.key.sign(&asked.options);
    let previous = Some(&armed.session);
    let signed = house.lockwright.sign_in_with_passkey(&house.anyone(), &asked.sealed, &response, previous).await.unwrap();
    assert!(!house.alive(&armed.session).await && house.alive(&signed.token).await);
}
