//! What spending a second factor must fulfil.

use std::time::Duration;

use lockwright_model::builder::Builder;
use lockwright_model::change::Version;
use lockwright_model::context::{SecondFactor, Source};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{MfaDevice, RecoveryCodes};
use lockwright_model::id::{BuilderId, RequestId};
use lockwright_model::identity::Principal;
use lockwright_model::secret::Sealed;
use lockwright_model::tries::TriesKey;

use super::*;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
}

fn code(number: u8) -> TokenHash {
    TokenHash::from_bytes([number; 32])
}

fn device(seed: u64, kind: DeviceKind) -> MfaDevice {
    let id = DeviceId::draw(&SeededEntropy::new(seed));
    MfaDevice { id, name: format!("Device {seed}").parse().unwrap(), added: at(0), last_used: None, disabled: false, kind, place: None }
}

fn totp() -> DeviceKind {
    DeviceKind::Totp { seed: Sealed::from_text("sealed"), drift: 0, last_step: None }
}

fn passkey() -> DeviceKind {
    DeviceKind::Passkey { credential: "c".into(), key: "counter 1".into(), verifies_user: true, synced: false }
}

/// A builder ID with a TOTP device, a passkey and ten recovery codes.
fn person() -> Person {
    let factors = Factors {
        devices: vec![device(1, totp()), device(2, passkey())],
        codes: Some(RecoveryCodes { since: at(0), left: (0..10).map(|number| Some(code(number))).collect() }),
        ..Factors::default()
    };
    Person::Builder(Builder {
        id: BuilderId::draw(&SeededEntropy::new(3)),
        version: Version(1),
        email: "ana@example.com".parse().unwrap(),
        name: "Ana".parse().unwrap(),
        created: at(0),
        disabled: false,
        credential: None,
        epoch: 0,
        factors,
        closed: None,
    })
}

fn typed(step: u64, drift: Option<i64>) -> FactorProof {
    FactorProof::Totp { device: device(1, totp()).id, step, drift }
}

fn key(checked: &str, updated: Option<&str>) -> FactorProof {
    FactorProof::Passkey { device: device(2, passkey()).id, checked: checked.into(), updated: updated.map(Into::into) }
}

#[test]
fn b07_n_o03_a_code_and_every_earlier_one_count_once() {
    let mut person = person();
    let used = spend(&mut person, &typed(10, None), at(300)).unwrap();
    assert_eq!(used, Spent::Device { name: "Device 1".parse().unwrap(), resynced: false });
    assert_eq!(person.factors().devices[0].last_used, Some(at(300)));
    for step in [10, 9, 0] {
        assert_eq!(spend(&mut person, &typed(step, None), at(301)), Err(Replayed));
        assert_eq!(spend(&mut person, &typed(step, Some(3)), at(301)), Err(Replayed), "two codes are no way round");
    }
    assert!(spend(&mut person, &typed(11, None), at(301)).is_ok());
}

#[test]
fn two_consecutive_codes_set_the_clock_right_and_one_leaves_it() {
    let mut person = person();
    let drift = |person: &Person| match person.factors().devices[0].kind {
        DeviceKind::Totp { drift, .. } => drift,
        DeviceKind::Passkey { .. } => unreachable!(),
    };
    let resynced = spend(&mut person, &typed(10, Some(-4)), at(1)).unwrap();
    assert!(matches!(resynced, Spent::Device { resynced: true, .. }));
    assert_eq!(drift(&person), -4);
    spend(&mut person, &typed(11, None), at(1)).unwrap();
    assert_eq!(drift(&person), -4);
}

#[test]
fn of_two_answers_of_a_passkey_at_once_one_counts() {
    let mut person = person();
    spend(&mut person, &key("counter 1", Some("counter 2")), at(1)).unwrap();
    assert_eq!(spend(&mut person, &key("counter 1", Some("counter 3")), at(1)), Err(Replayed));
    spend(&mut person, &key("counter 2", None), at(1)).unwrap();
}

#[test]
fn n_l02_n_r07_a_recovery_code_is_spent_by_its_use() {
    let mut person = person();
    let proof = FactorProof::RecoveryCode { hash: code(4) };
    assert_eq!(spend(&mut person, &proof, at(1)), Ok(Spent::RecoveryCode { left: 9 }));
    assert_eq!(spend(&mut person, &proof, at(1)), Err(Replayed));
    assert_eq!(person.factors().codes.as_ref().unwrap().count(), 9);
    assert_eq!(spend(&mut person, &FactorProof::RecoveryCode { hash: code(99) }, at(1)), Err(Replayed));
}

#[test]
fn what_was_removed_while_it_was_checked_counts_for_nothing() {
    let mut person = person();
    person.factors_mut().devices.clear();
    person.factors_mut().codes = None;
    for proof in [typed(10, None), typed(10, Some(0)), key("counter 1", None), FactorProof::RecoveryCode { hash: code(1) }] {
        assert_eq!(spend(&mut person, &proof, at(1)), Err(Replayed));
    }
}

#[test]
fn n_t01_a_hundred_failures_switch_typed_codes_off_and_leave_passkeys() {
    let (entropy, now) = (SeededEntropy::new(9), at(1));
    let source = Source { ip: None, agent: String::new() };
    let op = OpContext {
        id: RequestId::draw(&entropy),
        now,
        principal: Principal::Anonymous,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source,
    };
    let counted = |count| Tries { key: TriesKey::new("mfa", "x"), version: Version(1), count, since: now, last: now, expires: now };
    let failed = |person: Person, count| failed(person.clone(), check(&person, "Failure"), &counted(count), &op, &entropy);
    let early = failed(person(), 99);
    assert!(early.puts.is_empty() && early.events.len() == 1);
    let changes = failed(person(), 100);
    let names: Vec<&str> = changes.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["CheckMfa", "MFADevicesDisabled"]);
    let row = changes.puts.iter().find_map(|record| match record {
        Record::Builder(row) => Some(row.clone()),
        _ => None,
    });
    let mut worn = Person::Builder(row.unwrap());
    assert_eq!(worn.factors().devices.iter().map(|device| device.disabled).collect::<Vec<_>>(), [true, false]);
    assert!(failed(worn.clone(), 101).puts.is_empty(), "told once");
    assert_eq!(spend(&mut worn, &typed(10, None), now), Err(Replayed), "N-T03: a single code counts no more");
    assert!(spend(&mut worn, &key("counter 1", None), now).is_ok());
}
