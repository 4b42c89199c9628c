//! The waiting time of a recovery: told at its start, in the middle and at its end, stopped by any notice's link, finished after it.

use std::time::Duration;

use lockwright_model::case::Closure;
use lockwright_model::proof::Goal;
use lockwright_service::cases::CaseStep;
use lockwright_service::core::disown::Disowned;
use lockwright_service::core::recovery::{BACK_OFF, RELEASED_LIFE, Refusal};
use lockwright_testkit::mailbox::Letter;

use crate::armed::Armed;
use crate::gathering::{Refused, SECOND, Walk, accepted, everywhere, mail, moments, phone};
use crate::house::{ANA, House, NEW, OLD};
use crate::messages::PHONE;

const HOUR: Duration = Duration::from_secs(3600);

/// Mailbox and phone: enough for the waiting time, which begins. What was told of it.
async fn waiting<'h>(house: &'h House, armed: &Armed) -> (Walk<'h>, Vec<Letter>) {
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(accepted(walk.channel(&phone()).await));
    house.letters().await;
    let release = walk.wait().await.unwrap();
    assert_eq!(release.since(house.clock_now()), 72 * HOUR);
    let letters = house.letters().await;
    assert_eq!(moments(&letters), everywhere("Waiting"));
    (walk, letters)
}

#[tokio::test]
async fn n_r21_n_r24_a_waiting_time_is_told_everywhere_three_times_and_opens_at_its_end() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (walk, _) = waiting(&house, &armed).await;
    assert_eq!(walk.wait().await.refusal(), Refusal::NotNow, "it begins once");
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow);
    house.pass(36 * HOUR - Duration::from_secs(1));
    assert!(house.letters().await.is_empty());
    house.seconds(1);
    assert_eq!(moments(&house.letters().await), everywhere("Half"));
    house.pass(36 * HOUR - Duration::from_secs(1));
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow, "not a second early");
    assert!(house.letters().await.is_empty());
    house.seconds(1);
    assert_eq!(moments(&house.letters().await), everywhere("Released"));
    let view = house.lockwright.case(&walk.case, walk.cookie.expose()).await.unwrap();
    assert!(matches!(view.step, Ok(CaseStep::NewPassword { .. })));
    walk.finish().await.unwrap();
    assert_eq!(walk.finish().await.refusal(), Refusal::AlreadyDone);
    house.first_step_with(&armed.name, NEW).await;
    assert!(house.factors(&armed.identity).await.underway.is_empty());
}

#[tokio::test]
async fn q08_a_waiting_time_that_nobody_finished_in_a_week_is_over_and_another_may_begin() {
    for late in [Duration::ZERO, Duration::from_secs(3652 * 86_400)] {
        let house = House::memory().await;
        let armed = house.ana().await;
        let (walk, _) = waiting(&house, &armed).await;
        house.pass(72 * HOUR + RELEASED_LIFE + late);
        house.letters().await;
        assert_eq!(walk.finish().await.refusal(), Refusal::Expired);
        let (walk, _) = waiting(&house, &armed).await;
        house.pass(73 * HOUR);
        walk.finish().await.unwrap();
    }
}

#[tokio::test]
async fn a_proof_that_opens_at_once_ends_the_waiting() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (mut walk, _) = waiting(&house, &armed).await;
    assert!(accepted(walk.app(&armed).await));
    assert!(house.factors(&armed.identity).await.underway.is_empty());
    walk.finish().await.unwrap();
    house.letters().await;
    house.pass(80 * HOUR);
    assert!(moments(&house.letters().await).is_empty(), "nobody is told of what is over");
}

#[tokio::test]
async fn x06_any_notices_link_stops_it_without_a_password_and_opens_nothing() {
    for address in [ANA, SECOND, PHONE] {
        let house = House::memory().await;
        let armed = house.ana().await;
        let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
        let (walk, letters) = waiting(&house, &armed).await;
        let before = house.store.counts().await.unwrap().sessions;
        assert!(matches!(house.disowned(&letters, address).await, Ok(Disowned::Contained { .. })), "{address}");
        assert!(house.store.counts().await.unwrap().sessions <= before && !house.alive(&done.signed.token).await);
        assert!(moments(&house.letters().await).iter().any(|(_, moment)| moment == "Cancelled"));
        assert!(house.disowned(&letters, address).await.is_err(), "one link answers once");
        house.pass(80 * HOUR);
        assert_eq!(walk.finish().await.refusal(), Refusal::Closed(Closure::Stopped));
        assert!(moments(&house.letters().await).is_empty());
        house.first_step_with(&armed.name, OLD).await;
    }
}

