//! Changing the address that signs in: what must be proven before, who hears of it, how the old address takes it back.

use std::time::Duration;

use lockwright_core::recovery::rules::UNDO;
use lockwright_model::case::Channel;
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record};
use lockwright_model::email::EmailAddress;
use lockwright_model::factors::ExtraEmail;
use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::proof::Goal;
use lockwright_model::token::Token;
use lockwright_service::cases::{CaseError, CaseKind, Opened};
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::{CodeOutcome, Refusal};
use lockwright_service::emails::ChangeEmailError;
use lockwright_service::mail::outgoing::{OutgoingMail, TicketPurpose};
use lockwright_testkit::mailbox::Letter;

use crate::house::{ANA, House, NEW, OLD, builder, notices, parts, root};

const NEXT: &str = "ana@next.example";
const THIRD: &str = "ana@third.example";

/// A proof of a new address that only waits to be finished.
struct Proven {
    case: CaseId,
    holder: Token,
}

/// The link that takes a change back, from the mail to the old address.
pub(crate) struct Undo {
    case: CaseId,
    link: String,
}

fn undo_of(letters: &[Letter], old: &str) -> Undo {
    let letter = letters.iter().find(|letter| letter.to == old && letter.url().is_some()).expect("a mail to the old address");
    assert!(matches!(letter.mail, OutgoingMail::Ticket { purpose: TicketPurpose::UndoEmail { .. }, .. }));
    let (case, link) = parts(letter.url().unwrap());
    Undo { case, link }
}

impl House {
    async fn ask_change(&self, session: &Token, address: &str) -> Result<Opened, ChangeEmailError> {
        let signed = self.signed(session).await.expect("a living session");
        let op = self.as_(&signed.session.owner);
        self.lockwright.start_email_change(&op, &signed.session, address.parse().unwrap()).await
    }

    async fn prove_change(&self, session: &Token, address: &str) -> Proven {
        self.letters().await;
        let opened = self.ask_change(session, address).await.unwrap();
        let letters = self.letters().await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [address], "to the new address alone");
        Proven { holder: self.prove(&opened, letters[0].code().unwrap()).await, case: opened.case }
    }

    async fn finish_change(&self, proven: &Proven, session: Option<&Token>) -> Result<Option<Token>, CaseError> {
        self.lockwright.finish_email_change(&self.anyone(), &proven.case, proven.holder.expose(), session).await
    }

    /// Changes the address; yields the link that takes it back.
    pub(crate) async fn change_email(&self, from: &str, to: &str) -> Undo {
        let session = self.session(&root(from), OLD).await;
        let proven = self.prove_change(&session, to).await;
        self.finish_change(&proven, Some(&session)).await.unwrap();
        undo_of(&self.letters().await, from)
    }

    pub(crate) async fn undo(&self, undo: &Undo) -> Result<Person, CaseError> {
        self.lockwright.undo_email_change(&self.anyone(), &undo.case, &undo.link).await
    }

    /// Gives an account's root user another confirmed address, as confirming it would.
    async fn add_extra(&self, account: AccountId, address: &str) {
        let mut row = self.store.account(account).await.unwrap().unwrap();
        let address: EmailAddress = address.parse().unwrap();
        row.root.factors.emails.push(ExtraEmail { address: address.clone(), since: self.clock_now() });
        let mut changes = ChangeSet::default();
        let owner = Identity::Root(account);
        changes.put(Record::Claim(Claim::held(ClaimKey::Address(address.key(), owner.to_string()), owner)));
        changes.put(Record::Account(row));
        self.store.commit(changes).await.unwrap();
    }

    async fn purge(&self) {
        self.store.purge(self.clock_now()).await.unwrap();
    }

    /// Tries to register an account; the mails that leave.
    async fn try_register(&self, address: &str) -> Vec<Letter> {
        self.seconds(3601);
        self.lockwright.start_account(&self.anyone(), address.parse().unwrap()).await.unwrap();
        self.letters().await
    }
}

