//! The machine's clock under attack or out of order: back, ahead, and put right again (X02).

use std::sync::Arc;
use std::time::Duration;

use lockwright_core::closing::WAY_BACK;
use lockwright_model::account::AccountState;
use lockwright_model::case::Channel;
use lockwright_model::clock::{Clock, ClockFloor, MockClock, Timestamp};
use lockwright_model::context::Source;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Notice;
use lockwright_model::proof::Goal;
use lockwright_service::Lockwright;
use lockwright_service::clock::TOLERANCE;
use lockwright_service::core::disown::Disowned;
use lockwright_service::core::person::Bar;
use lockwright_service::host::{HostError, Whom};
use lockwright_service::passwords::ChangePasswordError;
use lockwright_service::recovery::StartError;
use lockwright_service::signin::SignInError;
use lockwright_service::trouble::Trouble;
use lockwright_service::users::UserError;

use crate::house::{ANA, House, NEW, OLD, config, notices, parts, root};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// From a second to ten years.
const JUMPS: [Duration; 9] = [
    SECOND,
    TOLERANCE,
    Duration::from_secs(6),
    Duration::from_secs(60),
    HOUR,
    DAY,
    Duration::from_secs(30 * 86_400),
    YEAR,
    Duration::from_secs(10 * 365 * 86_400),
];

impl House {
    /// The machine's clock goes back.
    fn back(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.clock.set(Timestamp::from_micros(self.clock.now().as_micros() - micros));
    }

    /// Another process over the same rows and the same machine's clock.
    async fn restarted(&self) -> Lockwright {
        let lockwright =
            Lockwright::new(config(self.folder.path()), self.store.clone(), self.clock.clone(), Arc::new(SystemEntropy)).unwrap();
        lockwright.read_clock_floor().await.unwrap();
        lockwright
    }
}

fn behind(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::ClockBehind { .. })
}

#[tokio::test]
async fn x02_nothing_expired_works_again_however_far_the_clock_goes_back() {
    for jump in JUMPS {
        let house = House::memory().await;
        let account = house.account(ANA).await;
        let session = house.session(&root(ANA), OLD).await;
        let (opened, letter) = house.forget(&root(ANA)).await;
        let (_, proven) = house.forget(&root(ANA)).await;
        let (link_case, link) = parts(letter.url().unwrap());
        let handed = house.lockwright.recovery_link(&house.host(), &Whom::Root(account)).await.unwrap();
        let (handed_case, handed_link) = parts(handed.url.expose());
        let (proven_case, proven_link) = parts(proven.url().unwrap());
        let holder = house.lockwright.open_link(&house.anyone(), &proven_case, "", &proven_link).await.unwrap();
        house.pass(DAY + HOUR);
        // Somebody looks at the clock: from now on this moment has been.
        assert!(!house.alive(&session).await);
        house.back(jump);
        let anyone = || house.lockwright.op(Principal::Anonymous, Source::host());
        assert!(!house.alive(&session).await, "{jump:?}");
        assert!(house.lockwright.submit_code(&anyone(), &opened.case, opened.holder.expose(), letter.code().unwrap()).await.is_err());
        assert!(house.lockwright.look_at_link(&link_case, "", &link).await.is_err(), "{jump:?}");
        assert!(house.lockwright.open_link(&anyone(), &link_case, "", &link).await.is_err(), "{jump:?}");
        assert!(house.lockwright.open_link(&anyone(), &handed_case, "", &handed_link).await.is_err(), "{jump:?}");
        assert!(house.lockwright.finish_recovery(&anyone(), &proven_case, holder.expose(), NEW, NEW).await.is_err(), "{jump:?}");

        let outcome = house.lockwright.sign_in(&anyone(), &root(ANA), OLD, None).await;
        let started = house.lockwright.start_recovery(&anyone(), &root(ANA), Goal::NewPassword).await;
        if jump <= TOLERANCE {
            outcome.unwrap();
            started.unwrap();
        } else {
            assert!(matches!(outcome, Err(SignInError::Trouble(trouble)) if behind(&trouble)), "{jump:?}");
            assert!(matches!(started, Err(StartError::Trouble(trouble)) if behind(&trouble)), "{jump:?}");
        }
        // Put right, everything goes on by itself.
        house.pass(jump);
        house.session(&root(ANA), OLD).await;
    }
}

