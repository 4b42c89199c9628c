//! Cookies, passwords and what a browser keeps of somebody who was signed in.

use axum::http::StatusCode;
use lockwright_model::clock::Clock;

use super::browser::{ANA, Browser, House, NEW, OLD, Reply};
use super::mfa::enrol_app;
use super::second_step::first_step;
use super::surface::{gated, use_it};

const DAY: u64 = 86_400;

/// Whether it is a token of ours, which says nothing but its kind.
fn opaque(value: &str) -> bool {
    let parts: Vec<&str> = value.split('_').collect();
    let random = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte));
    matches!(parts.as_slice(), ["lw", "session" | "browser" | "case" | "ceremony", stem, sum]
        if stem.len() == 52 && sum.len() == 6 && random(stem) && random(sum))
}

#[tokio::test]
async fn n_s10_the_cookies_that_prove_something_are_tokens_and_say_nothing() {
    let house = House::new().await;
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    let mut half = house.browser();
    half.sign_in(ANA, OLD).await.to("/signin/second-step");
    half.begin("/recover/root", &[("email", ANA)]).await;
    let mut seen = std::collections::BTreeSet::new();
    for browser in [&root, &kim, &half] {
        for (name, value) in &browser.cookies {
            // What was typed last, to be shown again in this browser: it proves nothing, and nobody is recognised by it.
            if name != "__Host-lw_name" {
                assert!(opaque(value), "{name}: {value}");
                seen.insert(name.clone());
            }
        }
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
    // Two sessions of one person have nothing in common.
    assert_ne!(root.cookies["__Host-lw_session"][..30], kim.cookies["__Host-lw_session"][..30]);
}

#[tokio::test]
async fn n_s13_a_browser_that_was_signed_in_before_is_asked_for_everything_again() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let app = enrol_app(&mut root, "Phone").await;
    house.pass(60);
    for end in ["signed out", "idle", "at its limit"] {
        assert!(root.is_in().await);
        match end {
            "signed out" => root.post("/signout", &[]).await.to("/signin?done=signed-out"),
            "idle" => house.pass(3600),
            _ => house.pass(DAY),
        }
        assert!(!root.is_in().await, "{end}");
        root.get("/signin/root").await;
        let wrong = root.post("/signin/root", &[("email", ANA), ("password", NEW)]).await;
        assert!(!wrong.status.is_redirection() && !root.is_in().await, "{end}: {}", wrong.body);
        let path = first_step(&mut root).await;
        assert!(!root.is_in().await, "{end}: the factor is asked for too");
        root.post(&path, &[("code", &app.at(house.installation.clock.now()))]).await.to("/console");
    }
}

async fn change(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Reply {
    browser.get("/security/password").await;
    browser.post("/security/password", fields).await
}

#[tokio::test]
async fn v6_2_2_v6_2_3_a_known_password_is_changed_by_whoever_types_it_and_the_new_one() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    root.get("/console/account/password-policy").await;
    let fields = [("minimum_length", "8"), ("allow_users_to_change", "on"), ("max_age_days", ""), ("reuse_prevention", "")];
    root.post("/console/account/password-policy", &fields).await.to("/console/account/password-policy?done=saved");
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    for browser in [&mut root, &mut kim] {
        let form = browser.get("/security/password").await;
        for field in ["current", "password", "again"] {
            assert_eq!(form.body.matches(&format!(" name=\"{field}\"")).count(), 1, "{}", form.body);
        }
        let without = change(browser, &[("password", NEW), ("again", NEW)]).await;
        assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.says("id=\"current-error\""), "{}", without.body);
        let wrong = change(browser, &[("current", NEW), ("password", NEW), ("again", NEW)]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("id=\"current-error\""), "{}", wrong.body);
        let nothing = change(browser, &[("current", OLD), ("password", ""), ("again", "")]).await;
        assert!(nothing.status == StatusCode::UNPROCESSABLE_ENTITY && nothing.says("id=\"password-error\""), "{}", nothing.body);
    }
    house.browser().sign_in(ANA, OLD).await.to("/console");
    house.browser().sign_in_user(&account, "kim", OLD).await.to("/console");
    for browser in [&mut root, &mut kim] {
        change(browser, &[("current", OLD), ("password", NEW), ("again", NEW)]).await.to("/security?done=password");
        assert!(browser.is_in().await);
    }
    assert_eq!(house.browser().sign_in(ANA, OLD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.browser().sign_in_user(&account, "kim", OLD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.browser().sign_in(ANA, NEW).await.to("/console");
    house.browser().sign_in_user(&account, "kim", NEW).await.to("/console");
}

#[tokio::test]
async fn n_b06_a_password_that_has_expired_opens_nothing_and_the_page_says_why() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    for hard in [false, true] {
        root.sign_in(ANA, OLD).await.to("/console");
        root.get("/console/account/password-policy").await;
        let mut fields = vec![("minimum_length", "8"), ("max_age_days", "2"), ("reuse_prevention", "")];
        fields.extend(hard.then_some(("hard_expiry", "on")));
        root.post("/console/account/password-policy", &fields).await.to("/console/account/password-policy?done=saved");
        if hard {
            let barred = house.browser().sign_in_user(&account, "kim", OLD).await;
            assert!(barred.says("Your password has expired") && barred.says("Ask yours"), "{}", barred.body);
            continue;
        }
        house.browser().sign_in_user(&account, "kim", OLD).await.to("/console");
        house.pass(2 * DAY);
        let mut kim = house.browser();
        kim.sign_in_user(&account, "kim", OLD).await.to("/security/password");
        assert!(kim.get("/security/password").await.says("Your password has expired"));
        for (path, verb) in gated().filter(|(path, _)| !["/security/password", "/signout"].contains(path)) {
            use_it(&mut kim, path, verb).await.to("/security/password");
        }
    }
    house.browser().sign_in(ANA, OLD).await.to("/console");
}
