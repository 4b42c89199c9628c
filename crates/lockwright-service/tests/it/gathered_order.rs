//! The steps of a recovery out of order, twice, from elsewhere, too late, and after whatever ended it.

use std::sync::Arc;
use std::time::Duration;

use lockwright_model::case::Closure;
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_model::token::{Token, TokenKind};
use lockwright_service::Lockwright;
use lockwright_service::cases::CaseError;
use lockwright_service::clock::TOLERANCE;
use lockwright_service::core::disown::Disowned;
use lockwright_service::core::recovery::{GATHERING_LIFE, PHONE_CODE_LIFE, PROVEN_LIFE, Refusal, TICKET_LIFE};
use lockwright_service::signin::{Entered, SignInError};
use lockwright_service::trouble::Trouble;
use lockwright_store::{Location, Store};
use lockwright_testkit::mailbox::Letter;

use crate::armed::Armed;
use crate::gathering::{Refused, Walk, accepted, phone, wrong};
use crate::house::{ANA, House, NEW, OLD, config, root};

/// What every step of a recovery is refused with; `None` where the steps differ.
async fn everything(walk: &mut Walk<'_>, armed: &Armed) -> Option<Refusal> {
    let mut refusals = vec![walk.mailbox().await.refusal()];
    refusals.push(walk.app(armed).await.refusal());
    refusals.push(walk.saved(&armed.codes[9]).await.refusal());
    refusals.push(walk.two("111111", "222222").await.refusal());
    refusals.push(walk.password(OLD).await.refusal());
    refusals.push(walk.password("").await.refusal());
    refusals.push(walk.ask(&phone()).await.refusal());
    refusals.push(walk.contact("222222").await.refusal());
    refusals.push(walk.approvals().await.refusal());
    refusals.push(walk.wait().await.refusal());
    refusals.push(walk.finish().await.refusal());
    refusals.push(walk.lost_device().await.refusal());
    let (lockwright, op) = (&walk.house.lockwright, walk.house.anyone());
    refusals.push(lockwright.ask_operators(&op, &walk.case, walk.cookie.expose()).await.refusal());
    refusals.push(lockwright.resend(&op, &walk.case, walk.cookie.expose()).await.refusal());
    refusals.push(lockwright.cancel_case(&op, &walk.case, walk.cookie.expose()).await.refusal());
    let first = refusals.first().copied();
    if refusals.iter().all(|refusal| Some(*refusal) == first) { first } else { panic!("{refusals:?}") }
}

/// Mailbox and app: enough for a new password.
async fn proven<'h>(house: &'h House, armed: &Armed) -> Walk<'h> {
    house.seconds(3600);
    proven_now(house, armed).await
}

async fn proven_now<'h>(house: &'h House, armed: &Armed) -> Walk<'h> {
    house.seconds(60);
    let mut walk = house.walk_now(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(accepted(walk.app(armed).await));
    walk
}

#[tokio::test]
async fn a02_v2_3_1_no_step_is_taken_before_its_turn() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    for refusal in [
        walk.finish().await.refusal(),
        walk.lost_device().await.refusal(),
        walk.wait().await.refusal(),
        walk.typed("222222").await.refusal(),
        walk.contact("222222").await.refusal(),
    ] {
        assert_eq!(refusal, Refusal::NotNow);
    }
    assert_eq!((walk.stored().await.gathered.wrong, walk.proofs().await), (0, Proofs::EMPTY), "none of it was a try");
    walk.mailbox().await.unwrap();
    assert_eq!(walk.wait().await.refusal(), Refusal::NotNow);
    assert!(accepted(walk.app(&armed).await));
    // Enough: nothing more is taken, and what is for another goal is not done.
    assert_eq!(walk.saved(&armed.codes[0]).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.password(OLD).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.ask(&phone()).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.wait().await.refusal(), Refusal::NotNow);
    assert_eq!(walk.lost_device().await.refusal(), Refusal::Gone);
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10);
    walk.finish().await.unwrap();
}

