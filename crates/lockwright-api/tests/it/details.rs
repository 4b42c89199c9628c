//! Account Management over the wire.

use lockwright_model::identity::Identity;
use serde_json::{Value, json};

use crate::caller::{ALL, Caller, House};

async fn call(house: &House, caller: &Caller, operation: &str, input: Value) -> (u16, Value) {
    let path = format!("/{}{}", operation[..1].to_lowercase(), &operation[1..]);
    house.rest(caller, "account", &path, input).await
}

async fn done(house: &House, caller: &Caller, operation: &str, input: Value) -> Value {
    let (status, answer) = call(house, caller, operation, input).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

async fn refused(house: &House, caller: &Caller, operation: &str, input: Value, code: &str) -> Value {
    let (status, answer) = call(house, caller, operation, input).await;
    let expected = match code {
        "AccessDeniedException" => 403,
        "ResourceNotFoundException" => 404,
        "ConflictException" => 409,
        "TooManyRequestsException" => 429,
        _ => 400,
    };
    assert_eq!((status, answer["__type"].as_str().unwrap()), (expected, code), "{operation}: {answer}");
    answer
}

async fn furnished() -> (House, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    (house, boss)
}

/// The root user of a caller's account, with a key.
async fn root(house: &House, of: &Caller) -> Caller {
    let identity = Identity::Root(of.user.account);
    let (key, secret) = house.installation.lockwright.create_access_key(&house.host(), &identity).await.unwrap();
    Caller { key: key.id, secret: secret.expose().to_owned(), ..of.clone() }
}

fn person() -> Value {
    json!({
        "FullName": "Ana Lima", "AddressLine1": "Quay 1", "City": "Porto", "PostalCode": "4000-001", "CountryCode": "PT",
        "PhoneNumber": "+351 21 000 0000",
    })
}

#[tokio::test]
async fn an_accounts_name_is_told_and_changed() {
    let (house, boss) = furnished().await;
    let told = done(&house, &boss, "GetAccountInformation", json!({})).await;
    assert_eq!((&told["AccountName"], &told["AccountState"]), (&json!("Harbour Works"), &json!("ACTIVE")));
    assert!(told["AccountCreatedDate"].as_str().unwrap().ends_with('Z'), "{told}");
    done(&house, &boss, "PutAccountName", json!({"AccountName": "Quay Works", "AccountId": boss.user.account.to_string()})).await;
    assert_eq!(done(&house, &boss, "GetAccountInformation", json!({})).await["AccountName"], "Quay Works");
    let wrong = refused(&house, &boss, "PutAccountName", json!({"AccountName": "a<b>"}), "ValidationException").await;
    assert_eq!((&wrong["reason"], &wrong["fieldList"][0]["name"]), (&json!("fieldValidationFailed"), &json!("AccountName")));
    assert!(!wrong.to_string().contains("a<b>"), "{wrong}");
    for name in [json!(""), json!("x".repeat(51)), json!(null)] {
        refused(&house, &boss, "PutAccountName", json!({"AccountName": name}), "ValidationException").await;
    }
    refused(&house, &boss, "PutAccountName", json!({"AccountName": 7}), "SerializationException").await;
}

#[tokio::test]
async fn d06_another_account_is_refused_whether_or_not_there_is_one() {
    let (house, boss) = furnished().await;
    let other = house.account("ben@example.com").await.to_string();
    for id in [other.as_str(), "999999999999"] {
        let said = refused(&house, &boss, "GetAccountInformation", json!({"AccountId": id}), "AccessDeniedException").await;
        assert!(!said["message"].as_str().unwrap().contains(id), "{said}");
        refused(&house, &boss, "PutContactInformation", json!({"AccountId": id, "ContactInformation": person()}), "AccessDeniedException")
            .await;
    }
    refused(&house, &boss, "GetAccountInformation", json!({"AccountId": "12"}), "ValidationException").await;
}

#[tokio::test]
async fn alternate_contacts_are_kept_as_they_were_typed() {
    let (house, boss) = furnished().await;
    let kind = json!({"AlternateContactType": "SECURITY"});
    refused(&house, &boss, "GetAlternateContact", kind.clone(), "ResourceNotFoundException").await;
    refused(&house, &boss, "DeleteAlternateContact", kind.clone(), "ResourceNotFoundException").await;
    let desk = json!({
        "AlternateContactType": "SECURITY", "Name": "Bela Novak", "Title": "Duty desk", "EmailAddress": "desk@example.com",
        "PhoneNumber": "206-555-0100",
    });
    done(&house, &boss, "PutAlternateContact", desk.clone()).await;
    assert_eq!(done(&house, &boss, "GetAlternateContact", kind.clone()).await["AlternateContact"], desk);
    done(&house, &boss, "DeleteAlternateContact", kind.clone()).await;
    refused(&house, &boss, "GetAlternateContact", kind, "ResourceNotFoundException").await;
    let wrong = refused(&house, &boss, "PutAlternateContact", json!({"AlternateContactType": "SALES"}), "ValidationException").await;
    assert_eq!(wrong["fieldList"].as_array().unwrap().len(), 5, "{wrong}");
    let mut odd = desk;
    odd["EmailAddress"] = json!("desk@@example.com");
    let wrong = refused(&house, &boss, "PutAlternateContact", odd, "ValidationException").await;
    assert_eq!(wrong["fieldList"][0]["name"], "EmailAddress");
}

#[tokio::test]
async fn policies_speak_of_the_account_and_of_the_kind_of_contact() {
    let (house, boss) = furnished().await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"account:*AlternateContact","Resource":"arn:aws:account::{}:account","Condition":{{"ForAnyValue:StringEquals":{{"account:AlternateContactTypes":"BILLING"}}}}}}}}"#,
        boss.user.account
    );
    let clerk = house.caller(boss.user.account, "clerk", Some(&policy)).await;
    refused(&house, &clerk, "GetAlternateContact", json!({"AlternateContactType": "BILLING"}), "ResourceNotFoundException").await;
    let said = refused(&house, &clerk, "GetAlternateContact", json!({"AlternateContactType": "SECURITY"}), "AccessDeniedException").await;
    assert!(said["message"].as_str().unwrap().contains("account:GetAlternateContact"), "{said}");
    for operation in ["GetAccountInformation", "GetContactInformation", "SendPhoneNumberVerification", "GetPrimaryEmailUpdateStatus"] {
        refused(&house, &clerk, operation, json!({}), "AccessDeniedException").await;
    }
    let trail = house.trail(boss.user.account).await;
    assert!(trail.contains(&("GetContactInformation".into(), "AccessDenied".into())), "{trail:?}");
}

