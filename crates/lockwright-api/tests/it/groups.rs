//! Groups of IAM users over the wire.

use crate::caller::{ALL, Caller, House};

const LIST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;

/// A house with an account, an administrator, and the group crew.
async fn with_crew() -> (House, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "CreateGroup", &[("GroupName", "crew"), ("Path", "/deck/")]).await;
    (house, boss)
}

#[tokio::test]
async fn a_member_may_what_the_group_may_and_no_longer_when_it_left() {
    let (house, boss) = with_crew().await;
    let carla = house.caller(boss.user.account, "carla", None).await;
    house.done(&boss, "PutGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may"), ("PolicyDocument", LIST)]).await;
    house.refused(&carla, "AccessDenied", "ListUsers", &[]).await;
    let member = [("GroupName", "crew"), ("UserName", "carla")];
    house.done(&boss, "AddUserToGroup", &member).await;
    house.done(&carla, "ListUsers", &[]).await;
    // The group's policies count as they are now: inline, then attached.
    house.done(&boss, "DeleteGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may")]).await;
    house.refused(&carla, "AccessDenied", "ListUsers", &[]).await;
    let read = [("GroupName", "crew"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess")];
    house.done(&boss, "AttachGroupPolicy", &read).await;
    house.done(&carla, "ListUsers", &[]).await;
    house.done(&boss, "RemoveUserFromGroup", &member).await;
    house.refused(&carla, "AccessDenied", "ListUsers", &[]).await;
    house.refused(&boss, "NoSuchEntity", "RemoveUserFromGroup", &member).await;
}

#[tokio::test]
async fn a_group_goes_only_when_nothing_belongs_to_it() {
    let (house, boss) = with_crew().await;
    let member = [("GroupName", "crew"), ("UserName", "boss")];
    let attached = [("GroupName", "crew"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess")];
    house.done(&boss, "AddUserToGroup", &member).await;
    house.done(&boss, "AttachGroupPolicy", &attached).await;
    house.done(&boss, "PutGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may"), ("PolicyDocument", LIST)]).await;
    for (first, release, parameters) in [
        ("remove users from group", "RemoveUserFromGroup", &member[..]),
        ("detach all policies", "DetachGroupPolicy", &attached),
        ("delete policies", "DeleteGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may")]),
    ] {
        let refused = house.refused(&boss, "DeleteConflict", "DeleteGroup", &[("GroupName", "crew")]).await;
        assert!(refused.body.contains(first), "{}", refused.body);
        house.done(&boss, release, parameters).await;
    }
    house.done(&boss, "DeleteGroup", &[("GroupName", "crew")]).await;
    house.refused(&boss, "NoSuchEntity", "GetGroup", &[("GroupName", "crew")]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteGroup", &[("GroupName", "crew")]).await;
}

#[tokio::test]
async fn a_user_goes_only_when_it_is_in_no_group() {
    let (house, boss) = with_crew().await;
    house.done(&boss, "CreateUser", &[("UserName", "eve")]).await;
    let member = [("GroupName", "crew"), ("UserName", "eve")];
    house.done(&boss, "AddUserToGroup", &member).await;
    house.refused(&boss, "DeleteConflict", "DeleteUser", &[("UserName", "eve")]).await;
    house.done(&boss, "RemoveUserFromGroup", &member).await;
    house.done(&boss, "DeleteUser", &[("UserName", "eve")]).await;
}

