//! An account's own policies over the wire, and AWS's beside them.

use lockwright_service::policy::managed;

use crate::caller::{ALL, Caller, House};

const READ_ONLY: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
const LIST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}}"#;

/// A house with an account, an administrator, and the account's own policy `/deck/Crew`, which lets list users.
async fn with_policy() -> (House, Caller, String) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let made = house
        .done(
            &boss,
            "CreatePolicy",
            &[
                ("PolicyName", "Crew"),
                ("Path", "/deck/"),
                ("Description", "May look"),
                ("PolicyDocument", LIST),
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "deck"),
            ],
        )
        .await;
    (house, boss, made.text("Arn"))
}

#[tokio::test]
async fn policies_of_aws_have_an_id_that_stays_theirs() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let id = async |name: &str| {
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        house.done(&boss, "GetPolicy", &[("PolicyArn", arn.as_str())]).await.text("PolicyId")
    };
    let (one, other) = (id("AdministratorAccess").await, id("IAMReadOnlyAccess").await);
    assert!(one.starts_with("ANPA") && one.len() == 21 && one != other, "{one} {other}");
    assert_eq!(id("AdministratorAccess").await, one);
}

#[tokio::test]
async fn a_policy_of_the_accounts_own_is_found_as_it_was_made() {
    let (house, boss, arn) = with_policy().await;
    assert_eq!(arn, format!("arn:aws:iam::{}:policy/deck/Crew", boss.user.account));
    let shown = house.done(&boss, "GetPolicy", &[("PolicyArn", &arn)]).await;
    for (name, value) in [
        ("PolicyName", "Crew"),
        ("Path", "/deck/"),
        ("DefaultVersionId", "v1"),
        ("AttachmentCount", "0"),
        ("PermissionsBoundaryUsageCount", "0"),
        ("IsAttachable", "true"),
        ("Description", "May look"),
        ("Key", "team"),
        ("Value", "deck"),
    ] {
        assert_eq!(shown.text(name), value, "{name}: {}", shown.body);
    }
    assert!(shown.text("PolicyId").starts_with("ANPA"), "{}", shown.body);
    let version = house.done(&boss, "GetPolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v1")]).await;
    assert!(version.text("Document").starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{}", version.body);
    // A list leaves out what it is for, and its tags (AWS).
    let listed = house.done(&boss, "ListPolicies", &[("Scope", "Local")]).await;
    assert_eq!((listed.texts("Arn"), listed.texts("Description"), listed.texts("Key")), (vec![arn], vec![], vec![]));
}

#[tokio::test]
async fn a_version_put_in_force_counts_at_once_for_all_who_have_the_policy() {
    let (house, boss, arn) = with_policy().await;
    let carla = house.caller(boss.user.account, "carla", None).await;
    house.done(&boss, "CreateGroup", &[("GroupName", "crew")]).await;
    house.done(&boss, "AddUserToGroup", &[("GroupName", "crew"), ("UserName", "carla")]).await;
    house.done(&boss, "AttachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", &arn)]).await;
    house.done(&carla, "ListUsers", &[]).await;
    let made = house.done(&boss, "CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", NOTHING)]).await;
    assert_eq!((made.text("VersionId"), made.text("IsDefaultVersion")), ("v2".to_owned(), "false".to_owned()));
    house.done(&carla, "ListUsers", &[]).await;
    house.done(&boss, "SetDefaultPolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v2")]).await;
    house.refused(&carla, "AccessDenied", "ListUsers", &[]).await;
    house.done(&boss, "CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", LIST), ("SetAsDefault", "true")]).await;
    house.done(&carla, "ListUsers", &[]).await;
    house.done(&boss, "DetachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", &arn)]).await;
    house.refused(&carla, "AccessDenied", "ListUsers", &[]).await;
}

