//! Closing an account or a builder ID: who is shut out, who may take it back and until when, what is left when it is removed.

use std::time::Duration;

use lockwright_core::closing::{Refusal, SECOND_LOOK, WAY_BACK};
use lockwright_model::account::AccountState;
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record};
use lockwright_model::contact::AlternateContact;
use lockwright_model::factors::{DeviceKind, ExtraEmail, MfaDevice};
use lockwright_model::id::{AccountId, DeviceId};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::{Happening, Notice};
use lockwright_model::name::Path;
use lockwright_model::token::Token;
use lockwright_service::closing::ClosingError;
use lockwright_service::core::person::Bar;
use lockwright_service::host::{HostError, Whom};
use lockwright_service::mail::outgoing::{OutgoingMail, TicketPurpose};
use lockwright_service::signin::SignInError;
use lockwright_service::users::GiveAccess;
use lockwright_testkit::public::{CERTIFICATES, SSH_KEY};

use crate::house::{ANA, House, OLD, builder, iam, notices, parts, root};

const NAME: &str = "Harbour Works";

impl House {
    pub(crate) async fn close(&self, session: &Token, typed: &str) -> Result<(), Refusal> {
        let signed = self.signed(session).await.expect("a living session");
        let op = self.as_(&signed.session.owner);
        match self.lockwright.close(&op, &signed.session, typed).await {
            Ok(_) => Ok(()),
            Err(ClosingError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn reopen(&self, session: &Token) -> Result<(), Refusal> {
        let signed = self.signed(session).await.expect("a living session");
        let op = self.as_(&signed.session.owner);
        match self.lockwright.reopen(&op, &signed.session).await {
            Ok(()) => Ok(()),
            Err(ClosingError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn state(&self, account: AccountId) -> Option<AccountState> {
        self.store.account(account).await.unwrap().map(|account| account.state)
    }

    async fn put(&self, record: Record) {
        let mut changes = ChangeSet::default();
        changes.put(record);
        self.store.commit(changes).await.unwrap();
    }
}

fn told(letters: &[lockwright_testkit::mailbox::Letter], wanted: fn(&Happening) -> bool) -> Vec<String> {
    let happened = |notice: &Notice| matches!(notice, Notice::Happened { what, .. } if wanted(what));
    let mut told: Vec<String> = notices(letters).into_iter().filter(|(_, notice)| happened(notice)).map(|(to, _)| to).collect();
    told.sort();
    told
}

#[tokio::test]
async fn b31_closing_signs_everybody_out_and_only_root_comes_back_to_take_it_back() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", true).await;
    let mut row = house.store.account(account).await.unwrap().unwrap();
    let other = |email: &str| AlternateContact {
        name: "Billing".into(),
        title: "Desk".into(),
        email: email.parse().unwrap(),
        phone: "+4930901820".parse().unwrap(),
    };
    row.contacts.billing = Some(other("bills@example.com"));
    row.contacts.security = Some(other("bills@example.com"));
    house.put(Record::Account(row)).await;
    let (here, carla) = (house.session(&root(ANA), OLD).await, house.sign_in_user(&user, OLD).await.unwrap().token);
    house.close(&here, NAME).await.unwrap();
    assert!(!house.alive(&here).await && !house.alive(&carla).await);
    assert!(matches!(house.sign_in_user(&user, OLD).await, Err(SignInError::Barred(Bar::AccountClosed))));
    assert_eq!(told(&house.letters().await, |what| matches!(what, Happening::AccountClosed(_))), [ANA, "bills@example.com"]);

    let back = house.session(&root(ANA), OLD).await;
    let denied = house.lockwright.create_user(&house.as_root(account), account, &"eve".parse().unwrap(), true, GiveAccess::Link).await;
    assert!(denied.is_err(), "what is closed is only taken back");
    house.reopen(&back).await.unwrap();
    assert!(house.alive(&back).await, "the root user goes on");
    assert!(!house.alive(&here).await && !house.alive(&carla).await, "and nobody's old session comes back");
    house.sign_in_user(&user, OLD).await.unwrap();
    assert_eq!(told(&house.letters().await, |what| matches!(what, Happening::AccountReopened)), [ANA, "bills@example.com"]);
    assert_eq!(house.reopen(&back).await, Err(Refusal::NotClosed));
    let events = house.lockwright.events(&house.host(), Some(account), None, 50).await.unwrap();
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert!(names.contains(&"CloseAccount") && names.contains(&"ReopenAccount"), "{names:?}");
}

#[tokio::test]
async fn v7_5_1_an_account_closes_only_for_its_root_user_who_proved_it_lately_and_types_its_name() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", true).await;
    let session = house.session(&root(ANA), OLD).await;
    for typed in ["", "harbour works", "Harbour", "Harbour Works 2"] {
        assert_eq!(house.close(&session, typed).await, Err(Refusal::OtherName), "{typed}");
    }
    let carla = house.sign_in_user(&user, OLD).await.unwrap().token;
    assert_eq!(house.close(&carla, NAME).await, Err(Refusal::NotThis));
    assert_eq!(house.reopen(&carla).await, Err(Refusal::NotClosed));
    house.seconds(600);
    assert_eq!(house.close(&session, NAME).await, Err(Refusal::NotConfirmed));
    let session = house.session(&root(ANA), OLD).await;
    let mut row = house.store.account(account).await.unwrap().unwrap();
    let until = house.clock_now().plus(Duration::from_secs(60));
    row.root.factors.frozen_until = Some(until);
    house.put(Record::Account(row)).await;
    assert_eq!(house.close(&session, NAME).await, Err(Refusal::Frozen { until }));
    assert_eq!(house.state(account).await, Some(AccountState::Active));
}

#[tokio::test]
async fn a_suspension_is_stronger_than_closing() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    house.close(&session, NAME).await.unwrap();
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    assert!(matches!(house.sign_in(&root(ANA), OLD).await, Err(SignInError::Barred(Bar::AccountSuspended))));
    assert!(matches!(house.lockwright.close_account(&house.host(), account).await, Err(HostError::Closed)));
    // Its time goes by meanwhile, and nothing is removed behind the operator's back.
    house.pass(WAY_BACK + SECOND_LOOK * 3);
    house.letters().await;
    house.pass(SECOND_LOOK * 3);
    house.letters().await;
    assert_eq!(house.state(account).await, Some(AccountState::Suspended));
    house.lockwright.set_account_suspended(&house.host(), account, false).await.unwrap();
    assert!(matches!(house.state(account).await, Some(AccountState::Closed { .. })), "what was closed is closed again");
    for _ in 0..3 {
        house.pass(SECOND_LOOK);
        house.letters().await;
    }
    assert_eq!(house.state(account).await, None);
}

#[tokio::test]
async fn the_host_closes_and_reopens() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    assert!(matches!(house.lockwright.reopen_account(&house.host(), account).await, Err(HostError::NotClosed)));
    assert!(matches!(house.lockwright.close_account(&house.as_root(account), account).await, Err(HostError::Denied)));
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    house.lockwright.close_account(&house.host(), account).await.unwrap();
    assert_eq!(house.state(account).await, Some(AccountState::Suspended));
    house.lockwright.reopen_account(&house.host(), account).await.unwrap();
    assert_eq!(house.state(account).await, Some(AccountState::Suspended), "a suspension stays");
    house.lockwright.set_account_suspended(&house.host(), account, false).await.unwrap();
    assert_eq!(house.state(account).await, Some(AccountState::Active));
    house.session(&root(ANA), OLD).await;
}

#[tokio::test]
async fn the_way_back_stays_open_for_90_days_and_the_address_taken() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    house.close(&session, NAME).await.unwrap();
    house.pass(WAY_BACK - Duration::from_secs(7200));
    house.letters().await;
    house.lockwright.start_account(&house.anyone(), ANA.parse().unwrap()).await.unwrap();
    assert!(matches!(&notices(&house.letters().await)[..], [(to, Notice::AlreadyRegistered(_))] if to == ANA));
    // The password may have been forgotten meanwhile; it is replaced as ever.
    house.recover(&root(ANA), crate::house::NEW).await;
    let session = house.session(&root(ANA), crate::house::NEW).await;
    house.reopen(&session).await.unwrap();
    // It counts anew from the next time.
    house.close(&session, NAME).await.unwrap();
    for _ in 0..6 {
        house.pass(SECOND_LOOK);
        house.letters().await;
    }
    assert!(matches!(house.state(account).await, Some(AccountState::Closed { .. })), "the first plan removes nothing any more");
    house.pass(WAY_BACK - SECOND_LOOK * 6);
    let late = house.session(&root(ANA), crate::house::NEW).await;
    assert_eq!(house.reopen(&late).await, Err(Refusal::NotClosed), "the 90 days are over");
}

#[tokio::test]
async fn c18_what_is_removed_frees_its_names_and_nothing_follows_to_their_next_owner() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"harbour".parse().unwrap())).await.unwrap();
    let mut users = Vec::new();
    for number in 0..60 {
        let name = format!("user{number}").parse().unwrap();
        let (user, _) = house.lockwright.create_user(&house.as_root(account), account, &name, false, GiveAccess::None).await.unwrap();
        users.push(user.id);
    }
    let carla = house.user(account, "carla", false).await;
    let link = house.lockwright.recovery_link(&house.host(), &Whom::Root(account)).await.unwrap();
    house.lockwright.ask_for_help(&house.anyone(), &iam(&account.to_string(), "carla")).await.unwrap();
    // A user with a passkey and another address, as enrolling and confirming them would leave it.
    let owner = Identity::User(carla.clone());
    let mut row = house.store.user(&carla).await.unwrap().unwrap();
    row.factors.emails.push(ExtraEmail { address: "carla@spare.example".parse().unwrap(), since: house.clock_now() });
    row.factors.devices.push(MfaDevice {
        id: DeviceId::draw(&lockwright_model::entropy::SystemEntropy),
        name: "Key".parse().unwrap(),
        added: house.clock_now(),
        last_used: None,
        disabled: false,
        kind: DeviceKind::Passkey { credential: "c1".into(), key: "{}".into(), verifies_user: false, synced: false },
        place: None,
    });
    house.put(Record::User(row)).await;
    house.put(Record::Claim(Claim::held(ClaimKey::Passkey("c1".into()), owner.clone()))).await;
    let spare = ClaimKey::Address("carla@spare.example".into(), owner.to_string());
    house.put(Record::Claim(Claim::held(spare, owner.clone()))).await;

    // What they prove themselves with elsewhere, and a device that is nobody's.
    let (lockwright, host) = (&house.lockwright, house.host());
    lockwright.upload_ssh_key(&host, &owner, SSH_KEY.openssh).await.unwrap();
    lockwright.create_service_login(&host, &carla, "codecommit.amazonaws.com", None).await.unwrap();
    lockwright.upload_certificate(&host, &Identity::Root(account), CERTIFICATES[0]).await.unwrap();
    lockwright.create_virtual_device(&host, account, &Path::default(), &"phone".parse().unwrap(), &[]).await.unwrap();
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.user_credentials, counts.resources), (3, 1));

    let session = house.session(&root(ANA), OLD).await;
    house.close(&session, NAME).await.unwrap();
    house.letters().await;
    house.pass(WAY_BACK);
    house.letters().await;
    assert_eq!(house.store.counts().await.unwrap().users, 61, "the first look removes nothing");
    house.pass(SECOND_LOOK);
    house.letters().await;
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.accounts, counts.users, counts.claims, counts.helps, counts.jobs_waiting), (0, 0, 0, 0, 0), "{counts:?}");
    assert_eq!((counts.user_credentials, counts.resources), (0, 0));
    assert_eq!(house.store.check().await.unwrap(), Vec::<String>::new());
    let events = house.lockwright.events(&house.host(), Some(account), None, 1000).await;
    assert!(events.unwrap().iter().any(|event| event.name == "RemoveAccount"), "the trail stays");

    let next = house.account(ANA).await;
    assert_ne!(next, account);
    assert!(!house.alive(&session).await);
    let (case, token) = parts(link.url.expose());
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &token).await.is_err());
    house.lockwright.set_alias(&house.as_root(next), next, Some(&"harbour".parse().unwrap())).await.unwrap();
    let again = house.user(next, "carla", false).await;
    assert_ne!(again.user, carla.user);
    let denied = house.lockwright.events(&house.as_root(next), Some(account), None, 10).await;
    assert!(denied.is_err(), "and whoever has the address now does not read it");
    assert!(matches!(house.sign_in(&iam(&account.to_string(), "carla"), OLD).await, Err(SignInError::Mismatch)));
    let old = Principal::Signed(owner);
    assert!(house.lockwright.account(&house.act(old, "192.0.2.1"), next).await.is_err());
}

