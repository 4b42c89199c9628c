//! The second step of a sign-in: no session before it, each proof once, one counter for all.

use std::collections::BTreeSet;

use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::{Happening, Notice};
use lockwright_model::secret::Secret;
use lockwright_model::session::SessionScope;
use lockwright_model::token::Token;
use lockwright_service::core::person::Bar;
use lockwright_service::factors::{FactorAnswer, FactorRefusal};
use lockwright_service::second_step::{SecondStepError, SignedInFully};
use lockwright_service::signin::{Entered, SignInError, SignInName};
use lockwright_service::users::GiveAccess;
use lockwright_testkit::mailbox::Letter;

use crate::armed::Armed;
use crate::house::{ANA, House, NEW, OLD, builder, iam, notices, root};

async fn root_armed(house: &House) -> Armed {
    house.account(ANA).await;
    house.arm(&root(ANA)).await
}

fn refused(answer: Result<SignedInFully, SecondStepError>) -> FactorRefusal {
    match answer {
        Err(SecondStepError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn happenings(letters: &[Letter]) -> Vec<Happening> {
    let what = |notice| match notice {
        Notice::Happened { what, .. } => Some(what),
        _ => None,
    };
    notices(letters).into_iter().filter_map(|(_, notice)| what(notice)).collect()
}

/// A wrong code in a second step of its own, as somebody who has only the password would try, waiting whatever must be waited.
async fn fail_once(house: &House, armed: &Armed) {
    loop {
        let ceremony = house.first_step(&armed.name).await;
        match house.second_code(armed, &ceremony, &armed.wrong(house)).await {
            Err(SecondStepError::Refused(_)) => return,
            Err(SecondStepError::Wait { until }) => house.clock.set(until),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn b10_between_the_password_and_the_second_factor_there_is_no_session() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let before = house.store.counts().await.unwrap().sessions;
    let ceremony = house.first_step(&armed.name).await;
    assert_eq!(house.store.counts().await.unwrap().sessions, before);
    assert!(!house.alive(&ceremony).await, "a ceremony's token opens nothing");
    let done = house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    assert!(house.alive(&done.signed.token).await);
    assert_eq!(house.store.counts().await.unwrap().sessions, before + 1);
    let again = house.second_code(&armed, &ceremony, &armed.code(&house)).await;
    assert!(matches!(again, Err(SecondStepError::Over)), "the ceremony is spent: {again:?}");
}

#[tokio::test]
async fn n_a04_n_a06_o_m03_v6_3_3_v6_3_4_every_kind_of_sign_in_asks_for_it_and_takes_each_proof() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.builder("bela@example.com").await;
    house.user(account, "carla", false).await;
    for name in [root(ANA), builder("bela@example.com"), iam(&account.to_string(), "carla")] {
        let mut armed = house.arm(&name).await;
        let mut sessions = vec![house.second_code(&armed, &house.first_step(&name).await, &armed.code(&house)).await.unwrap()];
        let ceremony = house.first_step(&name).await;
        let response = house.key_answers(&mut armed, &ceremony).await;
        sessions.push(house.second(&ceremony, FactorAnswer::Passkey { response: &response }).await.unwrap());
        let ceremony = house.first_step(&name).await;
        sessions.push(house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[0])).await.unwrap());
        house.seconds(90);
        let now = house.clock_now();
        let (first, second) = (armed.app.at(now), armed.app.steps_later(now, 1));
        let resync = FactorAnswer::Resync { device: &armed.app_id, first: &first, second: &second };
        sessions.push(house.second(&house.first_step(&name).await, resync).await.unwrap());
        assert_eq!(sessions.iter().map(|done| done.code_used).collect::<Vec<_>>(), [false, false, true, false]);
        for done in sessions {
            let signed = house.signed(&done.signed.token).await.unwrap();
            assert_eq!((signed.session.aal(), signed.session.scope, &signed.session.owner), (2, SessionScope::Full, &armed.identity));
            assert_eq!(signed.session.confirmed, signed.session.created);
        }
    }
}

#[tokio::test]
async fn o_m04_b07_n_o03_a_code_counts_once_whatever_way_it_is_written() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let (now, code) = (house.clock_now(), armed.code(&house));
    house.second_code(&armed, &house.first_step(&armed.name).await, &code).await.unwrap();
    let wide: String = code.chars().map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap()).collect();
    let earlier = armed.app.steps_later(now, -1);
    for again in [code.clone(), format!("{} {}", &code[..3], &code[3..]), format!(" {code}\t"), wide, earlier] {
        let ceremony = house.first_step(&armed.name).await;
        assert_eq!(refused(house.second_code(&armed, &ceremony, &again).await), FactorRefusal::Wrong, "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b08_v6_5_1_of_50_parallel_uses_of_one_code_one_succeeds() {
    for proof in ["code", "recovery code"] {
        let house = House::file().await;
        let armed = root_armed(&house).await;
        let mut ceremonies = Vec::new();
        for _ in 0..50 {
            ceremonies.push(house.first_step(&armed.name).await);
        }
        let (op, code) = (house.anyone(), if proof == "code" { armed.code(&house) } else { armed.codes[3].clone() });
        let tries: Vec<_> = ceremonies
            .into_iter()
            .map(|ceremony| {
                let (lockwright, op, code, device) = (house.lockwright.clone(), op.clone(), code.clone(), armed.app_id.clone());
                tokio::spawn(async move {
                    let answer = match proof {
                        "code" => FactorAnswer::Totp { device: Some(&device), code: &code },
                        _ => FactorAnswer::RecoveryCode(&code),
                    };
                    lockwright.finish_second_step(&op, ceremony.expose(), answer, None).await
                })
            })
            .collect();
        let mut sessions = 0;
        for answer in tries {
            sessions += usize::from(answer.await.unwrap().is_ok());
        }
        assert_eq!(sessions, 1, "{proof}");
    }
}

#[tokio::test]
async fn o_m04_n_o04_a_code_is_taken_one_step_early_and_late_and_no_further() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    for (steps, taken) in [(-2, false), (2, false), (-1, true), (0, true), (1, true)] {
        house.seconds(90);
        let code = armed.app.steps_later(house.clock_now(), steps);
        let answer = house.second_code(&armed, &house.first_step(&armed.name).await, &code).await;
        assert_eq!(answer.is_ok(), taken, "{steps}: {answer:?}");
    }
}

#[tokio::test]
async fn n_l02_n_r07_a_recovery_code_signs_in_once_and_its_owner_is_told_how_many_are_left() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let typed = armed.codes[0].to_lowercase().replace('-', " ");
    let done = house.second(&house.first_step(&armed.name).await, FactorAnswer::RecoveryCode(&typed)).await.unwrap();
    assert!(done.code_used && house.alive(&done.signed.token).await);
    assert_eq!(happenings(&house.letters().await), [Happening::CodeUsed(9)]);
    let ceremony = house.first_step(&armed.name).await;
    assert_eq!(refused(house.second(&ceremony, FactorAnswer::RecoveryCode(&typed)).await), FactorRefusal::Wrong);
    house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[1])).await.unwrap();
    // A new set voids the old one.
    let signed = house.signed(&done.signed.token).await.unwrap();
    let fresh = house.lockwright.issue_codes(&house.as_(&armed.identity), &signed.session).await.unwrap();
    let ceremony = house.first_step(&armed.name).await;
    assert_eq!(refused(house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[2])).await), FactorRefusal::Wrong);
    house.second(&ceremony, FactorAnswer::RecoveryCode(fresh[0].expose())).await.unwrap();
}

