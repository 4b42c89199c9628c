//! What one-time passwords must fulfil.

use std::time::Duration;

use lockwright_model::entropy::SeededEntropy;
use proptest::prelude::*;

use super::*;

/// 2026-11-24T06:00:00Z, the first second of a step.
const NOW: u64 = 1_795_500_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(seconds).unwrap() * 1_000_000)
}

fn seed() -> Seed {
    Seed::draw(&SeededEntropy::new(1))
}

fn code(seed: &Seed, step: u64) -> TypedCode {
    TypedCode::parse(&format!("{:06}", seed.code(step))).unwrap()
}

#[test]
fn rfc_6238_the_known_answers() {
    let seed = Seed::from_bytes(b"12345678901234567890").unwrap();
    // The RFC prints eight digits; six are their last.
    let known = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    for (seconds, digits) in known {
        let typed = TypedCode::parse(digits).unwrap();
        assert_eq!(check(&seed, &typed, at(seconds), 0, None), Some(seconds / 30), "{seconds}");
    }
}

#[test]
fn rfc_4226_the_known_answers() {
    let seed = Seed::from_bytes(b"12345678901234567890").unwrap();
    let known = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
    assert_eq!((0..10).map(|step| seed.code(step)).collect::<Vec<_>>(), known);
}

#[test]
fn b29_n_o05_a_seed_has_160_random_bits_and_no_other_length() {
    let entropy = SeededEntropy::new(1);
    let (one, two) = (Seed::draw(&entropy), Seed::draw(&entropy));
    assert_eq!(one.as_bytes().len() * 8, 160);
    assert_ne!(one.as_bytes(), two.as_bytes());
    assert!(Seed::from_bytes(&[0; 10]).is_none() && Seed::from_bytes(&[0; 21]).is_none());
    assert_eq!(Seed::from_bytes(one.as_bytes()).unwrap().as_bytes(), one.as_bytes());
    const { assert!(STEP_SECONDS <= 120) };
}

#[test]
fn v6_5_8_the_servers_time_decides_and_a_step_either_way_is_forgiven() {
    let seed = seed();
    let step = NOW / 30;
    for (moment, right) in [(NOW - 31, false), (NOW - 30, true), (NOW, true), (NOW + 29, true), (NOW + 59, true), (NOW + 60, false)] {
        let found = check(&seed, &code(&seed, step), at(moment), 0, None);
        assert_eq!(found, right.then_some(step), "{moment}");
    }
}

#[test]
fn b07_n_o03_v6_5_1_no_code_counts_twice() {
    let seed = seed();
    let step = NOW / 30;
    let digits = format!("{:06}", seed.code(step));
    let used = check(&seed, &TypedCode::parse(&digits).unwrap(), at(NOW), 0, None);
    assert_eq!(used, Some(step));
    let (front, back) = digits.split_at(3);
    let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    for again in [digits.clone(), format!(" {digits} "), format!("{front} {back}"), format!("{front}-{back}"), wide] {
        let typed = TypedCode::parse(&again).unwrap();
        for later in 0..60 {
            assert_eq!(check(&seed, &typed, at(NOW + later), 0, used), None, "{again:?} after {later} s");
        }
    }
    assert_eq!(check(&seed, &code(&seed, step - 1), at(NOW), 0, used), None, "the one before it");
    assert_eq!(check(&seed, &code(&seed, step + 1), at(NOW), 0, used), Some(step + 1), "the one after it");
}

#[test]
fn b07_digits_that_are_right_in_two_steps_are_used_up_in_both() {
    // Found by trying: the first such step of this seed.
    let (seed, step) = (seed(), NOW / 30 + 87_920);
    assert_eq!(seed.code(step), seed.code(step + 1));
    let typed = code(&seed, step);
    let used = check(&seed, &typed, at(step * 30), 0, None);
    assert_eq!(used, Some(step + 1));
    assert_eq!(check(&seed, &typed, at((step + 1) * 30), 0, used), None);
}

#[test]
fn b07_typing_is_forgiven_but_only_six_digits_are_a_code() {
    for typed in ["123456", " 123 456 ", "123-456", "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}", "123\u{a0}456", "123\u{2013}456"] {
        assert_eq!(*TypedCode::parse(typed).unwrap().0, 123_456, "{typed:?}");
    }
    assert_eq!(*TypedCode::parse("000042").unwrap().0, 42);
    let long = "1".repeat(1_000_000);
    for typed in ["", " ", "12345", "1234567", "0123456", "42", "12345a", "+12345", "-123456-7", "1.2e45", "١٢٣٤٥٦", "null", "[]", &long]
    {
        assert!(TypedCode::parse(typed).is_none(), "{:?}", &typed.chars().take(9).collect::<String>());
    }
}

