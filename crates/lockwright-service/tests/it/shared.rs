//! Shared logins over a real webhook: linked after two proofs, told of each change, tried until taken, given up in words (M11).

use lockwright_model::context::OpContext;
use lockwright_model::factors::LinkedLogin;
use lockwright_model::id::LinkId;
use lockwright_model::identity::Identity;
use lockwright_service::core::shared::Refusal;
use lockwright_service::host::HostError;
use lockwright_service::sessions::Signed;
use lockwright_service::shared::{Registered, SharedError};
use lockwright_testkit::webhook::{Provider, sign};

use crate::enrolling::enrol;
use crate::house::{ANA, House, NEW, OLD, root};

async fn shop(house: &House, provider: &Provider) -> Registered {
    let page = "https://shop.example.com/account?from=lockwright";
    let registered = house.lockwright.add_system(&house.host(), &"Shop".parse().unwrap(), &provider.url(), page).await.unwrap();
    provider.knows(registered.secret.expose());
    registered
}

async fn ana(house: &House) -> (Signed, OpContext) {
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&token).await.unwrap();
    let op = house.as_(&signed.session.owner);
    (signed, op)
}

/// What the person brings to the shop.
async fn brought(house: &House, signed: &Signed, op: &OpContext, shop: &Registered) -> String {
    let url = house.lockwright.start_link(op, &signed.session, &shop.system.id).await.unwrap();
    let (page, link) = url.expose().split_once("&lockwright_link=").expect("added to the page's own query");
    assert_eq!(page, shop.system.page);
    link.to_owned()
}

async fn prove(house: &House, shop: &Registered, link: &str, login: &str) -> Result<(), SharedError> {
    let body = serde_json::json!({"system": shop.system.id.as_str(), "link": link, "login": login}).to_string();
    let at = house.clock_now().as_seconds().to_string();
    house.lockwright.prove_link(&at, &sign(shop.secret.expose(), &at, body.as_bytes()), body.as_bytes()).await
}

async fn links(house: &House, owner: &Identity) -> Vec<LinkedLogin> {
    house.lockwright.linked_logins(owner).await.unwrap().linked.into_iter().map(|linked| linked.link).collect()
}

async fn linked(house: &House, signed: &Signed, op: &OpContext, shop: &Registered) -> LinkId {
    let link = brought(house, signed, op, shop).await;
    prove(house, shop, &link, "ana.lima").await.unwrap();
    let offered = house.lockwright.linked_logins(&signed.session.owner).await.unwrap().offered;
    assert_eq!((offered.len(), offered[0].login.as_str()), (1, "ana.lima"));
    house.lockwright.finish_link(op, &signed.session, &offered[0].case).await.unwrap();
    links(house, &signed.session.owner).await[0].id.clone()
}

#[tokio::test]
async fn m11_a_change_of_the_password_is_told_with_a_signature_and_its_delivery_is_shown() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let shop = shop(&house, &provider).await;
    linked(&house, &signed, &op, &shop).await;
    house.letters().await;

    house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await.unwrap();
    provider.answers(503);
    house.letters().await;
    let told = links(&house, &signed.session.owner).await[0].told.clone().unwrap();
    assert_eq!((told.taken, told.given_up), (None, false), "on its way");
    house.seconds(600);
    provider.answers(200);
    house.letters().await;
    let told = links(&house, &signed.session.owner).await[0].told.clone().unwrap();
    assert!(told.taken.is_some() && !told.given_up);
    let taken = provider.take();
    let [event] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!([event.text("kind"), event.text("what"), event.text("login")], ["credentials_changed", "password", "ana.lima"]);
    assert_eq!(event.text("id"), event.key, "a repeated try is recognisable");
}

