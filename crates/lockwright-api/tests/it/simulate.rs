//! The simulator says of policies what a call would have met.

use crate::caller::{ALL, Answer, House};

const SOME: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"iam:*","Resource":"*"},
  {"Effect":"Deny","Action":"iam:DeleteUser","Resource":"arn:aws:iam::*:user/boss"},
  {"Effect":"Allow","Action":"sts:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}"#;

fn decisions(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.texts("EvalDecision")
}

#[tokio::test]
async fn b8_a_principal_is_tried_with_the_policies_it_has_now() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(SOME)).await;
    let arn = format!("arn:aws:iam::{account}:user/carla");
    let on = format!("arn:aws:iam::{account}:user/boss");
    let parameters = [
        ("PolicySourceArn", arn.as_str()),
        ("ActionNames.member.1", "iam:CreateUser"),
        ("ActionNames.member.2", "iam:DeleteUser"),
        ("ActionNames.member.3", "sts:GetFederationToken"),
        ("ActionNames.member.4", "s3:GetObject"),
        ("ResourceArns.member.1", &on),
    ];
    let answer = house.iam(&boss, "SimulatePrincipalPolicy", &parameters).await;
    assert_eq!(decisions(&answer), ["allowed", "explicitDeny", "implicitDeny", "implicitDeny"], "{}", answer.body);
    assert!(answer.body.contains("<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>"), "{}", answer.body);
    assert!(answer.body.contains("<SourcePolicyId>may</SourcePolicyId><SourcePolicyType>user</SourcePolicyType>"), "{}", answer.body);
    assert_eq!(answer.texts("Line"), ["2", "2", "2", "2", "3", "3", "3", "3"], "where the statements stand: {}", answer.body);
    let context = [
        ("ContextEntries.member.1.ContextKeyName", "aws:SourceIp"),
        ("ContextEntries.member.1.ContextKeyType", "ip"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "192.0.2.7"),
    ];
    let told: Vec<_> = parameters.into_iter().chain(context).collect();
    let answer = house.iam(&boss, "SimulatePrincipalPolicy", &told).await;
    assert_eq!(decisions(&answer)[2], "allowed");
    // What it says is what a call meets.
    assert_eq!(house.iam(&carla, "DeleteUser", &[("UserName", "boss")]).await.code(), "AccessDenied");
    assert_eq!(house.iam(&carla, "CreateUser", &[("UserName", "eve")]).await.status, 200);
    house.grant(&carla.user, ALL).await;
    let answer = house.iam(&boss, "SimulatePrincipalPolicy", &parameters).await;
    assert_eq!(decisions(&answer), ["allowed"; 4]);
    let stranger = format!("arn:aws:iam::{account}:user/nobody");
    for source in [stranger.as_str(), &account.root_arn(), "arn:aws:iam::000000000001:user/carla"] {
        let parameters = [("PolicySourceArn", source), ("ActionNames.member.1", "iam:GetUser")];
        assert_eq!(house.iam(&boss, "SimulatePrincipalPolicy", &parameters).await.code(), "NoSuchEntity", "{source}");
    }
}

#[tokio::test]
async fn b8_what_the_accounts_rules_let_users_do_is_tried_too() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.caller(account, "carla", None).await;
    let arn = format!("arn:aws:iam::{account}:user/carla");
    let parameters = [("PolicySourceArn", arn.as_str()), ("ActionNames.member.1", "iam:ChangePassword"), ("ResourceArns.member.1", &arn)];
    let tried = async || decisions(&house.iam(&boss, "SimulatePrincipalPolicy", &parameters).await);
    assert_eq!(tried().await, ["implicitDeny"]);
    assert_eq!(house.iam(&boss, "UpdateAccountPasswordPolicy", &[("AllowUsersToChangePassword", "true")]).await.status, 200);
    assert_eq!(tried().await, ["allowed"]);
}

#[tokio::test]
async fn b8_policies_of_the_call_are_tried_with_a_boundary_and_in_pages() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let bound = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}}"#;
    let parameters = [
        ("PolicyInputList.member.1", ALL),
        ("PermissionsBoundaryPolicyInputList.member.1", bound),
        ("ActionNames.member.1", "iam:GetUser"),
        ("ActionNames.member.2", "iam:DeleteUser"),
    ];
    let answer = house.iam(&boss, "SimulateCustomPolicy", &parameters).await;
    assert_eq!(decisions(&answer), ["allowed", "implicitDeny"]);
    let bounded = answer.texts("AllowedByPermissionsBoundary");
    assert_eq!((bounded.first().map(String::as_str), bounded.last().map(String::as_str)), (Some("true"), Some("false")));
    let mut marker = String::new();
    let mut found = Vec::new();
    loop {
        let mut page: Vec<_> = parameters.into_iter().chain([("MaxItems", "1")]).collect();
        if !marker.is_empty() {
            page.push(("Marker", marker.as_str()));
        }
        let answer = house.iam(&boss, "SimulateCustomPolicy", &page).await;
        found.extend(decisions(&answer));
        marker = answer.text("Marker");
        if marker.is_empty() {
            break;
        }
    }
    assert_eq!(found, ["allowed", "implicitDeny"]);

    let keys = house.iam(&boss, "GetContextKeysForCustomPolicy", &[("PolicyInputList.member.1", SOME)]).await;
    assert_eq!(keys.texts("member"), ["aws:SourceIp"], "{}", keys.body);
    let arn = format!("arn:aws:iam::{account}:user/boss");
    house.grant(&boss.user, SOME).await;
    let keys = house.iam(&boss, "GetContextKeysForPrincipalPolicy", &[("PolicySourceArn", &arn)]).await;
    assert_eq!(keys.texts("member"), ["aws:SourceIp"], "{}", keys.body);
}

#[tokio::test]
async fn what_can_not_be_tried_says_why() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let ok = ("PolicyInputList.member.1", ALL);
    let get = ("ActionNames.member.1", "iam:GetUser");
    for (parameters, code) in [
        (vec![get], "ValidationError"),
        (vec![ok], "ValidationError"),
        (vec![("PolicyInputList.member.1", "{"), get], "InvalidInput"),
        (vec![ok, ("ActionNames.member.1", "GetUser")], "InvalidInput"),
        (vec![ok, get, ("CallerArn", "arn:aws:iam::123456789012:role/x")], "InvalidInput"),
        (vec![ok, get, ("ResourcePolicy", "{}")], "InvalidInput"),
        (
            vec![ok, get, ("ContextEntries.member.1.ContextKeyName", "a:b"), ("ContextEntries.member.1.ContextKeyType", "number")],
            "InvalidInput",
        ),
    ] {
        let answer = house.iam(&boss, "SimulateCustomPolicy", &parameters).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{parameters:?}: {}", answer.body);
    }
}