#[tokio::test]
async fn a02_each_proof_is_given_once() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::Reenrol).await;
    walk.mailbox().await.unwrap();
    assert_eq!(house.lockwright.resend(&house.anyone(), &walk.case, walk.cookie.expose()).await.refusal(), Refusal::NoMoreSends);
    assert!(!matches!(walk.mailbox().await, Ok(lockwright_service::core::recovery::CodeOutcome::Proven(_))), "A17: the code is used up");
    assert!(accepted(walk.app(&armed).await));
    house.seconds(60);
    assert_eq!(walk.app(&armed).await.refusal(), Refusal::NotNow);
    let code = walk.ask(&phone()).await.unwrap().unwrap();
    assert!(accepted(walk.typed(&code).await));
    assert_eq!(walk.typed(&code).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.proofs().await, Proofs::of(&[Proof::Email, Proof::Device, Proof::Phone]));
}

#[tokio::test]
async fn a16_a29_another_browser_takes_no_step_and_no_try() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    let planted = walk.cookie.clone();
    walk.mailbox().await.unwrap();
    walk.ask(&phone()).await.unwrap();
    let theirs = house.walk_now(&root("nobody@example.com"), Goal::NewPassword).await.cookie;
    let before = (house.store.counts().await.unwrap(), walk.stored().await.version);
    // The cookie from before the proof (A26), somebody else's, one that nobody has, one of another kind.
    for cookie in [planted, theirs, Token::draw(TokenKind::Case, &SystemEntropy), armed.session.clone()] {
        let mut other = Walk { house: &house, case: walk.case.clone(), cookie, mailed: walk.mailed.clone() };
        assert_eq!(everything(&mut other, &armed).await, Some(Refusal::NotYours));
        assert_eq!(other.typed("222222").await.refusal(), Refusal::NotYours);
    }
    assert_eq!(walk.stored().await.version, before.1);
    assert_eq!(house.store.counts().await.unwrap().tries, before.0.tries, "nobody's counter moved");
    assert!(accepted(walk.app(&armed).await), "and the one that holds it goes on");
}

#[tokio::test]
async fn a17_nothing_is_taken_in_a_recovery_whose_time_is_over() {
    let house = House::memory().await;
    let armed = house.ana().await;
    // Without a proof, gathering, and with everything proven.
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    house.pass(TICKET_LIFE);
    assert_eq!(everything(&mut walk, &armed).await, Some(Refusal::Expired));
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    house.pass(GATHERING_LIFE);
    assert_eq!(everything(&mut walk, &armed).await, Some(Refusal::Expired));
    let mut walk = proven(&house, &armed).await;
    house.pass(PROVEN_LIFE);
    assert_eq!(everything(&mut walk, &armed).await, Some(Refusal::Expired));
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10);
}

#[tokio::test]
async fn a17_nothing_is_taken_in_a_recovery_that_ended() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut given_up = proven(&house, &armed).await;
    house.lockwright.cancel_case(&house.anyone(), &given_up.case, given_up.cookie.expose()).await.unwrap();
    assert_eq!(everything(&mut given_up, &armed).await, Some(Refusal::Closed(Closure::Cancelled)));

    let mut refused = house.walk(&armed.name, Goal::NewPassword).await;
    refused.mailbox().await.unwrap();
    house.lockwright.ask_contacts(&house.anyone(), &refused.case, refused.cookie.expose()).await.unwrap();
    for letter in house.letters().await {
        let Some(path) = letter.url().and_then(|url| url.strip_prefix("https://id.example.com/recover/contact/")) else { continue };
        let (case, token) = path.split_once('/').unwrap();
        let no = lockwright_model::case::ContactAnswer::Refused;
        house.lockwright.answer_question(&house.anyone(), &case.parse().unwrap(), token, no).await.unwrap();
    }
    assert_eq!(everything(&mut refused, &armed).await, Some(Refusal::Closed(Closure::Refused)));

    house.letters().await;
    let (mut one, other) = (proven(&house, &armed).await, proven_now(&house, &armed).await);
    one.finish().await.unwrap();
    assert_eq!(everything(&mut one, &armed).await, Some(Refusal::AlreadyDone));
    assert_eq!(other.finish().await.refusal(), Refusal::Gone, "A17: a new password voids what was asked for before");
}

