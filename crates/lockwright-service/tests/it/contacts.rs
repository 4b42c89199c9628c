//! Recovery contacts from the invitation to the day they leave: by mail, once, by nobody else, and with the owner told.

use std::time::Duration;

use lockwright_model::change::ClaimKey;
use lockwright_model::id::{CaseId, ContactId};
use lockwright_model::job::{Happening, Notice};
use lockwright_model::session::Session;
use lockwright_service::cases::CaseError;
use lockwright_service::contacts::ContactError;
use lockwright_service::core::contacts::{Draft, INVITATION_LIFE, REVIEW, Refusal};
use lockwright_service::core::recovery;
use lockwright_service::mail::outgoing::{ContactLetter, OutgoingMail};
use lockwright_testkit::mailbox::Letter;

use crate::house::{ANA, House, OLD, builder, notices, root};

const MARTA: &str = "marta@example.com";
const JON: &str = "jon@example.com";

fn draft(address: &str) -> Draft {
    Draft { name: "A friend".parse().unwrap(), address: address.parse().unwrap(), owner: "Ana".parse().unwrap() }
}

/// The case or contact, and the token, of a link in a letter.
fn link(letter: &Letter, path: &str) -> (String, String) {
    let rest = letter.url().unwrap().strip_prefix("https://id.example.com").expect("links carry the configured origin");
    let (id, token) = rest.strip_prefix(path).unwrap_or_else(|| panic!("{rest}")).split_once('/').unwrap();
    (id.to_owned(), token.to_owned())
}

fn to<'a>(letters: &'a [Letter], address: &str) -> &'a Letter {
    letters.iter().find(|letter| letter.to == address && letter.url().is_some()).unwrap_or_else(|| panic!("{address}: {letters:?}"))
}

pub(crate) fn happened(letters: &[Letter]) -> Vec<Happening> {
    let what = |(to, notice): (String, Notice)| match notice {
        Notice::Happened { what, .. } if to == ANA => Some(what),
        _ => None,
    };
    notices(letters).into_iter().filter_map(what).collect()
}

impl House {
    pub(crate) async fn root_session(&self) -> Session {
        let token = self.session(&root(ANA), OLD).await;
        (*self.signed(&token).await.unwrap().session).clone()
    }

    async fn invited(&self, session: &Session, address: &str) -> (ContactId, CaseId, String) {
        let id = self.lockwright.invite_contact(&self.as_(&session.owner), session, draft(address)).await.unwrap();
        let letters = self.letters().await;
        let (case, token) = link(to(&letters, address), "/contact/");
        (id, case.parse().unwrap(), token)
    }

    /// Invites somebody who accepts; the contact, and the token by which it leaves.
    pub(crate) async fn contact(&self, session: &Session, address: &str) -> (ContactId, String) {
        let (id, case, token) = self.invited(session, address).await;
        self.lockwright.accept_invitation(&self.anyone(), &case, &token).await.unwrap();
        let letters = self.letters().await;
        let (contact, token) = link(to(&letters, address), "/contact/leave/");
        assert_eq!(contact, id.as_str());
        (id, token)
    }
}

