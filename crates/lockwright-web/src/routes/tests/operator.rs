//! The operators' pages: who gets in, and that the two sites know nothing of each other.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use lockwright_model::operator::OperatorRole;

use super::browser::{ANA, Browser, House, NEW, OLD, Reply};
use crate::http::Who;
use crate::routes::{OPERATOR_SURFACE, SURFACE};

const OLU: &str = "olu@example.com";

fn filled(pattern: &str) -> String {
    pattern
        .replace("/sessions/{id}", "/sessions/9f2c41d07be1a853")
        .replace("{case}", "MZXW6YTBOIMZXW6YTBOIMZXW6Y")
        .replace("{token}", "lw_link_x_y")
        .replace("{id}", "MZXW6YTBOIMZXW6Y")
        .replace("{name}", "x")
}

async fn use_it(browser: &mut Browser<'_>, path: &str, verb: &str) -> Reply {
    let path = filled(path);
    if verb == "get" { browser.get(&path).await } else { browser.post(&path, &[]).await }
}

/// Sets the password with the handed link.
async fn password_set<'a>(house: &'a House, link: &str, password: &str) -> Browser<'a> {
    let mut browser = house.operator_browser();
    assert!(browser.get(link).await.says("You were given this link to set your password"));
    let to = browser.post(link, &[]).await.header("location").to_owned();
    assert!(to.starts_with("/operator/recover/case/"), "{to}");
    assert!(browser.get(&to).await.says(&format!("operator {OLU}")));
    let done = browser.post(&format!("{to}/password"), &[("password", password), ("again", password)]).await;
    assert!(done.says("href=\"/operator/signin\""), "{}", done.body);
    browser
}

#[tokio::test]
async fn b10_v8_4_2_every_route_for_operators_asks_who_it_is() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/security").await;
    for route in OPERATOR_SURFACE.iter().filter(|route| route.who != Who::Anyone) {
        let mut anybody = house.operator_browser();
        anybody.get("/operator/signin").await;
        use_it(&mut anybody, route.path, route.verb).await.to("/operator/signin");
        // A living session of somebody else, under the name that these pages read.
        let mut member = house.operator_browser();
        member.cookies.insert("lw_operator_session".into(), root.cookies["__Host-lw_session"].clone());
        member.get("/operator/signin").await;
        use_it(&mut member, route.path, route.verb).await.to("/operator/signin");
    }
    assert!(root.is_in().await, "and nobody was signed out");
}

#[tokio::test]
async fn v8_4_2_nothing_anybody_may_open_leads_past_sign_in() {
    let anyone: Vec<&str> = OPERATOR_SURFACE.iter().filter(|route| route.who == Who::Anyone).map(|route| route.path).collect();
    let expected = ["/operator/signin", "/operator/recover/", "/assets/", "/favicon.ico", "/robots.txt"];
    assert!(anyone.iter().all(|path| expected.iter().any(|start| path.starts_with(start))), "{anyone:?}");
}

