//! What a call leaves behind: events, and the numbers that an operator watches.

use metrics_exporter_prometheus::PrometheusBuilder;

use crate::caller::{ALL, Caller, House};

#[tokio::test]
async fn every_denied_call_stands_in_the_trail() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", None).await;
    for (operation, parameters) in [
        ("ListUsers", vec![]),
        ("GetUser", vec![("UserName", "boss")]),
        ("GetAccessKeyLastUsed", vec![("AccessKeyId", boss.key.as_str())]),
        ("GetAccessKeyLastUsed", vec![("AccessKeyId", "AKIAQAAAAAAAAAAAAAAA")]),
        ("DeleteAccessKey", vec![("UserName", "boss"), ("AccessKeyId", boss.key.as_str())]),
    ] {
        let before = house.trail(account).await.len();
        let answer = house.iam(&carla, operation, &parameters).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"), "{operation}: {}", answer.body);
        let trail = house.trail(account).await;
        assert_eq!(trail.len(), before + 1, "{operation}");
        assert!(trail.contains(&(operation.to_owned(), "AccessDenied".to_owned())), "{operation}: {trail:?}");
    }
    assert_eq!(house.sts(&carla, "GetAccessKeyInfo", &[("AccessKeyId", carla.key.as_str())]).await.code(), "AccessDenied");
    let events = house.installation.lockwright.events(&house.host(), Some(account), None, 100).await.unwrap();
    let denied = events.iter().find(|event| event.name == "GetAccessKeyInfo").unwrap();
    assert_eq!(denied.record["eventSource"], "sts.amazonaws.com");
    assert_eq!(denied.record["userIdentity"]["accessKeyId"], carla.key.as_str());
}

#[test]
fn a_signature_is_counted_by_what_became_of_it() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let numbers = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let house = House::new().await;
            let account = house.account("ana@example.com").await;
            let boss = house.caller(account, "boss", Some(ALL)).await;
            assert_eq!(house.sts(&boss, "GetCallerIdentity", &[]).await.status, 200);
            let guess = Caller { secret: "x".repeat(40), ..boss.clone() };
            for _ in 0..3 {
                assert_eq!(house.sts(&guess, "GetCallerIdentity", &[]).await.code(), "SignatureDoesNotMatch");
            }
            let unknown = Caller { key: "AKIAQAAAAAAAAAAAAAAA".parse().unwrap(), ..boss.clone() };
            assert_eq!(house.sts(&unknown, "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
            let mut bare = house.signed(&boss, "sts", "2011-06-15", "GetCallerIdentity", &[], false);
            bare.headers_mut().remove("authorization");
            assert_eq!(house.send(bare).await.code(), "MissingAuthenticationToken");
        });
    });
    let numbers = numbers.render();
    for (outcome, count) in [("verified", 1), ("mismatch", 3), ("unknown_key", 1), ("unreadable", 1)] {
        let line = format!("lockwright_signatures_total{{outcome=\"{outcome}\"}} {count}");
        assert!(numbers.contains(&line), "{line}: {numbers}");
    }
}
