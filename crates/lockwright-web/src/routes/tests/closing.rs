//! Closing an account through the pages, and the one page that is left then.

use axum::http::StatusCode;

use super::browser::{ANA, House, OLD};
use crate::routes::SURFACE;

#[tokio::test]
async fn a_closed_account_shows_its_root_user_one_page_and_a_way_back() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[("administrator", "on")]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert_eq!(kim.get("/security/close").await.status, StatusCode::NOT_FOUND, "an administrator closes nothing");
    kim.get("/security/closed").await.to("/security");

    let page = root.get("/security/close").await;
    assert!(page.says("Harbour Works") && page.says("Close this account"), "{}", page.body);
    let wrong = root.post("/security/close", &[("name", "Harbour")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("That is another name."));
    root.post("/security/close", &[("name", "Harbour Works")]).await.to("/signin?done=closed");
    assert!(!root.is_in().await && !kim.is_in().await);
    let barred = kim.sign_in_user(&account, "kim", OLD).await;
    assert!(barred.says("this account is closed"), "{}", barred.body);

    root.sign_in(ANA, OLD).await;
    let page = root.get("/security/closed").await;
    assert!(page.says("This account is closed") && page.says("Reopen") && !page.says("/console/users"), "{}", page.body);
    // Whoever runs the account meets that page wherever they turn.
    for (path, verbs) in SURFACE {
        let inside = path.starts_with("/console") || path.starts_with("/security");
        if !inside || path.contains('{') || *path == "/security/closed" {
            continue;
        }
        for verb in *verbs {
            let reply = if *verb == "get" { root.get(path).await } else { root.post(path, &[("value", "on")]).await };
            reply.to("/security/closed");
        }
        root.get("/security/closed").await;
    }
    root.post("/security/closed", &[]).await.to("/console?done=reopened");
    assert!(root.is_in().await);
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
}

#[tokio::test]
async fn a_builder_id_is_told_when_the_time_is_over() {
    let house = House::new().await;
    let mut bela = house.browser();
    let case = bela.begin("/builder/signup", &[("email", "bela@example.com"), ("name", "Bela Novak")]).await;
    let code = house.code().await;
    bela.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
    bela.post(&case.replace("/recover/case/", "/builder/signup/case/"), &[("password", OLD), ("again", OLD)]).await.to("/console");
    assert!(bela.get("/security/close").await.says("Close my builder ID"));
    bela.post("/security/close", &[("name", "Bela Novak")]).await.to("/signin?done=closed");
    house.pass(90 * 86_400);
    bela.get("/signin/builder").await;
    bela.post("/signin/builder", &[("email", "bela@example.com"), ("password", OLD)]).await;
    let page = bela.get("/security/closed").await;
    assert!(page.says("The 90 days are over.") && !page.says("Reopen</button>"), "{}", page.body);
    bela.post("/security/closed", &[]).await.to("/security/closed");
    bela.post("/signout", &[]).await.to("/signin?done=signed-out");
}
