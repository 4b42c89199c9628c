//! Virtual MFA devices over the wire: made, enabled, resynced, tagged, deleted.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockwright_model::clock::Clock;
use lockwright_testkit::totp::SoftTotp;

use crate::caller::{ALL, Answer, Caller, House};
use crate::sts::{arm, holder};

/// A house with an account, an administrator, and the user carla, who may do what a policy says.
async fn with_carla(policy: Option<&str>) -> (House, Caller, Caller) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", policy).await;
    (house, boss, carla)
}

/// Makes a device: its serial number, and the app that was given its seed.
async fn made(house: &House, caller: &Caller, more: &[(&str, &str)]) -> (String, SoftTotp) {
    let answer = house.done(caller, "CreateVirtualMFADevice", more).await;
    (answer.text("SerialNumber"), SoftTotp::typed(&String::from_utf8(STANDARD.decode(answer.text("Base32StringSeed")).unwrap()).unwrap()))
}

/// Shows two consecutive codes, the second so many steps from now.
async fn show(house: &House, caller: &Caller, operation: &str, user: &str, serial: &str, app: &SoftTotp, steps: i64) -> Answer {
    let now = house.installation.clock.now();
    let (first, second) = (app.steps_later(now, steps - 1), app.steps_later(now, steps));
    let parameters = [("UserName", user), ("SerialNumber", serial), ("AuthenticationCode1", &first), ("AuthenticationCode2", &second)];
    house.iam(caller, operation, &parameters).await
}

async fn enable(house: &House, caller: &Caller, user: &str, serial: &str, app: &SoftTotp) -> String {
    show(house, caller, "EnableMFADevice", user, serial, app, 0).await.code()
}

/// A session of a user who showed a device.
async fn session(house: &House, caller: &Caller, serial: &str, app: &SoftTotp) -> Answer {
    let code = app.at(house.installation.clock.now());
    house.sts(caller, "GetSessionToken", &[("SerialNumber", serial), ("TokenCode", &code)]).await
}

fn later(house: &House) {
    house.installation.clock.advance(Duration::from_secs(60));
}

