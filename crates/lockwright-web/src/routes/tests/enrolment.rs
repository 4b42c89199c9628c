//! Who must enrol a device, who takes one away, and what stays open meanwhile.

use axum::http::StatusCode;
use lockwright_model::job::Happening;
use lockwright_service::host::Whom;

use super::browser::{ANA, Browser, House, NEW, OLD};
use super::mfa::{enrol_app, told};
use super::surface::{filled, gated, use_it};

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_root_user_is_reminded_at_each_sign_in_and_held_to_it_after_the_grace_time() {
    let house = House::new().await;
    let mut root = house.registered().await;
    assert!(root.get("/console").await.says("A root user needs an MFA device: 35 days left"));
    house.pass(33 * DAY + DAY / 2);
    root.sign_in(ANA, OLD).await.to("/console");
    assert!(root.get("/console").await.says("A root user needs an MFA device: 36 hours left"));
    house.pass(2 * DAY);
    root.sign_in(ANA, OLD).await.to("/security/mfa");
    let page = root.get("/security/mfa").await;
    assert!(page.says("its password alone is not enough for longer") && !page.says("<nav"), "{}", page.body);
    root.get("/console").await.to("/security/mfa");
    enrol_app_alone(&mut root).await;
    let home = root.get("/console").await;
    assert!(home.status == StatusCode::OK && !home.says("needs an MFA device"), "{}", home.body);
}

/// Enrols the device that is owed.
async fn enrol_app_alone(browser: &mut Browser<'_>) {
    let app = super::mfa::begin_app(browser, "Phone").await;
    super::mfa::type_two(browser, &app, 0).await.to("/security/codes?done=first-device");
}

#[tokio::test]
async fn b10_somebody_who_must_enrol_a_device_gets_nowhere_else() {
    let house = House::new().await;
    let mut root = house.registered().await;
    house.pass(36 * DAY);
    root.sign_in(ANA, OLD).await.to("/security/mfa");
    root.get("/security/mfa").await;
    let open = ["/security/mfa", "/security/mfa/add", "/security/mfa/totp", "/security/mfa/totp/check", "/security/mfa/passkey"];
    let open = [&open[..], &["/security/mfa/passkey/finish", "/security/confirm", "/security/password", "/signout"]].concat();
    let before = house.rows().await;
    for (path, verb) in gated().filter(|(path, _)| !open.contains(path)) {
        use_it(&mut root, path, verb).await.to("/security/mfa");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    for path in open.iter().filter(|path| !["/signout", "/security/password"].contains(path)) {
        assert_ne!(root.get(&filled(path)).await.header("location"), "/security/mfa", "{path}");
    }
    root.get("/security/password").await;
    root.post("/security/password", &[("current", OLD), ("password", NEW), ("again", NEW)]).await;
    root.get("/console").await.to("/security/mfa");
}

#[tokio::test]
async fn n_b05_n_b07_an_administrator_deactivates_a_users_device_and_the_users_page_says_so() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let path = root.create_user("kim", &[]).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    enrol_app(&mut kim, "Old phone").await;
    let page = root.get(&path).await;
    assert!(page.says("Old phone") && page.says("Authenticator app"), "{}", page.body);
    let action = page.body.split("action=\"").find_map(|rest| rest.split('"').next().filter(|path| path.ends_with("/deactivate"))).unwrap();
    root.post(action, &[]).await.to(&format!("{path}?done=saved"));
    assert!(!kim.is_in().await, "the user's sessions end");
    assert!(root.get(&path).await.says("the password alone signs kim in"));
    assert_eq!(root.post(action, &[]).await.status, StatusCode::NOT_FOUND, "it is gone");
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    let own = kim.get("/security/mfa").await;
    assert!(own.says("“Old phone” was taken away") && own.says("No device yet"), "{}", own.body);
    let trail = root.get("/console/trail").await;
    assert!(trail.says("DeactivateMFADevice") && trail.says("Old phone"));

    root.get(&path).await;
    root.post(&format!("{path}/mfa/enrol"), &[]).await.to(&format!("{path}?done=saved"));
    assert!(root.get(&path).await.says("kim enrols one at the next sign-in"));
    kim.sign_in_user(&account, "kim", OLD).await.to("/security/mfa");
    assert!(kim.get("/security/mfa").await.says("Your administrator asks you to enrol a device"));
    enrol_app_alone(&mut kim).await;
    assert!(kim.is_in().await);
    house.pass(600);
    let asked = root.post(&format!("{path}/mfa/enrol"), &[]).await;
    assert!(asked.header("location").starts_with("/security/confirm?back="), "O-M02: {asked:?}");
}

