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
