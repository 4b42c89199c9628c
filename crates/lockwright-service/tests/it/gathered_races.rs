//! Fifty browsers at once in one recovery, and at sign-in beside it: each thing counts once, and no limit is slipped past.

use std::future::Future;

use lockwright_model::factors::DeviceKind;
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_service::core::recovery::{CodeOutcome, Given};
use lockwright_service::factors::FactorAnswer;
use lockwright_service::signin::SignInError;

use crate::armed::Armed;
use crate::gathering::{Walk, accepted, phone};
use crate::house::{House, NEW, OLD};

const FIFTY: usize = 50;

/// Runs them all at once; how many said yes.
async fn at_once<F: Future<Output = bool> + Send + 'static>(tries: impl Iterator<Item = F>) -> usize {
    let tasks: Vec<_> = tries.map(tokio::spawn).collect();
    let mut yes = 0;
    for task in tasks {
        yes += usize::from(task.await.unwrap());
    }
    yes
}

/// Gives one thing fifty times at once in the browser that holds the case, on all nodes in turn.
async fn give(nodes: &[House], walk: &Walk<'_>, what: &'static str, code: &str) -> usize {
    at_once((0..FIFTY).map(|number| {
        let node = &nodes[number % nodes.len()];
        let (lockwright, op) = (node.lockwright.clone(), node.anyone());
        let (case, cookie, code) = (walk.case.clone(), walk.cookie.clone(), code.to_owned());
        async move {
            let cookie = cookie.expose();
            let given = match what {
                "mail" => {
                    return matches!(lockwright.submit_code(&op, &case, cookie, &code).await, Ok(CodeOutcome::Proven(_)));
                }
                "app" => lockwright.give_factor(&op, &case, cookie, FactorAnswer::Totp { device: None, code: &code }, None).await,
                "saved" => lockwright.give_factor(&op, &case, cookie, FactorAnswer::RecoveryCode(&code), None).await,
                "phone" => lockwright.give_code(&op, &case, cookie, 0, &code).await,
                "contact" => lockwright.give_contact_code(&op, &case, cookie, &code).await,
                _ => lockwright.give_password(&op, &case, cookie, &code).await,
            };
            matches!(given, Ok(Given::Accepted(_) | Given::Part { .. }))
        }
    }))
    .await
}

async fn last_step(house: &House, armed: &Armed) -> Option<u64> {
    match house.stored_app(armed).await.kind {
        DeviceKind::Totp { last_step, .. } => last_step,
        DeviceKind::Passkey { .. } => None,
    }
}

