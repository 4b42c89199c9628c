//! Temporary credentials: what they may, how long, and what ends them.

use std::time::Duration;

use lockwright_model::clock::Clock;
use lockwright_model::identity::Identity;
use lockwright_model::secret::Secret;
use lockwright_service::signin::{AccountName, Entered, SignInName};
use lockwright_service::users::GiveAccess;
use lockwright_testkit::totp::SoftTotp;

use crate::caller::{ALL, Answer, Caller, House};

const PASSWORD: &str = "Quarry-lantern-4-orchard";

/// Whoever an answer gave temporary credentials to.
pub(crate) fn holder(of: &Caller, answer: &Answer) -> Caller {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let key = answer.text("AccessKeyId").parse().unwrap();
    Caller { key, secret: answer.text("SecretAccessKey"), token: Some(answer.text("SessionToken")), ..of.clone() }
}

async fn whoami(house: &House, caller: &Caller) -> (String, String) {
    let answer = house.sts(caller, "GetCallerIdentity", &[]).await;
    (answer.text("Arn"), answer.code())
}

/// Gives a user a password and an authenticator app: the app, and the device's serial number.
pub(crate) async fn arm(house: &House, caller: &Caller, name: &str) -> (SoftTotp, String) {
    let lockwright = &house.installation.lockwright;
    let account = caller.user.account;
    let access = GiveAccess::Typed { password: Secret::new(PASSWORD), must_change: false };
    lockwright.set_access(&house.host(), &caller.user, access, None).await.unwrap();
    let name = SignInName::Iam { account: AccountName::Id(account), user: name.parse().unwrap() };
    let Entered::SignedIn(signed) = lockwright.sign_in(&house.host(), &name, PASSWORD, None).await.unwrap() else { panic!("no session") };
    let session = lockwright.authenticate(signed.token.expose()).await.unwrap().unwrap();
    let op = session.acting(&house.host());
    let cookie = lockwright.start_totp(&op, &session.session, &"Phone".parse().unwrap()).await.unwrap();
    let offer = lockwright.totp_offer(&op, &session.session, cookie.expose()).await.unwrap();
    let app = SoftTotp::typed(offer.typed.expose());
    let (first, second) = (app.steps_later(op.now, -1), app.at(op.now));
    lockwright.finish_totp(&op, &session.session, cookie.expose(), &first, &second).await.unwrap();
    house.installation.clock.advance(Duration::from_secs(60));
    let user = lockwright.user_by_id(&house.host(), &caller.user).await.unwrap();
    (app, user.factors.devices[0].serial(account))
}

#[tokio::test]
async fn a_session_token_acts_as_its_user_for_as_long_as_was_asked() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", None).await;
    let session = holder(&carla, &house.sts(&carla, "GetSessionToken", &[("DurationSeconds", "900")]).await);
    assert!(session.key.as_str().starts_with("ASIA") && session.key.account() == Some(account));
    assert_eq!(whoami(&house, &session).await, (format!("arn:aws:iam::{account}:user/carla"), String::new()));
    house.installation.clock.advance(Duration::from_secs(899));
    assert_eq!(whoami(&house, &session).await.1, "");
    house.installation.clock.advance(Duration::from_secs(2));
    let over = house.sts(&session, "GetCallerIdentity", &[]).await;
    assert_eq!((over.status, over.code().as_str()), (403, "ExpiredToken"));
}

#[tokio::test]
async fn x02_a_clock_that_was_set_back_revives_no_session_token() {
    let house = House::new().await;
    let carla = house.caller(house.account("ana@example.com").await, "carla", None).await;
    let session = holder(&carla, &house.sts(&carla, "GetSessionToken", &[("DurationSeconds", "900")]).await);
    house.installation.clock.advance(Duration::from_secs(3_600));
    house.iam(&carla, "GetUser", &[]).await;
    assert_eq!(whoami(&house, &session).await.1, "ExpiredToken");
    let now = house.installation.clock.now();
    house.installation.clock.set(lockwright_model::clock::Timestamp::from_micros(now.as_micros() - 3_500_000_000));
    assert_ne!(whoami(&house, &session).await.1, "");
    // Within the quarter of an hour that a signature counts.
    house.installation.clock.set(lockwright_model::clock::Timestamp::from_micros(now.as_micros() - 600_000_000));
    let by_that_clock = house.sts(&carla, "GetSessionToken", &[]).await;
    assert_eq!((by_that_clock.status, by_that_clock.code().as_str()), (503, "ServiceUnavailable"), "nor is one given out by it");
}

