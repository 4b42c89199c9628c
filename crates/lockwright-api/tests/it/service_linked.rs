//! Roles that are linked to a service: made by its name alone, changed by nobody else, deleted in their own way.

use crate::caller::{ALL, House};
use crate::roles::trusts;

const AUTO_SCALING: (&str, &str) = ("AWSServiceName", "autoscaling.amazonaws.com");
const ROLE: (&str, &str) = ("RoleName", "AWSServiceRoleForAutoScaling");

#[tokio::test]
async fn a_service_names_its_role_and_says_what_it_may_and_whom_it_trusts() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let made = house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    let arn = format!("arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling");
    assert_eq!(made.text("Arn"), arn);
    assert_eq!(made.text("Path"), "/aws-service-role/autoscaling.amazonaws.com/");
    assert!(made.text("Description").contains("EC2 Auto Scaling"), "{}", made.body);
    let trust = made.text("AssumeRolePolicyDocument");
    assert!(trust.contains("autoscaling.amazonaws.com") && trust.contains("sts%3AAssumeRole"), "{trust}");
    let policy = "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy";
    assert_eq!(house.done(&boss, "ListAttachedRolePolicies", &[ROLE]).await.texts("PolicyArn"), [policy]);
    assert_eq!(house.done(&boss, "ListEntitiesForPolicy", &[("PolicyArn", policy)]).await.texts("RoleName"), [ROLE.1]);
    assert_eq!(house.done(&boss, "ListRoles", &[("PathPrefix", "/aws-service-role/")]).await.texts("Arn"), [arn.as_str()]);
    let details = house.done(&boss, "GetAccountAuthorizationDetails", &[]).await;
    assert!(details.texts("Arn").contains(&arn) && details.texts("PolicyArn").contains(&policy.to_owned()), "{}", details.body);
    let summary = house.done(&boss, "GetAccountSummary", &[]).await;
    assert!(summary.body.contains("<key>Roles</key><value>1</value>"), "{}", summary.body);
    let told = house.installation.lockwright.events(&house.host(), Some(account), None, 50).await.unwrap();
    assert!(told.iter().any(|event| event.name == "CreateServiceLinkedRole" && event.record["responseElements"]["role"]["arn"] == arn));
}

#[tokio::test]
async fn a_suffix_is_for_services_that_may_have_several_roles() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    house.refused(&boss, "InvalidInput", "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    let second =
        house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING, ("CustomSuffix", "deck"), ("Description", "The deck's")]).await;
    assert_eq!((second.text("RoleName"), second.text("Description")), (format!("{}_deck", ROLE.1), "The deck's".to_owned()));
    let long = "x".repeat(50);
    house.refused(&boss, "InvalidInput", "CreateServiceLinkedRole", &[AUTO_SCALING, ("CustomSuffix", &long)]).await;
    let ecs = ("AWSServiceName", "ecs.amazonaws.com");
    house.refused(&boss, "InvalidInput", "CreateServiceLinkedRole", &[ecs, ("CustomSuffix", "deck")]).await;
    house.refused(&boss, "InvalidInput", "CreateServiceLinkedRole", &[("AWSServiceName", "nothing.amazonaws.com")]).await;
    house.refused(&boss, "ValidationError", "CreateServiceLinkedRole", &[("AWSServiceName", "not a service")]).await;
}

