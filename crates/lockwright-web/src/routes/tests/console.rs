//! What administrators do in the console, and what a user sees of it.

use axum::http::StatusCode;

use super::browser::{ANA, HOME, House, NEW, OLD};

#[tokio::test]
async fn an_administrator_makes_a_user_with_a_link_that_works_without_mail() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.get("/console/users/new").await;
    let made = root.post("/console/users", &[("name", "kim"), ("mode", "link")]).await;
    assert!(made.status == StatusCode::OK && made.says("This is shown once"), "{}", made.body);
    assert!(house.installation.letters().await.is_empty());
    let url = made.body.split(&format!("{HOME}/recover/link/")).nth(1).expect("a link").split('<').next().unwrap().to_owned();
    let link = format!("/recover/link/{url}");
    assert!(!root.get("/console/users").await.says(&url), "shown once");
    let mut kim = house.browser();
    assert!(kim.get(&link).await.says("You were given this link to set your password"));
    let case = kim.post(&link, &[]).await.header("location").to_owned();
    assert!(kim.get(&case).await.says("IAM user kim in Harbour Works"));
    let done = kim.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await;
    assert!(done.says("Your password is set") && done.says(&format!("/signin/iam/{account}")), "{}", done.body);
    assert!(kim.get(&format!("/signin/iam/{account}")).await.says(&account));
    kim.sign_in_user(&account, "kim", NEW).await.to("/console");
}

#[tokio::test]
async fn a_generated_password_is_shown_once_and_must_be_changed() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.get("/console/users/new").await;
    let made = root.post("/console/users", &[("name", "kim"), ("mode", "generated"), ("must_change", "on")]).await;
    let password = made.body.split("<dd><span data-copy>").nth(1).expect("a password").split('<').next().unwrap().to_owned();
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", &password).await.to("/security/password");
    kim.get("/security/password").await;
    kim.post("/security/password", &[("current", &password), ("password", NEW), ("again", NEW)]).await.to("/console");
}

