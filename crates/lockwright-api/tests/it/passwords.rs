//! Passwords over the wire: those that an administrator gives, the own one, and the account's rules for them.

use std::time::Duration;

use lockwright_service::signin::{AccountName, Entered, SignInName};

use crate::caller::{ALL, Caller, House};
use crate::roles;

const OLD: &str = "Quarry-lantern-4-orchard";
const NEW: &str = "Harbour-violin-7-meadow";
const OWN: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"*"}}"#;

/// A house with an account, an administrator, and the user carla.
async fn with_carla() -> (House, Caller, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", None).await;
    (house, boss, carla)
}

async fn give(house: &House, boss: &Caller, password: &str) {
    house.done(boss, "CreateLoginProfile", &[("UserName", "carla"), ("Password", password)]).await;
}

/// Whether a password signs carla in.
async fn signs_in(house: &House, carla: &Caller, password: &str) -> bool {
    let name = SignInName::Iam { account: AccountName::Id(carla.user.account), user: "carla".parse().unwrap() };
    matches!(house.installation.lockwright.sign_in(&house.host(), &name, password, None).await, Ok(Entered::SignedIn(_)))
}

/// Everything that the account's trail says.
async fn whole_trail(house: &House, of: &Caller) -> String {
    let events = house.installation.lockwright.events(&house.host(), Some(of.user.account), None, 100).await.unwrap();
    events.iter().map(|event| event.record.to_string()).collect()
}

