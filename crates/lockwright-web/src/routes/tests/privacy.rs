//! Choices about cookies: what is asked, what counts, what is set, and what happens when a choice can't be saved.

use std::time::Duration;

use axum::http::StatusCode;
use lockwright_service::config::PrivacyConfig;
use lockwright_testkit::installation::Installation;

use super::browser::{ANA, Browser, HOME, House, OLD};
use crate::WebConfig;

const CHOICE: &str = "__Host-lw_privacy";
const REMEMBERED: &str = "__Host-lw_remembered";
const HALF_A_YEAR: u64 = 183 * 86_400;

/// A browser that sends Global Privacy Control.
pub(super) fn with_signal(house: &House) -> Browser<'_> {
    let mut browser = house.browser();
    browser.headers = vec![("sec-gpc", "1".into())];
    browser
}

pub(super) async fn asks(browser: &mut Browser<'_>) -> bool {
    browser.get("/recover").await.says("<h2 id=\"choose-title\">")
}

pub(super) async fn press(browser: &mut Browser<'_>, choice: &str) {
    browser.get("/recover").await;
    browser.post("/privacy/choice", &[("choice", choice), ("back", "/recover")]).await.to("/recover?done=privacy-saved");
}

/// The page of all choices shows that purpose ticked.
pub(super) async fn ticked(browser: &mut Browser<'_>, purpose: &str) -> bool {
    let page = browser.get("/privacy/cookies").await;
    page.says(&format!("name=\"{purpose}\" type=\"checkbox\" value=\"on\" checked"))
}

#[tokio::test]
async fn p15_p16_p17_declining_is_a_button_beside_accepting_and_nothing_is_ticked() {
    let house = House::new().await;
    let mut browser = house.browser();
    for path in ["/signin", "/signin/root", "/recover", "/help/cant-sign-in", "/privacy/cookie-notice", "/nowhere"] {
        let page = browser.get(path).await;
        for button in ["accept\">Accept", "decline\">Decline", "customize\">Customize"] {
            assert!(page.says(&format!("<button name=\"choice\" value=\"{button}</button>")), "{path}: {button}");
        }
    }
    let page = browser.get("/privacy/cookies").await;
    for purpose in ["performance", "functional", "advertising"] {
        assert!(page.says(&format!("name=\"{purpose}\" type=\"checkbox\"")), "{purpose}");
    }
    assert!(!page.says(" checked") && !browser.get("/privacy/ads").await.says(" checked"));
}

#[tokio::test]
async fn p12_p21_each_answer_takes_one_press_and_withdrawing_as_many_as_giving() {
    let house = House::new().await;
    for choice in ["accept", "decline"] {
        let mut browser = house.browser();
        press(&mut browser, choice).await;
        assert!(!asks(&mut browser).await, "{choice}");
        assert_eq!(ticked(&mut browser, "functional").await, choice == "accept");
        // Giving and taking back later: the footer's link, the boxes, one button.
        assert!(browser.get("/signin").await.says("<a href=\"/privacy/cookies?back=%2Fsignin\">Cookie preferences</a>"));
        let fields: &[(&str, &str)] = if choice == "accept" { &[] } else { &[("functional", "on")] };
        browser.get("/privacy/cookies").await;
        browser.post("/privacy/cookies", &[fields, &[("back", "/signin")]].concat()).await.to("/signin?done=privacy-saved");
        assert_eq!(ticked(&mut browser, "functional").await, choice == "decline");
    }
}

#[tokio::test]
async fn p28_a_choice_leads_back_to_the_page_it_was_made_on() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/signin/iam/123456789012?done=saved").await;
    assert!(page.says("name=\"back\" value=\"/signin/iam/123456789012\""));
    let saved = browser.post("/privacy/choice", &[("choice", "decline"), ("back", "/signin/iam/123456789012")]).await;
    saved.to("/signin/iam/123456789012?done=privacy-saved");
    assert!(browser.get("/signin/iam/123456789012?done=privacy-saved").await.says("Your choices are saved."));
    for elsewhere in ["https://evil.example/", "//evil.example", "/nowhere"] {
        browser.post("/privacy/choice", &[("choice", "decline"), ("back", elsewhere)]).await.to("/?done=privacy-saved");
    }
    browser.post("/privacy/choice", &[("choice", "customize"), ("back", "/signin")]).await.to("/privacy/cookies?back=%2Fsignin");
    // The address of a page that leads to a credential is told to nobody, not even in an address of ours.
    browser.post("/privacy/choice", &[("choice", "customize"), ("back", "/security/password")]).await.to("/privacy/cookies");
}

