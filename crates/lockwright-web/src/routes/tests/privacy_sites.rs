//! Choices on the operator's other sites, third parties' scripts, and what a proxy is told.

use axum::http::{Method, StatusCode};
use lockwright_model::privacy::Purpose;
use lockwright_service::config::{PrivacyConfig, Tag};
use lockwright_testkit::installation::Installation;
use serde_json::{Value, json};

use super::browser::{Browser, HOME, House, Reply};
use super::privacy::{press, with_signal};
use crate::WebConfig;

const SITE: &str = "https://www.example.com";
const API: &str = "/privacy/v1/choices";

fn tag(purpose: Purpose, src: &str) -> Tag {
    let words = |text: &str| text.to_owned();
    Tag { purpose, src: words(src), who: words("Example"), what: words("Counts visits."), cookies: words("None.") }
}

async fn house() -> House {
    let tags =
        vec![tag(Purpose::Performance, "https://stats.example/count.js"), tag(Purpose::Advertising, "https://ads.example/tag.js?id=1")];
    let privacy = PrivacyConfig { sites: vec![SITE.to_owned()], tags, ..PrivacyConfig::default() };
    House::over(Installation::configured(HOME, |config| config.privacy = privacy).await, WebConfig::default())
}

async fn put(browser: &mut Browser<'_>, body: &Value) -> Reply {
    browser.send(Method::PUT, API, "application/json", body.to_string()).await
}

fn read(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap()
}

async fn allows(browser: &mut Browser<'_>, purpose: &str) -> StatusCode {
    browser.get(&format!("/privacy/v1/allows?purpose={purpose}")).await.status
}

#[tokio::test]
async fn p22_p25_a_script_of_somebody_else_runs_with_consent_only_and_reaches_nothing_of_ours() {
    let house = house().await;
    let mut browser = house.browser();
    let before = browser.get("/signin").await;
    assert!(!before.says("<iframe") && !before.header("content-security-policy").contains("frame-src"));
    assert_eq!(browser.get("/privacy/tags").await.status, StatusCode::NOT_FOUND);
    press(&mut browser, "decline").await;
    assert!(!browser.get("/signin").await.says("<iframe"));
    assert_eq!(browser.get("/privacy/tags").await.status, StatusCode::NOT_FOUND);
    press(&mut browser, "accept").await;
    let page = browser.get("/signin").await;
    assert!(page.says("<iframe src=\"/privacy/tags\"") && page.says("sandbox=\"allow-scripts\""));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-src 'self';") && !policy.contains("example"), "{policy}");
    let frame = browser.get("/privacy/tags").await;
    assert!(frame.says("src=\"https://stats.example/count.js\"") && frame.says("src=\"https://ads.example/tag.js?id=1\""));
    let policy = frame.header("content-security-policy");
    assert!(
        policy.starts_with("sandbox allow-scripts; default-src 'none'; script-src https://ads.example https://stats.example;"),
        "{policy}"
    );
    assert!(!policy.contains("allow-same-origin") && frame.header("x-frame-options") == "SAMEORIGIN");
    // With the signal the one for advertising is left out, of the page and of the policy.
    browser.headers = vec![("sec-gpc", "1".into())];
    let frame = browser.get("/privacy/tags").await;
    assert!(frame.says("stats.example") && !frame.says("ads.example") && !frame.header("content-security-policy").contains("ads.example"));
}

#[tokio::test]
async fn p20_the_notice_lists_each_script_with_whose_it_is() {
    let house = house().await;
    let page = house.browser().get("/privacy/cookie-notice").await;
    for words in ["__Host-lw_session", "__Host-lw_privacy", "__Host-lw_remembered", "https://stats.example/count.js", "Set by Example."] {
        assert!(page.says(words), "{words}");
    }
}