#[tokio::test]
async fn five_versions_are_kept_and_no_number_is_given_twice() {
    let (house, boss, arn) = with_policy().await;
    let add = [("PolicyArn", arn.as_str()), ("PolicyDocument", ALL)];
    for number in 2..=5 {
        assert_eq!(house.done(&boss, "CreatePolicyVersion", &add).await.text("VersionId"), format!("v{number}"));
    }
    house.refused(&boss, "LimitExceeded", "CreatePolicyVersion", &add).await;
    house.refused(&boss, "DeleteConflict", "DeletePolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v1")]).await;
    house.done(&boss, "DeletePolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v5")]).await;
    house.refused(&boss, "NoSuchEntity", "DeletePolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v5")]).await;
    house.refused(&boss, "NoSuchEntity", "SetDefaultPolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v5")]).await;
    house.refused(&boss, "NoSuchEntity", "GetPolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v5")]).await;
    assert_eq!(house.done(&boss, "CreatePolicyVersion", &add).await.text("VersionId"), "v6");
    for most in [1, 2, 10] {
        let versions = house.walk(&boss, "ListPolicyVersions", &[("PolicyArn", &arn)], most, "VersionId").await;
        assert_eq!(versions, ["v6", "v4", "v3", "v2", "v1"]);
    }
    let listed = house.done(&boss, "ListPolicyVersions", &[("PolicyArn", &arn)]).await;
    assert_eq!(listed.texts("IsDefaultVersion"), ["false", "false", "false", "false", "true"]);
    assert_eq!(house.done(&boss, "ListPolicyVersions", &[("PolicyArn", READ_ONLY)]).await.texts("IsDefaultVersion"), ["true"]);
}

#[tokio::test]
async fn a_policy_goes_only_when_nobody_holds_it_and_no_other_version_is_left() {
    let (house, boss, arn) = with_policy().await;
    let delete = [("PolicyArn", arn.as_str())];
    house.done(&boss, "CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", ALL)]).await;
    house.done(&boss, "AttachUserPolicy", &[("UserName", "boss"), ("PolicyArn", &arn)]).await;
    house.refused(&boss, "DeleteConflict", "DeletePolicy", &delete).await;
    house.done(&boss, "DetachUserPolicy", &[("UserName", "boss"), ("PolicyArn", &arn)]).await;
    house.done(&boss, "CreateUser", &[("UserName", "eve")]).await;
    house.done(&boss, "PutUserPermissionsBoundary", &[("UserName", "eve"), ("PermissionsBoundary", &arn)]).await;
    let refused = house.refused(&boss, "DeleteConflict", "DeletePolicy", &delete).await;
    assert!(refused.body.contains("attached to entities"), "{}", refused.body);
    house.done(&boss, "DeleteUserPermissionsBoundary", &[("UserName", "eve")]).await;
    let refused = house.refused(&boss, "DeleteConflict", "DeletePolicy", &delete).await;
    assert!(refused.body.contains("more than one version"), "{}", refused.body);
    house.done(&boss, "DeletePolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v2")]).await;
    house.done(&boss, "DeletePolicy", &delete).await;
    for operation in ["GetPolicy", "DeletePolicy", "ListPolicyTags", "ListEntitiesForPolicy"] {
        house.refused(&boss, "NoSuchEntity", operation, &delete).await;
    }
    house.refused(&boss, "NoSuchEntity", "AttachUserPolicy", &[("UserName", "boss"), ("PolicyArn", &arn)]).await;
}

#[tokio::test]
async fn a_policys_name_is_unique_without_regard_to_case_wherever_it_stands() {
    let (house, boss, _) = with_policy().await;
    for name in ["Crew", "CREW"] {
        house.refused(&boss, "EntityAlreadyExists", "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", ALL)]).await;
    }
    // A policy, a group and a role may share a name, and AWS's policies take none.
    house.done(&boss, "CreateGroup", &[("GroupName", "Crew")]).await;
    house.done(&boss, "CreatePolicy", &[("PolicyName", "AdministratorAccess"), ("PolicyDocument", ALL)]).await;
}

#[tokio::test]
async fn an_account_has_no_more_than_fifteen_hundred_policies_of_its_own() {
    let (house, boss, _) = with_policy().await;
    for number in 1..1500 {
        house.done(&boss, "CreatePolicy", &[("PolicyName", &format!("policy{number}")), ("PolicyDocument", ALL)]).await;
    }
    let refused = house.refused(&boss, "LimitExceeded", "CreatePolicy", &[("PolicyName", "more"), ("PolicyDocument", ALL)]).await;
    assert!(refused.body.contains("CustomerManagedPoliciesPerAccount: 1500"), "{}", refused.body);
}