#[tokio::test]
async fn the_primary_contact_is_replaced_whole_and_its_number_verified_by_a_code() {
    let (house, boss) = furnished().await;
    refused(&house, &boss, "GetContactInformation", json!({}), "ResourceNotFoundException").await;
    refused(&house, &boss, "SendPhoneNumberVerification", json!({}), "ResourceNotFoundException").await;
    done(&house, &boss, "PutContactInformation", json!({"ContactInformation": person()})).await;
    let told = done(&house, &boss, "GetContactInformation", json!({})).await;
    assert_eq!((&told["ContactInformation"]["FullName"], &told["VerificationStatus"]), (&json!("Ana Lima"), &json!("UNVERIFIED")));
    assert!(told["ContactInformation"].get("CompanyName").is_none());

    refused(&house, &boss, "VerifyPhoneNumber", json!({"Otp": "123456"}), "ResourceNotFoundException").await;
    assert_eq!(done(&house, &boss, "SendPhoneNumberVerification", json!({})).await["Status"], "PENDING");
    assert_eq!(done(&house, &boss, "GetContactInformation", json!({})).await["VerificationStatus"], "PENDING");
    let code = code_of(&house).await;
    let other = if code == "000000" { "111111" } else { "000000" };
    refused(&house, &boss, "VerifyPhoneNumber", json!({"Otp": other}), "ValidationException").await;
    assert_eq!(done(&house, &boss, "VerifyPhoneNumber", json!({"Otp": code})).await["Status"], "VERIFIED");
    assert_eq!(done(&house, &boss, "GetContactInformation", json!({})).await["VerificationStatus"], "VERIFIED");
    refused(&house, &boss, "SendPhoneNumberVerification", json!({}), "ConflictException").await;

    let mut moved = person();
    moved["PhoneNumber"] = json!("+351 21 000 0001");
    done(&house, &boss, "PutContactInformation", json!({"ContactInformation": moved})).await;
    assert_eq!(done(&house, &boss, "GetContactInformation", json!({})).await["VerificationStatus"], "UNVERIFIED");
    let wrong =
        refused(&house, &boss, "PutContactInformation", json!({"ContactInformation": {"FullName": "A"}}), "ValidationException").await;
    assert_eq!(wrong["fieldList"][0]["name"], "ContactInformation.PhoneNumber", "{wrong}");
    refused(&house, &boss, "PutContactInformation", json!({}), "ValidationException").await;
}