#[tokio::test]
async fn n_r14_n_r16_somebody_is_named_accepts_by_mail_and_is_removed() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = house.root_session().await;
    let op = house.as_(&session.owner);
    let id = house.lockwright.invite_contact(&op, &session, draft(MARTA)).await.unwrap();
    let letters = house.letters().await;
    assert_eq!(happened(&letters), [Happening::ContactInvited("A friend".parse().unwrap())]);
    let letter = to(&letters, MARTA);
    assert!(
        matches!(&letter.mail, OutgoingMail::Contact { letter: ContactLetter::Invitation { .. }, owner, .. } if owner.as_str() == "Ana")
    );
    let (case, token) = link(letter, "/contact/");
    let case: CaseId = case.parse().unwrap();
    let asked = house.lockwright.look_at_invitation(&case, &token).await.unwrap();
    assert_eq!((asked.owner.as_str(), asked.expires), ("Ana", Some(op.now.plus(INVITATION_LIFE))));
    house.lockwright.accept_invitation(&house.anyone(), &case, &token).await.unwrap();
    let letters = house.letters().await;
    assert_eq!(happened(&letters), [Happening::ContactAdded("A friend".parse().unwrap())]);
    assert!(matches!(&to(&letters, MARTA).mail, OutgoingMail::Contact { letter: ContactLetter::Welcome { .. }, .. }));
    let stored = house.store.account(account).await.unwrap().unwrap();
    assert!(stored.root.factors.contacts.people[0].since.is_some());
    house.lockwright.remove_contact(&op, &session, &id).await.unwrap();
    let letters = house.letters().await;
    assert_eq!(happened(&letters), [Happening::ContactRemoved("A friend".parse().unwrap())]);
    let farewell = letters.iter().find(|letter| letter.to == MARTA).unwrap();
    assert!(matches!(&farewell.mail, OutgoingMail::Contact { letter: ContactLetter::Dismissal, .. }));
    assert!(house.store.claim(&ClaimKey::Contact(id)).await.unwrap().is_none());
}

#[tokio::test]
async fn x09_looking_at_the_links_spends_nothing() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let (id, case, token) = house.invited(&session, MARTA).await;
    let before = house.store.counts().await.unwrap();
    for _ in 0..20 {
        house.lockwright.look_at_invitation(&case, &token).await.unwrap();
    }
    assert_eq!(house.store.counts().await.unwrap(), before);
    house.lockwright.accept_invitation(&house.anyone(), &case, &token).await.unwrap();
    let letters = house.letters().await;
    let (_, leave) = link(to(&letters, MARTA), "/contact/leave/");
    for _ in 0..20 {
        house.lockwright.look_at_leaving(&id, &leave).await.unwrap();
    }
    assert!(house.letters().await.is_empty());
    house.lockwright.leave_as_contact(&house.anyone(), &id, &leave).await.unwrap();
    assert_eq!(happened(&house.letters().await), [Happening::ContactLeft("A friend".parse().unwrap())]);
}

#[tokio::test]
async fn the_link_of_an_invitation_is_no_other_link() {
    let house = &House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let (id, case, token) = house.invited(&session, MARTA).await;
    let (_, jons, jons_token) = house.invited(&session, JON).await;
    let look = |case: CaseId, token: String| async move { house.lockwright.look_at_invitation(&case, &token).await };
    assert!(matches!(look(case.clone(), jons_token).await, Err(CaseError::Refused(recovery::Refusal::Replaced))));
    assert!(matches!(look(jons, token.clone()).await, Err(CaseError::Refused(recovery::Refusal::Replaced))));
    assert!(matches!(house.lockwright.look_at_leaving(&id, &token).await, Err(CaseError::Unknown)), "not accepted, so nothing to leave");
    assert!(house.lockwright.look_at_link(&case, "", &token).await.is_err(), "the general way of links leads past the question");
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &token).await.is_err());
    house.lockwright.accept_invitation(&house.anyone(), &case, &token).await.unwrap();
}

