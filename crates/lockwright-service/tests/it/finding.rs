//! "Find my account" over every verified address: what is told, and to which mailbox.

use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record};
use lockwright_model::email::EmailAddress;
use lockwright_model::factors::{ExtraEmail, Factors};
use lockwright_model::identity::Identity;
use lockwright_service::mail::outgoing::{FoundRow, OutgoingMail};
use lockwright_testkit::mailbox::Letter;

use crate::house::{ANA, House, OLD, root};

const SPARE: &str = "Ana.Lima@spare.example";

impl House {
    async fn find(&self, typed: &str) -> Vec<Letter> {
        self.lockwright.find_mine(&self.anyone(), &typed.parse().unwrap()).await.unwrap();
        self.letters().await
    }

    /// Confirms another address for somebody, as the page would leave it.
    async fn confirmed(&self, owner: &Identity, address: &str) {
        let address: EmailAddress = address.parse().unwrap();
        let add = |factors: &mut Factors| factors.emails.push(ExtraEmail { address: address.clone(), since: self.clock_now() });
        let mut changes = ChangeSet::default();
        let record = match owner {
            Identity::Root(id) => {
                let mut row = self.store.account(*id).await.unwrap().unwrap();
                add(&mut row.root.factors);
                Record::Account(row)
            }
            Identity::User(id) => {
                let mut row = self.store.user(id).await.unwrap().unwrap();
                add(&mut row.factors);
                Record::User(row)
            }
            Identity::Builder(id) => {
                let mut row = self.store.builder(id).await.unwrap().unwrap();
                add(&mut row.factors);
                Record::Builder(row)
            }
            Identity::Operator(_) => panic!("operators have pages of their own"),
        };
        changes.put(record);
        changes.put(Record::Claim(Claim::held(ClaimKey::Address(address.key(), owner.to_string()), owner.clone())));
        self.store.commit(changes).await.unwrap();
    }
}

fn rows(letter: &Letter) -> &[FoundRow] {
    match &letter.mail {
        OutgoingMail::Found { rows, .. } => rows,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn m3_an_additional_address_tells_which_address_signs_in() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let bela = house.builder("bela@example.com").await;
    let user = house.user(account, "carla", false).await;
    for owner in [Identity::Root(account), Identity::Builder(bela), Identity::User(user)] {
        house.confirmed(&owner, SPARE).await;
    }
    let letters = house.find(&SPARE.to_uppercase()).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, SPARE, "A01: as its owner verified it, not as typed");
    let [FoundRow::Root { sign_in: Some(first), .. }, FoundRow::User { user, .. }, FoundRow::Builder { sign_in: Some(second), .. }] =
        rows(&letters[0])
    else {
        panic!("{letters:?}")
    };
    assert_eq!((first.as_str(), user.as_str(), second.as_str()), (ANA, "carla", "bela@example.com"));
    // The address that signs in tells of itself alone, and nothing reaches the spare one.
    let letters = house.find(ANA).await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [ANA]);
    assert!(matches!(rows(&letters[0]), [FoundRow::Root { sign_in: None, .. }]), "{letters:?}");
    assert_eq!(house.find("nobody@example.com").await.len(), 0);
}

#[tokio::test]
async fn a01_two_spellings_of_one_address_are_two_mailboxes() {
    let house = House::memory().await;
    let (first, second) = (house.account(ANA).await, house.account("eve@example.com").await);
    house.confirmed(&Identity::Root(first), "spare@example.com").await;
    house.confirmed(&Identity::Root(second), "Spare@example.com").await;
    let mut letters = house.find("SPARE@example.com").await;
    letters.sort_by(|a, b| a.to.cmp(&b.to));
    let told: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(told, ["Spare@example.com", "spare@example.com"]);
    for (letter, own) in letters.iter().zip([second, first]) {
        assert!(matches!(rows(letter), [FoundRow::Root { account, .. }] if *account == own), "each hears of their own: {letter:?}");
    }
}

#[tokio::test]
async fn c18_an_address_that_is_an_identitys_no_more_finds_nothing() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    house.confirmed(&Identity::User(user.clone()), SPARE).await;
    house.lockwright.delete_user(&house.as_root(account), &user).await.unwrap();
    assert_eq!(house.find(SPARE).await.len(), 0);
    house.session(&root(ANA), OLD).await;
}
