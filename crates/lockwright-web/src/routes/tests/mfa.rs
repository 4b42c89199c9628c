//! Enrolling, renaming and removing devices, and recovery codes, as a person does it on the pages.

use axum::http::StatusCode;
use lockwright_model::clock::Clock;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::job::{Happening, Notice};
use lockwright_service::mail::outgoing::OutgoingMail;
use lockwright_testkit::passkey::SoftPasskey;
use lockwright_testkit::totp::SoftTotp;

use super::browser::{ANA, Browser, HOME, House, OLD, Reply};
use crate::page::qr::Qr;

const TEN_MINUTES: u64 = 600;

/// What was told since, each with its address.
pub(super) async fn told(house: &House) -> Vec<(String, Happening)> {
    let happened = |mail| match mail {
        OutgoingMail::Notice { notice: Notice::Happened { what, .. }, .. } => Some(what),
        _ => None,
    };
    house.installation.letters().await.into_iter().filter_map(|letter| Some((letter.to, happened(letter.mail)?))).collect()
}

pub(super) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map_or_else(|| panic!("no {start} in {text}"), |(found, _)| found)
}

pub(super) fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#x2f;", "/")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The ids of the devices in a list.
fn ids(list: &str) -> Vec<String> {
    list.split("href=\"/security/mfa/").filter_map(|rest| rest.split('"').next()).filter(|id| id.len() == 16).map(str::to_owned).collect()
}

/// Begins to enrol an app; its entry in the app.
pub(super) async fn begin_app(browser: &mut Browser<'_>, name: &str) -> SoftTotp {
    browser.get("/security/mfa/add").await;
    browser.post("/security/mfa/totp", &[("name", name)]).await.to("/security/mfa/totp");
    let page = browser.get("/security/mfa/totp").await;
    assert!(page.says("role=\"img\""), "{}", page.body);
    SoftTotp::typed(between(&page.body, "<span class=\"seed\" data-copy>", "</span>"))
}

/// Types two codes that follow each other.
pub(super) async fn type_two(browser: &mut Browser<'_>, app: &SoftTotp, steps: i64) -> Reply {
    let now = browser.house.installation.clock.now();
    let (first, second) = (app.steps_later(now, steps - 1), app.steps_later(now, steps));
    browser.post("/security/mfa/totp/check", &[("first", &first), ("second", &second)]).await
}

/// Enrols an app, the first device of the person.
pub(super) async fn enrol_app(browser: &mut Browser<'_>, name: &str) -> SoftTotp {
    let first = browser.get("/security/mfa").await.says("No device yet");
    let app = begin_app(browser, name).await;
    let done = type_two(browser, &app, 0).await;
    done.to(if first { "/security/codes?done=first-device" } else { "/security/mfa?done=device" });
    app
}

/// Enrols a passkey.
pub(super) async fn enrol_key(browser: &mut Browser<'_>, name: &str, key: &mut SoftPasskey) -> Reply {
    browser.get("/security/mfa/add").await;
    let page = browser.post("/security/mfa/passkey", &[("name", name)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let options = unescaped(between(&page.body, "data-passkey-make=\"", "\""));
    browser.post("/security/mfa/passkey/finish", &[("response", &key.register(&options))]).await
}

#[tokio::test]
async fn n_b01_n_b02_n_b04_n_r03_o_m06_an_app_is_enrolled_with_two_codes_told_everywhere_and_stands_in_the_trail() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let mut other = house.browser();
    other.sign_in(ANA, OLD).await.to("/console");
    let app = begin_app(&mut root, "Phone").await;
    let wrong = root.post("/security/mfa/totp/check", &[("first", "123456"), ("second", "12345")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("six digits"), "{}", wrong.body);
    let late = type_two(&mut root, &app, 7).await;
    assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.says("not two codes that follow each other"), "{}", late.body);
    let before = root.cookies["__Host-lw_session"].clone();
    type_two(&mut root, &app, 2).await.to("/security/codes?done=first-device");
    assert_ne!(root.cookies["__Host-lw_session"], before, "O-S03");
    assert!(!other.is_in().await, "V7.4.3: the first device ends every other session");
    assert!(root.is_in().await, "and this browser goes on");
    let codes = root.get("/security/codes?done=first-device").await;
    assert!(
        codes.says("all other sessions are ended") && codes.says("Make ten codes") && codes.says("Add another device"),
        "{}",
        codes.body
    );
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::DeviceAdded("Phone".parse().unwrap()))]);
    let trail = root.get("/console/trail").await;
    let event = between(&trail.body, "EnableMFADevice", "</tr>");
    for words in ["sourceIPAddress", "192.0.2.1", "Virtual MFA", "Enrolled", "AWS ROOT USER"] {
        assert!(event.contains(words), "N-B01 {words}: {event}");
    }
    assert!(!trail.says("secret") && !trail.says("otpauth"));
    let list = root.get("/security/mfa").await;
    assert!(list.says("Phone") && list.says("Authenticator app") && list.says("Add a second one"), "N-B02: {}", list.body);
    assert!(!list.says("otpauth") && !list.says("<svg class=\"qr\""));
    root.get("/security/mfa/totp").await.to("/security/mfa/add?done=enrol-late");
}