/// Signs in twice in one browser, and says whether the sign-in page knew how.
async fn remembered(house: &House, choice: Option<&str>) -> bool {
    let mut browser = house.browser();
    if let Some(choice) = choice {
        press(&mut browser, choice).await;
    }
    browser.sign_in(ANA, OLD).await.to("/console");
    browser.get("/console").await;
    browser.post("/signout", &[]).await;
    assert_eq!(browser.cookies.contains_key(REMEMBERED), choice == Some("accept"), "{choice:?}");
    browser.get("/signin").await.says("Go on as root user")
}

#[tokio::test]
async fn p22_p25_p30_what_is_not_essential_is_set_with_consent_only_and_refusing_bars_nothing() {
    let house = House::new().await;
    house.registered().await;
    assert!(!remembered(&house, None).await);
    assert!(!remembered(&house, Some("decline")).await);
    assert!(remembered(&house, Some("accept")).await);
}

#[tokio::test]
async fn what_is_remembered_of_an_iam_user_is_the_account_and_not_the_name() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    press(&mut kim, "accept").await;
    kim.sign_in_user(&account, "kim", OLD).await;
    assert_eq!(kim.cookies[REMEMBERED], format!("iam%20{account}"));
    assert!(kim.get("/signin").await.says(&format!("href=\"/signin/iam/{account}\">Go on as IAM user of {account}")));
    for odd in ["iam%20%22%3E%3Cimg", "operator%20", "root", "iam%20..%2Fx"] {
        kim.cookies.insert(REMEMBERED.into(), odd.into());
        assert!(!kim.get("/signin").await.says("Go on as"), "{odd}");
    }
}

#[tokio::test]
async fn withdrawing_takes_away_what_was_set() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    press(&mut browser, "accept").await;
    browser.sign_in(ANA, OLD).await;
    assert!(browser.cookies.contains_key(REMEMBERED));
    browser.get("/privacy/cookies").await;
    browser.post("/privacy/cookies", &[]).await.to("/privacy/cookies?done=privacy-saved");
    assert!(!browser.cookies.contains_key(REMEMBERED));
}

#[tokio::test]
async fn pages_are_counted_with_consent_only_and_by_kind_alone() {
    let web = WebConfig::default();
    let house = House::over(Installation::memory(HOME).await, web.clone());
    let (mut no, mut yes) = (house.browser(), house.browser());
    press(&mut no, "decline").await;
    no.get("/signin").await;
    yes.get("/signin").await;
    assert!(web.counts.all().is_empty());
    press(&mut yes, "accept").await;
    yes.get("/signin").await;
    yes.get("/recover/case/MZXW6YTBOIMZXW6YTBOIMZXW6Y").await;
    let counted: Vec<_> = web.counts.all().into_iter().map(|(_, page, count)| (page, count)).collect();
    assert_eq!(counted, [("public/case_ended.html", 1), ("public/signin.html", 1)]);
}

#[tokio::test]
async fn p29_a_choice_ages_out_and_is_asked_for_again() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    press(&mut browser, "accept").await;
    browser.sign_in(ANA, OLD).await;
    house.pass(HALF_A_YEAR - 60);
    assert!(!asks(&mut browser).await);
    house.pass(120);
    // A browser that keeps a cookie longer than it was told: it counts no more, and what it allowed goes.
    assert!(asks(&mut browser).await && !ticked(&mut browser, "functional").await);
    assert!(!browser.cookies.contains_key(REMEMBERED));
}

#[tokio::test]
async fn p24_a_changed_notice_asks_again_and_other_line_breaks_do_not() {
    let house = async |text: &str| {
        let privacy = PrivacyConfig { cookie_notice: Some(text.to_owned()), ..PrivacyConfig::default() };
        House::over(Installation::configured(HOME, |config| config.privacy = privacy).await, WebConfig::default())
    };
    let first = house("We use cookies.\n\n## More\n\nOf all kinds.").await;
    let mut browser = first.browser();
    assert!(browser.get("/privacy/cookie-notice").await.says("<p>Of all kinds.</p>"));
    press(&mut browser, "accept").await;
    let cookies = browser.cookies.clone();
    for (text, again) in [("We use\ncookies.\n\n## More\n\nOf all  kinds.", false), ("We use cookies.\n\n## More\n\nOf some kinds.", true)]
    {
        let changed = house(text).await;
        let mut same = Browser { cookies: cookies.clone(), ..changed.browser() };
        assert_eq!(asks(&mut same).await, again, "{text}");
        assert_eq!(ticked(&mut same, "functional").await, !again, "{text}");
    }
}

