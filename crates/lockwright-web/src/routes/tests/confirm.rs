//! Proving once more who one is.

use axum::http::StatusCode;

use super::browser::{ANA, House, NEW, OLD};

const TEN_MINUTES: u64 = 600;

#[tokio::test]
async fn v7_5_1_a_proof_counts_for_ten_minutes_and_a_sign_in_is_one() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/security/confirm?back=/security/password").await.to("/security/password");
    house.pass(TEN_MINUTES);
    let asked = root.get("/security/confirm?back=/security/password").await;
    assert!(asked.status == StatusCode::OK && asked.says("Confirm that it’s you"), "{}", asked.body);
    let wrong = root.post("/security/confirm", &[("password", NEW), ("back", "/security/password")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("isn’t your present password"), "{}", wrong.body);
    assert!(wrong.says("value=\"/security/password\""));
    let before = root.cookies["__Host-lw_session"].clone();
    root.post("/security/confirm", &[("password", OLD), ("back", "/security/password")]).await.to("/security/password");
    assert_ne!(root.cookies["__Host-lw_session"], before, "O-S03");
    root.get("/security/confirm").await.to("/security");
    let mut stolen = house.browser();
    stolen.cookies.insert("__Host-lw_session".into(), before);
    assert!(!stolen.is_in().await, "the old token is dead");
    house.pass(TEN_MINUTES);
    assert_eq!(root.get("/security/confirm").await.status, StatusCode::OK);
}

#[tokio::test]
async fn e13_the_way_back_leads_nowhere_else() {
    let house = House::new().await;
    let mut root = house.registered().await;
    house.pass(TEN_MINUTES);
    for back in ["https://evil.example", "//evil.example", "/\\evil.example", "/signout", ""] {
        house.pass(TEN_MINUTES);
        let asked = root.get(&format!("/security/confirm?back={}", crate::http::encode(back))).await;
        assert!(!asked.says("evil"), "{}", asked.body);
        root.post("/security/confirm", &[("password", OLD), ("back", back)]).await.to("/security");
    }
}

#[tokio::test]
async fn v7_5_1_wrong_tries_count_like_sign_ins() {
    let house = House::new().await;
    let mut root = house.registered().await;
    house.pass(TEN_MINUTES);
    root.get("/security/confirm").await;
    for _ in 0..5 {
        root.post("/security/confirm", &[("password", NEW)]).await;
    }
    let later = root.post("/security/confirm", &[("password", OLD)]).await;
    assert!(later.status == StatusCode::TOO_MANY_REQUESTS && later.says("You can try again in"), "{}", later.body);
    assert_eq!(house.browser().sign_in(ANA, OLD).await.status, StatusCode::TOO_MANY_REQUESTS, "one count for both");
}