#[tokio::test]
async fn m11_a_recovered_password_is_told_like_a_changed_one() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let shop = shop(&house, &provider).await;
    linked(&house, &signed, &op, &shop).await;
    house.letters().await;
    house.recover(&root(ANA), NEW).await;
    house.letters().await;
    let taken = provider.take();
    let [event] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!([event.text("what"), event.text("login")], ["password", "ana.lima"]);
}

/// What the shop was told since.
async fn heard(house: &House, provider: &Provider) -> Vec<String> {
    house.letters().await;
    provider.take().iter().map(|event| event.text("what").to_owned()).collect()
}

#[tokio::test]
async fn m11_devices_codes_the_address_and_a_closing_are_told_each_in_its_own_word() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let account = signed.session.owner.account().unwrap();
    let shop = shop(&house, &provider).await;
    linked(&house, &signed, &op, &shop).await;
    assert!(heard(&house, &provider).await.is_empty(), "linking is no change");

    let (session, ..) = enrol(&house, account, &signed.session).await;
    assert_eq!(heard(&house, &provider).await, ["devices"]);
    house.lockwright.issue_codes(&op, &session).await.unwrap();
    assert_eq!(heard(&house, &provider).await, ["devices"], "codes stand in for a device");
    let device = house.store.account(account).await.unwrap().unwrap().root.factors.devices[0].id.clone();
    house.lockwright.remove_device(&op, &session, &device).await.unwrap();
    assert_eq!(heard(&house, &provider).await, ["devices"]);

    let undo = house.change_email(ANA, "ana@next.example").await;
    assert_eq!(heard(&house, &provider).await, ["email"]);
    house.undo(&undo).await.unwrap();
    assert_eq!(heard(&house, &provider).await, ["email"], "and when it is taken back");

    let token = house.session(&root(ANA), OLD).await;
    house.close(&token, "Harbour Works").await.unwrap();
    assert_eq!(heard(&house, &provider).await, ["disabled"]);
}

#[tokio::test]
async fn m11_nobody_but_the_host_registers_lists_or_removes_systems() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (_, root) = ana(&house).await;
    let registered = shop(&house, &provider).await;
    let id = &registered.system.id;
    for op in [house.anyone(), root] {
        let (name, page) = ("Mall".parse().unwrap(), "https://mall.example.com/");
        assert!(matches!(house.lockwright.add_system(&op, &name, &provider.url(), page).await, Err(HostError::Denied)));
        assert!(matches!(house.lockwright.systems(&op).await, Err(HostError::Denied)));
        assert!(matches!(house.lockwright.new_system_secret(&op, id).await, Err(HostError::Denied)));
        assert!(matches!(house.lockwright.remove_system(&op, id).await, Err(HostError::Denied)));
    }
    let systems = house.lockwright.systems(&house.host()).await.unwrap();
    assert_eq!(systems.iter().map(|system| &system.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn m11_a_system_that_never_answers_is_given_up_after_a_day_and_the_person_sees_it() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let shop = shop(&house, &provider).await;
    linked(&house, &signed, &op, &shop).await;
    provider.answers(500);
    house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await.unwrap();
    for _ in 0..40 {
        house.letters().await;
        house.seconds(3_700);
    }
    let told = links(&house, &signed.session.owner).await[0].told.clone().unwrap();
    assert_eq!((told.taken, told.given_up), (None, true));
    assert!(provider.requests() > 5);
}

#[tokio::test]
async fn m11_only_the_system_that_was_asked_can_prove_and_only_with_a_fresh_signature() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let (asked, other) = (shop(&house, &provider).await, shop(&house, &provider).await);
    let link = brought(&house, &signed, &op, &asked).await;
    assert!(matches!(prove(&house, &other, &link, "mallory").await, Err(SharedError::Refused(Refusal::Gone))));
    let body = serde_json::json!({"system": asked.system.id.as_str(), "link": link, "login": "mallory"}).to_string();
    let at = house.clock_now().as_seconds();
    for (when, secret) in [(at, other.secret.expose()), (at - 301, asked.secret.expose()), (at + 301, asked.secret.expose()), (at, "")] {
        let signature = sign(secret, &when.to_string(), body.as_bytes());
        let answer = house.lockwright.prove_link(&when.to_string(), &signature, body.as_bytes()).await;
        assert!(matches!(answer, Err(SharedError::NotSigned)), "{when}");
    }
    for odd in ["", "{}", "[]", "null", "{\"system\":\"x\"}"] {
        assert!(matches!(house.lockwright.prove_link(&at.to_string(), "v1=", odd.as_bytes()).await, Err(SharedError::NotSigned)), "{odd}");
    }
    assert!(house.lockwright.linked_logins(&signed.session.owner).await.unwrap().offered.is_empty());
    prove(&house, &asked, &link, "ana").await.unwrap();
    assert!(matches!(prove(&house, &asked, &link, "mallory").await, Err(SharedError::Refused(Refusal::Gone))), "once");
}