#[tokio::test]
async fn n_l04_n_r06_recovery_codes_are_throttled_and_typing_mistakes_are_no_tries() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let mistyped = armed.codes[0].replacen(&armed.codes[0][..1], if armed.codes[0].starts_with('A') { "B" } else { "A" }, 1);
    let ceremony = house.first_step(&armed.name).await;
    for _ in 0..20 {
        for typed in [mistyped.as_str(), "", "too short"] {
            assert!(matches!(refused(house.second(&ceremony, FactorAnswer::RecoveryCode(typed)).await), FactorRefusal::Mistyped(_)));
        }
    }
    let foreign = {
        house.builder("bela@example.com").await;
        house.arm(&builder("bela@example.com")).await.codes
    };
    for code in &foreign[..5] {
        let ceremony = house.first_step(&armed.name).await;
        assert_eq!(refused(house.second(&ceremony, FactorAnswer::RecoveryCode(code)).await), FactorRefusal::Wrong);
    }
    let right = house.second(&house.first_step(&armed.name).await, FactorAnswer::RecoveryCode(&armed.codes[0])).await;
    assert!(matches!(right, Err(SecondStepError::Wait { .. })), "even the right one waits: {right:?}");
    house.seconds(2);
    house.second(&house.first_step(&armed.name).await, FactorAnswer::RecoveryCode(&armed.codes[0])).await.unwrap();
}