#[tokio::test]
async fn a_choice_that_we_did_not_seal_is_none() {
    let house = House::new().await;
    let mut browser = house.browser();
    press(&mut browser, "decline").await;
    let sealed = browser.cookies[CHOICE].clone();
    for forged in [sealed.replace(".-.", ".-pfa."), sealed.replace("decline", "accept"), "1".into(), "unsealed".into(), String::new()] {
        browser.cookies.insert(CHOICE.into(), forged.clone());
        assert!(asks(&mut browser).await, "{forged}");
    }
    browser.cookies.insert(CHOICE.into(), sealed);
    assert!(!asks(&mut browser).await);
}

#[tokio::test]
async fn p05_gpc_json_says_that_the_signal_is_honoured() {
    let house = House::new().await;
    let reply = house.browser().get("/.well-known/gpc.json").await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/json"));
    let told: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(told["gpc"], true);
    assert!(told["lastUpdate"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
}

#[tokio::test]
async fn p09_p10_a_signal_is_an_opt_out_that_is_confirmed_without_a_question() {
    let house = House::new().await;
    let mut browser = with_signal(&house);
    assert!(browser.get("/recover").await.says("opt-out request honoured"));
    assert!(browser.get("/privacy/ads").await.says("<strong>Opt-out request honoured.</strong> Your browser sends Global Privacy Control"));
    let page = browser.get("/privacy/cookies").await;
    assert!(page.says("<strong>Off: opt-out request honoured.</strong>") && !page.says("name=\"advertising\""));
    browser.headers = vec![("sec-gpc", "true".into())];
    assert!(!browser.get("/privacy/ads").await.says("honoured.</strong>"), "p01: nothing but 1 is a signal");
}

#[tokio::test]
async fn p07_a_signal_outweighs_an_earlier_yes_and_a_button_and_a_later_exact_choice_outweighs_it() {
    let house = House::new().await;
    let mut browser = house.browser();
    press(&mut browser, "accept").await;
    assert!(ticked(&mut browser, "advertising").await);
    browser.headers = vec![("sec-gpc", "1".into())];
    assert!(browser.get("/privacy/ads").await.says("honoured.</strong>"), "an earlier yes");
    press(&mut browser, "accept").await;
    assert!(browser.get("/privacy/ads").await.says("honoured.</strong>"), "a button of the first layer");
    browser.post("/privacy/cookies", &[("advertising", "on"), ("functional", "on")]).await;
    assert!(browser.get("/privacy/ads").await.says("honoured.</strong>"), "a box among others");
    browser.post("/privacy/ads", &[("ads", "allow")]).await.to("/privacy/ads?done=privacy-ads-on");
    let page = browser.get("/privacy/ads").await;
    assert!(page.says("You allowed it here nevertheless") && !page.says("honoured.</strong>"));
    assert!(ticked(&mut browser, "advertising").await && ticked(&mut browser, "functional").await, "the other choices stay");
    browser.post("/privacy/ads", &[("ads", "deny")]).await.to("/privacy/ads?done=privacy-ads-off");
    assert!(browser.get("/privacy/ads?done=privacy-ads-off").await.says("Opt-out request honoured: cross-context"));
}

#[tokio::test]
async fn p11_the_opt_out_has_a_page_of_its_own_that_asks_for_nothing_else() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/privacy/ads").await;
    assert!(page.says(">Allow</label>") && page.says(">Don’t allow</label>") && page.says(">Save privacy choices</button>"));
    let empty = browser.post("/privacy/ads", &[]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.says("Choose “Allow” or “Don’t allow”."));
    browser.post("/privacy/ads", &[("ads", "deny")]).await.to("/privacy/ads?done=privacy-ads-off");
    assert!(!asks(&mut browser).await, "whoever opts out is not asked again");
}

#[tokio::test]
async fn p13_no_choice_is_worded_as_a_double_negative() {
    let house = House::new().await;
    for path in ["/recover", "/privacy/cookies", "/privacy/ads"] {
        let page = house.browser().get(path).await.body;
        let lower = page.to_lowercase();
        for twisted in ["don’t not", "not disallow", "opt out of not", "do not decline", "uncheck to", "legitimate interest"] {
            assert!(!lower.contains(twisted), "{path}: {twisted}");
        }
        for label in lower.split("<label ").skip(1).filter_map(|rest| rest.split('>').nth(1)) {
            assert!(label.matches("n’t").count() + label.matches(" not ").count() <= 1, "{path}: {label}");
        }
    }
}

#[tokio::test]
async fn m22_without_the_store_only_what_is_essential_is_used_and_the_page_says_so() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    press(&mut browser, "accept").await;
    browser.sign_in(ANA, OLD).await;
    browser.get("/console").await;
    browser.post("/signout", &[]).await;
    browser.get("/privacy/cookies").await;
    assert!(browser.cookies.contains_key(REMEMBERED));
    house.installation.lose_store().await;
    let lost = browser.post("/privacy/cookies", &[]).await;
    assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        lost.says("Your privacy choices could not be saved.") && lost.says("Cookie preferences”") && lost.says("lockwright@example.com")
    );
    assert!(!browser.cookies.contains_key(REMEMBERED), "what an earlier choice allowed is gone");
    // The next pages say so too, whatever was chosen before, and one can try again.
    let next = browser.get("/recover").await;
    assert!(next.says("Your privacy choices could not be saved") && next.says("value=\"accept\""));
    assert_eq!(
        browser.post("/privacy/choice", &[("choice", "accept"), ("back", "/recover")]).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let essential = ["__Host-lw_browser", CHOICE];
    assert!(browser.cookies.keys().all(|name| essential.contains(&name.as_str())), "{:?}", browser.cookies);
}

