//! Attacks on the calls of programs, each under its id.

use axum::body::Body;
use axum::extract::Request;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;

use crate::caller::{ALL, Caller, House};

const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/id.example.org";

fn allow(actions: &str, resource: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{actions}],"Resource":"{resource}"}}}}"#)
}

/// What a role lets in whom: everybody of the account, with tags.
fn trust(account: AccountId) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":["sts:AssumeRole","sts:TagSession"]}}}}"#
    )
}

#[tokio::test]
async fn c19_nobody_gives_a_tag_that_only_aws_gives() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let trust = trust(account);
    house.done(&boss, "CreateRole", &[("RoleName", "watch"), ("AssumeRolePolicyDocument", &trust)]).await;
    let policy = house.done(&boss, "CreatePolicy", &[("PolicyName", "own"), ("PolicyDocument", ALL)]).await.text("Arn");
    for key in ["aws:username", "AWS:PrincipalArn", "aWs:"] {
        let tagged = |parameters: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
            let tag =
                [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a"), ("Tags.member.2.Key", key), ("Tags.member.2.Value", "b")];
            parameters.iter().chain(&tag).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        for (operation, mut parameters) in [
            ("TagUser", tagged(&[("UserName", "boss")])),
            ("TagRole", tagged(&[("RoleName", "watch")])),
            ("TagPolicy", tagged(&[])),
            ("CreateUser", tagged(&[("UserName", "new")])),
            ("CreateRole", tagged(&[("RoleName", "new")])),
            ("CreatePolicy", tagged(&[("PolicyName", "new"), ("PolicyDocument", ALL)])),
            ("CreateInstanceProfile", tagged(&[("InstanceProfileName", "new")])),
            ("TagInstanceProfile", tagged(&[("InstanceProfileName", "new")])),
            ("CreateOpenIDConnectProvider", tagged(&[("Url", "https://id.example.org")])),
            ("TagOpenIDConnectProvider", tagged(&[("OpenIDConnectProviderArn", PROVIDER)])),
            ("CreateVirtualMFADevice", tagged(&[("VirtualMFADeviceName", "new")])),
            ("TagMFADevice", tagged(&[("SerialNumber", PHONE)])),
        ] {
            parameters.push(("PolicyArn".to_owned(), policy.clone()));
            parameters.push(("AssumeRolePolicyDocument".to_owned(), trust.clone()));
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(house.refused(&boss, "InvalidInput", operation, &parameters).await.status, 400, "{operation} {key}");
        }
        for (operation, mut parameters) in
            [("AssumeRole", tagged(&[("RoleSessionName", "ana")])), ("GetFederationToken", tagged(&[("Name", "guest")]))]
        {
            parameters.push(("RoleArn".to_owned(), format!("arn:aws:iam::{account}:role/watch")));
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = house.sts(&boss, operation, &parameters).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidParameterValue"), "{operation} {key}");
        }
    }
    assert_eq!(house.done(&boss, "ListUserTags", &[("UserName", "boss")]).await.texts("Key"), [""; 0]);
    // AWS keeps to itself only what begins so.
    for key in ["aws", "awsome:x", "team:aws:x", "a"] {
        house.done(&boss, "TagUser", &[("UserName", "boss"), ("Tags.member.1.Key", key), ("Tags.member.1.Value", "b")]).await;
    }
}