#[tokio::test]
async fn a_user_form_says_what_to_put_right() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    root.get("/console/users/new").await;
    let taken = root.post("/console/users", &[("name", "KIM"), ("mode", "none")]).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.says("exists already"), "{}", taken.body);
    let odd = root.post("/console/users", &[("name", "a b"), ("email", "x"), ("mode", "typed"), ("password", "")]).await;
    assert!(odd.says("A user name has 1 to 64 letters") && odd.says("Enter an email address"));
    let weak = root.post("/console/users", &[("name", "lee"), ("mode", "typed"), ("password", "password")]).await;
    assert!(weak.says("id=\"password-error\""), "{}", weak.body);
    assert_eq!(root.post("/console/users", &[("name", "lee"), ("mode", "other")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_new_users_address_counts_after_its_mail_was_answered() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let path = root.create_user("kim", &[("email", "kim@example.com")]).await;
    let link = house.link().await;
    assert!(!root.get(&path).await.says("kim@example.com"));
    let mut kim = house.browser();
    assert!(kim.get(&link).await.says("confirm that this address is yours"));
    kim.post(&link, &[]).await.to("/signin?done=address");
    assert!(root.get(&path).await.says("kim@example.com"));
}

#[tokio::test]
async fn an_administrator_disables_enables_and_deletes_a_user() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let path = root.create_user("kim", &[]).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    root.get(&path).await;
    root.post(&format!("{path}/disable"), &[]).await.to(&format!("{path}?done=saved"));
    assert!(!kim.is_in().await, "B31");
    let barred = kim.sign_in_user(&account, "kim", OLD).await;
    assert!(barred.says("your sign-in is switched off"), "{}", barred.body);
    assert!(kim.sign_in_user(&account, "kim", "wrong").await.says("don’t match"), "told only after the proof");
    root.post(&format!("{path}/enable"), &[]).await;
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    root.post(&format!("{path}/sessions/end"), &[]).await.to(&format!("{path}?done=saved"));
    assert!(!kim.is_in().await);
    root.post(&format!("{path}/administrator"), &[("value", "on")]).await;
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert_eq!(kim.get("/console/users").await.status, StatusCode::OK);
    root.post(&format!("{path}/administrator"), &[("value", "off")]).await;
    assert_eq!(kim.get("/console/users").await.status, StatusCode::NOT_FOUND, "D24: as of now, not as of sign-in");
    root.post(&format!("{path}/console/remove"), &[]).await;
    assert!(kim.sign_in_user(&account, "kim", OLD).await.says("don’t match"));
    assert!(root.post(&format!("{path}/delete"), &[("confirm", "Kim")]).await.says("type its name exactly: kim"));
    root.post(&format!("{path}/delete"), &[("confirm", "kim")]).await.to("/console/users?done=deleted");
    assert_eq!(root.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(root.get("/console/users?done=deleted").await.says("The user is deleted."));
}

#[tokio::test]
async fn a_user_who_cannot_recover_alone_asks_the_administrator() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let user = root.create_user("kim", &[]).await;
    let mut kim = house.browser();
    let case = kim.begin("/recover/iam", &[("account", &account), ("user_name", "kim")]).await;
    assert!(house.installation.letters().await.is_empty());
    let asked = kim.post(&format!("{case}/help"), &[]).await;
    let code = asked.body.split("<dt>Your caller code</dt><dd>").nth(1).expect("a caller code").split('<').next().unwrap().to_owned();
    let mut nobody = house.browser();
    let other = nobody.begin("/recover/iam", &[("account", &account), ("user_name", "eve")]).await;
    assert!(nobody.post(&format!("{other}/help"), &[]).await.says("Your caller code"), "the same for nobody");

    let list = root.get("/console/help").await;
    assert!(list.says(">kim<") && !list.says(">eve<") && list.says("<span class=\"count\">1"), "{}", list.body);
    let path = list.body.split("href=\"/console/help/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/console/help/{path}");
    assert!(root.get(&path).await.says(&code));
    assert!(root.get(&user).await.says(&path), "the user's page leads to what waits");
    let handed = root.post(&format!("{path}/answer"), &[("mode", "link")]).await;
    assert!(handed.says("This is shown once") && handed.says(&format!("{HOME}/recover/link/")));
    root.post(&format!("{path}/answer"), &[("mode", "link")]).await.to(&format!("{path}?done=help-done"));
    root.post(&format!("{path}/dismiss"), &[]).await.to(&format!("{path}?done=help-done"));
    assert!(root.get(&path).await.says("Answered by the root user"));
    assert!(!root.get(&user).await.says(&path));
}

#[tokio::test]
async fn a_help_button_without_the_typed_name_asks_for_it_again() {
    let house = House::new().await;
    let mut browser = house.browser();
    let case = browser.begin("/recover/iam", &[("account", "harbour"), ("user_name", "kim")]).await;
    let before = house.rows().await;
    browser.cookies.remove("__Host-lw_name");
    browser.post(&format!("{case}/help"), &[]).await.to("/recover/iam");
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn an_alias_leads_to_the_users_sign_in_page() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    root.get("/console/account").await;
    let odd = root.post("/console/account/alias", &[("alias", "No")]).await;
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.says("An alias has 3 to 63"));
    root.post("/console/account/alias", &[("alias", "harbour")]).await.to("/console/account?done=saved");
    assert!(root.get("/console/account").await.says(&format!("{HOME}/a/harbour")));
    let mut kim = house.browser();
    let (set, free) = (kim.get("/a/harbour").await, kim.get("/a/nobodys").await);
    assert_eq!((set.status, set.body.replace("harbour", "nobodys")), (free.status, free.body), "nothing is looked up");
    kim.sign_in_user("HARBOUR", "kim", OLD).await.to("/console");
    root.post("/console/account/alias/remove", &[]).await.to("/console/account?done=saved");
    assert!(house.browser().sign_in_user("harbour", "kim", OLD).await.says("don’t match"));
}

