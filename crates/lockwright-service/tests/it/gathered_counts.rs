//! What wrong tries in a recovery cost: one count for all forms of a name, all methods and sign-in, and none that keeps the owner out.

use std::time::Duration;

use lockwright_model::identity::Principal;
use lockwright_model::proof::Goal;
use lockwright_service::core::recovery::{CASE_TRIES, CODE_TRIES, Given};
use lockwright_service::evidence::EvidenceError;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::second_step::SecondStepError;
use lockwright_service::signin::{Entered, SignInError};

use crate::armed::Armed;
use crate::gathering::{Walk, accepted, mail, phone, wrong};
use crate::house::{ANA, House, NEW, OLD, iam, root};

const WRONG: &str = "none of my passwords";

impl House {
    /// Somebody who knows the name alone wears out the device, waiting whatever must be waited.
    pub(crate) async fn wear_out(&self, armed: &Armed) {
        let mut failures = 0;
        while !self.stored_app(armed).await.disabled {
            self.seconds(3600);
            let op = self.act(Principal::Anonymous, "203.0.113.9");
            let opened = self.lockwright.start_recovery(&op, &armed.name, Goal::NewPassword).await.unwrap();
            self.letters().await;
            for _ in 0..CASE_TRIES {
                let code = armed.wrong(self);
                let answer = FactorAnswer::Totp { device: None, code: &code };
                let op = self.act(Principal::Anonymous, "203.0.113.9");
                match self.lockwright.give_factor(&op, &opened.case, opened.holder.expose(), answer, None).await {
                    Ok(Given::Wrong { .. } | Given::NoTriesLeft) => failures += 1,
                    Err(EvidenceError::Wait { until }) if until < self.clock_now().plus(Duration::from_secs(600)) => self.clock.set(until),
                    _ => break,
                }
            }
            assert!(failures <= 100, "never switched off");
        }
        assert_eq!(failures, 100, "N-T01");
        self.letters().await;
    }
}

fn waits<T: std::fmt::Debug>(outcome: Result<T, EvidenceError>) -> bool {
    matches!(outcome, Err(EvidenceError::Wait { .. }))
}

#[tokio::test]
async fn b04_b05_all_forms_of_a_name_share_one_count_in_recoveries_and_at_sign_in() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.user(account, "carla", false).await;
    let number = account.to_string();
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    let carla = iam(&number, "carla");
    house.arm(&carla).await;
    let names = [
        [root(ANA), root("ANA@EXAMPLE.COM"), root("ana@Example.com")],
        [carla.clone(), iam(&number, "CARLA"), iam(&format!(" {number} "), "Carla")],
    ];
    for forms in names {
        for (at, form) in forms.iter().cycle().take(5).enumerate() {
            if at % 2 == 0 {
                let mut walk = house.walk_now(form, Goal::NewPassword).await;
                assert!(wrong(walk.password(WRONG).await));
            } else {
                assert!(matches!(house.sign_in(form, WRONG).await, Err(SignInError::Mismatch)));
            }
        }
        for form in &forms {
            assert!(matches!(house.sign_in(form, OLD).await, Err(SignInError::Wait { .. })));
            assert!(waits(house.walk_now(form, Goal::NewPassword).await.password(OLD).await));
        }
    }
}

#[tokio::test]
async fn n_t06_a_wrong_factor_in_a_recovery_counts_as_at_sign_in_and_nothing_fresh_starts_the_count_anew() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let none = armed.wrong(&house);
    let totp = FactorAnswer::Totp { device: None, code: &none };
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    for _ in 0..2 {
        assert!(wrong(walk.factor(totp).await));
    }
    assert!(wrong(walk.two(&none, &none).await));
    for _ in 0..2 {
        let answer = house.second_code(&armed, &house.first_step(&armed.name).await, &none).await;
        assert!(matches!(answer, Err(SecondStepError::Refused(_))), "{answer:?}");
    }
    // Another recovery, another method, sign-in itself: the sixth is not looked at, right or not.
    let mut other = house.walk_now(&armed.name, Goal::Reenrol).await;
    assert!(waits(other.saved(&armed.codes[0]).await) && waits(other.app(&armed).await));
    let answer = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await;
    assert!(matches!(answer, Err(SecondStepError::Wait { .. })), "{answer:?}");
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10, "and nothing was used up");
}

#[tokio::test]
async fn n_r11_n_t06_a_fresh_code_to_a_phone_resets_no_count() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    for left in (0..CODE_TRIES).rev() {
        // Each time a fresh code, but for the last.
        if left > 1 {
            walk.ask(&phone()).await.unwrap();
        }
        house.seconds(60);
        let given = walk.typed("000000").await.unwrap();
        match left {
            0 => assert!(matches!(given, Given::NoTriesLeft), "{given:?}"),
            _ => assert!(matches!(given, Given::Wrong { left: told } if told == left), "{given:?}"),
        }
    }
    house.seconds(3600);
    let code = walk.ask(&phone()).await.unwrap().expect("it is sent");
    assert!(matches!(walk.typed(&code).await, Ok(Given::NoTriesLeft)), "but typing is over");
    // The others still count.
    assert!(accepted(walk.app(&armed).await));
}

