//! What passkeys must fulfil, with an authenticator in software.

use std::collections::HashSet;

use lockwright_model::entropy::SeededEntropy;
use lockwright_testkit::passkey::SoftPasskey;

use super::*;

mod hostile;

const ORIGIN: &str = "https://id.acme.example";

fn site() -> RelyingParty {
    RelyingParty::new(ORIGIN, "Acme").unwrap()
}

fn soft(seed: u64) -> SoftPasskey {
    SoftPasskey::new(ORIGIN, &SeededEntropy::new(seed))
}

fn mine() -> [u8; 16] {
    handle_of("account/123456789012")
}

fn enrol(device: &mut SoftPasskey) -> NewPasskey {
    let (challenge, state) = site().start_registration(mine(), "zoe@acme.example", "Zoë", &[]).unwrap();
    site().finish_registration(&state, mine(), &device.register(&challenge.options_json)).unwrap()
}

/// A second factor from start to end.
fn authenticate(device: &mut SoftPasskey, key: &str) -> Result<UsedPasskey, Refused> {
    let keys = [key.to_owned()];
    let (challenge, state) = site().start_authentication(&keys)?;
    site().finish_authentication(&state, &device.sign(&challenge.options_json), &keys)
}

/// A sign-in without a name from start to end.
fn discover(device: &mut SoftPasskey, key: &str) -> Result<UsedPasskey, Refused> {
    let (challenge, state) = site().start_discoverable()?;
    site().finish_discoverable(&state, &device.sign(&challenge.options_json), key, mine())
}

fn with(json: &str, pointer: &str, value: impl Into<Value>) -> String {
    let mut json: Value = serde_json::from_str(json).unwrap();
    *json.pointer_mut(pointer).unwrap() = value.into();
    json.to_string()
}

fn at<'a>(json: &'a Value, pointer: &str) -> &'a Value {
    json.pointer(pointer).unwrap_or(&Value::Null)
}

fn parsed(challenge: &Challenge) -> Value {
    serde_json::from_str(&challenge.options_json).unwrap()
}

#[test]
fn a_key_is_enrolled_and_proves_itself_as_second_factor_and_alone() {
    let mut device = soft(1);
    let new = enrol(&mut device);
    assert_eq!(new.credential_id, device.credential_id());
    assert!(new.verifies_user && !new.synced);

    let used = authenticate(&mut device, &new.key).unwrap();
    assert_eq!(used.credential_id, new.credential_id);
    assert!(used.user_verified);

    let key = used.updated_key.unwrap();
    let used = discover(&mut device, &key).unwrap();
    assert!(used.user_verified && used.updated_key.is_some());
}

#[test]
fn a_synced_passkey_has_no_counter_and_needs_no_update() {
    let mut device = soft(1);
    (device.synced, device.counts) = (true, false);
    let new = enrol(&mut device);
    assert!(new.synced);
    for _ in 0..2 {
        let used = authenticate(&mut device, &new.key).unwrap();
        assert!(used.updated_key.is_none() && used.user_verified);
    }
}

#[test]
fn a_key_that_verifies_nobody_is_a_second_factor_only() {
    let mut device = soft(1);
    device.verifies_user = false;
    let new = enrol(&mut device);
    assert!(!new.verifies_user);
    let used = authenticate(&mut device, &new.key).unwrap();
    assert!(!used.user_verified);
    assert_eq!(discover(&mut device, &new.key).unwrap_err(), Refused::NotVerified);
}

#[test]
fn a_found_security_key_given_a_pin_by_the_finder_still_opens_nothing_alone() {
    let mut device = soft(1);
    device.verifies_user = false;
    let new = enrol(&mut device);
    device.verifies_user = true;
    assert_eq!(discover(&mut device, &new.key).unwrap_err(), Refused::NotVerified);
    assert!(!authenticate(&mut device, &new.key).unwrap().user_verified);
}

#[test]
fn a_passkey_that_verified_its_user_once_must_do_so_always() {
    let mut device = soft(1);
    let new = enrol(&mut device);
    device.verifies_user = false;
    assert_eq!(authenticate(&mut device, &new.key).unwrap_err(), Refused::NotVerified);
    assert_eq!(discover(&mut device, &new.key).unwrap_err(), Refused::NotVerified);
}

#[test]
fn nobody_touched_it() {
    let mut device = soft(1);
    let new = enrol(&mut device);
    device.present = false;
    assert_eq!(authenticate(&mut device, &new.key).unwrap_err(), Refused::Unproven);
    let (challenge, state) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    let answer = device.register(&challenge.options_json);
    assert_eq!(site().finish_registration(&state, mine(), &answer).unwrap_err(), Refused::Unproven);
}

#[test]
fn v6_7_2_challenges_have_256_bits_and_never_repeat() {
    let mut seen = HashSet::new();
    let key = enrol(&mut soft(1)).key;
    for _ in 0..200 {
        let (registration, _) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
        let (authentication, _) = site().start_authentication(std::slice::from_ref(&key)).unwrap();
        let (discoverable, _) = site().start_discoverable().unwrap();
        for challenge in [registration, authentication, discoverable] {
            let drawn = URL_SAFE_NO_PAD.decode(at(&parsed(&challenge), "/publicKey/challenge").as_str().unwrap()).unwrap();
            assert_eq!(drawn.len(), 32);
            assert!(seen.insert(drawn));
        }
    }
}