#[tokio::test]
async fn c15_no_login_is_linked_because_it_has_the_same_email_however_verified() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let shop = shop(&house, &provider).await;
    for made_up in ["", ANA, "root", "lc_00000000000000000000000000.x"] {
        assert!(matches!(prove(&house, &shop, made_up, ANA).await, Err(SharedError::Refused(Refusal::Gone))), "{made_up}");
    }
    // What the system says about the email is not read at all.
    let link = brought(&house, &signed, &op, &shop).await;
    let at = house.clock_now().as_seconds().to_string();
    for verified in [serde_json::json!(true), serde_json::json!("true"), serde_json::json!(1), serde_json::Value::Null] {
        let system = shop.system.id.as_str();
        let body = serde_json::json!({"system": system, "link": link, "login": ANA, "email": ANA, "email_verified": verified}).to_string();
        let proven = house.lockwright.prove_link(&at, &sign(shop.secret.expose(), &at, body.as_bytes()), body.as_bytes()).await;
        assert!(matches!(proven, Err(SharedError::NotSigned)), "{verified}");
    }
    assert!(house.lockwright.linked_logins(&signed.session.owner).await.unwrap().offered.is_empty());
    // With what the person brought it is offered, and linked only once the person agrees.
    prove(&house, &shop, &link, ANA).await.unwrap();
    assert!(links(&house, &signed.session.owner).await.is_empty());
    assert_eq!(house.lockwright.linked_logins(&signed.session.owner).await.unwrap().offered.len(), 1);
}

#[tokio::test]
async fn m11_another_person_can_t_agree_to_it_and_unlinking_leaves_nothing_stale() {
    let (house, provider) = (House::memory().await, Provider::listening());
    let (signed, op) = ana(&house).await;
    let shop = shop(&house, &provider).await;
    let id = linked(&house, &signed, &op, &shop).await;
    house.letters().await;

    house.account("ben@example.com").await;
    let token = house.session(&root("ben@example.com"), OLD).await;
    let ben = house.signed(&token).await.unwrap();
    let bens = house.as_(&ben.session.owner);
    let link = brought(&house, &ben, &bens, &shop).await;
    prove(&house, &shop, &link, "ben").await.unwrap();
    let offered = house.lockwright.linked_logins(&ben.session.owner).await.unwrap().offered.remove(0);
    house.lockwright.unlink(&op, &signed.session, &id).await.unwrap();
    let stolen = house.lockwright.finish_link(&op, &signed.session, &offered.case).await;
    assert!(matches!(stolen, Err(SharedError::Refused(Refusal::Gone))));
    assert!(links(&house, &signed.session.owner).await.is_empty());
    house.letters().await;
    assert_eq!(provider.take().iter().filter(|event| event.text("what") == "unlinked").count(), 1);
    assert!(matches!(house.lockwright.unlink(&op, &signed.session, &id).await, Err(SharedError::Refused(Refusal::Gone))), "twice");
}