#[tokio::test]
async fn a17_a_new_password_and_this_wasnt_me_end_what_was_gathered_before() {
    let house = House::memory().await;
    let armed = house.ana().await;
    // The owner changes the password while somebody gathers: what they show then is nobody's.
    let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
    let mut walk = house.walk_now(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    let signed = house.signed(&done.signed.token).await.unwrap();
    house.lockwright.change_password(&house.as_(&armed.identity), &signed.session, OLD, NEW, NEW).await.unwrap();
    house.letters().await;
    house.seconds(60);
    assert!(wrong(walk.app(&armed).await) && wrong(walk.saved(&armed.codes[0]).await) && wrong(walk.password(NEW).await));
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10, "nothing is spent for it");
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow);

    house.seconds(60);
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    let letters = house.letters().await;
    assert!(accepted(walk.app(&armed).await));
    assert!(matches!(house.disowned(&letters, ANA).await, Ok(Disowned::Contained { .. })));
    assert_eq!(everything(&mut walk, &armed).await, Some(Refusal::Closed(Closure::Stopped)));
}

#[tokio::test]
async fn what_was_gathered_outlives_a_restart() {
    let house = House::file().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    let code = walk.ask(&phone()).await.unwrap().unwrap();
    for _ in 0..3 {
        assert!(wrong(walk.typed("000000").await));
    }
    let (case, cookie, mailed) = (walk.case.clone(), walk.cookie.clone(), walk.mailed.clone());

    let House { lockwright, store, clock, mailbox, mailer, folder } = house;
    drop(lockwright);
    store.close().await;
    let store = Store::open(Location::Sqlite { path: folder.path().join("lockwright.db") }).await.unwrap();
    let lockwright = Lockwright::new(config(folder.path()), store.clone(), clock.clone(), Arc::new(SystemEntropy)).unwrap();
    let house = House { lockwright, store, clock, mailbox, mailer, folder };
    let mut walk = Walk { house: &house, case, cookie, mailed };
    assert_eq!((walk.proofs().await, walk.stored().await.gathered.wrong), (Proofs::of(&[Proof::Email]), 3), "N-T06");
    assert!(accepted(walk.app(&armed).await));
    assert_eq!(walk.typed(&code).await.refusal(), Refusal::NotNow);
    walk.finish().await.unwrap();
}

#[tokio::test]
async fn q18_nothing_that_was_gathered_outlives_a_restore() {
    let house = House::file().await;
    let armed = house.ana().await;
    let (mut gathering, proven) = (house.walk(&armed.name, Goal::NewPassword).await, proven_now(&house, &armed).await);
    gathering.mailbox().await.unwrap();
    let backup = house.folder.path().join("backup.db");
    house.lockwright.backup(&house.host(), &backup).await.unwrap();
    let to = house.folder.path().join("restored.db");
    lockwright_store::restore(&backup, &to).await.unwrap();
    let store = Store::open(Location::Sqlite { path: to }).await.unwrap();
    let again = Lockwright::new(config(house.folder.path()), store.clone(), house.clock.clone(), Arc::new(SystemEntropy)).unwrap();
    let op = house.anyone();
    for walk in [&gathering, &proven] {
        let cookie = walk.cookie.expose();
        assert!(matches!(again.case(&walk.case, cookie).await, Err(CaseError::Unknown)));
        assert!(again.finish_recovery(&op, &walk.case, cookie, NEW, NEW).await.is_err());
        assert!(again.give_password(&op, &walk.case, cookie, OLD).await.is_err());
    }
    assert!(store.account(armed.identity.account().unwrap()).await.unwrap().unwrap().root.factors.codes.is_none());
}

