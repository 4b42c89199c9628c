//! Several proofs in one recovery: which together open it, and what counts once, later, or not at all.

use std::time::Duration;

use lockwright_model::factors::DeviceKind;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_service::addresses::AddressError;
use lockwright_service::cases::CaseStep;
use lockwright_service::confirm::ConfirmAnswer;
use lockwright_service::core::recovery::rules::COOLING;
use lockwright_service::core::recovery::{CodeOutcome, Given, Refusal};
use lockwright_service::factors::FactorAnswer;
use lockwright_service::host::Whom;
use lockwright_service::signin::Entered;

use crate::armed::Armed;
use crate::gathering::{Refused, SECOND, Walk, accepted, everywhere, mail, moments, phone, wrong};
use crate::house::{ANA, House, NEW, OLD, notices, root};
use crate::messages::PHONE;

/// Shows one thing in a recovery, and it is right.
async fn show(walk: &mut Walk<'_>, armed: &Armed, what: Proof, code: &str) {
    let given = match what {
        Proof::Email => return assert!(matches!(walk.mailbox().await, Ok(CodeOutcome::Proven(_)))),
        Proof::Phone => walk.channel(&phone()).await,
        Proof::Password => walk.password(OLD).await,
        Proof::Device => walk.app(armed).await,
        Proof::RecoveryCode => walk.saved(code).await,
        _ => {
            let codes = walk.approvals().await.unwrap();
            assert!(matches!(walk.contact(&codes[0]).await, Ok(Given::Part { given: 1, needed: 2 })));
            walk.contact(&codes[1]).await
        }
    };
    assert!(accepted(given), "{what:?}");
}

#[tokio::test]
async fn n_r19_two_proofs_of_different_kinds_open_a_recovery_and_neither_does_alone() {
    use Proof::{Contacts, Device, Email, Password, Phone, RecoveryCode};
    let house = House::memory().await;
    let armed = house.ana().await;
    let pairs = [
        (Email, Device),
        (Device, Phone),
        (Device, RecoveryCode),
        (Device, Contacts),
        (Email, RecoveryCode),
        (RecoveryCode, Phone),
        (Contacts, Email),
        (Phone, Contacts),
        (RecoveryCode, Contacts),
        (Password, Device),
        (RecoveryCode, Password),
    ];
    let mut saved = armed.codes.iter();
    for (first, second) in pairs {
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        let code = if [first, second].contains(&RecoveryCode) { saved.next().unwrap() } else { "" };
        show(&mut walk, &armed, first, code).await;
        assert_eq!(walk.finish().await.refusal(), Refusal::NotNow, "{first:?} alone");
        show(&mut walk, &armed, second, code).await;
        let view = house.lockwright.case(&walk.case, walk.cookie.expose()).await.unwrap();
        assert!(matches!(view.step, Ok(CaseStep::NewPassword { .. })), "{first:?} and {second:?}: {:?}", view.step);
        house.lockwright.cancel_case(&house.anyone(), &walk.case, walk.cookie.expose()).await.unwrap();
        house.letters().await;
    }
}

#[tokio::test]
async fn n_r19_a_second_mailbox_adds_nothing_to_the_first_in_either_order() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert_eq!(walk.ask(&mail(SECOND)).await.refusal(), Refusal::NotNow);
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.channel(&mail(SECOND)).await));
    // The first mail's code still gives the browser its cookie, and proves nothing new.
    let _ = walk.mailbox().await;
    assert_eq!(walk.proofs().await, Proofs::of(&[Proof::Email]));
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow);
    assert_eq!(walk.wait().await.refusal(), Refusal::NotNow, "not even for the waiting time");
}

#[tokio::test]
async fn n_r19_a_phone_that_is_asked_twice_is_one_proof() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.channel(&phone()).await));
    assert_eq!(walk.ask(&phone()).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.ask(&lockwright_model::case::Channel::Phone("+4930901821".parse().unwrap())).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow);
}

