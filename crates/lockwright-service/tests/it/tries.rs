//! How often something may be tried: counted exactly per name, whatever its form and however many try at once.

use std::time::Duration;

use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Notice;
use lockwright_service::Lockwright;
use lockwright_service::passwords::{ChangePasswordError, PresentError};
use lockwright_service::recovery::StartError;
use lockwright_service::signin::{SignInError, SignInName};
use lockwright_service::users::GiveAccess;

use crate::house::{ANA, House, NEW, OLD, builder, iam, notices, root};
use lockwright_model::proof::Goal;

const WRONG: &str = "not the password";

/// Many wrong tries at one moment, each from its own network; how many of them were looked at.
async fn storm(house: &House, nodes: &[Lockwright], names: &[SignInName], count: usize) -> usize {
    let op = house.anyone();
    let tries: Vec<_> = (0..count)
        .map(|number| {
            let (node, name, mut op) = (nodes[number % nodes.len()].clone(), names[number % names.len()].clone(), op.clone());
            op.source.ip = Some(core::net::Ipv4Addr::from(0x0a00_0000 + u32::try_from(number).unwrap()).into());
            tokio::spawn(async move { node.sign_in(&op, &name, WRONG, None).await })
        })
        .collect();
    let mut looked_at = 0;
    for answer in tries {
        match answer.await.unwrap() {
            Err(SignInError::Mismatch) => looked_at += 1,
            Err(SignInError::Wait { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    looked_at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v6_3_1_b01_of_1000_parallel_wrong_tries_the_free_ones_are_looked_at_and_no_more() {
    let house = House::file().await;
    let account = house.account(ANA).await.to_string();
    house.builder(ANA).await;
    house
        .lockwright
        .set_alias(&house.as_root(account.parse().unwrap()), account.parse().unwrap(), Some(&"harbour".parse().unwrap()))
        .await
        .unwrap();
    house.user(account.parse().unwrap(), "carla", false).await;
    let forms = [
        vec![root(ANA), root("ANA@EXAMPLE.COM")],
        vec![builder(ANA), builder(" Ana@Example.Com ")],
        vec![iam(&account, "carla"), iam("harbour", "CARLA"), iam(" HARBOUR ", "Carla")],
        vec![root("nobody@example.com")],
        vec![iam(&account, "nobody"), iam("harbour", "NOBODY")],
        vec![iam("not-there", "nobody")],
    ];
    for names in forms {
        let looked_at = storm(&house, std::slice::from_ref(&house.lockwright), &names, 1000).await;
        assert!((1..=5).contains(&looked_at), "{looked_at} for {names:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b02_across_two_nodes_on_postgresql_too() {
    let [first, second] = House::two_nodes().await;
    first.account(ANA).await;
    for name in [root(ANA), root("nobody@example.com")] {
        let looked_at = storm(&first, &[first.lockwright.clone(), second.lockwright.clone()], &[name], 300).await;
        assert!((1..=5).contains(&looked_at), "{looked_at}");
    }
}

#[tokio::test]
async fn b04_b05_every_form_of_a_name_shares_one_count_on_every_way_in() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"harbour".parse().unwrap())).await.unwrap();
    let number = account.to_string();
    let grouped = format!("{}-{}-{}", &number[..4], &number[4..8], &number[8..]);
    let user = house.user(account, "Carla", true).await;
    let op = house.anyone();
    let token = house.sign_in_user(&user, OLD).await.unwrap().token;
    let signed = house.signed(&token).await.unwrap();
    let forms = [iam(&number, "carla"), iam("harbour", "CARLA"), iam("Harbour", "cArLa"), iam(&grouped, " carla ")];
    for name in &forms {
        assert!(matches!(house.lockwright.sign_in(&op, name, WRONG, None).await, Err(SignInError::Mismatch)));
    }
    // The fifth is a try at the present password in the console: the same count.
    let fifth = house.lockwright.change_password(&op, &signed.session, WRONG, NEW, NEW).await;
    assert!(matches!(fifth, Err(ChangePasswordError::Present(PresentError::Mismatch))), "{fifth:?}");
    let sixth = house.lockwright.change_password(&op, &signed.session, WRONG, NEW, NEW).await;
    assert!(matches!(sixth, Err(ChangePasswordError::Present(PresentError::Wait { .. }))), "{sixth:?}");
    for name in &forms {
        assert!(matches!(house.lockwright.sign_in(&op, name, OLD, None).await, Err(SignInError::Wait { .. })), "even the right one waits");
    }
    house.seconds(2);
    house.session(&forms[1], OLD).await;
    // A success starts the count anew.
    for _ in 0..5 {
        assert!(matches!(house.sign_in(&forms[0], WRONG).await, Err(SignInError::Mismatch)));
    }
}

/// Fails until the password is switched off, waiting whatever must be waited; returns the number of failures.
async fn fail_until_off(house: &House, name: &SignInName) -> u32 {
    let mut failures = 0;
    while notices(&house.letters().await).is_empty() {
        // Another network each time: what is tested is the count of the name.
        let ip = format!("10.1.{}.{}", failures / 200, failures % 200 + 1);
        match house.lockwright.sign_in(&house.act(Principal::Anonymous, &ip), name, WRONG, None).await {
            Err(SignInError::Mismatch) => failures += 1,
            Err(SignInError::Wait { until }) => house.clock.set(until),
            other => panic!("{other:?}"),
        }
        assert!(failures <= 200, "never switched off");
    }
    failures
}

#[tokio::test]
async fn v6_3_1_a_hundred_failures_switch_the_password_off_and_a_recovery_switches_it_on() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.builder("bela@example.com").await;
    for name in [root(ANA), builder("bela@example.com")] {
        assert_eq!(fail_until_off(&house, &name).await, 100);
        house.seconds(3600);
        assert!(matches!(house.sign_in(&name, OLD).await, Err(SignInError::Mismatch)), "off, and nothing says so");
        house.seconds(3600);
        house.recover(&name, NEW).await;
        house.letters().await;
        house.session(&name, NEW).await;
        for _ in 0..5 {
            assert!(matches!(house.sign_in(&name, WRONG).await, Err(SignInError::Mismatch)));
        }
        house.seconds(60);
        house.session(&name, NEW).await;
    }
}

#[tokio::test]
async fn a_hundred_failures_at_the_present_password_switch_it_off_too() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&token).await.unwrap();
    let mut failures = 0;
    while house.store.account(account).await.unwrap().unwrap().root.credential.is_some_and(|credential| !credential.disabled) {
        let mut session = (*signed.session).clone();
        // Only the count is tested: this session never idles out.
        (session.last_seen, session.expires) = (house.clock_now(), house.clock_now().plus(Duration::from_secs(60)));
        match house.lockwright.change_password(&house.as_(&Identity::Root(account)), &session, WRONG, NEW, NEW).await {
            Err(ChangePasswordError::Present(PresentError::Mismatch)) => failures += 1,
            Err(ChangePasswordError::Present(PresentError::Wait { until })) => house.clock.set(until),
            other => panic!("{other:?}"),
        }
        assert!(failures <= 100, "never switched off");
    }
    assert_eq!(failures, 100);
    assert!(matches!(notices(&house.letters().await).as_slice(), [(_, Notice::PasswordDisabled(_))]));
}

#[tokio::test]
async fn failures_at_a_name_before_it_was_anybodys_are_not_held_against_its_owner() {
    let house = House::memory().await;
    let account = house.account("boss@example.com").await;
    for name in [iam(&account.to_string(), "carla"), root(ANA), builder(ANA)] {
        for failure in 0..30 {
            let ip = format!("10.2.0.{}", failure + 1);
            match house.lockwright.sign_in(&house.act(Principal::Anonymous, &ip), &name, WRONG, None).await {
                Err(SignInError::Wait { until }) => house.clock.set(until),
                other => assert!(matches!(other, Err(SignInError::Mismatch))),
            }
        }
    }
    house.account(ANA).await;
    house.builder(ANA).await;
    house.user(account, "carla", false).await;
    for name in [iam(&account.to_string(), "carla"), root(ANA), builder(ANA)] {
        assert!(matches!(house.sign_in(&name, WRONG).await, Err(SignInError::Mismatch)));
        house.session(&name, OLD).await;
    }
}

#[tokio::test]
async fn v6_3_1_e11_ten_thousand_anonymous_hits_from_one_network_leave_few_rows() {
    let house = House::memory().await;
    house.account(ANA).await;
    let before = house.store.counts().await.unwrap();
    let op = house.anyone();
    for number in 0..10_000 {
        let name = root(&format!("n{number}@example.com"));
        match number % 5 {
            0 => drop(house.lockwright.sign_in(&op, &name, WRONG, None).await.unwrap_err()),
            1 => drop(house.lockwright.start_recovery(&op, &name, Goal::NewPassword).await),
            2 => drop(house.lockwright.start_account(&op, format!("n{number}@example.com").parse().unwrap()).await),
            3 => drop(house.lockwright.find_mine(&op, &format!("n{number}@example.com").parse().unwrap()).await),
            _ => drop(house.lockwright.ask_for_help(&op, &iam("harbour", &format!("n{number}"))).await),
        }
        for token in ["", "lw_session_x"] {
            assert!(house.lockwright.authenticate(token).await.unwrap().is_none());
        }
    }
    let after = house.store.counts().await.unwrap();
    assert!(after.cases - before.cases <= 60, "{after:?}");
    assert!(after.jobs_waiting - before.jobs_waiting <= 60, "{after:?}");
    assert!(after.events - before.events <= 50 + 60, "{after:?}");
    assert!(after.tries - before.tries <= 2 * 50 + 2 * 60 + 2, "{after:?}");
    assert_eq!(after.sessions, before.sessions);
    let refused = house.lockwright.start_recovery(&op, &root(ANA), Goal::NewPassword).await;
    assert!(matches!(refused, Err(StartError::Wait { .. })));
    assert!(matches!(house.lockwright.sign_in(&op, &root(ANA), OLD, None).await, Err(SignInError::Wait { .. })));
    // Another network is not touched by that.
    house.lockwright.sign_in(&house.act(Principal::Anonymous, "198.51.100.7"), &root(ANA), OLD, None).await.unwrap();
    house.seconds(3600);
    house.store.purge(house.clock_now()).await.unwrap();
    house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
}

#[tokio::test]
async fn purging_forgets_no_count_that_still_delays() {
    let house = House::memory().await;
    house.account(ANA).await;
    let op = house.anyone();
    for _ in 0..5 {
        drop(house.lockwright.sign_in(&op, &root(ANA), WRONG, None).await);
    }
    house.store.purge(house.clock_now()).await.unwrap();
    assert!(matches!(house.lockwright.sign_in(&op, &root(ANA), WRONG, None).await, Err(SignInError::Wait { .. })));
    house.seconds(29 * 86_400);
    house.store.purge(house.clock_now()).await.unwrap();
    let op = house.anyone();
    assert!(matches!(house.lockwright.sign_in(&op, &root(ANA), WRONG, None).await, Err(SignInError::Mismatch)));
    assert!(matches!(house.lockwright.sign_in(&op, &root(ANA), OLD, None).await, Err(SignInError::Wait { .. })), "still consecutive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_people_of_one_network_who_mistype_at_once_each_get_their_answer_and_their_line_in_the_trail() {
    let house = House::file().await;
    house.account(ANA).await;
    let op = house.anyone();
    let tries: Vec<_> = (0..40)
        .map(|number| {
            let (lockwright, op) = (house.lockwright.clone(), op.clone());
            tokio::spawn(async move { lockwright.sign_in(&op, &root(&format!("n{number}@example.com")), WRONG, None).await })
        })
        .collect();
    for answer in tries {
        assert!(matches!(answer.await.unwrap(), Err(SignInError::Mismatch)));
    }
    let events = house.lockwright.events(&house.host(), None, None, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.name == "ConsoleLogin").count(), 40);
}

#[tokio::test]
async fn a_right_password_behind_a_bar_is_no_failure() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    house.lockwright.set_user_disabled(&house.as_root(account), &user, true).await.unwrap();
    let op = house.anyone();
    let name = iam(&account.to_string(), "carla");
    for _ in 0..20 {
        assert!(matches!(house.lockwright.sign_in(&op, &name, OLD, None).await, Err(SignInError::Barred(_))));
    }
}

#[tokio::test]
async fn a_password_that_the_administrator_gave_works_at_once_after_many_failures() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let op = house.anyone();
    for _ in 0..6 {
        drop(house.lockwright.sign_in(&op, &iam(&account.to_string(), "carla"), WRONG, None).await);
    }
    let typed = GiveAccess::Typed { password: lockwright_model::secret::Secret::new(NEW), must_change: false };
    house.lockwright.set_access(&house.as_root(account), &user, typed, None).await.unwrap();
    house.sign_in_user(&user, NEW).await.unwrap();
}