#[tokio::test]
async fn a23_no_administrator_reaches_a_root_users_device_nor_their_own_past_the_proof() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let boss_path = root.create_user("boss", &[("administrator", "on")]).await;
    enrol_app(&mut root, "Safe").await;
    let list = root.get("/security/mfa").await.body;
    let root_device =
        list.split("href=\"/security/mfa/").find_map(|rest| rest.split('"').next().filter(|id| id.len() == 16)).unwrap().to_owned();
    let mut boss = house.browser();
    boss.sign_in_user(&account, "boss", OLD).await.to("/console");
    enrol_app(&mut boss, "Phone").await;
    let list = boss.get("/security/mfa").await.body;
    let own_device =
        list.split("href=\"/security/mfa/").find_map(|rest| rest.split('"').next().filter(|id| id.len() == 16)).unwrap().to_owned();
    for path in [
        format!("{boss_path}/mfa/{own_device}/deactivate"),
        format!("{boss_path}/mfa/{root_device}/deactivate"),
        format!("{boss_path}/mfa/enrol"),
        format!("/console/users/{account}/mfa/{root_device}/deactivate"),
        format!("/security/mfa/{root_device}/remove"),
        format!("/security/mfa/{root_device}/name"),
    ] {
        assert_eq!(boss.post(&path, &[("name", "Mine")]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(root.get("/security/mfa").await.says("Safe") && boss.get("/security/mfa").await.says("Phone"));
}

#[tokio::test]
async fn n_b07_the_host_takes_all_devices_of_anybody_away_and_a_new_one_is_owed() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    enrol_app(&mut root, "Phone").await;
    house.installation.letters().await;
    let whom = Whom::Root(account.parse().unwrap());
    let lockwright = &house.installation.lockwright;
    assert_eq!(lockwright.devices_for_host(&house.host(), &whom).await.unwrap().1.len(), 1);
    assert_eq!(lockwright.reset_devices(&house.host(), &whom).await.unwrap(), 1);
    assert!(!root.is_in().await);
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::EnrolmentRequired)]);
    // Whoever only knew the password may have waited for that: a link is handed over too.
    root.sign_in(ANA, OLD).await.to("/signin/second-step");
    let link = lockwright.recovery_link(&house.host(), &whom).await.unwrap();
    let (case, token) = link.url.expose().rsplit_once("/link/").unwrap().1.split_once('/').unwrap();
    let (case, op) = (case.parse().unwrap(), house.host());
    let holder = lockwright.open_link(&op, &case, "", token).await.unwrap();
    lockwright.finish_recovery(&op, &case, holder.expose(), NEW, NEW).await.unwrap();
    root.sign_in(ANA, NEW).await.to("/security/mfa");
    assert!(root.get("/security/mfa").await.says("removed your old devices"));
    let op = root.house.installation.lockwright.op(lockwright_model::identity::Principal::Anonymous, house.host().source);
    assert!(lockwright.reset_devices(&op, &whom).await.is_err() && lockwright.devices_for_host(&op, &whom).await.is_err());
}

#[tokio::test]
async fn passkey_endpoints_are_where_password_managers_look() {
    let house = House::new().await;
    let mut anybody = house.browser();
    let reply = anybody.get("/.well-known/passkey-endpoints").await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(reply.body, r#"{"enroll":"https://id.example.com/security/mfa/add","manage":"https://id.example.com/security/mfa"}"#);
}

#[tokio::test]
async fn the_hosts_check_counts_root_users_past_their_grace_time() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let lockwright = &house.installation.lockwright;
    assert_eq!(lockwright.roots_without_device(&house.host()).await.unwrap(), 0);
    house.pass(36 * DAY);
    assert_eq!(lockwright.roots_without_device(&house.host()).await.unwrap(), 1);
    root.sign_in(ANA, OLD).await;
    enrol_app_alone(&mut root).await;
    assert_eq!(lockwright.roots_without_device(&house.host()).await.unwrap(), 0);
}
