//! Attacks that concern HTTP, each named by its id in the list of attacks.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use lockwright_model::clock::{Clock, Timestamp};

use super::browser::{ANA, House, NEW, OLD};
use crate::WebConfig;
use crate::page::words;

#[tokio::test]
async fn a01_only_the_stored_address_is_mailed_to_whatever_form_the_address_has() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    browser.get("/recover/root").await;
    let csrf = browser.csrf.clone();
    let odd = [
        "email[]=ana@example.com&email[]=mallory@example.com",
        "email=ana@example.com&email=mallory@example.com",
        "email=ana@example.com%2Cmallory@example.com",
        "email=ana@example.com%0D%0ABcc:+mallory@example.com",
        "email=ana@example.com%0Amallory@example.com",
        "email=ana@example.com%00",
        "email=%5B%22ana@example.com%22%2C%22mallory@example.com%22%5D",
        "email[0]=ana@example.com&email[1]=mallory@example.com",
        "email=%3Cana@example.com%3E",
        "email=ana@example.com;mallory@example.com",
        "email=",
    ];
    for path in ["/recover/root", "/recover/builder", "/recover/find", "/signup"] {
        for body in odd {
            let reply = browser.post_raw(path, format!("csrf={csrf}&{body}")).await;
            assert!(reply.status == StatusCode::BAD_REQUEST || reply.status == StatusCode::UNPROCESSABLE_ENTITY, "{path} {body}");
        }
        let json = format!("{{\"csrf\":\"{csrf}\",\"email\":[\"{ANA}\",\"mallory@example.com\"]}}");
        assert_eq!(browser.send(Method::POST, path, "application/json", json).await.status, StatusCode::BAD_REQUEST);
    }
    assert!(house.installation.letters().await.is_empty());
    // What is written differently but is the same address reaches the stored form of it only.
    browser.post("/recover/root", &[("email", " ANA@EXAMPLE.com ")]).await;
    let letters = house.installation.letters().await;
    let to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, [ANA]);
}

#[tokio::test]
async fn a02_no_order_of_steps_reaches_the_new_password_without_the_proof() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    house.installation.letters().await;
    let new = [("password", NEW), ("again", NEW), ("account_name", "X")];
    let details = case.replace("/recover/case/", "/signup/case/");
    let builder = case.replace("/recover/case/", "/builder/signup/case/");
    for step in ["password", "resend", "password", "help", "password", "cancel", "password", "resend", "password"] {
        browser.post(&format!("{case}/{step}"), &new).await;
        browser.post(&details, &new).await;
        browser.post(&builder, &new).await;
        assert!(!browser.get(&case).await.says("name=\"password\""), "after {step}");
    }
    assert_eq!(house.browser().sign_in(ANA, NEW).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.browser().sign_in(ANA, OLD).await.to("/console");
}

