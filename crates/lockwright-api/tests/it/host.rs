//! Temporary credentials that the host hands out for its programs.

use std::time::Duration;

use lockwright_service::host::HostError;

use crate::caller::{ALL, Caller, House};

/// A program that asks the host for credentials of a user.
async fn program(house: &House, of: &Caller, name: &str) -> Result<Caller, HostError> {
    let op = house.host();
    let given = house.installation.lockwright.host_credentials(&op, of.user.account, &name.parse().unwrap()).await?;
    let token = Some(given.token.expose().to_owned());
    Ok(Caller { key: given.id.clone(), secret: given.secret.expose().to_owned(), token, ..of.clone() })
}

#[tokio::test]
async fn the_hosts_programs_act_as_a_user_without_a_second_factor_and_for_an_hour() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let with_factor = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*"},
        {"Effect":"Allow","Action":"iam:Get*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}"#;
    let carla = house.caller(account, "carla", Some(with_factor)).await;
    let robot = program(&house, &carla, "carla").await.unwrap();
    let me = house.sts(&robot, "GetCallerIdentity", &[]).await;
    assert_eq!(me.text("Arn"), format!("arn:aws:iam::{account}:user/carla"));
    assert_eq!(house.iam(&robot, "ListUsers", &[]).await.status, 200, "as a session of AWS's console does");
    assert_eq!(house.iam(&robot, "GetUser", &[]).await.code(), "AccessDenied", "it has shown no second factor");
    assert_eq!(house.sts(&robot, "GetSessionToken", &[]).await.code(), "AccessDenied", "it gives out none itself");
    house.installation.clock.advance(Duration::from_secs(3_601));
    assert_eq!(house.sts(&robot, "GetCallerIdentity", &[]).await.code(), "ExpiredToken");
}

#[tokio::test]
async fn b31_the_hosts_programs_end_with_the_sessions_of_their_user_and_get_nothing_of_nobody() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let lockwright = &house.installation.lockwright;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let robot = program(&house, &carla, "carla").await.unwrap();
    lockwright.end_user_sessions(&house.host(), &carla.user).await.unwrap();
    assert_eq!(house.iam(&robot, "ListUsers", &[]).await.code(), "InvalidClientTokenId");
    let robot = program(&house, &carla, "carla").await.unwrap();
    assert_eq!(house.iam(&robot, "ListUsers", &[]).await.status, 200);
    lockwright.set_user_disabled(&house.host(), &carla.user, true).await.unwrap();
    assert_eq!(house.iam(&robot, "ListUsers", &[]).await.code(), "InvalidClientTokenId");
    assert!(matches!(program(&house, &carla, "carla").await, Err(HostError::Refused(_))));
    assert!(matches!(program(&house, &carla, "nobody").await, Err(HostError::NotFound)));
    let asks = lockwright.op(lockwright_model::identity::Principal::Anonymous, lockwright_model::context::Source::host());
    let given = lockwright.host_credentials(&asks, account, &"carla".parse().unwrap()).await;
    assert!(matches!(given, Err(HostError::Denied)), "nobody but the host");
}

#[tokio::test]
async fn a_session_makes_and_switches_access_keys_as_its_user_does() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let robot = program(&house, &carla, "carla").await.unwrap();
    let made = house.done(&robot, "CreateAccessKey", &[]).await.text("AccessKeyId");
    house.done(&robot, "UpdateAccessKey", &[("AccessKeyId", &made), ("Status", "Inactive")]).await;
    house.done(&robot, "DeleteAccessKey", &[("AccessKeyId", &made)]).await;
}
