//! Choices of people who are signed in, their records, and erasing what leads to them.

use serde_json::Value;

use super::browser::{ANA, Browser, House, OLD};
use super::privacy::{asks, press, ticked, with_signal};

async fn records(browser: &mut Browser<'_>) -> Vec<Value> {
    let reply = browser.get("/privacy/receipts").await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(reply.header("content-disposition").starts_with("attachment"));
    let told: Value = serde_json::from_str(&reply.body).unwrap();
    told["receipts"].as_array().unwrap().clone()
}

async fn follow(browser: &mut Browser<'_>, fields: &[(&str, &str)]) {
    browser.get("/privacy/cookies").await;
    browser.post("/privacy/cookies", fields).await.to("/privacy/cookies?done=privacy-saved");
}

#[tokio::test]
async fn a_choice_follows_its_person_over_browsers_when_the_person_says_so() {
    let house = House::new().await;
    let mut first = house.registered().await;
    follow(&mut first, &[("functional", "on")]).await;
    let mut other = house.browser();
    other.sign_in(ANA, OLD).await.to("/console");
    assert!(asks(&mut other).await, "nobody asked for that");
    follow(&mut first, &[("functional", "on"), ("follow", "on")]).await;
    assert!(!asks(&mut other).await && ticked(&mut other, "functional").await);
    // Over cleared cookies too, and taking it back ends it everywhere.
    let mut third = house.browser();
    third.sign_in(ANA, OLD).await.to("/console");
    assert!(ticked(&mut third, "functional").await);
    follow(&mut third, &[("follow", "on")]).await;
    assert!(!ticked(&mut other, "functional").await);
    follow(&mut third, &[]).await;
    assert!(asks(&mut other).await);
    // Nobody else has it.
    assert!(asks(&mut house.browser()).await);
}

#[tokio::test]
async fn p08_a_signal_of_somebody_signed_in_is_kept_with_the_person() {
    let house = House::new().await;
    house.registered().await;
    let mut elsewhere = house.browser();
    elsewhere.sign_in(ANA, OLD).await;
    press(&mut elsewhere, "accept").await;
    assert!(ticked(&mut elsewhere, "advertising").await);
    let mut signalling = with_signal(&house);
    signalling.sign_in(ANA, OLD).await;
    signalling.get("/console").await;
    let page = elsewhere.get("/privacy/ads").await;
    assert!(page.says("Opt-out request honoured.</strong> You opted out while signed in"), "a browser without the signal");
    let rows = house.rows().await;
    signalling.get("/console").await;
    assert_eq!(house.rows().await, rows, "it is kept once");
    // The later, more exact choice of the person lifts it; then the signal counts in its own browser alone.
    elsewhere.post("/privacy/ads", &[("ads", "allow")]).await.to("/privacy/ads?done=privacy-ads-on");
    assert!(!elsewhere.get("/privacy/ads").await.says("honoured.</strong>"));
    assert!(signalling.get("/privacy/ads").await.says("honoured.</strong>"));
}

#[tokio::test]
async fn p08_dont_allow_while_signed_in_holds_in_every_browser() {
    let house = House::new().await;
    let mut first = house.registered().await;
    first.get("/privacy/ads").await;
    first.post("/privacy/ads", &[("ads", "deny")]).await.to("/privacy/ads?done=privacy-ads-off");
    let mut other = house.browser();
    other.sign_in(ANA, OLD).await;
    press(&mut other, "accept").await;
    assert!(other.get("/privacy/ads").await.says("honoured.</strong>"));
}

#[tokio::test]
async fn p23_each_choice_leaves_a_record_of_what_when_how_and_for_which_notice() {
    let house = House::new().await;
    let mut browser = with_signal(&house);
    press(&mut browser, "accept").await;
    press(&mut browser, "decline").await;
    let records = records(&mut browser).await;
    assert_eq!(records.len(), 2);
    let told = &records[1];
    assert_eq!(told["eventName"], "PrivacyChoiceSaved");
    assert_eq!(told["requestParameters"]["how"], "accept");
    assert_eq!(told["requestParameters"]["globalPrivacyControl"], true);
    assert_eq!(told["requestParameters"]["purposes"]["functional"], true);
    assert_eq!(told["requestParameters"]["purposes"]["advertising"], false, "a button doesn't outweigh the signal");
    let notice = told["requestParameters"]["notice"].as_str().unwrap();
    assert!(browser.get("/privacy/cookie-notice").await.says(&format!("Version {}", &notice[..16])));
    assert_eq!(told["requestParameters"]["choiceId"], records[0]["requestParameters"]["choiceId"]);
    assert!(told["eventTime"].as_str().is_some_and(|at| at.starts_with("20")));
    // Somebody else's browser has none of it.
    assert!(super::privacy_people::records(&mut house.browser()).await.is_empty());
}

#[tokio::test]
async fn p26_a_record_names_nobody_and_erasing_the_link_leaves_the_proof() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let account = browser.account().await;
    follow(&mut browser, &[("functional", "on"), ("follow", "on")]).await;
    let before = records(&mut browser).await;
    let text = serde_json::to_string(&before).unwrap();
    for named in [account.as_str(), ANA, "192.0.2.1", "root", "userAgent", "sourceIPAddress"] {
        assert!(!text.contains(named), "{named}: {text}");
    }
    let id = before[0]["requestParameters"]["choiceId"].as_str().unwrap().parse().unwrap();
    browser.get("/privacy/cookies").await;
    browser.post("/privacy/forget", &[]).await.to("/privacy/cookies?done=privacy-forgotten");
    assert!(records(&mut browser).await.is_empty() && asks(&mut browser).await);
    let kept = house.installation.lockwright.receipts(&id).await.unwrap();
    let names: Vec<_> = kept.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["PrivacyLinkErased", "PrivacyChoiceSaved"], "the proof stays");
    // A new choice is not led back to the old name.
    follow(&mut browser, &[("follow", "on")]).await;
    assert_ne!(records(&mut browser).await[0]["requestParameters"]["choiceId"], before[0]["requestParameters"]["choiceId"]);
}

#[tokio::test]
async fn what_a_browser_chose_before_somebody_signed_in_stays_nobodys() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    press(&mut browser, "decline").await;
    let anonymous = records(&mut browser).await[0]["requestParameters"]["choiceId"].clone();
    browser.sign_in(ANA, OLD).await;
    follow(&mut browser, &[("follow", "on")]).await;
    let own = records(&mut browser).await;
    assert!(own.iter().all(|record| record["requestParameters"]["choiceId"] != anonymous), "{own:?}");
}
