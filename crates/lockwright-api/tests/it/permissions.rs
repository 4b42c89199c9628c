//! Each operation is allowed by its own action, on its own account.

use lockwright_api::OPERATIONS;
use lockwright_testkit::public::{CERTIFICATE_ID, CERTIFICATES, SSH_KEY};
use lockwright_wire::route::Service;

use crate::caller::{ALL, Answer, Caller, House};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
/// A policy of the caller's own account.
const OWN: &str = "arn:aws:iam::ACCOUNT:policy/crew";

/// An identity provider that nobody has.
const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/id.example.org";

/// Trusts the account.
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;

/// A device, a key and a login that nobody has.
const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
const SSH: &str = "APKAQAAAAAAAAAAAAAAA";
const LOGIN: &str = "ACCAQAAAAAAAAAAAAAAA";
const CODES: [(&str, &str); 2] = [("AuthenticationCode1", "123456"), ("AuthenticationCode2", "654321")];

/// Every operation with input that fits its shape; `KEY` stands for an access key of the user dora, `ACCOUNT` for the caller's account; what
/// is called crew, a group, a role or a policy, need not exist.
const CALLS: &[(&str, &[(&str, &str)])] = &[
    ("AddUserToGroup", &[("GroupName", "crew"), ("UserName", "dora")]),
    ("AssumeRole", &[("RoleArn", "arn:aws:iam::123456789012:role/crew"), ("RoleSessionName", "carla")]),
    ("AttachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", ADMINISTRATOR)]),
    ("AttachRolePolicy", &[("RoleName", "crew"), ("PolicyArn", ADMINISTRATOR)]),
    ("AttachUserPolicy", &[("UserName", "dora"), ("PolicyArn", ADMINISTRATOR)]),
    ("ChangePassword", &[("OldPassword", "Quarry-lantern-4-orchard"), ("NewPassword", "Quarry-lantern-5-orchard")]),
    ("CreateAccessKey", &[("UserName", "dora")]),
    ("CreateAccountAlias", &[("AccountAlias", "harbour-works")]),
    ("CreateGroup", &[("GroupName", "deck")]),
    ("CreateLoginProfile", &[("UserName", "dora"), ("Password", "Quarry-lantern-4-orchard")]),
    ("CreatePolicy", &[("PolicyName", "deck"), ("PolicyDocument", ALL)]),
    ("CreatePolicyVersion", &[("PolicyArn", OWN), ("PolicyDocument", ALL)]),
    ("CreateServiceSpecificCredential", &[("UserName", "dora"), ("ServiceName", "codecommit.amazonaws.com")]),
    ("CreateUser", &[("UserName", "eve")]),
    ("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]),
    ("DeactivateMFADevice", &[("UserName", "dora"), ("SerialNumber", "arn:aws:iam::123456789012:mfa/AAAAAAAAAAAAAAAA")]),
    ("DeleteAccessKey", &[("UserName", "dora"), ("AccessKeyId", "KEY")]),
    ("DeleteAccountAlias", &[("AccountAlias", "harbour-works")]),
    ("DeleteAccountPasswordPolicy", &[]),
    ("DeleteGroup", &[("GroupName", "crew")]),
    ("DeleteGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may")]),
    ("DeleteLoginProfile", &[("UserName", "dora")]),
    ("DeletePolicy", &[("PolicyArn", OWN)]),
    ("DeletePolicyVersion", &[("PolicyArn", OWN), ("VersionId", "v1")]),
    ("DeleteRolePermissionsBoundary", &[("RoleName", "crew")]),
    ("DeleteRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]),
    ("DeleteSSHPublicKey", &[("UserName", "dora"), ("SSHPublicKeyId", SSH)]),
    ("DeleteServiceSpecificCredential", &[("UserName", "dora"), ("ServiceSpecificCredentialId", LOGIN)]),
    ("DeleteSigningCertificate", &[("UserName", "dora"), ("CertificateId", CERTIFICATE_ID)]),
    ("DeleteUser", &[("UserName", "dora")]),
    ("DeleteUserPermissionsBoundary", &[("UserName", "dora")]),
    ("DeleteUserPolicy", &[("UserName", "dora"), ("PolicyName", "may")]),
    ("DeleteVirtualMFADevice", &[("SerialNumber", PHONE)]),
    ("DetachGroupPolicy", &[("GroupName", "crew"), ("PolicyArn", ADMINISTRATOR)]),
    ("DetachRolePolicy", &[("RoleName", "crew"), ("PolicyArn", ADMINISTRATOR)]),
    ("DetachUserPolicy", &[("UserName", "dora"), ("PolicyArn", ADMINISTRATOR)]),
    ("EnableMFADevice", &[("UserName", "dora"), ("SerialNumber", PHONE), CODES[0], CODES[1]]),
    ("GetAccessKeyInfo", &[("AccessKeyId", "KEY")]),
    ("GetAccessKeyLastUsed", &[("AccessKeyId", "KEY")]),
    ("GetAccountAuthorizationDetails", &[]),
    ("GetAccountPasswordPolicy", &[]),
    ("GetAccountSummary", &[]),
    ("GetCallerIdentity", &[]),
    ("GetFederationToken", &[("Name", "carla")]),
    ("GetGroup", &[("GroupName", "crew")]),
    ("GetGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may")]),
    ("GetLoginProfile", &[("UserName", "dora")]),
    ("GetMFADevice", &[("UserName", "dora"), ("SerialNumber", "arn:aws:iam::123456789012:mfa/AAAAAAAAAAAAAAAA")]),
    ("GetPolicy", &[("PolicyArn", ADMINISTRATOR)]),
    ("GetPolicyVersion", &[("PolicyArn", ADMINISTRATOR), ("VersionId", "v1")]),
    ("GetRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may")]),
    ("GetSSHPublicKey", &[("UserName", "dora"), ("SSHPublicKeyId", SSH), ("Encoding", "SSH")]),
    ("GetSessionToken", &[]),
    ("GetUser", &[("UserName", "dora")]),
    ("GetUserPolicy", &[("UserName", "dora"), ("PolicyName", "may")]),
    ("ListAccessKeys", &[("UserName", "dora")]),
    ("ListAccountAliases", &[]),
    ("ListAttachedGroupPolicies", &[("GroupName", "crew")]),
    ("ListAttachedRolePolicies", &[("RoleName", "crew")]),
    ("ListAttachedUserPolicies", &[("UserName", "dora")]),
    ("ListEntitiesForPolicy", &[("PolicyArn", ADMINISTRATOR)]),
    ("ListGroupPolicies", &[("GroupName", "crew")]),
    ("ListGroups", &[]),
    ("ListGroupsForUser", &[("UserName", "dora")]),
    ("ListMFADeviceTags", &[("SerialNumber", PHONE)]),
    ("ListMFADevices", &[("UserName", "dora")]),
    ("ListOrganizationsFeatures", &[]),
    ("ListPolicies", &[]),
    ("ListPolicyTags", &[("PolicyArn", ADMINISTRATOR)]),
    ("ListPolicyVersions", &[("PolicyArn", ADMINISTRATOR)]),
    ("ListRolePolicies", &[("RoleName", "crew")]),
    ("ListSSHPublicKeys", &[("UserName", "dora")]),
    ("ListServiceSpecificCredentials", &[("UserName", "dora")]),
    ("ListSigningCertificates", &[("UserName", "dora")]),
    ("ListUserPolicies", &[("UserName", "dora")]),
    ("ListUsers", &[]),
    ("ListVirtualMFADevices", &[]),
    ("GenerateCredentialReport", &[]),
    ("GetCredentialReport", &[]),
    ("LookupEvents", &[]),
    ("PutGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "may"), ("PolicyDocument", ALL)]),
    ("PutRolePermissionsBoundary", &[("RoleName", "crew"), ("PermissionsBoundary", ADMINISTRATOR)]),
    ("PutRolePolicy", &[("RoleName", "crew"), ("PolicyName", "may"), ("PolicyDocument", ALL)]),
    ("PutUserPermissionsBoundary", &[("UserName", "dora"), ("PermissionsBoundary", ADMINISTRATOR)]),
    ("PutUserPolicy", &[("UserName", "dora"), ("PolicyName", "may"), ("PolicyDocument", ALL)]),
    ("SimulateCustomPolicy", &[("PolicyInputList.member.1", ALL), ("ActionNames.member.1", "iam:GetUser")]),
    ("SimulatePrincipalPolicy", &[("PolicySourceArn", "arn:aws:iam::123456789012:user/dora"), ("ActionNames.member.1", "iam:GetUser")]),
    ("GetContextKeysForCustomPolicy", &[("PolicyInputList.member.1", ALL)]),
    ("GetContextKeysForPrincipalPolicy", &[("PolicySourceArn", "arn:aws:iam::123456789012:user/dora")]),
    ("RemoveUserFromGroup", &[("GroupName", "crew"), ("UserName", "dora")]),
    ("ResetServiceSpecificCredential", &[("UserName", "dora"), ("ServiceSpecificCredentialId", LOGIN)]),
    ("ResyncMFADevice", &[("UserName", "dora"), ("SerialNumber", PHONE), CODES[0], CODES[1]]),
    ("SetDefaultPolicyVersion", &[("PolicyArn", OWN), ("VersionId", "v1")]),
    ("TagMFADevice", &[("SerialNumber", PHONE), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagMFADevice", &[("SerialNumber", PHONE), ("TagKeys.member.1", "team")]),
    ("UpdateSSHPublicKey", &[("UserName", "dora"), ("SSHPublicKeyId", SSH), ("Status", "Active")]),
    ("UpdateServiceSpecificCredential", &[("UserName", "dora"), ("ServiceSpecificCredentialId", LOGIN), ("Status", "Active")]),
    ("UpdateSigningCertificate", &[("UserName", "dora"), ("CertificateId", CERTIFICATE_ID), ("Status", "Active")]),
    ("UploadSSHPublicKey", &[("UserName", "dora"), ("SSHPublicKeyBody", SSH_KEY.openssh)]),
    ("UploadSigningCertificate", &[("UserName", "dora"), ("CertificateBody", CERTIFICATES[0])]),
    ("TagPolicy", &[("PolicyArn", OWN), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagPolicy", &[("PolicyArn", OWN), ("TagKeys.member.1", "team")]),
    ("UpdateAccountPasswordPolicy", &[]),
    ("UpdateAccessKey", &[("UserName", "dora"), ("AccessKeyId", "KEY"), ("Status", "Active")]),
    ("UpdateLoginProfile", &[("UserName", "dora"), ("PasswordResetRequired", "true")]),
    ("CreateRole", &[("RoleName", "watch"), ("AssumeRolePolicyDocument", TRUST)]),
    ("GetRole", &[("RoleName", "crew")]),
    ("ListRoles", &[]),
    ("UpdateRole", &[("RoleName", "crew")]),
    ("UpdateRoleDescription", &[("RoleName", "crew"), ("Description", "x")]),
    ("UpdateAssumeRolePolicy", &[("RoleName", "crew"), ("PolicyDocument", TRUST)]),
    ("DeleteRole", &[("RoleName", "crew")]),
    ("TagUser", &[("UserName", "dora"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagUser", &[("UserName", "dora"), ("TagKeys.member.1", "team")]),
    ("ListUserTags", &[("UserName", "dora")]),
    ("TagRole", &[("RoleName", "crew"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagRole", &[("RoleName", "crew"), ("TagKeys.member.1", "team")]),
    ("ListRoleTags", &[("RoleName", "crew")]),
    ("UpdateUser", &[("UserName", "dora"), ("NewUserName", "dorothea")]),
    ("UpdateGroup", &[("GroupName", "crew"), ("NewGroupName", "deck")]),
    ("UploadServerCertificate", &[("ServerCertificateName", "pier"), ("CertificateBody", "x"), ("PrivateKey", "x")]),
    ("GetServerCertificate", &[("ServerCertificateName", "pier")]),
    ("UpdateServerCertificate", &[("ServerCertificateName", "pier"), ("NewPath", "/deck/")]),
    ("DeleteServerCertificate", &[("ServerCertificateName", "pier")]),
    ("ListServerCertificates", &[]),
    ("TagServerCertificate", &[("ServerCertificateName", "pier"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagServerCertificate", &[("ServerCertificateName", "pier"), ("TagKeys.member.1", "team")]),
    ("ListServerCertificateTags", &[("ServerCertificateName", "pier")]),
    ("CreateServiceLinkedRole", &[("AWSServiceName", "ecs.amazonaws.com")]),
    ("DeleteServiceLinkedRole", &[("RoleName", "crew")]),
    ("GetServiceLinkedRoleDeletionStatus", &[("DeletionTaskId", "task/aws-service-role/ecs.amazonaws.com/crew/x")]),
    ("CreateInstanceProfile", &[("InstanceProfileName", "web")]),
    ("GetInstanceProfile", &[("InstanceProfileName", "crew")]),
    ("DeleteInstanceProfile", &[("InstanceProfileName", "crew")]),
    ("ListInstanceProfiles", &[]),
    ("ListInstanceProfilesForRole", &[("RoleName", "crew")]),
    ("AddRoleToInstanceProfile", &[("InstanceProfileName", "crew"), ("RoleName", "crew")]),
    ("RemoveRoleFromInstanceProfile", &[("InstanceProfileName", "crew"), ("RoleName", "crew")]),
    ("TagInstanceProfile", &[("InstanceProfileName", "crew"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagInstanceProfile", &[("InstanceProfileName", "crew"), ("TagKeys.member.1", "team")]),
    ("ListInstanceProfileTags", &[("InstanceProfileName", "crew")]),
    ("CreateOpenIDConnectProvider", &[("Url", "https://id.example.org")]),
    ("GetOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER)]),
    ("DeleteOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER)]),
    ("ListOpenIDConnectProviders", &[]),
    ("AddClientIDToOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER), ("ClientID", "app")]),
    ("RemoveClientIDFromOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER), ("ClientID", "app")]),
    (
        "UpdateOpenIDConnectProviderThumbprint",
        &[("OpenIDConnectProviderArn", PROVIDER), ("ThumbprintList.member.1", "0123456789abcdef0123456789abcdef01234567")],
    ),
    ("TagOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]),
    ("UntagOpenIDConnectProvider", &[("OpenIDConnectProviderArn", PROVIDER), ("TagKeys.member.1", "team")]),
    ("ListOpenIDConnectProviderTags", &[("OpenIDConnectProviderArn", PROVIDER)]),
    (
        "AssumeRoleWithWebIdentity",
        &[("RoleArn", "arn:aws:iam::123456789012:role/crew"), ("RoleSessionName", "carla"), ("WebIdentityToken", "none")],
    ),
    ("GenerateServiceLastAccessedDetails", &[("Arn", "arn:aws:iam::123456789012:user/dora")]),
    ("GetServiceLastAccessedDetails", &[("JobId", "00000000-0000-0000-0000-000000000000")]),
    ("GetServiceLastAccessedDetailsWithEntities", &[("JobId", "00000000-0000-0000-0000-000000000000"), ("ServiceNamespace", "iam")]),
    ("ListPoliciesGrantingServiceAccess", &[("Arn", "arn:aws:iam::123456789012:user/dora"), ("ServiceNamespaces.member.1", "iam")]),
    ("AcceptPrimaryEmailUpdate", &[("AccountId", "ACCOUNT"), ("PrimaryEmail", "eve@example.com"), ("Otp", "ABC123")]),
    ("DeleteAlternateContact", &[("AlternateContactType", "BILLING")]),
    ("GetAccountInformation", &[]),
    ("GetAlternateContact", &[("AlternateContactType", "BILLING")]),
    ("GetContactInformation", &[]),
    ("GetPrimaryEmail", &[("AccountId", "ACCOUNT")]),
    ("GetPrimaryEmailUpdateStatus", &[]),
    ("PutAccountName", &[("AccountName", "Quay")]),
    (
        "PutAlternateContact",
        &[
            ("AlternateContactType", "BILLING"),
            ("Name", "Desk"),
            ("Title", "Desk"),
            ("EmailAddress", "desk@example.com"),
            ("PhoneNumber", "555-0100"),
        ],
    ),
    ("PutContactInformation", &[]),
    ("SendPhoneNumberVerification", &[]),
    ("StartPrimaryEmailUpdate", &[("AccountId", "ACCOUNT"), ("PrimaryEmail", "eve@example.com")]),
    ("VerifyPhoneNumber", &[("Otp", "123456")]),
];

/// Calls an operation of the table.
async fn call(house: &House, caller: &Caller, service: Service, operation: &str, key: &str) -> Answer {
    let (_, parameters) = CALLS.iter().find(|(name, _)| *name == operation).unwrap_or_else(|| panic!("{operation} needs a row"));
    let own = OWN.replace("ACCOUNT", &caller.user.account.to_string());
    let stands = |value: &'static str| match value {
        "KEY" => key.to_owned(),
        OWN => own.clone(),
        "ACCOUNT" => caller.user.account.to_string(),
        other => other.to_owned(),
    };
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, stands(value))).collect();
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // As the answers in XML have it.
    let told = |(status, body): (u16, serde_json::Value)| {
        let code = body["__type"].as_str().unwrap_or_default().trim_end_matches("Exception").to_owned();
        Answer { status, body: format!("<Code>{code}</Code>") }
    };
    match service {
        Service::Account => {
            let mut input: serde_json::Map<String, serde_json::Value> =
                parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            if operation == "PutContactInformation" {
                let person = serde_json::json!({
                    "FullName": "Ana", "AddressLine1": "Quay 1", "City": "Porto", "PostalCode": "4000", "CountryCode": "PT",
                    "PhoneNumber": "+351210000000",
                });
                input.insert("ContactInformation".to_owned(), person);
            }
            let path = format!("/{}{}", operation[..1].to_lowercase(), &operation[1..]);
            told(house.rest(caller, "account", &path, input.into()).await)
        }
        Service::CloudTrail => {
            let target = format!("CloudTrail_20131101.{operation}");
            told(house.json(caller, "cloudtrail", &target, serde_json::json!({})).await)
        }
        Service::Sts => house.sts(caller, operation, &parameters).await,
        _ => house.iam(caller, operation, &parameters).await,
    }
}

/// Attack D06: a list that asked for another action, an update that asked for no owner.
#[tokio::test]
async fn d06_each_operation_asks_for_its_own_action_and_for_nothing_else() {
    for offered in OPERATIONS {
        let house = House::new().await;
        let account = house.account("ana@example.com").await;
        let dora = house.caller(account, "dora", Some(ALL)).await;
        let carla = house.caller(account, "carla", None).await;
        let (service, name) = (offered.service, offered.name);
        let action = format!("{}:{name}", service.signing_name());
        let free = ["GetCallerIdentity", "GetSessionToken"].contains(&name);
        if name.starts_with("AssumeRole") {
            // Nothing is taken on that does not trust: its own tests say when.
            continue;
        }

        let others = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
        );
        house.grant(&carla.user, &others).await;
        let answer = call(&house, &carla, service, name, dora.key.as_str()).await;
        assert_eq!(answer.code() == "AccessDenied", !free, "{name}, with all others: {}", answer.body);

        if ["AcceptPrimaryEmailUpdate", "GetPrimaryEmail", "StartPrimaryEmailUpdate"].contains(&name) {
            // Denied to a user whatever policies say (decision 0019).
            continue;
        }
        let alone = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        house.grant(&carla.user, &alone).await;
        let answer = call(&house, &carla, service, name, dora.key.as_str()).await;
        assert!(answer.status < 500 && answer.code() != "AccessDenied", "{name}, with it alone: {}", answer.body);
    }
}

#[tokio::test]
async fn d06_an_administrator_of_another_account_finds_nobody_of_this_one() {
    let house = House::new().await;
    let dora = house.caller(house.account("ana@example.com").await, "dora", Some(ALL)).await;
    let stranger = house.caller(house.account("ben@example.com").await, "boss", Some(ALL)).await;
    for offered in OPERATIONS {
        let (_, parameters) = CALLS.iter().find(|(name, _)| *name == offered.name).unwrap();
        let of_dora = parameters.iter().any(|named| [("UserName", "dora"), ("GroupName", "crew"), ("RoleName", "crew")].contains(named));
        if of_dora || offered.name == "GetAccessKeyLastUsed" {
            let answer = call(&house, &stranger, offered.service, offered.name, dora.key.as_str()).await;
            assert_eq!(answer.code(), "NoSuchEntity", "{}: {}", offered.name, answer.body);
        }
    }
}