#[tokio::test]
async fn n_r12_an_address_younger_than_seven_days_is_sent_nothing_and_counts_for_nothing() {
    let house = House::memory().await;
    let armed = house.ana_with_contacts(false).await;
    for channel in [mail(SECOND), phone(), mail("stranger@example.net")] {
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        assert_eq!(walk.ask(&channel).await.unwrap(), None, "{channel:?}");
        assert!(wrong(walk.typed("222222").await));
        assert_eq!(walk.proofs().await, Proofs::EMPTY);
    }
    // A code that was asked for a moment too early is none when the week is over.
    house.pass(COOLING);
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.channel(&phone()).await));
}

#[tokio::test]
async fn n_r12_an_address_proves_no_longer_than_it_belongs_to_the_person() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.channel(&mail(SECOND)).await));
    let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
    let signed = house.signed(&done.signed.token).await.unwrap();
    let removed: Result<(), AddressError> =
        house.lockwright.remove_address(&house.as_(&armed.identity), &signed.session, &house.lockwright.address_id(&mail(SECOND))).await;
    removed.unwrap();
    assert!(accepted(walk.saved(&armed.codes[0]).await));
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow, "the mailbox is nobody's now");
    house.seconds(60);
    assert!(accepted(walk.app(&armed).await), "what is left goes on");
    walk.finish().await.unwrap();
}

#[tokio::test]
async fn n_r12_a_device_and_codes_younger_than_seven_days_are_not_spent() {
    let house = House::memory().await;
    let armed = house.ana_with_contacts(false).await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(matches!(walk.app(&armed).await, Ok(Given::TooNew { .. })));
    assert!(matches!(walk.saved(&armed.codes[0]).await, Ok(Given::TooNew { .. })));
    assert_eq!(walk.proofs().await, Proofs::of(&[Proof::Email]));
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10);
    house.pass(COOLING);
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert!(accepted(walk.saved(&armed.codes[0]).await));
}

#[tokio::test]
async fn x03_one_recovery_spends_one_saved_code_and_the_list_alone_opens_nothing() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(accepted(walk.saved(&armed.codes[0]).await));
    assert_eq!(walk.saved(&armed.codes[1]).await.refusal(), Refusal::NotNow);
    assert_eq!(walk.finish().await.refusal(), Refusal::NotNow);
    let mut other = house.walk(&armed.name, Goal::Reenrol).await;
    assert!(accepted(other.saved(&armed.codes[2]).await));
    assert_eq!(other.lost_device().await.refusal(), Refusal::NotNow);
    let left = house.factors(&armed.identity).await.codes.unwrap();
    assert_eq!((left.count(), left.left[1].is_some()), (8, true), "the refused one was not used up");
    // Nor does the code that was spent in one count in the other.
    let mut third = house.walk(&armed.name, Goal::NewPassword).await;
    assert!(wrong(third.saved(&armed.codes[0]).await));
}

#[tokio::test]
async fn n_r15_a_contacts_code_is_taken_for_48_hours_and_not_a_second_longer() {
    for (late, counts) in [(Duration::from_secs(2), true), (Duration::ZERO, false)] {
        let house = House::memory().await;
        let armed = house.ana().await;
        let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
        let asked = house.clock_now();
        let codes = walk.approvals().await.unwrap();
        assert!(matches!(walk.contact(&codes[0]).await, Ok(Given::Part { .. })));
        house.clock.set(asked.plus(Duration::from_secs(48 * 3600) - late).plus(Duration::from_millis(10)));
        let outcome = walk.contact(&codes[1]).await;
        if counts {
            assert!(accepted(outcome));
        } else {
            assert_eq!(outcome.refusal(), Refusal::Expired);
        }
    }
}

impl House {
    /// What the trail says besides of each finished recovery of a root user.
    async fn recovered_with(&self, armed: &Armed) -> Vec<Option<serde_json::Value>> {
        let events = self.lockwright.events(&self.host(), armed.identity.account(), None, 100).await.unwrap();
        let finished = events.into_iter().filter(|event| event.name == "PasswordRecoveryCompleted");
        finished.map(|event| event.record.get("additionalEventData").cloned()).collect()
    }
}

