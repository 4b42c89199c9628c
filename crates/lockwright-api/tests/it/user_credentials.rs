//! SSH public keys, signing certificates and service-specific credentials over the wire.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockwright_model::identity::Identity;
use lockwright_testkit::public::{CERTIFICATE_ID, CERTIFICATES, ED25519, SHORT_SSH_KEY, SSH_KEY, SSH_KEYS};

use crate::caller::{ALL, Answer, Caller, House};

async fn with_carla(policy: Option<&str>) -> (House, Caller, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", policy).await;
    (house, boss, carla)
}

/// The root user, with a key.
async fn root(house: &House, boss: &Caller) -> Caller {
    let (key, secret) = house.installation.lockwright.create_access_key(&house.host(), &Identity::Root(boss.user.account)).await.unwrap();
    Caller { key: key.id, secret: secret.expose().to_owned(), ..boss.clone() }
}

const CARLA: (&str, &str) = ("UserName", "carla");

async fn upload_ssh(house: &House, caller: &Caller, user: &str, body: &str) -> Answer {
    house.iam(caller, "UploadSSHPublicKey", &[("UserName", user), ("SSHPublicKeyBody", body)]).await
}

#[tokio::test]
async fn m15_an_ssh_key_is_shown_as_it_was_uploaded_then_without_its_comment_or_as_pem() {
    let (house, boss, _) = with_carla(None).await;
    let commented = format!("{} carla@example.com", SSH_KEY.openssh);
    let up = upload_ssh(&house, &boss, "carla", &commented).await;
    assert_eq!(
        (up.text("Fingerprint").as_str(), up.text("SSHPublicKeyBody"), up.text("Status").as_str()),
        (SSH_KEY.fingerprint, commented, "Active")
    );
    let id = up.text("SSHPublicKeyId");
    assert!(id.starts_with("APKA") && id.len() == 20);
    let get = |form: &'static str| [CARLA, ("SSHPublicKeyId", &id), ("Encoding", form)];
    assert_eq!(house.done(&boss, "GetSSHPublicKey", &get("SSH")).await.text("SSHPublicKeyBody"), SSH_KEY.openssh);
    let pem = house.done(&boss, "GetSSHPublicKey", &get("PEM")).await;
    assert_eq!((pem.text("SSHPublicKeyBody").as_str(), pem.text("Fingerprint").as_str()), (SSH_KEY.pem, SSH_KEY.fingerprint));
    house.refused(&boss, "ValidationError", "GetSSHPublicKey", &get("ssh")).await;

    let state = |status: &'static str| [CARLA, ("SSHPublicKeyId", &id), ("Status", status)];
    house.done(&boss, "UpdateSSHPublicKey", &state("Inactive")).await;
    house.refused(&boss, "InvalidInput", "UpdateSSHPublicKey", &state("Expired")).await;
    house.refused(&boss, "ValidationError", "UpdateSSHPublicKey", &state("Off")).await;
    assert_eq!(house.done(&boss, "ListSSHPublicKeys", &[CARLA]).await.texts("Status"), ["Inactive"]);
    house.refused(&boss, "DeleteConflict", "DeleteUser", &[CARLA]).await;
    house.done(&boss, "DeleteSSHPublicKey", &state("")[..2]).await;
    for operation in ["GetSSHPublicKey", "UpdateSSHPublicKey", "DeleteSSHPublicKey"] {
        let gone = [CARLA, ("SSHPublicKeyId", &id), ("Encoding", "SSH"), ("Status", "Active")];
        house.refused(&boss, "NoSuchEntity", operation, &gone).await;
        house.refused(&boss, "NoSuchEntity", operation, &[CARLA, ("SSHPublicKeyId", "APKAXXXXXXXXXXXXXXXXX"), gone[2], gone[3]]).await;
    }
}

