//! What attackers send instead of an answer.

use lockwright_testkit::passkey::der_signature;
use proptest::prelude::*;

use super::*;

/// The order of P-256's group.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
    0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

#[test]
fn c10_signatures_of_zeros_and_odd_numbers_are_refused() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (challenge, state) = site().start_discoverable().unwrap();
    let answer = device.sign(&challenge.options_json);
    let finish = |signature: &[u8]| {
        let answer = with(&answer, "/response/signature", URL_SAFE_NO_PAD.encode(signature));
        site().finish_discoverable(&state, &answer, &key, mine())
    };
    let right = URL_SAFE_NO_PAD.decode(at(&serde_json::from_str(&answer).unwrap(), "/response/signature").as_str().unwrap()).unwrap();
    assert!(finish(&right).is_ok());

    let (zero, one, mut above) = ([0; 32], [1; 32], N);
    above[31] += 1;
    let mut odd = vec![vec![], vec![0], vec![0x30, 0], vec![0; 64], vec![0; 72], vec![0xff; 72], b"null".to_vec()];
    for r in [&zero, &one, &N, &above] {
        for s in [&zero, &one, &N, &above] {
            odd.push(der_signature(r, s));
        }
    }
    odd.push([right.clone(), vec![0]].concat());
    odd.extend((0..right.len()).map(|length| right[..length].to_vec()));
    // Negative: the leading zero that keeps a number positive left out.
    odd.push([&[0x30, 0x44, 0x02, 0x20][..], &[0xff; 32], &[0x02, 0x20], &[0xff; 32]].concat());
    for bit in 0..right.len() * 8 {
        let mut other = right.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        odd.push(other);
    }
    for signature in odd {
        assert!(finish(&signature).is_err(), "{signature:02x?}");
    }
    // A high s (n − s) is as good a signature: authenticators needn't lower it, and no rule here counts on there being one signature only.
}

#[test]
fn any_changed_bit_of_what_was_signed_is_refused() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (challenge, state) = site().start_discoverable().unwrap();
    let answer = device.sign(&challenge.options_json);
    let json: Value = serde_json::from_str(&answer).unwrap();
    for pointer in ["/response/authenticatorData", "/response/clientDataJSON"] {
        let right = URL_SAFE_NO_PAD.decode(at(&json, pointer).as_str().unwrap()).unwrap();
        for bit in 0..right.len() * 8 {
            let mut other = right.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let answer = with(&answer, pointer, URL_SAFE_NO_PAD.encode(other));
            assert!(site().finish_discoverable(&state, &answer, &key, mine()).is_err(), "{pointer} {bit}");
        }
    }
}

#[test]
fn hostile_answers_are_refused_and_nothing_falls_over() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (creation, registering) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    let (request, discovering) = site().start_discoverable().unwrap();
    let (created, signed) = (device.register(&creation.options_json), device.sign(&request.options_json));
    let deep = "[".repeat(60_000);
    let huge = with(&signed, "/response/userHandle", "A".repeat(65_536));
    let mut hostile: Vec<String> = ["", "null", "[]", "{}", "0", "\"\"", &deep, &huge].map(String::from).to_vec();
    for whole in [&created, &signed] {
        hostile.extend((0..whole.len()).step_by(7).filter_map(|length| whole.get(..length)).map(String::from));
        let json: Value = serde_json::from_str(whole).unwrap();
        let pointers = ["/id", "/rawId", "/type", "/response", "/clientExtensionResults"].into_iter().map(String::from);
        let inner = json["response"].as_object().unwrap().keys().map(|name| format!("/response/{name}"));
        for pointer in pointers.chain(inner) {
            for value in [Value::Null, 0.into(), "".into(), "!".into(), "AAAA".into(), vec![Value::Null].into(), serde_json::json!({})] {
                hostile.push(with(whole, &pointer, value));
            }
        }
    }
    for answer in hostile {
        // Fields that nothing rests on may hold anything; what counts is that a changed answer proves no other key and that all are answered.
        if let Ok(new) = site().finish_registration(&registering, mine(), &answer) {
            assert_eq!(new.credential_id, device.credential_id());
        }
        if let Ok(used) = site().finish_discoverable(&discovering, &answer, &key, mine()) {
            assert_eq!(used.credential_id, device.credential_id());
        }
        let _ = credential_of(&answer);
    }
    assert_eq!(credential_of(&huge), None, "longer than any answer");
    assert_eq!(credential_of(&signed), Some(device.credential_id()));
}