#[tokio::test]
async fn an_accounts_new_name_stands_wherever_people_are_told_whose_sign_in_it_is() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/account").await;
    root.post("/console/account/name", &[("name", "Lighthouse & Sons")]).await.to("/console/account?done=saved");
    for path in ["/console", "/console/account", "/security/close"] {
        let page = root.get(path).await;
        assert!(page.says("Lighthouse &amp; Sons") && !page.says("Harbour Works"), "{path}: {}", page.body);
    }
    let mut lost = house.browser();
    let case = lost.begin("/recover/root", &[("email", ANA)]).await;
    let code = house.code().await;
    lost.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
    assert!(lost.get(&case).await.says("root user of Lighthouse &amp; Sons"));
    let unnamed = root.post("/console/account/name", &[("name", " ")]).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(root.get("/console/account").await.says("Lighthouse &amp; Sons"));
}

#[tokio::test]
async fn password_rules_are_set_checked_and_removed() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/account/password-policy").await;
    let path = "/console/account/password-policy";
    for (field, value) in [("minimum_length", "5"), ("minimum_length", "x"), ("max_age_days", "1096"), ("reuse_prevention", "0")] {
        let fields = [("minimum_length", "8"), ("max_age_days", ""), ("reuse_prevention", "")];
        let fields: Vec<(&str, &str)> = fields.into_iter().map(|(name, old)| (name, if name == field { value } else { old })).collect();
        let reply = root.post(path, &fields).await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.says(&format!("id=\"{field}-error\"")), "{field}={value}");
    }
    root.post(path, &[("minimum_length", "20"), ("reuse_prevention", "5")]).await.to("/console/account/password-policy?done=saved");
    assert!(root.get("/console/users/new").await.says("At least 20 characters."));
    root.post(&format!("{path}/remove"), &[]).await;
    assert!(root.get("/console/users/new").await.says("At least 8 characters."));
    root.post("/console/account/self-service", &[("value", "on")]).await;
    assert!(root.get(path).await.says("Let nobody reset it themselves"));
}

#[tokio::test]
async fn v7_5_2_sessions_are_listed_and_ended() {
    let house = House::new().await;
    let mut first = house.registered().await;
    let mut second = house.browser();
    second.sign_in(ANA, OLD).await;
    let mut third = house.browser();
    third.sign_in(ANA, OLD).await;
    let page = first.get("/security").await;
    assert_eq!(page.body.matches("/security/sessions/").count(), 3, "two others and all others: {}", page.body);
    let path = page.body.split("action=\"/security/sessions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    first.post(&format!("/security/sessions/{path}"), &[]).await.to("/security?done=session");
    assert_eq!([second.is_in().await, third.is_in().await].iter().filter(|is_in| **is_in).count(), 1);
    first.get("/security").await;
    let before = first.cookies["__Host-lw_session"].clone();
    first.post("/security/sessions/end-others", &[]).await.to("/security?done=sessions");
    assert_ne!(first.cookies["__Host-lw_session"], before);
    assert!(first.is_in().await && !second.is_in().await && !third.is_in().await);
    first.get("/security").await;
    first.post("/security/sessions/0000000000000000/end", &[]).await.to("/security?done=session");
}

#[tokio::test]
async fn a_user_confirms_an_own_address_and_then_recovers_alone() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.create_user("kim", &[]).await;
    root.get("/console/account/password-policy").await;
    root.post("/console/account/self-service", &[("value", "on")]).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await;
    kim.get("/security").await;
    assert!(kim.post("/security/email", &[("email", "kim@")]).await.says("Enter an email address"));
    assert!(kim.post("/security/email", &[("email", "kim@example.com"), ("password", NEW)]).await.says("isn’t your present password"));
    let case = kim.post("/security/email", &[("email", "kim@example.com"), ("password", OLD)]).await.header("location").to_owned();
    assert!(kim.get(&case).await.says("kim@example.com"));
    let code = house.code().await;
    kim.post(&format!("{case}/code"), &[("code", &code)]).await.to("/security?done=address");
    assert!(kim.get("/security?done=address").await.says("Your email address is confirmed."));
    house.installation.letters().await;
    // A new address serves no recovery for a week.
    house.pass(7 * 86_400);

    let mut lost = house.browser();
    let case = lost.begin("/recover/iam", &[("account", &account), ("user_name", "kim")]).await;
    assert!(!lost.get(&case).await.says("kim@"), "whose address it is, is not told");
    let code = house.code().await;
    lost.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
    lost.get(&case).await;
    assert!(lost.post(&format!("{case}/password"), &[("password", NEW), ("again", NEW)]).await.says("Your password is set"));
    lost.sign_in_user(&account, "kim", NEW).await.to("/console");
}

