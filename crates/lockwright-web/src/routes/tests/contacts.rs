//! Recovery contacts on their pages: the owner's list, and people without an account who answer.

use axum::http::StatusCode;

use super::browser::{Browser, House};
use crate::mail::compose;

const MARTA: &str = "marta@example.com";

impl House {
    /// The path of the link in the one letter to this address.
    async fn link_to(&self, address: &str) -> String {
        let letters = self.installation.letters().await;
        let url = letters.iter().filter(|letter| letter.to == address).find_map(|letter| letter.url()).expect("a letter with a link");
        url.strip_prefix(super::browser::HOME).expect("links carry the configured origin").to_owned()
    }
}

impl Browser<'_> {
    async fn invite(&mut self, name: &str, email: &str) {
        assert_eq!(self.get("/security/contacts/new").await.status, StatusCode::OK);
        let sent = self.post("/security/contacts/new", &[("name", name), ("email", email), ("owner", "Ana Lima")]).await;
        sent.to("/security/contacts?done=contact-invited");
    }
}

#[tokio::test]
async fn n_r14_n_r16_a_contact_is_invited_accepts_without_an_account_and_leaves() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    assert!(ana.get("/security").await.says("href=\"/security/contacts\""));
    assert!(ana.get("/security/contacts").await.says("Nobody yet"));
    ana.invite("Marta", MARTA).await;
    let link = house.link_to(MARTA).await;
    assert!(ana.get("/security/contacts?done=contact-invited").await.says("The invitation is on its way."));
    let mut marta = house.browser();
    let page = marta.get(&link).await;
    assert!(page.says("Ana Lima asks you to be their recovery contact") && page.says("has an account on Lockwright"));
    assert!(!page.says("Harbour Works") && !page.says("ana@example.com"), "nothing else of the owner is told");
    let done = marta.post(&format!("{link}/accept"), &[]).await;
    assert!(done.status == StatusCode::OK && done.says("You are a recovery contact of Ana Lima"), "{}", done.body);
    assert!(marta.post(&format!("{link}/accept"), &[]).await.says("You have answered already"));
    assert!(marta.get(&link).await.says("You have answered already"));
    let list = ana.get("/security/contacts").await;
    assert!(list.says("Can help from 22 January 2027") && list.says("one is enough"), "{}", list.body);
    let leave = house.link_to(MARTA).await;
    assert!(leave.starts_with("/contact/leave/"));
    let mut anywhere = house.browser();
    assert!(anywhere.get(&leave).await.says("Stop being a recovery contact of Ana Lima?"));
    assert!(anywhere.post(&leave, &[]).await.says("You are no longer a recovery contact of Ana Lima"));
    assert_eq!(anywhere.post(&leave, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(ana.get("/security/contacts").await.says("Nobody yet"));
}

#[tokio::test]
async fn somebody_says_no() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.invite("Marta", MARTA).await;
    let link = house.link_to(MARTA).await;
    let mut marta = house.browser();
    marta.get(&link).await;
    assert!(marta.post(&format!("{link}/decline"), &[]).await.says("You said no"));
    let again = marta.post(&format!("{link}/accept"), &[]).await;
    assert!(again.status == StatusCode::GONE && again.says("There is nothing left to do"));
    assert!(ana.get("/security/contacts").await.says("Nobody yet"));
}

