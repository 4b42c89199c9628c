//! Recovery contacts in a recovery: asked by mail, answering once, with a code that only the person they spoke to can type.

use std::time::Duration;

use lockwright_authn::codes::{self, CodeKey};
use lockwright_model::case::CaseState;
use lockwright_model::case::ContactAnswer::{Approved, Refused};
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::CaseId;
use lockwright_model::identity::Identity;
use lockwright_model::job::Happening;
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_model::secret::KeyBytes;
use lockwright_model::token::{Code, Token};
use lockwright_service::cases::{CaseError, Opened};
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::rules::COOLING;
use lockwright_service::core::recovery::{self, Given, RecoverySettings, Refusal, Step};
use lockwright_service::mail::outgoing::{ContactLetter, OutgoingMail};
use lockwright_testkit::mailbox::Letter;

use crate::contacts::happened;
use crate::house::{ANA, HERE, House, root};

const MARTA: &str = "marta@example.com";
const JON: &str = "jon@example.com";

/// The case and token of the question that one contact got.
fn asked(letters: &[Letter], address: &str) -> (CaseId, String) {
    let letter = letters.iter().find(|letter| letter.to == address).unwrap_or_else(|| panic!("{address}: {letters:?}"));
    assert!(matches!(&letter.mail, OutgoingMail::Contact { letter: ContactLetter::Question { .. }, .. }));
    let rest = letter.url().unwrap().strip_prefix("https://id.example.com/recover/contact/").expect("links carry the configured origin");
    let (case, token) = rest.split_once('/').unwrap();
    (case.parse().unwrap(), token.to_owned())
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, CaseError>) -> Refusal {
    match outcome {
        Err(CaseError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

impl House {
    /// An account whose two contacts accepted a while ago.
    async fn with_contacts(&self) {
        self.account(ANA).await;
        for address in [MARTA, JON] {
            let session = self.root_session().await;
            self.contact(&session, address).await;
        }
        self.pass(COOLING);
    }

    async fn subject(&self, case: &CaseId) -> Option<Person> {
        match self.store.case(case).await.unwrap().unwrap().subject() {
            Some(Identity::Root(id)) => self.store.account(*id).await.unwrap().map(Person::Root),
            _ => None,
        }
    }

    fn code_key() -> CodeKey {
        CodeKey::new(KeyBytes::new(codes::bind(&KeyBytes::new([2; 32]), "code-key", &[])))
    }

    /// The browser that holds a recovery has the contacts asked.
    async fn ask(&self, opened: &Opened) -> Vec<Letter> {
        let (key, op) = (Self::code_key(), self.anyone());
        let step = Step { key: &key, settings: RecoverySettings::default(), op: &op, entropy: &SystemEntropy };
        let case = self.store.case(&opened.case).await.unwrap().unwrap();
        let person = self.subject(&opened.case).await;
        let decided = recovery::ask_contacts(case, person.as_ref(), opened.holder.hash(), &step).unwrap();
        self.store.commit(decided.changes).await.unwrap();
        self.letters().await
    }

    /// It types a code that a contact read out.
    async fn type_code(&self, case: &CaseId, holder: &Token, code: &Code) -> Given {
        let (key, op) = (Self::code_key(), self.anyone());
        let step = Step { key: &key, settings: RecoverySettings::default(), op: &op, entropy: &SystemEntropy };
        let row = self.store.case(case).await.unwrap().unwrap();
        let decided = recovery::try_contact_code(row, self.subject(case).await, holder.hash(), Some(code), &step).unwrap();
        self.store.commit(decided.changes).await.unwrap();
        decided.output
    }

    async fn begin(&self, email: &str) -> Opened {
        let opened = self.lockwright.start_recovery(&self.anyone(), &root(email), Goal::NewPassword).await.unwrap();
        self.letters().await;
        opened
    }

    async fn approve(&self, case: &CaseId, token: &str) -> Result<Code, CaseError> {
        let answered = self.lockwright.answer_question(&self.anyone(), case, token, Approved).await?;
        Ok(answered.code.expect("an approval has a code"))
    }
}

#[tokio::test]
async fn x05_two_contacts_are_asked_and_each_reads_out_a_code_that_the_person_types() {
    let house = House::memory().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let letters = house.ask(&opened).await;
    let (case, martas) = asked(&letters, MARTA);
    let (_, jons) = asked(&letters, JON);
    let question = house.lockwright.look_at_question(&case, &martas).await.unwrap();
    assert_eq!((question.owner.as_str(), question.source.ip_text().as_str()), ("Ana", HERE));
    let code = house.approve(&case, &martas).await.unwrap();
    assert!(matches!(house.type_code(&case, &opened.holder, &code).await, Given::Part { given: 1, needed: 2 }));
    assert!(matches!(house.type_code(&case, &opened.holder, &code).await, Given::Wrong { .. }), "one person is one");
    let second = house.approve(&case, &jons).await.unwrap();
    assert!(matches!(house.type_code(&case, &opened.holder, &second).await, Given::Accepted(_)));
    let proofs = house.store.case(&case).await.unwrap().unwrap().gathered.proofs;
    assert_eq!(proofs, Proofs::of(&[Proof::ContactsTwo]));
}

#[tokio::test]
async fn x09_a_question_is_looked_at_without_an_answer_and_answered_once() {
    let house = House::memory().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let (case, token) = asked(&house.ask(&opened).await, MARTA);
    let before = house.store.counts().await.unwrap();
    for _ in 0..20 {
        house.lockwright.look_at_question(&case, &token).await.unwrap();
    }
    assert_eq!(house.store.counts().await.unwrap(), before);
    house.approve(&case, &token).await.unwrap();
    assert_eq!(refused(house.approve(&case, &token).await), Refusal::AlreadyDone);
    assert_eq!(refused(house.lockwright.answer_question(&house.anyone(), &case, &token, Refused).await), Refusal::AlreadyDone);
    assert_eq!(refused(house.lockwright.look_at_question(&case, &token).await), Refusal::AlreadyDone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_approvals_at_once_one_shows_a_code() {
    let house = House::file().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let (case, token) = asked(&house.ask(&opened).await, MARTA);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (lockwright, op, case, token) = (house.lockwright.clone(), house.anyone(), case.clone(), token.clone());
            tokio::spawn(
                async move { lockwright.answer_question(&op, &case, &token, Approved).await.ok().and_then(|answered| answered.code) },
            )
        })
        .collect();
    let mut codes = Vec::new();
    for task in tasks {
        codes.extend(task.await.unwrap());
    }
    assert_eq!(codes.len(), 1);
    assert!(matches!(house.type_code(&case, &opened.holder, &codes[0]).await, Given::Part { .. }), "and it is the one that counts");
}

#[tokio::test]
async fn a_contact_who_does_not_recognise_it_warns_the_owner_at_once() {
    let house = House::memory().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let (case, token) = asked(&house.ask(&opened).await, MARTA);
    let answered = house.lockwright.answer_question(&house.anyone(), &case, &token, Refused).await.unwrap();
    assert!(answered.code.is_none());
    assert!(happened(&house.letters().await).contains(&Happening::ContactRefused("A friend".parse().unwrap())));
    assert_eq!(refused(house.approve(&case, &token).await), Refusal::AlreadyDone);
}

#[tokio::test]
async fn a_contact_who_refused_is_not_asked_again_and_the_second_refusal_ends_the_recovery() {
    let house = House::memory().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let (case, martas) = asked(&house.ask(&opened).await, MARTA);
    house.lockwright.answer_question(&house.anyone(), &case, &martas, Refused).await.unwrap();
    house.letters().await;
    let again = house.ask(&opened).await;
    assert!(again.iter().all(|letter| letter.to != MARTA), "{again:?}");
    let (_, jons) = asked(&again, JON);
    house.lockwright.answer_question(&house.anyone(), &case, &jons, Refused).await.unwrap();
    assert!(matches!(house.store.case(&case).await.unwrap().unwrap().state, CaseState::Closed { .. }));
}

#[tokio::test]
async fn n_r15_link_and_code_of_a_contact_work_for_two_days_and_no_longer() {
    const LIFE: Duration = Duration::from_secs(48 * 3600);
    for (late, works) in [(Duration::from_secs(60), true), (Duration::ZERO, false)] {
        let house = House::memory().await;
        house.with_contacts().await;
        let opened = house.begin(ANA).await;
        let letters = house.ask(&opened).await;
        let ((case, martas), (_, jons)) = (asked(&letters, MARTA), asked(&letters, JON));
        let code = house.approve(&case, &martas).await.unwrap();
        house.pass(LIFE - late);
        assert_eq!(house.lockwright.look_at_question(&case, &jons).await.is_ok(), works, "{late:?}");
        let (key, op) = (House::code_key(), house.anyone());
        let step = Step { key: &key, settings: RecoverySettings::default(), op: &op, entropy: &SystemEntropy };
        let (row, person) = (house.store.case(&case).await.unwrap().unwrap(), house.subject(&case).await);
        let tried = recovery::try_contact_code(row, person, opened.holder.hash(), Some(&code), &step).map(|decided| decided.output);
        assert_eq!(matches!(tried, Ok(Given::Part { .. })), works, "{late:?}: {tried:?}");
    }
}

#[tokio::test]
async fn a29_a_strangers_case_neither_stops_nor_uses_up_the_owners_questions() {
    let house = House::memory().await;
    house.with_contacts().await;
    let mine = house.begin(ANA).await;
    let (case, token) = asked(&house.ask(&mine).await, MARTA);
    let theirs = house.begin(ANA).await;
    let (other, others_token) = asked(&house.ask(&theirs).await, MARTA);
    assert_ne!(case, other);
    house.lockwright.answer_question(&house.anyone(), &other, &others_token, Refused).await.unwrap();
    // The tokens fit their own case only, and the stranger's refusal is the stranger's.
    assert_eq!(refused(house.approve(&case, &others_token).await), Refusal::Replaced);
    for odd in ["", "0", "null", "lw_link_x_y", &token.to_uppercase()] {
        assert!(matches!(house.approve(&case, odd).await, Err(CaseError::Unknown)), "{odd}");
    }
    let code = house.approve(&case, &token).await.unwrap();
    assert!(matches!(house.type_code(&case, &mine.holder, &code).await, Given::Part { .. }));
    let elsewhere = house.store.case(&other).await.unwrap().unwrap();
    assert!(elsewhere.gathered.proofs.is_empty());
}

#[tokio::test]
async fn nobody_is_asked_for_a_decoy_nor_a_contact_who_is_new() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    house.contact(&session, MARTA).await;
    house.pass(COOLING - Duration::from_secs(60));
    let decoy = house.begin("nobody@example.com").await;
    assert!(house.ask(&decoy).await.is_empty());
    let early = house.begin(ANA).await;
    assert!(!house.ask(&early).await.iter().any(|letter| letter.to == MARTA));
    house.seconds(120);
    let later = house.begin(ANA).await;
    asked(&house.ask(&later).await, MARTA);
}

#[tokio::test]
async fn x05_at_use_too_a_contact_must_still_be_one_and_not_the_owner() {
    let house = House::memory().await;
    house.with_contacts().await;
    let opened = house.begin(ANA).await;
    let letters = house.ask(&opened).await;
    let ((case, martas), (_, jons)) = (asked(&letters, MARTA), asked(&letters, JON));
    let code = house.approve(&case, &martas).await.unwrap();
    let session = house.root_session().await;
    let person = house.subject(&case).await.unwrap();
    for contact in &person.factors().contacts.people {
        house.lockwright.remove_contact(&house.as_(&session.owner), &session, &contact.id).await.unwrap();
    }
    assert_eq!(refused(house.approve(&case, &jons).await), Refusal::Gone);
    let given = house.type_code(&case, &opened.holder, &code).await;
    assert!(matches!(given, Given::Part { given: 0, .. }), "{given:?}");
    assert!(house.store.case(&case).await.unwrap().unwrap().gathered.proofs.is_empty());
}
