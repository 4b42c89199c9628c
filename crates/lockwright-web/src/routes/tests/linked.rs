//! Logins shared with another system, through the pages and the other system's own door.

use axum::http::{Method, StatusCode};
use lockwright_model::clock::Clock;
use lockwright_service::shared::Registered;
use lockwright_testkit::webhook::sign;

use super::browser::{ANA, Browser, HOME, House, Reply};
use super::mfa::{between, enrol_app, unescaped};

const ALSO: &str = "This also changes how you sign in at <strong>Shop</strong>";

async fn shop(house: &House) -> Registered {
    let (hook, page) = ("https://shop.example.com/hook", "https://shop.example.com/account");
    house.installation.lockwright.add_system(&house.host(), &"Shop".parse().unwrap(), hook, page).await.unwrap()
}

/// Begins a link; what the person brings to the shop.
async fn brought(browser: &mut Browser<'_>, shop: &Registered) -> String {
    browser.get("/security/linked").await;
    let page = browser.post("/security/linked", &[("system", shop.system.id.as_str())]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let url = unescaped(between(&page.body, "<a class=\"button primary\" href=\"", "\""));
    url.strip_prefix("https://shop.example.com/account?lockwright_link=").expect("the shop's page").to_owned()
}

/// The shop says who the person is there, with a signature of this secret.
async fn prove(house: &House, shop: &Registered, secret: &str, link: &str) -> Reply {
    let body = format!("{{\"system\":\"{}\",\"link\":\"{link}\",\"login\":\"ana.lima\"}}", shop.system.id);
    let at = house.installation.clock.now().as_seconds().to_string();
    let signature = sign(secret, &at, body.as_bytes());
    let mut program = house.browser();
    program.headers = vec![("lockwright-timestamp", at), ("lockwright-signature", signature)];
    program.send(Method::POST, "/hooks/link", "application/json", body).await
}

/// Links the shop's login.
async fn link(house: &House, browser: &mut Browser<'_>) {
    let shop = shop(house).await;
    let link = brought(browser, &shop).await;
    prove(house, &shop, shop.secret.expose(), &link).await;
    let page = browser.get("/security/linked").await;
    let case = between(&page.body, "name=\"case\" value=\"", "\"").to_owned();
    browser.post("/security/linked/agree", &[("case", &case)]).await.to("/security/linked?done=saved");
}

#[tokio::test]
async fn m11_a_login_is_linked_on_the_page_after_the_other_system_proved_it_and_ends_with_a_button() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let shop = shop(&house).await;
    assert!(root.get("/security/linked").await.says("Link Shop"));
    let link = brought(&mut root, &shop).await;
    let before = house.rows().await;
    for secret in ["", "of another system"] {
        let refused = prove(&house, &shop, secret, &link).await;
        assert!(refused.status == StatusCode::UNAUTHORIZED && refused.says("not signed"), "{}", refused.body);
    }
    let refused = prove(&house, &shop, shop.secret.expose(), "MZXW6YTBOIMZXW6YTBOIMZXW6Y.lw_link_x_y").await;
    assert!(refused.status == StatusCode::GONE && refused.says("gone"), "{}", refused.body);
    assert_eq!(house.rows().await, before);
    assert!(!root.get("/security/linked").await.says("Is this you?"));

    let taken = prove(&house, &shop, shop.secret.expose(), &link).await;
    assert_eq!((taken.status, taken.body.as_str()), (StatusCode::OK, "{\"taken\":true}"));
    assert_eq!(prove(&house, &shop, shop.secret.expose(), &link).await.status, StatusCode::GONE, "once");
    let page = root.get("/security/linked").await;
    assert!(page.says("Is this you?") && page.says("Link ana.lima"), "{}", page.body);
    let case = between(&page.body, "name=\"case\" value=\"", "\"").to_owned();
    root.post("/security/linked/agree", &[("case", &case)]).await.to("/security/linked?done=saved");
    let page = root.get("/security/linked").await;
    assert!(page.says("<td data-label=\"You there\" class=\"wrap\">ana.lima</td>") && page.says("None yet"), "{}", page.body);
    let again = root.post("/security/linked/agree", &[("case", &case)]).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.says("Begin anew"), "{}", again.body);

    let id = between(&page.body, "action=\"/security/linked/", "/end").to_owned();
    root.post(&format!("/security/linked/{id}/end"), &[]).await.to("/security/linked?done=saved");
    assert!(!root.get("/security/linked").await.says("ana.lima"));
    house.pass(601);
    root.post("/security/linked", &[("system", shop.system.id.as_str())]).await.to("/security/confirm?back=%2Fsecurity%2Flinked");
}

#[tokio::test]
async fn m11_every_page_that_changes_a_shared_sign_in_names_what_changes_with_it() {
    let house = House::new().await;
    let mut root = house.registered().await;
    assert!(!root.get("/security/password").await.says("This also changes"));
    link(&house, &mut root).await;
    enrol_app(&mut root, "Phone").await;
    house.installation.letters().await;
    let list = root.get("/security/mfa").await;
    let device = format!("/security/mfa/{}", between(&list.body, "href=\"/security/mfa/", "\""));
    for path in ["/security/password", "/security/email", "/security/mfa/add", &device, "/security/codes", "/security/close"] {
        let page = root.get(path).await;
        assert!(page.status == StatusCode::OK && page.says(ALSO), "{path}: {}", page.body);
    }
    assert!(!root.get("/security").await.says(ALSO), "only where something changes");

    // The mailed links that change the address, and the one that takes it back, in a browser that knows nobody.
    let mut stranger = house.browser();
    root.begin("/security/email", &[("email", "ana@next.example")]).await;
    let change = house.link().await;
    assert!(stranger.get(&change).await.says(ALSO));
    stranger.post(&change, &[]).await;
    let letters = house.installation.letters().await;
    let undo = letters.iter().find(|letter| letter.to == ANA).and_then(|letter| letter.url()).unwrap();
    let undo = undo.strip_prefix(HOME).unwrap();
    assert!(stranger.get(undo).await.says(ALSO));
    stranger.post(undo, &[]).await;
}

#[tokio::test]
async fn m11_a_recovery_names_what_changes_with_it_once_it_was_proven() {
    let house = House::new().await;
    let mut root = house.registered().await;
    link(&house, &mut root).await;
    house.installation.letters().await;
    let mut lost = house.browser();
    let case = lost.begin("/recover/root", &[("email", ANA)]).await;
    let letters = house.installation.letters().await;
    let letter = letters.iter().find(|letter| letter.code().is_some()).unwrap();
    let link = letter.url().unwrap().strip_prefix(HOME).unwrap();
    assert!(!lost.get(&case).await.says(ALSO) && !lost.get(link).await.says(ALSO), "the button only leads on");
    lost.get(&case).await;
    lost.post(&format!("{case}/code"), &[("code", letter.code().unwrap())]).await.to(&case);
    assert!(lost.get(&case).await.says(ALSO));
}
