//! Proving once more who one is.

use axum::http::StatusCode;
use lockwright_model::clock::Clock;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::job::Happening;
use lockwright_testkit::passkey::SoftPasskey;

use super::browser::{ANA, Browser, HOME, House, NEW, OLD, Reply};
use super::mfa::{between, enrol_app, enrol_key, told, unescaped};

const TEN_MINUTES: u64 = 600;

#[tokio::test]
async fn v7_2_4_v7_5_1_a_proof_counts_for_ten_minutes_and_a_sign_in_is_one() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/security/confirm?back=/security/password").await.to("/security/password");
    house.pass(TEN_MINUTES);
    let asked = root.get("/security/confirm?back=/security/password").await;
    assert!(asked.status == StatusCode::OK && asked.says("Confirm that it’s you"), "{}", asked.body);
    let wrong = root.post("/security/confirm", &[("with", "password"), ("password", NEW), ("back", "/security/password")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("isn’t your present password"), "{}", wrong.body);
    assert!(wrong.says("value=\"/security/password\""));
    let before = root.cookies["__Host-lw_session"].clone();
    root.post("/security/confirm", &[("with", "password"), ("password", OLD), ("back", "/security/password")])
        .await
        .to("/security/password");
    assert_ne!(root.cookies["__Host-lw_session"], before, "O-S03");
    root.get("/security/confirm").await.to("/security");
    let mut stolen = house.browser();
    stolen.cookies.insert("__Host-lw_session".into(), before);
    assert!(!stolen.is_in().await, "the old token is dead");
    house.pass(TEN_MINUTES);
    assert_eq!(root.get("/security/confirm").await.status, StatusCode::OK);
}

#[tokio::test]
async fn e13_the_way_back_leads_nowhere_else() {
    let house = House::new().await;
    let mut root = house.registered().await;
    house.pass(TEN_MINUTES);
    for back in ["https://evil.example", "//evil.example", "/\\evil.example", "/signout", ""] {
        house.pass(TEN_MINUTES);
        let asked = root.get(&format!("/security/confirm?back={}", crate::http::encode(back))).await;
        assert!(!asked.says("evil"), "{}", asked.body);
        root.post("/security/confirm", &[("with", "password"), ("password", OLD), ("back", back)]).await.to("/security");
    }
}

#[tokio::test]
async fn v7_5_1_wrong_tries_count_like_sign_ins() {
    let house = House::new().await;
    let mut root = house.registered().await;
    house.pass(TEN_MINUTES);
    root.get("/security/confirm").await;
    for _ in 0..5 {
        root.post("/security/confirm", &[("with", "password"), ("password", NEW)]).await;
    }
    let later = root.post("/security/confirm", &[("with", "password"), ("password", OLD)]).await;
    assert!(later.status == StatusCode::TOO_MANY_REQUESTS && later.says("You can try again in"), "{}", later.body);
    assert_eq!(house.browser().sign_in(ANA, OLD).await.status, StatusCode::TOO_MANY_REQUESTS, "one count for both");
}

async fn confirm(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Reply {
    browser.post("/security/confirm", fields).await
}

/// A form of the page: what the browser is asked, and the sealed challenge.
fn asked(page: &str, with: &str) -> (String, String) {
    let mark = format!("name=\"with\" value=\"{with}\"");
    let form = page.split("<form ").find(|form| form.contains(&mark)).unwrap_or_else(|| panic!("{page}"));
    (unescaped(between(form, "data-passkey-use=\"", "\"")), between(form, "name=\"challenge\" value=\"", "\"").to_owned())
}

#[tokio::test]
async fn o_m07_v7_5_3_where_a_device_stands_the_password_is_not_enough_and_a_code_counts_once() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let app = enrol_app(&mut root, "Phone").await;
    house.pass(TEN_MINUTES);
    let page = root.get("/security/confirm").await;
    assert!(page.says("six digits of your app") && !page.says("data-passkey-use"), "{}", page.body);
    let alone = confirm(&mut root, &[("with", "password"), ("password", OLD)]).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", alone.body);
    let code = app.at(house.installation.clock.now());
    let wrong = confirm(&mut root, &[("with", "code"), ("password", OLD), ("code", "000000")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("That code is not right"), "{}", wrong.body);
    let odd = confirm(&mut root, &[("with", "code"), ("password", OLD), ("code", "AAAA-BBBB")]).await;
    assert!(odd.says("A recovery code has 32 characters"), "{}", odd.body);
    let password = confirm(&mut root, &[("with", "code"), ("password", NEW), ("code", &code)]).await;
    assert!(password.says("isn’t your present password"), "{}", password.body);
    let right = [("with", "code"), ("password", OLD), ("code", code.as_str()), ("back", "/security/mfa/add")];
    confirm(&mut root, &right).await.to("/security/mfa/add");
    assert!(root.get("/security/mfa/add").await.says("Add an MFA device"));
    root.get("/security/mfa").await;
    let again = confirm(&mut root, &right).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.says("was used before"), "B07: {}", again.body);
}

