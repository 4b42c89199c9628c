//! Access keys that a recovery left in question, on their owner's page and on an administrator's.

use axum::http::StatusCode;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::job::Happening;

use super::browser::{ANA, Browser, House, NEW, OLD};
use super::mfa::told;

/// Gives a key to a root user or to one of the account's users, as the host does.
async fn key_of(house: &House, owner: &Identity) -> AccessKeyId {
    house.installation.lockwright.create_access_key(&house.host(), owner).await.unwrap().0.id
}

/// Forgets the password and gets back in.
async fn get_back_in<'h>(house: &'h House) -> Browser<'h> {
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let code = house.code().await;
    browser.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
    browser.get(&case).await;
    assert!(browser.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await.says("Your password is set"));
    browser
}

#[tokio::test]
async fn a_recovery_marks_the_keys_from_before_until_their_owner_says_what_each_is() {
    let house = House::new().await;
    let account = house.registered().await.account().await;
    let owner = Identity::Root(account.parse().unwrap());
    let (kept, dropped) = (key_of(&house, &owner).await, key_of(&house, &owner).await);
    let mut root = get_back_in(&house).await;
    assert_eq!(told(&house).await, [(ANA.to_owned(), Happening::KeysQuestioned(2))]);
    root.sign_in(ANA, NEW).await.to("/console");
    let page = root.get("/security").await;
    assert_eq!(page.body.matches("<span class=\"tag look\">Look at it</span>").count(), 2, "{}", page.body);
    assert!(page.says("These are the root user’s."), "m15: that a root user has keys is said where they are shown: {}", page.body);
    assert!(root.get("/security/readiness").await.says("access keys of yours, the root user’s"));

    root.post(&format!("/security/access-keys/{kept}"), &[("act", "keep")]).await.to("/security?done=saved");
    root.post(&format!("/security/access-keys/{dropped}"), &[("act", "deactivate")]).await.to("/security?done=saved");
    let page = root.get("/security").await;
    assert!(page.says(kept.as_str()) && page.says(dropped.as_str()) && page.says("Inactive") && !page.says("Look at it"), "{}", page.body);
    let lockwright = &house.installation.lockwright;
    assert!(
        lockwright.signer(&kept, None, lockwright.now()).await.unwrap().ok().is_some()
            && lockwright.signer(&dropped, None, lockwright.now()).await.unwrap().ok().is_none()
    );

    // What is off is not switched on by keeping it.
    for (key, act) in [(dropped.as_str(), "keep"), (kept.as_str(), ""), ("AKIAQAAAAAAAAAAAAAAA", "deactivate"), ("nothing", "keep")] {
        let reply = root.post(&format!("/security/access-keys/{key}"), &[("act", act)]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{key} {act}");
    }
    assert!(lockwright.signer(&dropped, None, lockwright.now()).await.unwrap().ok().is_none());
    house.pass(600);
    let asked = root.post(&format!("/security/access-keys/{kept}"), &[("act", "deactivate")]).await;
    assert!(asked.header("location").starts_with("/security/confirm?back="), "O-M02: {asked:?}");
    assert!(root.get("/console/trail").await.says("Access key switched on or off, or looked at"));
}

#[tokio::test]
async fn a_users_keys_are_changed_by_whom_policies_let_and_by_nobody_of_another_account() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let path = root.create_user("kim", &[]).await;
    let user = UserRef { account: account.parse().unwrap(), user: path.rsplit_once('/').unwrap().1.parse().unwrap() };
    let key = key_of(&house, &Identity::User(user)).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    let own = kim.get("/security").await;
    assert!(!own.says("the root user’s"), "{}", own.body);
    assert!(own.says(key.as_str()) && !own.says("value=\"deactivate\""), "no policy lets kim: {}", own.body);
    let refused = kim.post(&format!("/security/access-keys/{key}"), &[("act", "deactivate")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(
        root.post(&format!("/security/access-keys/{key}"), &[("act", "deactivate")]).await.status,
        StatusCode::NOT_FOUND,
        "not its own"
    );

    assert!(root.get(&path).await.says("value=\"deactivate\""));
    root.post(&format!("{path}/access-keys/{key}"), &[("act", "deactivate")]).await.to(&format!("{path}?done=saved"));
    assert!(root.get(&path).await.says("Inactive"));
    assert!(house.installation.lockwright.signer(&key, None, house.installation.lockwright.now()).await.unwrap().ok().is_none());
}