#[tokio::test]
async fn c21_d15_a_token_is_worth_nothing_without_its_own_key_and_secret() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let one = holder(&carla, &house.sts(&carla, "GetSessionToken", &[]).await);
    let two = holder(&carla, &house.sts(&carla, "GetSessionToken", &[]).await);
    let token = one.token.clone().unwrap();
    let flipped = |at: usize| {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for (what, wrong) in [
        ("no token", None),
        ("another key's token", two.token.clone()),
        ("a bit of the nonce", Some(flipped(14))),
        ("a bit of the text", Some(flipped(token.len() / 2))),
        ("cut off", Some(token[..token.len() - 4].to_owned())),
        ("with a tail", Some(format!("{token}AAAA"))),
        ("empty", Some(String::new())),
        ("1 MB (C21)", Some("A".repeat(1_000_000))),
    ] {
        let answer = house.sts(&Caller { token: wrong, ..one.clone() }, "GetCallerIdentity", &[]).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "InvalidClientTokenId"), "{what}");
    }
    // The secret is not the token's to give, nor another session's.
    for secret in [two.secret.clone(), token.clone(), carla.secret.clone()] {
        let answer = house.sts(&Caller { secret, ..one.clone() }, "GetCallerIdentity", &[]).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "SignatureDoesNotMatch"));
    }
}

#[tokio::test]
async fn b31_c12_a_token_ends_with_the_sessions_of_whose_it_is() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let lockwright = &house.installation.lockwright;
    for end in ["sessions ended", "switched off", "deleted"] {
        let carla = house.caller(account, "carla", Some(ALL)).await;
        let own = holder(&carla, &house.sts(&carla, "GetSessionToken", &[]).await);
        let federated = holder(&carla, &house.sts(&carla, "GetFederationToken", &[("Name", "guest"), ("Policy", ALL)]).await);
        for session in [&own, &federated] {
            assert_eq!(whoami(&house, session).await.1, "", "{end}");
        }
        match end {
            "sessions ended" => lockwright.end_user_sessions(&house.host(), &carla.user).await.unwrap(),
            "switched off" => lockwright.set_user_disabled(&house.host(), &carla.user, true).await.unwrap(),
            _ => {}
        }
        if end != "sessions ended" {
            lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
        }
        for session in [&own, &federated] {
            assert_eq!(whoami(&house, session).await.1, "InvalidClientTokenId", "{end}");
        }
        if end == "sessions ended" {
            assert_eq!(whoami(&house, &carla).await.1, "", "a key that lasts goes on");
            lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
        }
    }
}

#[tokio::test]
async fn iam_takes_a_users_session_only_with_a_second_factor() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let with_factor = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:List*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},
         "NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}}]}"#;
    let carla = house.caller(account, "carla", Some(with_factor)).await;
    assert_eq!(house.iam(&carla, "ListUsers", &[]).await.code(), "AccessDenied", "a key that lasts says nothing of a second factor");
    let without = holder(&carla, &house.sts(&carla, "GetSessionToken", &[]).await);
    assert_eq!(house.iam(&without, "ListUsers", &[]).await.code(), "InvalidClientTokenId");

    let (app, serial) = arm(&house, &carla, "carla").await;
    let code = app.at(house.installation.clock.now());
    let factor = [("SerialNumber", serial.as_str()), ("TokenCode", code.as_str())];
    let with = holder(&carla, &house.sts(&carla, "GetSessionToken", &factor).await);
    assert_eq!(house.iam(&with, "ListUsers", &[]).await.status, 200);
    let again = house.sts(&carla, "GetSessionToken", &factor).await;
    assert_eq!((again.status, again.code().as_str()), (403, "AccessDenied"), "no code twice");
    house.installation.clock.advance(Duration::from_secs(3_601));
    assert_eq!(house.iam(&with, "ListUsers", &[]).await.code(), "AccessDenied", "it is too long ago");
}