fn gone<T: std::fmt::Debug>(result: Result<T, CaseError>) -> Refusal {
    match result {
        Err(CaseError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn changed(notice: &Notice) -> bool {
    matches!(notice, Notice::Happened { what: Happening::EmailChanged(_), .. })
}

#[tokio::test]
async fn v6_3_7_n_b03_nothing_changes_before_the_proof_and_everybody_hears_of_the_change() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.add_extra(account, "ana@spare.example").await;
    let (here, there) = (house.session(&root(ANA), OLD).await, house.session(&root(ANA), OLD).await);
    let proven = house.prove_change(&here, NEXT).await;
    house.session(&root(ANA), OLD).await;
    assert!(house.sign_in(&root(NEXT), OLD).await.is_err(), "not before the end");

    let renewed = house.finish_change(&proven, Some(&here)).await.unwrap().expect("this browser goes on");
    assert!(house.alive(&renewed).await && !house.alive(&here).await && !house.alive(&there).await, "every other session ends");
    let letters = house.letters().await;
    let mut told: Vec<String> = notices(&letters).into_iter().filter(|(_, notice)| changed(notice)).map(|(to, _)| to).collect();
    told.sort();
    assert_eq!(told, [NEXT, "ana@spare.example"], "the new one and all others");
    let undo = undo_of(&letters, ANA);
    assert_eq!(letters.len(), 3, "and the old one, with a way back");
    assert_eq!(house.lockwright.look_at_link(&undo.case, "", &undo.link).await.unwrap().kind, CaseKind::UndoEmail);

    assert!(house.sign_in(&root(ANA), OLD).await.is_err(), "the old address signs nobody in");
    house.session(&root(NEXT), OLD).await;
    assert_eq!(gone(house.finish_change(&proven, None).await), Refusal::AlreadyDone);
    let person = Person::Root(house.store.account(account).await.unwrap().unwrap());
    let channel = Channel::Email(NEXT.parse().unwrap());
    let now = house.clock_now();
    assert!(!person.serves_recovery(&channel, now), "the new address serves no recovery while the old one can undo");
    assert!(person.serves_recovery(&channel, now.plus(UNDO)));
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn v7_5_1_o_m02_a_session_that_has_not_proven_lately_who_it_is_changes_no_address() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let asked = async |session: &Token, address: &str| house.ask_change(session, address).await.unwrap_err();
    assert!(matches!(asked(&session, "ANA@example.com").await, ChangeEmailError::Same));
    house.seconds(600);
    assert!(matches!(asked(&session, NEXT).await, ChangeEmailError::NotConfirmed));
    let session = house.session(&root(ANA), OLD).await;
    let mut frozen = house.store.account(account).await.unwrap().unwrap();
    let until = house.clock_now().plus(Duration::from_secs(60));
    frozen.root.factors.frozen_until = Some(until);
    let mut changes = ChangeSet::default();
    changes.put(Record::Account(frozen));
    house.store.commit(changes).await.unwrap();
    // Past the cache, as the decision is.
    let signed = house.signed(&session).await.unwrap();
    let op = house.as_root(account);
    let refused = house.lockwright.start_email_change(&op, &signed.session, NEXT.parse().unwrap()).await.unwrap_err();
    assert!(matches!(refused, ChangeEmailError::Frozen { until: told } if told == until), "{refused:?}");
    // An IAM user has an address of another kind.
    let user = house.user(account, "carla", false).await;
    let carla = house.sign_in_user(&user, OLD).await.unwrap().token;
    assert!(matches!(asked(&carla, NEXT).await, ChangeEmailError::NotThis));
    assert_eq!(house.letters().await.len(), 0);
}

#[tokio::test]
async fn a19_of_two_changes_each_token_confirms_only_its_own_address() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let (first, second) = (house.ask_change(&session, NEXT).await.unwrap(), house.ask_change(&session, THIRD).await.unwrap());
    let letters = house.letters().await;
    let code = |to: &str| letters.iter().find(|letter| letter.to == to).unwrap().code().unwrap().to_owned();
    let crossed = house.lockwright.submit_code(&house.anyone(), &first.case, first.holder.expose(), &code(THIRD)).await.unwrap();
    assert!(matches!(crossed, CodeOutcome::Wrong { .. }));
    let (one, two) = (house.prove(&first, &code(NEXT)).await, house.prove(&second, &code(THIRD)).await);
    let stolen = Proven { case: first.case.clone(), holder: two.clone() };
    assert_eq!(gone(house.finish_change(&stolen, None).await), Refusal::NotYours);
    house.finish_change(&Proven { case: first.case, holder: one }, None).await.unwrap();
    // The second was asked for under an address that is no longer the present one: it is void.
    assert_eq!(gone(house.finish_change(&Proven { case: second.case, holder: two }, None).await), Refusal::Gone);
    assert!(house.sign_in(&root(THIRD), OLD).await.is_err());
    house.session(&root(NEXT), OLD).await;
}

#[tokio::test]
async fn a17_what_ends_the_sessions_ends_a_change_that_was_asked_for_before() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let proven = house.prove_change(&session, NEXT).await;
    let signed = house.signed(&session).await.unwrap();
    let op = house.as_(&signed.session.owner);
    house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await.unwrap();
    assert_eq!(gone(house.finish_change(&proven, None).await), Refusal::Gone);
    house.session(&root(ANA), NEW).await;
}