#[tokio::test]
async fn n_t03_two_codes_in_a_row_prove_a_device_that_is_switched_off_and_one_does_not() {
    let house = House::memory().await;
    let armed = house.ana().await;
    house.wear_out(&armed).await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    let now = house.clock_now();
    let (first, second) = (armed.app.at(now), armed.app.steps_later(now, 1));
    let apart = armed.app.steps_later(now, 2);
    assert!(wrong(walk.app(&armed).await), "a single one");
    assert!(wrong(walk.two(&first, &first).await) && wrong(walk.two(&second, &first).await) && wrong(walk.two(&first, &apart).await));
    assert!(accepted(walk.two(&first, &second).await));
    let mut again = house.walk_now(&armed.name, Goal::NewPassword).await;
    assert!(wrong(again.two(&first, &second).await), "B07: they are used up");
    walk.finish().await.unwrap();
    assert_eq!(house.recovered_with(&armed).await, [Some(serde_json::json!({"MFADeviceSwitchedOn": "Phone"}))]);

    // What proved itself is switched on again, and its owner signs in: else strangers keep out whoever has nothing else.
    house.seconds(90);
    let ceremony = house.first_step_with(&armed.name, NEW).await;
    assert!(house.second_code(&armed, &ceremony, &armed.wrong(&house)).await.is_err());
    house.second_code(&armed, &ceremony, &armed.code(&house)).await.unwrap();
}

#[tokio::test]
async fn n_t03_a_recovery_without_the_switched_off_device_leaves_it_off() {
    let house = House::memory().await;
    let armed = house.ana().await;
    house.wear_out(&armed).await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    walk.saved(&armed.codes[0]).await.unwrap();
    walk.finish().await.unwrap();
    assert!(house.stored_app(&armed).await.disabled);
    assert_eq!(house.recovered_with(&armed).await, [None], "the trail has nothing to add");
    let ceremony = house.first_step_with(&armed.name, NEW).await;
    assert!(house.second_code(&armed, &ceremony, &armed.code(&house)).await.is_err());
}

#[tokio::test]
async fn n_r21_n_r24_o_f14_a_recovery_is_told_everywhere_ends_every_session_and_takes_nothing_that_is_enrolled() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
    let before = house.factors(&armed.identity).await;
    let mut walk = house.walk(&armed.name, Goal::NewPassword).await;
    walk.mailbox().await.unwrap();
    assert_eq!(moments(&house.letters().await), everywhere("Started"), "before anything can open");
    walk.app(&armed).await.unwrap();
    house.letters().await;
    walk.finish().await.unwrap();
    let told = notices(&house.letters().await);
    let mut to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, [PHONE, ANA, SECOND]);
    assert!(told.iter().all(|(_, notice)| matches!(notice, Notice::PasswordRecovered(_))), "{told:?}");
    assert!(!house.alive(&done.signed.token).await);
    let after = house.factors(&armed.identity).await;
    let ids = |factors: &lockwright_model::factors::Factors| factors.devices.iter().map(|device| device.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&after), after.codes.clone(), after.enrolment), (ids(&before), before.codes.clone(), None));
    assert!(after.devices.iter().any(|device| matches!(device.kind, DeviceKind::Passkey { .. })));
    assert_eq!((after.emails, after.phones, after.contacts), (before.emails, before.phones, before.contacts));
    let entered = house.lockwright.sign_in(&house.anyone(), &root(ANA), NEW, None).await.unwrap();
    assert!(matches!(entered, Entered::SecondFactor(_)), "O-F13: and the device is asked for as ever");
}

#[tokio::test]
async fn v6_4_4_a_lost_device_takes_the_password_and_what_was_begun_in_a_session_ends_with_it() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let done = house.second_code(&armed, &house.first_step(&armed.name).await, &armed.code(&house)).await.unwrap();
    let mut walk = house.walk(&armed.name, Goal::Reenrol).await;
    walk.mailbox().await.unwrap();
    walk.saved(&armed.codes[0]).await.unwrap();
    assert_eq!(walk.lost_device().await.refusal(), Refusal::NotNow, "without the password nothing takes a device");
    assert!(accepted(walk.password(OLD).await));
    assert_eq!(walk.finish().await.refusal(), Refusal::Gone, "and it sets no password");
    house.letters().await;
    let new = walk.lost_device().await.unwrap();
    assert_eq!(moments(&house.letters().await), everywhere("Completed"));
    assert!(house.alive(&new.token).await && !house.alive(&done.signed.token).await);
    let signed = house.signed(&new.token).await.unwrap();
    let confirm = ConfirmAnswer::Code { password: OLD, code: &armed.codes[1] };
    let _ = house.lockwright.confirm_session(&house.as_(&armed.identity), &signed.session, confirm).await;
    assert!(house.lockwright.issue_codes(&house.as_(&armed.identity), &signed.session).await.is_err(), "it enrols, and does nothing else");
    assert_eq!(walk.lost_device().await.refusal(), Refusal::AlreadyDone);
}

