//! Certificates as they are uploaded, in and out of their time, and texts that are none.

use lockwright_testkit::public::{CERTIFICATE_ID, CERTIFICATES, SSH_KEY};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

const NOW: i64 = 1_800_000_000;

#[test]
fn a_certificates_id_is_the_base32_of_its_sha_1_whatever_the_text_around_it() {
    assert_eq!(check(CERTIFICATES[0], at(NOW)).unwrap().as_str(), CERTIFICATE_ID);
    assert_eq!(check(CERTIFICATES[0].trim(), at(NOW)).unwrap().as_str(), CERTIFICATE_ID);
    assert_ne!(check(CERTIFICATES[1], at(NOW)).unwrap().as_str(), CERTIFICATE_ID);
}

#[test]
fn one_certificate_in_its_time_is_taken_and_nothing_else() {
    let twice = format!("{}{}", CERTIFICATES[0], CERTIFICATES[1]);
    let turned = CERTIFICATES[0].replacen("MIIB", "MIIC", 1);
    for text in ["", "not a certificate", "-----BEGIN CERTIFICATE-----", SSH_KEY.pem, &twice, &turned] {
        assert_eq!(check(text, at(NOW)), Err(Refused::Malformed), "{text}");
    }
    assert_eq!(check(CERTIFICATES[0], at(1_577_836_800)), Err(Refused::NotYet), "it begins a second later");
    assert!(check(CERTIFICATES[0], at(1_577_836_801)).is_ok());
    assert_eq!(check(CERTIFICATES[0], at(5_000_000_000)), Err(Refused::Malformed), "its time is over");
}

#[test]
fn a_certificate_cut_or_turned_anywhere_is_refused_or_read_and_never_a_panic() {
    let (text, now) = (CERTIFICATES[0], at(NOW));
    for place in 0..text.len() {
        let _ = check(&text[..place], now);
        for put in ["A", "/", "-", " ", "\u{e9}"] {
            let mut turned = text.to_owned();
            turned.replace_range(place..=place, put);
            let _ = check(&turned, now);
        }
    }
}