#[tokio::test]
async fn c18_deleting_a_user_frees_what_stood_for_it() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let owner = Identity::User(user.clone());
    let mut row = house.store.user(&user).await.unwrap().unwrap();
    row.factors.emails.push(ExtraEmail { address: "carla@spare.example".parse().unwrap(), since: house.clock_now() });
    house.put(Record::User(row)).await;
    let spare = ClaimKey::Address("carla@spare.example".into(), owner.to_string());
    house.put(Record::Claim(Claim::held(spare, owner))).await;
    house.lockwright.delete_user(&house.as_root(account), &user).await.unwrap();
    assert_eq!(house.store.owners_of_address("carla@spare.example", 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_builder_id_is_closed_taken_back_and_removed_likewise_and_its_address_taken_until_then() {
    let house = House::memory().await;
    let id = house.builder("bela@example.com").await;
    let session = house.session(&builder("bela@example.com"), OLD).await;
    assert_eq!(house.close(&session, "Bela").await, Err(Refusal::OtherName));
    house.close(&session, "Bela Novak").await.unwrap();
    assert!(!house.alive(&session).await);
    let session = house.session(&builder("bela@example.com"), OLD).await;
    house.reopen(&session).await.unwrap();
    house.close(&session, "Bela Novak").await.unwrap();
    house.letters().await;
    house.pass(WAY_BACK - Duration::from_secs(7200));
    house.letters().await;
    let (email, name) = ("bela@example.com".parse().unwrap(), "Bela".parse().unwrap());
    house.lockwright.start_builder(&house.anyone(), email, name).await.unwrap();
    let told = notices(&house.letters().await);
    assert!(matches!(&told[..], [(to, Notice::AlreadyRegistered(_))] if to == "bela@example.com"), "still taken: {told:?}");
    house.pass(Duration::from_secs(7200));
    house.letters().await;
    house.pass(SECOND_LOOK);
    house.letters().await;
    assert!(house.store.builder(&id).await.unwrap().is_none());
    house.lockwright.start_builder(&house.anyone(), "bela@example.com".parse().unwrap(), "Bela".parse().unwrap()).await.unwrap();
    let letter = house.letter().await;
    assert!(matches!(letter.mail, OutgoingMail::Ticket { purpose: TicketPurpose::RegisterBuilder { .. }, .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a05_of_50_parallel_closings_and_of_50_reopenings_exactly_one_succeeds() {
    let house = House::file().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&session).await.unwrap();
    let mut tries = Vec::new();
    for _ in 0..50 {
        let (lockwright, op, session) = (house.lockwright.clone(), house.as_(&signed.session.owner), signed.session.clone());
        tries.push(tokio::spawn(async move { lockwright.close(&op, &session, NAME).await.is_ok() }));
    }
    let mut done = 0;
    for one in tries {
        done += usize::from(one.await.unwrap());
    }
    assert_eq!(done, 1);
    let session = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&session).await.unwrap();
    let mut tries = Vec::new();
    for _ in 0..50 {
        let (lockwright, op, session) = (house.lockwright.clone(), house.as_(&signed.session.owner), signed.session.clone());
        tries.push(tokio::spawn(async move { lockwright.reopen(&op, &session).await.is_ok() }));
    }
    let mut done = 0;
    for one in tries {
        done += usize::from(one.await.unwrap());
    }
    assert_eq!(done, 1);
}
