//! Rules that hold for every route, walked over the table of routes: a new route can't slip past them.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use super::browser::{ANA, Browser, House, NEW, OLD};
use crate::routes::SURFACE;

/// A path of the table with well-formed values in its places.
pub(super) fn filled(pattern: &str) -> String {
    pattern
        .replace("/users/{id}", "/users/AIDAMZXW6YTBOIMZXW6Y")
        .replace("{holder}", "groups")
        .replace("/groups/{id}", "/groups/AGPAMZXW6YTBOIMZXW6Y")
        .replace("/roles/{id}", "/roles/AROAMZXW6YTBOIMZXW6Y")
        .replace("/policies/{id}", "/policies/ANPAMZXW6YTBOIMZXW6Y")
        .replace("/sessions/{id}", "/sessions/9f2c41d07be1a853")
        .replace("/contacts/{id}", "/contacts/MZXW6YTBOIMZXW6Y")
        .replace("{id}", "MZXW6YTBOIMZXW6YTBOIMZXW6Y")
        .replace("{contact}", "MZXW6YTBOIMZXW6Y")
        .replace("{device}", "MZXW6YTBOIMZXW6Y")
        .replace("{case}", "MZXW6YTBOIMZXW6YTBOIMZXW6Y")
        .replace("{token}", "lw_link_x_y")
        .replace("{account}", "123456789012")
        .replace("{alias}", "harbour")
        .replace("{kind}", "billing")
        .replace("{key}", "AKIAQAAAAAAAAAAAAAAA")
        .replace("{article}", "new-phone")
        .replace("{name}", "x")
}

fn with(verb: &str) -> Vec<String> {
    SURFACE.iter().filter(|(_, verbs)| verbs.contains(&verb)).map(|(path, _)| filled(path)).collect()
}

fn expired(page: &super::browser::Reply) -> bool {
    page.status == StatusCode::FORBIDDEN && page.says("This page has expired")
}

#[tokio::test]
async fn d27_every_verb_on_every_route_is_answered_by_the_table() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let before = house.rows().await;
    for (pattern, verbs) in SURFACE {
        let path = filled(pattern);
        let others = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"];
        // A lower-case verb is another verb, whatever the path takes.
        for verb in others.into_iter().filter(|verb| *verb == "get" || !verbs.contains(&verb.to_lowercase().as_str())) {
            let reply = browser.send(Method::from_bytes(verb.as_bytes()).unwrap(), &path, "", Body::empty()).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{verb} {path}");
            assert!(reply.says("This page can’t be used that way"), "{verb} {path}");
            let allow = reply.header("allow");
            for allowed in *verbs {
                let allowed = if *allowed == "hook" { "post" } else { allowed };
                assert!(allow.contains(&allowed.to_uppercase()), "{verb} {path}: {allow:?}");
            }
        }
        let got = browser.get(&path).await;
        let head = browser.send(Method::HEAD, &path, "", Body::empty()).await;
        assert_eq!((head.status, head.body.as_str()), (got.status, ""), "HEAD {path}");
        assert_eq!(head.header("location"), got.header("location"), "HEAD {path}");
        if !verbs.contains(&"get") {
            assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED, "GET {path}");
        }
        if !verbs.contains(&"post") && !verbs.contains(&"hook") {
            assert_eq!(browser.post(&path, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED, "POST {path}");
        }
    }
    assert_eq!(house.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn n_s07_o_c01_every_post_refuses_a_form_that_was_not_made_for_this_browser() {
    let house = House::new().await;
    let mut member = house.registered().await;
    member.get("/security").await;
    let mut other = house.browser();
    other.get("/signin/root").await;
    let mut anybody = house.browser();
    anybody.get("/signin/root").await;
    let foreign = other.csrf.clone();
    let before = house.rows().await;
    for path in with("post") {
        for browser in [&mut member, &mut anybody] {
            for token in ["", "0", "null", foreign.as_str(), &"a".repeat(64), &browser.csrf.to_uppercase()] {
                assert!(expired(&browser.post_raw(&path, format!("csrf={token}")).await), "{path} {token:?}");
            }
            assert!(expired(&browser.post_raw(&path, String::new()).await), "{path} without a body");
            assert!(expired(&browser.post_raw(&path, "Csrf=x&token=y".into()).await), "{path} with other fields");
        }
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    assert!(member.is_in().await, "and nobody was signed out");
}

#[tokio::test]
async fn o_c02_o_c03_every_post_refuses_another_site_though_it_has_the_token() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.get("/security").await;
    let before = house.rows().await;
    let foreign: [&[(&str, &str)]; 7] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://id.example.com")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://id.example.com")],
        &[("origin", "null")],
        &[("referer", "https://id.example.com.evil.example/")],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
    ];
    for path in with("post") {
        for headers in foreign {
            browser.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            assert!(expired(&browser.post(&path, &[]).await), "{path} {headers:?}");
        }
    }
    browser.headers.clear();
    assert_eq!(house.rows().await, before, "nothing was written");
    assert!(browser.is_in().await, "and nobody was signed out");
}

#[tokio::test]
async fn o_c01_every_post_takes_the_form_that_was_made_for_this_browser() {
    let house = House::new().await;
    for path in with("post") {
        let mut browser = house.browser();
        browser.get("/signin/root").await;
        browser.headers = vec![("sec-fetch-site", "same-origin".into()), ("origin", "https://id.example.com".into())];
        let reply = browser.post(&path, &[]).await;
        assert!(!expired(&reply), "{path}");
        // The challenge is for a script, which stays on its page.
        let stays = path == "/signin/passkey/options" && reply.header("content-type") == "application/json";
        assert!(stays || reply.status.is_redirection() || reply.status.is_client_error(), "{path}: {}", reply.status);
    }
}

