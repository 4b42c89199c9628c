//! Enrolling devices and making recovery codes against real stores: once of fifty, and nothing of it readable at rest.

use std::sync::Arc;

use lockwright_authn::recovery_code::RecoveryCode;
use lockwright_model::id::AccountId;
use lockwright_model::session::Session;
use lockwright_model::token::Token;
use lockwright_service::confirm::ConfirmAnswer;
use lockwright_service::devices::DeviceError;
use lockwright_testkit::totp::SoftTotp;

use crate::house::{ANA, House, OLD, root};

async fn session_of(house: &House, token: &Token) -> Session {
    (*house.signed(token).await.unwrap().session).clone()
}

/// Begins to enrol an app: the ceremony's token, and the entry in the app.
async fn begin(house: &House, account: AccountId, session: &Session, name: &str) -> (Token, SoftTotp, String) {
    let op = house.as_root(account);
    let token = house.lockwright.start_totp(&op, session, &name.parse().unwrap()).await.unwrap();
    let offer = house.lockwright.totp_offer(&op, session, token.expose()).await.unwrap();
    (token, SoftTotp::typed(offer.typed.expose()), offer.typed.expose().to_owned())
}

/// Enrols the first app; this browser goes on in the session that is returned.
pub(crate) async fn enrol(house: &House, account: AccountId, session: &Session) -> (Session, SoftTotp, String) {
    let (token, app, typed) = begin(house, account, session, "Phone").await;
    let (first, second) = (app.steps_later(house.clock_now(), -1), app.at(house.clock_now()));
    let op = house.as_root(account);
    let new = house.lockwright.finish_totp(&op, session, token.expose(), &first, &second).await.unwrap().unwrap();
    (session_of(house, &new).await, app, typed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b25_of_50_parallel_ends_of_one_enrolment_one_succeeds() {
    let house = Arc::new(House::file().await);
    let account = house.account(ANA).await;
    let session = session_of(&house, &house.session(&root(ANA), OLD).await).await;
    let (session, ..) = enrol(&house, account, &session).await;
    let (token, app, _) = begin(&house, account, &session, "Tablet").await;
    let (first, second) = (app.steps_later(house.clock_now(), -1), app.at(house.clock_now()));
    let workers: Vec<_> = (0..50)
        .map(|_| {
            let (house, token, session) = (Arc::clone(&house), token.clone(), session.clone());
            let (first, second, op) = (first.clone(), second.clone(), house.as_root(account));
            tokio::spawn(async move { house.lockwright.finish_totp(&op, &session, token.expose(), &first, &second).await })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        match worker.await.unwrap() {
            Ok(_) => done += 1,
            Err(DeviceError::Refused(_) | DeviceError::Trouble(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    let stored = house.store.account(account).await.unwrap().unwrap();
    let names: Vec<&str> = stored.root.factors.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["Phone", "Tablet"]);
}

#[tokio::test]
async fn n_r05_e02_neither_codes_nor_a_typed_seed_can_be_read_from_the_store_or_an_event() {
    let house = House::file().await;
    let account = house.account(ANA).await;
    let session = session_of(&house, &house.session(&root(ANA), OLD).await).await;
    let (session, _, typed) = enrol(&house, account, &session).await;
    let op = house.as_root(account);
    let codes = house.lockwright.issue_codes(&op, &session).await.unwrap();
    house.seconds(600);
    // One of them is used, so that its check has left what traces it leaves.
    let code = codes[0].expose();
    let confirmed = house.lockwright.confirm_session(&house.as_root(account), &session, ConfirmAnswer::Code { password: OLD, code }).await;
    assert!(confirmed.unwrap().code_spent);
    let hash = RecoveryCode::parse(codes[1].expose()).unwrap().hash();
    let stored = house.store.account(account).await.unwrap().unwrap();
    assert!(stored.root.factors.codes.as_ref().unwrap().left.contains(&Some(hash)), "a hash is what is kept");
    let events = format!("{:?}", house.lockwright.events(&house.as_root(account), Some(account), None, 500).await.unwrap());
    assert!(events.contains("RecoveryCodesIssued") && events.contains("EnableMFADevice"));

    house.store.close().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(house.folder.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        bytes.extend(std::fs::read(file.path()).unwrap());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Phone"), "the search would find what is there");
    let mut secrets = vec![typed.clone(), typed.replace(' ', ""), typed.replace(' ', "").to_lowercase()];
    for code in &codes {
        let letters = code.expose().replace('-', "");
        // Hashes are written in hexadecimal; so would a code be that was not hashed.
        secrets.push(letters.bytes().map(|byte| format!("{byte:02x}")).collect());
        secrets.extend([code.expose().to_owned(), letters]);
    }
    for secret in &secrets {
        assert!(!holds(secret), "in the store: {secret}");
        assert!(!events.contains(secret.as_str()), "in an event: {secret}");
    }
}

#[tokio::test]
async fn n_r06_wrong_recovery_codes_are_counted_with_all_other_second_factors() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = session_of(&house, &house.session(&root(ANA), OLD).await).await;
    let (session, app, _) = enrol(&house, account, &session).await;
    let codes = house.lockwright.issue_codes(&house.as_root(account), &session).await.unwrap();
    let confirm = async |code: &str| {
        let op = house.as_root(account);
        house.lockwright.confirm_session(&op, &session, ConfirmAnswer::Code { password: OLD, code }).await.map(drop)
    };
    let strange = RecoveryCode::draw(&lockwright_model::entropy::SystemEntropy);
    for number in 0..5 {
        let refused = if number % 2 == 0 { confirm(&strange.grouped()).await } else { confirm("000000").await };
        assert!(refused.is_err(), "{number}");
    }
    for right in [codes[0].expose(), &app.at(house.clock_now())] {
        let refused = confirm(right).await.unwrap_err();
        let text = format!("{refused:?}");
        assert!(text.contains("Wait"), "not looked at: {text}");
    }
    // New codes never reset a count (N-T06).
    house.lockwright.issue_codes(&house.as_root(account), &session).await.unwrap();
    assert!(format!("{:?}", confirm(&app.at(house.clock_now())).await).contains("Wait"));
}

#[tokio::test]
async fn v6_4_1_each_enrolment_draws_a_seed_of_its_own_that_dies_unused_in_ten_minutes() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = session_of(&house, &house.session(&root(ANA), OLD).await).await;
    let (first, _, seed) = begin(&house, account, &session, "Phone").await;
    let (_, _, other) = begin(&house, account, &session, "Tablet").await;
    assert_ne!(seed, other);
    assert_eq!(seed.replace(' ', "").len(), 32, "160 bits");
    house.seconds(600);
    let late = house.lockwright.totp_offer(&house.as_root(account), &session, first.expose()).await;
    assert!(matches!(late, Err(DeviceError::Refused(_))));
}