#[tokio::test]
async fn n_r21_the_old_address_takes_a_change_back_and_ends_what_came_with_it() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let undo = house.change_email(ANA, NEXT).await;
    // The intruder is signed in, and has asked for more.
    let intruder = house.session(&root(NEXT), OLD).await;
    let third = house.prove_change(&intruder, THIRD).await;
    house.lockwright.start_recovery(&house.anyone(), &root(NEXT), Goal::NewPassword).await.unwrap();
    assert!(house.letters().await.iter().all(|letter| letter.code().is_none()), "a changed address serves no recovery yet");

    house.seconds(UNDO.as_secs() - 60);
    for _ in 0..3 {
        assert_eq!(
            house.lockwright.look_at_link(&undo.case, "", &undo.link).await.unwrap().kind,
            CaseKind::UndoEmail,
            "X09: looking spends nothing"
        );
    }
    let person = house.undo(&undo).await.unwrap();
    assert_eq!(person.identity(), Identity::Root(account));
    assert!(!house.alive(&intruder).await);
    assert_eq!(gone(house.undo(&undo).await), Refusal::AlreadyDone);
    assert!(matches!(gone(house.finish_change(&third, None).await), Refusal::Expired | Refusal::Closed(_)));
    assert!(house.sign_in(&root(NEXT), OLD).await.is_err());
    house.session(&root(ANA), OLD).await;

    let told = notices(&house.letters().await);
    let undone = |to: &str| {
        told.iter().any(|(told, notice)| told == to && matches!(notice, Notice::Happened { what: Happening::EmailChangeUndone, .. }))
    };
    assert!(undone(ANA) && undone(NEXT), "{told:?}");
    let account = house.store.account(account).await.unwrap().unwrap();
    assert_eq!(account.root.factors.email_changed, None, "it is the address of the registration again");
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
    // The address that was taken up for a while is free at once.
    let letters = house.try_register(NEXT).await;
    assert!(matches!(&letters[0].mail, OutgoingMail::Ticket { purpose: TicketPurpose::RegisterAccount, .. }), "{letters:?}");
}

#[tokio::test]
async fn the_way_back_ends_after_72_hours() {
    let house = House::memory().await;
    house.account(ANA).await;
    let undo = house.change_email(ANA, NEXT).await;
    house.pass(UNDO);
    assert_eq!(gone(house.undo(&undo).await), Refusal::Expired);
    house.session(&root(NEXT), OLD).await;
}

#[tokio::test]
async fn c18_the_old_address_is_nobodys_until_the_way_back_has_ended() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let undo = house.change_email(ANA, NEXT).await;
    house.purge().await;
    assert_eq!(house.try_register(ANA).await.len(), 0, "nothing is sent, and nothing is said");
    // Nor does anybody get there by a change of their own.
    house.account("eve@example.com").await;
    let eve = house.session(&root("eve@example.com"), OLD).await;
    house.ask_change(&eve, ANA).await.unwrap();
    assert_eq!(house.letters().await.len(), 0);
    house.lockwright.find_mine(&house.anyone(), &ANA.parse().unwrap()).await.unwrap();
    assert_eq!(house.letters().await.len(), 0, "what belonged to it is not told to it any more");

    house.pass(UNDO);
    house.purge().await;
    let other = house.account(ANA).await;
    assert_ne!(other, account);
    assert!(house.undo(&undo).await.is_err(), "the old link is nothing to the new owner");
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
    // The one who left can't come back to it.
    let session = house.session(&root(NEXT), OLD).await;
    house.ask_change(&session, ANA).await.unwrap();
    let letters = house.letters().await;
    assert!(matches!(&notices(&letters)[..], [(to, Notice::AlreadyRegistered(_))] if to == ANA), "{letters:?}");
}

