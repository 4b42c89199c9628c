//! Rehearsals (B3): the real way with the real checks, which opens nothing, uses up no code and takes what is pretended lost for lost.

use std::time::Duration;

use lockwright_model::case::{CaseState, Channel, MessageWay};
use lockwright_model::factors::{Drill, Loss};
use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::Identity;
use lockwright_model::job::Happening;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::secret::Secret;
use lockwright_model::session::Session;
use lockwright_model::token::Token;
use lockwright_service::cases::{CaseError, CaseStep, Opened};
use lockwright_service::core::person::Person;
use lockwright_service::core::readiness::Concern;
use lockwright_service::core::recovery::drill::REHEARSE;
use lockwright_service::core::recovery::rules::COOLING;
use lockwright_service::core::recovery::{Given, Refusal};
use lockwright_service::drills::DrillError;
use lockwright_service::evidence::EvidenceError;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::signin::Entered;
use lockwright_testkit::mailbox::Letter;
use lockwright_testkit::totp::SoftTotp;

use crate::contacts::happened;
use crate::enrolling::enrol;
use crate::house::{ANA, House, NEW, OLD, builder, root};

/// Somebody with a password, a mailbox, an app and codes, all of which serve.
struct Rehearser {
    house: House,
    account: AccountId,
    app: SoftTotp,
    codes: Vec<Secret>,
}

impl Rehearser {
    async fn new() -> Self {
        let house = House::file().await;
        let account = house.account(ANA).await;
        let token = house.session(&root(ANA), OLD).await;
        let session = (*house.signed(&token).await.unwrap().session).clone();
        let (session, app, _) = enrol(&house, account, &session).await;
        let codes = house.lockwright.issue_codes(&house.as_root(account), &session).await.unwrap();
        house.pass(COOLING);
        house.letters().await;
        Self { house, account, app, codes }
    }

    /// The code that the app shows at the next step, so that none is shown twice.
    fn code(&self) -> String {
        self.house.seconds(30);
        self.app.at(self.house.clock_now())
    }

    /// Signs in with the password and a code of the app.
    async fn sign_in(&self, code: &str) -> Option<Session> {
        let Entered::SecondFactor(cookie) = self.house.lockwright.sign_in(&self.house.anyone(), &root(ANA), OLD, None).await.unwrap()
        else {
            panic!("a second factor is owed")
        };
        let answer = FactorAnswer::Totp { device: None, code };
        let done = self.house.lockwright.finish_second_step(&self.house.anyone(), cookie.expose(), answer, None).await.ok()?;
        Some((*self.house.signed(&done.signed.token).await.unwrap().session).clone())
    }

    async fn session(&self) -> Session {
        self.sign_in(&self.code()).await.unwrap()
    }

    async fn start(&self, session: &Session, loss: Loss) -> Opened {
        let op = self.house.as_(&session.owner);
        self.house.lockwright.start_drill(&op, session, loss).await.unwrap()
    }

    async fn person(&self) -> Person {
        Person::Root(self.house.store.account(self.account).await.unwrap().unwrap())
    }

    async fn saved(&self, case: &CaseId, holder: &Token, at: usize) -> Result<Given, EvidenceError> {
        let answer = FactorAnswer::RecoveryCode(self.codes[at].expose());
        self.house.lockwright.give_factor(&self.house.anyone(), case, holder.expose(), answer, None).await
    }
}

fn pretended<T: std::fmt::Debug>(outcome: Result<T, EvidenceError>) -> bool {
    matches!(outcome, Err(EvidenceError::Case(CaseError::Refused(Refusal::PretendedLost))))
}

