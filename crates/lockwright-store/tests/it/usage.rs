//! Marks of last uses, and the reports that are made of them.

use lockwright_model::change::{ChangeSet, Touch};
use lockwright_model::usage::{KEPT, PrincipalUse, REPORT_KEPT, UseReport};
use lockwright_store::Store;

use crate::conformance::ok;
use crate::place::everywhere;
use crate::sample::*;

everywhere! {
    the_last_try_of_an_action_is_the_last_noted_and_reports_go_after_a_day,
}

async fn the_last_try_of_an_action_is_the_last_noted_and_reports_go_after_a_day(store: &Store) {
    let touch = async |touch| ok(store, ChangeSet { touches: vec![touch], ..ChangeSet::default() }).await;
    let used = |account, action: &str, seen| PrincipalUse {
        account: account_id(account),
        principal: "AROAEXAMPLE".to_owned(),
        action: action.to_owned(),
        at: at(seen),
        region: format!("region-{seen}"),
    };
    for (account, action, seen) in [(1, "iam:GetUser", 900), (1, "iam:GetUser", 500), (1, "iam:GetRole", 100), (2, "iam:GetUser", 700)] {
        touch(Touch::PrincipalUsed(used(account, action, seen))).await;
    }
    let expected = [used(1, "iam:GetRole", 100), used(1, "iam:GetUser", 500)];
    assert_eq!(store.uses_of(account_id(1), "AROAEXAMPLE").await.unwrap(), expected);
    assert!(store.uses_of(account_id(1), "AIDAEXAMPLE").await.unwrap().is_empty());
    let report = UseReport {
        account: account_id(1),
        id: "a".to_owned(),
        created: at(0),
        arn: "arn".to_owned(),
        actions: true,
        owner: "AIDAEXAMPLE".to_owned(),
    };
    touch(Touch::ReportAsked(report.clone())).await;
    assert_eq!(store.use_report(account_id(1), "a").await.unwrap(), Some(report));
    assert_eq!(store.use_report(account_id(2), "a").await.unwrap(), None);
    store.purge(at(0).plus(REPORT_KEPT)).await.unwrap();
    assert_eq!(store.use_report(account_id(1), "a").await.unwrap(), None);
    assert_eq!(store.uses_of(account_id(1), "AROAEXAMPLE").await.unwrap().len(), 2);
    store.purge(at(100).plus(KEPT)).await.unwrap();
    assert_eq!(store.uses_of(account_id(1), "AROAEXAMPLE").await.unwrap(), [used(1, "iam:GetUser", 500)]);
}