#[tokio::test]
async fn n_t05_n_t06_all_proofs_share_one_count_that_only_a_success_starts_anew() {
    let house = House::memory().await;
    let mut armed = root_armed(&house).await;
    let signed = house.signed(&armed.session).await.unwrap();
    let waits = async |house: &House, answer: FactorAnswer<'_>| {
        let ceremony = house.first_step(&armed.name).await;
        matches!(house.second(&ceremony, answer).await, Err(SecondStepError::Wait { .. }))
    };
    let wrong = armed.wrong(&house);
    let totp = FactorAnswer::Totp { device: Some(&armed.app_id), code: &wrong };
    let two = FactorAnswer::Resync { device: &armed.app_id, first: &wrong, second: &wrong };
    for answer in [totp, two, FactorAnswer::Passkey { response: "{}" }, totp, two] {
        assert_eq!(refused(house.second(&house.first_step(&armed.name).await, answer).await), FactorRefusal::Wrong);
    }
    assert!(waits(&house, totp).await && waits(&house, FactorAnswer::Passkey { response: "{}" }).await);
    // A new set of codes, another step, another right password: nothing of it starts the count anew.
    let fresh = house.lockwright.issue_codes(&house.as_(&armed.identity), &signed.session).await.unwrap();
    assert!(waits(&house, FactorAnswer::RecoveryCode(fresh[0].expose())).await);
    house.seconds(2);
    let ceremony = house.first_step(&armed.name).await;
    let response = house.key_answers(&mut armed, &ceremony).await;
    house.second(&ceremony, FactorAnswer::Passkey { response: &response }).await.unwrap();
    for _ in 0..5 {
        let answer = FactorAnswer::Totp { device: Some(&armed.app_id), code: &wrong };
        assert_eq!(refused(house.second(&house.first_step(&armed.name).await, answer).await), FactorRefusal::Wrong, "a success did");
    }
    let name = root(ANA);
    assert!(matches!(house.sign_in_only(&name).await, Ok(Entered::SecondFactor(_))), "the password has a count of its own");
}

#[tokio::test]
async fn o_m04_n_t01_n_t02_a_hundred_failures_switch_typed_codes_off_and_the_passkey_still_signs_in() {
    let house = House::memory().await;
    let mut armed = root_armed(&house).await;
    let mut failures = 0;
    while !house.stored_app(&armed).await.disabled {
        fail_once(&house, &armed).await;
        failures += 1;
        assert!(failures <= 100, "never switched off");
    }
    assert_eq!(failures, 100);
    let told = happenings(&house.letters().await);
    assert_eq!(told.iter().filter(|what| **what == Happening::DevicesDisabled).count(), 1, "{told:?}");
    let credential = house.store.account(account_of(&armed)).await.unwrap().unwrap().root.credential.unwrap();
    assert!(!credential.disabled, "N-T02: the password never failed, so it stays");
    house.seconds(3600);
    let ceremony = house.first_step(&armed.name).await;
    let now = house.clock_now();
    assert_eq!(refused(house.second_code(&armed, &ceremony, &armed.code(&house)).await), FactorRefusal::Disabled);
    house.seconds(3600);
    let (first, second) = (armed.app.at(now), armed.app.steps_later(now, 1));
    let worn = FactorAnswer::Worn { device: &armed.app_id, first: &first, second: &second };
    let resync = FactorAnswer::Resync { device: &armed.app_id, first: &first, second: &second };
    for answer in [worn, resync] {
        let ceremony = house.first_step(&armed.name).await;
        assert_eq!(refused(house.second(&ceremony, answer).await), FactorRefusal::Disabled, "N-T03: only enrolling it anew helps");
        house.seconds(3600);
    }
    let ceremony = house.first_step(&armed.name).await;
    let response = house.key_answers(&mut armed, &ceremony).await;
    house.second(&ceremony, FactorAnswer::Passkey { response: &response }).await.unwrap();
}

fn account_of(armed: &Armed) -> lockwright_model::id::AccountId {
    armed.identity.account().unwrap()
}