#[tokio::test]
async fn n_t05_wrong_codes_of_programs_count_like_those_of_pages() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", None).await;
    let (app, serial) = arm(&house, &carla, "carla").await;
    let other = format!("arn:aws:iam::{account}:mfa/AAAAAAAAAAAAAAAA");
    for wrong in [&other, "GAHT12345678", "arn:aws:iam::123456789012:mfa/carla"] {
        let code = app.at(house.installation.clock.now());
        let answer = house.sts(&carla, "GetSessionToken", &[("SerialNumber", wrong), ("TokenCode", &code)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"), "{wrong}");
    }
    let wrong = app.steps_later(house.installation.clock.now(), 900);
    for _ in 0..10 {
        let answer = house.sts(&carla, "GetSessionToken", &[("SerialNumber", &serial), ("TokenCode", &wrong)]).await;
        assert_eq!(answer.code(), "AccessDenied");
        assert!(!answer.body.contains(&wrong), "a code is not repeated");
    }
    let right = app.at(house.installation.clock.now());
    let answer = house.sts(&carla, "GetSessionToken", &[("SerialNumber", &serial), ("TokenCode", &right)]).await;
    assert_eq!(answer.code(), "AccessDenied", "this try was not looked at");
}

#[tokio::test]
async fn whom_a_user_vouches_for_may_what_both_allow() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let may = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sts:GetFederationToken","sts:GetAccessKeyInfo"],"Resource":"*"}}"#;
    let carla = house.caller(account, "carla", Some(may)).await;
    let info = [("AccessKeyId", carla.key.as_str())];
    let bare = holder(&carla, &house.sts(&carla, "GetFederationToken", &[("Name", "guest")]).await);
    let arn = format!("arn:aws:sts::{account}:federated-user/guest");
    assert_eq!(whoami(&house, &bare).await, (arn, String::new()));
    assert_eq!(house.sts(&bare, "GetAccessKeyInfo", &info).await.code(), "AccessDenied", "without a policy of its own a guest may nothing");
    let guest = holder(&carla, &house.sts(&carla, "GetFederationToken", &[("Name", "guest"), ("Policy", ALL)]).await);
    assert_eq!(house.sts(&guest, "GetAccessKeyInfo", &info).await.status, 200);
    assert_eq!(house.iam(&guest, "ListUsers", &[]).await.code(), "InvalidClientTokenId", "IAM knows no guests");
    house.grant(&carla.user, r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}"#).await;
    assert_eq!(house.sts(&guest, "GetAccessKeyInfo", &info).await.code(), "AccessDenied", "the user may no more");
    for (operation, parameters) in [("GetSessionToken", vec![]), ("GetFederationToken", vec![("Name", "other")])] {
        let answer = house.sts(&guest, operation, &parameters).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"), "{operation}");
    }
}