#[tokio::test]
async fn o_m02_wrong_codes_count_like_those_at_sign_in() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let app = enrol_app(&mut root, "Phone").await;
    house.pass(TEN_MINUTES);
    root.get("/security/confirm").await;
    for _ in 0..5 {
        confirm(&mut root, &[("with", "code"), ("password", OLD), ("code", "000000")]).await;
    }
    let code = app.at(house.installation.clock.now());
    let later = confirm(&mut root, &[("with", "code"), ("password", OLD), ("code", &code)]).await;
    assert!(later.status == StatusCode::TOO_MANY_REQUESTS && later.says("You can try again in"), "{}", later.body);
}

#[tokio::test]
async fn n_r07_a_recovery_code_confirms_once_and_its_owner_is_told() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    root.get("/security/codes").await;
    let shown = root.post("/security/codes", &[]).await;
    let code = between(&shown.body, "<li><code>", "<").to_owned();
    house.installation.letters().await;
    house.pass(TEN_MINUTES);
    root.get("/security/confirm").await;
    let typed = code.to_lowercase().replace('-', " ");
    let fields = [("with", "code"), ("password", OLD), ("code", typed.as_str()), ("back", "/security/codes")];
    confirm(&mut root, &fields).await.to("/security/codes?done=code-spent");
    let page = root.get("/security/codes?done=code-spent").await;
    assert!(page.says("9 of 10") && page.says("Make a new set"), "{}", page.body);
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::CodeUsed(9))]);
    house.pass(TEN_MINUTES);
    root.get("/security/confirm").await;
    let again = confirm(&mut root, &[("with", "code"), ("password", OLD), ("code", &code)]).await;
    assert!(again.says("was used before"), "{}", again.body);
}

#[tokio::test]
async fn v7_5_1_a_passkey_that_verifies_its_user_confirms_alone_in_its_own_session_once() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let mut key = SoftPasskey::new(HOME, &SystemEntropy);
    // A synced one, whose counter tells nothing of a replay.
    (key.counts, key.synced) = (false, true);
    enrol_key(&mut root, "Laptop", &mut key).await.to("/security/codes?done=first-device");
    house.pass(TEN_MINUTES);
    let page = root.get("/security/confirm").await;
    let (options, sealed) = asked(&page.body, "passkey");
    let (_, beside) = asked(&page.body, "key");
    let mut unverified = key.clone();
    unverified.verifies_user = false;
    for (answer, challenge) in [(unverified.sign(&options), &sealed), ("{}".to_owned(), &sealed), (key.clone().sign(&options), &beside)] {
        let fields = [("with", "passkey"), ("challenge", challenge.as_str()), ("response", answer.as_str())];
        let refused = confirm(&mut root, &fields).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("That did not confirm it"), "{}", refused.body);
    }
    let (old, answer) = (root.cookies["__Host-lw_session"].clone(), key.sign(&options));
    let fields = [("with", "passkey"), ("challenge", sealed.as_str()), ("response", answer.as_str()), ("back", "/security/codes")];
    confirm(&mut root, &fields).await.to("/security/codes");
    assert_ne!(root.cookies["__Host-lw_session"], old);
    root.get("/security/mfa").await;
    assert_eq!(confirm(&mut root, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "B25: the challenge was of another session");
    house.pass(TEN_MINUTES);
    let page = root.get("/security/confirm").await;
    let (options, sealed) = asked(&page.body, "passkey");
    house.pass(TEN_MINUTES);
    let late = key.sign(&options);
    let fields = [("with", "passkey"), ("challenge", sealed.as_str()), ("response", late.as_str())];
    assert_eq!(confirm(&mut root, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "ten minutes");
}

#[tokio::test]
async fn v7_5_1_a_key_without_verification_confirms_beside_the_password_only() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let mut key = SoftPasskey::new(HOME, &SystemEntropy);
    key.verifies_user = false;
    enrol_key(&mut root, "Blue key", &mut key).await.to("/security/codes?done=first-device");
    house.pass(TEN_MINUTES);
    let page = root.get("/security/confirm").await;
    assert!(!page.says("value=\"passkey\""), "{}", page.body);
    let (options, sealed) = asked(&page.body, "key");
    let answer = key.sign(&options);
    let alone = [("with", "passkey"), ("challenge", sealed.as_str()), ("response", answer.as_str())];
    assert_eq!(confirm(&mut root, &alone).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut both = [("with", "key"), ("password", NEW), ("challenge", sealed.as_str()), ("response", answer.as_str())];
    let wrong = confirm(&mut root, &both).await;
    assert!(wrong.says("id=\"key-password-error\""), "{}", wrong.body);
    both[1].1 = OLD;
    confirm(&mut root, &both).await.to("/security");
}
