//! Lists that come in pages.

use lockwright_service::grants::GranteeRef;
use lockwright_service::policy::managed;

use crate::caller::{ALL, House};

#[tokio::test]
async fn a_list_read_in_pages_of_one_has_every_entry_once() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let lockwright = &house.installation.lockwright;
    // By name and by ARN these come in another order: a path stands before the name.
    for arn in ["job-function/ViewOnlyAccess", "IAMReadOnlyAccess", "AdministratorAccess", "job-function/Billing"] {
        lockwright
            .attach_policy(&house.host(), &GranteeRef::User(boss.user.clone()), &format!("arn:aws:iam::aws:policy/{arn}"))
            .await
            .unwrap();
    }
    for name in ["zeta", "Alpha", "beta"] {
        lockwright.put_policy(&house.host(), &GranteeRef::User(boss.user.clone()), &name.parse().unwrap(), ALL).await.unwrap();
    }
    for name in ["dora", "Carla", "eve"] {
        house.caller(account, name, None).await;
    }
    house.iam(&boss, "CreateAccessKey", &[]).await;
    for (operation, of_boss, entry, count) in [
        ("ListAttachedUserPolicies", true, "PolicyArn", 4),
        ("ListUserPolicies", true, "member", 4),
        ("ListAccessKeys", true, "AccessKeyId", 2),
        ("ListUsers", false, "UserName", 4),
    ] {
        let parameters: &[_] = if of_boss { &[("UserName", "boss")] } else { &[] };
        let whole = house.walk(&boss, operation, parameters, 1000, entry).await;
        assert_eq!(whole.len(), count, "{operation}: {whole:?}");
        for most in 1..=3 {
            assert_eq!(house.walk(&boss, operation, parameters, most, entry).await, whole, "{operation} by {most}");
        }
    }
    let policies = house.walk(&boss, "ListPolicies", &[], 37, "Arn").await;
    assert_eq!(policies.len(), managed::all().len());
}

#[tokio::test]
async fn an_entry_that_goes_between_two_pages_brings_none_back() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    for name in ["apple", "berry", "cherry"] {
        house
            .installation
            .lockwright
            .put_policy(&house.host(), &GranteeRef::User(boss.user.clone()), &name.parse().unwrap(), ALL)
            .await
            .unwrap();
    }
    let first = house.iam(&boss, "ListUserPolicies", &[("UserName", "boss"), ("MaxItems", "2")]).await;
    assert_eq!(first.texts("member"), ["apple", "berry"], "{}", first.body);
    house.iam(&boss, "DeleteUserPolicy", &[("UserName", "boss"), ("PolicyName", "berry")]).await;
    let rest = house.iam(&boss, "ListUserPolicies", &[("UserName", "boss"), ("Marker", &first.text("Marker"))]).await;
    assert_eq!(rest.texts("member"), ["cherry", "may"], "{}", rest.body);
}

#[tokio::test]
async fn policies_are_listed_by_what_they_are_used_for() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    for (usage, count) in [("PermissionsPolicy", managed::all().len()), ("PermissionsBoundary", 0)] {
        let listed = house.iam(&boss, "ListPolicies", &[("PolicyUsageFilter", usage), ("MaxItems", "1000")]).await;
        assert_eq!((listed.status, listed.texts("Arn").len()), (200, count), "{usage}");
    }
    let wrong = house.iam(&boss, "ListPolicies", &[("PolicyUsageFilter", "Boundary")]).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "ValidationError"));
    assert!(wrong.body.contains("policyUsageFilter") && wrong.body.contains("PermissionsBoundary"), "{}", wrong.body);
}

/// Attack D18: SQL injected by a forged page token.
#[tokio::test]
async fn d18_a_marker_that_was_changed_anywhere_or_is_of_another_list_is_refused() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.caller(account, "carla", None).await;
    let marker = house.iam(&boss, "ListUsers", &[("MaxItems", "1")]).await.text("Marker");
    let lockwright = &house.installation.lockwright;
    let selection = format!("{account} ListUsers /");
    assert_eq!(lockwright.open_marker(&selection, &marker).as_deref(), Some("boss"));
    let mut forged: Vec<String> = ["", "x", "boss", "' OR 1=1 --", "%00", "é", "0", "-1"].map(str::to_owned).to_vec();
    for at in 0..marker.len() {
        for letter in "Aa0-_+/='%".chars().filter(|letter| !marker[at..].starts_with(*letter)) {
            forged.push(format!("{}{letter}{}", &marker[..at], &marker[at + 1..]));
        }
        forged.push(marker[..at].to_owned());
        forged.push(format!("{}{}", &marker[..at], &marker[at + 1..]));
    }
    forged.push(format!("{marker}A"));
    forged.push(marker.repeat(200));
    for wrong in forged {
        assert_eq!(lockwright.open_marker(&selection, &wrong), None, "{wrong}");
        let answer = house.iam(&boss, "ListUsers", &[("Marker", &wrong)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "ValidationError"), "{wrong}: {}", answer.body);
    }
    // Of another list, of another selection, of another account.
    let other = house.caller(house.account("ben@example.com").await, "boss", Some(ALL)).await;
    let marker = [("Marker", marker.as_str())];
    assert_eq!(house.iam(&boss, "ListUsers", &marker).await.status, 200);
    assert_eq!(house.iam(&boss, "ListUsers", &[marker[0], ("PathPrefix", "/team/")]).await.code(), "ValidationError");
    assert_eq!(house.iam(&boss, "ListPolicies", &marker).await.code(), "ValidationError");
    assert_eq!(house.iam(&other, "ListUsers", &marker).await.code(), "ValidationError");
}