#[tokio::test]
async fn the_picture_for_the_camera_says_what_is_typed_otherwise_and_whose_it_is() {
    let house = House::new().await;
    let mut root = house.registered().await;
    begin_app(&mut root, "Phone").await;
    let page = root.get("/security/mfa/totp").await;
    let seed = between(&page.body, "<span class=\"seed\" data-copy>", "</span>").replace(' ', "");
    let whose = "Lockwright:ana%40example.com%20%28root%29";
    let uri = format!("otpauth://totp/{whose}?secret={seed}&issuer=Lockwright&algorithm=SHA1&digits=6&period=30");
    // No other text is drawn with the same modules.
    assert_eq!(between(&page.body, "<path class=\"ink\" d=\"", "\""), Qr::of(&uri).unwrap().path);
}

#[tokio::test]
async fn b25_an_enrolment_counts_once_and_in_the_browser_that_began_it() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let mut other = house.browser();
    other.sign_in(ANA, OLD).await;
    let app = begin_app(&mut root, "Phone").await;
    let ceremony = root.cookies["__Host-lw_ceremony"].clone();
    other.get("/security/mfa/add").await;
    other.cookies.insert("__Host-lw_ceremony".into(), ceremony.clone());
    other.get("/security/mfa/totp").await.to("/security/mfa/add?done=enrol-late");
    type_two(&mut other, &app, 0).await.to("/security/mfa/add?done=enrol-late");
    type_two(&mut root, &app, 0).await.to("/security/codes?done=first-device");
    root.get("/security/mfa").await;
    root.cookies.insert("__Host-lw_ceremony".into(), ceremony);
    type_two(&mut root, &app, 1).await.to("/security/mfa/add?done=enrol-late");
    house.pass(TEN_MINUTES - 60);
    let app = begin_app(&mut root, "Tablet").await;
    house.pass(TEN_MINUTES - 60);
    let offered = root.get("/security/mfa/totp").await;
    assert!(offered.status == StatusCode::OK && offered.says("Tablet"), "whoever is still installing the app is not asked again");
    house.pass(60);
    type_two(&mut root, &app, 0).await.to("/security/mfa/add?done=enrol-late");
}

#[tokio::test]
async fn b25_a_key_is_enrolled_once_by_one_person_and_its_challenge_is_spent() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let mut key = SoftPasskey::new(HOME, &SystemEntropy);
    root.get("/security/mfa/add").await;
    let page = root.post("/security/mfa/passkey", &[("name", "Laptop")]).await;
    let options = unescaped(between(&page.body, "data-passkey-make=\"", "\""));
    let odd = root.post("/security/mfa/passkey/finish", &[("response", "{}")]).await;
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.says("Nothing was enrolled"), "{}", odd.body);
    let old = root.post("/security/mfa/passkey/finish", &[("response", &key.register(&options))]).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "the challenge before the failure is void: {}", old.body);
    let options = unescaped(between(&old.body, "data-passkey-make=\"", "\""));
    let answer = key.register(&options);
    root.post("/security/mfa/passkey/finish", &[("response", &answer)]).await.to("/security/codes?done=first-device");
    root.get("/security/mfa/add").await;
    let again = root.post("/security/mfa/passkey/finish", &[("response", &answer)]).await;
    again.to("/security/mfa/add?done=enrol-late");
    let list = root.get("/security/mfa").await;
    assert!(list.says("Laptop") && list.says("Passkey"), "{}", list.body);

    let mut eve = house.browser();
    let case = eve.begin("/signup", &[("email", "eve@example.com")]).await;
    let code = house.installation.letters().await.iter().find_map(|letter| letter.code().map(str::to_owned)).unwrap();
    eve.post(&format!("{case}/code"), &[("code", &code)]).await;
    let details = case.replace("/recover/case/", "/signup/case/");
    eve.post(&details, &[("account_name", "Eve"), ("password", OLD), ("again", OLD)]).await;
    let taken = enrol_key(&mut eve, "Mine", &mut key).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.says("enrolled already"), "WebAuthn 7.1: {}", taken.body);
    let mut plain = SoftPasskey::new(HOME, &SystemEntropy);
    plain.verifies_user = false;
    enrol_key(&mut eve, "Blue key", &mut plain).await.to("/security/codes?done=first-device");
    assert!(eve.get("/security/mfa").await.says("Security key"));
}

