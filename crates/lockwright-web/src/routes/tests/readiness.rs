//! "If you lost this today", and what a recovery's own pages say of how it stands.

use axum::http::StatusCode;
use lockwright_model::clock::Clock;
use lockwright_service::core::recovery::rules::DELAY;

use super::browser::{ANA, Browser, House, OLD};
use super::mfa::{between, enrol_app};
use crate::WebConfig;
use crate::page::words;

const DAY: u64 = 86_400;

/// A moment that many seconds from now.
fn later(house: &House, seconds: u64) -> lockwright_model::clock::Timestamp {
    house.installation.clock.now().plus(std::time::Duration::from_secs(seconds))
}

/// Types the code that was mailed for a case.
async fn type_code(house: &House, browser: &mut Browser<'_>, case: &str) {
    let code = house.code().await;
    browser.get(case).await;
    let reply = browser.post(&format!("{case}/code"), &[("code", &code)]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
}

/// A user with an address and an app that serve a recovery by now, in an account whose users recover alone: the account's number and the
/// user's page. The root user is signed in.
async fn kim(house: &House, root: &mut Browser<'_>) -> (String, String) {
    let account = root.account().await;
    let page = root.create_user("kim", &[]).await;
    root.get("/console/account/password-policy").await;
    root.post("/console/account/self-service", &[("value", "on")]).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await;
    kim.get("/security").await;
    let case = kim.post("/security/email", &[("email", "kim@example.com"), ("password", OLD)]).await.header("location").to_owned();
    type_code(house, &mut kim, &case).await;
    enrol_app(&mut kim, "Phone").await;
    house.pass(8 * DAY);
    house.installation.letters().await;
    root.sign_in(ANA, OLD).await.to("/console");
    (account, page)
}

#[tokio::test]
async fn b2_the_page_says_who_alone_gets_in_and_what_to_do_about_a_weak_spot() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let page = root.get("/security/readiness").await;
    let openings = "your mailbox, for you have no MFA device; the server itself, where whoever runs it can help you.";
    assert!(page.says(openings), "{}", page.body);
    let weak = between(&page.body, "Whoever reads your mailbox can set a new password", "</li>");
    assert!(weak.contains("<a href=\"/security/mfa\">Add an MFA device</a>"), "{weak}");
    enrol_app(&mut root, "Phone").await;
    let page = root.get("/security/readiness").await;
    assert!(!page.says("your mailbox, for you have") && page.says("whoever holds it: the server itself"), "{}", page.body);
    assert!(page.says(&words::day(later(&house, 7 * DAY))), "what was added lately serves from then on");
}

#[tokio::test]
async fn b2_where_nothing_leads_back_the_page_says_so_beside_what_would_help() {
    let house = House::without_operators().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    let page = root.get("/security/readiness").await;
    let row = between(&page.body, "<th scope=\"row\">All your MFA devices</th>", "</tr>");
    assert!(row.contains("There is none.") && row.contains("No way back") && !row.contains("Rehearse</button>"), "{row}");
    let weak = between(&page.body, "If your device is lost or breaks, there is no way back.", "</li>");
    assert!(weak.contains("<a href=\"/security/codes\">Print recovery codes</a>"), "{weak}");

    // The same, met in earnest.
    house.pass(8 * DAY);
    house.installation.letters().await;
    let mut lost = house.browser();
    lost.get("/recover/device?kind=root").await;
    let case = lost.post("/recover/device", &[("kind", "root"), ("email", ANA)]).await.header("location").to_owned();
    type_code(&house, &mut lost, &case).await;
    lost.get(&format!("{case}/show/password")).await;
    lost.post(&format!("{case}/give-password"), &[("password", OLD)]).await;
    let ways = lost.get(&format!("{case}/ways")).await;
    assert!(ways.says("Nothing else that we know of you opens this. Ask whoever runs Lockwright."), "{}", ways.body);
    assert!(!ways.says("/show/") && !ways.says("Start the waiting time"), "{}", ways.body);
}

#[tokio::test]
async fn b2_an_administrator_reads_a_users_ways_back_and_rehearses_nothing_for_them() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let (_, user) = kim(&house, &mut root).await;
    assert!(root.get(&user).await.says(&format!("href=\"{user}/readiness\"")));
    let page = root.get(&format!("{user}/readiness")).await;
    assert!(page.says("If kim lost something today") && page.says("All their MFA devices"), "{}", page.body);
    assert!(page.says("an administrator of their account; the server itself, where whoever runs it can help them."), "{}", page.body);
    assert!(page.says("An administrator of their account takes the lost device away."), "{}", page.body);
    assert!(!page.says("/security/drills") && !page.says("Print recovery codes"), "nothing is done in their place: {}", page.body);
    let nobody = root.get("/console/users/AIDACKCEVSQ6C2EXAMPLE/readiness").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn b2_an_administrator_sees_a_users_recovery_run_and_whom_it_was_told() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let (account, user) = kim(&house, &mut root).await;
    let mut lost = house.browser();
    let case = lost.begin("/recover/iam", &[("account", &account), ("user_name", "kim")]).await;
    assert!(!root.get(&user).await.says("is getting back in"), "a name that was typed is no recovery yet");
    type_code(&house, &mut lost, &case).await;
    let began = words::at(house.installation.clock.now());
    let page = root.get(&user).await;
    assert!(page.says("kim is getting back in") && page.says("First proof"), "{}", page.body);
    assert!(page.says(&format!("<li>{began}: one address was told that it began.</li>")), "{}", page.body);
    lost.post(&format!("{case}/cancel"), &[]).await;
    assert!(!root.get(&user).await.says("is getting back in"));
}

