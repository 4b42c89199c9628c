//! The credential report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockwright_model::secret::Secret;
use lockwright_service::users::GiveAccess;

use crate::caller::{ALL, House};

#[tokio::test]
async fn m15_the_report_says_of_everybody_what_they_can_sign_in_with_as_of_now() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "Carla", None).await;
    house.iam(&boss, "CreateUser", &[("UserName", "a,b"), ("Path", "/deck/")]).await;
    assert_eq!(house.iam(&boss, "GenerateCredentialReport", &[]).await.text("State"), "COMPLETE");
    let read = async || {
        let answer = house.iam(&boss, "GetCredentialReport", &[]).await;
        assert_eq!(answer.text("ReportFormat"), "text/csv", "{}", answer.body);
        let text = String::from_utf8(STANDARD.decode(answer.text("Content")).unwrap()).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let report = read().await;
    assert!(report[0].starts_with("user,arn,user_creation_time,password_enabled,") && report[0].matches(',').count() == 21, "{report:?}");
    let begins = |row: &str, name: &str| assert!(row.starts_with(name), "{row}");
    ["", "<root_account>,", "\"a,b\",\"arn:aws:iam::", "boss,", "Carla,"].iter().zip(&report).for_each(|(name, row)| begins(row, name));
    assert_eq!(report.len(), 5, "a comma in a name tells no columns apart");
    let root = format!("<root_account>,arn:aws:iam::{account}:root,");
    assert!(report[1].starts_with(&root) && report[1].contains(",not_supported,false,false,N/A,"), "{}", report[1]);
    assert!(report[1].contains(",no_information,"), "programs read a time there or this: {}", report[1]);
    assert!(
        report[3].contains("true,") && report[3].contains(",eu-central-1,iam,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"),
        "{}",
        report[3]
    );
    assert!(report[4].contains(",false,N/A,N/A,N/A,false,true,"), "no password, a key that was never used: {}", report[4]);

    // A change shows at once: a report of four hours ago would send people after what is mended already.
    house.iam(&boss, "UpdateAccessKey", &[("UserName", "Carla"), ("AccessKeyId", carla.key.as_str()), ("Status", "Inactive")]).await;
    let access = GiveAccess::Typed { password: Secret::new("Quarry-lantern-4-orchard"), must_change: false };
    house.installation.lockwright.set_access(&house.host(), &carla.user, access, None).await.unwrap();
    let report = read().await;
    assert!(report[4].contains(",true,no_information,") && report[4].contains(",N/A,false,false,"), "{}", report[4]);
    assert!(!report.join("\n").contains(&carla.secret));
}