#[tokio::test]
async fn another_site_saves_a_choice_and_hands_it_over_to_be_read() {
    let house = house().await;
    let mut browser = house.browser();
    browser.headers = vec![("origin", SITE.into())];
    let first = browser.get(API).await;
    assert_eq!(first.header("access-control-allow-origin"), SITE);
    assert_eq!(read(&first)["ask"], true);
    let saved = put(&mut browser, &json!({"allowed": {"performance": true}, "how": "customize"})).await;
    assert_eq!((saved.status, saved.headers.contains_key("set-cookie")), (StatusCode::OK, false), "{}", saved.body);
    let choice = read(&saved)["choice"].as_str().unwrap().to_owned();
    browser.headers.push(("lockwright-choice", choice.clone()));
    let told = read(&browser.get(API).await);
    assert_eq!(told["allowed"], json!({"essential": true, "performance": true, "functional": false, "advertising": false}));
    assert_eq!((told["ask"].clone(), told["choice"].as_str()), (json!(false), Some(choice.as_str())));
    // A second choice goes on under the same name.
    let again = read(&put(&mut browser, &json!({"allowed": {}, "how": "decline"})).await);
    assert_eq!(again["choice"].as_str().unwrap().split('.').nth(1), choice.split('.').nth(1));
}

#[tokio::test]
async fn a_site_that_is_not_on_the_list_saves_nothing_and_reads_nothing() {
    let house = house().await;
    let mut browser = house.browser();
    let before = house.rows().await;
    for origin in ["https://evil.example", "https://www.example.com.evil.example", "http://www.example.com", "null"] {
        browser.headers = vec![("origin", origin.into())];
        let saved = put(&mut browser, &json!({"allowed": {"performance": true}, "how": "accept"})).await;
        assert_eq!(saved.status, StatusCode::FORBIDDEN, "{origin}");
        let may = browser.send(Method::OPTIONS, API, "", "").await;
        for reply in [&saved, &browser.get(API).await, &may] {
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        }
        assert_eq!(may.header("access-control-allow-methods"), "");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    // This browser's own choice is nobody else's to read, though the cookie comes along.
    browser.headers.clear();
    press(&mut browser, "accept").await;
    browser.headers = vec![("origin", SITE.into())];
    assert_eq!(read(&browser.get(API).await)["ask"], true);
}

#[tokio::test]
async fn what_is_no_choice_is_refused() {
    let house = house().await;
    let mut browser = house.browser();
    for body in [json!({}), json!({"allowed": {"essential": false}, "how": "accept"}), json!({"allowed": {}, "how": "signal"}), json!([])] {
        assert_eq!(put(&mut browser, &body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn p06_a_proxy_is_told_by_the_choice_and_the_signal_that_it_hands_on() {
    let house = house().await;
    let mut browser = house.browser();
    assert_eq!(allows(&mut browser, "essential").await, StatusCode::NO_CONTENT);
    for purpose in ["performance", "functional", "advertising"] {
        assert_eq!(allows(&mut browser, purpose).await, StatusCode::FORBIDDEN, "{purpose}");
    }
    assert_eq!(allows(&mut browser, "Advertising").await, StatusCode::BAD_REQUEST);
    let saved = read(&put(&mut browser, &json!({"allowed": {"performance": true, "advertising": true}, "how": "customize"})).await);
    // A site over plain http keeps it under the other name.
    for name in ["__Host-lw_privacy", "lw_privacy"] {
        let mut visitor = house.browser();
        visitor.cookies.insert(name.into(), saved["choice"].as_str().unwrap().to_owned());
        assert_eq!(allows(&mut visitor, "performance").await, StatusCode::NO_CONTENT);
        assert_eq!(allows(&mut visitor, "functional").await, StatusCode::FORBIDDEN);
        assert_eq!(allows(&mut visitor, "advertising").await, StatusCode::NO_CONTENT);
        let mut signalling = with_signal(&house);
        signalling.cookies = visitor.cookies.clone();
        assert_eq!(allows(&mut signalling, "advertising").await, StatusCode::FORBIDDEN);
        assert_eq!(allows(&mut signalling, "performance").await, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn m22_another_site_is_told_when_a_choice_is_not_saved() {
    let house = house().await;
    house.installation.lose_store().await;
    let mut browser = house.browser();
    let lost = put(&mut browser, &json!({"allowed": {"performance": true}, "how": "accept"})).await;
    assert_eq!((lost.status, read(&lost)["saved"].clone()), (StatusCode::SERVICE_UNAVAILABLE, json!(false)));
    // What is known without the store is told without it.
    assert_eq!(read(&browser.get(API).await)["ask"], true);
}