#[tokio::test]
async fn documents_are_read_and_measured_before_they_are_kept() {
    let (house, boss, arn) = with_policy().await;
    let of_length = |length: usize| {
        let frame = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::"}}"#;
        frame.replace(":::", &format!(":::{}", "a".repeat(length - frame.len()))).replace(",", " ,\n\t")
    };
    for (document, code) in [(of_length(6145), "LimitExceeded"), ("{}".to_owned(), "MalformedPolicyDocument"), (of_length(6144), "")] {
        house.refused(&boss, code, "CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", &document)]).await;
        house.refused(&boss, code, "CreatePolicy", &[("PolicyName", "long"), ("PolicyDocument", &document)]).await;
    }
    let nobody = house.caller(boss.user.account, "nobody", None).await;
    // Shape, then permission, then meaning.
    house.refused(&nobody, "AccessDenied", "CreatePolicy", &[("PolicyName", "Crew"), ("PolicyDocument", "{}")]).await;
    for parameters in [
        &[("PolicyName", "x")][..],
        &[("PolicyName", "not a name"), ("PolicyDocument", ALL)],
        &[("PolicyName", "x"), ("PolicyDocument", ALL), ("Path", "/a b/")],
        &[("PolicyName", "x"), ("PolicyDocument", ALL), ("Path", "/a//b/")],
        &[("PolicyName", "x"), ("PolicyDocument", ALL), ("Tags.member.1.Key", "k")],
    ] {
        house.refused(&nobody, "ValidationError", "CreatePolicy", parameters).await;
    }
    for version in ["1", "v", "v0", "vx", "v1.ä"] {
        house.refused(&nobody, "ValidationError", "SetDefaultPolicyVersion", &[("PolicyArn", &arn), ("VersionId", version)]).await;
    }
    house.refused(&boss, "NoSuchEntity", "SetDefaultPolicyVersion", &[("PolicyArn", &arn), ("VersionId", "v99999999999")]).await;
}

#[tokio::test]
async fn d06_policies_of_aws_and_of_other_accounts_are_changed_by_nobody() {
    let (house, boss, arn) = with_policy().await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    for (caller, arn) in [(&boss, READ_ONLY), (&stranger, arn.as_str())] {
        for (operation, more) in [
            ("CreatePolicyVersion", &[("PolicyDocument", ALL)][..]),
            ("SetDefaultPolicyVersion", &[("VersionId", "v1")]),
            ("DeletePolicyVersion", &[("VersionId", "v1")]),
            ("DeletePolicy", &[]),
            ("TagPolicy", &[("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]),
            ("UntagPolicy", &[("TagKeys.member.1", "team")]),
        ] {
            let parameters: Vec<_> = [("PolicyArn", arn)].into_iter().chain(more.iter().copied()).collect();
            let refused = house.refused(caller, "AccessDenied", operation, &parameters).await;
            assert!(refused.body.contains("outside your own account"), "{}", refused.body);
            assert!(house.trail(caller.user.account).await.contains(&(operation.to_owned(), "AccessDenied".to_owned())));
        }
    }
    for operation in ["GetPolicy", "ListPolicyVersions", "ListEntitiesForPolicy", "ListPolicyTags"] {
        house.refused(&stranger, "NoSuchEntity", operation, &[("PolicyArn", &arn)]).await;
    }
    house.refused(&stranger, "NoSuchEntity", "AttachUserPolicy", &[("UserName", "stranger"), ("PolicyArn", &arn)]).await;
    assert_eq!(house.done(&stranger, "ListPolicies", &[("Scope", "Local")]).await.texts("Arn"), [""; 0]);
}

#[tokio::test]
async fn uses_of_policies_are_counted_and_listed_by_kind() {
    let (house, boss, arn) = with_policy().await;
    let account = boss.user.account;
    house.done(&boss, "CreateGroup", &[("GroupName", "crew"), ("Path", "/deck/")]).await;
    for user in ["dora", "eve"] {
        house.done(&boss, "CreateUser", &[("UserName", user)]).await;
        house.done(&boss, "PutUserPermissionsBoundary", &[("UserName", user), ("PermissionsBoundary", &arn)]).await;
    }
    house.done(&boss, "AttachUserPolicy", &[("UserName", "dora"), ("PolicyArn", &arn)]).await;
    house.done(&boss, "AttachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", &arn)]).await;
    house.done(&boss, "AttachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", READ_ONLY)]).await;
    for (of, attached, bounding) in [(arn.as_str(), "2", "2"), (READ_ONLY, "1", "0")] {
        let shown = house.done(&boss, "GetPolicy", &[("PolicyArn", of)]).await;
        assert_eq!((shown.text("AttachmentCount"), shown.text("PermissionsBoundaryUsageCount")), (attached.into(), bounding.into()));
    }
    for (filters, groups, users) in [
        (&[][..], &["crew"][..], &["dora", "eve"][..]),
        (&[("PolicyUsageFilter", "PermissionsPolicy")], &["crew"], &["dora"]),
        (&[("PolicyUsageFilter", "PermissionsBoundary")], &[], &["dora", "eve"]),
        (&[("EntityFilter", "User")], &[], &["dora", "eve"]),
        (&[("EntityFilter", "Role")], &[], &[]),
        (&[("PathPrefix", "/deck/")], &["crew"], &[]),
    ] {
        let parameters: Vec<_> = [("PolicyArn", arn.as_str())].into_iter().chain(filters.iter().copied()).collect();
        for most in [1, 2, 1000] {
            let mut found = house.walk(&boss, "ListEntitiesForPolicy", &parameters, most, "UserName").await;
            found.sort();
            assert_eq!(found, users, "{filters:?} by {most}");
            assert_eq!(house.walk(&boss, "ListEntitiesForPolicy", &parameters, most, "GroupName").await, groups, "{filters:?} by {most}");
        }
    }
    // What is held by another account does not count.
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    assert_eq!(house.done(&stranger, "GetPolicy", &[("PolicyArn", READ_ONLY)]).await.text("AttachmentCount"), "0");
    let listed = house.done(&boss, "ListPolicies", &[("OnlyAttached", "true")]).await;
    assert_eq!(listed.texts("Arn"), [format!("arn:aws:iam::{account}:policy/deck/Crew"), READ_ONLY.to_owned()]);
    assert_eq!(
        (listed.texts("AttachmentCount"), listed.texts("PermissionsBoundaryUsageCount")),
        (vec!["2".into(), "1".into()], vec!["2".into(), "0".into()])
    );
}