#[tokio::test]
async fn n_r11_ten_wrong_ones_of_all_methods_together_end_a_recovery_and_another_one_goes_on() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    walk.approvals().await.unwrap();
    walk.ask(&phone()).await.unwrap();
    for number in 0..CASE_TRIES {
        house.seconds(60);
        let none = armed.wrong(&house);
        let given = match number % 4 {
            0 => walk.factor(FactorAnswer::Totp { device: None, code: &none }).await,
            1 => walk.password(WRONG).await,
            2 => walk.contact("22222222").await,
            _ => walk.typed("000000").await,
        };
        assert_eq!(wrong(given), number + 1 < CASE_TRIES, "{number}");
    }
    house.seconds(60);
    for given in [walk.app(&armed).await, walk.saved(&armed.codes[0]).await, walk.password(OLD).await] {
        assert!(matches!(given, Ok(Given::NoTriesLeft)), "{given:?}");
    }
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10);
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(accepted(walk.app(&armed).await));
    walk.finish().await.unwrap();
}

#[tokio::test]
async fn a29_whoever_proved_something_does_not_wait_for_what_a_stranger_tried() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let stranger = async |house: &House| {
        for _ in 0..5 {
            let mut walk = house.walk_now(&armed.name, Goal::NewPassword).await;
            let none = armed.wrong(house);
            let _ = walk.factor(FactorAnswer::Totp { device: None, code: &none }).await;
            let _ = walk.password(WRONG).await;
        }
    };
    let mut owner = house.walk(&armed.name, Goal::NewPassword).await;
    stranger(&house).await;
    let mut early = house.walk(&armed.name, Goal::NewPassword).await;
    stranger(&house).await;
    assert!(waits(early.app(&armed).await) && waits(early.password(OLD).await), "who proved nothing waits with the stranger");
    early.mailbox().await.unwrap();
    assert!(accepted(early.app(&armed).await), "who proved the mailbox does not");
    early.finish().await.unwrap();
    assert!(owner.mailbox().await.is_err(), "and what was begun before is void");
}

#[tokio::test]
async fn n_t01_a_password_that_strangers_wore_out_counts_after_another_proof_and_a_new_one_signs_in() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut failures = 0;
    while house.store.account(armed.identity.account().unwrap()).await.unwrap().unwrap().root.credential.is_some_and(|one| !one.disabled) {
        let op = house.act(Principal::Anonymous, &format!("10.2.0.{}", failures + 1));
        match house.lockwright.sign_in(&op, &armed.name, WRONG, None).await {
            Err(SignInError::Mismatch) => failures += 1,
            Err(SignInError::Wait { until }) => house.clock.set(until),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(failures, 100);
    house.letters().await;
    assert!(house.lockwright.sign_in(&house.act(Principal::Anonymous, "10.3.0.1"), &armed.name, OLD, None).await.is_err());
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(!accepted(walk.password(OLD).await), "not first: else a recovery is what sign-in forbids");
    assert!(accepted(walk.app(&armed).await));
    assert!(accepted(walk.password(OLD).await));
    walk.finish().await.unwrap();
    house.seconds(60);
    let entered = house.lockwright.sign_in(&house.anyone(), &armed.name, NEW, None).await.unwrap();
    let Entered::SecondFactor(ceremony) = entered else { panic!("{entered:?}") };
    house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    // The count is over with the old one: a slip of the pen costs nothing.
    for _ in 0..4 {
        assert!(matches!(house.lockwright.sign_in(&house.anyone(), &armed.name, WRONG, None).await, Err(SignInError::Mismatch)));
    }
    house.lockwright.sign_in(&house.anyone(), &armed.name, NEW, None).await.unwrap();
}

#[tokio::test]
async fn b20_a_name_that_is_nobodys_counts_and_waits_like_one_that_exists() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut seen = Vec::new();
    for name in [armed.name.clone(), root("nobody@example.com")] {
        let mut walk: Walk<'_> = house.walk(&name, Goal::NewPassword).await;
        let mut answers =
            vec![format!("{:?}", walk.ask(&phone()).await.map(drop)), format!("{:?}", walk.ask(&mail("x@example.net")).await)];
        walk.house.lockwright.ask_contacts(&house.anyone(), &walk.case, walk.cookie.expose()).await.unwrap();
        house.letters().await;
        let none = armed.wrong(&house);
        for number in 0..9 {
            let given = match number % 3 {
                0 => walk.factor(FactorAnswer::Totp { device: None, code: &none }).await,
                1 => walk.typed("000000").await,
                _ => walk.contact("22222222").await,
            };
            answers.push(match given {
                Err(EvidenceError::Wait { .. }) => "waits".to_owned(),
                other => format!("{other:?}"),
            });
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn o_f05_strangers_who_use_up_the_mails_keep_nobody_out_who_shows_something_else() {
    let house = House::memory().await;
    let armed = house.ana().await;
    house.seconds(3600);
    for _ in 0..6 {
        let walk = house.walk_now(&armed.name, Goal::NewPassword).await;
        let _ = walk.ask(&phone()).await.unwrap();
    }
    let op = house.anyone();
    let opened = house.lockwright.start_recovery(&op, &armed.name, Goal::NewPassword).await.unwrap();
    assert!(house.letters().await.is_empty(), "O-F03: no more mail");
    let mut walk = Walk { house: &house, case: opened.case, cookie: opened.holder, mailed: "222222".to_owned() };
    assert_eq!(walk.ask(&phone()).await.unwrap(), None, "nor a message to the phone, for somebody who proved nothing");
    assert!(accepted(walk.saved(&armed.codes[0]).await));
    assert!(accepted(walk.channel(&phone()).await));
    walk.finish().await.unwrap();
    house.first_step_with(&armed.name, NEW).await;
}