async fn each_counts_once(nodes: &[House]) {
    let house = &nodes[0];
    let armed = house.ana().await;
    for what in ["mail", "app", "saved", "phone", "contact", "password"] {
        let walk = house.walk(&armed.name, Goal::NewPassword).await;
        let (code, proof) = match what {
            "mail" => (walk.mailed.clone(), Proof::Email),
            "app" => (armed.code(house), Proof::Device),
            "saved" => (armed.codes[4].clone(), Proof::RecoveryCode),
            "phone" => (walk.ask(&phone()).await.unwrap().unwrap(), Proof::Phone),
            "contact" => (walk.approvals().await.unwrap()[0].clone(), Proof::ContactsTwo),
            _ => (OLD.to_owned(), Proof::Password),
        };
        assert_eq!(give(nodes, &walk, what, &code).await, 1, "{what}");
        // One contact of two is no proof yet.
        let proofs = if what == "contact" { Proofs::EMPTY } else { Proofs::of(&[proof]) };
        assert_eq!(walk.proofs().await, proofs, "{what}");
    }
    let codes = house.factors(&armed.identity).await.codes.unwrap();
    assert_eq!((codes.count(), codes.left[4]), (9, None), "spent once");
    assert!(last_step(house, &armed).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a05_b08_x03_of_50_parallel_uses_of_each_proof_one_counts() {
    each_counts_once(&[House::file().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn x11_of_50_parallel_uses_of_each_proof_on_two_nodes_one_counts() {
    each_counts_once(&House::two_nodes().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b08_one_code_of_the_app_counts_in_a_recovery_or_at_sign_in_and_not_in_both() {
    let house = House::file().await;
    let armed = house.ana().await;
    for code in [None, Some(&armed.codes[2])] {
        house.seconds(3600);
        let mut ceremonies = Vec::new();
        for _ in 0..25 {
            ceremonies.push(house.first_step(&armed.name).await);
        }
        let mut walks = Vec::new();
        for _ in 0..4 {
            walks.push(house.walk_now(&armed.name, Goal::NewPassword).await);
        }
        let typed = code.cloned().unwrap_or_else(|| armed.code(&house));
        let answer = async |lockwright: lockwright_service::Lockwright, op, place: Result<_, _>, typed: String, saved: bool| {
            let answer = if saved { FactorAnswer::RecoveryCode(&typed) } else { FactorAnswer::Totp { device: None, code: &typed } };
            match place {
                Ok((case, cookie)) => {
                    let cookie: lockwright_model::token::Token = cookie;
                    accepted(lockwright.give_factor(&op, &case, cookie.expose(), answer, None).await)
                }
                Err(ceremony) => {
                    let ceremony: lockwright_model::token::Token = ceremony;
                    lockwright.finish_second_step(&op, ceremony.expose(), answer, None).await.is_ok()
                }
            }
        };
        let signing = ceremonies.into_iter().map(Err);
        let walking = walks.iter().cycle().take(25).map(|walk| Ok((walk.case.clone(), walk.cookie.clone())));
        let places: Vec<_> = walking.zip(signing).flat_map(|(one, other)| [one, other]).collect();
        let op = house.anyone();
        let tries = places.into_iter().map(|place| answer(house.lockwright.clone(), op.clone(), place, typed.clone(), code.is_some()));
        assert_eq!(at_once(tries.collect::<Vec<_>>().into_iter()).await, 1);
    }
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a05_of_50_parallel_ends_of_one_recovery_one_succeeds_whatever_it_is_for() {
    let house = House::file().await;
    let armed = house.ana().await;
    let mut lost = house.walk(&armed.name, Goal::Reenrol).await;
    assert!(accepted(lost.saved(&armed.codes[0]).await) && accepted(lost.password(OLD).await));
    let done = at_once((0..FIFTY).map(|_| {
        let (lockwright, op, case, cookie) = (house.lockwright.clone(), house.anyone(), lost.case.clone(), lost.cookie.clone());
        async move { lockwright.finish_lost_device(&op, &case, cookie.expose()).await.is_ok() }
    }))
    .await;
    assert_eq!(done, 1);
    assert!(house.factors(&armed.identity).await.devices.is_empty());

    let mut forgot = house.walk(&armed.name, Goal::NewPassword).await;
    forgot.mailbox().await.unwrap();
    assert!(accepted(forgot.saved(&armed.codes[1]).await));
    let epoch = house.store.account(armed.identity.account().unwrap()).await.unwrap().unwrap().root.epoch;
    let done = at_once((0..FIFTY).map(|number| {
        let (lockwright, op, case, cookie) = (house.lockwright.clone(), house.anyone(), forgot.case.clone(), forgot.cookie.clone());
        let password = format!("{NEW} {number}");
        async move { lockwright.finish_recovery(&op, &case, cookie.expose(), &password, &password).await.is_ok() }
    }))
    .await;
    assert_eq!(done, 1);
    let row = house.store.account(armed.identity.account().unwrap()).await.unwrap().unwrap();
    assert_eq!((row.root.epoch, row.root.factors.codes.unwrap().count()), (epoch + 1, 8), "one end, two codes in all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn x06_of_50_parallel_starts_of_the_waiting_time_one_succeeds_also_over_several_recoveries() {
    let house = House::file().await;
    let armed = house.ana().await;
    let mut walks = Vec::new();
    for _ in 0..3 {
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        walk.mailbox().await.unwrap();
        assert!(accepted(walk.channel(&phone()).await));
        walks.push(walk);
    }
    let done = at_once((0..FIFTY).map(|number| {
        let walk = &walks[number % walks.len()];
        let (lockwright, op, case, cookie) = (house.lockwright.clone(), house.anyone(), walk.case.clone(), walk.cookie.clone());
        async move { lockwright.start_waiting(&op, &case, cookie.expose()).await.is_ok() }
    }))
    .await;
    assert_eq!((done, house.factors(&armed.identity).await.underway.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b01_n_r11_of_50_parallel_wrong_ones_no_more_are_looked_at_than_the_counters_allow() {
    for what in ["mail", "app", "saved", "phone", "contact", "password"] {
        let nodes = [House::file().await];
        let house = &nodes[0];
        let armed = house.ana().await;
        let walk = house.walk(&armed.name, Goal::NewPassword).await;
        match what {
            "phone" => drop(walk.ask(&phone()).await.unwrap()),
            "contact" => drop(walk.approvals().await.unwrap()),
            _ => {}
        }
        let other = lockwright_authn::recovery_code::RecoveryCode::draw(&lockwright_model::entropy::SystemEntropy);
        let code = match what {
            "app" => armed.wrong(house),
            "saved" => other.grouped().as_str().to_owned(),
            "phone" => "000000".to_owned(),
            "password" => "none of my passwords".to_owned(),
            _ => "22222222".to_owned(),
        };
        assert_eq!(give(&nodes, &walk, what, &code).await, 0, "{what}");
        let case = walk.stored().await;
        let wrong = match &case.state {
            lockwright_model::case::CaseState::Open { wrong, .. } => case.gathered.wrong + wrong,
            other => panic!("{other:?}"),
        };
        assert!((1..=5).contains(&wrong), "{what}: {wrong} were looked at");
        assert_eq!(case.gathered.proofs, Proofs::EMPTY);
        if what == "password" {
            // One count with sign-in: a try that met too many others was not counted, so what is left of the five free ones is made there.
            let counted = house.store.tries(case.gathered.name.as_ref().unwrap()).await.unwrap().unwrap().count;
            assert!((u32::from(wrong)..=5).contains(&counted), "{counted} counted, {wrong} looked at");
            for _ in counted..5 {
                assert!(matches!(house.sign_in(&armed.name, &code).await, Err(SignInError::Mismatch)));
            }
            let waits = house.lockwright.sign_in(&house.anyone(), &armed.name, OLD, None).await;
            assert!(matches!(waits, Err(SignInError::Wait { .. })), "one count with sign-in: {waits:?}");
        }
    }
}