#[tokio::test]
async fn lists_are_paged_and_their_marks_checked() {
    let house = House::new().await;
    let mut root = house.registered().await;
    for at in 0..51 {
        root.get("/console/users/new").await;
        root.post("/console/users", &[("name", &format!("u+{at:02}")), ("mode", "none")]).await;
    }
    let first = root.get("/console/users").await;
    assert!(first.says("u+49") && !first.says("u+50") && first.says("/console/users?after=u%2B49"), "{}", first.body);
    assert!(root.get("/console/users?after=u%2B49").await.says("u+50"));
    let trail = root.get("/console/trail").await;
    let more = trail.body.split("href=\"/console/trail?before=").nth(1).expect("more events").split('"').next().unwrap().to_owned();
    assert!(root.get(&format!("/console/trail?before={more}")).await.says("Account created"));
    for odd in ["x", "-", "9-9", "%00", "1' OR 1=1", "99999999999999999999-MZXW6YTBOIMZXW6YTBOIMZXW6Y"] {
        let path = odd.replace(' ', "%20").replace('\'', "%27");
        assert_eq!(root.get(&format!("/console/trail?before={path}")).await.status, StatusCode::OK, "{odd}");
        assert_eq!(root.get(&format!("/console/users?after={path}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn v16_2_1_the_trail_names_the_administrator_who_did_it() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.create_user("dora", &[("administrator", "on")]).await;
    let mut dora = house.browser();
    dora.sign_in_user(&account, "dora", OLD).await;
    dora.create_user("kim", &[]).await;
    let record = root.get("/console/trail").await.body;
    let created = record.split("<tr").find(|row| row.contains("CreateUser") && row.contains("kim")).expect("an event about kim");
    assert!(created.contains(":user/dora"), "{created}");
}

#[tokio::test]
async fn one_account_sees_nothing_of_another() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    let path = ana.create_user("kim", &[]).await;
    let mut eve = house.browser();
    let case = eve.begin("/signup", &[("email", "eve@example.com")]).await;
    let code = house.code().await;
    eve.post(&format!("{case}/code"), &[("code", &code)]).await;
    let details = case.replace("/recover/case/", "/signup/case/");
    eve.post(&details, &[("account_name", "Eve"), ("password", OLD), ("again", OLD)]).await;
    eve.get("/console").await;
    assert_eq!(eve.get(&path).await.status, StatusCode::NOT_FOUND);
    for step in ["password", "disable", "enable", "administrator", "delete", "sessions/end", "console/remove"] {
        let fields = [("mode", "generated"), ("value", "on"), ("confirm", "kim")];
        assert_eq!(eve.post(&format!("{path}/{step}"), &fields).await.status, StatusCode::NOT_FOUND, "A16 {step}");
    }
    assert!(!eve.get("/console/users").await.says("kim"));
    assert!(!eve.get("/console/trail").await.says("kim"));
    assert!(ana.get(&path).await.says("Active"));
}