#[tokio::test]
async fn shapes_come_first_and_say_what_is_wrong() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let role = "arn:aws:iam::123456789012:role/none";
    for (operation, parameters, code) in [
        ("GetSessionToken", vec![("DurationSeconds", "899")], "ValidationError"),
        ("GetSessionToken", vec![("DurationSeconds", "129601")], "ValidationError"),
        ("GetSessionToken", vec![("DurationSeconds", "x")], "MalformedInput"),
        ("GetSessionToken", vec![("SerialNumber", "arn:aws:iam::123456789012:mfa/x")], "ValidationError"),
        ("GetSessionToken", vec![("SerialNumber", "arn:aws:iam::123456789012:mfa/x"), ("TokenCode", "12345x")], "ValidationError"),
        ("GetFederationToken", vec![], "ValidationError"),
        ("GetFederationToken", vec![("Name", "a")], "ValidationError"),
        ("GetFederationToken", vec![("Name", "guest"), ("Policy", "{")], "MalformedPolicyDocument"),
        ("GetFederationToken", vec![("Name", "guest"), ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nope")], "NoSuchEntity"),
        ("AssumeRole", vec![("RoleArn", role)], "ValidationError"),
        ("AssumeRole", vec![("RoleArn", "short"), ("RoleSessionName", "carla")], "ValidationError"),
        ("AssumeRole", vec![("RoleArn", role), ("RoleSessionName", "a b")], "ValidationError"),
        ("AssumeRole", vec![("RoleArn", role), ("RoleSessionName", "carla")], "AccessDenied"),
    ] {
        let answer = house.sts(&carla, operation, &parameters).await;
        assert_eq!(answer.code(), code, "{operation} {parameters:?}: {}", answer.body);
    }
    let long =
        format!(r#"{{"Version":"2012-10-17","Statement":{{"Sid":"{}","Effect":"Allow","Action":"*","Resource":"*"}}}}"#, "a".repeat(1_950));
    let arns = [("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")];
    let parameters: Vec<_> = [("Name", "guest"), ("Policy", long.as_str())].into_iter().chain(arns).collect();
    assert_eq!(house.sts(&carla, "GetFederationToken", &parameters).await.code(), "PackedPolicyTooLarge");
}

#[tokio::test]
async fn m5_a_root_users_sessions_last_an_hour_at_most() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let (key, secret) = house.installation.lockwright.create_access_key(&house.host(), &Identity::Root(account)).await.unwrap();
    let carla = house.caller(account, "carla", None).await;
    let root = Caller { key: key.id, secret: secret.expose().to_owned(), ..carla };
    let session = holder(&root, &house.sts(&root, "GetSessionToken", &[]).await);
    assert_eq!(whoami(&house, &session).await.0, format!("arn:aws:iam::{account}:root"));
    assert_eq!(house.sts(&root, "GetSessionToken", &[("DurationSeconds", "3601")]).await.code(), "ValidationError");
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    house.iam(&root, "CreateRole", &[("RoleName", "any"), ("AssumeRolePolicyDocument", &trust)]).await;
    let role = [("RoleArn", &*format!("arn:aws:iam::{account}:role/any")), ("RoleSessionName", "root")];
    assert_eq!(house.sts(&root, "AssumeRole", &role).await.code(), "AccessDenied", "a root user takes on no role");
    house.installation.clock.advance(Duration::from_secs(3_601));
    assert_eq!(whoami(&house, &session).await.1, "ExpiredToken");
}

#[tokio::test]
async fn what_was_given_out_stands_in_the_trail_without_its_secrets() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    house.installation.clock.advance(Duration::from_secs(1));
    let guest = holder(&carla, &house.sts(&carla, "GetFederationToken", &[("Name", "guest"), ("Policy", ALL)]).await);
    house.installation.clock.advance(Duration::from_secs(1));
    house.sts(&guest, "GetFederationToken", &[("Name", "other")]).await;
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 10).await.unwrap();
    let record = |at: usize| events[at].record.to_string();
    assert_eq!((events[0].name.as_str(), events[1].name.as_str()), ("GetFederationToken", "GetFederationToken"));
    assert!(record(1).contains(guest.key.as_str()) && record(1).contains("federated-user/guest"), "{}", record(1));
    assert_eq!(events[0].record["userIdentity"]["type"], "FederatedUser", "{}", record(0));
    assert_eq!(events[0].record["userIdentity"]["sessionContext"]["sessionIssuer"]["type"], "IAMUser");
    for event in &events {
        let text = event.record.to_string();
        assert!(!text.contains(&guest.secret) && !text.contains(guest.token.as_deref().unwrap()), "{text}");
    }
}