#[tokio::test]
async fn v8_4_2_the_public_pages_know_no_operators() {
    let house = House::new().await;
    let link = house.operator(OLU, OperatorRole::Security).await;
    let mut browser = house.browser();
    for (path, _) in SURFACE {
        assert!(!path.starts_with("/operator"), "{path}");
        let page = browser.get(&filled(path)).await;
        assert!(!page.says("/operator") && !page.says("localhost:8421"), "{path}");
    }
    for path in ["/operator", "/operator/signin", link.as_str(), link.strip_prefix("/operator").unwrap()] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        let reply = browser.post(path, &[]).await;
        assert!(matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED), "{path}: {}", reply.status);
    }
    // The refused tries spent nothing.
    password_set(&house, &link, OLD).await;
    // A case of everybody's is none on the operators' pages.
    house.registered().await;
    let case = house.browser().begin("/recover/root", &[("email", ANA)]).await;
    let link = house.link().await;
    let mut operator = house.operator_browser();
    operator.get("/operator/signin").await;
    for path in [format!("/operator{case}"), format!("/operator{link}")] {
        assert_eq!(operator.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(operator.post(&format!("/operator{link}"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&link).await.status, StatusCode::OK, "and it still works where it belongs");
}

#[tokio::test]
async fn b23_one_address_is_a_root_user_a_builder_id_and_an_operator_each_with_its_own_password() {
    let house = House::new().await;
    house.registered().await;
    let link = house.operator(ANA, OperatorRole::Support).await;
    let mut olu = house.operator_browser();
    let case = olu.get(&link).await;
    assert_eq!(case.status, StatusCode::OK);
    let to = olu.post(&link, &[]).await.header("location").to_owned();
    olu.get(&to).await;
    olu.post(&format!("{to}/password"), &[("password", NEW), ("again", NEW)]).await;
    olu.get("/operator/signin").await;
    let wrong = olu.post("/operator/signin", &[("email", ANA), ("password", OLD)]).await;
    assert!(wrong.says("That email and password don’t match"), "the root user's password is not the operator's");
    assert!(house.browser().sign_in(ANA, NEW).await.says("don’t match"), "nor the other way round");
    house.browser().sign_in(ANA, OLD).await.to("/console");
    assert!(house.try_operator("ANA@example.com", OperatorRole::Support).await.is_none(), "one address is one operator, however written");
}

#[tokio::test]
async fn b10_o_m01_a_password_alone_opens_no_page_for_operators() {
    let house = House::new().await;
    let link = house.operator(OLU, OperatorRole::Security).await;
    let mut olu = password_set(&house, &link, OLD).await;
    olu.get("/operator/signin").await;
    olu.post("/operator/signin", &[("email", OLU), ("password", OLD)]).await;
    olu.get("/operator/signin").await;
    for route in OPERATOR_SURFACE.iter().filter(|route| !matches!(route.who, Who::Anyone | Who::Enrolling)) {
        let reply = use_it(&mut olu, route.path, route.verb).await;
        assert!(["/operator/security/mfa", "/operator/signin"].contains(&reply.header("location")), "{}: {reply:?}", route.path);
    }
}

#[tokio::test]
async fn an_operators_link_works_once_and_a_newer_one_or_a_lock_ends_it() {
    let house = House::new().await;
    let link = house.operator(OLU, OperatorRole::Support).await;
    password_set(&house, &link, OLD).await;
    assert!(house.operator_browser().get(&link).await.says("Links and codes work once"));
    let lockwright = &house.installation.lockwright;
    let reset = lockwright.reset_operator_password(&house.host(), &OLU.parse().unwrap()).await.unwrap();
    let path = reset.url.expose().strip_prefix("http://localhost:8421").unwrap().to_owned();
    lockwright.set_operator_disabled(&house.host(), &OLU.parse().unwrap(), true).await.unwrap();
    let mut olu = house.operator_browser();
    olu.get(&path).await;
    let to = olu.post(&path, &[]).await.header("location").to_owned();
    olu.get(&to).await;
    let done = olu.post(&format!("{to}/password"), &[("password", NEW), ("again", NEW)]).await;
    assert_eq!(done.status, StatusCode::GONE, "{}", done.body);
}

#[tokio::test]
async fn d27_o_c01_o_c02_the_operators_table_answers_every_verb_and_takes_only_its_own_forms() {
    let house = House::new().await;
    let mut other = house.browser();
    other.get("/signin/root").await;
    let before = house.rows().await;
    for route in OPERATOR_SURFACE {
        let path = filled(route.path);
        let mut browser = house.operator_browser();
        browser.get("/operator/signin").await;
        for verb in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let reply = browser.send(Method::from_bytes(verb.as_bytes()).unwrap(), &path, "", Body::empty()).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{verb} {path}");
        }
        if route.verb == "get" {
            let got = browser.get(&path).await;
            assert!(got.header("content-security-policy").starts_with("default-src 'none'; "), "{path}");
            assert!(!got.headers.contains_key("set-cookie") || got.header("set-cookie").starts_with("lw_operator_"), "{path}");
            continue;
        }
        let expired = |reply: &Reply| reply.status == StatusCode::FORBIDDEN && reply.says("This page has expired");
        for token in ["", other.csrf.as_str()] {
            assert!(expired(&browser.post_raw(&path, format!("csrf={token}")).await), "{path} {token:?}");
        }
        for origin in ["https://id.example.com", "http://localhost:8420", "null"] {
            browser.headers = vec![("origin", origin.to_owned())];
            assert!(expired(&browser.post(&path, &[]).await), "{path} {origin}");
        }
        browser.headers = vec![("origin", "http://localhost:8421".to_owned())];
        assert!(!expired(&browser.post(&path, &[]).await), "{path}");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
}