#[test]
fn b25_a_registration_answers_its_own_challenge_for_its_own_user() {
    let mut device = soft(1);
    let start = |handle| site().start_registration(handle, "zoe", "Zoë", &[]).unwrap();
    let (challenge, state) = start(mine());
    let answer = device.register(&challenge.options_json);
    let other = handle_of("account/999999999999");
    assert_eq!(site().finish_registration(&state, other, &answer).unwrap_err(), Refused::OtherCeremony, "another user");
    let (_, again) = start(mine());
    assert_eq!(site().finish_registration(&again, mine(), &answer).unwrap_err(), Refused::OtherCeremony, "another challenge");
    let (_, discoverable) = site().start_discoverable().unwrap();
    assert_eq!(site().finish_registration(&discoverable, mine(), &answer).unwrap_err(), Refused::OtherCeremony, "another ceremony");
    assert!(site().finish_registration(&state, mine(), &answer).is_ok());
}

#[test]
fn b25_an_answer_proves_nothing_in_another_ceremony() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let keys = [key.clone()];
    let (registration, registering) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    let (authentication, authenticating) = site().start_authentication(&keys).unwrap();
    let (discoverable, discovering) = site().start_discoverable().unwrap();
    let as_second = device.sign(&authentication.options_json);
    let alone = device.sign(&discoverable.options_json);

    let other = Some(Refused::OtherCeremony);
    for state in [&registering, &discovering] {
        assert_eq!(site().finish_authentication(state, &as_second, &keys).err(), other);
    }
    for state in [&registering, &authenticating] {
        assert_eq!(site().finish_discoverable(state, &alone, &key, mine()).err(), other);
    }
    assert_eq!(site().finish_authentication(&authenticating, &alone, &keys).err(), other, "the challenge of another");
    assert_eq!(site().finish_discoverable(&discovering, &as_second, &key, mine()).err(), other, "the challenge of another");
    // An assertion that is dressed up as a registration, and the other way round.
    let created: Value = serde_json::from_str(&device.register(&registration.options_json)).unwrap();
    let dressed = with(&alone, "/response/clientDataJSON", at(&created, "/response/clientDataJSON").clone());
    assert_eq!(site().finish_discoverable(&discovering, &dressed, &key, mine()).err(), other);
    assert!(site().finish_registration(&registering, mine(), &as_second).is_err());
}

#[test]
fn a_key_of_another_site_or_person_is_refused() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    for origin in ["https://evil.example", "http://id.acme.example", "https://id.acme.example:8443", "https://a.id.acme.example", "null"] {
        let mut phished = device.clone();
        phished.origin = origin.to_owned();
        assert!(authenticate(&mut phished, &key).is_err(), "{origin}");
        let (challenge, state) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
        assert!(site().finish_registration(&state, mine(), &phished.register(&challenge.options_json)).is_err(), "{origin}");
    }
    let (challenge, state) = site().start_discoverable().unwrap();
    let elsewhere = device.sign(&with(&challenge.options_json, "/publicKey/rpId", "evil.example"));
    assert_eq!(site().finish_discoverable(&state, &elsewhere, &key, mine()).unwrap_err(), Refused::OtherCeremony);
    // A handle that is somebody else's, or none.
    for handle in [None, Some(vec![]), Some(handle_of("account/999999999999").to_vec())] {
        device.user_handle = handle;
        assert_eq!(discover(&mut device, &key).unwrap_err(), Refused::UnknownKey);
    }
}

#[test]
fn only_the_keys_stored_now_count() {
    let (mut first, mut second) = (soft(1), soft(2));
    let (one, two) = (enrol(&mut first).key, enrol(&mut second).key);
    let (challenge, state) = site().start_authentication(&[one.clone(), two.clone()]).unwrap();
    let answer = second.sign(&challenge.options_json);
    let finish = |keys: &[String]| site().finish_authentication(&state, &answer, keys).err();
    assert_eq!(finish(std::slice::from_ref(&one)), Some(Refused::UnknownKey), "removed meanwhile");
    assert_eq!(finish(&[]), Some(Refused::UnknownKey));
    assert_eq!(finish(&[one.clone(), two.clone()]), None);
    // A key added after the challenge is not what was asked for.
    let (challenge, state) = site().start_authentication(std::slice::from_ref(&one)).unwrap();
    let answer = second.sign(&challenge.options_json);
    assert_eq!(site().finish_authentication(&state, &answer, &[one, two]).unwrap_err(), Refused::UnknownKey);
    assert!(site().start_authentication(&["{}".into()]).is_err());
}

