//! Server certificates: what is kept, and that no private key comes out.

use crate::caller::{ALL, House};

const RSA: &str = include_str!("data/rsa.pem");
const RSA_KEY: &str = include_str!("data/rsa.key");
const P384: &str = include_str!("data/p384.pem");
const P384_KEY: &str = include_str!("data/p384.key");
const BETWEEN: &str = include_str!("data/between.pem");
const ROOT: &str = include_str!("data/root.pem");

fn uploading<'a>(name: &'a str, body: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("ServerCertificateName", name), ("CertificateBody", body), ("PrivateKey", key)]
}

#[tokio::test]
async fn a_certificate_is_kept_with_its_chain_moved_renamed_and_deleted() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let chain = format!("{BETWEEN}{ROOT}");
    let more =
        [("CertificateChain", chain.as_str()), ("Path", "/cloudfront/"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")];
    let made = house.done(&boss, "UploadServerCertificate", &[&uploading("Pier", RSA, RSA_KEY)[..], &more].concat()).await;
    assert_eq!(made.text("Arn"), format!("arn:aws:iam::{account}:server-certificate/cloudfront/Pier"));
    assert!(made.text("ServerCertificateId").starts_with("ASCA") && made.text("Expiration").starts_with("2126-"), "{}", made.body);
    let named = ("ServerCertificateName", "pier");
    let seen = house.done(&boss, "GetServerCertificate", &[named]).await;
    assert_eq!((seen.text("CertificateBody").trim(), seen.text("CertificateChain").trim()), (RSA.trim(), chain.trim()));
    assert_eq!(seen.texts("Key"), ["team"]);
    house.refused(&boss, "EntityAlreadyExists", "UploadServerCertificate", &uploading("PIER", P384, P384_KEY)).await;
    house.done(&boss, "UploadServerCertificate", &uploading("deck", P384, P384_KEY)).await;
    assert_eq!(house.walk(&boss, "ListServerCertificates", &[], 1, "ServerCertificateName").await, ["deck", "Pier"]);
    let there = [("PathPrefix", "/cloudfront/")];
    assert_eq!(house.done(&boss, "ListServerCertificates", &there).await.texts("ServerCertificateName"), ["Pier"]);
    house.refused(&boss, "EntityAlreadyExists", "UpdateServerCertificate", &[named, ("NewServerCertificateName", "Deck")]).await;
    house.done(&boss, "UpdateServerCertificate", &[named, ("NewServerCertificateName", "quay"), ("NewPath", "/")]).await;
    house.refused(&boss, "NoSuchEntity", "GetServerCertificate", &[named]).await;
    let quay = ("ServerCertificateName", "quay");
    assert_eq!(
        house.done(&boss, "GetServerCertificate", &[quay]).await.text("Arn"),
        format!("arn:aws:iam::{account}:server-certificate/quay")
    );
    house.done(&boss, "TagServerCertificate", &[quay, ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "1")]).await;
    house.done(&boss, "UntagServerCertificate", &[quay, ("TagKeys.member.1", "team")]).await;
    assert_eq!(house.walk(&boss, "ListServerCertificateTags", &[quay], 1, "Key").await, ["a"]);
    let summary = house.done(&boss, "GetAccountSummary", &[]).await;
    assert!(summary.body.contains("<key>ServerCertificates</key><value>2</value>"), "{}", summary.body);
    house.done(&boss, "DeleteServerCertificate", &[quay]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteServerCertificate", &[quay]).await;
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 50).await.unwrap();
    let told = events.iter().find(|event| event.name == "UpdateServerCertificate").unwrap();
    assert_eq!(told.record["requestParameters"]["serverCertificateName"], "Pier");
}