#[tokio::test]
async fn m7_a_device_is_made_with_a_picture_and_a_seed_that_are_shown_once() {
    let (house, boss, _) = with_carla(None).await;
    let given = [("VirtualMFADeviceName", "phone"), ("Path", "/deck/"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    let answer = house.done(&boss, "CreateVirtualMFADevice", &given).await;
    let serial = format!("arn:aws:iam::{}:mfa/deck/phone", boss.user.account);
    assert_eq!(
        (answer.text("SerialNumber"), answer.texts("Key"), answer.texts("EnableDate")),
        (serial.clone(), vec!["team".into()], vec![])
    );
    let seed = STANDARD.decode(answer.text("Base32StringSeed")).unwrap();
    assert!(seed.len() == 32 && seed.iter().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')));
    assert!(STANDARD.decode(answer.text("QRCodePNG")).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));

    let listed = house.done(&boss, "ListVirtualMFADevices", &[]).await;
    assert_eq!(listed.texts("SerialNumber"), [serial]);
    for word in ["Base32StringSeed", "QRCodePNG", "Tags", "EnableDate"] {
        assert!(!listed.body.contains(word), "{word}");
    }
    let trail = house.installation.lockwright.events(&house.host(), Some(boss.user.account), None, 100).await.unwrap();
    let trail: String = trail.iter().map(|event| event.record.to_string()).collect();
    assert!(trail.contains("CreateVirtualMFADevice") && !trail.contains(std::str::from_utf8(&seed).unwrap()), "{trail}");
}

#[tokio::test]
async fn a_place_is_one_devices_whatever_its_case_and_fits_a_serial_number() {
    let (house, boss, _) = with_carla(None).await;
    made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    made(&house, &boss, &[("VirtualMFADeviceName", "phone"), ("Path", "/deck/")]).await;
    house.refused(&boss, "EntityAlreadyExists", "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "PHONE")]).await;
    // A device of the pages has its id there.
    house.refused(&boss, "EntityAlreadyExists", "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "MZXW6YTBOIMZXW6Y")]).await;
    let long = "n".repeat(226);
    made(&house, &boss, &[("VirtualMFADeviceName", &long)]).await;
    for (name, path) in [("", "/"), ("a b", "/"), ("phone", "deck/"), ("phone", "/deck"), (&format!("{long}n"), "/"), (&long, "/d/")] {
        house.refused(&boss, "ValidationError", "CreateVirtualMFADevice", &[("VirtualMFADeviceName", name), ("Path", path)]).await;
    }
}

#[tokio::test]
async fn m7_two_codes_make_it_a_second_factor_like_one_of_the_pages() {
    let (house, boss, carla) = with_carla(None).await;
    let (serial, app) = made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    house.installation.letters().await;
    // Neither turned round, nor the same twice, nor from yesterday.
    let now = house.installation.clock.now();
    for (first, second) in
        [(app.at(now), app.steps_later(now, -1)), (app.at(now), app.at(now)), (app.steps_later(now, -20), app.steps_later(now, -19))]
    {
        let shown = [("UserName", "carla"), ("SerialNumber", &serial), ("AuthenticationCode1", &first), ("AuthenticationCode2", &second)];
        let answer = house.refused(&boss, "InvalidAuthenticationCode", "EnableMFADevice", &shown).await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "");
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "EntityAlreadyExists");
    assert_eq!(enable(&house, &boss, "boss", &serial, &app).await, "EntityAlreadyExists");
    let listed = house.done(&boss, "ListMFADevices", &[("UserName", "carla")]).await;
    assert_eq!(listed.texts("SerialNumber"), std::slice::from_ref(&serial));
    for (status, of) in [("Assigned", vec!["carla".to_owned()]), ("Unassigned", vec![]), ("Any", vec!["carla".to_owned()])] {
        assert_eq!(house.done(&boss, "ListVirtualMFADevices", &[("AssignmentStatus", status)]).await.texts("UserName"), of, "{status}");
    }
    // Codes are shown by its serial number, each once.
    assert_ne!(session(&house, &carla, &serial, &app).await.code(), "", "the code that enabled it");
    later(&house);
    assert_eq!(session(&house, &carla, &serial, &app).await.code(), "");
    assert_ne!(session(&house, &carla, &serial, &app).await.code(), "");
    house.refused(&boss, "DeleteConflict", "DeleteVirtualMFADevice", &[("SerialNumber", &serial)]).await;
    house.refused(&boss, "DeleteConflict", "DeleteUser", &[("UserName", "carla")]).await;

    // Taken away it is nobody's, and can be somebody else's; the codes that enabled it enable it no second time.
    let at_first = house.installation.clock.now();
    house.done(&boss, "DeactivateMFADevice", &[("UserName", "carla"), ("SerialNumber", &serial)]).await;
    assert_eq!(
        house.done(&boss, "ListVirtualMFADevices", &[("AssignmentStatus", "Unassigned")]).await.texts("SerialNumber"),
        std::slice::from_ref(&serial)
    );
    assert_ne!(session(&house, &carla, &serial, &app).await.code(), "");
    assert_eq!(enable(&house, &boss, "boss", &serial, &app).await, "");
    house.done(&house_root(&house, &boss).await, "DeactivateMFADevice", &[("UserName", "boss"), ("SerialNumber", &serial)]).await;
    assert_eq!(house.installation.clock.now().as_seconds(), at_first.as_seconds());
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "InvalidAuthenticationCode");
    house.done(&boss, "DeleteVirtualMFADevice", &[("SerialNumber", &serial)]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteVirtualMFADevice", &[("SerialNumber", &serial)]).await;
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "NoSuchEntity");
}

/// Another administrator: nobody takes their own device away with a key.
async fn house_root(house: &House, boss: &Caller) -> Caller {
    house.caller(boss.user.account, "second", Some(ALL)).await
}

#[tokio::test]
async fn m7_a_user_enrols_the_first_device_by_key_and_another_only_after_showing_it() {
    let own = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:CreateVirtualMFADevice","iam:EnableMFADevice","iam:ResyncMFADevice"],"Resource":["arn:aws:iam::*:mfa/${aws:username}*","arn:aws:iam::*:user/${aws:username}"]}}"#;
    let (house, boss, carla) = with_carla(Some(own)).await;
    house.refused(&carla, "AccessDenied", "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "dora")]).await;
    let (first, app) = made(&house, &carla, &[("VirtualMFADeviceName", "carla")]).await;
    let (second, other) = made(&house, &carla, &[("VirtualMFADeviceName", "carla2")]).await;
    assert_eq!(enable(&house, &carla, "boss", &first, &app).await, "AccessDenied");
    assert_eq!(enable(&house, &carla, "carla", &first, &app).await, "");
    // Also where it is hers already, or nowhere: nothing of a device is told to a key alone.
    for serial in [&second, &first, &format!("{second}3")] {
        assert_eq!(enable(&house, &carla, "carla", serial, &other).await, "AccessDenied", "{serial}");
    }
    later(&house);
    assert_eq!(show(&house, &carla, "ResyncMFADevice", "carla", &first, &app, 1).await.code(), "", "a clock is set right by key");
    later(&house);
    let shown = holder(&carla, &session(&house, &carla, &first, &app).await);
    assert_eq!(enable(&house, &shown, "carla", &second, &other).await, "");
    assert_eq!(house.done(&boss, "ListMFADevices", &[("UserName", "carla")]).await.texts("SerialNumber"), [first, second]);
}

#[tokio::test]
async fn a_clock_gone_astray_is_set_right_by_two_codes_of_the_devices_owner() {
    let (house, boss, carla) = with_carla(None).await;
    let (serial, mut app) = made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    assert_eq!(show(&house, &boss, "ResyncMFADevice", "carla", &serial, &app, 0).await.text("Message"), "MFA Device invalid for user.");
    assert_eq!(show(&house, &boss, "ResyncMFADevice", "carla", &format!("{serial}2"), &app, 0).await.code(), "NoSuchEntity");
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "");
    later(&house);
    app.ahead = 40;
    assert_ne!(session(&house, &carla, &serial, &app).await.code(), "");
    let turned = show(&house, &boss, "ResyncMFADevice", "carla", &serial, &SoftTotp::new([7; 20]), 0).await;
    assert_eq!((turned.status, turned.code().as_str()), (403, "InvalidAuthenticationCode"));
    assert_eq!(show(&house, &boss, "ResyncMFADevice", "carla", &serial, &app, 0).await.code(), "");
    assert_eq!(show(&house, &boss, "ResyncMFADevice", "carla", &serial, &app, 0).await.code(), "InvalidAuthenticationCode", "used");
    later(&house);
    assert_eq!(session(&house, &carla, &serial, &app).await.code(), "");
    assert!(house.trail(boss.user.account).await.iter().any(|(name, _)| name == "ResyncMFADevice"));
    // One of the pages is set right like it.
    let (of_page, own) = {
        let (app, serial) = arm(&house, &boss, "boss").await;
        (serial, app)
    };
    assert_eq!(show(&house, &boss, "ResyncMFADevice", "boss", &of_page, &own, 1).await.code(), "");
}

#[tokio::test]
async fn at_most_eight_devices_are_one_users() {
    let (house, boss, _) = with_carla(None).await;
    for number in 0..9 {
        let (serial, app) = made(&house, &boss, &[("VirtualMFADeviceName", &format!("phone{number}"))]).await;
        let code = enable(&house, &boss, "carla", &serial, &app).await;
        assert_eq!(code, if number < 8 { "" } else { "LimitExceeded" }, "{number}");
    }
    let summary = house.done(&boss, "GetAccountSummary", &[]).await.body;
    let says = |key: &str, number: u32| assert!(summary.contains(&format!("<key>{key}</key><value>{number}</value>")), "{key}: {summary}");
    says("MFADevices", 9);
    says("MFADevicesInUse", 8);
    let all = house.walk(&boss, "ListVirtualMFADevices", &[], 4, "SerialNumber").await;
    assert!(all.len() == 9 && all.is_sorted());
}

#[tokio::test]
async fn its_tags_are_put_listed_decided_by_and_taken() {
    let blue = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:DeleteVirtualMFADevice","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}},{"Effect":"Deny","Action":"iam:TagMFADevice","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"owner"}}}]}"#;
    let (house, boss, carla) = with_carla(Some(blue)).await;
    let (serial, _) = made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    let at = [("SerialNumber", serial.as_str())];
    let tag = |key: &'static str, value: &'static str| [at[0], ("Tags.member.1.Key", key), ("Tags.member.1.Value", value)];
    house.done(&boss, "TagMFADevice", &tag("team", "red")).await;
    house.done(&boss, "TagMFADevice", &tag("Team", "blue")).await;
    house.done(&boss, "TagMFADevice", &tag("floor", "2")).await;
    let given = [at[0], ("Tags.member.1.Key", "owner"), ("Tags.member.1.Value", "carla"), ("VirtualMFADeviceName", "phone2")];
    house.refused(&carla, "AccessDenied", "TagMFADevice", &given[..3]).await;
    house.refused(&carla, "AccessDenied", "CreateVirtualMFADevice", &given[1..]).await;
    assert_eq!(house.walk(&carla, "ListMFADeviceTags", &at, 1, "Key").await, ["floor", "Team"]);
    house.refused(&carla, "AccessDenied", "DeleteVirtualMFADevice", &at).await;
    house.done(&carla, "UntagMFADevice", &[at[0], ("TagKeys.member.1", "TEAM"), ("TagKeys.member.2", "none")]).await;
    assert_eq!(house.done(&carla, "ListMFADeviceTags", &at).await.texts("Value"), ["2"]);
    house.done(&carla, "DeleteVirtualMFADevice", &at).await;
    for operation in ["TagMFADevice", "UntagMFADevice", "ListMFADeviceTags"] {
        let all = [at[0], ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v"), ("TagKeys.member.1", "k")];
        house.refused(&carla, "NoSuchEntity", operation, &all).await;
    }
    house.refused(&carla, "ValidationError", "TagMFADevice", &at).await;
}

#[tokio::test]
async fn a_device_of_the_pages_is_in_use_as_long_as_it_is_there_and_has_no_tags() {
    let (house, boss, carla) = with_carla(None).await;
    let (app, serial) = arm(&house, &carla, "carla").await;
    let at = [("SerialNumber", serial.as_str())];
    house.refused(&boss, "DeleteConflict", "DeleteVirtualMFADevice", &at).await;
    assert!(house.done(&boss, "ListMFADeviceTags", &at).await.texts("Key").is_empty());
    assert_eq!(enable(&house, &boss, "boss", &serial, &app).await, "EntityAlreadyExists");
    house.done(&boss, "DeactivateMFADevice", &[at[0], ("UserName", "carla")]).await;
    house.refused(&boss, "NoSuchEntity", "DeleteVirtualMFADevice", &at).await;
}

#[tokio::test]
async fn d06_another_accounts_virtual_devices_are_nowhere() {
    let (house, boss, _) = with_carla(None).await;
    let (serial, app) = made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    let account = house.account("ben@example.com").await;
    let stranger = house.caller(account, "boss", Some(ALL)).await;
    assert!(house.done(&stranger, "ListVirtualMFADevices", &[]).await.texts("SerialNumber").is_empty());
    let all = [("SerialNumber", serial.as_str()), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v"), ("TagKeys.member.1", "k")];
    for operation in ["DeleteVirtualMFADevice", "TagMFADevice", "UntagMFADevice", "ListMFADeviceTags"] {
        house.refused(&stranger, "NoSuchEntity", operation, &all).await;
    }
    assert_eq!(enable(&house, &stranger, "boss", &serial, &app).await, "NoSuchEntity");
}

#[tokio::test]
async fn a_user_deleted_in_the_console_takes_the_own_virtual_devices_along() {
    let (house, boss, carla) = with_carla(None).await;
    let (serial, app) = made(&house, &boss, &[("VirtualMFADeviceName", "phone")]).await;
    let (free, _) = made(&house, &boss, &[("VirtualMFADeviceName", "spare")]).await;
    assert_eq!(enable(&house, &boss, "carla", &serial, &app).await, "");
    house.installation.lockwright.delete_user(&house.host(), &carla.user).await.unwrap();
    assert_eq!(house.done(&boss, "ListVirtualMFADevices", &[]).await.texts("SerialNumber"), [free]);
}