#[tokio::test]
async fn a_leaving_link_lasts_as_long_as_the_contact_and_is_nobody_elses() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let (marta, martas) = house.contact(&session, MARTA).await;
    let (jon, jons) = house.contact(&session, JON).await;
    for (id, token) in [(&marta, &jons), (&jon, &martas)] {
        assert!(matches!(house.lockwright.leave_as_contact(&house.anyone(), id, token).await, Err(CaseError::Unknown)));
    }
    for odd in ["", "null", "lw_link_x_y", &martas.to_uppercase()] {
        assert!(matches!(house.lockwright.look_at_leaving(&marta, odd).await, Err(CaseError::Unknown)), "{odd}");
    }
    house.pass(Duration::from_secs(5 * 365 * 86_400));
    house.lockwright.look_at_leaving(&marta, &martas).await.unwrap();
    house.lockwright.leave_as_contact(&house.anyone(), &marta, &martas).await.unwrap();
    assert!(matches!(house.lockwright.leave_as_contact(&house.anyone(), &marta, &martas).await, Err(CaseError::Unknown)), "twice");
    // Named anew, she is another contact: the old link does not throw her out.
    let session = house.root_session().await;
    let (anew, _) = house.contact(&session, MARTA).await;
    assert!(matches!(house.lockwright.look_at_leaving(&anew, &martas).await, Err(CaseError::Unknown)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_who_accept_or_leave_at_once_one_does() {
    let house = House::file().await;
    let account = house.account(ANA).await;
    let session = house.root_session().await;
    let (id, case, token) = house.invited(&session, MARTA).await;
    let storm = |what: fn(lockwright_service::Lockwright, lockwright_model::context::OpContext, String, String) -> Acting,
                 name: String,
                 token: String| {
        let tasks: Vec<_> =
            (0..50).map(|_| tokio::spawn(what(house.lockwright.clone(), house.anyone(), name.clone(), token.clone()))).collect();
        async move {
            let mut done = 0;
            for task in tasks {
                done += usize::from(task.await.unwrap());
            }
            done
        }
    };
    let accept = |lockwright: lockwright_service::Lockwright, op, case: String, token: String| -> Acting {
        Box::pin(async move { lockwright.accept_invitation(&op, &case.parse().unwrap(), &token).await.is_ok() })
    };
    assert_eq!(storm(accept, case.to_string(), token).await, 1);
    let letters = house.letters().await;
    assert_eq!(happened(&letters).len(), 1, "the owner is told once");
    let (_, leave) = link(to(&letters, MARTA), "/contact/leave/");
    let leaving = |lockwright: lockwright_service::Lockwright, op, id: String, token: String| -> Acting {
        Box::pin(async move { lockwright.leave_as_contact(&op, &id.parse().unwrap(), &token).await.is_ok() })
    };
    assert_eq!(storm(leaving, id.to_string(), leave).await, 1);
    assert_eq!(happened(&house.letters().await).len(), 1);
    assert!(house.store.account(account).await.unwrap().unwrap().root.factors.contacts.people.is_empty());
}

type Acting = std::pin::Pin<Box<dyn Future<Output = bool> + Send>>;

#[tokio::test]
async fn asvs_7_5_1_a_session_that_was_not_confirmed_lately_changes_no_contacts() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let (id, _) = house.contact(&session, MARTA).await;
    house.seconds(11 * 60);
    let op = house.as_(&session.owner);
    let unconfirmed = |outcome: Result<(), ContactError>| matches!(outcome, Err(ContactError::Unconfirmed));
    assert!(unconfirmed(house.lockwright.invite_contact(&op, &session, draft(JON)).await.map(drop)));
    assert!(unconfirmed(house.lockwright.invite_contact_again(&op, &session, &id).await));
    assert!(unconfirmed(house.lockwright.remove_contact(&op, &session, &id).await));
    assert!(unconfirmed(house.lockwright.set_contacts_threshold(&op, &session, 1).await));
    assert!(unconfirmed(house.lockwright.review_contacts(&op, &session).await));
    assert!(house.letters().await.is_empty());
    let fresh = house.root_session().await;
    house.lockwright.sign_out(&op, &fresh).await.unwrap();
    assert!(unconfirmed(house.lockwright.remove_contact(&op, &fresh, &id).await), "an ended one neither");
}

#[tokio::test]
async fn o_f03_neither_owners_nor_mailboxes_are_mailed_without_end() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let op = house.as_(&session.owner);
    let (id, ..) = house.invited(&session, MARTA).await;
    let mut mailed = 1;
    for _ in 0..9 {
        house.lockwright.invite_contact_again(&op, &session, &id).await.unwrap();
        mailed += house.letters().await.iter().filter(|letter| letter.to == MARTA).count();
    }
    assert_eq!(mailed, 5, "the mailbox has had its share");
    assert!(matches!(house.lockwright.invite_contact_again(&op, &session, &id).await, Err(ContactError::Wait { .. })));
    assert!(matches!(house.lockwright.invite_contact(&op, &session, draft(JON)).await, Err(ContactError::Wait { .. })));
    assert!(house.letters().await.is_empty());
}