#[tokio::test]
async fn o_m09_the_owner_is_told_once_an_hour_that_somebody_knows_the_password() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    fail_once(&house, &armed).await;
    fail_once(&house, &armed).await;
    house.seconds(3500);
    fail_once(&house, &armed).await;
    assert_eq!(happenings(&house.letters().await), [Happening::SecondFactorFailed]);
    house.seconds(100);
    fail_once(&house, &armed).await;
    assert_eq!(happenings(&house.letters().await), [Happening::SecondFactorFailed]);
    let events = house.lockwright.events(&house.host(), armed.identity.account(), None, 20).await.unwrap();
    let failed: Vec<_> = events.iter().filter(|event| event.record["responseElements"]["ConsoleLogin"] == "Failure").collect();
    assert_eq!(failed.len(), 4);
    assert!(failed.iter().all(|event| event.record["additionalEventData"]["MFAUsed"] == "Yes"));
}

#[tokio::test]
async fn five_wrong_answers_end_the_step_and_a_right_one_before_that_does_not_mind_them() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    for wrong in [4, 5] {
        let ceremony = house.first_step(&armed.name).await;
        for number in 1..=wrong {
            let answer = house.second_code(&armed, &ceremony, &armed.wrong(&house)).await;
            match number {
                5 => assert!(matches!(answer, Err(SecondStepError::Over)), "{answer:?}"),
                _ => assert_eq!(refused(answer), FactorRefusal::Wrong),
            }
        }
        house.seconds(60);
        let right = house.second_code(&armed, &ceremony, &armed.code(&house)).await;
        assert_eq!(right.is_ok(), wrong == 4, "{right:?}");
    }
}

#[tokio::test]
async fn v6_7_2_the_challenge_is_another_one_after_each_wrong_answer() {
    let house = House::memory().await;
    let mut armed = root_armed(&house).await;
    let ceremony = house.first_step(&armed.name).await;
    let early = house.key_answers(&mut armed, &ceremony).await;
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let step = house.lockwright.second_step(ceremony.expose()).await.unwrap().unwrap();
        assert!(seen.insert(step.passkey_options.unwrap()));
        assert_eq!(refused(house.second(&ceremony, FactorAnswer::Passkey { response: "{}" }).await), FactorRefusal::Wrong);
    }
    assert_eq!(refused(house.second(&ceremony, FactorAnswer::Passkey { response: &early }).await), FactorRefusal::Wrong);
}

#[tokio::test]
async fn a_step_ends_with_what_it_stood_on() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let name = iam(&account.to_string(), "carla");
    let armed = house.arm(&name).await;
    let boss = || house.as_root(account);
    for what in ["late", "sessions", "password", "disabled", "device", "deleted"] {
        house.seconds(90);
        let ceremony = house.first_step(&name).await;
        match what {
            "late" => house.seconds(600),
            "sessions" => house.lockwright.end_user_sessions(&boss(), &user).await.unwrap(),
            "password" => {
                let typed = GiveAccess::Typed { password: Secret::new(OLD), must_change: false };
                house.lockwright.set_access(&boss(), &user, typed, None).await.unwrap();
            }
            "device" => change(&house, &armed.identity, |factors| factors.devices.retain(|device| device.id != armed.app_id)).await,
            "disabled" => house.lockwright.set_user_disabled(&boss(), &user, true).await.unwrap(),
            _ => house.lockwright.delete_user(&boss(), &user).await.unwrap(),
        }
        let answer = house.second_code(&armed, &ceremony, &armed.code(&house)).await;
        match what {
            "device" => assert_eq!(refused(answer), FactorRefusal::NotEnrolled),
            "disabled" => {
                assert!(matches!(answer, Err(SecondStepError::Barred(Bar::Disabled))), "{answer:?}");
                house.lockwright.set_user_disabled(&boss(), &user, false).await.unwrap();
            }
            _ => assert!(matches!(answer, Err(SecondStepError::Over)), "{what}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_suspension_between_the_steps_bars_the_way_and_uses_nothing_up() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let ceremony = house.first_step(&armed.name).await;
    house.lockwright.set_account_suspended(&house.host(), account_of(&armed), true).await.unwrap();
    let barred = house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[0])).await;
    assert!(matches!(barred, Err(SecondStepError::Barred(Bar::AccountSuspended))), "{barred:?}");
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10, "and nothing was used up");
}

/// Changes somebody's factors behind everybody's back.
async fn change(house: &House, identity: &Identity, change: impl FnOnce(&mut lockwright_model::factors::Factors)) {
    let mut changes = ChangeSet::default();
    match identity {
        Identity::Root(id) => {
            let mut row = house.store.account(*id).await.unwrap().unwrap();
            change(&mut row.root.factors);
            changes.put(Record::Account(row));
        }
        Identity::User(id) => {
            let mut row = house.store.user(id).await.unwrap().unwrap();
            change(&mut row.factors);
            changes.put(Record::User(row));
        }
        Identity::Builder(_) | Identity::Operator(_) => unreachable!(),
    }
    changes.tell(AuditEvent::new(&house.host(), &SystemEntropy, Told::new(Service::Iam, "Furnished", None)));
    house.store.commit(changes).await.unwrap();
}