#[tokio::test]
async fn a_groups_name_is_unique_without_regard_to_case_and_may_change_its_own() {
    let (house, boss) = with_crew().await;
    house.refused(&boss, "EntityAlreadyExists", "CreateGroup", &[("GroupName", "CREW")]).await;
    house.done(&boss, "CreateGroup", &[("GroupName", "Shore")]).await;
    house.refused(&boss, "EntityAlreadyExists", "UpdateGroup", &[("GroupName", "shore"), ("NewGroupName", "Crew")]).await;
    house.done(&boss, "UpdateGroup", &[("GroupName", "shore"), ("NewGroupName", "SHORE"), ("NewPath", "/land/")]).await;
    let shown = house.done(&boss, "GetGroup", &[("GroupName", "shore")]).await;
    let arn = format!("arn:aws:iam::{}:group/land/SHORE", boss.user.account);
    assert_eq!((shown.text("GroupName"), shown.text("Path"), shown.text("Arn")), ("SHORE".into(), "/land/".into(), arn));
    // The built-in group is not shown, but nobody else's name.
    for operation in [&[("GroupName", "Administrators")][..], &[("GroupName", "crew"), ("NewGroupName", "administrators")]] {
        let name = if operation.len() == 1 { "CreateGroup" } else { "UpdateGroup" };
        house.refused(&boss, "EntityAlreadyExists", name, operation).await;
    }
}