#[tokio::test]
async fn b03_a_rehearsal_ends_in_a_result_with_its_date_and_changes_nothing_else() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let before = one.person().await;
    let opened = one.start(&session, Loss::PasswordAndDevices).await;
    let mail = house.letter().await;
    let holder = house.prove(&opened, mail.code().unwrap()).await;
    let told = happened(&house.letters().await);
    assert!(matches!(told[..], [Happening::Recovery { drill: true, .. }]), "{told:?}");
    let Given::Accepted(holder) = one.saved(&opened.case, &holder, 0).await.unwrap() else { panic!() };
    let told = happened(&house.letters().await);
    assert!(matches!(told[..], [Happening::DrillDone { lost: Loss::PasswordAndDevices, passed: true }]), "{told:?}");

    let after = one.person().await;
    assert_eq!(after.factors().drills.len(), 1);
    assert!(matches!(after.factors().drills[0], Drill { lost: Loss::PasswordAndDevices, passed: true, .. }));
    assert_eq!(after.factors().codes.as_ref().unwrap().count(), 10, "no saved code is used up");
    assert_eq!((after.epoch(), after.factors().devices.len()), (before.epoch(), 1));
    assert_eq!(after.credential().unwrap().hash, before.credential().unwrap().hash);

    // What a recovery would open with the same case does not open.
    let view = house.lockwright.case(&opened.case, holder.expose()).await.unwrap();
    assert!(matches!(view.step, Ok(CaseStep::Done)) && view.drill == Some(Loss::PasswordAndDevices));
    assert!(house.lockwright.finish_recovery(&house.anyone(), &opened.case, holder.expose(), NEW, NEW).await.is_err());
    assert!(house.lockwright.start_waiting(&house.anyone(), &opened.case, holder.expose()).await.is_err());
    assert!(house.sign_in(&root(ANA), NEW).await.is_err());
}

#[tokio::test]
async fn b03_what_is_pretended_lost_is_refused_and_costs_no_try() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let at = |opened: &Opened| (opened.case.clone(), opened.holder.expose().to_owned());
    let devices = one.start(&session, Loss::Devices).await;
    let (case, holder) = at(&devices);
    for _ in 0..12 {
        let code = one.code();
        let answer = FactorAnswer::Totp { device: None, code: &code };
        let given = house.lockwright.give_factor(&house.anyone(), &case, &holder, answer, None).await;
        assert!(pretended(given));
    }
    let (both, holder) = at(&one.start(&session, Loss::PasswordAndDevices).await);
    assert!(pretended(house.lockwright.give_password(&house.anyone(), &both, &holder, OLD).await));
    // In earnest the same password counts, and in a rehearsal of another loss.
    let Given::Accepted(holder) = house.lockwright.give_password(&house.anyone(), &case, devices.holder.expose(), OLD).await.unwrap()
    else {
        panic!()
    };
    assert!(matches!(one.saved(&case, &holder, 1).await, Ok(Given::Accepted(_))));
}

#[tokio::test]
async fn b03_where_sign_in_goes_on_or_others_must_help_there_is_nothing_to_rehearse() {
    let house = House::file().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&session).await.unwrap().session;
    let op = house.as_(&signed.owner);
    // Sign-in goes on without the mailbox: nothing to rehearse.
    assert!(matches!(house.lockwright.start_drill(&op, &signed, Loss::Mailbox).await, Err(DrillError::Nothing)));
    assert!(matches!(house.lockwright.start_drill(&op, &signed, Loss::Devices).await, Err(DrillError::Nothing)));
    let everything = house.lockwright.start_drill(&op, &signed, Loss::Everything).await;
    assert!(matches!(everything, Err(DrillError::Nothing)), "only operators are left, and they are not bothered");
    assert_eq!(house.letters().await.len(), 0);
    house.lockwright.start_drill(&op, &signed, Loss::Password).await.unwrap();
    assert_eq!(house.letters().await.len(), 1);
}

#[tokio::test]
async fn b03_a_code_is_never_sent_to_what_is_pretended_lost() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let opened = one.start(&session, Loss::Phone).await;
    house.letters().await;
    let phone = Channel::Phone("+447700900123".parse().unwrap());
    let asked = house.lockwright.ask_code(&house.anyone(), &opened.case, opened.holder.expose(), &phone, MessageWay::Text).await;
    assert!(pretended(asked));
    assert_eq!(house.letters().await.len(), 0);
    let mail = Channel::Email(ANA.parse().unwrap());
    house.lockwright.ask_code(&house.anyone(), &opened.case, opened.holder.expose(), &mail, MessageWay::Text).await.unwrap();
    assert!(house.letter().await.code().is_some());
}