#[tokio::test]
async fn x02_while_the_clock_is_behind_reading_and_taking_away_go_on() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let (here, there) = (house.session(&root(ANA), OLD).await, house.session(&root(ANA), OLD).await);
    let carla = house.sign_in_user(&user, OLD).await.unwrap().token;
    let owner = Identity::User(user.clone());
    let make = async || house.lockwright.create_access_key(&house.as_root(account), &owner).await.unwrap().0.id;
    let keys = [make().await, make().await];
    let before = house.lockwright.now();
    house.back(YEAR);
    assert_eq!(house.lockwright.now(), before, "time stands still");
    let signed = house.signed(&here).await.expect("who is signed in stays so");
    let op = house.lockwright.op(Principal::Signed(signed.session.owner.clone()), Source::host());
    assert_eq!(house.lockwright.sessions(&signed.person, None).await.unwrap().len(), 3);
    let name = "eve".parse().unwrap();
    let refused = house.lockwright.create_user(&op, account, &name, true, lockwright_service::users::GiveAccess::Link).await;
    assert!(matches!(refused, Err(UserError::Trouble(trouble)) if behind(&trouble)));
    let other = house.signed(&there).await.unwrap().session;
    house.lockwright.sign_out(&op, &other).await.unwrap();
    assert!(!house.alive(&there).await);
    house.lockwright.set_user_disabled(&op, &user, true).await.unwrap();
    assert!(!house.alive(&carla).await);
    assert!(house.lockwright.set_user_disabled(&op, &user, false).await.is_err(), "nothing is given back by such a clock");
    for key in &keys {
        house.lockwright.set_access_key_active(&op, &owner, key, false).await.unwrap();
        assert!(house.lockwright.signer(key, None, house.lockwright.now()).await.unwrap().ok().is_none());
        assert!(house.lockwright.set_access_key_active(&op, &owner, key, true).await.is_err());
    }
    house.lockwright.delete_access_key(&op, &owner, &keys[0]).await.unwrap();
    assert!(house.lockwright.create_access_key(&op, &owner).await.is_err());
    assert_eq!(house.lockwright.access_keys(&op, &owner).await.unwrap().len(), 1);
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    assert!(!house.alive(&here).await);
    house.pass(YEAR);
    assert!(matches!(house.sign_in(&root(ANA), OLD).await, Err(SignInError::Barred(Bar::AccountSuspended))));
}

#[tokio::test]
async fn x02_a_clock_that_ran_ahead_and_is_put_right_locks_nobody_out() {
    for leap in [Duration::from_secs(10), HOUR, DAY, YEAR, 10 * YEAR] {
        let house = House::file().await;
        let account = house.account(ANA).await;
        house.account("eve@example.com").await;
        let eve = house.session(&root("eve@example.com"), OLD).await;
        let signed = house.signed(&eve).await.unwrap();
        house.lockwright.close(&house.as_(&signed.session.owner), &signed.session, "Harbour Works").await.unwrap();
        let closed = signed.session.owner.account().unwrap();
        house.letters().await;

        house.pass(leap);
        // In that time somebody signs in, tries passwords in vain, changes one, and forgets another; and removals come due.
        for _ in 0..8 {
            let _ = house.sign_in(&root("eve@example.com"), "wrong").await;
        }
        let ahead = house.session(&root(ANA), OLD).await;
        let signed = house.signed(&ahead).await.unwrap();
        let op = house.as_(&signed.session.owner);
        let ahead = house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await.unwrap();
        house.letters().await;
        let (opened, letter) = house.forget(&root(ANA)).await;
        house.lockwright.find_mine(&house.anyone(), &ANA.parse().unwrap()).await.unwrap();

        house.back(leap);
        assert!(house.sign_in(&root(ANA), NEW).await.is_err(), "{leap:?}");
        assert!(matches!(house.lockwright.accept_clock(&house.as_root(account)).await, Err(HostError::Denied)));
        assert!(house.lockwright.accept_clock(&house.lockwright.op(Principal::Host, Source::host())).await.unwrap());
        assert!(house.lockwright.now() <= house.clock_now(), "time is the machine's again");
        assert!(!house.lockwright.accept_clock(&house.host()).await.unwrap(), "once is enough");
        let events = house.lockwright.events(&house.host(), None, None, 10).await.unwrap();
        assert!(events.iter().any(|event| event.name == "ClockAccepted"));

        assert!(!house.alive(&ahead).await, "a session of a time that has not come would outlive its limits");
        if leap > Duration::from_secs(60) {
            let code = letter.code().unwrap();
            assert!(house.lockwright.submit_code(&house.anyone(), &opened.case, opened.holder.expose(), code).await.is_err());
        }
        house.session(&root(ANA), NEW).await;
        house.pass(leap.min(2 * HOUR));
        assert!(!house.letters().await.is_empty(), "what waited is sent, two hours later at most");
        house.recover(&root(ANA), OLD).await;
        house.session(&root(ANA), OLD).await;
        house.seconds(60);
        house.session(&root("eve@example.com"), OLD).await;
        assert!(matches!(house.store.account(closed).await.unwrap().unwrap().state, AccountState::Closed { .. }));
        // And it is removed when its own time has really come.
        house.pass(WAY_BACK);
        for _ in 0..3 {
            house.letters().await;
            house.pass(DAY);
        }
        house.letters().await;
        assert!(house.store.account(closed).await.unwrap().is_none(), "{leap:?}");
    }
}

