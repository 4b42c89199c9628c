//! The second step of a sign-in and the passkey that signs in alone, as a person meets them on the pages.

use axum::http::StatusCode;
use lockwright_model::clock::Clock;
use lockwright_model::entropy::SystemEntropy;
use lockwright_testkit::passkey::SoftPasskey;
use lockwright_testkit::totp::SoftTotp;

use super::browser::{ANA, Browser, House, OLD};
use super::mfa::{between, enrol_app, enrol_key, unescaped};
use super::surface::{gated, use_it};

const STEP: &str = "/signin/second-step";

/// A root user with an app and a key.
async fn armed(house: &House) -> (SoftTotp, SoftPasskey) {
    let mut root = house.registered().await;
    let app = enrol_app(&mut root, "Phone").await;
    let mut key = SoftPasskey::new("https://id.example.com", &SystemEntropy);
    enrol_key(&mut root, "Key", &mut key).await.to("/security/mfa?done=device");
    house.pass(60);
    (app, key)
}

/// The password was right; the path of the app's page.
pub(super) async fn first_step(browser: &mut Browser<'_>) -> String {
    browser.sign_in(ANA, OLD).await.to(STEP);
    let page = browser.get(&format!("{STEP}/recovery-code")).await;
    format!("{STEP}/device/{}", between(&page.body, "href=\"/signin/second-step/device/", "\""))
}

#[tokio::test]
async fn b10_b13_a_right_password_opens_no_page_until_the_second_factor_is_right() {
    let house = House::new().await;
    let (app, _) = armed(&house).await;
    for (path, verb) in gated() {
        let mut browser = house.browser();
        browser.sign_in(ANA, OLD).await.to(STEP);
        let reply = use_it(&mut browser, path, verb).await;
        reply.to("/signin");
        assert!(!browser.is_in().await, "{verb} {path}");
    }
    let mut browser = house.browser();
    let path = first_step(&mut browser).await;
    let wrong = browser.post(&path, &[("code", &app.steps_later(house.installation.clock.now(), 500))]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("That code isn’t right"), "{}", wrong.body);
    let typed = browser.post(&path, &[("code", "12345")]).await;
    assert!(typed.says("Enter the six digits"), "{}", typed.body);
    assert!(!browser.is_in().await);
    browser.post(&path, &[("code", &app.at(house.installation.clock.now()))]).await.to("/console");
    assert!(browser.is_in().await && !browser.cookies.contains_key("__Host-lw_ceremony"));
    browser.get(STEP).await.to("/signin");
}

#[tokio::test]
async fn the_second_step_names_the_devices_and_leads_to_every_other_way() {
    let house = House::new().await;
    let (app, mut key) = armed(&house).await;
    let mut browser = house.browser();
    let path = first_step(&mut browser).await;
    let page = browser.get(&path).await;
    for words in
        ["root user of Harbour Works", "Phone", "one-time-code", "“Key”", "My codes aren’t accepted", "/recover/device", "Not you?"]
    {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    let resync = path.replace("/device/", "/resync/");
    let page = browser.get(&resync).await;
    assert!(page.says("First code") && page.says("Next code"), "{}", page.body);
    let now = house.installation.clock.now();
    let two = [app.at(now), app.steps_later(now, 1)];
    browser.post(&resync, &[("first", &two[0]), ("second", &two[1])]).await.to("/console");
    let mut browser = house.browser();
    browser.sign_in(ANA, OLD).await.to(STEP);
    let page = browser.get(&format!("{STEP}/passkey")).await;
    assert!(page.says("<noscript>") && page.says("passkey."), "{}", page.body);
    let options = unescaped(between(&page.body, "data-passkey-use=\"", "\""));
    browser.post(&format!("{STEP}/passkey"), &[("response", &key.sign(&options))]).await.to("/console");
}

#[tokio::test]
async fn n_r07_after_a_recovery_code_the_person_is_led_to_new_ones() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    root.get("/security/codes").await;
    let codes = root.post("/security/codes", &[]).await;
    let code = codes.body.split(['<', '>']).find(|text| text.trim().len() == 39 && text.trim().matches('-').count() == 7);
    let code = code.unwrap_or_else(|| panic!("{}", codes.body)).trim().to_owned();
    let mut browser = house.browser();
    first_step(&mut browser).await;
    let path = format!("{STEP}/recovery-code");
    browser.post(&path, &[("recovery_code", &code)]).await.to("/security/codes?done=code-used");
    assert!(browser.get("/security/codes?done=code-used").await.says("used up now"));
    let mut browser = house.browser();
    first_step(&mut browser).await;
    let again = browser.post(&path, &[("recovery_code", &code)]).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.says("used before"), "{}", again.body);
}

#[tokio::test]
async fn five_wrong_answers_lead_back_to_the_password() {
    let house = House::new().await;
    let (app, _) = armed(&house).await;
    let mut browser = house.browser();
    let path = first_step(&mut browser).await;
    for number in 1..=5 {
        let wrong = browser.post(&path, &[("code", &app.steps_later(house.installation.clock.now(), 500))]).await;
        assert_eq!(wrong.says("Sign in again"), number == 5, "{}", wrong.body);
    }
    browser.get(&path).await.to("/signin");
    let path = first_step(&mut browser).await;
    let late = browser.post(&path, &[("code", &app.at(house.installation.clock.now()))]).await;
    assert!(late.status == StatusCode::TOO_MANY_REQUESTS && late.says("Too many tries"), "{}", late.body);
}

#[tokio::test]
async fn a_passkey_signs_in_alone_from_the_sign_in_page() {
    let house = House::new().await;
    let (_, mut key) = armed(&house).await;
    let mut browser = house.browser();
    let page = browser.get("/signin/builder").await;
    assert!(page.says("autocomplete=\"username webauthn\"") && page.says("data-passkey-signin"), "{}", page.body);
    let asked = browser.post("/signin/passkey/options", &[]).await;
    assert_eq!((asked.status, asked.header("content-type")), (StatusCode::OK, "application/json"));
    let asked: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    let (challenge, response) = (asked["sealed"].as_str().unwrap(), key.sign(&asked["options"].to_string()));
    let fields = [("kind", "builder"), ("challenge", challenge), ("response", response.as_str())];
    let mut other = house.browser();
    other.get("/signin/root").await;
    other.post("/signin/passkey", &fields).await.to("/console");
    let twice = browser.post("/signin/passkey", &fields).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.says("That passkey didn’t sign you in"), "{}", twice.body);
    assert!(!browser.is_in().await);
}