#[tokio::test]
async fn lists_of_policies_are_filtered_and_read_in_pages_of_one_have_every_entry_once() {
    let (house, boss, arn) = with_policy().await;
    for name in ["zeta", "Alpha"] {
        house.done(&boss, "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", LIST)]).await;
    }
    let own = |name: &str| format!("arn:aws:iam::{}:policy/{name}", boss.user.account);
    house.done(&boss, "AttachUserPolicy", &[("UserName", "boss"), ("PolicyArn", &own("zeta"))]).await;
    house.done(&boss, "AttachUserPolicy", &[("UserName", "boss"), ("PolicyArn", READ_ONLY)]).await;
    house.done(&boss, "CreateUser", &[("UserName", "eve")]).await;
    house.done(&boss, "PutUserPermissionsBoundary", &[("UserName", "eve"), ("PermissionsBoundary", &arn)]).await;
    let read_only = READ_ONLY.to_owned();
    for (filters, expected) in [
        (&[("Scope", "Local")][..], vec![own("Alpha"), arn.clone(), own("zeta")]),
        (&[("Scope", "Local"), ("PathPrefix", "/deck/")], vec![arn.clone()]),
        (&[("OnlyAttached", "true")], vec![arn.clone(), own("zeta"), read_only.clone()]),
        (&[("OnlyAttached", "true"), ("PolicyUsageFilter", "PermissionsPolicy")], vec![own("zeta"), read_only.clone()]),
        (&[("PolicyUsageFilter", "PermissionsBoundary")], vec![arn.clone()]),
        (&[("Scope", "AWS"), ("OnlyAttached", "true")], vec![read_only]),
    ] {
        for most in [1, 2, 1000] {
            assert_eq!(house.walk(&boss, "ListPolicies", filters, most, "Arn").await, expected, "{filters:?} by {most}");
        }
    }
    let all = house.walk(&boss, "ListPolicies", &[], 1, "Arn").await;
    assert_eq!(all.len(), managed::all().len() + 3);
    assert_eq!(all, house.walk(&boss, "ListPolicies", &[], 1000, "Arn").await);
}

#[tokio::test]
async fn tags_of_a_policy_are_replaced_by_key_and_count_in_decisions() {
    let (house, boss, arn) = with_policy().await;
    let of = ("PolicyArn", arn.as_str());
    house
        .done(
            &boss,
            "TagPolicy",
            &[
                of,
                ("Tags.member.1.Key", "TEAM"),
                ("Tags.member.1.Value", "shore"),
                ("Tags.member.2.Key", "cost"),
                ("Tags.member.2.Value", ""),
            ],
        )
        .await;
    for most in [1, 10] {
        assert_eq!(house.walk(&boss, "ListPolicyTags", &[of], most, "Key").await, ["TEAM", "cost"]);
    }
    assert_eq!(house.done(&boss, "ListPolicyTags", &[of]).await.texts("Value"), ["shore", ""]);
    // Who may delete what is the shore's.
    let carla = house.caller(boss.user.account, "carla", None).await;
    let may = |team: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:DeletePolicy","Resource":"*","Condition":{{"StringEquals":{{"aws:ResourceTag/team":"{team}"}}}}}}}}"#
        )
    };
    house.grant(&carla.user, &may("deck")).await;
    house.refused(&carla, "AccessDenied", "DeletePolicy", &[of]).await;
    house.grant(&carla.user, &may("shore")).await;
    house.done(&carla, "DeletePolicy", &[of]).await;
}

