//! Roles: whom they trust, what their sessions may, and what ends them.

use std::time::Duration;

use lockwright_model::id::AccountId;

use crate::caller::{ALL, Answer, Caller, House};

pub(crate) fn trusts(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]{condition}}}}}"#
    )
}

fn may(action: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#)
}

pub(crate) fn arn(account: AccountId, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

/// A role that trusts so, and may do so.
pub(crate) async fn role(house: &House, boss: &Caller, name: &str, trust: &str, action: &str) {
    let made = house.iam(boss, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", trust)]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let put = [("RoleName", name), ("PolicyName", "may"), ("PolicyDocument", &may(action))];
    assert_eq!(house.iam(boss, "PutRolePolicy", &put).await.status, 200);
}

/// Takes a role on.
pub(crate) async fn take_on(house: &House, caller: &Caller, role: &str, more: &[(&str, &str)]) -> Result<Caller, Answer> {
    let parameters: Vec<_> = [("RoleArn", role), ("RoleSessionName", "watch")].into_iter().chain(more.iter().copied()).collect();
    let answer = house.sts(caller, "AssumeRole", &parameters).await;
    if answer.status != 200 {
        return Err(answer);
    }
    let key = answer.text("AccessKeyId").parse().unwrap();
    Ok(Caller { key, secret: answer.text("SecretAccessKey"), token: Some(answer.text("SessionToken")), ..caller.clone() })
}

async fn code(house: &House, caller: &Caller, role: &str, more: &[(&str, &str)]) -> String {
    take_on(house, caller, role, more).await.map_or_else(|answer| answer.code(), |_| String::new())
}

async fn lists(house: &House, caller: &Caller) -> String {
    house.iam(caller, "ListUsers", &[]).await.code()
}

#[tokio::test]
async fn m16_whom_a_role_trusts_acts_as_the_role_and_no_more_as_themselves() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", None).await;
    let dora = house.caller(account, "dora", Some(&may("sts:AssumeRole"))).await;
    let trust = trusts(&format!("arn:aws:iam::{account}:user/carla"), "");
    role(&house, &boss, "crew", &trust, "iam:ListUsers").await;
    let crew = arn(account, "crew");
    assert_eq!(code(&house, &dora, &crew, &[]).await, "AccessDenied", "it trusts somebody else, whatever her policies say");
    assert_eq!(code(&house, &dora, &arn(account, "nobody"), &[]).await, "AccessDenied", "nor is it told whether there is one");

    let session = take_on(&house, &carla, &crew, &[]).await.unwrap();
    let who = house.sts(&session, "GetCallerIdentity", &[]).await;
    assert_eq!(who.text("Arn"), format!("arn:aws:sts::{account}:assumed-role/crew/watch"));
    assert!(who.text("UserId").starts_with("AROA") && who.text("UserId").ends_with(":watch"), "{}", who.body);
    assert_eq!(lists(&house, &session).await, "");
    let denied = house.iam(&session, "CreateUser", &[("UserName", "eve")]).await;
    assert!(denied.code() == "AccessDenied" && denied.body.contains("assumed-role/crew/watch"), "{}", denied.body);
    assert_eq!(house.iam(&session, "GetUser", &[]).await.code(), "ValidationError", "it is nobody's user");
    for operation in ["GetSessionToken", "GetFederationToken"] {
        let answer = house.sts(&session, operation, &[("Name", "guest")]).await;
        assert_eq!(answer.code(), "AccessDenied", "{operation}");
    }
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 50).await.unwrap();
    let denied = events.iter().find(|event| event.name == "CreateUser" && event.record["errorCode"] == "AccessDenied").unwrap();
    let by = &denied.record["userIdentity"];
    assert_eq!((&by["type"], &by["sessionContext"]["sessionIssuer"]["arn"]), (&"AssumedRole".into(), &crew.as_str().into()));
    let taken = events.iter().find(|event| event.name == "AssumeRole" && event.record["errorCode"].is_null()).unwrap();
    assert_eq!(taken.record["requestParameters"]["roleArn"], crew);
    assert!(!taken.record.to_string().contains(&session.secret));
}