#[tokio::test]
async fn nobody_but_its_service_changes_such_a_role_or_makes_one_by_hand() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    house.done(&boss, "CreateInstanceProfile", &[("InstanceProfileName", "web")]).await;
    let trust = trusts(&account.to_string(), "");
    let policy = ("PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let own = ("PolicyArn", "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy");
    for (operation, more) in [
        ("DeleteRole", vec![]),
        ("UpdateAssumeRolePolicy", vec![("PolicyDocument", trust.as_str())]),
        ("UpdateRole", vec![("MaxSessionDuration", "7200")]),
        ("PutRolePolicy", vec![("PolicyName", "may"), ("PolicyDocument", ALL)]),
        ("DeleteRolePolicy", vec![("PolicyName", "may")]),
        ("AttachRolePolicy", vec![policy]),
        ("DetachRolePolicy", vec![own]),
        ("PutRolePermissionsBoundary", vec![("PermissionsBoundary", policy.1)]),
        ("DeleteRolePermissionsBoundary", vec![]),
        ("AddRoleToInstanceProfile", vec![("InstanceProfileName", "web")]),
    ] {
        house.refused(&boss, "UnmodifiableEntity", operation, &[&[ROLE], &more[..]].concat()).await;
    }
    house.done(&boss, "UpdateRoleDescription", &[ROLE, ("Description", "for the fleet")]).await;
    house.done(&boss, "UpdateRole", &[ROLE, ("Description", "for the fleets")]).await;
    let by_hand = [("RoleName", "mine"), ("Path", "/aws-service-role/ecs.amazonaws.com/"), ("AssumeRolePolicyDocument", trust.as_str())];
    house.refused(&boss, "InvalidInput", "CreateRole", &by_hand).await;
}

#[tokio::test]
async fn a_service_linked_role_is_deleted_in_its_own_way_and_the_deletion_can_be_asked_about() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    let task = house.done(&boss, "DeleteServiceLinkedRole", &[ROLE]).await.text("DeletionTaskId");
    assert!(task.starts_with("task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling/"), "{task}");
    house.refused(&boss, "NoSuchEntity", "GetRole", &[ROLE]).await;
    let asked = [("DeletionTaskId", task.as_str())];
    assert_eq!(house.done(&boss, "GetServiceLinkedRoleDeletionStatus", &asked).await.text("Status"), "SUCCEEDED");
    // Made up, of another role, of another account, or nothing at all.
    let (place, sealed) = task.rsplit_once('/').unwrap();
    for wrong in [format!("{place}/nothing"), format!("{place}_x/{sealed}"), format!("x/{task}"), "none".to_owned()] {
        house.refused(&boss, "NoSuchEntity", "GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", &wrong)]).await;
    }
    let other = house.caller(house.account("eve@example.com").await, "eve", Some(ALL)).await;
    house.refused(&other, "NoSuchEntity", "GetServiceLinkedRoleDeletionStatus", &asked).await;
    // Another role is not deleted so.
    house.done(&boss, "CreateRole", &[("RoleName", "crew"), ("AssumeRolePolicyDocument", &trusts(&account.to_string(), ""))]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteServiceLinkedRole", &[("RoleName", "crew")]).await;
    house.done(&boss, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
}

#[tokio::test]
async fn who_may_link_roles_of_one_service_links_none_of_another() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:GetServiceLinkedRoleDeletionStatus"],
        "Resource":"arn:aws:iam::*:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*",
        "Condition":{"StringLike":{"iam:AWSServiceName":"autoscaling.amazonaws.com"}}}}"#;
    let carla = house.caller(account, "carla", Some(policy)).await;
    for service in ["ecs.amazonaws.com", "nothing.amazonaws.com"] {
        house.refused(&carla, "AccessDenied", "CreateServiceLinkedRole", &[("AWSServiceName", service)]).await;
    }
    house.done(&carla, "CreateServiceLinkedRole", &[AUTO_SCALING]).await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "CreateServiceLinkedRole", &[("AWSServiceName", "ecs.amazonaws.com")]).await;
    for role in ["AWSServiceRoleForECS", "nobody"] {
        house.refused(&carla, "AccessDenied", "DeleteServiceLinkedRole", &[("RoleName", role)]).await;
    }
    let task = house.done(&carla, "DeleteServiceLinkedRole", &[ROLE]).await.text("DeletionTaskId");
    house.done(&carla, "GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", &task)]).await;
    house.refused(&carla, "AccessDenied", "GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", "task/none")]).await;
}
