//! MFA devices over the wire.

use lockwright_model::clock::Clock;

use crate::caller::{ALL, Caller, House};
use crate::sts::{arm, holder};

/// A house with an administrator and the user carla, who has an authenticator app; its serial number.
async fn armed() -> (House, Caller, Caller, String) {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let carla = house.caller(account, "carla", Some(ALL)).await;
    let (_, serial) = arm(&house, &carla, "carla").await;
    (house, boss, carla, serial)
}

#[tokio::test]
async fn a_device_is_listed_and_shown_by_the_serial_number_that_shows_its_codes() {
    let (house, boss, carla, serial) = armed().await;
    for (caller, named) in [(&boss, &[("UserName", "carla")][..]), (&carla, &[])] {
        let listed = house.done(caller, "ListMFADevices", named).await;
        assert_eq!((listed.texts("SerialNumber"), listed.text("UserName").as_str()), (vec![serial.clone()], "carla"));
        let mut one = named.to_vec();
        one.push(("SerialNumber", &serial));
        let shown = house.done(caller, "GetMFADevice", &one).await;
        assert_eq!((shown.text("SerialNumber"), shown.text("EnableDate")), (serial.clone(), listed.text("EnableDate")));
    }
    // Another one's is not the own.
    assert_eq!(house.done(&boss, "ListMFADevices", &[]).await.texts("SerialNumber"), Vec::<String>::new());
    house.refused(&boss, "NoSuchEntity", "GetMFADevice", &[("SerialNumber", &serial)]).await;
}

#[tokio::test]
async fn every_app_of_an_account_is_assigned_and_listed_with_its_owner_page_by_page() {
    let (house, boss, _, serial) = armed().await;
    let (_, own) = arm(&house, &boss, "boss").await;
    let mut both = vec![serial, own];
    both.sort();
    for status in ["Assigned", "Any"] {
        let given = [("AssignmentStatus", status)];
        assert_eq!(house.walk(&boss, "ListVirtualMFADevices", &given, 1, "SerialNumber").await, both, "{status}");
        assert_eq!(house.done(&boss, "ListVirtualMFADevices", &given).await.texts("UserName").len(), 2);
    }
    let none = house.done(&boss, "ListVirtualMFADevices", &[("AssignmentStatus", "Unassigned")]).await;
    assert_eq!(none.texts("SerialNumber"), Vec::<String>::new());
    house.refused(&boss, "ValidationError", "ListVirtualMFADevices", &[("AssignmentStatus", "Mine")]).await;
}

#[tokio::test]
async fn an_administrator_takes_a_device_away_and_nobody_the_own_one_with_a_key_alone() {
    let (house, boss, carla, serial) = armed().await;
    let of_carla = [("UserName", "carla"), ("SerialNumber", serial.as_str())];
    house.refused(&carla, "AccessDenied", "DeactivateMFADevice", &of_carla).await;
    house.refused(&carla, "AccessDenied", "DeactivateMFADevice", &of_carla[1..]).await;
    assert_eq!(house.done(&boss, "ListMFADevices", &of_carla[..1]).await.texts("SerialNumber").len(), 1);
    house.done(&boss, "DeactivateMFADevice", &of_carla).await;
    assert!(house.done(&boss, "ListMFADevices", &of_carla[..1]).await.texts("SerialNumber").is_empty());
    house.refused(&boss, "NoSuchEntity", "DeactivateMFADevice", &of_carla).await;
}

#[tokio::test]
async fn a_session_that_showed_a_device_makes_access_keys_too() {
    let house = House::new().await;
    let carla = house.caller(house.account("ana@example.com").await, "carla", Some(ALL)).await;
    let (app, own) = arm(&house, &carla, "carla").await;
    let code = app.at(house.installation.clock.now());
    let session = holder(&carla, &house.sts(&carla, "GetSessionToken", &[("SerialNumber", &own), ("TokenCode", &code)]).await);
    assert_eq!(house.done(&session, "CreateAccessKey", &[]).await.text("UserName"), "carla");
}

#[tokio::test]
async fn d06_another_accounts_devices_are_nowhere() {
    let (house, _, _, serial) = armed().await;
    let account = house.account("ben@example.com").await;
    let stranger = house.caller(account, "boss", Some(ALL)).await;
    house.caller(account, "carla", None).await;
    assert!(house.done(&stranger, "ListVirtualMFADevices", &[]).await.texts("SerialNumber").is_empty());
    for operation in ["GetMFADevice", "DeactivateMFADevice"] {
        house.refused(&stranger, "NoSuchEntity", operation, &[("UserName", "carla"), ("SerialNumber", &serial)]).await;
    }
}