#[tokio::test]
async fn x09_a_mail_scanner_that_opens_every_link_answers_nothing() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.invite("Marta", MARTA).await;
    let link = house.link_to(MARTA).await;
    let before = house.rows().await;
    let mut scanner = house.browser();
    for path in [link.clone(), format!("{link}?accept=1")] {
        assert_eq!(scanner.get(&path).await.status, StatusCode::OK);
    }
    for act in ["accept", "decline"] {
        assert_eq!(scanner.get(&format!("{link}/{act}")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(house.rows().await, before);
    let mut marta = house.browser();
    marta.get(&link).await;
    marta.post(&format!("{link}/accept"), &[]).await;
    let leave = house.link_to(MARTA).await;
    let before = house.rows().await;
    assert_eq!(scanner.get(&leave).await.status, StatusCode::OK);
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn x05_what_must_not_be_a_contact_is_said_at_its_field() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.get("/security/contacts/new").await;
    for (name, email, owner, words) in [
        ("Marta", "ana+me@example.com", "Ana", "That is one of your own addresses."),
        ("Marta", "marta@", "Ana", "Enter an email address"),
        ("", MARTA, "Ana", "A name has 1 to 100 characters"),
        ("Marta", MARTA, "", "A name has 1 to 100 characters"),
        ("Marta", MARTA, "Win at spam.example", "Use a name without addresses"),
    ] {
        let page = ana.post("/security/contacts/new", &[("name", name), ("email", email), ("owner", owner)]).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says(words), "{words}: {}", page.body);
    }
    assert!(house.installation.letters().await.is_empty());
    for n in 1..=5 {
        ana.invite(&format!("Friend {n}"), &format!("friend{n}@example.com")).await;
    }
    ana.get("/security/contacts/new").await;
    let sixth = ana.post("/security/contacts/new", &[("name", "F"), ("email", "f6@example.com"), ("owner", "Ana")]).await;
    assert!(sixth.says("You have named five people"), "{}", sixth.body);
    let list = ana.get("/security/contacts").await;
    assert!(!list.says("href=\"/security/contacts/new\"") && list.says("You have named five people"));
}

#[tokio::test]
async fn n_r16_the_number_who_must_agree_is_chosen_among_those_who_accepted() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    for address in [MARTA, "jon@example.com"] {
        ana.invite("Friend", address).await;
        let link = house.link_to(address).await;
        let mut friend = house.browser();
        friend.get(&link).await;
        friend.post(&format!("{link}/accept"), &[]).await;
        house.installation.letters().await;
    }
    let list = ana.get("/security/contacts").await;
    assert!(list.says("id=\"threshold-2\" name=\"threshold\" type=\"radio\" value=\"2\" checked"), "{}", list.body);
    for wrong in ["0", "3", "", "-1", "two", "256"] {
        let refused = ana.post("/security/contacts/threshold", &[("threshold", wrong)]).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("Choose a number between 1"), "{wrong}");
    }
    ana.post("/security/contacts/threshold", &[("threshold", "1")]).await.to("/security/contacts?done=contacts-needed");
    assert!(ana.get("/security/contacts").await.says("value=\"1\" checked"));
    ana.post("/security/contacts/reviewed", &[]).await.to("/security/contacts?done=contacts-reviewed");
    // An act on somebody who is not on the list says so.
    let gone = ana.post("/security/contacts/MZXW6YTBOIMZXW6Y/remove", &[]).await;
    assert!(gone.status == StatusCode::UNPROCESSABLE_ENTITY && gone.says("isn’t on your list any more"));
    assert_eq!(ana.post("/security/contacts/x/remove", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn asvs_7_5_1_who_one_is_comes_before_a_change_of_contacts() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.invite("Marta", MARTA).await;
    let row = ana.get("/security/contacts").await.body;
    let id = row.split("/security/contacts/").find_map(|rest| rest.split_once("/remove")).unwrap().0.to_owned();
    house.pass(11 * 60);
    assert_eq!(ana.get("/security/contacts").await.status, StatusCode::OK, "looking is free");
    for path in [
        "/security/contacts/new",
        "/security/contacts/threshold",
        "/security/contacts/reviewed",
        &format!("/security/contacts/{id}/remove"),
    ] {
        let asked = ana.post(path, &[("name", "x"), ("email", "x@example.com"), ("owner", "x")]).await;
        assert!(asked.status == StatusCode::SEE_OTHER && asked.header("location").starts_with("/security/confirm?back="), "{path}");
    }
    assert!(ana.get("/security/contacts").await.says("Marta"));
}

#[tokio::test]
async fn a_contacts_letter_reads_as_it_should() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.invite("Marta", MARTA).await;
    let letters = house.installation.letters().await;
    let letter = letters.iter().find(|letter| letter.to == MARTA).unwrap();
    let mail = compose(&letter.mail, "Lockwright", super::browser::HOME);
    assert_eq!(mail.subject, "Ana Lima asks you to be their recovery contact");
    assert!(!mail.text.contains("Harbour") && !mail.text.contains("ana@example.com"), "{}", mail.text);
}
