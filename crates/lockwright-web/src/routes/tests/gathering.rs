//! A recovery that gathers proofs, on its pages: what is asked for, and how long the browser remembers it.

use super::browser::{ANA, Browser, House, NEW, OLD};
use super::mfa::{between, enrol_app};

const DAY: u64 = 86_400;

/// A root user with an app and ten codes that serve a recovery by now; the first of the codes.
async fn protected(house: &House) -> String {
    let mut root = house.registered().await;
    enrol_app(&mut root, "Phone").await;
    root.get("/security/codes").await;
    let shown = root.post("/security/codes", &[]).await;
    house.pass(8 * DAY);
    house.installation.letters().await;
    between(&shown.body, "<li><code>", "<").to_owned()
}

/// The seconds for which the case's cookie of an answer is kept.
async fn kept(browser: &mut Browser<'_>, path: &str) -> u64 {
    let reply = browser.get(path).await;
    let cookies = reply.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let mut ages = cookies.filter(|cookie| cookie.contains("lw_case=")).filter_map(|cookie| cookie.split("Max-Age=").nth(1));
    ages.next_back().map_or(0, |age| age.split(';').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn n_t03_a_forgotten_password_that_comes_back_counts_beside_a_recovery_code() {
    let house = House::new().await;
    let code = protected(&house).await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let password = format!("{case}/show/password");
    assert!(!browser.get(&format!("{case}/ways")).await.says(&password), "it was just said to be forgotten");
    browser.get(&password).await.to(&format!("{case}/ways"));
    browser.get(&format!("{case}/show/recovery-code")).await;
    browser.post(&format!("{case}/recovery-code"), &[("recovery_code", &code)]).await.to(&format!("{case}/ways?done=counts"));
    let ways = browser.get(&format!("{case}/ways")).await;
    assert!(ways.says("your password") && ways.says(&password), "what opens it can be shown: {}", ways.body);
    browser.get(&password).await;
    browser.post(&format!("{case}/give-password"), &[("password", OLD)]).await.to(&format!("{case}/ways?done=counts"));
    browser.get(&format!("{case}/ways")).await.to(&case);
    assert!(browser.get(&case).await.says("Set a new password"));
    browser.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await;
}

#[tokio::test]
async fn a_browser_remembers_a_request_for_help_for_as_long_as_the_help_may_take_whatever_page_it_looks_at() {
    let house = House::new().await;
    protected(&house).await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let (ways, contacts, help) = (format!("{case}/ways"), format!("{case}/show/contacts"), format!("{case}/show/operators"));
    assert_eq!(kept(&mut browser, &ways).await, 0, "as long as it is open");
    browser.get(&contacts).await;
    browser.post(&format!("{case}/ask-contacts"), &[]).await.to(&format!("{contacts}?done=asked"));
    for path in [&contacts, &ways] {
        assert_eq!(kept(&mut browser, path).await.div_ceil(DAY), 2, "{path}");
    }
    browser.get(&help).await;
    browser.post(&format!("{case}/ask-operators"), &[]).await.to(&help);
    // Two days to open it, one to decide, three of waiting, and then a week to go on.
    let whole = kept(&mut browser, &help).await;
    assert_eq!(kept(&mut browser, &ways).await.abs_diff(whole), 0);
    assert!(whole > 6 * DAY, "{whole}");
}