#[tokio::test]
async fn d24_a_session_ends_with_its_role_and_with_whoever_took_it_on() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let lockwright = &house.installation.lockwright;
    let trust = trusts(&account.to_string(), "");
    for end in ["role deleted", "sessions ended", "user off", "policy taken"] {
        let carla = house.caller(account, "carla", Some(&may("sts:AssumeRole"))).await;
        role(&house, &boss, "crew", &trust, "iam:ListUsers").await;
        let session = take_on(&house, &carla, &arn(account, "crew"), &[]).await.unwrap();
        assert_eq!(lists(&house, &session).await, "", "{end}");
        let gone = match end {
            "role deleted" => {
                house.iam(&boss, "DeleteRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]).await;
                assert_eq!(house.iam(&boss, "DeleteRole", &[("RoleName", "crew")]).await.status, 200);
                role(&house, &boss, "crew", &trust, "iam:ListUsers").await;
                "InvalidClientTokenId"
            }
            "sessions ended" => {
                lockwright.end_user_sessions(&house.host(), &carla.user).await.unwrap();
                "InvalidClientTokenId"
            }
            "user off" => {
                lockwright.set_user_disabled(&house.host(), &carla.user, true).await.unwrap();
                "InvalidClientTokenId"
            }
            _ => {
                house.iam(&boss, "DeleteRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]).await;
                "AccessDenied"
            }
        };
        assert_eq!(lists(&house, &session).await, gone, "{end}");
        lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
        house.iam(&boss, "DeleteRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]).await;
        assert_eq!(house.iam(&boss, "DeleteRole", &[("RoleName", "crew")]).await.status, 200, "{end}");
    }
}

#[tokio::test]
async fn c18_somebody_made_later_under_a_trusted_name_is_not_trusted() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let trust = trusts(&format!("arn:aws:iam::{account}:user/carla"), "");
    let make = [("RoleName", "crew"), ("AssumeRolePolicyDocument", trust.as_str())];
    let nobody = house.iam(&boss, "CreateRole", &make).await;
    assert_eq!(nobody.code(), "MalformedPolicyDocument", "nobody of the account is called that: {}", nobody.body);
    let carla = house.caller(account, "carla", None).await;
    role(&house, &boss, "crew", &trust, "iam:ListUsers").await;
    let crew = arn(account, "crew");
    assert_eq!(code(&house, &carla, &crew, &[]).await, "");
    house.installation.lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
    let again = house.caller(account, "carla", None).await;
    assert_eq!(code(&house, &again, &crew, &[]).await, "AccessDenied", "another one of the same name");
    let put = [("RoleName", "crew"), ("PolicyDocument", trust.as_str())];
    assert_eq!(house.iam(&boss, "UpdateAssumeRolePolicy", &put).await.status, 200);
    assert_eq!(code(&house, &again, &crew, &[]).await, "", "trusted anew");
    // Of another account nothing is told, and nobody is let in who was not there.
    let other = house.account("ben@example.com").await;
    let foreign = trusts(&format!("arn:aws:iam::{other}:user/guest"), "");
    role(&house, &boss, "pier", &foreign, "*").await;
    let guest = house.caller(other, "guest", Some(&may("sts:AssumeRole"))).await;
    assert_eq!(code(&house, &guest, &arn(account, "pier"), &[]).await, "AccessDenied");
    house.iam(&boss, "UpdateAssumeRolePolicy", &[("RoleName", "pier"), ("PolicyDocument", &foreign)]).await;
    assert_eq!(code(&house, &guest, &arn(account, "pier"), &[]).await, "");
}

#[tokio::test]
async fn what_is_passed_bounds_a_session_and_what_it_says_is_asked_for() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(&may("sts:*"))).await;
    let condition = r#","Condition":{"StringEquals":{"sts:ExternalId":"pier 4","aws:RequestTag/team":"deck"}}"#;
    role(&house, &boss, "strict", &trusts(&account.to_string(), condition), "*").await;
    let strict = arn(account, "strict");
    let tagged = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
    assert_eq!(code(&house, &carla, &strict, &[]).await, "AccessDenied");
    assert_eq!(code(&house, &carla, &strict, &[("ExternalId", "pier 4")]).await, "ValidationError", "a space is no letter of it");
    let condition = condition.replace("pier 4", "pier-4");
    let again = [("RoleName", "strict"), ("PolicyDocument", &trusts(&account.to_string(), &condition))];
    assert_eq!(house.iam(&boss, "UpdateAssumeRolePolicy", &again).await.status, 200);
    assert_eq!(code(&house, &carla, &strict, &[("ExternalId", "pier-4")]).await, "AccessDenied", "without the tag");
    let mut whole = vec![("ExternalId", "pier-4")];
    whole.extend(tagged);
    assert_eq!(code(&house, &carla, &strict, &whole).await, "");
    house.grant(&carla.user, &may("sts:AssumeRole")).await;
    // In its own account the role's trust in everybody of it needs the caller's leave too, for the tag as for the rest.
    assert_eq!(code(&house, &carla, &strict, &whole).await, "AccessDenied");
    house.grant(&carla.user, &may("sts:*")).await;

    let users_only = may("iam:ListUsers");
    let mut bounded = whole.clone();
    bounded.push(("Policy", &users_only));
    let session = take_on(&house, &carla, &strict, &bounded).await.unwrap();
    assert_eq!(lists(&house, &session).await, "");
    assert_eq!(house.iam(&session, "ListGroups", &[]).await.code(), "AccessDenied", "the role may, the session may not");
    let mut bounded = whole.clone();
    bounded.push(("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
    let session = take_on(&house, &carla, &strict, &bounded).await.unwrap();
    assert_eq!(lists(&house, &session).await, "");
    assert_eq!(house.iam(&session, "CreateUser", &[("UserName", "eve")]).await.code(), "AccessDenied");
}

#[tokio::test]
async fn sessions_last_as_long_as_the_role_lets_and_an_hour_from_another_session() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(&may("sts:*"))).await;
    role(&house, &boss, "crew", &trusts(&account.to_string(), ""), "*").await;
    role(&house, &boss, "next", &trusts(&account.to_string(), ""), "*").await;
    let (crew, next) = (arn(account, "crew"), arn(account, "next"));
    assert_eq!(code(&house, &carla, &crew, &[("DurationSeconds", "3601")]).await, "ValidationError");
    for name in ["crew", "next"] {
        house.iam(&boss, "UpdateRole", &[("RoleName", name), ("MaxSessionDuration", "7200")]).await;
    }
    let long = [("DurationSeconds", "7200"), ("SourceIdentity", "carla"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
    let session = take_on(&house, &carla, &crew, &[&long[..], &[("TransitiveTagKeys.member.1", "team")]].concat()).await.unwrap();
    assert_eq!(code(&house, &session, &next, &[("DurationSeconds", "3601")]).await, "ValidationError", "chained");
    assert_eq!(code(&house, &session, &next, &[("SourceIdentity", "somebody")]).await, "AccessDenied", "who is behind it stays");
    let other = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "engine")];
    assert_eq!(code(&house, &session, &next, &other).await, "InvalidParameterValue", "a tag that goes on stays");
    let put = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"deck","aws:SourceIdentity":"carla"}}}}"#;
    house.iam(&boss, "PutRolePolicy", &[("RoleName", "next"), ("PolicyName", "may"), ("PolicyDocument", put)]).await;
    let chained = take_on(&house, &session, &next, &[]).await.unwrap();
    assert_eq!(lists(&house, &chained).await, "", "the tag and the name went on");
    house.installation.clock.advance(Duration::from_secs(3_601));
    assert_eq!((lists(&house, &chained).await.as_str(), lists(&house, &session).await.as_str()), ("ExpiredToken", ""));
    house.installation.clock.advance(Duration::from_secs(3_600));
    assert_eq!(lists(&house, &session).await, "ExpiredToken");
}