#[tokio::test]
async fn another_name_of_this_machine_leads_to_the_configured_one() {
    let house = House::at("http://127.0.0.1:8420", WebConfig::default()).await;
    let mut browser = house.browser();
    browser.headers = vec![("host", "localhost:8420".to_owned())];
    let reply = browser.get("/signin?x=1").await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "http://127.0.0.1:8420/signin?x=1"));
    for host in ["127.0.0.1:8420", "evil.example", "localhost.evil.example:8420"] {
        browser.headers = vec![("host", host.to_owned())];
        assert_eq!(browser.get("/signin").await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a08_a10_links_and_redirects_come_from_configuration_whatever_the_headers_say() {
    let house = House::new().await;
    house.registered().await;
    let forged = [
        "host",
        "x-forwarded-host",
        "x-forwarded-server",
        "x-host",
        "x-original-host",
        "x-forwarded-proto",
        "x-original-url",
        "x-rewrite-url",
        "forwarded",
    ];
    for name in forged {
        let mut browser = house.browser();
        browser.get("/recover/root").await;
        let value = if name == "forwarded" { "host=evil.example;proto=http" } else { "evil.example" };
        browser.headers = vec![(name, value.to_owned()), ("x-forwarded-for", "203.0.113.9".to_owned())];
        let reply = browser.post("/recover/root", &[("email", ANA)]).await;
        assert!(reply.header("location").starts_with("/recover/case/"), "{name}");
        for letter in house.installation.letters().await {
            assert!(letter.url().unwrap().starts_with("https://id.example.com/recover/link/"), "{name}");
        }
        // The limit on mails to one address is an hour's.
        house.pass(3601);
    }
    // The absolute form of a request line.
    let mut browser = house.browser();
    let reply = browser.get("http://evil.example/signin").await;
    assert!(reply.status == StatusCode::OK && !reply.says("evil.example"));
    browser.get("http://evil.example/console").await.to("/signin");
}

#[tokio::test]
async fn a14_further_fields_change_nothing() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    browser.get("/recover/root").await;
    let fields = [
        ("email", ANA),
        ("to", "mallory@example.com"),
        ("email[]", "mallory@example.com"),
        ("next", "https://evil.example"),
        ("subject", "root/1"),
    ];
    let reply = browser.post("/recover/root", &fields).await;
    let case = reply.header("location").to_owned();
    let letters = house.installation.letters().await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [ANA]);
    browser.get(&case).await;
    let code = letters[0].code().unwrap().to_owned();
    browser.post(&format!("{case}/code"), &[("code", &code)]).await;
    let more = [("password", NEW), ("again", NEW), ("username", "mallory@example.com"), ("user", "x"), ("next", "//evil.example")];
    let done = browser.post(&format!("{case}/password"), &more).await;
    assert!(done.says("Your password is set") && !done.says("mallory") && !done.says("evil"));
    house.browser().sign_in(ANA, NEW).await.to("/console");
}