#[tokio::test]
async fn a_password_that_somebody_else_set_or_that_has_expired_is_changed_after_the_second_step() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let name = iam(&account.to_string(), "carla");
    let armed = house.arm(&name).await;
    let typed = GiveAccess::Typed { password: Secret::new(NEW), must_change: true };
    house.lockwright.set_access(&house.as_root(account), &user, typed, None).await.unwrap();
    let ceremony = house.first_step_with(&name, NEW).await;
    let done = house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    assert_eq!(done.signed.scope, SessionScope::ChangePassword);
    // And the new password takes nobody past what the device stands for.
    let signed = house.signed(&done.signed.token).await.unwrap();
    let op = house.as_(&armed.identity);
    let token = house.lockwright.change_password(&op, &signed.session, NEW, OLD, OLD).await.unwrap();
    assert_eq!(house.signed(&token).await.unwrap().session.aal(), 2);
}

#[tokio::test]
async fn a_device_with_a_wrong_clock_is_set_right_with_two_codes_and_its_owner_is_told() {
    let house = House::memory().await;
    let mut armed = root_armed(&house).await;
    armed.app.ahead = -40;
    house.seconds(7200);
    let now = house.clock_now();
    let ceremony = house.first_step(&armed.name).await;
    assert_eq!(refused(house.second_code(&armed, &ceremony, &armed.code(&house)).await), FactorRefusal::Wrong);
    let (first, second) = (armed.app.at(now), armed.app.steps_later(now, 1));
    let swapped = FactorAnswer::Resync { device: &armed.app_id, first: &second, second: &first };
    assert_eq!(refused(house.second(&ceremony, swapped).await), FactorRefusal::Wrong);
    let right = FactorAnswer::Resync { device: &armed.app_id, first: &first, second: &second };
    house.second(&ceremony, right).await.unwrap();
    let told = happenings(&house.letters().await);
    assert!(told.contains(&Happening::DeviceResynced("Phone".parse().unwrap())), "{told:?}");
    assert!(matches!(house.stored_app(&armed).await.kind, DeviceKind::Totp { drift: -39 | -40, .. }));
    let again = house.second(&house.first_step(&armed.name).await, right).await;
    assert_eq!(refused(again), FactorRefusal::Wrong, "B07: the two are used up");
    house.seconds(90);
    house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
}

#[tokio::test]
async fn b13_no_answer_that_belongs_elsewhere_signs_in() {
    let house = House::memory().await;
    let mut armed = root_armed(&house).await;
    house.builder("bela@example.com").await;
    let mut bela = house.arm(&builder("bela@example.com")).await;
    let now = house.clock_now();
    let key_id = house.factors(&armed.identity).await.devices[1].id.clone();
    // What Bela's things answer to a step of Bela's own.
    let theirs = house.first_step(&bela.name).await;
    let their_response = house.key_answers(&mut bela, &theirs).await;
    let (their_code, own_code) = (bela.app.at(now), armed.app.at(now));
    // What Ana's key answers to a sign-in without a name.
    let any = house.lockwright.ask_any_passkey(now).unwrap();
    let alone = armed.key.sign(&any.options);
    let foreign = [
        FactorAnswer::Totp { device: Some(&bela.app_id), code: &their_code },
        FactorAnswer::Totp { device: Some(&bela.app_id), code: &own_code },
        FactorAnswer::Totp { device: Some(&armed.app_id), code: &their_code },
        FactorAnswer::Totp { device: Some(&key_id), code: &own_code },
        FactorAnswer::Resync { device: &key_id, first: &own_code, second: &own_code },
        FactorAnswer::Worn { device: &armed.app_id, first: &own_code, second: &own_code },
        FactorAnswer::Totp { device: None, code: "" },
        FactorAnswer::Passkey { response: "" },
        FactorAnswer::Passkey { response: "null" },
        FactorAnswer::Passkey { response: &their_response },
        FactorAnswer::Passkey { response: &alone },
        FactorAnswer::RecoveryCode(&bela.codes[0]),
        FactorAnswer::RecoveryCode(""),
    ];
    let before = house.store.counts().await.unwrap().sessions;
    for answer in foreign {
        let ceremony = house.first_step(&armed.name).await;
        let outcome = house.second(&ceremony, answer).await;
        assert!(matches!(outcome, Err(SecondStepError::Refused(_))), "{outcome:?}");
        house.seconds(3600);
    }
    // Nor does a step of somebody else's, or none.
    for ceremony in ["", "lw_ceremony_x", armed.session.expose()] {
        let answer = FactorAnswer::RecoveryCode(&armed.codes[0]);
        let outcome = house.lockwright.finish_second_step(&house.anyone(), ceremony, answer, None).await;
        assert!(matches!(outcome, Err(SecondStepError::Over)), "{outcome:?}");
    }
    assert_eq!(house.store.counts().await.unwrap().sessions, before);
}