#[tokio::test]
async fn a_key_that_is_none_short_or_there_already_is_refused_and_so_is_the_sixth() {
    let (house, boss, _) = with_carla(None).await;
    for (body, code) in [
        ("not a key", "UnrecognizedPublicKeyEncoding"),
        (ED25519, "UnrecognizedPublicKeyEncoding"),
        (CERTIFICATES[0], "UnrecognizedPublicKeyEncoding"),
        (SHORT_SSH_KEY, "InvalidPublicKey"),
        ("", "ValidationError"),
        (&"A".repeat(16_385), "ValidationError"),
        ("ssh-rsa \u{1f98a}", "ValidationError"),
    ] {
        assert_eq!(upload_ssh(&house, &boss, "carla", body).await.code(), code, "{body}");
    }
    assert_eq!(upload_ssh(&house, &boss, "carla", SSH_KEY.openssh).await.code(), "");
    assert_eq!(upload_ssh(&house, &boss, "carla", SSH_KEY.pem).await.code(), "DuplicateSSHPublicKey", "the same in another form");
    assert_eq!(upload_ssh(&house, &boss, "boss", SSH_KEY.openssh).await.code(), "", "another user may have it");
    for (number, key) in SSH_KEYS.iter().enumerate() {
        let code = upload_ssh(&house, &boss, "carla", key).await.code();
        assert_eq!(code, if number < 4 { "" } else { "LimitExceeded" }, "{number}");
    }
    let ids = house.walk(&boss, "ListSSHPublicKeys", &[CARLA], 2, "SSHPublicKeyId").await;
    assert!(ids.len() == 5 && ids.is_sorted());
    assert_eq!(upload_ssh(&house, &boss, "nobody", SSH_KEY.openssh).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn m15_a_signing_certificate_is_named_by_its_hash_and_is_one_persons() {
    let (house, boss, carla) = with_carla(Some(ALL)).await;
    let upload = async |caller: &Caller, user: Option<&str>, body: &str| {
        let mut given = vec![("CertificateBody", body)];
        given.extend(user.map(|user| ("UserName", user)));
        house.iam(caller, "UploadSigningCertificate", &given).await
    };
    let up = upload(&carla, None, CERTIFICATES[0]).await;
    let shown = (up.text("UserName"), up.text("CertificateId"), up.text("Status"), up.text("CertificateBody"));
    assert_eq!(shown, ("carla".to_owned(), CERTIFICATE_ID.to_owned(), "Active".to_owned(), CERTIFICATES[0].to_owned()));
    let state = [("CertificateId", CERTIFICATE_ID), ("Status", "Inactive")];
    house.done(&carla, "UpdateSigningCertificate", &state).await;
    later(&house);
    let again = upload(&boss, Some("carla"), CERTIFICATES[0]).await;
    assert_eq!((again.text("UploadDate"), again.text("Status").as_str()), (up.text("UploadDate"), "Inactive"), "the same one, as it is");
    let other = upload(&boss, None, CERTIFICATES[0]).await;
    assert_eq!((other.status, other.code().as_str()), (409, "DuplicateCertificate"));
    house.refused(&boss, "NoSuchEntity", "DeleteSigningCertificate", &state[..1]).await;
    for body in ["not a certificate", SSH_KEY.pem, &CERTIFICATES.concat()] {
        assert_eq!(upload(&carla, None, body).await.code(), "MalformedCertificate", "{body}");
    }
    assert_eq!(upload(&carla, None, CERTIFICATES[1]).await.code(), "");
    assert_eq!(upload(&carla, None, CERTIFICATES[2]).await.code(), "LimitExceeded");
    house.refused(&carla, "InvalidInput", "UpdateSigningCertificate", &[state[0], ("Status", "Expired")]).await;
    house.refused(&boss, "DeleteConflict", "DeleteUser", &[CARLA]).await;
    assert_eq!(house.walk(&carla, "ListSigningCertificates", &[], 1, "CertificateId").await.len(), 2);

    let report = house.done(&boss, "GetCredentialReport", &[]).await.text("Content");
    let report = String::from_utf8(STANDARD.decode(report).unwrap()).unwrap();
    let row = report.lines().find(|row| row.starts_with("carla,")).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    assert_eq!((cells[18], cells[20]), ("false", "true"), "{row}");
    assert!(cells[19].starts_with("2027-") && cells[21].starts_with("2027-"));
    house.done(&carla, "DeleteSigningCertificate", &state[..1]).await;
    assert_eq!(house.done(&carla, "ListSigningCertificates", &[]).await.texts("CertificateId").len(), 1);
}

#[tokio::test]
async fn a_root_user_has_certificates_and_the_summary_says_so() {
    let (house, boss, _) = with_carla(None).await;
    let ana = root(&house, &boss).await;
    let present =
        async || house.done(&boss, "GetAccountSummary", &[]).await.body.contains("<key>AccountSigningCertificatesPresent</key><value>1<");
    assert!(!present().await);
    let up = house.done(&ana, "UploadSigningCertificate", &[("CertificateBody", CERTIFICATES[0])]).await;
    assert_eq!(up.text("CertificateId"), CERTIFICATE_ID);
    assert!(present().await);
    assert_eq!(house.done(&ana, "ListSigningCertificates", &[]).await.texts("CertificateId"), [CERTIFICATE_ID]);
    assert!(house.done(&boss, "ListSigningCertificates", &[]).await.texts("CertificateId").is_empty());
    for operation in ["ListSSHPublicKeys", "ListServiceSpecificCredentials"] {
        house.done(&ana, operation, &[]).await;
    }
    house.done(&ana, "DeleteSigningCertificate", &[("CertificateId", CERTIFICATE_ID)]).await;
    assert!(!present().await);
}

async fn create(house: &House, caller: &Caller, user: &str, service: &str, more: &[(&str, &str)]) -> Answer {
    let given = [("UserName", user), ("ServiceName", service)];
    house.iam(caller, "CreateServiceSpecificCredential", &[&given[..], more].concat()).await
}

fn later(house: &House) {
    house.installation.clock.advance(Duration::from_secs(60));
}

#[tokio::test]
async fn m15_a_password_for_a_service_is_shown_once_and_kept_as_a_hash() {
    let (house, boss, carla) = with_carla(None).await;
    let account = boss.user.account;
    let made = create(&house, &boss, "carla", "CodeCommit.amazonaws.com", &[("CredentialAgeDays", "2")]).await;
    let (id, password) = (made.text("ServiceSpecificCredentialId"), made.text("ServicePassword"));
    assert!(id.starts_with("ACCA") && password.len() == 60, "{}", made.body);
    assert_eq!(
        (made.text("ServiceUserName"), made.text("ServiceName")),
        (format!("carla-at-{account}"), "codecommit.amazonaws.com".into())
    );
    let second = create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await;
    assert_eq!((second.text("ServiceUserName"), second.texts("ExpirationDate")), (format!("carla+1-at-{account}"), vec![]));
    let third = create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await;
    assert_eq!((third.status, third.code().as_str()), (409, "LimitExceeded"));
    // Each service has its own; API keys hold the alias.
    let key = create(&house, &boss, "carla", "bedrock.amazonaws.com", &[]).await;
    let (alias, secret) = (key.text("ServiceCredentialAlias"), key.text("ServiceCredentialSecret"));
    assert_eq!((alias.as_str(), key.texts("ServiceUserName")), (format!("carla-at-{account}").as_str(), vec![]));
    assert!(STANDARD.decode(secret.strip_prefix("ABSK").unwrap()).unwrap().starts_with(format!("{alias}:").as_bytes()));

    let listed = house.done(&boss, "ListServiceSpecificCredentials", &[CARLA]).await;
    assert_eq!(listed.texts("ServiceSpecificCredentialId").len(), 3);
    let filter = [CARLA, ("ServiceName", "BEDROCK.amazonaws.com")];
    assert_eq!(house.done(&boss, "ListServiceSpecificCredentials", &filter).await.texts("ServiceName"), ["bedrock.amazonaws.com"]);
    let lockwright = &house.installation.lockwright;
    let owner = Identity::User(carla.user.clone());
    let kept =
        lockwright.user_credentials(&house.host(), &owner, lockwright_model::user_credential::UserCredentialKind::Service).await.unwrap();
    let (kept, trail) = (serde_json::to_string(&kept).unwrap(), lockwright.events(&house.host(), Some(account), None, 100).await.unwrap());
    let trail: String = trail.iter().map(|event| event.record.to_string()).collect();
    for secret in [&password, &second.text("ServicePassword"), &secret] {
        assert!(!listed.body.contains(secret.as_str()) && !kept.contains(secret.as_str()) && !trail.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn a_reset_changes_the_secret_alone_and_time_switches_it_off() {
    let (house, boss, _) = with_carla(None).await;
    let made = create(&house, &boss, "carla", "codecommit.amazonaws.com", &[("CredentialAgeDays", "2")]).await;
    create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await;
    let (id, password) = (made.text("ServiceSpecificCredentialId"), made.text("ServicePassword"));
    house.done(&boss, "UpdateServiceSpecificCredential", &[CARLA, ("ServiceSpecificCredentialId", &id), ("Status", "Inactive")]).await;
    let reset = house.done(&boss, "ResetServiceSpecificCredential", &[CARLA, ("ServiceSpecificCredentialId", &id)]).await;
    assert_ne!(reset.text("ServicePassword"), password);
    for same in ["ServiceUserName", "CreateDate", "ExpirationDate", "ServiceSpecificCredentialId"] {
        assert_eq!(reset.text(same), made.text(same), "{same}");
    }
    assert_eq!(reset.text("Status"), "Inactive");
    house.installation.clock.advance(Duration::from_secs(2 * 86_400));
    let states = house.done(&boss, "ListServiceSpecificCredentials", &[CARLA, ("ServiceName", "codecommit.amazonaws.com")]).await;
    let mut states = states.texts("Status");
    states.sort();
    assert_eq!(states, ["Active", "Expired"]);
    house.refused(&boss, "DeleteConflict", "DeleteUser", &[CARLA]).await;
    house.done(&boss, "DeleteServiceSpecificCredential", &[CARLA, ("ServiceSpecificCredentialId", &id)]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteServiceSpecificCredential", &[CARLA, ("ServiceSpecificCredentialId", &id)]).await;
}

#[tokio::test]
async fn a_service_that_users_have_no_logins_for_is_none_and_ages_have_limits() {
    let (house, boss, _) = with_carla(None).await;
    let wrong = create(&house, &boss, "carla", "sqs.amazonaws.com", &[]).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (404, "NoSuchEntity"));
    house.refused(&boss, "NoSuchEntity", "ListServiceSpecificCredentials", &[CARLA, ("ServiceName", "sqs.amazonaws.com")]).await;
    let service = "logs.amazonaws.com";
    for (days, code) in
        [("0", "ValidationError"), ("-1", "ValidationError"), ("36601", "ValidationError"), ("1.0", "MalformedInput"), ("36600", "")]
    {
        assert_eq!(create(&house, &boss, "carla", service, &[("CredentialAgeDays", days)]).await.code(), code, "{days}");
    }
    assert_eq!(create(&house, &boss, "carla", "a b", &[]).await.code(), "ValidationError");
    assert_eq!(create(&house, &boss, "nobody", service, &[]).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_login_stays_with_whoever_has_it_also_under_another_name() {
    let (house, boss, _) = with_carla(None).await;
    let account = boss.user.account;
    let service = "codecommit.amazonaws.com";
    create(&house, &boss, "carla", service, &[]).await;
    house.done(&boss, "UpdateUser", &[CARLA, ("NewUserName", "clara")]).await;
    house.done(&boss, "CreateUser", &[CARLA]).await;
    assert_eq!(create(&house, &boss, "carla", service, &[]).await.text("ServiceUserName"), format!("carla+1-at-{account}"));
    let all = [("AllUsers", "true")];
    let mut owners = house.walk(&boss, "ListServiceSpecificCredentials", &all, 1, "UserName").await;
    owners.sort();
    assert_eq!(owners, ["carla", "clara"]);
    house.refused(&boss, "InvalidInput", "ListServiceSpecificCredentials", &[all[0], CARLA]).await;
    let found = house.done(&boss, "ListServiceSpecificCredentials", &[("AllUsers", "false"), ("UserName", "clara")]).await;
    assert_eq!(found.text("ServiceUserName"), format!("carla-at-{account}"));
    assert!(
        house
            .done(&boss, "ListServiceSpecificCredentials", &[all[0], ("ServiceName", "logs.amazonaws.com")])
            .await
            .texts("UserName")
            .is_empty()
    );
}

#[tokio::test]
async fn d03_policies_say_on_whom_and_for_which_service_and_how_long() {
    let own = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*SSHPublicKey*","iam:*SigningCertificate*","iam:ListServiceSpecificCredentials"],"Resource":"arn:aws:iam::*:user/${aws:username}"},{"Effect":"Allow","Action":"iam:*ServiceSpecificCredential","Resource":"arn:aws:iam::*:user/${aws:username}","Condition":{"StringEquals":{"iam:ServiceSpecificCredentialServiceName":"codecommit.amazonaws.com"},"NumericLessThanEqualsIfExists":{"iam:ServiceSpecificCredentialAgeDays":"2"}}}]}"#;
    let (house, boss, carla) = with_carla(Some(own)).await;
    let service = "codecommit.amazonaws.com";
    let hers = create(&house, &carla, "carla", service, &[("CredentialAgeDays", "2")]).await.text("ServiceSpecificCredentialId");
    for (user, service, days) in
        [("carla", service, "3"), ("carla", "logs.amazonaws.com", "1"), ("boss", service, "1"), ("nobody", service, "1")]
    {
        assert_eq!(
            create(&house, &carla, user, service, &[("CredentialAgeDays", days)]).await.code(),
            "AccessDenied",
            "{user} {service} {days}"
        );
    }
    let logs = create(&house, &boss, "carla", "logs.amazonaws.com", &[]).await.text("ServiceSpecificCredentialId");
    for (id, code) in [(&hers, ""), (&logs, "AccessDenied")] {
        assert_eq!(house.iam(&carla, "ResetServiceSpecificCredential", &[("ServiceSpecificCredentialId", id)]).await.code(), code);
        assert_eq!(house.iam(&carla, "DeleteServiceSpecificCredential", &[("ServiceSpecificCredentialId", id)]).await.code(), code);
    }
    assert_eq!(upload_ssh(&house, &carla, "carla", SSH_KEY.openssh).await.code(), "");
    assert_eq!(upload_ssh(&house, &carla, "boss", SSH_KEY.openssh).await.code(), "AccessDenied");
    for (operation, more) in [
        ("ListServiceSpecificCredentials", ("AllUsers", "true")),
        ("ListSSHPublicKeys", ("UserName", "boss")),
        ("ListSigningCertificates", ("UserName", "nobody")),
        ("UploadSigningCertificate", ("UserName", "boss")),
        ("GetSSHPublicKey", ("UserName", "boss")),
        ("UpdateSSHPublicKey", ("UserName", "boss")),
        ("DeleteSSHPublicKey", ("UserName", "boss")),
    ] {
        let rest = [("CertificateBody", "x"), ("SSHPublicKeyId", "APKAQAAAAAAAAAAAAAAA"), ("Encoding", "SSH"), ("Status", "Expired")];
        house.refused(&carla, "AccessDenied", operation, &[&[more], &rest[..]].concat()).await;
    }
}

#[tokio::test]
async fn d06_somebody_elses_credential_is_as_if_it_were_not_there() {
    let (house, boss, _) = with_carla(None).await;
    let key = upload_ssh(&house, &boss, "carla", SSH_KEY.openssh).await.text("SSHPublicKeyId");
    let login = create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await.text("ServiceSpecificCredentialId");
    house.done(&boss, "UploadSigningCertificate", &[CARLA, ("CertificateBody", CERTIFICATES[0])]).await;
    let account = house.account("ben@example.com").await;
    let stranger = house.caller(account, "carla", Some(ALL)).await;
    let given = |user: &'static str| {
        [
            ("UserName", user),
            ("SSHPublicKeyId", key.as_str()),
            ("ServiceSpecificCredentialId", login.as_str()),
            ("CertificateId", CERTIFICATE_ID),
            ("Encoding", "SSH"),
            ("Status", "Inactive"),
        ]
    };
    for operation in [
        "GetSSHPublicKey",
        "UpdateSSHPublicKey",
        "DeleteSSHPublicKey",
        "UpdateSigningCertificate",
        "DeleteSigningCertificate",
        "ResetServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
        "DeleteServiceSpecificCredential",
    ] {
        house.refused(&boss, "NoSuchEntity", operation, &given("boss")).await;
        house.refused(&stranger, "NoSuchEntity", operation, &given("carla")).await;
    }
    // Its own certificate it may have there: accounts know nothing of each other.
    house.done(&stranger, "UploadSigningCertificate", &[("CertificateBody", CERTIFICATES[0])]).await;
    let all = house.done(&stranger, "ListServiceSpecificCredentials", &[("AllUsers", "true")]).await;
    assert!(all.texts("UserName").is_empty());
}

#[tokio::test]
async fn a_user_deleted_in_the_console_takes_all_of_them_along() {
    let (house, boss, carla) = with_carla(None).await;
    upload_ssh(&house, &boss, "carla", SSH_KEY.openssh).await;
    create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await;
    house.done(&boss, "UploadSigningCertificate", &[CARLA, ("CertificateBody", CERTIFICATES[0])]).await;
    let lockwright = &house.installation.lockwright;
    lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
    // Of somebody made later under the name nothing is there, and what was unique is free.
    house.done(&boss, "CreateUser", &[CARLA]).await;
    for (operation, entry) in [
        ("ListSSHPublicKeys", "SSHPublicKeyId"),
        ("ListSigningCertificates", "CertificateId"),
        ("ListServiceSpecificCredentials", "UserName"),
    ] {
        assert!(house.done(&boss, operation, &[CARLA]).await.texts(entry).is_empty(), "{operation}");
    }
    house.done(&boss, "UploadSigningCertificate", &[CARLA, ("CertificateBody", CERTIFICATES[0])]).await;
    let made = create(&house, &boss, "carla", "codecommit.amazonaws.com", &[]).await;
    assert_eq!(made.text("ServiceUserName"), format!("carla-at-{}", boss.user.account));
}
