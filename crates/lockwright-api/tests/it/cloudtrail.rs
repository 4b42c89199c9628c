//! The trail, looked up by programs.

use std::time::Duration;

use lockwright_model::clock::Clock;
use serde_json::{Value, json};

use crate::caller::{ALL, Caller, House};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

async fn look_up(house: &House, caller: &Caller, input: Value) -> (u16, Value) {
    house.json(caller, "cloudtrail", TARGET, input).await
}

fn names(answer: &Value) -> Vec<&str> {
    answer["Events"].as_array().unwrap().iter().map(|event| event["EventName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn m19_the_trail_is_looked_up_by_what_who_and_when_in_pages() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let second = || house.installation.clock.advance(Duration::from_secs(1));
    let began = house.installation.clock.now().as_seconds() + 1;
    for name in ["carla", "dora", "eve"] {
        second();
        assert_eq!(house.iam(&boss, "CreateUser", &[("UserName", name)]).await.status, 200);
    }
    second();
    house.iam(&boss, "DeleteUser", &[("UserName", "eve")]).await;

    let (status, all) = look_up(&house, &boss, json!({"StartTime": began})).await;
    assert_eq!((status, names(&all)), (200, vec!["DeleteUser", "CreateUser", "CreateUser", "CreateUser"]), "{all}");
    let first = &all["Events"][0];
    assert_eq!(
        (&first["Username"], &first["EventSource"], &first["AccessKeyId"], &first["Resources"][0]["ResourceName"]),
        (&json!("boss"), &json!("iam.amazonaws.com"), &json!(boss.key.as_str()), &json!("eve"))
    );
    let whole: Value = serde_json::from_str(first["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!((&whole["eventID"], &whole["recipientAccountId"]), (&first["EventId"], &json!(account.to_string())));

    let by = |key: &str, value: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}], "StartTime": began});
    for (key, value, found) in [
        ("EventName", "DeleteUser", 1),
        ("Username", "boss", 4),
        ("Username", "carla", 0),
        ("ResourceName", "eve", 2),
        ("ResourceType", "AWS::IAM::User", 4),
        ("EventSource", "sts.amazonaws.com", 0),
        ("AccessKeyId", boss.key.as_str(), 4),
        ("ReadOnly", "false", 4),
        ("EventId", first["EventId"].as_str().unwrap(), 1),
    ] {
        let (status, answer) = look_up(&house, &boss, by(key, value)).await;
        assert_eq!((status, names(&answer).len()), (200, found), "{key}={value}: {answer}");
    }
    second();
    let carla = house.caller(account, "finn", None).await;
    house.iam(&carla, "ListUsers", &[]).await;
    let (_, denied) = look_up(&house, &boss, by("ReadOnly", "true")).await;
    let whole: Value = serde_json::from_str(denied["Events"][0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!((names(&denied), &whole["errorCode"]), (vec!["ListUsers"], &json!("AccessDenied")), "a denied read is kept, and is a read");
    let mut found = Vec::new();
    let mut input = json!({"StartTime": began, "EndTime": began + 3, "MaxResults": 1});
    loop {
        let (_, page) = look_up(&house, &boss, input.clone()).await;
        found.extend(names(&page).into_iter().map(str::to_owned));
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(found, ["DeleteUser", "CreateUser", "CreateUser", "CreateUser"], "each once");
    let (_, one) = look_up(&house, &boss, json!({"StartTime": began, "EndTime": began})).await;
    assert_eq!(names(&one), ["CreateUser"], "both ends count");
}

#[tokio::test]
async fn d06_a_trail_is_read_only_by_those_who_may_and_only_the_own_one() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    house.caller(account, "boss", Some(ALL)).await;
    let stranger = house.caller(house.account("ben@example.com").await, "stranger", Some(ALL)).await;
    let (_, all) = look_up(&house, &stranger, json!({})).await;
    assert!(all["Events"].as_array().unwrap().iter().all(|event| !event.to_string().contains(&account.to_string())), "{all}");
    let carla = house.caller(account, "carla", None).await;
    let (status, denied) = look_up(&house, &carla, json!({})).await;
    assert_eq!((status, &denied["__type"]), (400, &json!("AccessDeniedException")), "{denied}");
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 100).await.unwrap();
    let told = events.iter().find(|event| event.name == "LookupEvents").unwrap();
    assert_eq!(told.record["eventSource"], "cloudtrail.amazonaws.com");
}

#[tokio::test]
async fn what_can_not_be_looked_up_says_why() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let pair = |key: &str, value: &str| json!({"AttributeKey": key, "AttributeValue": value});
    for (input, code) in [
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}), "InvalidTimeRangeException"),
        (json!({"LookupAttributes": [pair("Name", "x")]}), "InvalidLookupAttributesException"),
        (json!({"LookupAttributes": [pair("EventName", "")]}), "InvalidLookupAttributesException"),
        (json!({"LookupAttributes": [pair("EventName", "x"), pair("Username", "y")]}), "InvalidLookupAttributesException"),
        (json!({"NextToken": "x"}), "InvalidNextTokenException"),
    ] {
        let (status, answer) = look_up(&house, &boss, input.clone()).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(code)), "{input}: {answer}");
    }
}