#[tokio::test]
async fn a_certificate_is_kept_only_with_its_own_key_and_those_who_signed_it() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let torn = RSA.replace("MII", "MIJ");
    let titled = RSA.replace("CERTIFICATE", "X509 CRL");
    let twice = format!("{RSA}{P384}");
    let (backwards, stranger) = (format!("{ROOT}{BETWEEN}"), P384.to_owned());
    for (what, code, body, key, chain) in [
        ("another key", "KeyPairMismatch", RSA, P384_KEY, None),
        ("another key on a curve", "KeyPairMismatch", P384, RSA_KEY, None),
        ("no certificate", "MalformedCertificate", "none", RSA_KEY, None),
        ("a torn certificate", "MalformedCertificate", torn.as_str(), RSA_KEY, None),
        ("two certificates", "MalformedCertificate", twice.as_str(), RSA_KEY, None),
        ("a certificate by another title", "MalformedCertificate", titled.as_str(), RSA_KEY, None),
        ("a key as a certificate", "MalformedCertificate", RSA_KEY, RSA_KEY, None),
        ("no key", "MalformedCertificate", RSA, "none", None),
        ("a certificate as a key", "MalformedCertificate", RSA, RSA, None),
        ("a key with a password", "MalformedCertificate", RSA, include_str!("data/rsa.locked.key"), None),
        ("one that is over", "MalformedCertificate", include_str!("data/expired.pem"), P384_KEY, None),
        ("no chain", "MalformedCertificate", RSA, RSA_KEY, Some("none")),
        ("a chain backwards", "MalformedCertificate", RSA, RSA_KEY, Some(backwards.as_str())),
        ("a chain with a gap", "MalformedCertificate", RSA, RSA_KEY, Some(ROOT)),
        ("a chain under a name that is not its own", "MalformedCertificate", RSA, RSA_KEY, Some(include_str!("data/impostor.pem"))),
        ("a signer under another name", "MalformedCertificate", RSA, RSA_KEY, Some(include_str!("data/renamed.pem"))),
        ("a stranger's chain", "MalformedCertificate", RSA, RSA_KEY, Some(stranger.as_str())),
    ] {
        let mut input = uploading("pier", body, key);
        input.extend(chain.map(|chain| ("CertificateChain", chain)));
        let answer = house.iam(&boss, "UploadServerCertificate", &input).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{what}: {}", answer.body);
        assert!(!answer.body.contains("BEGIN"), "{what}: {}", answer.body);
    }
    for input in
        [&uploading("pier", RSA, "")[..], &uploading("pier", RSA, &format!("\u{100}{RSA_KEY}")), &uploading("pier", RSA, RSA_KEY)[..2]]
    {
        let answer = house.refused(&boss, "ValidationError", "UploadServerCertificate", input).await;
        assert!(!answer.body.contains("BEGIN"), "{}", answer.body);
    }
    house.done(&boss, "UploadServerCertificate", &uploading("pier", RSA, include_str!("data/rsa.pkcs1.key"))).await;
}

#[tokio::test]
async fn an_account_has_at_most_twenty_server_certificates() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    for number in 0..20 {
        house.done(&boss, "UploadServerCertificate", &uploading(&format!("pier{number}"), P384, P384_KEY)).await;
    }
    house.refused(&boss, "LimitExceeded", "UploadServerCertificate", &uploading("more", P384, P384_KEY)).await;
}

#[tokio::test]
async fn a_private_key_comes_out_nowhere() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "UploadServerCertificate", &uploading("pier", RSA, RSA_KEY)).await;
    let secret = RSA_KEY.lines().nth(1).unwrap();
    let named = [("ServerCertificateName", "pier")];
    for (operation, input) in
        [("GetServerCertificate", &named[..]), ("ListServerCertificates", &[]), ("GetAccountAuthorizationDetails", &[])]
    {
        let answer = house.done(&boss, operation, input).await;
        assert!(!answer.body.contains(secret) && !answer.body.contains("PRIVATE"), "{operation}");
    }
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 50).await.unwrap();
    let told = events.iter().find(|event| event.name == "UploadServerCertificate").unwrap();
    assert!(told.record["requestParameters"]["certificateBody"].is_string());
    assert!(events.iter().all(|event| !event.record.to_string().contains("PRIVATE")));
    let lockwright = &house.installation.lockwright;
    let kind = lockwright_model::resource::ResourceKind::ServerCertificate;
    let kept = lockwright.find_resource(account, kind, "pier").await.unwrap().unwrap();
    let lockwright_model::resource::Resource::ServerCertificate(row) = &kept else { panic!("{kept:?}") };
    let stored = serde_json::to_string(row).unwrap();
    assert!(!stored.contains("PRIVATE") && !stored.contains(secret) && !format!("{kept:?}").contains(row.key.as_text()));
}

#[tokio::test]
async fn a_certificate_is_renamed_by_who_may_change_it_under_both_names() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    house.done(&boss, "UploadServerCertificate", &uploading("pier", P384, P384_KEY)).await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:*ServerCertificate*","Resource":"arn:aws:iam::{account}:server-certificate/pier*"}}}}"#
    );
    let carla = house.caller(account, "carla", Some(&policy)).await;
    let named = ("ServerCertificateName", "pier");
    house.refused(&carla, "AccessDenied", "UpdateServerCertificate", &[named, ("NewServerCertificateName", "quay")]).await;
    house.refused(&carla, "AccessDenied", "UploadServerCertificate", &uploading("quay", P384, P384_KEY)).await;
    house.refused(&carla, "AccessDenied", "GetServerCertificate", &[("ServerCertificateName", "nothing")]).await;
    house.done(&carla, "UpdateServerCertificate", &[named, ("NewServerCertificateName", "pier2")]).await;
}