#[tokio::test]
async fn a20_a_blank_token_opens_nothing_anywhere() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    house.installation.letters().await;
    let link = case.replace("/recover/case/", "/recover/link/");
    for blank in ["%20", "0", "null", "undefined", "%00", "[]", "lw_link__", "%5B%5D", "false"] {
        assert_eq!(browser.get(&format!("{link}/{blank}")).await.status, StatusCode::NOT_FOUND, "{blank}");
        assert_eq!(browser.post(&format!("{link}/{blank}"), &[]).await.status, StatusCode::NOT_FOUND, "{blank}");
    }
    assert_eq!(browser.get(&format!("{link}/")).await.status, StatusCode::NOT_FOUND);
    browser.get(&case).await;
    for blank in ["", " ", "\u{a0}"] {
        assert_eq!(browser.post(&format!("{case}/code"), &[("code", blank)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for cookie in ["", " ", "0", "null"] {
        let mut stranger = house.browser();
        stranger.cookies.insert("__Host-lw_case".into(), cookie.into());
        stranger.cookies.insert("__Host-lw_session".into(), cookie.into());
        assert_eq!(stranger.get(&case).await.status, StatusCode::FORBIDDEN, "{cookie:?}");
        stranger.get("/console").await.to("/signin");
    }
}

#[tokio::test]
async fn a25_a_huge_token_is_refused_without_work() {
    let house = House::new().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let link = case.replace("/recover/case/", "/recover/link/");
    // The longest URI that the HTTP library takes; the listener's own limits are narrower.
    let huge = "1".repeat(60_000);
    assert_eq!(browser.get(&format!("{link}/{huge}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&format!("/recover/case/{huge}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&format!("/console/trail?before={huge}")).await.status, StatusCode::SEE_OTHER);
    browser.get(&case).await;
    assert_eq!(browser.post(&format!("{case}/code"), &[("code", &"1".repeat(1_000_000))]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(browser.post(&format!("{case}/code"), &[("code", &"1".repeat(60_000))]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a26_a_cookie_from_before_the_proof_is_worthless_after_it() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    // Somebody planted, or copied, the cookie.
    let mut mallory = house.browser();
    mallory.cookies = browser.cookies.clone();
    mallory.get(&case).await;
    let code = house.code().await;
    browser.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
    assert_eq!(mallory.get(&case).await.status, StatusCode::FORBIDDEN);
    let taken = mallory.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await;
    assert_eq!(taken.status, StatusCode::FORBIDDEN);
    assert!(browser.get(&case).await.says("name=\"password\""));
    house.browser().sign_in(ANA, OLD).await.to("/console");
}

#[tokio::test]
async fn a28_a_link_is_spent_by_its_button_and_works_once() {
    let house = House::new().await;
    house.registered().await;
    let mut asked = house.browser();
    asked.begin("/recover/root", &[("email", ANA)]).await;
    let link = house.link().await;
    let mut scanner = house.browser();
    for _ in 0..5 {
        assert_eq!(scanner.get(&link).await.status, StatusCode::OK);
        assert_eq!(scanner.send(Method::HEAD, &link, "", Body::empty()).await.status, StatusCode::OK);
    }
    let mut first = house.browser();
    assert!(first.get(&link).await.says("Continue to choose a new password"));
    let mut second = house.browser();
    second.get(&link).await;
    let case = first.post(&link, &[]).await.header("location").to_owned();
    assert!(first.get(&case).await.says("name=\"password\""));
    assert_eq!(second.post(&link, &[]).await.status, StatusCode::GONE);
    assert_eq!(second.get(&link).await.status, StatusCode::GONE);
    assert_eq!(first.post(&link, &[]).await.status, StatusCode::GONE);
    assert!(!second.get(&case).await.says("name=\"password\""));
}

#[tokio::test]
async fn a29_a_stranger_can_neither_cancel_nor_restart_nor_use_up_a_recovery() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let code = house.code().await;
    let mut stranger = house.browser();
    stranger.begin("/recover/root", &[("email", "nobody@example.com")]).await;
    for _ in 0..6 {
        for step in ["cancel", "resend", "code", "password"] {
            let reply = stranger.post(&format!("{case}/{step}"), &[("code", "AAAAAA"), ("password", NEW), ("again", NEW)]).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{step}");
        }
    }
    assert!(house.installation.letters().await.is_empty(), "no fresh code was drawn");
    browser.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
}

#[tokio::test]
async fn b04_b05_all_forms_of_a_name_share_one_count() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("Kim", &[]).await;
    let account = root.account().await;
    let grouped = words::account(account.parse().unwrap());
    let forms = ["ana@example.com", "ANA@example.com", " ana@EXAMPLE.COM ", "Ana@Example.com", "aNa@example.com"];
    for form in forms {
        assert!(house.browser().sign_in(form, "wrong").await.says("don’t match"), "{form}");
    }
    assert_eq!(house.browser().sign_in("anA@example.com", OLD).await.status, StatusCode::TOO_MANY_REQUESTS);
    for (account, name) in [(&account, "kim"), (&grouped, "KIM"), (&account, " Kim "), (&grouped, "kIm"), (&account, "kiM")] {
        assert!(house.browser().sign_in_user(account, name, "wrong").await.says("don’t match"), "{account} {name}");
    }
    let waited = house.browser().sign_in_user(&account, "Kim", OLD).await;
    assert_eq!((waited.status, waited.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "2"));
    assert!(waited.says("Too many tries"));
    house.installation.clock.advance(Duration::from_secs(2));
    house.browser().sign_in_user(&account, "Kim", OLD).await.to("/console");
}

#[tokio::test]
async fn b17_every_browser_has_a_session_of_its_own_and_all_die_with_the_password() {
    let house = House::new().await;
    let mut first = house.registered().await;
    let mut second = house.browser();
    second.sign_in(ANA, OLD).await.to("/console");
    assert_ne!(first.cookies["__Host-lw_session"], second.cookies["__Host-lw_session"]);
    first.get("/security/password").await;
    let before = first.cookies["__Host-lw_session"].clone();
    let changed = [("current", OLD), ("password", NEW), ("again", NEW)];
    first.post("/security/password", &changed).await.to("/security?done=password");
    assert_ne!(first.cookies["__Host-lw_session"], before, "O-S03");
    assert!(first.is_in().await && !second.is_in().await);
    let mut old = house.browser();
    old.cookies.insert("__Host-lw_session".into(), before);
    assert!(!old.is_in().await);
}

#[tokio::test]
async fn b19_an_odd_header_skips_no_check() {
    let trusted = WebConfig { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..WebConfig::default() };
    let house = House::at("https://id.example.com", trusted).await;
    let odd: [(&str, &[u8]); 8] = [
        ("x-forwarded-for", b"garbage"),
        ("x-forwarded-for", b"\xff\xfe"),
        ("cookie", b"\xff=\xff; ;;=;"),
        ("user-agent", b"\xf0\x28\x8c\x28"),
        ("content-length", b"-1"),
        ("sec-fetch-site", b"\xff"),
        ("origin", b"\xff"),
        ("referer", b"\xff"),
    ];
    for (name, value) in odd {
        let request = |method: Method, path: &str, body: String| {
            axum::http::Request::builder()
                .method(method)
                .uri(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, axum::http::HeaderValue::from_bytes(value).unwrap())
                .extension(lockwright_service::client::Peer("10.0.0.1:9".parse().unwrap()))
                .body(Body::from(body))
                .unwrap()
        };
        use tower::ServiceExt;
        let console = house.router.clone().oneshot(request(Method::GET, "/console", String::new())).await.unwrap();
        assert_eq!(console.headers()["location"], "/signin", "{name}");
        let body = format!("email={ANA}&password={OLD}");
        let signed = house.router.clone().oneshot(request(Method::POST, "/signin/root", body)).await.unwrap();
        assert!(signed.status().is_client_error(), "{name}");
        assert!(!signed.headers().get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("session")), "{name}");
    }
}

#[tokio::test]
async fn b28_an_empty_password_is_refused_on_every_path() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    for empty in ["", " ", "\0", "\t", "\u{200b}"] {
        assert!(house.browser().sign_in(ANA, empty).await.status.is_client_error(), "{empty:?}");
        assert!(house.browser().sign_in_user(&account, "kim", empty).await.status.is_client_error(), "{empty:?}");
        let mut builder = house.browser();
        builder.get("/signin/builder").await;
        assert!(builder.post("/signin/builder", &[("email", ANA), ("password", empty)]).await.status.is_client_error());
        house.pass(3600);
        let mut root = house.browser();
        root.sign_in(ANA, OLD).await.to("/console");
        root.get("/security/password").await;
        let fields = [("current", OLD), ("password", empty), ("again", empty)];
        assert_eq!(root.post("/security/password", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{empty:?}");
        let fields = [("current", empty), ("password", NEW), ("again", NEW)];
        assert_eq!(root.post("/security/password", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{empty:?}");
        root.get("/console/users/new").await;
        let fields = [("name", "lee"), ("mode", "typed"), ("password", empty)];
        assert_eq!(root.post("/console/users", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{empty:?}");
    }
}

#[tokio::test]
async fn e05_identity_headers_are_ignored_and_no_proxy_is_trusted_unless_named() {
    let house = House::new().await;
    house.registered().await;
    for name in ["x-remote-user", "remote-user", "x-webauth-user", "x-forwarded-user", "x-auth-request-email", "authorization"] {
        let mut browser = house.browser();
        browser.headers = vec![(name, ANA.to_owned())];
        browser.get("/console").await.to("/signin");
    }
    let mut browser = house.browser();
    browser.headers = vec![("x-forwarded-for", "203.0.113.7".into()), ("x-real-ip", "203.0.113.7".into())];
    browser.sign_in(ANA, OLD).await.to("/console");
    let page = browser.get("/security").await;
    assert!(page.says("192.0.2.1") && !page.says("203.0.113.7"));
}

#[tokio::test]
async fn e07_hostile_names_and_agents_are_inert() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.headers = vec![("user-agent", "<script>alert(1)</script>\"'><img src=x>".into())];
    root.sign_in(ANA, OLD).await;
    root.get("/console/account").await;
    let name = "A\"'&`{{ 7*7 }}{% x %}";
    root.post("/console/account/name", &[("name", name)]).await.to("/console/account?done=saved");
    let refused = root.post("/console/account/name", &[("name", "<script>alert(1)</script>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.says("<script>alert"));
    for path in ["/console", "/console/account", "/console/trail", "/security", "/security/password"] {
        let page = root.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.says("<script>alert") && !page.says("<img src=x") && !page.says("49}") && !page.says("A\"'&"), "{path}");
    }
    let mut browser = house.browser();
    for (path, field) in [("/signin/root", "email"), ("/recover/find", "email"), ("/signin/iam", "user_name"), ("/signup", "email")] {
        browser.get(path).await;
        let reply = browser.post(path, &[(field, "\"><script>alert(1)</script>")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(!reply.says("<script>alert"), "{path}");
    }
    assert!(!browser.get("/a/%22%3E%3Cscript%3Ealert(1)").await.says("<script>alert"));
    assert!(!browser.get("/signin?done=%3Cscript%3E").await.says("<script>"));
}

#[tokio::test]
async fn e10_large_and_wide_bodies_are_refused() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/signin/root").await;
    let large = format!("csrf={}&email={}", browser.csrf, "a".repeat(10_000_000));
    assert_eq!(browser.post_raw("/signin/root", large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let wide: String = (0..100_000).map(|at| format!("&f{at}=1")).collect();
    assert_eq!(browser.post_raw("/signin/root", wide).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many: String = (0..65).map(|at| format!("&f{at}=1")).collect();
    assert_eq!(browser.post_raw("/signin/root", format!("csrf={}{many}", browser.csrf)).await.status, StatusCode::BAD_REQUEST);
    // The bodies above don't say how long they are; this one does, and is not even read.
    browser.headers = vec![("content-length", "10000000".into())];
    assert_eq!(browser.post("/signin/root", &[]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    browser.headers.clear();
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
        "application/x-www-form-urlencoded; charset=utf-16",
    ] {
        let body = format!("csrf={}&email={ANA}", browser.csrf);
        assert_eq!(browser.send(Method::POST, "/signin/root", kind, body).await.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(browser.send(Method::POST, "/signin/root", "application/json", deep).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn x02_a_clock_that_went_back_is_told_and_signs_nobody_in() {
    let house = House::new().await;
    let mut member = house.registered().await;
    let clock = &house.installation.clock;
    let now = clock.now().as_micros();
    clock.set(Timestamp::from_micros(now - 86_400_000_000));
    assert!(member.is_in().await, "who is signed in stays so");
    assert_eq!(member.get("/security").await.status, StatusCode::OK);
    let mut browser = house.browser();
    assert_eq!(browser.get("/signin/root").await.status, StatusCode::OK);
    for (path, fields) in [
        ("/signin/root", [("email", ANA), ("password", OLD)]),
        ("/recover/root", [("email", ANA), ("x", "")]),
        ("/recover/root", [("email", "nobody@example.com"), ("x", "")]),
        ("/signup", [("email", "eve@example.com"), ("x", "")]),
    ] {
        let refused = browser.post(path, &fields).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(refused.says("The server’s clock went back") && refused.says("has been alerted"), "{path}: {}", refused.body);
    }
    clock.set(Timestamp::from_micros(now - 60_000_000));
    browser.get("/signin/root").await;
    let soon = browser.post("/signin/root", &[("email", ANA), ("password", OLD)]).await;
    assert!(soon.says("Try again in") && !soon.header("retry-after").is_empty(), "{}", soon.body);
    member.get("/security").await;
    member.post("/signout", &[]).await.to("/signin?done=signed-out");
    clock.set(Timestamp::from_micros(now + 1_000_000));
    browser.sign_in(ANA, OLD).await.to("/console");
}