#[tokio::test]
async fn x02_a_freeze_by_a_clock_that_ran_ahead_ends_with_it_and_the_next_one_lasts_a_day() {
    for leap in [2 * DAY, YEAR, 10 * YEAR] {
        let house = House::memory().await;
        house.account(ANA).await;
        house.pass(leap);
        let letters = house.change(OLD, NEW).await.1;
        house.disowned(&letters, ANA).await.unwrap();
        house.letters().await;
        house.back(leap);
        house.lockwright.accept_clock(&house.lockwright.op(Principal::Host, Source::host())).await.unwrap();

        let session = house.session(&root(ANA), NEW).await;
        house.add_address(&session, &Channel::Email("ana@example.org".parse().unwrap())).await;
        house.letters().await;
        let letters = house.change(NEW, OLD).await.1;
        // Nor does the stop of a time that has not come keep this address from stopping things now.
        let Disowned::Contained { until } = house.disowned(&letters, ANA).await.unwrap() else { panic!("{leap:?}") };
        assert_eq!(until, house.clock_now().plus(DAY), "{leap:?}");
        let session = house.session(&root(ANA), OLD).await;
        let refused = house.try_change(&session, OLD, NEW).await;
        assert!(matches!(refused, Err(ChangePasswordError::Frozen { until: told }) if told == until), "{refused:?}");
        house.pass(DAY);
        house.change(OLD, NEW).await;
    }
}

#[tokio::test]
async fn x02_a_password_from_a_time_that_has_not_come_is_not_the_one_that_was_handed_over_since() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.pass(YEAR);
    house.change(OLD, NEW).await;
    house.change(NEW, OLD).await;
    house.back(YEAR);
    house.lockwright.accept_clock(&house.lockwright.op(Principal::Host, Source::host())).await.unwrap();
    let armed = house.arm(&root(ANA)).await;
    house.lockwright.reset_devices(&house.host(), &Whom::Root(account)).await.unwrap();
    // Whoever knew the password may have waited for that day (decision 0011).
    house.first_step(&armed.name).await;
}

#[tokio::test]
async fn x02_the_last_use_of_a_key_is_noted_again_once_a_clock_that_ran_ahead_is_put_right() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let key = house.lockwright.create_access_key(&house.host(), &Identity::Root(account)).await.unwrap().0.id;
    let note = async || {
        house.lockwright.note_key_use(&key, house.lockwright.now(), "iam", "us-east-1").await;
        house.store.key_use(&key).await.unwrap().unwrap().at
    };
    house.pass(YEAR);
    assert_eq!(note().await, house.clock_now());
    house.back(YEAR);
    assert!(house.lockwright.accept_clock(&house.lockwright.op(Principal::Host, Source::host())).await.unwrap());
    assert_eq!(note().await, house.clock_now());
}

