//! Whom to reach about an account, through the pages.

use axum::http::StatusCode;

use super::browser::{House, OLD};

const PRIMARY: [(&str, &str); 6] = [
    ("full_name", "Ana Lima"),
    ("phone", "+351 21 000 0000"),
    ("address_line1", "Quay 1 <b>"),
    ("city", "Porto"),
    ("postal_code", "4000-001"),
    ("country_code", "pt"),
];
const DESK: [(&str, &str); 4] = [("name", "Duty desk"), ("title", "Desk"), ("email", "desk@example.com"), ("phone", "+351210000001")];

#[tokio::test]
async fn an_administrator_names_whom_to_reach() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[("administrator", "on")]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert!(kim.get("/console/account/contacts").await.says("Nobody is named yet."));
    let wrong = kim.post("/console/account/contact", &[("full_name", "Ana"), ("country_code", "Portugal")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("Enter the two letters of the country") && wrong.says("value=\"Portugal\""), "what was typed stays");
    kim.post("/console/account/contact", &PRIMARY).await.to("/console/account/contacts?done=saved");
    let page = kim.get("/console/account/contacts").await;
    assert!(page.says("Quay 1 &lt;b&gt;, 4000-001 Porto, PT") && page.says("+351210000000"), "{}", page.body);

    assert!(kim.post("/console/account/contacts/billing", &[("name", "Desk")]).await.says("Enter an email address"));
    kim.post("/console/account/contacts/billing", &DESK).await.to("/console/account/contacts?done=saved");
    assert!(kim.get("/console/account/contacts/billing").await.says("desk@example.com"));
    assert!(!kim.get("/console/account/contacts/security").await.says("desk@example.com"));
    assert_eq!(kim.get("/console/account/contacts/BILLING").await.status, StatusCode::NOT_FOUND);
    kim.get("/console/account/contacts").await;
    kim.post("/console/account/contacts/billing/remove", &[]).await.to("/console/account/contacts?done=saved");
    assert!(!root.get("/console/account/contacts").await.says("desk@example.com"));
    let trail = root.get("/console/trail").await;
    for words in ["Primary contact changed", "Alternate contact changed", "Alternate contact removed"] {
        assert!(trail.says(words), "{words}");
    }
}

#[tokio::test]
async fn a23_nobody_else_sees_or_changes_them() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/account/contacts/security").await;
    root.post("/console/account/contacts/security", &DESK).await.to("/console/account/contacts?done=saved");
    root.create_user("kim", &[]).await;
    let account = root.account().await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    kim.get("/security").await;
    for path in ["/console/account/contacts", "/console/account/contact", "/console/account/contacts/security"] {
        assert_eq!(kim.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    kim.get("/security").await;
    assert_eq!(kim.post("/console/account/contacts/security", &DESK).await.status, StatusCode::NOT_FOUND);
    assert_eq!(kim.post("/console/account/contacts/security/remove", &[]).await.status, StatusCode::NOT_FOUND);
    assert!(root.get("/console/account/contacts").await.says("desk@example.com"));
}