#[tokio::test]
async fn b03_a_rehearsal_needs_no_operator_and_a_stopped_one_is_no_cancelled_recovery() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let opened = one.start(&session, Loss::PasswordAndDevices).await;
    let mail = house.letter().await;
    let holder = house.prove(&opened, mail.code().unwrap()).await;
    let asked = house.lockwright.ask_operators(&house.anyone(), &opened.case, holder.expose()).await;
    assert!(matches!(asked, Err(EvidenceError::Case(CaseError::Refused(Refusal::NotNow)))));
    let op = house.as_(&session.owner);
    assert_eq!(house.lockwright.recoveries_of(&one.person().await).await.unwrap().len(), 0, "it is no recovery");
    let stopped = house.lockwright.stop_own_recoveries(&op, &session).await.unwrap();
    assert_eq!((stopped.closed, one.person().await.factors().cancels.len()), (0, 0));
}

#[tokio::test]
async fn b03_one_that_is_given_up_has_its_result_too() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let opened = one.start(&session, Loss::Password).await;
    house.letters().await;
    house.lockwright.cancel_case(&house.anyone(), &opened.case, opened.holder.expose()).await.unwrap();
    let drills = one.person().await.factors().drills.clone();
    assert!(matches!(drills[..], [Drill { lost: Loss::Password, passed: false, .. }]));
    let told = happened(&house.letters().await);
    assert!(matches!(told[..], [Happening::DrillDone { passed: false, .. }]), "{told:?}");
    let state = house.store.case(&opened.case).await.unwrap().unwrap().state;
    assert!(matches!(state, CaseState::Completed { .. }), "a rehearsal that is over opens nothing");
}

#[tokio::test]
async fn b03_those_that_are_stopped_have_their_results_and_share_one_reminder() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let begun = one.start(&session, Loss::Password).await;
    one.start(&session, Loss::PasswordAndDevices).await;
    house.letters().await;
    house.lockwright.issue_codes(&house.as_(&session.owner), &session).await.unwrap();
    let notice = house.letter().await;
    let link = notice.url().unwrap().rsplit('/').next().unwrap();
    house.lockwright.disown(&house.anyone(), link).await.unwrap();
    let drills = one.person().await.factors().drills.clone();
    let mut lost: Vec<Loss> = drills.iter().filter(|drill| !drill.passed).map(|drill| drill.lost).collect();
    lost.sort_unstable();
    assert_eq!((lost, drills.len()), (vec![Loss::Password, Loss::PasswordAndDevices], 2));
    let told = happened(&house.letters().await);
    assert_eq!(told.iter().filter(|what| matches!(what, Happening::DrillDone { passed: false, .. })).count(), 2, "{told:?}");
    let holder = begun.holder.expose();
    assert!(house.lockwright.give_password(&house.anyone(), &begun.case, holder, OLD).await.is_err(), "it goes on nowhere");
    for (time, count) in [(REHEARSE - COOLING, 0), (COOLING, 1)] {
        house.pass(time);
        let told = happened(&house.letters().await);
        assert_eq!(told.iter().filter(|what| matches!(what, Happening::ReviewDrill)).count(), count, "{told:?}");
    }
}

#[tokio::test]
async fn b03_a_code_given_in_a_rehearsal_is_taken_only_once_there() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    let opened = one.start(&session, Loss::PasswordAndDevices).await;
    let Given::Accepted(holder) = one.saved(&opened.case, &opened.holder, 2).await.unwrap() else { panic!() };
    let again = one.saved(&opened.case, &holder, 3).await;
    assert!(matches!(again, Err(EvidenceError::Case(CaseError::Refused(Refusal::NotNow)))), "x03: two saved codes are one proof");
    let ways = house.lockwright.ways(&house.anyone(), &opened.case, holder.expose()).await.unwrap();
    assert_eq!((ways.given, ways.drill), (Proofs::of(&[Proof::RecoveryCode]), Some(Loss::PasswordAndDevices)));
    // And a one-time password that was typed in a rehearsal never signs in afterwards.
    let password = one.start(&session, Loss::Password).await;
    let code = one.code();
    let answer = FactorAnswer::Totp { device: None, code: &code };
    let given = house.lockwright.give_factor(&house.anyone(), &password.case, password.holder.expose(), answer, None).await;
    assert!(matches!(given, Ok(Given::Accepted(_))));
    assert!(one.sign_in(&code).await.is_none());
    assert!(one.sign_in(&one.code()).await.is_some());
}