#[test]
fn a_devices_known_drift_moves_what_is_expected() {
    let seed = seed();
    let step = NOW / 30;
    assert_eq!(check(&seed, &code(&seed, step + 40), at(NOW), 40, None), Some(step + 40));
    assert_eq!(check(&seed, &code(&seed, step - 40), at(NOW), -39, None), Some(step - 40));
    assert_eq!(check(&seed, &code(&seed, step), at(NOW), 40, None), None);
}

#[test]
fn two_consecutive_codes_enrol_and_find_the_drift() {
    let seed = seed();
    let step = NOW / 30;
    let enrol = |first, second| check_two(&seed, &code(&seed, first), &code(&seed, second), at(NOW), ENROL_WINDOW, None);
    assert_eq!(enrol(step - 1, step), Some(Matched { step, drift: 0 }));
    assert_eq!(enrol(step, step + 1), Some(Matched { step: step + 1, drift: 1 }));
    assert_eq!(enrol(step - 3, step - 2), Some(Matched { step: step - 2, drift: -2 }));
    assert_eq!(enrol(step + 1, step + 2), Some(Matched { step: step + 2, drift: 2 }));
    assert_eq!(enrol(step - 4, step - 3), None, "too long ago");
    assert_eq!(enrol(step + 2, step + 3), None, "too far ahead");
    for (first, second) in [(step, step), (step, step - 1), (step - 1, step + 1)] {
        assert_eq!(enrol(first, second), None, "not consecutive");
    }
}

#[test]
fn a_resync_finds_a_clock_that_is_a_day_off() {
    let seed = seed();
    let step = NOW / 30;
    let resync = |second: u64, last| check_two(&seed, &code(&seed, second - 1), &code(&seed, second), at(NOW), RESYNC_WINDOW, last);
    for (second, drift) in [(step - 2880, -2880), (step - 100, -100), (step, 0), (step + 2880, 2880)] {
        let found = resync(second, None).unwrap();
        assert_eq!(found, Matched { step: second, drift });
        // From then on the device's next code is right, and the two typed ones are used up.
        let last = Some(found.step);
        assert_eq!(check(&seed, &code(&seed, second + 1), at(NOW + 30), found.drift, last), Some(second + 1));
        assert_eq!(check(&seed, &code(&seed, second), at(NOW), found.drift, last), None);
    }
    assert_eq!(resync(step - 2881, None), None);
    assert_eq!(resync(step + 2881, None), None);
}

#[test]
fn b07_a_resync_takes_no_codes_from_before_the_last_one_used() {
    let seed = seed();
    let step = NOW / 30;
    let resync = |last| check_two(&seed, &code(&seed, step - 10), &code(&seed, step - 9), at(NOW), RESYNC_WINDOW, Some(last));
    assert!(resync(step - 11).is_some());
    for last in [step - 10, step - 9, step] {
        assert_eq!(resync(last), None, "{last}");
    }
}

#[test]
fn the_clocks_edges_are_no_trouble() {
    let seed = seed();
    for now in [i64::MIN, -1, 0, 1, i64::MAX].map(Timestamp::from_micros) {
        for drift in [i64::MIN, -1, 0, 1, i64::MAX] {
            let _ = check(&seed, &code(&seed, 0), now, drift, None);
            let _ = check(&seed, &code(&seed, 0), now, drift, Some(u64::MAX));
        }
        let _ = check_two(&seed, &code(&seed, 0), &code(&seed, 1), now, RESYNC_WINDOW, Some(u64::MAX));
    }
    assert_eq!(check(&seed, &code(&seed, 0), Timestamp::from_micros(-1), 0, None), Some(0), "before the epoch is its first step");
}

#[test]
fn the_seed_is_shown_as_apps_read_it_and_never_in_debug() {
    let seed = Seed::from_bytes(b"12345678901234567890").unwrap();
    assert_eq!(*seed.grouped(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_eq!(
        *seed.otpauth_uri("Acme: Lock & Key", "zoë+test@acme.example"),
        "otpauth://totp/Acme%20%20Lock%20%26%20Key:zo%C3%AB%2Btest%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=Acme%20%20Lock%20%26%20Key&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(format!("{seed:?} {:?}", code(&seed, 1)), "Seed TypedCode");
}

proptest! {
    #[test]
    fn n_o03_over_any_run_of_tries_each_step_is_accepted_at_most_once(
        drift in -5_i64..5,
        tries in proptest::collection::vec((0_u64..300, 0_u64..14), 1..60),
    ) {
        let seed = seed();
        let mut now = at(NOW);
        let (mut last, mut accepted) = (None, Vec::new());
        for (wait, ahead) in tries {
            now = now.plus(Duration::from_secs(wait / 10));
            let typed = code(&seed, step_at(now) + ahead - 7);
            if let Some(step) = check(&seed, &typed, now, drift, last) {
                prop_assert!((step_at(now).saturating_add_signed(drift)).abs_diff(step) <= 1);
                accepted.push(step);
                last = Some(step);
            }
        }
        prop_assert!(accepted.is_sorted_by(|a, b| a < b));
    }
}