#[tokio::test]
async fn fifty_tags_at_most_and_what_is_taken_away_is_gone() {
    let (house, boss, arn) = with_policy().await;
    let of = ("PolicyArn", arn.as_str());
    let pairs: Vec<(String, String)> = (1..=50)
        .flat_map(|n| [(format!("Tags.member.{n}.Key"), format!("key{n}")), (format!("Tags.member.{n}.Value"), "v".to_owned())])
        .collect();
    let mut parameters: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    parameters.push(of);
    house.refused(&boss, "LimitExceeded", "TagPolicy", &parameters).await;
    house.done(&boss, "UntagPolicy", &[of, ("TagKeys.member.1", "Team"), ("TagKeys.member.2", "unknown")]).await;
    house.done(&boss, "TagPolicy", &parameters).await;
    assert_eq!(house.done(&boss, "ListPolicyTags", &[of]).await.texts("Key").len(), 50);
    house.refused(&boss, "ValidationError", "TagPolicy", &[of]).await;
}

#[tokio::test]
async fn who_makes_a_policy_with_tags_needs_leave_to_tag_it() {
    let (house, boss, _) = with_policy().await;
    let carla = house.caller(boss.user.account, "carla", None).await;
    let create = [("PolicyName", "Tagged"), ("PolicyDocument", LIST), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
    let may = |actions: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}}}"#);
    house.grant(&carla.user, &may(r#""iam:CreatePolicy""#)).await;
    let refused = house.refused(&carla, "AccessDenied", "CreatePolicy", &create).await;
    assert!(refused.body.contains("iam:TagPolicy"), "{}", refused.body);
    house.done(&carla, "CreatePolicy", &[("PolicyName", "Bare"), ("PolicyDocument", LIST)]).await;
    house.grant(&carla.user, &may(r#""iam:CreatePolicy","iam:TagPolicy""#)).await;
    house.done(&carla, "CreatePolicy", &create).await;
}

#[tokio::test]
async fn what_happens_to_policies_stands_in_the_trail_with_its_parameters() {
    let (house, boss, arn) = with_policy().await;
    let of = ("PolicyArn", arn.as_str());
    house.done(&boss, "CreatePolicyVersion", &[of, ("PolicyDocument", NOTHING), ("SetAsDefault", "true")]).await;
    house.done(&boss, "SetDefaultPolicyVersion", &[of, ("VersionId", "v1")]).await;
    house.done(&boss, "DeletePolicyVersion", &[of, ("VersionId", "v2")]).await;
    house.done(&boss, "TagPolicy", &[of, ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]).await;
    house.done(&boss, "UntagPolicy", &[of, ("TagKeys.member.1", "k")]).await;
    house.done(&boss, "DeletePolicy", &[of]).await;
    let events = house.installation.lockwright.events(&house.host(), Some(boss.user.account), None, 100).await.unwrap();
    for (name, field, value) in [
        ("CreatePolicy", "policyDocument", LIST),
        ("CreatePolicy", "tags", r#"[{"key":"team","value":"deck"}]"#),
        ("CreatePolicyVersion", "policyDocument", NOTHING),
        ("CreatePolicyVersion", "setAsDefault", "true"),
        ("SetDefaultPolicyVersion", "versionId", "v1"),
        ("DeletePolicyVersion", "versionId", "v2"),
        ("TagPolicy", "tags", r#"[{"key":"k","value":"v"}]"#),
        ("UntagPolicy", "tagKeys", r#"["k"]"#),
        ("DeletePolicy", "policyArn", &arn),
    ] {
        let event = events.iter().find(|event| event.name == name).unwrap_or_else(|| panic!("{name}"));
        let told = &event.record["requestParameters"][field];
        assert_eq!(told.as_str().map_or_else(|| told.to_string(), str::to_owned), value, "{name}");
    }
}
