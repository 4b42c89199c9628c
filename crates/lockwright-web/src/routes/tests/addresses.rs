//! The pages of further addresses, and of "this wasn't me".

use axum::http::{Method, StatusCode};

use super::browser::{ANA, Browser, House, NEW, OLD};
use crate::WebConfig;

const SECOND: &str = "ana@example.org";

/// The path of the page for the code.
async fn asked(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    browser.get("/security/addresses").await;
    let reply = browser.post(path, fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let case = reply.header("location").to_owned();
    assert!(case.starts_with("/security/addresses/case/"), "{case}");
    case
}

#[tokio::test]
async fn n_r12_an_address_is_added_with_the_code_that_was_mailed_to_it_and_removed_with_a_button() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let case = asked(&mut browser, "/security/addresses/email", &[("email", SECOND)]).await;
    let page = browser.get(&case).await;
    assert!(
        page.says("We’ve sent a code to <strong class=\"name\">ana@example.org</strong>") && page.says("for 60 minutes"),
        "{}",
        page.body
    );
    let wrong = browser.post(&format!("{case}/code"), &[("code", "222222")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("You have 4 tries left."), "{}", wrong.body);
    let code = house.code().await;
    browser.post(&format!("{case}/code"), &[("code", &code)]).await.to("/security/addresses?done=address-added");
    let list = browser.get("/security/addresses?done=address-added").await;
    assert!(list.says("a•••@example.org") && list.says("From 08:00 UTC on 22 January 2027"), "{}", list.body);
    assert!(list.says("It is yours now."));
    let remove = list.body.split("action=\"").find_map(|rest| rest.split('"').next().filter(|path| path.ends_with("/remove"))).unwrap();
    browser.post(remove, &[]).await.to("/security/addresses?done=address-removed");
    assert!(!browser.get("/security/addresses").await.says("a•••@example.org"));
    browser.post(remove, &[]).await.to("/security/addresses");
}

#[tokio::test]
async fn a01_a_code_for_a_further_address_goes_to_one_well_formed_address_or_nowhere() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security/addresses").await;
    for odd in [
        "a@example.org,b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "[\"a@example.org\",\"b@example.org\"]",
        "a@example.org b@example.org",
        "",
    ] {
        let reply = browser.post("/security/addresses/email", &[("email", odd)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd:?}");
    }
    let csrf = browser.csrf.clone();
    for body in ["email[]=a@example.org&email[]=b@example.org", "email[0]=a@example.org", "email=a@example.org&email=b@example.org"] {
        let reply = browser.post_raw("/security/addresses/email", format!("csrf={csrf}&{body}")).await;
        assert!(reply.status.is_client_error(), "{body}: {}", reply.status);
    }
    assert!(house.installation.letters().await.is_empty());
    let own = browser.post("/security/addresses/email", &[("email", "ANA@EXAMPLE.COM")]).await;
    assert!(own.says("This is one of your addresses already."), "{}", own.body);
}

#[tokio::test]
async fn v7_5_1_addresses_are_changed_only_after_proving_once_more_who_one_is() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security/addresses").await;
    house.pass(601);
    for path in ["/security/addresses/email", "/security/addresses/phone", "/security/addresses/9f2c41d07be1a853/remove"] {
        let reply = browser.post(path, &[("email", SECOND), ("phone", "+4930901820"), ("way", "text")]).await;
        assert!(reply.header("location").starts_with("/security/confirm"), "{path}: {} {}", reply.status, reply.header("location"));
    }
    assert!(house.installation.letters().await.is_empty());
}

#[tokio::test]
async fn the_code_belongs_to_the_browser_that_asked_for_it() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let case = asked(&mut browser, "/security/addresses/email", &[("email", SECOND)]).await;
    let code = house.code().await;
    let mut elsewhere = house.browser();
    elsewhere.sign_in(ANA, OLD).await;
    elsewhere.get("/security").await;
    let reply = elsewhere.post(&format!("{case}/code"), &[("code", &code)]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN, "{}", reply.body);
    // The pages of other cases know nothing of it.
    let other = case.replace("/security/addresses/case/", "/recover/case/");
    browser.get(&other).await.to(&case);
    browser.get(&case).await;
    browser.post(&format!("{case}/resend"), &[]).await.to(&format!("{case}?sent=1"));
    let newer = house.code().await;
    assert!(browser.get(&format!("{case}?sent=1")).await.says("Another code is on its way."));
    assert_eq!(browser.post(&format!("{case}/code"), &[("code", &code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.post(&format!("{case}/code"), &[("code", &newer)]).await.to("/security/addresses?done=address-added");
}

#[tokio::test]
async fn a_phone_is_added_where_messages_can_be_read_and_not_offered_elsewhere() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    assert!(browser.get("/security/addresses").await.says("can’t reach phones yet"));
    let fields = [("phone", "+49 30 901820"), ("way", "text")];
    assert_eq!(browser.post("/security/addresses/phone", &fields).await.status, StatusCode::NOT_FOUND);

    let folder = tempfile::tempdir().unwrap();
    let config = WebConfig { message_outbox: Some(folder.path().to_owned()), ..WebConfig::default() };
    let house = House::at("http://127.0.0.1:8420", config).await;
    let mut browser = house.registered().await;
    browser.peer = "127.0.0.1:4000";
    let odd = browser.get("/security/addresses").await;
    assert!(odd.says("A text message with a code") && !odd.says("key in a code"), "nobody would report the digits: {}", odd.body);
    for odd in ["030 901820", "+49", "call me", ""] {
        let reply = browser.post("/security/addresses/phone", &[("phone", odd), ("way", "keyed")]).await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.says("with its country code"), "{odd}");
    }
    let case = asked(&mut browser, "/security/addresses/phone", &fields).await;
    let page = browser.get(&case).await;
    assert!(
        page.says("a text with a code to <strong class=\"name\">+49 30 901820</strong>") && page.says("for 10 minutes"),
        "{}",
        page.body
    );
    assert!(page.says("waits in <a href=\"/outbox\">the outbox</a>") && page.says("inputmode=\"numeric\""));
    let letters = house.installation.letters().await;
    assert_eq!(letters[0].to, "+4930901820");
    let code = letters[0].code().unwrap();
    browser
        .post(&format!("{case}/code"), &[("code", &format!("{} {}", &code[..3], &code[3..]))])
        .await
        .to("/security/addresses?done=address-added");
    assert!(browser.get("/security/addresses").await.says("+49•••20"));
}

#[tokio::test]
async fn hooks_take_nothing_that_is_not_signed() {
    let house = House::new().await;
    let mut program = house.browser();
    let before = house.rows().await;
    let body = "{\"id\":\"MZXW6YTBOIMZXW6YTBOIMZXW6Y\",\"digits\":\"481207\"}";
    for signature in ["", "v1=", &format!("v1={}", "0".repeat(64))] {
        program.headers = vec![("lockwright-timestamp", "1800000000".into()), ("lockwright-signature", signature.to_owned())];
        let reply = program.send(Method::POST, "/hooks/voice", "application/json", body).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{signature}");
    }
    let huge = program.send(Method::POST, "/hooks/voice", "application/json", "x".repeat(20_000)).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn n_r25_x09_the_link_of_a_notice_shows_two_buttons_and_stops_everything_with_one() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security/password").await;
    browser.post("/security/password", &[("current", OLD), ("password", NEW), ("again", NEW)]).await.to("/security?done=password");
    let link = house.link().await;
    let mut anywhere = house.browser();
    let before = house.rows().await;
    for _ in 0..2 {
        let page = anywhere.get(&link).await;
        assert!(page.says("Your root password was changed") && page.says("from 192.0.2.1"), "{}", page.body);
        assert!(page.says("This wasn’t me: stop everything") && page.says("/recover/root"));
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    assert!(browser.is_in().await);
    assert_eq!(
        anywhere.post_raw(&format!("{link}/not-me"), String::new()).await.status,
        StatusCode::FORBIDDEN,
        "another site sends no such form"
    );
    let done = anywhere.post(&format!("{link}/not-me"), &[]).await;
    assert!(done.says("Everything is stopped") && done.says("nothing can be changed until 08:00 UTC on 16 January 2027"), "{}", done.body);
    assert!(!browser.is_in().await && anywhere.get("/console").await.status == StatusCode::SEE_OTHER, "it lets nobody in");
    for path in ["", "/me", "/not-me"] {
        let reply = if path.is_empty() { anywhere.get(&link).await } else { anywhere.post(&format!("{link}{path}"), &[]).await };
        assert!(reply.says("You said before that it wasn’t you"), "{path}: {}", reply.body);
    }
    browser.sign_in(ANA, NEW).await;
    browser.get("/security/password").await;
    let frozen = browser.post("/security/password", &[("current", NEW), ("password", OLD), ("again", OLD)]).await;
    assert!(
        frozen.status == StatusCode::FORBIDDEN && frozen.says("nothing that lets you in can be changed for another 24 hours"),
        "{}",
        frozen.body
    );
    browser.get("/security/addresses").await;
    let frozen = browser.post("/security/addresses/email", &[("email", SECOND)]).await;
    assert_eq!(frozen.status, StatusCode::FORBIDDEN, "{}", frozen.body);
}

#[tokio::test]
async fn this_was_me_and_links_that_are_nothing_get_a_page_that_says_so() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security/password").await;
    browser.post("/security/password", &[("current", OLD), ("password", NEW), ("again", NEW)]).await.to("/security?done=password");
    let link = house.link().await;
    browser.get(&link).await;
    assert!(browser.post(&format!("{link}/me"), &[]).await.says("There is nothing more to do."));
    assert!(browser.post(&format!("{link}/not-me"), &[]).await.says("Good, it was you"));
    assert!(browser.is_in().await);
    let odd = browser.get("/notice/lw_link_x_y").await;
    assert!(odd.status == StatusCode::NOT_FOUND && odd.says("This link no longer works"));
}
