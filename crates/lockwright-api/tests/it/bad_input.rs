//! What no client means to send: AWS's own error for each, and the server goes on.

use axum::http::HeaderValue;

use crate::caller::{ALL, House};

#[tokio::test]
async fn e10_documents_that_are_none_are_refused_as_aws_does() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let deep = format!(r#"{{"Version":"2012-10-17","Statement":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    let doubled = r#"{"Version":"2012-10-17","Statement":[],"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    for (what, document, code) in [
        ("100 levels", deep.as_str(), "MalformedPolicyDocument"),
        ("a key twice", doubled, "MalformedPolicyDocument"),
        ("cut off", r#"{"Version":"2012-10-17","Statement":{"Effect":"Al"#, "MalformedPolicyDocument"),
        ("a number", "12", "MalformedPolicyDocument"),
        ("a NUL", "{\"Version\":\"2012-10-17\u{0}\"}", "ValidationError"),
    ] {
        let parameters = [("UserName", "boss"), ("PolicyName", "bad"), ("PolicyDocument", document)];
        let answer = house.iam(&boss, "PutUserPolicy", &parameters).await;
        assert!(answer.status == 400 && [code, "MalformedPolicyDocument"].contains(&answer.code().as_str()), "{what}: {}", answer.body);
    }
    let wide = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, vec![statement; 1_500].join(","));
    let parameters = [("UserName", "boss"), ("PolicyName", "bad"), ("PolicyDocument", wide.as_str())];
    assert_eq!(house.send(house.signed(&boss, "iam", "2010-05-08", "PutUserPolicy", &parameters, false)).await.status, 413, "1 MB or near");
    assert_eq!(house.iam(&boss, "GetUser", &[]).await.status, 200);
}

#[tokio::test]
async fn e10_ten_thousand_parameters_are_refused() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let names: Vec<String> = (0..10_000).map(|number| format!("p{number}")).collect();
    let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let answer = house.iam(&boss, "GetUser", &parameters).await;
    assert!((400..=413).contains(&answer.status) && !answer.code().is_empty(), "{}", answer.body);
}

#[tokio::test]
async fn d11_malformed_and_other_accounts_arns_reach_nothing() {
    let house = House::new().await;
    let (account, other) = (house.account("ana@example.com").await, house.account("bo@example.com").await);
    let (boss, theirs) = (house.caller(account, "boss", Some(ALL)).await, house.caller(other, "carla", Some(ALL)).await);
    let made = house.done(&theirs, "CreatePolicy", &[("PolicyName", "own"), ("PolicyDocument", ALL)]).await.text("Arn");
    for arn in ["x", "arn:aws:iam::12:policy/x", "arn:aws:s3:::bucket", "arn:aws:iam::aws:policy/", &"a".repeat(3_000), &made] {
        for operation in ["GetPolicy", "DeletePolicy", "AttachUserPolicy"] {
            let mut parameters = vec![("PolicyArn", arn)];
            parameters.extend((operation == "AttachUserPolicy").then_some(("UserName", "boss")));
            let answer = house.iam(&boss, operation, &parameters).await;
            assert!((400..500).contains(&answer.status), "{operation} {arn:.40}: {}", answer.body);
            assert!(
                ["ValidationError", "NoSuchEntity", "AccessDenied", "InvalidInput"].contains(&answer.code().as_str()),
                "{}",
                answer.body
            );
        }
    }
    assert_eq!(house.iam(&theirs, "GetPolicy", &[("PolicyArn", made.as_str())]).await.status, 200, "it is still there");
    // A key of another account is nobody's here, whatever the caller may.
    let key = [("UserName", "boss"), ("AccessKeyId", theirs.key.as_str())];
    assert_eq!(house.iam(&boss, "DeleteAccessKey", &key).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn e10_bytes_that_are_no_utf8_are_refused_wherever_they_stand() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let call = "Action=GetUser&Version=2010-05-08&UserName=";
    for tail in [&b"%FF"[..], b"%C3", b"boss%ED%A0%80", b"%F8%88%80%80%80", b"\xff", b"bo\xc3\x28ss", b"boss&\xfe=x", b"boss&%FE=x"] {
        let body = [call.as_bytes(), tail].concat();
        let answer = house.send(house.sign(&boss, "iam", ("POST", "/", &body), &form, false)).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "MalformedQueryString"), "{tail:?}: {}", answer.body);
    }
    let json = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "CloudTrail_20131101.LookupEvents")];
    let answer = house.send(house.sign(&boss, "cloudtrail", ("POST", "/", b"{\"x\":\"\xff\"}"), &json, false)).await;
    assert!(answer.status == 400 && answer.body.contains("SerializationException"), "{}", answer.body);
    let presigned = house.signed(&boss, "iam", "2010-05-08", "GetUser", &[("UserName", "boss")], true);
    for (from, to, code) in
        [("UserName=boss", "UserName=%FF", "SignatureDoesNotMatch"), ("&X-Amz-Date=", "&X-Amz-Date=%FF", "IncompleteSignature")]
    {
        let uri = presigned.uri().to_string().replace(from, to);
        assert!(uri.contains("%FF"), "{uri}");
        let answer = house.send(axum::extract::Request::builder().uri(uri).header("host", "id.example.com").body("".into()).unwrap()).await;
        assert_eq!(answer.code(), code, "{to}: {}", answer.body);
    }
    for (header, code) in [
        ("authorization", "IncompleteSignature"),
        ("x-amz-date", "IncompleteSignature"),
        ("x-amz-security-token", "InvalidClientTokenId"),
        ("x-amz-target", "SignatureDoesNotMatch"),
        ("content-type", "SignatureDoesNotMatch"),
        ("host", "SignatureDoesNotMatch"),
        ("user-agent", ""),
    ] {
        let mut request = house.signed(&boss, "iam", "2010-05-08", "GetUser", &[("UserName", "boss")], false);
        let bytes = [request.headers().get(header).map_or(&b""[..], HeaderValue::as_bytes), b"\xff\xfe"].concat();
        request.headers_mut().insert(header, HeaderValue::from_bytes(&bytes).unwrap());
        let answer = house.send(request).await;
        assert_eq!(answer.code(), code, "{header}: {}", answer.body);
    }
    assert_eq!(house.iam(&boss, "GetUser", &[]).await.status, 200, "the server goes on");
}