#[tokio::test]
async fn a_given_password_signs_in_until_it_is_replaced_or_taken_away() {
    let (house, boss, carla) = with_carla().await;
    house.refused(&boss, "NoSuchEntity", "GetLoginProfile", &[("UserName", "carla")]).await;
    house.refused(&boss, "NoSuchEntity", "UpdateLoginProfile", &[("UserName", "carla"), ("Password", OLD)]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteLoginProfile", &[("UserName", "carla")]).await;
    give(&house, &boss, OLD).await;
    assert!(signs_in(&house, &carla, OLD).await);
    house.refused(&boss, "EntityAlreadyExists", "CreateLoginProfile", &[("UserName", "carla"), ("Password", NEW)]).await;
    assert!(signs_in(&house, &carla, OLD).await, "a refused call changes nothing");
    house.done(&boss, "UpdateLoginProfile", &[("UserName", "carla"), ("Password", NEW)]).await;
    assert_eq!((signs_in(&house, &carla, OLD).await, signs_in(&house, &carla, NEW).await), (false, true));
    house.done(&boss, "DeleteLoginProfile", &[("UserName", "carla")]).await;
    assert!(!signs_in(&house, &carla, NEW).await);
    let trail = whole_trail(&house, &carla).await;
    assert!(trail.contains("CreateLoginProfile") && !trail.contains(OLD) && !trail.contains(NEW), "{trail}");
}

#[tokio::test]
async fn whether_an_own_password_is_owed_is_said_and_stays_where_it_is_left_out() {
    let (house, boss, _) = with_carla().await;
    let first = [("UserName", "carla"), ("Password", OLD), ("PasswordResetRequired", "true")];
    assert_eq!(house.done(&boss, "CreateLoginProfile", &first).await.text("PasswordResetRequired"), "true");
    for (change, owed) in [(("Password", NEW), "true"), (("PasswordResetRequired", "false"), "false"), (("Password", OLD), "false")] {
        house.done(&boss, "UpdateLoginProfile", &[("UserName", "carla"), change]).await;
        let shown = house.done(&boss, "GetLoginProfile", &[("UserName", "carla")]).await;
        assert_eq!(shown.text("PasswordResetRequired"), owed, "{change:?}");
    }
}

#[tokio::test]
async fn a_refused_password_is_answered_with_the_rule_it_breaks_and_never_with_itself() {
    let (house, boss, carla) = with_carla().await;
    let rules = [("MinimumPasswordLength", "12"), ("RequireNumbers", "true"), ("RequireSymbols", "true")];
    for (rules, password, rule) in [
        (None, "Password123", "Many people"),
        (Some(rules), "Lantern-4", "12 characters"),
        (Some(rules), "Quarry-lantern-orchard", "digit"),
        (Some(rules), "Quarrylantern4orchard", "symbol"),
    ] {
        if let Some(rules) = rules {
            house.done(&boss, "UpdateAccountPasswordPolicy", &rules).await;
        }
        let given = [("UserName", "carla"), ("Password", password)];
        let refused = house.refused(&boss, "PasswordPolicyViolation", "CreateLoginProfile", &given).await;
        let said = refused.text("Message");
        assert!(refused.status == 400 && said.contains(rule) && !refused.body.contains(password), "{said}");
    }
    assert!(!whole_trail(&house, &carla).await.contains("Lantern-4"));
    house.refused(&boss, "ValidationError", "CreateLoginProfile", &[("UserName", "carla")]).await;
}

#[tokio::test]
async fn a_user_changes_the_own_password_with_the_old_one_and_with_leave() {
    let (house, boss, carla) = with_carla().await;
    let change = [("OldPassword", OLD), ("NewPassword", NEW)];
    house.refused(&carla, "AccessDenied", "ChangePassword", &change).await;
    house.grant(&carla.user, OWN).await;
    house.refused(&carla, "NoSuchEntity", "ChangePassword", &change).await;
    give(&house, &boss, OLD).await;
    house.refused(&carla, "PasswordPolicyViolation", "ChangePassword", &[("OldPassword", OLD), ("NewPassword", OLD)]).await;
    house.refused(&carla, "PasswordPolicyViolation", "ChangePassword", &[("OldPassword", OLD), ("NewPassword", "short")]).await;
    house.done(&carla, "ChangePassword", &change).await;
    assert_eq!((signs_in(&house, &carla, OLD).await, signs_in(&house, &carla, NEW).await), (false, true));
    let trail = whole_trail(&house, &carla).await;
    assert!(trail.contains("ChangePassword") && !trail.contains(OLD) && !trail.contains(NEW), "{trail}");
}

#[tokio::test]
async fn a_wrong_old_password_counts_like_a_sign_in() {
    let (house, boss, carla) = with_carla().await;
    house.grant(&carla.user, OWN).await;
    give(&house, &boss, OLD).await;
    let (wrong, right) = ([("OldPassword", "Not-this-one-9"), ("NewPassword", NEW)], [("OldPassword", OLD), ("NewPassword", NEW)]);
    for _ in 0..5 {
        let refused = house.refused(&carla, "AccessDenied", "ChangePassword", &wrong).await;
        assert!(!refused.body.contains("Not-this-one-9"), "{}", refused.body);
    }
    assert_eq!(house.refused(&carla, "EntityTemporarilyUnmodifiable", "ChangePassword", &right).await.status, 409);
    assert!(!signs_in(&house, &carla, OLD).await, "the pages count the same tries");
    house.installation.clock.advance(Duration::from_secs(3_600));
    house.done(&carla, "ChangePassword", &right).await;
    assert!(!whole_trail(&house, &carla).await.contains("Not-this-one-9"));
}

#[tokio::test]
async fn the_accounts_rules_let_all_its_users_change_the_own_password_unless_a_policy_denies_it() {
    let (house, boss, carla) = with_carla().await;
    give(&house, &boss, OLD).await;
    house.done(&boss, "UpdateAccountPasswordPolicy", &[("AllowUsersToChangePassword", "true")]).await;
    house.grant(&carla.user, &OWN.replace("Allow", "Deny")).await;
    let change = [("OldPassword", OLD), ("NewPassword", NEW)];
    house.refused(&carla, "AccessDenied", "ChangePassword", &change).await;
    house.grant(&carla.user, &OWN.replace("ChangePassword", "GetUser")).await;
    house.done(&carla, "ChangePassword", &change).await;
    house.done(&carla, "GetAccountPasswordPolicy", &[]).await;
    // Nobody else's.
    house.refused(&carla, "AccessDenied", "UpdateLoginProfile", &[("UserName", "boss"), ("Password", NEW)]).await;
}

#[tokio::test]
async fn only_an_iam_user_has_an_own_password_to_change_here() {
    let (house, boss, _) = with_carla().await;
    let root = lockwright_model::identity::Identity::Root(boss.user.account);
    let (key, secret) = house.installation.lockwright.create_access_key(&house.host(), &root).await.unwrap();
    let root = Caller { key: key.id, secret: secret.expose().to_owned(), ..boss.clone() };
    let trust = roles::trusts(&format!("arn:aws:iam::{}:user/boss", boss.user.account), "");
    roles::role(&house, &boss, "crew", &trust, "iam:ChangePassword").await;
    let session = roles::take_on(&house, &boss, &roles::arn(boss.user.account, "crew"), &[]).await.unwrap();
    for caller in [root, session] {
        let refused = house.refused(&caller, "InvalidUserType", "ChangePassword", &[("OldPassword", OLD), ("NewPassword", NEW)]).await;
        assert_eq!(refused.status, 400);
    }
}

#[tokio::test]
async fn an_accounts_rules_are_replaced_whole_and_are_none_when_deleted() {
    let (house, boss, _) = with_carla().await;
    house.refused(&boss, "NoSuchEntity", "GetAccountPasswordPolicy", &[]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteAccountPasswordPolicy", &[]).await;
    let all = [("MinimumPasswordLength", "14"), ("RequireSymbols", "true"), ("MaxPasswordAge", "90"), ("PasswordReusePrevention", "5")];
    house.done(&boss, "UpdateAccountPasswordPolicy", &all).await;
    let shown = house.done(&boss, "GetAccountPasswordPolicy", &[]).await;
    for (member, text) in all.into_iter().chain([("ExpirePasswords", "true"), ("RequireNumbers", "false"), ("HardExpiry", "false")]) {
        assert_eq!(shown.text(member), text, "{member}");
    }
    for (member, wrong) in
        [("MinimumPasswordLength", "5"), ("MinimumPasswordLength", "129"), ("MaxPasswordAge", "0"), ("PasswordReusePrevention", "25")]
    {
        house.refused(&boss, "ValidationError", "UpdateAccountPasswordPolicy", &[(member, wrong)]).await;
    }
    house.done(&boss, "UpdateAccountPasswordPolicy", &[("RequireNumbers", "true")]).await;
    let shown = house.done(&boss, "GetAccountPasswordPolicy", &[]).await;
    let members =
        ["MinimumPasswordLength", "RequireSymbols", "RequireNumbers", "ExpirePasswords", "MaxPasswordAge", "PasswordReusePrevention"];
    assert_eq!(members.map(|member| shown.text(member)), ["6", "false", "true", "false", "", ""]);
    let stranger = house.caller(house.account("ben@example.com").await, "boss", Some(ALL)).await;
    house.refused(&stranger, "NoSuchEntity", "GetAccountPasswordPolicy", &[]).await;
    house.done(&boss, "DeleteAccountPasswordPolicy", &[]).await;
    house.refused(&boss, "NoSuchEntity", "GetAccountPasswordPolicy", &[]).await;
}