#[test]
fn hostile_attestations_are_refused_and_nothing_falls_over() {
    let mut device = soft(1);
    let (challenge, state) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    let answer = device.register(&challenge.options_json);
    let json: Value = serde_json::from_str(&answer).unwrap();
    let pointer = "/response/attestationObject";
    let right = URL_SAFE_NO_PAD.decode(at(&json, pointer).as_str().unwrap()).unwrap();
    let try_with = |bytes: &[u8]| {
        let answer = with(&answer, pointer, URL_SAFE_NO_PAD.encode(bytes));
        site().finish_registration(&state, mine(), &answer).is_ok()
    };
    assert!(try_with(&right));
    for length in 0..right.len() {
        assert!(!try_with(&right[..length]), "the first {length}");
    }
    for at in 0..right.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, right[at] ^ 1] {
            let mut other = right.clone();
            other[at] = value;
            // Some bytes are free: the model of the authenticator, the counter, the credential's name.
            let _ = try_with(&other);
        }
    }
    // Nested as deep as the length allows.
    assert!(!try_with(&[0x81; 40_000]));
    assert!(!try_with(&[0xa1; 40_000]));
    // Lengths that promise more than there is.
    for head in [&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
        assert!(!try_with(head));
    }
}

#[test]
fn attestations_nobody_asked_for_are_refused_and_nothing_falls_over() {
    let mut device = soft(1);
    let (challenge, state) = site().start_registration(mine(), "zoe", "Zoë", &[]).unwrap();
    let answer = device.register(&challenge.options_json);
    let json: Value = serde_json::from_str(&answer).unwrap();
    let pointer = "/response/attestationObject";
    let right = URL_SAFE_NO_PAD.decode(at(&json, pointer).as_str().unwrap()).unwrap();
    let rest = right.strip_prefix(b"\xa3\x63fmt\x64none\x67attStmt\xa0").unwrap();
    let statements: [&[u8]; 8] = [
        b"\xa0",
        b"\xf6",
        b"\x80",
        // {"alg": -7, "sig": h'', …} without certificates, with an empty list of them, with bytes that are none.
        b"\xa2\x63alg\x26\x63sig\x40",
        b"\xa3\x63alg\x26\x63sig\x40\x63x5c\x80",
        b"\xa3\x63alg\x26\x63sig\x41\x00\x63x5c\x81\x43\x30\x01\x00",
        b"\xa6\x63ver\x632.0\x63alg\x26\x63sig\x40\x63x5c\x81\x40\x68certInfo\x40\x67pubArea\x40",
        b"\xa2\x63ver\x60\x68response\x40",
    ];
    for format in ["packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "", "NONE"] {
        for statement in statements {
            let head = [b"\xa3\x63fmt", &[0x60 + u8::try_from(format.len()).unwrap()][..], format.as_bytes(), b"\x67attStmt", statement];
            let object = [&head.concat(), rest].concat();
            let answer = with(&answer, pointer, URL_SAFE_NO_PAD.encode(object));
            assert!(site().finish_registration(&state, mine(), &answer).is_err(), "{format} {statement:02x?}");
        }
    }
}

#[test]
fn a_stored_state_or_key_that_was_tampered_with_is_refused() {
    let mut device = soft(1);
    let key = enrol(&mut device).key;
    let (challenge, state) = site().start_discoverable().unwrap();
    let answer = device.sign(&challenge.options_json);
    for text in ["", "{}", "null", "[]", &state.as_text()[1..]] {
        let state = State::from_text(text);
        assert_eq!(site().finish_discoverable(&state, &answer, &key, mine()).unwrap_err(), Refused::Stored);
        assert_eq!(site().finish_authentication(&state, &answer, &[]).unwrap_err(), Refused::Stored);
        assert_eq!(site().finish_registration(&state, mine(), &answer).unwrap_err(), Refused::Stored);
    }
    assert_eq!(site().finish_discoverable(&state, &answer, "{}", mine()).unwrap_err(), Refused::Stored);
    let kept = State::from_text(state.as_text());
    assert!(site().finish_discoverable(&kept, &answer, &key, mine()).is_ok());
    assert_eq!(format!("{state:?}"), "State");
}

proptest! {
    #[test]
    fn any_text_as_an_answer_is_answered(text: String) {
        let (_, state) = site().start_discoverable().unwrap();
        prop_assert!(site().finish_discoverable(&state, &text, "", mine()).is_err());
        prop_assert!(credential_of(&text).is_none());
    }
}