#[tokio::test]
async fn m22_a_browser_that_keeps_no_cookies_is_told_so() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/recover").await;
    browser.post("/privacy/choice", &[("choice", "accept"), ("back", "/recover")]).await;
    browser.cookies.remove(CHOICE);
    let page = browser.get("/recover?done=privacy-saved").await;
    assert!(page.says("could not be saved, since this browser kept no cookie") && page.says("value=\"accept\""));
    // Without any cookie not even the form is ours.
    browser.cookies.clear();
    browser.headers = vec![("sec-fetch-site", "same-origin".into())];
    let refused = browser.post("/privacy/choice", &[("choice", "accept"), ("back", "/recover")]).await;
    assert!(refused.status == StatusCode::FORBIDDEN && refused.says("Your privacy choices could not be saved."));
}

#[tokio::test]
async fn m22_a_lost_answer_leaves_what_is_essential() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/recover").await;
    let before = browser.cookies.clone();
    browser.post("/privacy/choice", &[("choice", "accept"), ("back", "/recover")]).await;
    browser.cookies = before;
    assert!(asks(&mut browser).await && !ticked(&mut browser, "functional").await);
}

#[tokio::test]
async fn a_form_of_another_site_undoes_no_choice() {
    let house = House::new().await;
    let mut browser = house.browser();
    press(&mut browser, "accept").await;
    let kept = browser.cookies[CHOICE].clone();
    browser.headers = vec![("sec-fetch-site", "cross-site".into()), ("origin", "https://evil.example".into())];
    assert_eq!(browser.post("/privacy/choice", &[("choice", "decline")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.cookies[CHOICE], kept);
}

#[tokio::test]
async fn one_network_fills_no_trail_with_choices() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/recover").await;
    for _ in 0..120 {
        assert_eq!(browser.post("/privacy/choice", &[("choice", "decline"), ("back", "/")]).await.status, StatusCode::SEE_OTHER);
    }
    let refused = browser.post("/privacy/choice", &[("choice", "decline"), ("back", "/")]).await;
    assert!(refused.status == StatusCode::TOO_MANY_REQUESTS && refused.says("Your privacy choices could not be saved."));
    house.installation.clock.advance(Duration::from_secs(3600));
    assert_eq!(browser.post("/privacy/choice", &[("choice", "decline"), ("back", "/")]).await.status, StatusCode::SEE_OTHER);
}
