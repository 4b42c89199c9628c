//! Ways through the pages as people go them: register, sign in, forget, get back in.

use axum::http::StatusCode;
use lockwright_model::context::Source;
use lockwright_model::id::JobId;
use lockwright_model::secret::Secret;
use lockwright_model::setting::RegistrationOff;
use lockwright_model::token::Code;
use lockwright_service::config::{MailConfig, ServiceConfig};
use lockwright_service::mail::outgoing::{OutgoingMail, TicketPurpose};
use lockwright_service::mail::{ComposeMail, Mailer};

use super::browser::{ANA, House, NEW, OLD};
use crate::{MailWriter, WebConfig};

#[tokio::test]
async fn somebody_registers_an_account_and_is_its_root_user() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    assert!(browser.is_in().await);
    assert!(browser.get("/console").await.says("Root user of Harbour Works"));
    browser.get("/").await.to("/console");
    browser.get("/.well-known/change-password").await.to("/security/password");
    let reply = browser.post("/signout", &[]).await;
    reply.to("/signin?done=signed-out");
    assert_eq!(reply.header("clear-site-data"), "\"cache\", \"storage\"", "O-S07");
    assert!(!browser.is_in().await);
    assert!(browser.get("/signin?done=signed-out").await.says("You are signed out."));
    browser.get("/").await.to("/signin");
    browser.get("/.well-known/change-password").await.to("/recover");
}

#[tokio::test]
async fn n_s03_v7_2_1_v7_4_1_a_dead_session_stays_dead_on_the_server() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let cookies = browser.cookies.clone();
    browser.get("/console").await;
    browser.post("/signout", &[]).await;
    browser.cookies = cookies;
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn root_signs_in_in_two_steps_or_one() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    assert!(browser.get("/signin/root").await.says("name=\"email\""));
    let second = browser.post("/signin/root", &[("email", ANA)]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(second.says("name=\"password\""));
    let unknown = browser.post("/signin/root", &[("email", "nobody@example.com")]).await;
    assert_eq!((unknown.status, unknown.body.replace("nobody@example.com", ANA)), (second.status, second.body), "the same page for nobody");
    let none = browser.post("/signin/root", &[("email", ANA), ("password", "")]).await;
    assert!(none.says("Enter your password."));
    browser.post("/signin/root", &[("email", ANA), ("password", OLD)]).await.to("/console");
}

#[tokio::test]
async fn v6_3_8_a_wrong_password_and_an_unknown_name_look_the_same() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut browser = house.browser();
    browser.get("/signin/root").await;
    let known = browser.post("/signin/root", &[("email", ANA), ("password", "wrong")]).await;
    let unknown = browser.post("/signin/root", &[("email", "eve@example.com"), ("password", "wrong")]).await;
    assert_eq!((known.status, known.body), (unknown.status, unknown.body.replace("eve@example.com", ANA)));
    let known = browser.post("/signin/iam", &[("account", &account), ("user_name", "kim"), ("password", "wrong")]).await;
    let nobody = browser.post("/signin/iam", &[("account", &account), ("user_name", "eve"), ("password", "wrong")]).await;
    let nowhere = browser.post("/signin/iam", &[("account", "111122223333"), ("user_name", "kim"), ("password", "wrong")]).await;
    assert_eq!((known.status, known.body.as_str()), (nobody.status, nobody.body.replace("\"eve\"", "\"kim\"").as_str()));
    assert_eq!((known.status, known.body), (nowhere.status, nowhere.body.replace("111122223333", &account)));
}