#[tokio::test]
async fn a_renamed_group_keeps_its_members_and_is_renamed_by_those_who_may_on_both_names() {
    let (house, boss) = with_crew().await;
    let account = boss.user.account;
    let carla = house.caller(account, "carla", None).await;
    house.done(&boss, "AddUserToGroup", &[("GroupName", "crew"), ("UserName", "carla")]).await;
    let rename = [("GroupName", "crew"), ("NewGroupName", "shore")];
    for (resources, may) in [
        (r#""arn:aws:iam::ACCOUNT:group/deck/crew""#, false),
        (r#""arn:aws:iam::ACCOUNT:group/deck/shore""#, false),
        (r#""arn:aws:iam::ACCOUNT:group/deck/crew","arn:aws:iam::ACCOUNT:group/deck/shore""#, true),
    ] {
        let resources = resources.replace("ACCOUNT", &account.to_string());
        let policy =
            format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:UpdateGroup","Resource":[{resources}]}}}}"#);
        house.grant(&carla.user, &policy).await;
        let answer = house.iam(&carla, "UpdateGroup", &rename).await;
        assert_eq!(answer.status == 200, may, "{resources}: {}", answer.body);
    }
    let shown = house.done(&boss, "GetGroup", &[("GroupName", "shore")]).await;
    assert_eq!(shown.texts("UserName"), ["carla"]);
    assert_eq!(house.done(&boss, "ListGroupsForUser", &[("UserName", "carla")]).await.texts("GroupName"), ["shore"]);
}

#[tokio::test]
async fn lists_of_groups_and_members_read_in_pages_of_one_have_every_entry_once() {
    let (house, boss) = with_crew().await;
    for name in ["Zeta", "alpha", "mid"] {
        house.done(&boss, "CreateGroup", &[("GroupName", name), ("Path", if name == "mid" { "/deck/" } else { "/" })]).await;
        house.done(&boss, "AddUserToGroup", &[("GroupName", name), ("UserName", "boss")]).await;
        house.done(&boss, "CreateUser", &[("UserName", name)]).await;
        house.done(&boss, "AddUserToGroup", &[("GroupName", "crew"), ("UserName", name)]).await;
    }
    for (operation, parameters, entry, expected) in [
        ("ListGroups", &[][..], "GroupName", &["alpha", "crew", "mid", "Zeta"][..]),
        ("ListGroups", &[("PathPrefix", "/deck/")], "GroupName", &["crew", "mid"]),
        ("ListGroupsForUser", &[("UserName", "boss")], "GroupName", &["alpha", "mid", "Zeta"]),
    ] {
        for most in [1, 2, 1000] {
            assert_eq!(house.walk(&boss, operation, parameters, most, entry).await, expected, "{operation} by {most}");
        }
    }
    let members = house.walk(&boss, "GetGroup", &[("GroupName", "crew")], 1000, "UserName").await;
    assert_eq!(house.walk(&boss, "GetGroup", &[("GroupName", "crew")], 1, "UserName").await, members);
    let mut members = members;
    members.sort();
    assert_eq!(members, ["Zeta", "alpha", "mid"]);
}

#[tokio::test]
async fn no_user_is_in_more_than_ten_groups_and_joining_twice_is_joining_once() {
    let (house, boss) = with_crew().await;
    for number in 0..11 {
        let name = format!("group{number}");
        house.done(&boss, "CreateGroup", &[("GroupName", &name)]).await;
        let member = [("GroupName", name.as_str()), ("UserName", "boss")];
        if number < 10 {
            house.done(&boss, "AddUserToGroup", &member).await;
            house.done(&boss, "AddUserToGroup", &member).await;
        } else {
            let refused = house.refused(&boss, "LimitExceeded", "AddUserToGroup", &member).await;
            assert!(refused.body.contains("GroupsPerUser: 10"), "{}", refused.body);
        }
    }
    assert_eq!(house.done(&boss, "ListGroupsForUser", &[("UserName", "boss")]).await.texts("GroupName").len(), 10);
}

#[tokio::test]
async fn an_account_has_no_more_than_three_hundred_groups() {
    let (house, boss) = with_crew().await;
    for number in 1..300 {
        house.done(&boss, "CreateGroup", &[("GroupName", &format!("group{number}"))]).await;
    }
    let refused = house.refused(&boss, "LimitExceeded", "CreateGroup", &[("GroupName", "more")]).await;
    assert!(refused.body.contains("GroupsPerAccount: 300"), "{}", refused.body);
}

#[tokio::test]
async fn d06_groups_of_another_account_are_neither_seen_nor_joined() {
    let (house, boss) = with_crew().await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    assert_eq!(house.done(&stranger, "ListGroups", &[]).await.texts("GroupName"), [""; 0]);
    house.refused(&stranger, "NoSuchEntity", "AddUserToGroup", &[("GroupName", "crew"), ("UserName", "stranger")]).await;
    house.done(&stranger, "CreateGroup", &[("GroupName", "crew")]).await;
    house.refused(&stranger, "NoSuchEntity", "AddUserToGroup", &[("GroupName", "crew"), ("UserName", "boss")]).await;
    assert_eq!(house.done(&boss, "GetGroup", &[("GroupName", "crew")]).await.texts("UserName"), [""; 0]);
}

#[tokio::test]
async fn what_happens_to_groups_stands_in_the_trail_with_its_parameters() {
    let (house, boss) = with_crew().await;
    house.done(&boss, "AddUserToGroup", &[("GroupName", "crew"), ("UserName", "boss")]).await;
    house.done(&boss, "UpdateGroup", &[("GroupName", "crew"), ("NewGroupName", "shore"), ("NewPath", "/land/")]).await;
    house.done(&boss, "RemoveUserFromGroup", &[("GroupName", "shore"), ("UserName", "boss")]).await;
    house.done(&boss, "DeleteGroup", &[("GroupName", "shore")]).await;
    let events = house.installation.lockwright.events(&house.host(), Some(boss.user.account), None, 100).await.unwrap();
    for (name, field, value) in [
        ("CreateGroup", "path", "/deck/"),
        ("AddUserToGroup", "userName", "boss"),
        ("UpdateGroup", "newGroupName", "shore"),
        ("UpdateGroup", "newPath", "/land/"),
        ("RemoveUserFromGroup", "groupName", "shore"),
        ("DeleteGroup", "groupName", "shore"),
    ] {
        let event = events.iter().find(|event| event.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(event.record["requestParameters"][field], value, "{name}");
        assert_eq!(event.record["userIdentity"]["userName"], "boss", "{name}");
    }
}

#[tokio::test]
async fn a_shape_that_does_not_fit_is_told_before_any_permission() {
    let (house, boss) = with_crew().await;
    let nobody = house.caller(boss.user.account, "nobody", None).await;
    for (operation, parameters) in [
        ("CreateGroup", &[][..]),
        ("CreateGroup", &[("GroupName", "not a name")]),
        ("CreateGroup", &[("GroupName", "a"), ("Path", "deck")]),
        ("UpdateGroup", &[("GroupName", "crew"), ("NewPath", "deck")]),
        ("AddUserToGroup", &[("GroupName", "crew")]),
        ("ListGroups", &[("MaxItems", "0")]),
    ] {
        house.refused(&nobody, "ValidationError", operation, parameters).await;
    }
}