#[test]
fn a_counter_that_goes_back_or_stands_still_shows_a_copy() {
    let mut device = soft(1);
    let mut key = enrol(&mut device).key;
    let mut copy = device.clone();
    for _ in 0..3 {
        key = authenticate(&mut device, &key).unwrap().updated_key.unwrap();
    }
    assert_eq!(authenticate(&mut copy, &key).unwrap_err(), Refused::Copied);
    assert_eq!(discover(&mut copy, &key).unwrap_err(), Refused::Copied);
    copy.counter = 2;
    assert_eq!(authenticate(&mut copy, &key).unwrap_err(), Refused::Copied, "the same count once more");
    copy.counts = false;
    copy.counter = 0;
    assert_eq!(authenticate(&mut copy, &key).unwrap_err(), Refused::Copied, "no count at all");
    assert!(authenticate(&mut device, &key).is_ok());
}

#[test]
fn a_ceremony_begun_before_another_was_finished_meets_the_newer_counter() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (challenge, state) = site().start_authentication(std::slice::from_ref(&key)).unwrap();
    let early = device.sign(&challenge.options_json);
    let key = authenticate(&mut device, &key).unwrap().updated_key.unwrap();
    assert_eq!(site().finish_authentication(&state, &early, &[key]).unwrap_err(), Refused::Copied);
}

#[test]
fn what_the_browser_is_asked() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (registration, _) = site().start_registration(mine(), "zoe@acme.example", "Zoë", std::slice::from_ref(&key)).unwrap();
    let asked = parsed(&registration);
    let ask = |pointer: &str| at(&asked, pointer).clone();
    assert_eq!(ask("/publicKey/rp"), serde_json::json!({ "id": "id.acme.example", "name": "Acme" }));
    assert_eq!(ask("/publicKey/user/id"), URL_SAFE_NO_PAD.encode(mine()));
    assert_eq!(ask("/publicKey/attestation"), "none");
    assert_eq!(ask("/publicKey/authenticatorSelection/residentKey"), "preferred");
    assert_eq!(ask("/publicKey/authenticatorSelection/requireResidentKey"), false);
    assert_eq!(ask("/publicKey/authenticatorSelection/userVerification"), "preferred");
    assert_eq!(ask("/publicKey/excludeCredentials/0/id"), device.credential_id());
    assert_eq!(ask("/publicKey/hints"), Value::Null);
    assert_eq!(ask("/publicKey/extensions/credentialProtectionPolicy"), Value::Null);

    let (authentication, _) = site().start_authentication(&[key]).unwrap();
    let asked = parsed(&authentication);
    assert_eq!(at(&asked, "/publicKey/rpId"), "id.acme.example");
    assert_eq!(at(&asked, "/publicKey/userVerification"), "preferred");
    assert_eq!(at(&asked, "/publicKey/allowCredentials/0/id"), &device.credential_id());
    assert_eq!(at(&asked, "/publicKey/hints"), &Value::Null);

    let asked = parsed(&site().start_discoverable().unwrap().0);
    assert_eq!(at(&asked, "/publicKey/userVerification"), "required");
    assert_eq!(at(&asked, "/publicKey/allowCredentials"), &serde_json::json!([]));
    assert_eq!(at(&asked, "/mediation"), "conditional");
}

#[test]
fn an_authenticator_is_not_enrolled_twice() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (challenge, state) = site().start_registration(mine(), "zoe", "Zoë", &[key]).unwrap();
    assert_eq!(site().finish_registration(&state, mine(), &device.register(&challenge.options_json)).unwrap_err(), Refused::Unproven);
}

#[test]
fn handles_tell_identities_apart_and_nothing_about_them() {
    assert_eq!(handle_of("account/1"), handle_of("account/1"));
    assert_ne!(handle_of("account/1"), handle_of("account/2"));
    assert!(!String::from_utf8_lossy(&handle_of("account/1")).contains("account"));
}

#[test]
fn passkeys_need_a_name_and_a_safe_origin() {
    for url in [
        "https://id.acme.example",
        "https://id.acme.example:8443/path",
        "http://localhost:8080",
        "http://app.localhost",
        "https://localhost",
    ] {
        assert!(RelyingParty::new(url, "Acme").is_ok(), "{url}");
    }
    for (url, why) in [
        ("https://192.0.2.1", NoPasskeys::IpAddress),
        ("http://127.0.0.1:8080", NoPasskeys::IpAddress),
        ("https://[2001:db8::1]/", NoPasskeys::IpAddress),
        ("http://id.acme.example", NoPasskeys::NotSecure),
        ("http://notlocalhost", NoPasskeys::NotSecure),
        ("ftp://localhost", NoPasskeys::NotSecure),
        ("", NoPasskeys::NoHost),
        ("id.acme.example", NoPasskeys::NoHost),
        ("mailto:zoe@acme.example", NoPasskeys::NoHost),
    ] {
        assert_eq!(RelyingParty::new(url, "Acme").unwrap_err(), why, "{url}");
    }
}

#[test]
fn a_public_url_with_a_path_or_port_is_one_origin() {
    let site = RelyingParty::new("http://localhost:8080/lockwright/", "Acme").unwrap();
    let mut device = SoftPasskey::new("http://localhost:8080", &SeededEntropy::new(1));
    let (challenge, state) = site.start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    assert!(site.finish_registration(&state, mine(), &device.register(&challenge.options_json)).is_ok());
}