#[tokio::test]
async fn x06_after_a_stop_the_next_one_waits_a_day_and_the_first_channel_only_contests_it() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (_, letters) = waiting(&house, &armed).await;
    house.disowned(&letters, ANA).await.unwrap();
    let stopped = house.clock_now();
    house.letters().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(accepted(walk.channel(&phone()).await));
    assert_eq!(walk.wait().await.refusal(), Refusal::Frozen(stopped.plus(BACK_OFF)));
    house.clock.set(stopped.plus(BACK_OFF));
    house.letters().await;
    walk.wait().await.unwrap();
    let letters = house.letters().await;
    // The same mailbox again: it goes on, marked, and everybody is told.
    assert!(matches!(house.disowned(&letters, ANA).await, Ok(Disowned::Again { .. })));
    assert_eq!(moments(&house.letters().await), everywhere("Contested"));
    assert_eq!(house.factors(&armed.identity).await.underway[0].contested_by.len(), 1);
    house.pass(36 * HOUR);
    let half = house.letters().await;
    assert!(matches!(house.disowned(&half, ANA).await, Ok(Disowned::Again { .. })));
    assert!(house.letters().await.is_empty(), "and told of once");
    // Another one agrees: it ends.
    assert!(matches!(house.disowned(&half, SECOND).await, Ok(Disowned::Contained { .. })));
    house.pass(40 * HOUR);
    assert_eq!(walk.finish().await.refusal(), Refusal::Closed(Closure::Stopped));
}

#[tokio::test]
async fn x06_what_a_mailbox_contested_its_owner_may_still_stop_where_they_are_signed_in() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (_, letters) = waiting(&house, &armed).await;
    house.disowned(&letters, ANA).await.unwrap();
    house.pass(BACK_OFF);
    house.letters().await;
    let (walk, letters) = waiting(&house, &armed).await;
    assert!(matches!(house.disowned(&letters, ANA).await, Ok(Disowned::Again { .. })));
    let ceremony = house.first_step(&armed.name).await;
    let signed_in = house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    let signed = house.signed(&signed_in.signed.token).await.unwrap();
    let seen = house.lockwright.recoveries_of(&signed.person).await.unwrap();
    assert!(seen.len() == 1 && !seen[0].contested, "no session contested it: {seen:?}");
    house.lockwright.stop_own_recoveries(&house.as_(&armed.identity), &signed.session).await.unwrap();
    assert!(house.lockwright.recoveries_of(&signed.person).await.unwrap().is_empty());
    assert_eq!(walk.finish().await.refusal(), Refusal::Closed(Closure::Stopped));
}

#[tokio::test]
async fn x06_one_channel_keeps_nobody_out_for_good() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (_, letters) = waiting(&house, &armed).await;
    house.disowned(&letters, SECOND).await.unwrap();
    house.pass(BACK_OFF);
    house.letters().await;
    let (walk, letters) = waiting(&house, &armed).await;
    house.disowned(&letters, SECOND).await.unwrap();
    house.pass(73 * HOUR);
    walk.finish().await.unwrap();
    house.letters().await;
    house.first_step_with(&armed.name, NEW).await;
}

#[tokio::test]
async fn x06_one_recovery_of_a_person_waits_at_a_time() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let (first, _) = waiting(&house, &armed).await;
    let mut second = house.walk(&armed.name, Goal::NewPassword).await;
    second.mailbox().await.unwrap();
    assert!(accepted(second.channel(&phone()).await));
    assert_eq!(second.wait().await.refusal(), Refusal::OtherWaits);
    house.lockwright.cancel_case(&house.anyone(), &first.case, first.cookie.expose()).await.unwrap();
    second.wait().await.unwrap();
}

#[tokio::test]
async fn n_r12_an_address_that_is_taken_away_while_it_waits_ends_what_rests_on_it() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.channel(&mail(SECOND)).await) && accepted(walk.channel(&phone()).await));
    walk.wait().await.unwrap();
    house.seconds(60);
    let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
    let signed = house.signed(&done.signed.token).await.unwrap();
    let id = house.lockwright.address_id(&phone());
    house.lockwright.remove_address(&house.as_(&armed.identity), &signed.session, &id).await.unwrap();
    house.letters().await;
    house.pass(73 * HOUR);
    assert_eq!(walk.finish().await.refusal(), Refusal::Gone);
}
