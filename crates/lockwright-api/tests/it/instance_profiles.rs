//! Instance profiles: one role each, which whoever puts it there may pass on, and which stays as long as it is in there.

use crate::caller::{ALL, House};
use crate::roles::{arn, role, trusts};

#[tokio::test]
async fn a_profile_carries_one_role_which_stays_as_long() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let made = house.done(&boss, "CreateInstanceProfile", &[("InstanceProfileName", "Web"), ("Path", "/app/")]).await;
    assert_eq!(made.text("Arn"), format!("arn:aws:iam::{account}:instance-profile/app/Web"));
    assert!(made.text("InstanceProfileId").starts_with("AIPA"), "{}", made.body);
    house.refused(&boss, "EntityAlreadyExists", "CreateInstanceProfile", &[("InstanceProfileName", "WEB")]).await;
    for name in ["crew", "mate"] {
        role(&house, &boss, name, &trusts(&account.to_string(), ""), "iam:ListUsers").await;
    }
    let named = ("InstanceProfileName", "web");
    house.done(&boss, "AddRoleToInstanceProfile", &[named, ("RoleName", "crew")]).await;
    house.refused(&boss, "LimitExceeded", "AddRoleToInstanceProfile", &[named, ("RoleName", "mate")]).await;
    let seen = house.done(&boss, "GetInstanceProfile", &[named]).await;
    assert_eq!((seen.text("RoleName"), seen.text("InstanceProfileName")), ("crew".to_owned(), "Web".to_owned()));
    let of = house.done(&boss, "ListInstanceProfilesForRole", &[("RoleName", "crew")]).await;
    assert_eq!(of.texts("InstanceProfileName"), ["Web"]);
    assert!(house.done(&boss, "ListInstanceProfilesForRole", &[("RoleName", "mate")]).await.texts("InstanceProfileName").is_empty());
    let details = house.done(&boss, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Role")]).await;
    assert_eq!(details.texts("InstanceProfileName"), ["Web"]);

    house.done(&boss, "DeleteRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]).await;
    house.refused(&boss, "DeleteConflict", "DeleteRole", &[("RoleName", "crew")]).await;
    house.refused(&boss, "DeleteConflict", "DeleteInstanceProfile", &[named]).await;
    house.refused(&boss, "NoSuchEntity", "RemoveRoleFromInstanceProfile", &[named, ("RoleName", "mate")]).await;
    house.done(&boss, "RemoveRoleFromInstanceProfile", &[named, ("RoleName", "crew")]).await;
    house.done(&boss, "DeleteRole", &[("RoleName", "crew")]).await;
    house.done(&boss, "DeleteInstanceProfile", &[named]).await;
    house.refused(&boss, "NoSuchEntity", "GetInstanceProfile", &[named]).await;
}

#[tokio::test]
async fn who_may_not_pass_a_role_on_puts_it_into_no_profile() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    role(&house, &boss, "crew", &trusts(&account.to_string(), ""), "iam:ListUsers").await;
    house.done(&boss, "CreateInstanceProfile", &[("InstanceProfileName", "web")]).await;
    let may = |more: &str| {
        let add = r#"{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}"#;
        format!(r#"{{"Version":"2012-10-17","Statement":[{add}{more}]}}"#)
    };
    let carla = house.caller(account, "carla", Some(&may(""))).await;
    let put = |role: &'static str| [("InstanceProfileName", "web"), ("RoleName", role)];
    let denied = house.refused(&carla, "AccessDenied", "AddRoleToInstanceProfile", &put("crew")).await;
    assert!(denied.body.contains("iam:PassRole on resource: ") && denied.body.contains(&arn(account, "crew")), "{}", denied.body);
    house.refused(&carla, "AccessDenied", "AddRoleToInstanceProfile", &put("nobody")).await;
    let to = |service: &str| {
        format!(
            r#",{{"Effect":"Allow","Action":"iam:PassRole","Resource":"{}","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}}"#,
            arn(account, "crew")
        )
    };
    house.grant(&carla.user, &may(&to("lambda.amazonaws.com"))).await;
    house.refused(&carla, "AccessDenied", "AddRoleToInstanceProfile", &put("crew")).await;
    house.grant(&carla.user, &may(&to("ec2.amazonaws.com"))).await;
    house.done(&carla, "AddRoleToInstanceProfile", &put("crew")).await;
}

#[tokio::test]
async fn profiles_are_tagged_listed_in_pages_and_counted() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let names: Vec<String> = (0..7).map(|number| format!("web{number}")).collect();
    for name in &names {
        let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
        house.done(&boss, "CreateInstanceProfile", &[&[("InstanceProfileName", name.as_str())], &tag[..]].concat()).await;
    }
    assert_eq!(house.walk(&boss, "ListInstanceProfiles", &[], 3, "InstanceProfileName").await, names);
    let named = ("InstanceProfileName", "web0");
    house.done(&boss, "TagInstanceProfile", &[named, ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "1")]).await;
    assert_eq!(house.walk(&boss, "ListInstanceProfileTags", &[named], 1, "Key").await, ["a", "team"]);
    house.done(&boss, "UntagInstanceProfile", &[named, ("TagKeys.member.1", "TEAM")]).await;
    assert_eq!(house.done(&boss, "GetInstanceProfile", &[named]).await.texts("Key"), ["a"]);
    let summary = house.done(&boss, "GetAccountSummary", &[]).await;
    assert!(summary.body.contains("<key>InstanceProfiles</key><value>7</value>"), "{}", summary.body);

    // A tag decides who may.
    let condition = r#"{"StringEquals":{"aws:ResourceTag/team":"deck"}}"#;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:GetInstanceProfile","Resource":"*","Condition":{condition}}}}}"#
    );
    let carla = house.caller(account, "carla", Some(&policy)).await;
    house.done(&carla, "GetInstanceProfile", &[("InstanceProfileName", "web1")]).await;
    house.refused(&carla, "AccessDenied", "GetInstanceProfile", &[named]).await;
    house.refused(&carla, "AccessDenied", "GetInstanceProfile", &[("InstanceProfileName", "nothing")]).await;
}
