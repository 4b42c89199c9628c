//! An account as a whole over the wire.

use lockwright_model::identity::Identity;

use crate::caller::{ALL, Caller, House};

const READ_ONLY: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
const CHANGE: &str = "arn:aws:iam::aws:policy/IAMUserChangePassword";

/// A house with an account that has something of most kinds.
async fn furnished() -> (House, Caller, String) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let made = house.done(&boss, "CreatePolicy", &[("PolicyName", "Crew"), ("PolicyDocument", ALL)]).await;
    let arn = made.text("Arn");
    house.done(&boss, "CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", ALL)]).await;
    for name in ["crew", "shore"] {
        house.done(&boss, "CreateGroup", &[("GroupName", name)]).await;
        house.done(&boss, "AttachGroupPolicy", &[("GroupName", name), ("PolicyArn", READ_ONLY)]).await;
        house.done(&boss, "AddUserToGroup", &[("GroupName", name), ("UserName", "boss")]).await;
    }
    house.done(&boss, "AttachGroupPolicy", &[("GroupName", "shore"), ("PolicyArn", CHANGE)]).await;
    house.done(&boss, "CreateUser", &[("UserName", "eve"), ("Path", "/deck/")]).await;
    house.done(&boss, "PutUserPermissionsBoundary", &[("UserName", "eve"), ("PermissionsBoundary", &arn)]).await;
    (house, boss, arn)
}

#[tokio::test]
async fn the_summary_counts_what_the_account_has_and_nothing_of_others() {
    let (house, boss, _) = furnished().await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    let root = Identity::Root(stranger.user.account);
    house.installation.lockwright.create_access_key(&house.host(), &root).await.unwrap();
    let numbers = async |caller: &Caller, keys: &[&str]| {
        let summary = house.done(caller, "GetAccountSummary", &[]).await;
        let all: Vec<(String, String)> = summary.texts("key").into_iter().zip(summary.texts("value")).collect();
        assert_eq!(all.len(), 34, "{all:?}");
        let number = |key: &&str| all.iter().find(|(name, _)| name == key).map(|(_, value)| value.parse::<u64>().unwrap());
        keys.iter().map(number).collect::<Option<Vec<u64>>>().unwrap()
    };
    let keys =
        ["Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse", "AccountAccessKeysPresent", "AccountMFAEnabled", "MFADevices"];
    assert_eq!(numbers(&boss, &keys).await, [2, 2, 0, 1, 2, 0, 0, 0]);
    assert_eq!(numbers(&stranger, &keys).await, [1, 0, 0, 0, 0, 1, 0, 0]);
    let quotas = ["UsersQuota", "GroupsQuota", "GroupsPerUserQuota", "PoliciesQuota", "VersionsPerPolicyQuota", "PolicySizeQuota"];
    assert_eq!(numbers(&boss, &quotas).await, [5000, 300, 10, 1500, 5, 6144]);
}

#[tokio::test]
async fn the_details_tell_of_all_that_decides_who_may_do_what() {
    let (house, boss, arn) = furnished().await;
    let told = house.done(&boss, "GetAccountAuthorizationDetails", &[]).await;
    assert_eq!(told.texts("UserName"), ["boss", "eve"]);
    assert_eq!(told.texts("GroupName"), ["crew", "shore"]);
    // Of AWS's policies those in use alone.
    assert_eq!(told.texts("PolicyArn"), [READ_ONLY, READ_ONLY, CHANGE]);
    assert_eq!(told.texts("PermissionsBoundaryArn"), [arn.as_str()]);
    assert!(told.body.contains("<GroupList><member>crew</member><member>shore</member></GroupList>"), "{}", told.body);
    let managed: Vec<String> = told.texts("Arn").into_iter().filter(|arn| arn.contains(":policy/")).collect();
    assert_eq!(managed, [arn.as_str(), READ_ONLY, CHANGE]);
    assert_eq!(told.texts("AttachmentCount"), ["0", "2", "1"]);
    assert_eq!(told.texts("PermissionsBoundaryUsageCount"), ["1", "0", "0"]);
    assert_eq!(told.texts("VersionId")[..2], ["v2", "v1"]);
    assert_eq!(told.texts("PolicyDocument").len(), 1, "the administrator's own");
    for (kind, arns) in [("User", 2), ("Group", 2), ("Role", 0), ("LocalManagedPolicy", 1), ("AWSManagedPolicy", 2)] {
        let told = house.done(&boss, "GetAccountAuthorizationDetails", &[("Filter.member.1", kind)]).await;
        assert_eq!(told.texts("Arn").len(), arns, "{kind}");
    }
    house.refused(&boss, "ValidationError", "GetAccountAuthorizationDetails", &[("Filter.member.1", "Users")]).await;
}

#[tokio::test]
async fn the_details_read_in_pages_of_one_have_every_entry_once() {
    let (house, boss, _) = furnished().await;
    for filter in [&[][..], &[("Filter.member.1", "AWSManagedPolicy"), ("Filter.member.2", "Group")]] {
        let whole = house.walk(&boss, "GetAccountAuthorizationDetails", filter, 1000, "Arn").await;
        assert_eq!(whole.len(), if filter.is_empty() { 7 } else { 4 });
        for most in 1..=4 {
            assert_eq!(house.walk(&boss, "GetAccountAuthorizationDetails", filter, most, "Arn").await, whole, "by {most}");
        }
    }
}

#[tokio::test]
async fn d06_the_details_of_an_account_hold_nothing_of_another() {
    let (house, _, _) = furnished().await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    let told = house.done(&stranger, "GetAccountAuthorizationDetails", &[]).await;
    assert_eq!(told.texts("Arn"), [format!("arn:aws:iam::{}:user/stranger", stranger.user.account)]);
}

#[tokio::test]
async fn an_account_is_in_no_organization_and_says_so_in_awss_own_word() {
    let (house, boss, _) = furnished().await;
    assert_eq!(house.refused(&boss, "OrganizationNotFoundException", "ListOrganizationsFeatures", &[]).await.status, 400);
}