#[tokio::test]
async fn x02_a_restart_remembers_the_latest_moment() {
    let house = House::file().await;
    house.account(ANA).await;
    house.pass(DAY);
    house.session(&root(ANA), OLD).await;
    house.back(HOUR);
    let again = house.restarted().await;
    let op = again.op(Principal::Anonymous, Source::host());
    assert!(matches!(again.sign_in(&op, &root(ANA), OLD, None).await, Err(SignInError::Trouble(trouble)) if behind(&trouble)));
    let state = again.clock_state();
    assert!(state.behind.is_some_and(|behind| behind > HOUR - Duration::from_secs(60)), "{state:?}");
    assert!(again.accept_clock(&again.op(Principal::Host, Source::host())).await.unwrap());
    again.sign_in(&again.op(Principal::Anonymous, Source::host()), &root(ANA), OLD, None).await.unwrap();
}

#[tokio::test]
async fn x02_the_floor_is_written_at_most_once_a_minute() {
    let house = House::memory().await;
    house.account(ANA).await;
    let stored = async || house.store.clock_floor().await.unwrap();
    house.seconds(60);
    house.session(&root(ANA), OLD).await;
    let first = stored().await;
    assert!(first.at > Timestamp::default());
    house.seconds(50);
    house.session(&root(ANA), OLD).await;
    assert_eq!(stored().await, first);
    house.seconds(10);
    house.session(&root(ANA), OLD).await;
    assert!(stored().await.at.since(first.at) >= Duration::from_secs(60));
    assert_eq!(stored().await, ClockFloor { accepted: 0, ..stored().await });
}

#[tokio::test]
async fn x02_time_never_goes_back_by_a_clock_that_trembles() {
    let clock = Arc::new(MockClock::at(Timestamp::from_micros(1_800_000_000_000_000)));
    let mut house = House::memory().await;
    house.lockwright = Lockwright::new(config(house.folder.path()), house.store.clone(), clock.clone(), Arc::new(SystemEntropy)).unwrap();
    let mut latest = house.lockwright.now();
    for step in 0..1_000_i64 {
        // Two steps ahead, one back, and now and then a long one.
        let step = if step % 7 == 3 { -4_000_000 } else { (step % 3 - 1) * 1_500_000 };
        clock.set(Timestamp::from_micros(clock.now().as_micros() + step));
        let now = house.lockwright.now();
        assert!(now >= latest && now >= clock.now());
        latest = now;
    }
}

#[tokio::test]
async fn x02_another_node_hears_that_the_clock_was_accepted() {
    let [first, second] = House::two_nodes().await;
    first.account(ANA).await;
    first.pass(10 * YEAR);
    let ahead = second.session(&root(ANA), OLD).await;
    assert!(first.alive(&ahead).await && second.alive(&ahead).await, "both have it in their caches");
    first.back(10 * YEAR);
    assert!(second.sign_in(&root(ANA), OLD).await.is_err());
    assert!(first.lockwright.accept_clock(&first.lockwright.op(Principal::Host, Source::host())).await.unwrap());
    assert!(!first.alive(&ahead).await);
    first.session(&root(ANA), OLD).await;
    second.lockwright.read_clock_floor().await.unwrap();
    assert!(!second.alive(&ahead).await);
    second.session(&root(ANA), OLD).await;
    assert_eq!(first.store.clock_floor().await.unwrap().accepted, 1);
}

#[tokio::test]
async fn x02_notices_leave_while_the_clock_is_behind_and_codes_do_not() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&session).await.unwrap();
    house.lockwright.change_password(&house.as_(&signed.session.owner), &signed.session, OLD, NEW, NEW).await.unwrap();
    house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    house.back(HOUR);
    let letters = house.letters().await;
    assert!(matches!(&notices(&letters)[..], [(to, Notice::PasswordChanged(_))] if to == ANA), "{letters:?}");
    assert_eq!(letters.len(), 1, "no ticket is drawn by such a clock");
    house.pass(HOUR + DAY);
}