/// The step's outcome is what the clock says, however it got there.
#[tokio::test]
async fn q08_after_any_jump_of_the_clock_what_has_expired_is_not_taken_and_a_new_recovery_is() {
    const DAY: u64 = 86_400;
    for jump in [1, 3600, DAY, 3652 * DAY] {
        let house = House::memory().await;
        let armed = house.ana().await;
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        let code = walk.ask(&phone()).await.unwrap().unwrap();
        house.seconds(jump);
        let sent = walk.typed(&code).await;
        assert_eq!(accepted(sent), jump < PHONE_CODE_LIFE.as_secs(), "{jump}: the phone's code");
        if jump < TICKET_LIFE.as_secs() {
            walk.mailbox().await.unwrap();
        } else {
            assert_eq!(walk.mailbox().await.refusal(), Refusal::Expired, "{jump}: the mailed code");
        }
        // Nothing that is kept is lost: device, codes and password are what they were.
        let mut walk = proven(&house, &armed).await;
        house.seconds(jump);
        match jump < PROVEN_LIFE.as_secs() {
            true => walk.finish().await.unwrap(),
            false => {
                assert_eq!(walk.finish().await.refusal(), Refusal::Expired, "{jump}: what was proven");
                walk = proven(&house, &armed).await;
                walk.finish().await.unwrap();
            }
        }
        house.seconds(60);
        let ceremony = house.first_step_with(&armed.name, NEW).await;
        house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
    }
}

#[tokio::test]
async fn q08_a_clock_that_goes_back_takes_nothing_that_was_used_and_locks_nobody_out() {
    let back = |house: &House, span: Duration| {
        let now = house.clock_now().since(Timestamp::from_micros(0));
        house.clock.set(Timestamp::from_micros(0).plus(now - span));
    };
    for span in [1, 3600, 86_400].map(Duration::from_secs) {
        let house = House::memory().await;
        let armed = house.ana().await;
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        let code = armed.code(&house);
        walk.mailbox().await.unwrap();
        let given = walk.app(&armed).await;
        assert!(accepted(given));
        walk.finish().await.unwrap();
        house.letters().await;
        back(&house, span);
        assert_eq!(walk.finish().await.refusal(), Refusal::AlreadyDone);
        // By a clock that is far behind nobody signs in at all (decision 0010); by one that trembles, not with a code that was used.
        match house.lockwright.sign_in(&house.anyone(), &armed.name, NEW, None).await {
            Ok(Entered::SecondFactor(ceremony)) => {
                assert!(span <= TOLERANCE, "{span:?}");
                assert!(house.second_code(&armed, &ceremony, &code).await.is_err(), "B07: used before, whatever the clock says now");
            }
            Err(SignInError::Trouble(Trouble::ClockBehind { .. })) => assert!(span > TOLERANCE, "{span:?}"),
            other => panic!("{other:?}"),
        }
        // Once the clock has caught up all is as it was.
        house.pass(span + Duration::from_secs(3600));
        house.second_code(&armed, &house.first_step_with(&armed.name, NEW).await, &armed.code(&house)).await.unwrap();
    }
}

impl House {
    /// "This wasn't me", through the link in what one address was told.
    pub(crate) async fn disowned(&self, letters: &[Letter], address: &str) -> Result<Disowned, CaseError> {
        let letter = letters.iter().find(|letter| letter.to == address && letter.url().is_some_and(|url| url.contains("/notice/")));
        let url = letter.unwrap_or_else(|| panic!("{address}: {letters:?}")).url().unwrap();
        self.lockwright.disown(&self.anyone(), url.strip_prefix("https://id.example.com/notice/").unwrap()).await
    }
}
