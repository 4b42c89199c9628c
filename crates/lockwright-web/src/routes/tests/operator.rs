//! The operators' pages: who gets in, and that the two sites know nothing of each other.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use lockwright_model::clock::Clock;
use lockwright_model::context::Source;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::identity::Principal;
use lockwright_model::operator::OperatorRole;
use lockwright_model::proof::Goal;
use lockwright_service::signin::SignInName;
use lockwright_testkit::passkey::SoftPasskey;
use lockwright_testkit::totp::SoftTotp;

use super::browser::{ANA, Browser, HOME, House, NEW, OLD, Reply};
use super::mfa::{between, unescaped};
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

/// Somebody who has just enrolled an app as operator, and its entry.
pub(super) async fn enrolled<'a>(house: &'a House, email: &str, role: OperatorRole) -> (Browser<'a>, SoftTotp) {
    let link = house.operator(email, role).await;
    let mut browser = house.operator_browser();
    browser.get(&link).await;
    let to = browser.post(&link, &[]).await.header("location").to_owned();
    browser.get(&to).await;
    browser.post(&format!("{to}/password"), &[("password", OLD), ("again", OLD)]).await;
    browser.get("/operator/signin").await;
    browser.post("/operator/signin", &[("email", email), ("password", OLD)]).await.to("/operator/security/mfa");
    assert!(browser.get("/operator/security/mfa").await.says("Operators always use a second factor"));
    browser.get("/operator/security/mfa/add").await;
    browser.post("/operator/security/mfa/totp", &[("name", "Phone")]).await.to("/operator/security/mfa/totp");
    let page = browser.get("/operator/security/mfa/totp").await;
    let app = SoftTotp::typed(between(&page.body, "<span class=\"seed\" data-copy>", "</span>"));
    let now = house.installation.clock.now();
    let (first, second) = (app.steps_later(now, -1), app.steps_later(now, 0));
    browser
        .post("/operator/security/mfa/totp/check", &[("first", &first), ("second", &second)])
        .await
        .to("/operator/security/codes?done=first-device");
    assert_eq!(browser.get("/operator").await.status, StatusCode::OK);
    house.installation.letters().await;
    (browser, app)
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
async fn b10_v6_3_4_o_m01_an_operator_signs_in_with_two_factors_or_a_passkey_and_no_other_way() {
    let house = House::new().await;
    let (mut olu, app) = enrolled(&house, OLU, OperatorRole::Support).await;
    olu.post("/operator/signout", &[]).await.to("/operator/signin?done=signed-out");
    olu.get("/operator/signin").await;
    olu.post("/operator/signin", &[("email", OLU), ("password", OLD)]).await.to("/operator/signin/second-step");
    for route in OPERATOR_SURFACE.iter().filter(|route| route.who != Who::Anyone) {
        use_it(&mut olu, route.path, route.verb).await.to("/operator/signin");
    }
    let step = olu.get("/operator/signin/second-step").await.header("location").to_owned();
    assert!(step.starts_with("/operator/signin/second-step/device/"), "{step}");
    let page = olu.get(&step).await;
    assert!(!page.says("/recover"), "{}", page.body);
    house.pass(60);
    let wrong = olu.post(&step, &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = app.at(house.installation.clock.now());
    olu.post(&step, &[("code", &code)]).await.to("/operator");
    assert!(olu.get("/operator").await.says("Caller code"));

    // A passkey of the operators' own origin signs in alone.
    let mut key = SoftPasskey::new("http://localhost:8421", &SystemEntropy);
    olu.get("/operator/security/mfa/add").await;
    let page = olu.post("/operator/security/mfa/passkey", &[("name", "Laptop")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let options = unescaped(between(&page.body, "data-passkey-make=\"", "\""));
    olu.post("/operator/security/mfa/passkey/finish", &[("response", &key.register(&options))])
        .await
        .to("/operator/security/mfa?done=device");
    let mut other = house.operator_browser();
    let challenge = async |browser: &mut Browser<'_>, path: &str| {
        let text = browser.post(&format!("{path}/options"), &[]).await.body;
        let asked: serde_json::Value = serde_json::from_str(&text).unwrap();
        (asked["options"].to_string(), asked["sealed"].as_str().unwrap().to_owned())
    };
    assert!(other.get("/operator/signin").await.says("data-passkey-signin=\"/operator/signin/passkey/options\""));
    let (options, sealed) = challenge(&mut other, "/operator/signin/passkey").await;
    let response = key.sign(&options);
    let mut public = house.browser();
    public.get("/signin/root").await;
    let there = public.post("/signin/passkey", &[("kind", "root"), ("challenge", &sealed), ("response", &response)]).await;
    assert_eq!(there.status, StatusCode::UNPROCESSABLE_ENTITY, "the public pages take no operator's passkey: {}", there.body);
    other.post("/operator/signin/passkey", &[("challenge", &sealed), ("response", &response)]).await.to("/operator");
    assert_eq!(other.get("/operator").await.status, StatusCode::OK);
    let session = other.cookies["lw_operator_session"].clone();
    public.cookies.insert("__Host-lw_session".into(), session);
    assert!(!public.is_in().await, "B10: an operator's session is none on the public pages");
}

#[tokio::test]
async fn a23_v8_4_2_every_route_for_security_is_closed_to_support() {
    let house = House::new().await;
    let (mut olu, _) = enrolled(&house, OLU, OperatorRole::Support).await;
    let (mut sam, _) = enrolled(&house, "sam@example.com", OperatorRole::Security).await;
    olu.get("/operator").await;
    let before = house.rows().await;
    let mut seen = 0;
    for route in OPERATOR_SURFACE.iter().filter(|route| route.who == Who::Security) {
        assert_eq!(use_it(&mut olu, route.path, route.verb).await.status, StatusCode::NOT_FOUND, "{}", route.path);
        seen += 1;
    }
    assert!(seen >= 3);
    assert_eq!(house.rows().await, before, "nothing was written");
    let page = sam.get("/operator/readiness").await;
    assert!(page.says("No recovery waits") && page.says("<svg"), "{}", page.body);
    assert!(!olu.get("/operator").await.says("/operator/readiness"));
    // The role counts as stored now, and a change of it ends the sessions.
    house.installation.lockwright.set_operator_role(&house.host(), &OLU.parse().unwrap(), OperatorRole::Security).await.unwrap();
    olu.get("/operator").await.to("/operator/signin");
}

#[tokio::test]
async fn a23_an_operator_who_lost_the_device_gets_a_link_from_the_host_and_the_old_password_is_dead() {
    let house = House::new().await;
    let (mut olu, _) = enrolled(&house, OLU, OperatorRole::Support).await;
    let reset = house.installation.lockwright.reset_operator_mfa(&house.host(), &OLU.parse().unwrap()).await.unwrap();
    olu.get("/operator").await.to("/operator/signin");
    olu.get("/operator/signin").await;
    let old = olu.post("/operator/signin", &[("email", OLU), ("password", OLD)]).await;
    assert!(old.says("That email and password don’t match"), "whoever only learned the password waits in vain: {}", old.body);
    let path = reset.url.expose().strip_prefix("http://localhost:8421").unwrap().to_owned();
    let mut again = password_set(&house, &path, NEW).await;
    again.get("/operator/signin").await;
    again.post("/operator/signin", &[("email", OLU), ("password", NEW)]).await.to("/operator/security/mfa");
    let letters = house.installation.letters().await;
    assert!(!letters.is_empty());
    for letter in letters {
        let mail = crate::mail::compose(&letter.mail, "Lockwright", HOME);
        assert!(!mail.text.is_empty() && !mail.text.contains(HOME), "no mail to an operator leads to the public pages: {}", mail.text);
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
    }
    assert_eq!(house.rows().await, before, "nothing was written");
    for path in OPERATOR_SURFACE.iter().filter(|route| route.verb == "post").map(|route| filled(route.path)) {
        let mut browser = house.operator_browser();
        browser.get("/operator/signin").await;
        browser.headers = vec![("origin", "http://localhost:8421".to_owned())];
        assert!(!browser.post(&path, &[]).await.says("This page has expired"), "{path}");
    }
}

/// Somebody who has lost nearly everything asks the operators: the case and the caller code.
async fn asks(house: &House, name: &SignInName) -> (String, String) {
    let lockwright = &house.installation.lockwright;
    let op = lockwright.op(Principal::Anonymous, Source::host());
    let opened = lockwright.start_recovery(&op, name, Goal::NewPassword).await.unwrap();
    let code = lockwright.ask_operators(&op, &opened.case, opened.holder.expose()).await.unwrap();
    (opened.case.to_string(), code)
}

#[tokio::test]
async fn v2_3_5_two_operators_help_on_their_pages_and_neither_could_alone() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let (mut olu, _) = enrolled(&house, OLU, OperatorRole::Support).await;
    let (mut sam, _) = enrolled(&house, "sam@example.com", OperatorRole::Security).await;
    let (case, code) = asks(&house, &SignInName::Root(ANA.parse().unwrap())).await;
    let path = format!("/operator/recoveries/{case}");

    assert!(olu.get("/operator").await.says("Caller code"));
    for odd in ["", "12345", "1234567", "abcdef", "contested"] {
        let page = olu.post("/operator", &[("code", odd)]).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("six digits"), "{odd}: {}", page.body);
    }
    let spelled = format!("{} {}", &code[..3], &code[3..]);
    let found = olu.post("/operator", &[("code", &spelled)]).await;
    assert!(found.says("a•••@example.com") && found.says("Harbour Works") && found.says("Open this recovery"), "{}", found.body);
    assert!(!found.says(ANA), "the address stays masked");
    assert!(!found.says(&code) && !found.says(&spelled), "the code is typed again, never copied");
    assert_eq!(olu.get(&format!("{path}/open")).await.status, StatusCode::METHOD_NOT_ALLOWED, "no link opens anything");
    let wrong = olu.post(&format!("{path}/open"), &[("code", if code == "000000" { "000001" } else { "000000" })]).await;
    assert!(wrong.says("That was another code, and nothing was opened"), "{}", wrong.body);
    assert_eq!(sam.get(&path).await.status, StatusCode::NOT_FOUND, "nothing is opened yet");
    olu.post(&format!("{path}/open"), &[("code", &code)]).await.to(&format!("{path}?done=help-opened"));
    assert!(olu.get(&path).await.says("You opened it. Another operator of role security decides."));
    assert_eq!(olu.post(&format!("{path}/approve"), &[]).await.status, StatusCode::NOT_FOUND);

    let list = sam.get("/operator/recoveries").await;
    assert!(list.says("To be approved") && list.says(&path) && !list.says("Harbour") && !list.says("example.com<"), "{}", list.body);
    let page = sam.get(&path).await;
    assert!(page.says("Approve this recovery?") && page.says("Harbour Works") && page.says("Olu Adeyemi"), "{}", page.body);
    let unsaid = sam.post(&format!("{path}/refuse"), &[("reason", " ")]).await;
    assert!(unsaid.status == StatusCode::UNPROCESSABLE_ENTITY && unsaid.says("Say in a few words why."), "{}", unsaid.body);
    sam.post(&format!("{path}/approve"), &[]).await.to(&format!("{path}?done=help-approved"));
    sam.post(&format!("{path}/approve"), &[]).await.to(&format!("{path}?done=help-not-now"));
    assert!(sam.get(&path).await.says("The waiting time runs"));
    assert!(sam.get("/operator/readiness").await.says("One recovery waits for its time to be over."));

    // The account's own trail tells of each look and step, without saying who the operators are by name or address.
    let trail = root.get("/console/trail").await;
    for what in
        ["An operator looked at a recovery", "An operator opened help with a recovery", "A second operator approved help with a recovery"]
    {
        assert!(trail.says(what), "{what}");
    }
    assert!(trail.says("An operator of this installation") && !trail.says(OLU) && !trail.says("sam@example.com"));
}

#[tokio::test]
async fn x08_an_operator_is_told_that_it_would_help_itself() {
    let house = House::new().await;
    house.registered().await;
    let (mut own, _) = enrolled(&house, "Ana+operator@example.com", OperatorRole::Security).await;
    let (case, code) = asks(&house, &SignInName::Root(ANA.parse().unwrap())).await;
    own.get("/operator").await;
    let found = own.post("/operator", &[("code", &code)]).await;
    assert!(found.says("You read a mailbox of this person") && !found.says("Open this recovery"), "{}", found.body);
    let opened = own.post(&format!("/operator/recoveries/{case}/open"), &[("code", &code)]).await;
    assert!(opened.status == StatusCode::UNPROCESSABLE_ENTITY && opened.says("can’t be opened"), "{}", opened.body);
}
