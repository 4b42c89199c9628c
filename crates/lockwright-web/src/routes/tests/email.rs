//! Changing the address that signs in, through the pages.

use axum::http::StatusCode;

use super::browser::{ANA, Browser, HOME, House, OLD};

const NEXT: &str = "ana@next.example";

/// Asks for the change, types the mailed code, and yields the path of the link that takes it back.
async fn changed(house: &House, browser: &mut Browser<'_>) -> String {
    let case = browser.begin("/security/email", &[("email", NEXT)]).await;
    assert!(browser.get(&case).await.says("Then you sign in with this address."));
    let code = house.code().await;
    browser.post(&format!("{case}/code"), &[("code", &code)]).await.to("/security?done=email");
    assert!(browser.is_in().await, "this browser goes on");
    let letters = house.installation.letters().await;
    let undo = letters.iter().find(|letter| letter.to == ANA).and_then(|letter| letter.url()).expect("a link to the old address");
    undo.strip_prefix(HOME).unwrap().to_owned()
}

#[tokio::test]
async fn a_root_user_changes_the_address_and_the_old_one_takes_it_back() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let mut elsewhere = house.browser();
    elsewhere.sign_in(ANA, OLD).await.to("/console");
    assert!(browser.get("/security/email").await.says(ANA));
    let same = browser.post("/security/email", &[("email", ANA)]).await;
    assert!(same.status == StatusCode::UNPROCESSABLE_ENTITY && same.says("You sign in with this address already."), "{}", same.body);
    assert!(browser.post("/security/email", &[("email", "ana")]).await.says("Enter an email address"));

    let undo = changed(&house, &mut browser).await;
    assert!(!elsewhere.is_in().await);
    assert!(browser.get("/security/email").await.says(NEXT));
    assert_eq!(elsewhere.sign_in(ANA, OLD).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let mut stranger = house.browser();
    for _ in 0..3 {
        let page = stranger.get(&undo).await;
        assert!(page.status == StatusCode::OK && page.says("Put this address back"), "X09: {}", page.body);
    }
    assert!(browser.is_in().await, "looking changed nothing");
    let done = stranger.post(&undo, &[]).await;
    assert!(
        done.says("Your old address is back") && done.says("root user of Harbour Works") && done.says("/recover/root"),
        "{}",
        done.body
    );
    assert!(!browser.is_in().await, "everybody is signed out");
    let again = stranger.post(&undo, &[]).await;
    assert_eq!(again.status, StatusCode::GONE);
    browser.sign_in(ANA, OLD).await.to("/console");
}

#[tokio::test]
async fn v7_5_1_the_address_is_changed_only_by_somebody_who_proved_lately_who_they_are() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    house.pass(601);
    browser.get("/security").await;
    browser.get("/security/email").await.to("/security/confirm?back=%2Fsecurity%2Femail");
    browser.get("/security/confirm?back=/security/email").await;
    browser.post("/security/email", &[("email", NEXT)]).await.to("/security/confirm?back=%2Fsecurity%2Femail");
    assert_eq!(house.installation.letters().await.len(), 0);
    browser.post("/security/confirm", &[("with", "password"), ("password", OLD), ("back", "/security/email")]).await.to("/security/email");
    changed(&house, &mut browser).await;
}

#[tokio::test]
async fn a14_fields_that_nobody_asked_for_change_nothing() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security/email").await;
    let evil = "eve@evil.example";
    let more = [("email", NEXT), ("to", evil), ("subject", "root/111122223333"), ("old", evil), ("epoch", "0"), ("next", "//evil.example")];
    let case = browser.post("/security/email", &more).await.header("location").to_owned();
    let letters = house.installation.letters().await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [NEXT]);
    let code = letters[0].code().unwrap().to_owned();
    browser.get(&case).await;
    let fields = [("code", code.as_str()), ("email", evil), ("address", evil), ("next", "//evil.example")];
    browser.post(&format!("{case}/code"), &fields).await.to("/security?done=email");
    assert!(browser.get("/security/email").await.says(NEXT));
    // Two addresses in one form are no form of ours.
    let twice = browser.post("/security/email", &[("email", NEXT), ("email", evil)]).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{}", twice.body);
    for letter in house.installation.letters().await {
        assert_ne!(letter.to, evil);
    }
}

#[tokio::test]
async fn a_link_confirms_in_a_browser_that_is_not_signed_in() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.begin("/security/email", &[("email", NEXT)]).await;
    let link = house.link().await;
    let mut phone = house.browser();
    assert!(phone.get(&link).await.says("this is the address you sign in with"));
    phone.post(&link, &[]).await.to("/signin?done=email");
    assert!(!phone.is_in().await && !browser.is_in().await);
    phone.sign_in(NEXT, OLD).await.to("/console");
}

#[tokio::test]
async fn an_iam_users_own_address_stays_on_the_security_page() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    kim.get("/security/email").await.to("/security");
    kim.get("/security").await;
    let case = kim.post("/security/email", &[("email", "kim@example.com"), ("password", OLD)]).await.header("location").to_owned();
    kim.get(&case).await;
    let code = house.code().await;
    kim.post(&format!("{case}/code"), &[("code", &code)]).await.to("/security?done=address");
}