#[tokio::test]
async fn while_enrolment_is_owed_the_password_takes_a_saved_code_beside_it_unless_the_host_had_it_set_anew() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    let since_then = Timestamp::from_micros(0);
    for (why, renewed, second) in [
        (EnrolmentReason::Recovered, true, true),
        (EnrolmentReason::Host, false, true),
        (EnrolmentReason::Host, true, false),
        (EnrolmentReason::First, true, true),
        (EnrolmentReason::Administrator, true, true),
    ] {
        let since = if renewed { since_then } else { house.clock_now() };
        change(&house, &armed.identity, |factors| {
            factors.devices.clear();
            factors.enrolment = Some(EnrolmentOwed { since, why, taken: true });
        })
        .await;
        let signed = match house.sign_in_only(&armed.name).await.unwrap() {
            Entered::SignedIn(signed) if !second => signed,
            Entered::SecondFactor(ceremony) if second => {
                let code = house.factors(&armed.identity).await.codes.unwrap().count();
                let number = 10 - code;
                let wrong = house.second(&ceremony, FactorAnswer::Totp { device: None, code: "123456" }).await;
                assert_eq!(refused(wrong), FactorRefusal::NotEnrolled);
                house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[number])).await.unwrap().signed
            }
            other => panic!("{why:?}: {other:?}"),
        };
        assert_eq!(signed.scope, SessionScope::EnrolMfa, "{why:?}");
    }
}

#[tokio::test]
async fn n_s02_a_session_is_never_stronger_than_what_was_proven_for_it() {
    let house = House::memory().await;
    house.account(ANA).await;
    let weak = house.session(&root(ANA), OLD).await;
    let aal = async |token: &Token| house.signed(token).await.unwrap().session.aal();
    assert_eq!(aal(&weak).await, 1);
    let signed = house.signed(&weak).await.unwrap();
    let op = house.as_(&signed.session.owner);
    let renewed = house.lockwright.end_other_sessions(&op, &signed.session).await.unwrap().unwrap();
    assert_eq!(aal(&renewed).await, 1, "ending others proves nothing");
    let signed = house.signed(&renewed).await.unwrap();
    let changed = house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await.unwrap();
    assert_eq!(aal(&changed).await, 1);
}

#[tokio::test]
async fn a_wrong_password_before_a_second_step_says_what_it_says_to_everybody() {
    let house = House::memory().await;
    let armed = root_armed(&house).await;
    for name in [armed.name.clone(), root("nobody@example.com")] {
        let op = house.act(Principal::Anonymous, "198.51.100.9");
        assert!(matches!(house.lockwright.sign_in(&op, &name, "wrong", None).await, Err(SignInError::Mismatch)));
    }
}

impl House {
    /// The password step alone.
    async fn sign_in_only(&self, name: &SignInName) -> Result<Entered, SignInError> {
        self.lockwright.sign_in(&self.anyone(), name, OLD, None).await
    }
}

#[tokio::test]
async fn b05_wrong_second_factors_count_against_the_network_like_wrong_passwords() {
    let house = House::memory().await;
    house.account(ANA).await;
    let armed = house.arm(&root(ANA)).await;
    let ceremony = house.first_step(&armed.name).await;
    let key = lockwright_model::tries::TriesKey::new("source", &house.anyone().source.network());
    let counted = async || house.store.tries(&key).await.unwrap().map_or(0, |tries| tries.count);
    let before = counted().await;
    assert!(house.second_code(&armed, &ceremony, "000000").await.is_err());
    assert_eq!(counted().await, before + 1);
    house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    assert_eq!(counted().await, before + 1, "a right one does not count");
}