#[tokio::test]
async fn n_r24_a_waiting_recovery_shows_its_end_and_who_was_told_of_each_moment() {
    let folder = tempfile::tempdir().unwrap();
    let config = WebConfig { message_outbox: Some(folder.path().to_owned()), ..WebConfig::default() };
    let house = House::at("http://127.0.0.1:8420", config).await;
    let mut root = house.registered().await;
    root.peer = "127.0.0.1:4000";
    root.get("/security/addresses").await;
    let case = root.post("/security/addresses/phone", &[("phone", "+49 30 901820"), ("way", "text")]).await.header("location").to_owned();
    let code = house.code().await;
    root.get(&case).await;
    root.post(&format!("{case}/code"), &[("code", &code)]).await.to("/security/addresses?done=address-added");
    enrol_app(&mut root, "Phone").await;
    house.pass(8 * DAY);
    house.installation.letters().await;

    let mut lost = Browser { peer: root.peer, ..house.browser() };
    let case = lost.begin("/recover/root", &[("email", ANA)]).await;
    type_code(&house, &mut lost, &case).await;
    lost.get(&format!("{case}/show/address")).await;
    lost.post(&format!("{case}/ask-code"), &[("to", "+49 30 901820"), ("way", "text")]).await;
    let code = house.code().await;
    lost.get(&format!("{case}/show/code?at=0")).await;
    lost.post(&format!("{case}/give-code"), &[("at", "0"), ("code", &code)]).await;
    assert!(lost.get(&format!("{case}/ways")).await.says("Enough for a waiting time"));
    lost.post(&format!("{case}/wait"), &[]).await.to(&format!("{case}/ways"));
    let end = words::at(later(&house, DELAY.as_secs()));
    let page = lost.get(&format!("{case}/ways")).await;
    assert!(page.says(&format!("You can go on at <strong>{end}</strong>.")), "{end}: {}", page.body);
    let told = |what: &str| format!(": 2 addresses were told {what}.</li>");
    assert!(page.says(&told("that it began")) && page.says(&told("that the waiting time runs")), "{}", page.body);

    house.pass(DELAY.as_secs() / 2);
    house.installation.letters().await;
    let page = lost.get(&format!("{case}/ways")).await;
    assert!(page.says(&told("that half of the waiting time is over")) && page.says("Half over"), "{}", page.body);
    house.pass(DELAY.as_secs() / 2);
    lost.get(&format!("{case}/ways")).await.to(&case);
    assert!(lost.get(&case).await.says("Set a new password"));
}

#[tokio::test]
async fn b03_a_rehearsal_leaves_its_result_with_the_day() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let begin = async |root: &mut Browser<'_>| {
        root.get("/security/readiness").await;
        let case = root.post("/security/drills", &[("lost", "password")]).await.header("location").to_owned();
        assert!(case.starts_with("/recover/case/"), "{case}");
        case
    };
    let result = async |root: &mut Browser<'_>| {
        let page = root.get("/security/readiness?done=rehearsed").await;
        between(&page.body, "<th scope=\"row\">Your password</th>", "</tr>").to_owned()
    };
    let today = words::day(house.installation.clock.now());
    assert!(!result(&mut root).await.contains(&today));
    let case = begin(&mut root).await;
    root.get(&case).await;
    root.post(&format!("{case}/cancel"), &[]).await.to("/security/readiness?done=rehearsed");
    let row = result(&mut root).await;
    assert!(row.contains(&format!("Did not reach the end</span> {today}")), "{row}");
    house.installation.letters().await;
    let case = begin(&mut root).await;
    type_code(&house, &mut root, &case).await;
    let row = result(&mut root).await;
    assert!(row.contains(&format!("Got back in</span> {today}")) && row.contains("Once more"), "{row}");
}

#[tokio::test]
async fn m4_what_stands_in_the_way_is_told_in_words_and_only_to_whoever_proved_something() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let (account, user) = kim(&house, &mut root).await;
    let mut lost = house.browser();
    let case = lost.begin("/recover/iam", &[("account", &account), ("user_name", "kim")]).await;
    let why = format!("{case}/why");
    let page = lost.get(&why).await;
    assert!(page.status == StatusCode::FORBIDDEN && !page.says("kim"), "nothing is proven yet: {}", page.body);
    // The same as for a name that is nobody's.
    let mut nobody = house.browser();
    let decoy = nobody.begin("/recover/iam", &[("account", &account), ("user_name", "eve")]).await;
    assert_eq!(nobody.get(&format!("{decoy}/why")).await.status, StatusCode::FORBIDDEN);

    type_code(&house, &mut lost, &case).await;
    root.get(&user).await;
    root.post(&format!("{user}/disable"), &[]).await;
    let page = lost.get(&why).await;
    for words in ["kim", "Your sign-in is switched off.", "You have 1 device for it, and no recovery code."] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    let elsewhere = house.browser().get(&why).await;
    assert!(elsewhere.status == StatusCode::FORBIDDEN && !elsewhere.says("kim"), "another browser: {}", elsewhere.body);
    root.get(&user).await;
    root.post(&format!("{user}/enable"), &[]).await;
    assert!(!lost.get(&why).await.says("switched off"), "the real state, each time");
    assert_eq!(lost.get("/recover/case/MZXW6YTBOIMZXW6YTBOIMZXW6Y/why").await.status, StatusCode::NOT_FOUND);
}
