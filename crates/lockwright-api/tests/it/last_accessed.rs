//! What was last tried, over the wire.

use std::time::Duration;

use crate::caller::{ALL, Caller, House};

async fn furnished() -> (House, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    (house, boss)
}

async fn report(house: &House, boss: &Caller, arn: &str, granularity: &str) -> String {
    let asked = house.done(boss, "GenerateServiceLastAccessedDetails", &[("Arn", arn), ("Granularity", granularity)]).await;
    assert_eq!(asked.text("JobId").len(), 36, "{}", asked.body);
    asked.text("JobId")
}

#[tokio::test]
async fn a_report_tells_when_which_service_was_tried_and_by_whom_denied_or_not() {
    let (house, boss) = furnished().await;
    let may = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:GetUser","cloudtrail:*"],"Resource":"*"}}"#;
    let dora = house.caller(boss.user.account, "dora", Some(may)).await;
    house.installation.clock.advance(Duration::from_secs(60));
    house.refused(&dora, "AccessDenied", "ListUsers", &[]).await;
    house.sts(&dora, "GetCallerIdentity", &[]).await;
    let arn = format!("arn:aws:iam::{}:user/dora", boss.user.account);
    let job = report(&house, &boss, &arn, "SERVICE_LEVEL").await;
    let told = house.done(&boss, "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
    assert_eq!(told.texts("ServiceNamespace"), ["cloudtrail", "iam"], "what no policy grants is not listed: {}", told.body);
    assert_eq!((told.text("JobStatus"), told.text("JobType")), ("COMPLETED".into(), "SERVICE_LEVEL".into()));
    assert_eq!(told.texts("LastAuthenticatedEntity"), std::slice::from_ref(&arn));
    assert_eq!(told.texts("LastAuthenticatedRegion"), ["eu-central-1"]);
    assert_eq!(told.texts("TotalAuthenticatedEntities"), ["0", "1"]);
    assert!(told.texts("ActionName").is_empty());
    let pages = house.walk(&boss, "GetServiceLastAccessedDetails", &[("JobId", &job)], 1, "ServiceNamespace").await;
    assert_eq!(pages, ["cloudtrail", "iam"]);

    let job = report(&house, &boss, &arn, "ACTION_LEVEL").await;
    let told = house.done(&boss, "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
    assert!(told.texts("ActionName").contains(&"GetUser".to_owned()));
    assert_eq!(told.texts("LastAccessedEntity"), [arn], "ListUsers alone was tried");
}

#[tokio::test]
async fn a_report_on_a_group_or_a_policy_names_those_who_act_by_it() {
    let (house, boss) = furnished().await;
    let read_only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    house.done(&boss, "CreateGroup", &[("GroupName", "crew")]).await;
    house.done(&boss, "AttachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", read_only)]).await;
    for name in ["dora", "eve"] {
        let one = house.caller(boss.user.account, name, None).await;
        house.done(&boss, "AddUserToGroup", &[("GroupName", "crew"), ("UserName", name)]).await;
        if name == "eve" {
            house.done(&one, "ListUsers", &[]).await;
        }
    }
    let group = format!("arn:aws:iam::{}:group/crew", boss.user.account);
    for arn in [group.as_str(), read_only] {
        let job = report(&house, &boss, arn, "SERVICE_LEVEL").await;
        let told = house.done(&boss, "GetServiceLastAccessedDetailsWithEntities", &[("JobId", &job), ("ServiceNamespace", "iam")]).await;
        assert_eq!(told.texts("Name"), ["eve", "dora"], "the last one first: {}", told.body);
        assert_eq!(told.texts("LastAuthenticated").len(), 1);
        let told = house.done(&boss, "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
        assert_eq!(told.texts("TotalAuthenticatedEntities"), ["1"]);
    }
    let unheld = "arn:aws:iam::aws:policy/IAMFullAccess";
    let job = report(&house, &boss, unheld, "SERVICE_LEVEL").await;
    let told = house.done(&boss, "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
    assert!(told.texts("ServiceNamespace").contains(&"iam".to_owned()) && told.texts("LastAuthenticated").is_empty());
}

#[tokio::test]
async fn a_report_is_fetched_by_whoever_asked_and_for_a_day() {
    let (house, boss) = furnished().await;
    let other = house.caller(boss.user.account, "other", Some(ALL)).await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    let arn = format!("arn:aws:iam::{}:user/boss", boss.user.account);
    let job = report(&house, &boss, &arn, "SERVICE_LEVEL").await;
    for caller in [&other, &stranger] {
        house.refused(caller, "NoSuchEntity", "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
    }
    house.refused(&stranger, "NoSuchEntity", "GenerateServiceLastAccessedDetails", &[("Arn", &arn)]).await;
    house.refused(&boss, "ValidationError", "GetServiceLastAccessedDetails", &[("JobId", "x")]).await;
    house.refused(&boss, "NoSuchEntity", "GenerateServiceLastAccessedDetails", &[("Arn", &arn.replace("boss", "nobody"))]).await;
    house.installation.clock.advance(Duration::from_secs(86_400));
    house.refused(&boss, "NoSuchEntity", "GetServiceLastAccessedDetails", &[("JobId", &job)]).await;
}

#[tokio::test]
async fn the_policies_that_grant_a_service_are_named_with_where_they_stand() {
    let (house, boss) = furnished().await;
    house.done(&boss, "AttachUserPolicy", &[("UserName", "boss"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess")]).await;
    let arn = format!("arn:aws:iam::{}:user/boss", boss.user.account);
    let input = [("Arn", arn.as_str()), ("ServiceNamespaces.member.1", "iam"), ("ServiceNamespaces.member.2", "s3")];
    let told = house.done(&boss, "ListPoliciesGrantingServiceAccess", &input).await;
    assert_eq!(told.texts("ServiceNamespace"), ["iam", "s3"]);
    assert_eq!(told.texts("PolicyName"), ["IAMReadOnlyAccess", "may", "may"], "{}", told.body);
    assert_eq!(told.texts("PolicyType"), ["MANAGED", "INLINE", "INLINE"]);
    assert_eq!(told.texts("EntityName"), ["boss", "boss"]);
    house.refused(&boss, "ValidationError", "ListPoliciesGrantingServiceAccess", &[("Arn", &arn)]).await;
}

#[tokio::test]
async fn a_roles_last_use_is_that_of_its_sessions() {
    let (house, boss) = furnished().await;
    let account = boss.user.account;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    house.done(&boss, "CreateRole", &[("RoleName", "crew"), ("AssumeRolePolicyDocument", &trust)]).await;
    let role = async || house.done(&boss, "GetRole", &[("RoleName", "crew")]).await;
    assert_eq!(role().await.text("LastUsedDate"), "");
    let arn = format!("arn:aws:iam::{account}:role/crew");
    let taken = house.sts(&boss, "AssumeRole", &[("RoleArn", &arn), ("RoleSessionName", "watch")]).await;
    assert_eq!(role().await.text("LastUsedDate"), "", "to be taken on is no use");
    let session = Caller {
        user: boss.user.clone(),
        key: taken.text("AccessKeyId").parse().unwrap(),
        secret: taken.text("SecretAccessKey"),
        token: Some(taken.text("SessionToken")),
    };
    assert_eq!(house.sts(&session, "GetCallerIdentity", &[]).await.status, 200);
    assert_ne!(role().await.text("LastUsedDate"), "");
    assert_eq!(role().await.text("Region"), "eu-central-1");
    let whole = house.done(&boss, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Role")]).await;
    assert_ne!(whole.text("LastUsedDate"), "");
}