#[tokio::test]
async fn d06_a_role_of_another_account_needs_both_sides() {
    let house = House::new().await;
    let (one, two) = (house.account("ana@example.com").await, house.account("ben@example.com").await);
    let boss = house.caller(one, "boss", Some(ALL)).await;
    let guest = house.caller(two, "guest", None).await;
    role(&house, &boss, "open", &trusts(&two.to_string(), ""), "iam:ListUsers").await;
    let open = arn(one, "open");
    assert_eq!(code(&house, &guest, &open, &[]).await, "AccessDenied", "her own policies say nothing");
    house.grant(&guest.user, &may("sts:AssumeRole")).await;
    let session = take_on(&house, &guest, &open, &[]).await.unwrap();
    let users = house.iam(&session, "ListUsers", &[]).await;
    assert_eq!(users.texts("UserName"), ["boss"], "it acts in the role's account: {}", users.body);
    for account in [one, two] {
        assert!(house.trail(account).await.iter().any(|(name, refused)| name == "AssumeRole" && refused.is_empty()), "{account}");
    }
    role(&house, &boss, "shut", &trusts(&one.to_string(), ""), "*").await;
    assert_eq!(code(&house, &guest, &arn(one, "shut"), &[]).await, "AccessDenied");
}

#[tokio::test]
async fn a_boundary_bounds_users_and_roles_whatever_is_granted() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    assert_eq!(house.iam(&boss, "PutUserPermissionsBoundary", &[("UserName", "carla"), ("PermissionsBoundary", read)]).await.status, 200);
    assert_eq!(lists(&house, &carla).await, "");
    let denied = house.iam(&carla, "CreateUser", &[("UserName", "eve")]).await;
    assert!(denied.code() == "AccessDenied" && denied.body.contains("permissions boundary"), "{}", denied.body);
    let shown = house.iam(&boss, "GetUser", &[("UserName", "carla")]).await;
    assert_eq!(shown.text("PermissionsBoundaryArn"), read);
    assert_eq!(house.iam(&boss, "DeleteUserPermissionsBoundary", &[("UserName", "carla")]).await.status, 200);
    assert_eq!(house.iam(&carla, "CreateUser", &[("UserName", "eve")]).await.status, 200);
    assert_eq!(house.iam(&boss, "DeleteUserPermissionsBoundary", &[("UserName", "carla")]).await.code(), "NoSuchEntity");
    // A policy that lets make users with this boundary alone.
    let only = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*","Condition":{{"StringEquals":{{"iam:PermissionsBoundary":"{read}"}}}}}}}}"#
    );
    house.grant(&carla.user, &only).await;
    assert_eq!(house.iam(&carla, "CreateUser", &[("UserName", "finn")]).await.code(), "AccessDenied");
    assert_eq!(house.iam(&carla, "CreateUser", &[("UserName", "finn"), ("PermissionsBoundary", read)]).await.status, 200);
}