#[tokio::test]
async fn five_wrong_codes_end_a_verification_and_an_older_code_is_worth_nothing() {
    let (house, boss) = furnished().await;
    done(&house, &boss, "PutContactInformation", json!({"ContactInformation": person()})).await;
    done(&house, &boss, "SendPhoneNumberVerification", json!({})).await;
    let first = code_of(&house).await;
    done(&house, &boss, "SendPhoneNumberVerification", json!({})).await;
    let second = code_of(&house).await;
    assert_ne!(first, second);
    for _ in 0..5 {
        refused(&house, &boss, "VerifyPhoneNumber", json!({"Otp": first}), "ValidationException").await;
    }
    refused(&house, &boss, "VerifyPhoneNumber", json!({"Otp": second}), "ResourceNotFoundException").await;
    for _ in 0..20 {
        if call(&house, &boss, "SendPhoneNumberVerification", json!({})).await.0 != 200 {
            break;
        }
    }
    refused(&house, &boss, "SendPhoneNumberVerification", json!({}), "TooManyRequestsException").await;
}

#[tokio::test]
async fn no_key_changes_the_address_that_the_root_user_signs_in_with() {
    let (house, boss) = furnished().await;
    let root = root(&house, &boss).await;
    let id = boss.user.account.to_string();
    for caller in [&boss, &root] {
        let start = json!({"AccountId": id, "PrimaryEmail": "mallory@example.com"});
        let said = refused(&house, caller, "StartPrimaryEmailUpdate", start, "AccessDeniedException").await;
        assert!(said["message"].as_str().unwrap().contains("access key"), "{said}");
        let accept = json!({"AccountId": id, "PrimaryEmail": "mallory@example.com", "Otp": "ABC123"});
        refused(&house, caller, "AcceptPrimaryEmailUpdate", accept, "AccessDeniedException").await;
    }
    assert!(house.installation.letters().await.iter().all(|letter| letter.to != "mallory@example.com"), "nothing was sent");
    let trail = house.trail(boss.user.account).await;
    assert_eq!(trail.iter().filter(|(name, error)| name == "StartPrimaryEmailUpdate" && error == "AccessDenied").count(), 2, "{trail:?}");
    assert_eq!(done(&house, &root, "GetPrimaryEmail", json!({"AccountId": id})).await["PrimaryEmail"], "ana@example.com");
    refused(&house, &boss, "GetPrimaryEmail", json!({"AccountId": id}), "AccessDeniedException").await;
    refused(&house, &boss, "GetPrimaryEmail", json!({}), "ValidationException").await;
    refused(&house, &boss, "GetPrimaryEmailUpdateStatus", json!({}), "ValidationException").await;
}

/// The code in the newest message to the contact's phone.
async fn code_of(house: &House) -> String {
    let letters = house.installation.letters().await;
    let sent = letters.iter().rfind(|letter| letter.to == "+351210000000").unwrap();
    sent.code().unwrap().to_owned()
}