#[tokio::test]
async fn v7_5_1_o_m07_nothing_about_devices_changes_without_a_fresh_proof() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    let list = root.get("/security/mfa").await;
    let id = ids(&list.body).remove(0);
    house.pass(TEN_MINUTES);
    root.get("/security/codes").await;
    house.installation.letters().await;
    let before = house.rows().await;
    for (path, back) in [
        ("/security/mfa/totp", "/security/mfa/totp"),
        ("/security/mfa/passkey", "/security/mfa/passkey"),
        ("/security/codes", "/security/codes"),
    ] {
        let fields = [("name", "Tablet"), ("first", "123456"), ("second", "123456"), ("response", "{}")];
        root.post(path, &fields).await.to(&format!("/security/confirm?back={}", crate::http::encode(back)));
    }
    for step in ["name", "remove"] {
        let reply = root.post(&format!("/security/mfa/{id}/{step}"), &[("name", "Tablet")]).await;
        reply.to(&format!("/security/confirm?back={}", crate::http::encode(&format!("/security/mfa/{id}"))));
    }
    for path in ["/security/mfa/add", &format!("/security/mfa/{id}")] {
        root.get(path).await.to(&format!("/security/confirm?back={}", crate::http::encode(path)));
    }
    let fields = [("first", "123456"), ("second", "123456"), ("response", "{}")];
    for path in ["/security/mfa/totp/check", "/security/mfa/passkey/finish"] {
        root.post(path, &fields).await.to("/security/mfa/add?done=enrol-late");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    assert!(root.get("/security/mfa").await.says("Phone"), "looking at it is free");
}

#[tokio::test]
async fn v6_5_6_a_device_is_renamed_and_removed_and_its_owner_told() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    enrol_app(&mut root, "Tablet").await;
    let list = root.get("/security/mfa").await;
    let ids = ids(&list.body);
    let [phone, tablet] = ids.as_slice() else { panic!("{ids:?}") };
    root.get(&format!("/security/mfa/{phone}")).await;
    let taken = root.post(&format!("/security/mfa/{phone}/name"), &[("name", "TABLET")]).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.says("You have a device of this name"), "{}", taken.body);
    root.post(&format!("/security/mfa/{phone}/name"), &[("name", "Work phone")]).await.to("/security/mfa?done=saved");
    assert!(root.get("/security/mfa?done=saved").await.says("Work phone"));
    house.installation.letters().await;
    root.post(&format!("/security/mfa/{phone}/remove"), &[]).await.to("/security/mfa?done=device-removed");
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::DeviceRemoved("Work phone".parse().unwrap()))]);
    root.post(&format!("/security/mfa/{phone}/remove"), &[]).await;
    let page = root.get(&format!("/security/mfa/{tablet}")).await;
    assert!(page.says("It is your only device: after that your password alone signs you in"), "{}", page.body);
    root.post(&format!("/security/mfa/{tablet}/remove"), &[]).await.to("/security/mfa?done=device-removed");
    assert!(root.get("/security/mfa").await.says("A root user needs a device"));
    let trail = root.get("/console/trail").await;
    assert!(trail.body.matches("&quot;eventName&quot;: &quot;DeactivateMFADevice&quot;").count() == 2, "{}", trail.body);
}

#[tokio::test]
async fn n_l01_n_r02_n_r04_recovery_codes_are_shown_once_to_a_session_that_has_seen_a_device() {
    let house = House::new().await;
    let mut root = house.registered().await;
    assert!(root.get("/security/codes").await.says("First a device"));
    assert_eq!(root.post("/security/codes", &[]).await.status, StatusCode::NOT_FOUND, "N-L01");
    enrol_app(&mut root, "Phone").await;
    house.installation.letters().await;
    root.get("/security/codes").await;
    let shown = root.post("/security/codes", &[]).await;
    let codes: Vec<&str> = shown.body.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(codes.len(), 10, "{}", shown.body);
    let mut different: Vec<&str> = codes.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 10);
    for code in &codes {
        let letters = code.chars().filter(|letter| *letter != '-').count();
        assert!(letters == 32 && code.split('-').all(|group| group.len() == 4), "N-R02: 26 of 32 letters are random, 5 bits each: {code}");
    }
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::CodesIssued)], "N-R04");
    let again = root.get("/security/codes").await;
    assert!(again.says("10 of 10") && again.says("They work at once") && again.says("They work from"), "{}", again.body);
    assert!(codes.iter().all(|code| !again.says(code)), "shown once");
    let second = root.post("/security/codes", &[]).await;
    assert!(codes.iter().all(|code| !second.says(code)), "another set");
    house.pass(8 * 86_400);
    assert!(!root.get("/security/codes").await.says("They work from"));
}

#[tokio::test]
async fn n_p01_a_password_has_fifteen_characters_with_a_device_too() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    root.get("/security/password").await;
    for short in ["walrus 7", "walrus 7 quart"] {
        let reply = root.post("/security/password", &[("current", OLD), ("password", short), ("again", short)]).await;
        assert!(reply.says("Use at least 15 characters"), "{short}: {}", reply.body);
    }
    let long = "walrus 7 quartz";
    root.post("/security/password", &[("current", OLD), ("password", long), ("again", long)]).await.to("/security?done=password");
}