#[tokio::test]
async fn a_role_is_made_changed_listed_and_deleted_as_with_aws() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let trust = trusts(&account.to_string(), "");
    let make = [("RoleName", "Crew"), ("Path", "/deck/"), ("AssumeRolePolicyDocument", &trust), ("Description", "for the watch")];
    let tags = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
    let made = house.iam(&boss, "CreateRole", &[&make[..], &tags[..]].concat()).await;
    assert_eq!(made.text("Arn"), format!("arn:aws:iam::{account}:role/deck/Crew"), "{}", made.body);
    assert!(made.text("RoleId").starts_with("AROA") && made.text("MaxSessionDuration") == "3600" && made.text("Key") == "team");
    assert_eq!(house.iam(&boss, "CreateRole", &make).await.code(), "EntityAlreadyExists");
    let other = [("RoleName", "crew"), ("AssumeRolePolicyDocument", trust.as_str())];
    assert_eq!(house.iam(&boss, "CreateRole", &other).await.code(), "EntityAlreadyExists", "case tells no two apart");
    for (name, value, code) in [
        ("AssumeRolePolicyDocument", "{}", "MalformedPolicyDocument"),
        ("AssumeRolePolicyDocument", ALL, "MalformedPolicyDocument"),
        ("MaxSessionDuration", "3599", "ValidationError"),
        ("MaxSessionDuration", "43201", "ValidationError"),
        ("PermissionsBoundary", "arn:aws:iam::aws:policy/NoSuchPolicy", "NoSuchEntity"),
    ] {
        let parameters: Vec<_> =
            [("RoleName", "x"), ("AssumeRolePolicyDocument", trust.as_str())].into_iter().filter(|(known, _)| *known != name).collect();
        let answer = house.iam(&boss, "CreateRole", &[&parameters[..], &[(name, value)]].concat()).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.body);
    }
    for name in ["alpha", "beta"] {
        house.iam(&boss, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
    }
    assert_eq!(house.iam(&boss, "ListRoles", &[]).await.texts("RoleName"), ["alpha", "beta", "Crew"]);
    assert_eq!(house.iam(&boss, "ListRoles", &[("PathPrefix", "/deck/")]).await.texts("RoleName"), ["Crew"]);
    let first = house.iam(&boss, "ListRoles", &[("MaxItems", "2")]).await;
    let rest = house.iam(&boss, "ListRoles", &[("Marker", &first.text("Marker"))]).await;
    assert_eq!(rest.texts("RoleName"), ["Crew"]);

    let crew = [("RoleName", "Crew")];
    let more =
        [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "engine"), ("Tags.member.2.Key", "pier"), ("Tags.member.2.Value", "4")];
    assert_eq!(house.iam(&boss, "TagRole", &[&crew[..], &more[..]].concat()).await.status, 200);
    assert_eq!(house.iam(&boss, "ListRoleTags", &crew).await.texts("Key"), ["pier", "Team"], "a key's case does not tell tags apart");
    assert_eq!(house.iam(&boss, "UntagRole", &[&crew[..], &[("TagKeys.member.1", "TEAM")]].concat()).await.status, 200);
    assert_eq!(house.iam(&boss, "ListRoleTags", &crew).await.texts("Key"), ["pier"]);
    house.iam(&boss, "UpdateRoleDescription", &[&crew[..], &[("Description", "another")]].concat()).await;
    assert_eq!(house.iam(&boss, "GetRole", &crew).await.text("Description"), "another");

    let read = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    house.iam(&boss, "AttachRolePolicy", &[&crew[..], &[("PolicyArn", read)]].concat()).await;
    assert_eq!(house.iam(&boss, "DeleteRole", &crew).await.code(), "DeleteConflict");
    house.iam(&boss, "DetachRolePolicy", &[&crew[..], &[("PolicyArn", read)]].concat()).await;
    assert_eq!(house.iam(&boss, "DeleteRole", &crew).await.status, 200);
    assert_eq!(house.iam(&boss, "GetRole", &crew).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_user_is_called_otherwise_and_keeps_what_it_has() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(&may("iam:ListUsers"))).await;
    house.caller(account, "dora", None).await;
    let rename = |to: &'static str| [("UserName", "carla"), ("NewUserName", to), ("NewPath", "/deck/")];
    assert_eq!(house.iam(&boss, "UpdateUser", &rename("DORA")).await.code(), "EntityAlreadyExists");
    assert_eq!(house.iam(&boss, "UpdateUser", &rename("Carlotta")).await.status, 200);
    let shown = house.iam(&boss, "GetUser", &[("UserName", "carlotta")]).await;
    assert_eq!(shown.text("Arn"), format!("arn:aws:iam::{account}:user/deck/Carlotta"));
    assert_eq!(house.iam(&boss, "GetUser", &[("UserName", "carla")]).await.code(), "NoSuchEntity");
    assert_eq!(lists(&house, &carla).await, "", "its key and its policy are its own still");
    // Whoever may name some users only can't take another's name.
    let own = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:UpdateUser","Resource":"arn:aws:iam::{account}:user/deck/*"}}}}"#
    );
    house.grant(&carla.user, &own).await;
    let away = [("UserName", "Carlotta"), ("NewPath", "/"), ("NewUserName", "x")];
    assert_eq!(house.iam(&carla, "UpdateUser", &away).await.code(), "AccessDenied");
    assert_eq!(house.iam(&carla, "UpdateUser", &[("UserName", "Carlotta"), ("NewUserName", "x")]).await.status, 200);
}