#[tokio::test]
async fn v7_6_2_o_c05_get_changes_nothing() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    browser.create_user("kim", &[]).await;
    let mut anybody = house.browser();
    let case = anybody.begin("/recover/root", &[("email", ANA)]).await;
    let link = house.link().await;
    let before = (house.rows().await, browser.get("/console/trail").await.body);
    for path in with("get").into_iter().chain([case, link]) {
        anybody.get(&path).await;
        assert!(!anybody.cookies.contains_key("__Host-lw_session"), "{path}: a session that nobody asked for");
        browser.get(&path).await;
        browser.get(&format!("{path}?value=on&mode=generated&confirm=kim&email=a@example.com&_method=post")).await;
    }
    assert_eq!((house.rows().await, browser.get("/console/trail").await.body), before);
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn n_s06_n_s09_every_answer_carries_its_headers() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let mut replies = Vec::new();
    for path in with("get") {
        replies.push((path.clone(), browser.get(&path).await));
    }
    for path in with("post") {
        replies.push((path.clone(), browser.post_raw(&path, "a=1&a=2".into()).await));
    }
    replies.push(("/nothing".into(), browser.get("/nothing").await));
    replies.push(("/.well-known/other".into(), browser.get("/.well-known/other").await));
    replies.push(("/signin/root".into(), browser.post_raw("/signin/root", "a".repeat(70_000)).await));
    for (path, reply) in replies {
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{path}");
        // One script is made for other sites.
        let embedded = path == "/privacy/embed.js" && reply.status == StatusCode::OK;
        assert_eq!(reply.header("cross-origin-resource-policy"), if embedded { "cross-origin" } else { "same-origin" }, "{path}");
        assert!(reply.header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(!reply.header("permissions-policy").is_empty(), "{path}");
        assert_eq!(reply.header("x-request-id").len(), 26, "{path}");
        assert_eq!(reply.header("cache-control"), if embedded { "public, max-age=3600" } else { "no-store" }, "{path}");
        assert_eq!(reply.header("server"), "", "{path}");
        let secret = [
            "/recover/case/",
            "/recover/link/",
            "/recover/contact/",
            "/contact/",
            "/signup/case/",
            "/builder/signup/case/",
            "/security/password",
        ];
        let referrer = if secret.iter().any(|start| path.starts_with(start)) { "no-referrer" } else { "same-origin" };
        assert_eq!(reply.header("referrer-policy"), referrer, "{path}");
        // Programs are answered in their own words.
        if reply.status.is_client_error() && !path.starts_with("/privacy/v1/") {
            assert!(reply.header("content-type").starts_with("text/html") && reply.says("</html>"), "{path}: an error is a page");
        }
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-lw_") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{path}: {cookie}");
            assert!(!cookie.to_ascii_lowercase().contains("domain="), "O-C04 {path}: {cookie}");
        }
    }
    let style = browser.get(&crate::assets::ASSETS.style.path).await;
    assert_eq!((style.status, style.header("cache-control")), (StatusCode::OK, "public, max-age=31536000, immutable"));
}

#[tokio::test]
async fn every_redirect_stays_here() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let mut anybody = house.browser();
    for path in with("get") {
        for browser in [&mut browser, &mut anybody] {
            for query in ["", "?next=https://evil.example", "?next=//evil.example", "?return_to=%2F%5Cevil.example"] {
                let reply = browser.get(&format!("{path}{query}")).await;
                let location = reply.header("location");
                let ours = location.starts_with('/') && !location.starts_with("//") && !location.contains("evil");
                assert!(reply.status != StatusCode::SEE_OTHER || ours, "E13 {path}{query}: {location}");
            }
        }
    }
}

/// Pages and acts that need somebody signed in.
pub(super) fn gated() -> impl Iterator<Item = (&'static str, &'static str)> {
    let paths = SURFACE.iter().filter(|(path, _)| path.starts_with("/console") || path.starts_with("/security") || *path == "/signout");
    paths.flat_map(|(path, verbs)| verbs.iter().map(|verb| (*path, *verb)))
}

pub(super) async fn use_it(browser: &mut Browser<'_>, path: &str, verb: &str) -> super::browser::Reply {
    let path = filled(path);
    if verb == "get" { browser.get(&path).await } else { browser.post(&path, &[("mode", "link"), ("value", "on")]).await }
}

#[tokio::test]
async fn b10_nobody_who_is_not_signed_in_gets_past_sign_in() {
    let house = House::new().await;
    for (path, verb) in gated() {
        let mut browser = house.browser();
        browser.get("/signin/root").await;
        use_it(&mut browser, path, verb).await.to("/signin");
    }
}

#[tokio::test]
async fn b10_somebody_who_must_choose_a_password_gets_nowhere_else() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[("must_change", "on"), ("administrator", "on")]).await;
    let account = root.account().await;
    for (path, verb) in gated().filter(|(path, _)| !["/security/password", "/signout"].contains(path)) {
        let mut kim = house.browser();
        kim.sign_in_user(&account, "kim", OLD).await.to("/security/password");
        kim.get("/security/password").await;
        use_it(&mut kim, path, verb).await.to("/security/password");
    }
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await;
    assert!(kim.get("/security/password").await.says("Somebody else set your present password"));
    kim.post("/security/password", &[("current", OLD), ("password", NEW), ("again", NEW)]).await.to("/console");
    assert!(kim.is_in().await);
}

#[tokio::test]
async fn a_console_page_that_is_not_yours_does_not_exist() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    kim.get("/security").await;
    let before = house.rows().await;
    for (path, verb) in gated().filter(|(path, _)| path.starts_with("/console/")) {
        assert_eq!(use_it(&mut kim, path, verb).await.status, StatusCode::NOT_FOUND, "{verb} {path}");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
}