#[tokio::test]
async fn a04_what_was_given_in_one_recovery_is_nothing_in_another() {
    let house = House::memory().await;
    let armed = house.ana().await;
    let mut one = house.walk(&armed.name, Goal::NewPassword).await;
    let code = one.ask(&phone()).await.unwrap().unwrap();
    let mut other = house.walk_now(&armed.name, Goal::NewPassword).await;
    other.ask(&phone()).await.unwrap().unwrap();
    assert!(wrong(other.typed(&code).await), "each code belongs to its case");
    let app = armed.code(&house);
    assert!(accepted(one.factor(FactorAnswer::Totp { device: Some(&armed.app_id), code: &app }).await));
    assert!(wrong(other.factor(FactorAnswer::Totp { device: Some(&armed.app_id), code: &app }).await));
    assert_eq!(other.proofs().await, Proofs::EMPTY);
}

#[tokio::test]
async fn a_recovery_leaves_access_keys_signing_and_marks_them() {
    for goal in [Goal::NewPassword, Goal::Reenrol] {
        let house = House::memory().await;
        let armed = house.ana().await;
        let (lockwright, owner, host) = (&house.lockwright, &armed.identity, house.host());
        let signs = lockwright.create_access_key(&host, owner).await.unwrap().0.id;
        let off = lockwright.create_access_key(&host, owner).await.unwrap().0.id;
        lockwright.set_access_key_active(&host, owner, &off, false).await.unwrap();
        let questioned = || async {
            let keys = lockwright.access_keys(&house.host(), owner).await.unwrap();
            keys.into_iter().map(|key| key.questioned.is_some()).collect::<Vec<_>>()
        };
        house.letters().await;
        let mut walk = house.walk(&armed.name, goal).await;
        walk.mailbox().await.unwrap();
        walk.saved(&armed.codes[0]).await.unwrap();
        if goal == Goal::Reenrol {
            walk.password(OLD).await.unwrap();
        }
        assert_eq!(questioned().await, [false, false], "{goal:?}: not before its end");
        house.letters().await;
        match goal {
            Goal::NewPassword => walk.finish().await.unwrap(),
            Goal::Reenrol => drop(walk.lost_device().await.unwrap()),
        }
        let heard = notices(&house.letters().await);
        let heard = heard.iter().filter(|(_, notice)| matches!(notice, Notice::Happened { what: Happening::KeysQuestioned(1), .. }));
        assert_eq!(heard.count(), 3, "{goal:?}: every address hears of the one that signs");
        assert_eq!(questioned().await, [true, false], "{goal:?}");
        assert!(lockwright.signer(&signs, None, lockwright.now()).await.unwrap().ok().is_some(), "{goal:?}: programs go on");
        assert!(lockwright.signer(&off, None, lockwright.now()).await.unwrap().ok().is_none());

        lockwright.keep_access_key(&house.host(), owner, &signs).await.unwrap();
        assert!(lockwright.keep_access_key(&house.host(), owner, &off).await.is_err(), "what is off stays off");
        assert_eq!(questioned().await, [false, false], "{goal:?}");
    }
}

#[tokio::test]
async fn a_password_handed_over_by_the_host_questions_no_access_key() {
    let house = House::memory().await;
    let armed = house.ana().await;
    house.lockwright.create_access_key(&house.host(), &armed.identity).await.unwrap();
    let account = armed.identity.account().unwrap();
    let link = house.lockwright.recovery_link(&house.host(), &Whom::Root(account)).await.unwrap();
    let (case, token) = link.url.expose().rsplit_once("/link/").unwrap().1.split_once('/').unwrap();
    let case = case.parse().unwrap();
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", token).await.unwrap();
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    let keys = house.lockwright.access_keys(&house.host(), &armed.identity).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.questioned).collect::<Vec<_>>(), [None]);
}
