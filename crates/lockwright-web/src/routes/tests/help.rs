//! The help centre as people and operators see it.

use axum::http::StatusCode;
use lockwright_model::operator::OperatorRole;

use super::browser::House;
use super::operator::enrolled;
use crate::WebConfig;
use crate::help::HelpCentre;

#[tokio::test]
async fn m23_whoever_is_locked_out_finds_an_article_and_from_it_the_way_back_in() {
    let house = House::new().await;
    let mut browser = house.browser();
    let signin = browser.get("/signin/root").await;
    assert!(signin.body.contains("action=\"/help/search\" role=\"search\"") && signin.body.contains("href=\"/help\""));
    let found = browser.get("/help/search?q=i+lost+my+phoen").await;
    assert!(found.says("The device of your second step is lost or broken"), "{}", found.body);
    let article = browser.get("/help/device-lost-or-broken").await;
    for words in ["For whom", "What you need", "How long it takes", "What happens next", "Relevant content", "href=\"/recover/device\""] {
        assert!(article.body.contains(words), "{words}");
    }
    assert_eq!(article.body.matches("official · updated <time datetime=\"2026-").count(), 4);
    assert_eq!(browser.get("/help/no-such-article").await.status, StatusCode::NOT_FOUND);
    assert!(browser.get("/help").await.says("When much is lost"));
    assert!(browser.get("/help/start").await.says("What has happened?"));
    assert!(browser.get("/help/start/lost").await.says("What is lost?"));
    assert_eq!(browser.get("/help/start/no-such-question").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn e07_what_is_searched_for_is_shown_as_text() {
    let house = House::new().await;
    let mut browser = house.browser();
    let found = browser.get("/help/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!found.body.contains("<script>alert") && found.body.contains("&lt;script&gt;"), "{}", found.body);
    for odd in ["/help/search", "/help/search?q=", "/help/search?q=%ff", "/help/search?q=a&q=b", "/help/search?q=%00"] {
        assert_eq!(browser.get(odd).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn operators_see_their_articles_before_everybody_does() {
    let folder = tempfile::tempdir().unwrap();
    let config = WebConfig { help: HelpCentre::with(Some(folder.path().to_owned())), ..WebConfig::default() };
    let house = House::at(super::browser::HOME, config).await;
    let text =
        "---\ntitle: Our desk\nsummary: S.\ntopic: Here\nfor: You.\ntime: Now.\nnext: N.\nupdated: 2026-06-24\n---\nGo [there](/recover).";
    std::fs::write(folder.path().join("our-desk.md"), text).unwrap();
    std::fs::write(folder.path().join("draft.md"), text.replace("---\nGo", "draft: yes\n---\nStill <b>odd</b>")).unwrap();
    let mut anybody = house.browser();
    assert_eq!(anybody.get("/help/our-desk").await.status, StatusCode::NOT_FOUND);
    let mut operator = enrolled(&house, "olu@example.com", OperatorRole::Support).await.0;
    let list = operator.get("/operator/articles").await;
    assert!(list.says("Our desk") && list.says("A draft: stays hidden") && !list.says("Show the folder"), "{}", list.body);
    assert_eq!(operator.post("/operator/articles", &[]).await.status, StatusCode::NOT_FOUND, "support only looks");
    let preview = operator.get("/operator/articles/our-desk").await;
    assert!(preview.body.contains("href=\"https://id.example.com/recover\""), "{}", preview.body);
    assert!(operator.get("/operator/articles/draft").await.body.contains("&lt;b&gt;odd"));
    let mut security = enrolled(&house, "sam@example.com", OperatorRole::Security).await.0;
    assert!(security.get("/operator/articles").await.says("Show the folder as it is now"));
    security.post("/operator/articles", &[]).await.to("/operator/articles?done=articles");
    assert!(anybody.get("/help/our-desk").await.says("Our desk"));
    assert_eq!(anybody.get("/help/draft").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn m23_whether_an_article_helped_is_counted_for_operators_and_a_flood_from_one_network_is_not() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/help/new-phone").await;
    for _ in 0..25 {
        let thanks = browser.post("/help/new-phone/rate", &[("helped", "yes")]).await;
        assert!(thanks.says("Good. Thank you for saying so."), "the same answer, counted or not");
    }
    let mut other = house.browser();
    other.peer = "198.51.100.7:40000";
    other.get("/help/new-phone").await;
    assert!(other.post("/help/new-phone/rate", &[("helped", "no")]).await.says("Write to support"));
    assert_eq!(other.post("/help/new-phone/rate", &[("helped", "maybe")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(other.post("/help/no-such/rate", &[("helped", "yes")]).await.status, StatusCode::NOT_FOUND);
    let mut operator = enrolled(&house, "olu@example.com", OperatorRole::Support).await.0;
    let list = operator.get("/operator/articles").await.body;
    assert!(list.contains("<td data-label=\"Yes\" class=\"number\">20</td><td data-label=\"No\" class=\"number\">1</td>"), "{list}");
}

const ASKED: [(&str, &str); 3] = [("topic", "mail"), ("email", "Kim@Example.com"), ("text", "The mail never comes. <b>Help</b>")];

#[tokio::test]
async fn m23_a_request_to_support_is_answered_by_mail_and_tells_nothing_of_accounts() {
    let house = House::new().await;
    house.registered().await;
    let mut browser = house.browser();
    let form = browser.get("/support").await;
    assert!(form.says("We never ask for a password or a code."));
    let known = browser.post("/support", &[("topic", "mail"), ("email", super::browser::ANA), ("text", "Nothing comes.")]).await;
    let unknown = browser.post("/support", &ASKED).await;
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
    let shape = |reply: &super::browser::Reply, email: &str| reply.body.len() - email.len();
    assert_eq!(shape(&known, super::browser::ANA), shape(&unknown, "Kim@Example.com"), "whoever has an account gets the same page");
    assert!(house.installation.letters().await.is_empty(), "a stranger has nothing mailed to anybody");
    let mut operator = enrolled(&house, "olu@example.com", OperatorRole::Support).await.0;
    let list = operator.get("/operator/support").await;
    let link = list
        .body
        .split("href=\"/operator/support/")
        .nth(2)
        .and_then(|rest| rest.split('"').next())
        .map(|id| format!("/operator/support/{id}"));
    let link = link.expect("both stand there");
    let show = operator.get(&link).await;
    assert!(show.body.contains("&lt;b&gt;Help"), "{}", show.body);
    let refused = operator.post(&format!("{link}/answer"), &[("answer", "Your new password: Quarry4lantern")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("a password"), "{}", refused.body);
    operator.post(&format!("{link}/answer"), &[("answer", "Look into the spam folder.")]).await.to("/operator/support?done=support");
    operator.post(&format!("{link}/answer"), &[("answer", "Once more.")]).await.to(&format!("{link}?done=help-done"));
    let letters = house.installation.letters().await;
    assert_eq!(letters.len(), 1);
    assert!(operator.get(&link).await.says("Look into the spam folder."));
}

#[tokio::test]
async fn m23_support_refuses_what_holds_a_password_a_code_or_a_key_and_keeps_nothing_of_it() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/support").await;
    let before = house.rows().await;
    for (text, named) in [
        ("My password is Quarry4lantern, let me in", "a password"),
        ("The code is 481207", "a code"),
        ("AKIARZPUZDIKCI2FM6E2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGB+i0SHi", "the secret of an access key"),
        ("-----BEGIN PRIVATE KEY-----\nMHcCAQEEIOa", "a private key"),
    ] {
        let refused = browser.post("/support", &[("topic", "other"), ("email", "kim@example.com"), ("text", text)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(refused.says(named) && !refused.body.contains("Quarry4") && !refused.body.contains("481207"), "{text}: {}", refused.body);
        let unfinished = browser.post("/support", &[("topic", ""), ("email", "kim"), ("text", text)]).await;
        assert!(!unfinished.body.contains("Quarry4") && !unfinished.body.contains("481207"), "{text}");
    }
    assert_eq!(house.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn support_takes_five_requests_an_hour_from_one_network() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.get("/support").await;
    for _ in 0..5 {
        assert_eq!(browser.post("/support", &ASKED).await.status, StatusCode::OK);
    }
    let later = browser.post("/support", &ASKED).await;
    assert_eq!(later.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(later.says("The mail never comes."), "what was written is not lost");
    house.pass(3601);
    browser.get("/support").await;
    assert_eq!(browser.post("/support", &ASKED).await.status, StatusCode::OK);
}