#[tokio::test]
async fn a_forgotten_root_password_is_replaced_with_a_typed_code() {
    let house = House::new().await;
    let mut elsewhere = house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    assert!(browser.get(&case).await.says(&format!("If <strong class=\"name\">{ANA}</strong> belongs to a root user")));
    let code = house.code().await;
    let wrong = browser.post(&format!("{case}/code"), &[("code", "22222A")]).await;
    assert!(wrong.says("You have 4 tries left."), "{}", wrong.body);
    browser.post(&format!("{case}/resend"), &[]).await.to(&format!("{case}?sent=1"));
    assert!(browser.get(&format!("{case}?sent=1")).await.says("A fresh code is on its way"));
    let fresh = house.code().await;
    assert!(browser.post(&format!("{case}/code"), &[("code", &code)]).await.says("You have 3 tries left."), "the older code is dead");
    browser.post(&format!("{case}/code"), &[("code", &fresh.to_lowercase())]).await.to(&case);
    let page = browser.get(&case).await;
    assert!(page.says("root user of Harbour Works") && page.says("autocomplete=\"new-password\""));
    let weak = browser.post(&format!("{case}/password"), &[("password", "short"), ("again", "short")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let differ = browser.post(&format!("{case}/password"), &[("password", NEW), ("again", OLD)]).await;
    assert!(differ.says("id=\"again-error\""));
    let done = browser.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await;
    assert!(done.says("Your password is set") && done.says("One other session was ended."), "{}", done.body);
    assert!(!browser.is_in().await, "O-F13: a fresh sign-in");
    assert!(!elsewhere.is_in().await);
    browser.post(&format!("{case}/password"), &[("password", OLD), ("again", OLD)]).await.to(&case);
    assert!(browser.get(&case).await.says("This was used already"));
    browser.sign_in(ANA, NEW).await.to("/console");
}

#[tokio::test]
async fn v6_3_8_a_recovery_looks_the_same_for_nobody() {
    let house = House::new().await;
    house.registered().await;
    let mut shown = Vec::new();
    for email in [ANA, "nobody@example.com"] {
        let mut browser = house.browser();
        let case = browser.begin("/recover/root", &[("email", email)]).await;
        house.installation.letters().await;
        let page = browser.get(&case).await;
        let body = page.body.replace(email, "X").replace(&case, "C").replace(&browser.csrf, "T");
        shown.push((page.status, body));
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn five_wrong_codes_end_a_case() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let code = house.code().await;
    for _ in 0..4 {
        browser.post(&format!("{case}/code"), &[("code", "22222A")]).await;
    }
    let last = browser.post(&format!("{case}/code"), &[("code", "22222A")]).await;
    assert!(last.status == StatusCode::GONE && last.says("Too many tries"));
    assert_eq!(browser.post(&format!("{case}/code"), &[("code", &code)]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn an_address_with_odd_signs_is_shown_as_it_was_typed() {
    let house = House::new().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", "a|b{c}=d+e@example.com")]).await;
    assert!(browser.get(&case).await.says("a|b{c}=d+e@example.com"));
}

#[tokio::test]
async fn somebody_signed_in_keeps_the_way_back_on_a_problem_page() {
    let house = House::new().await;
    let mut browser = house.registered().await;
    let lost = browser.get("/nothing").await;
    assert!(lost.status == StatusCode::NOT_FOUND && lost.says("Go to the console") && lost.says("Sign out"), "{}", lost.body);
    browser.post("/signout", &[]).await.to("/signin?done=signed-out");
    assert!(browser.get("/nothing").await.says("Go to sign-in"));
}

#[tokio::test]
async fn the_outbox_shows_a_mail_as_it_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let config = WebConfig { outbox: Some(folder.path().to_owned()), ..WebConfig::default() };
    let house = House::at("http://127.0.0.1:8420", config).await;
    let lockwright = &house.installation.lockwright;
    let mail = MailConfig::Files(folder.path().to_owned());
    let mailer = Mailer::new(&ServiceConfig { mail, ..lockwright.config().clone() }).unwrap();
    let ticket = OutgoingMail::Ticket {
        purpose: TicketPurpose::RegisterBuilder { name: "Žofie Nováková".parse().unwrap() },
        code: Code::parse("AB34XY").unwrap(),
        link: Some(Secret::new(format!("http://127.0.0.1:8420/recover/link/{}/lw_link_{}_abcdef", "A".repeat(26), "b".repeat(52)))),
        expires: lockwright.now(),
        at: lockwright.now(),
        source: Source::host(),
    };
    let words = MailWriter.compose(&ticket, "Lockwright", "http://127.0.0.1:8420");
    let (subject, job) = (words.subject.clone(), JobId::draw(lockwright.entropy()));
    mailer.send(&ANA.parse().unwrap(), words, lockwright.now(), &job).await.unwrap();
    let mut browser = house.browser();
    browser.peer = "127.0.0.1:4000";
    let list = browser.get("/outbox").await;
    assert!(list.says(&subject) && list.says("To ana@example.com, just now"), "{}", list.body);
    let path = list.body.split("href=\"/outbox/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = browser.get(&format!("/outbox/{path}")).await;
    let link = format!("<a href=\"/recover/link/{}/lw_link_{}_abcdef\">", "A".repeat(26), "b".repeat(52));
    assert!(page.says("AB3 4XY") && page.says(&link) && page.says("If this wasn’t you"), "{}", page.body);
}

#[tokio::test]
async fn the_outbox_shows_a_message_to_a_phone_beside_the_mails() {
    let folder = tempfile::tempdir().unwrap();
    let config = WebConfig { message_outbox: Some(folder.path().to_owned()), ..WebConfig::default() };
    let house = House::at("http://127.0.0.1:8420", config).await;
    let (now, number) = (house.installation.lockwright.now().as_micros(), "A".repeat(26).to_lowercase());
    let message = "From: Lockwright <lockwright@example.com>\r\nTo: +4930901820\r\nSubject: Text message\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n481207 is your code.\r\n";
    std::fs::write(folder.path().join(format!("{now:017}-{number}.eml")), message).unwrap();
    let mut browser = house.browser();
    browser.peer = "127.0.0.1:4000";
    let list = browser.get("/outbox").await;
    assert!(list.says("Text message") && list.says("To +4930901820, just now"), "{}", list.body);
    assert!(list.says("No message provider is set up"), "{}", list.body);
    let page = browser.get(&format!("/outbox/{now:017}-{number}")).await;
    assert!(page.says("481207 is your code.") && page.says("+4930901820"), "{}", page.body);
    browser.peer = "192.0.2.1:4000";
    assert_eq!(browser.get("/outbox").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_case_ends_with_its_hour() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    let code = house.code().await;
    house.pass(3600);
    let page = browser.get(&case).await;
    assert!(page.status == StatusCode::GONE && page.says("has expired"));
    assert_eq!(browser.post(&format!("{case}/code"), &[("code", &code)]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn n_s07_a_form_from_before_sign_in_has_expired_after_it() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    browser.get("/recover/root").await;
    let old = browser.csrf.clone();
    browser.sign_in(ANA, OLD).await.to("/console");
    let reply = browser.post_raw("/recover/root", format!("csrf={old}&email={ANA}")).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(reply.says("This page has expired") && reply.says("href=\"/recover/root\""), "{}", reply.body);
}

#[tokio::test]
async fn somebody_registers_a_builder_id_while_it_is_open() {
    let house = House::new().await;
    let mut browser = house.browser();
    let case = browser.begin("/builder/signup", &[("email", "bela@example.com"), ("name", "Bela Novak")]).await;
    let link = house.link().await;
    let mut other = house.browser();
    other.get(&link).await;
    other.post(&link, &[]).await.to(&case);
    assert!(other.get(&case).await.says("Welcome, Bela Novak."), "in another browser too");
    let path = case.replace("/recover/case/", "/builder/signup/case/");
    let off = RegistrationOff { until: None, message: Some("We move.".into()) };
    house.installation.lockwright.set_builder_registration(&house.host(), Some(&off)).await.unwrap();
    let closed = other.post(&path, &[("password", OLD), ("again", OLD)]).await;
    assert!(closed.says("unavailable for now") && closed.says("We move."));
    assert!(browser.get("/builder/signup").await.says("Create an account instead"));
    house.installation.lockwright.set_builder_registration(&house.host(), None).await.unwrap();
    other.post(&path, &[("password", OLD), ("again", OLD)]).await.to("/console");
    assert!(other.get("/console").await.says("Hello, Bela Novak"));
    let mut again = house.browser();
    again.get("/signin/builder").await;
    again.post("/signin/builder", &[("email", "bela@example.com"), ("password", OLD)]).await.to("/console");
}

#[tokio::test]
async fn what_belongs_to_an_address_is_mailed_and_never_shown() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    browser.get("/recover/find").await;
    let found = browser.post("/recover/find", &[("email", ANA)]).await;
    let none = browser.post("/recover/find", &[("email", "nobody@example.com")]).await;
    assert_eq!((found.status, found.body), (none.status, none.body.replace("nobody@example.com", ANA)));
    let letters = house.installation.letters().await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [ANA]);
}

#[tokio::test]
async fn too_many_cases_from_one_network_are_told_to_wait() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/recover/root").await;
    let mut last = None;
    for at in 0..61 {
        last = Some(browser.post("/recover/root", &[("email", &format!("p{at}@example.com"))]).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.says("You can ask again in 60 minutes."), "{}", last.body);
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 3500);
}

#[tokio::test]
async fn the_outbox_is_open_to_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("01700000000000000-abc.eml"),
        "To: ana@example.com\r\nSubject: Your code\r\n\r\nAB3 4XY http://127.0.0.1:8420/recover",
    )
    .unwrap();
    let config =
        WebConfig { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], outbox: Some(folder.path().to_owned()), ..WebConfig::default() };
    let house = House::at("http://127.0.0.1:8420", config.clone()).await;
    let mut browser = house.browser();
    for path in ["/outbox", "/outbox/01700000000000000-abc"] {
        browser.peer = "192.0.2.1:4000";
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
        for (name, value) in [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"), ("x-real-ip", "127.0.0.1")] {
            browser.headers = vec![(name, value.into())];
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{name}");
            browser.peer = "127.0.0.1:4000";
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "a proxy on this machine speaks for others: {name}");
        }
        browser.headers.clear();
    }
    assert!(browser.get("/outbox").await.says("Your code"));
    let mail = browser.get("/outbox/01700000000000000-abc").await;
    assert!(mail.says("AB3 4XY") && mail.says("<a href=\"/recover\">"), "{}", mail.body);
    for odd in ["..%2F..%2Fetc%2Fpasswd", "x", "..", "%00", ".hidden"] {
        assert_eq!(browser.get(&format!("/outbox/{odd}")).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
    browser.get("/recover/root").await;
    let case = browser.begin("/recover/root", &[("email", ANA)]).await;
    assert!(browser.get(&case).await.says("href=\"/outbox\""));

    for (url, outbox) in [("https://id.example.com", config.outbox.clone()), ("http://127.0.0.1:8420", None)] {
        let house = House::at(url, WebConfig { outbox, ..config.clone() }).await;
        let mut browser = house.browser();
        browser.peer = "127.0.0.1:4000";
        assert_eq!(browser.get("/outbox").await.status, StatusCode::NOT_FOUND, "{url}");
    }
}

#[tokio::test]
async fn over_plain_http_on_loopback_cookies_go_without_the_prefix() {
    let house = House::at("http://127.0.0.1:8420", WebConfig::default()).await;
    let mut browser = house.browser();
    let reply = browser.get("/signin").await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("lw_browser=lw_browser_") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(reply.header("strict-transport-security"), "");
    assert_eq!(browser.get("/signin").await.header("set-cookie"), "", "drawn once");
}