#[tokio::test]
async fn a_change_that_follows_a_change_does_not_shake_the_first_address_off() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let first = house.change_email(ANA, NEXT).await;
    let second = house.change_email(NEXT, THIRD).await;
    // The second address goes back to itself first; the first one still goes further back.
    house.undo(&second).await.unwrap();
    house.session(&root(NEXT), OLD).await;
    let again = house.change_email(NEXT, "ana@fourth.example").await;
    house.undo(&first).await.unwrap();
    house.session(&root(ANA), OLD).await;
    assert!(matches!(gone(house.undo(&again).await), Refusal::Closed(_)), "what came after it is void");
    assert_eq!(house.store.account(account).await.unwrap().unwrap().root.email.as_str(), ANA);
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn somebody_goes_back_to_the_old_address_by_themselves() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.change_email(ANA, NEXT).await;
    let undo = house.change_email(NEXT, ANA).await;
    house.session(&root(ANA), OLD).await;
    house.undo(&undo).await.unwrap();
    house.session(&root(NEXT), OLD).await;
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a13_x11_an_address_that_is_in_use_looks_free_and_stays_its_owners() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.account("eve@example.com").await;
    for spelling in [ANA, "ANA@Example.COM", "ana@example.com."] {
        house.seconds(3600);
        let eve = house.session(&root("eve@example.com"), OLD).await;
        let Ok(address) = spelling.parse::<EmailAddress>() else { continue };
        let opened = house.ask_change(&eve, address.as_str()).await.unwrap();
        let letters = house.letters().await;
        assert!(matches!(&notices(&letters)[..], [(to, Notice::AlreadyRegistered(_))] if to == ANA), "its owner is told: {letters:?}");
        let view = house.lockwright.case(&opened.case, opened.holder.expose()).await.unwrap();
        assert!(view.step.is_ok(), "and whoever asked sees what they always see");
    }
    // Registered between the proof and the end: the first one has it.
    let eve = house.session(&root("eve@example.com"), OLD).await;
    let proven = house.prove_change(&eve, NEXT).await;
    let owner = house.account(NEXT).await;
    assert_eq!(gone(house.finish_change(&proven, None).await), Refusal::Gone);
    house.session(&root("eve@example.com"), OLD).await;
    let claim = house.store.claim(&ClaimKey::RootEmail(NEXT.to_owned())).await.unwrap().unwrap();
    assert_eq!(claim.owner, Identity::Root(owner));
}

#[tokio::test]
async fn b23_no_change_of_address_shuts_anybody_else_out() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.builder("bela@example.com").await;
    let user = house.user(account, "carla", false).await;
    house.confirm(&user, "carla@example.com").await;
    // Root users, builder IDs and IAM users each have a space of their own: the same address stands in each for its owner.
    house.change_email(ANA, "bela@example.com").await;
    house.session(&builder("bela@example.com"), OLD).await;
    house.change_email("bela@example.com", "carla@example.com").await;
    house.sign_in_user(&user, OLD).await.unwrap();
    house.session(&root("carla@example.com"), OLD).await;
    // The builder ID whose address a root user gave up keeps it.
    house.pass(UNDO);
    house.purge().await;
    house.session(&builder("bela@example.com"), OLD).await;
    let (_, letter) = house.forget(&builder("bela@example.com")).await;
    assert!(letter.code().is_some());
}

#[tokio::test]
async fn a_builder_id_changes_its_address_likewise() {
    let house = House::memory().await;
    let id = house.builder("bela@example.com").await;
    let session = house.session(&builder("bela@example.com"), OLD).await;
    let proven = house.prove_change(&session, "bela@next.example").await;
    assert!(house.finish_change(&proven, None).await.unwrap().is_none(), "a browser that is not signed in stays so");
    assert!(!house.alive(&session).await);
    assert!(house.sign_in(&builder("bela@example.com"), OLD).await.is_err());
    house.session(&builder("bela@next.example"), OLD).await;
    let undo = undo_of(&house.letters().await, "bela@example.com");
    assert_eq!(house.undo(&undo).await.unwrap().identity(), Identity::Builder(id));
    house.session(&builder("bela@example.com"), OLD).await;
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_additional_address_that_becomes_the_first_is_additional_no_more() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.add_extra(account, NEXT).await;
    house.change_email(ANA, NEXT).await;
    let row = house.store.account(account).await.unwrap().unwrap();
    assert_eq!((row.root.email.as_str(), row.root.factors.emails.len()), (NEXT, 0));
    assert_eq!(house.store.owners_of_address(NEXT, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a05_of_50_parallel_confirmations_and_of_50_undos_exactly_one_succeeds() {
    let house = House::file().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let proven = house.prove_change(&session, NEXT).await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (lockwright, op) = (house.lockwright.clone(), house.anyone());
            let (case, holder) = (proven.case.clone(), proven.holder.clone());
            tokio::spawn(async move { lockwright.finish_email_change(&op, &case, holder.expose(), None).await.is_ok() })
        })
        .collect();
    let mut done = 0;
    for one in tries {
        done += usize::from(one.await.unwrap());
    }
    assert_eq!(done, 1);
    let undo = undo_of(&house.letters().await, ANA);
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (lockwright, op) = (house.lockwright.clone(), house.anyone());
            let (case, link) = (undo.case.clone(), undo.link.clone());
            tokio::spawn(async move { lockwright.undo_email_change(&op, &case, &link).await.is_ok() })
        })
        .collect();
    let mut done = 0;
    for one in tries {
        done += usize::from(one.await.unwrap());
    }
    assert_eq!(done, 1);
    house.session(&root(ANA), OLD).await;
}