#[tokio::test]
async fn n_r17_a_reminder_comes_a_year_after_the_last_look_and_each_year_once() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    house.contact(&session, MARTA).await;
    house.pass(REVIEW / 2);
    let session = house.root_session().await;
    house.lockwright.review_contacts(&house.as_(&session.owner), &session).await.unwrap();
    house.pass(REVIEW / 2 + Duration::from_secs(60));
    assert_eq!(happened(&house.letters().await), [], "looked through meanwhile");
    for _ in 0..2 {
        house.pass(REVIEW / 2);
        assert_eq!(happened(&house.letters().await), [Happening::ReviewContacts]);
        house.pass(REVIEW / 2);
        assert_eq!(happened(&house.letters().await), []);
    }
}

#[tokio::test]
async fn contacts_who_depend_on_each_other_are_found() {
    let house = &House::memory().await;
    house.account(ANA).await;
    house.builder(JON).await;
    let ana = house.root_session().await;
    let (jons, _) = house.contact(&ana, JON).await;
    house.contact(&ana, MARTA).await;
    let mutual = |name: lockwright_service::signin::SignInName| async move {
        let person = house.signed(&house.session(&name, OLD).await).await.unwrap().person;
        house.lockwright.mutual_contacts(&person).await.unwrap()
    };
    assert!(mutual(root(ANA)).await.is_empty());
    let token = house.session(&builder(JON), OLD).await;
    let jon = (*house.signed(&token).await.unwrap().session).clone();
    let (_, case, token) = house.invited(&jon, ANA).await;
    assert!(mutual(root(ANA)).await.is_empty(), "an invitation is no tie yet");
    house.lockwright.accept_invitation(&house.anyone(), &case, &token).await.unwrap();
    assert_eq!(mutual(root(ANA)).await, [jons]);
    assert_eq!(mutual(builder(JON)).await.len(), 1);
}

#[tokio::test]
async fn nothing_of_contacts_is_left_when_a_user_is_deleted_and_they_are_told_that_it_is_over() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let token = house.sign_in_user(&user, OLD).await.unwrap().token;
    let session = (*house.signed(&token).await.unwrap().session).clone();
    let (id, leave) = house.contact(&session, MARTA).await;
    house.lockwright.delete_user(&house.as_root(account), &user).await.unwrap();
    assert!(house.store.claim(&ClaimKey::Contact(id.clone())).await.unwrap().is_none());
    assert!(matches!(house.lockwright.look_at_leaving(&id, &leave).await, Err(CaseError::Unknown)));
    let letter = house.letter().await;
    assert!(matches!(letter.mail, OutgoingMail::Contact { letter: ContactLetter::Dismissal, .. }) && letter.to == MARTA);
    house.pass(REVIEW);
    assert!(house.letters().await.is_empty());
}

#[tokio::test]
async fn x05_an_own_address_is_refused_before_anything_is_sent() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.root_session().await;
    let op = house.as_(&session.owner);
    let before = house.store.counts().await.unwrap();
    for own in [ANA, "ANA@example.com", "ana+friend@example.com"] {
        let refused = house.lockwright.invite_contact(&op, &session, draft(own)).await;
        assert!(matches!(refused, Err(ContactError::Refused(Refusal::OwnMailbox))), "{own}");
    }
    assert_eq!(house.store.counts().await.unwrap(), before);
}