#[tokio::test]
async fn b03_a_reminder_comes_after_half_a_year_without_a_rehearsal() {
    let one = Rehearser::new().await;
    let house = &one.house;
    let due = |letters: &[Letter]| happened(letters).iter().filter(|what| matches!(what, Happening::ReviewDrill)).count();
    assert!(house.lockwright.readiness(&one.person().await).await.unwrap().concerns.contains(&Concern::NoDrill));
    house.pass(REHEARSE - COOLING - Duration::from_secs(3600));
    assert_eq!(due(&house.letters().await), 0);
    // One is walked just before: the reminder waits for half a year more.
    let session = one.session().await;
    let opened = one.start(&session, Loss::PasswordAndDevices).await;
    let mail = house.letters().await.into_iter().find(|letter| letter.code().is_some()).unwrap();
    let holder = house.prove(&opened, mail.code().unwrap()).await;
    assert!(matches!(one.saved(&opened.case, &holder, 0).await, Ok(Given::Accepted(_))));
    house.letters().await;
    assert!(!house.lockwright.readiness(&one.person().await).await.unwrap().concerns.contains(&Concern::NoDrill));
    house.pass(Duration::from_secs(2 * 3600));
    assert_eq!(due(&house.letters().await), 0);
    house.pass(REHEARSE);
    assert_eq!(due(&house.letters().await), 1);
    house.pass(REHEARSE);
    assert_eq!(due(&house.letters().await), 1, "and again every half year, once");
    assert!(house.lockwright.readiness(&one.person().await).await.unwrap().concerns.contains(&Concern::NoDrill));
}

#[tokio::test]
async fn b03_a_replaced_device_begins_one_half_year_and_without_a_device_nobody_is_reminded() {
    let house = House::memory().await;
    let name = builder(ANA);
    let owner = Identity::Builder(house.builder(ANA).await);
    let enrol = async || house.enrol_app(&house.session(&name, OLD).await).await.0;
    let remove = async |app: &SoftTotp| {
        let code = app.at(house.clock_now());
        let answer = FactorAnswer::Totp { device: None, code: &code };
        let token = house.second(&house.first_step(&name).await, answer).await.unwrap().signed.token;
        let signed = house.signed(&token).await.unwrap();
        let device = signed.person.factors().devices[0].id.clone();
        house.lockwright.remove_device(&house.as_(&owner), &signed.session, &device).await.unwrap();
    };
    let due = async || happened(&house.letters().await).into_iter().filter(|what| *what == Happening::ReviewDrill).count();
    let mut app = enrol().await;
    for _ in 0..3 {
        house.pass(REHEARSE / 4);
        remove(&app).await;
        app = enrol().await;
    }
    house.pass(REHEARSE - Duration::from_secs(3600));
    assert_eq!(due().await, 0, "nothing of the earlier ones");
    house.pass(Duration::from_secs(3600));
    assert_eq!(due().await, 1);
    remove(&app).await;
    house.pass(REHEARSE);
    assert_eq!(due().await, 0, "there is nothing to rehearse");
    enrol().await;
    house.pass(REHEARSE);
    assert_eq!(due().await, 1);
}

#[tokio::test]
async fn b03_too_many_rehearsals_at_once_are_refused_in_words() {
    let one = Rehearser::new().await;
    let (house, session) = (&one.house, one.session().await);
    for _ in 0..5 {
        one.start(&session, Loss::Password).await;
    }
    let op = house.as_(&session.owner);
    assert!(matches!(house.lockwright.start_drill(&op, &session, Loss::Password).await, Err(DrillError::Wait { .. })));
    let codes = house.letters().await.iter().filter(|letter| letter.code().is_some()).count();
    assert_eq!(codes, 5);
}