#[tokio::test]
async fn c19_no_tag_of_a_session_stands_for_a_condition_key_of_its_own() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "CreateRole", &[("RoleName", "watch"), ("AssumeRolePolicyDocument", &trust(account))]).await;
    let arn = format!("arn:aws:iam::{account}:role/watch");
    for (condition, key, value) in [
        (r#""StringEquals":{"aws:PrincipalAccount":"123456789012"}"#, "PrincipalAccount", "123456789012"),
        (r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#, "MultiFactorAuthPresent", "true"),
        (r#""StringEquals":{"aws:SourceIdentity":"ana"}"#, "SourceIdentity", "ana"),
        (r#""StringEquals":{"aws:username":"boss"}"#, "username", "boss"),
        (r#""StringEquals":{"aws:PrincipalTag/team":"red"}"#, "PrincipalTag/team", "red"),
        (r#""StringEquals":{"aws:PrincipalTag/team":"red"}"#, "x:aws:PrincipalTag/team", "red"),
    ] {
        let may = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}}}"#
        );
        house.done(&boss, "PutRolePolicy", &[("RoleName", "watch"), ("PolicyName", "may"), ("PolicyDocument", &may)]).await;
        let tags = [("Tags.member.1.Key", key), ("Tags.member.1.Value", value)];
        let parameters: Vec<_> = [("RoleArn", arn.as_str()), ("RoleSessionName", "ana")].into_iter().chain(tags).collect();
        let taken = house.sts(&boss, "AssumeRole", &parameters).await;
        let session = crate::sts::holder(&boss, &taken);
        house.refused(&session, "AccessDenied", "ListUsers", &[]).await;
    }
    // The tag that it has is there, under its own name.
    let tags = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    let parameters: Vec<_> = [("RoleArn", arn.as_str()), ("RoleSessionName", "ana")].into_iter().chain(tags).collect();
    let session = crate::sts::holder(&boss, &house.sts(&boss, "AssumeRole", &parameters).await);
    house.done(&session, "ListUsers", &[]).await;
}

#[tokio::test]
async fn d02_a_key_can_not_widen_what_its_owner_may_do() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let carla = house.caller(account, "carla", Some(&allow(r#""iam:Get*","iam:List*","iam:*AccessKey*""#, "*"))).await;
    let made = house.iam(&carla, "CreateAccessKey", &[]).await;
    let child = Caller { key: made.text("AccessKeyId").parse().unwrap(), secret: made.text("SecretAccessKey"), ..carla.clone() };
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    for key in [&carla, &child] {
        assert_eq!(house.iam(key, "ListUsers", &[]).await.status, 200, "what it may");
        for (operation, parameters) in [
            ("PutUserPolicy", vec![("PolicyName", "may"), ("PolicyDocument", ALL)]),
            ("AttachUserPolicy", vec![("PolicyArn", administrator)]),
            ("DeleteUserPolicy", vec![("PolicyName", "may")]),
        ] {
            let parameters: Vec<_> = [("UserName", "carla")].into_iter().chain(parameters).collect();
            assert_eq!(house.iam(key, operation, &parameters).await.code(), "AccessDenied", "{operation}");
        }
        assert_eq!(house.iam(key, "CreateUser", &[("UserName", "eve")]).await.code(), "AccessDenied");
    }
}

#[tokio::test]
async fn d03_keys_are_made_only_for_those_on_whom_it_is_permitted() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let own = format!("arn:aws:iam::{account}:user/carla");
    let carla = house.caller(account, "carla", Some(&allow(r#""iam:CreateAccessKey""#, &own))).await;
    let dora = house.caller(account, "dora", Some(ALL)).await;
    for parameters in [&[("UserName", "dora")][..], &[("UserName", "root")], &[("UserName", "nobody")], &[("UserName", "carl")]] {
        assert_eq!(house.iam(&carla, "CreateAccessKey", parameters).await.code(), "AccessDenied", "{parameters:?}");
    }
    // Without a name it is the caller, never the account's root user.
    let made = house.iam(&carla, "CreateAccessKey", &[]).await;
    assert_eq!((made.status, made.text("UserName").as_str()), (200, "carla"));
    let keys = async |owner: Identity| house.installation.lockwright.access_keys(&house.host(), &owner).await.unwrap().len();
    assert_eq!((keys(Identity::Root(account)).await, keys(Identity::User(dora.user)).await), (0, 1));
}

#[tokio::test]
async fn d08_unknown_inactive_deleted_and_ownerless_keys_are_refused_alike() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let lockwright = &house.installation.lockwright;
    let unknown = Caller { key: "AKIAQAAAAAAAAAAAAAAA".parse().unwrap(), ..house.caller(account, "carla", Some(ALL)).await };
    let inactive = house.caller(account, "dora", Some(ALL)).await;
    lockwright.set_access_key_active(&house.host(), &Identity::User(inactive.user.clone()), &inactive.key, false).await.unwrap();
    let deleted = house.caller(account, "eve", Some(ALL)).await;
    lockwright.delete_access_key(&house.host(), &Identity::User(deleted.user.clone()), &deleted.key).await.unwrap();
    let ownerless = house.caller(account, "finn", Some(ALL)).await;
    lockwright.delete_user(&house.host(), &ownerless.user).await.unwrap();
    let disabled = house.caller(account, "gina", Some(ALL)).await;
    lockwright.set_user_disabled(&house.host(), &disabled.user, true).await.unwrap();
    let mut answers = Vec::new();
    for caller in [unknown, inactive, deleted, ownerless, disabled] {
        // With its secret, with another, with hardly one: whether the secret is right is told to nobody.
        for secret in [caller.secret.clone(), "x".repeat(40), "x".to_owned()] {
            for presigned in [false, true] {
                let caller = Caller { secret: secret.clone(), ..caller.clone() };
                let answer = house.send(house.signed(&caller, "sts", "2011-06-15", "GetCallerIdentity", &[], presigned)).await;
                assert_eq!((answer.status, answer.code().as_str()), (403, "InvalidClientTokenId"), "{:?}", caller.user);
                answers.push(answer.without_id());
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn d15_no_session_token_goes_with_a_key_that_lasts() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    assert_eq!(house.sts(&boss, "GetCallerIdentity", &[]).await.status, 200);
    for token in ["x", boss.key.as_str(), boss.secret.as_str(), "IQoJb3JpZ2luX2VjE"] {
        let caller = Caller { token: Some(token.to_owned()), ..boss.clone() };
        for presigned in [false, true] {
            let answer = house.send(house.signed(&caller, "sts", "2011-06-15", "GetCallerIdentity", &[], presigned)).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "InvalidClientTokenId"), "{token}");
        }
    }
}

#[tokio::test]
async fn d26_nothing_but_a_signature_opens_a_call() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let basic = "Basic Ym9zczpRdWFycnkgbGFudGVybg==";
    let (bearer, cookie) = (format!("Bearer {}", boss.secret), format!("lw_session={}", boss.secret));
    for (name, value) in [("authorization", basic), ("authorization", &bearer), ("cookie", &cookie), ("x-api-key", &boss.secret)] {
        for (method, path, body) in
            [("POST", "/", "Action=ListUsers&Version=2010-05-08"), ("GET", "/?Action=ListUsers&Version=2010-05-08", "")]
        {
            let request = Request::builder().method(method).uri(path).header("host", "id.example.com").header(name, value);
            let answer = house.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "MissingAuthenticationToken"), "{name} {method}");
        }
    }
}
