//! Further addresses: what makes one count, what it is good for, and how often anybody can be pestered.

use lockwright_model::case::{Channel, MessageWay};
use lockwright_model::change::{ChangeSet, ClaimKey, Record};
use lockwright_model::factors::MOST_ADDRESSES;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::secret::Secret;
use lockwright_model::token::Token;
use lockwright_service::Lockwright;
use lockwright_service::addresses::{AddressAsked, AddressError};
use lockwright_service::cases::CaseError;
use lockwright_service::config::MessageConfig;
use lockwright_service::core::address::{Entered, Refusal as NotAsked};
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::Refusal;
use lockwright_service::message::KeyedError;
use lockwright_service::recovery::StartError;
use lockwright_testkit::webhook::{Provider, SECRET, sign};

use crate::house::{ANA, House, OLD, builder, notices, root};
use crate::messages::{PHONE, through};

const SECOND: &str = "ana@example.org";
const DAY: u64 = 24 * 3600;

fn mail(address: &str) -> Channel {
    Channel::Email(address.parse().unwrap())
}

fn phone(number: &str) -> Channel {
    Channel::Phone(number.parse().unwrap())
}

impl House {
    async fn ask_to_add(&self, token: &Token, channel: &Channel, way: MessageWay) -> Result<AddressAsked, AddressError> {
        let signed = self.signed(token).await.expect("signed in");
        self.lockwright.ask_address(&self.as_(&signed.session.owner), &signed.session, channel, way).await
    }

    async fn enter(&self, token: &Token, asked: &AddressAsked, code: &str) -> Result<Entered, CaseError> {
        let signed = self.signed(token).await.expect("signed in");
        let op = self.as_(&signed.session.owner);
        self.lockwright.enter_address_code(&op, &signed.session, &asked.case, asked.holder.expose(), code).await
    }

    async fn remove(&self, token: &Token, channel: &Channel) -> Result<(), AddressError> {
        let signed = self.signed(token).await.expect("signed in");
        let id = self.lockwright.address_id(channel);
        self.lockwright.remove_address(&self.as_(&signed.session.owner), &signed.session, &id).await
    }

    /// Adds an address to whoever is signed in.
    pub(crate) async fn add_address(&self, token: &Token, channel: &Channel) {
        let asked = self.ask_to_add(token, channel, MessageWay::Text).await.unwrap();
        let letters = self.letters().await;
        let code = letters.iter().find_map(|letter| letter.code()).unwrap();
        assert_eq!(self.enter(token, &asked, code).await.unwrap(), Entered::Added);
    }

    async fn owner(&self, token: &Token) -> Person {
        self.signed(token).await.expect("signed in").person
    }
}

fn refused(error: &CaseError) -> Refusal {
    match error {
        CaseError::Refused(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn not_asked(outcome: Result<AddressAsked, AddressError>) -> NotAsked {
    match outcome.unwrap_err() {
        AddressError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn n_r12_a_further_address_counts_once_its_code_was_entered_and_serves_a_recovery_seven_days_later() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    for channel in [mail(SECOND), phone(PHONE)] {
        let asked = house.ask_to_add(&token, &channel, MessageWay::Text).await.unwrap();
        assert!(!house.owner(&token).await.channels().contains(&channel), "asking alone is nothing");
        let letter = house.letter().await;
        assert_eq!(letter.to, channel.key());
        assert_eq!(letter.url(), None, "a link would let whoever reads a mistyped address confirm it");
        assert!(matches!(house.enter(&token, &asked, "222222").await.unwrap(), Entered::Wrong { left: 4 }));
        assert!(!house.owner(&token).await.channels().contains(&channel));
        assert_eq!(house.enter(&token, &asked, letter.code().unwrap()).await.unwrap(), Entered::Added);
        let owner = house.owner(&token).await;
        assert!(owner.channels().contains(&channel));
        let now = house.clock_now();
        assert!(!owner.serves_recovery(&channel, now) && owner.serves_recovery(&mail(ANA), now));
        assert!(owner.serves_recovery(&channel, now.plus(std::time::Duration::from_secs(7 * DAY))));
        assert_eq!(refused(&house.enter(&token, &asked, letter.code().unwrap()).await.unwrap_err()), Refusal::AlreadyDone, "N-O02");
        house.letters().await;
    }
}

#[tokio::test]
async fn n_r13_n_r23_five_of_each_kind_fit_besides_the_first_and_no_sixth() {
    let house = House::memory().await;
    house.account(ANA).await;
    for at in 0..MOST_ADDRESSES {
        let token = house.session(&root(ANA), OLD).await;
        house.add_address(&token, &mail(&format!("a{at}@example.org"))).await;
        house.add_address(&token, &phone(&format!("{PHONE}{at}"))).await;
        house.seconds(3600);
    }
    let token = house.session(&root(ANA), OLD).await;
    assert_eq!(not_asked(house.ask_to_add(&token, &mail("sixth@example.org"), MessageWay::Text).await), NotAsked::Full);
    assert_eq!(not_asked(house.ask_to_add(&token, &phone("+4940901820"), MessageWay::Text).await), NotAsked::Full);
    assert_eq!(not_asked(house.ask_to_add(&token, &mail("ANA@example.com"), MessageWay::Text).await), NotAsked::Known);
    assert_eq!(not_asked(house.ask_to_add(&token, &mail("A3@example.org"), MessageWay::Text).await), NotAsked::Known);
    assert_eq!(house.owner(&token).await.channels().len(), 11);
    house.remove(&token, &mail("a3@example.org")).await.unwrap();
    house.add_address(&token, &mail("sixth@example.org")).await;
}

#[tokio::test]
async fn n_r24_v6_3_7_all_addresses_are_told_of_a_new_one_and_of_one_that_goes() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    house.add_address(&token, &phone(PHONE)).await;
    house.letters().await;
    house.add_address(&token, &mail(SECOND)).await;
    let told = |letters: &[lockwright_testkit::mailbox::Letter]| {
        let mut told: Vec<(String, Happening)> = notices(letters)
            .into_iter()
            .filter_map(|(to, notice)| match notice {
                Notice::Happened { what, .. } => Some((to, what)),
                _ => None,
            })
            .collect();
        told.sort_by(|a, b| a.0.cmp(&b.0));
        told
    };
    let added = Happening::AddressAdded("a•••@example.org".to_owned());
    let everywhere = |what: &Happening| [PHONE, ANA, SECOND].map(|to| (to.to_owned(), what.clone())).to_vec();
    assert_eq!(told(&house.letters().await), everywhere(&added));
    house.remove(&token, &mail(SECOND)).await.unwrap();
    let removed = Happening::AddressRemoved("a•••@example.org".to_owned());
    assert_eq!(told(&house.letters().await), everywhere(&removed));
    assert!(!house.owner(&token).await.channels().contains(&mail(SECOND)));
    let again = house.remove(&token, &mail(SECOND)).await;
    assert!(matches!(again, Err(AddressError::Refused(NotAsked::Unknown))), "{again:?}");
    let first = house.remove(&token, &mail(ANA)).await;
    assert!(matches!(first, Err(AddressError::Refused(NotAsked::Unknown))), "the address that signs in is changed, not removed: {first:?}");
}

#[tokio::test]
async fn one_mailbox_and_one_phone_serve_several_people() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let bela = house.builder("bela@example.com").await;
    let (one, two) = (house.session(&root(ANA), OLD).await, house.session(&builder("bela@example.com"), OLD).await);
    for channel in [mail(SECOND), phone(PHONE)] {
        house.add_address(&one, &channel).await;
        house.add_address(&two, &channel).await;
        let owners = house.store.owners_of_address(&channel.key(), 10).await.unwrap();
        assert_eq!(owners, [Identity::Builder(bela.clone()), Identity::Root(account)]);
        house.remove(&one, &channel).await.unwrap();
        let claim = ClaimKey::Address(channel.key(), Identity::Root(account).to_string());
        assert!(house.store.claim(&claim).await.unwrap().is_none());
        assert_eq!(house.store.owners_of_address(&channel.key(), 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn v6_6_2_a_code_works_only_for_the_request_that_produced_it() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    let first = house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await.unwrap();
    let code = house.letter().await.code().unwrap().to_owned();
    let second = house.ask_to_add(&token, &phone("+4940901820"), MessageWay::Text).await.unwrap();
    house.letter().await;
    assert!(matches!(house.enter(&token, &second, &code).await.unwrap(), Entered::Wrong { .. }));
    // Nor in another browser, nor for somebody else who is signed in there.
    house.builder("bela@example.com").await;
    let bela = house.session(&builder("bela@example.com"), OLD).await;
    assert_eq!(refused(&house.enter(&bela, &first, &code).await.unwrap_err()), Refusal::Gone);
    let stranger = AddressAsked { holder: second.holder.clone(), case: first.case.clone(), digits: None };
    assert_eq!(refused(&house.enter(&token, &stranger, &code).await.unwrap_err()), Refusal::NotYours);
    assert_eq!(house.enter(&token, &first, &code).await.unwrap(), Entered::Added);
}

#[tokio::test]
async fn n_r08_n_r10_v6_5_5_a_phones_code_is_six_digits_and_works_ten_minutes() {
    let house = House::memory().await;
    house.account(ANA).await;
    for (minutes, works) in [(9, true), (10, false)] {
        let token = house.session(&root(ANA), OLD).await;
        let number = phone(&format!("{PHONE}{minutes}"));
        let asked = house.ask_to_add(&token, &number, MessageWay::Voice).await.unwrap();
        let letter = house.letters().await.pop().unwrap();
        let code = letter.code().unwrap();
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        house.seconds(minutes * 60);
        let entered = house.enter(&token, &asked, code).await.unwrap();
        assert_eq!(entered == Entered::Added, works, "{minutes}: {entered:?}");
    }
}

#[tokio::test]
async fn n_r09_a_mailed_code_works_an_hour() {
    let house = House::memory().await;
    house.account(ANA).await;
    for (minutes, works) in [(50, true), (61, false)] {
        let token = house.session(&root(ANA), OLD).await;
        let asked = house.ask_to_add(&token, &mail(&format!("a{minutes}@example.org")), MessageWay::Text).await.unwrap();
        let code = house.letters().await.iter().find_map(|letter| letter.code().map(str::to_owned)).unwrap();
        house.seconds(minutes * 60);
        // Whoever went to fetch the code may have to sign in anew; the browser still holds the request.
        let token = house.session(&root(ANA), OLD).await;
        match house.enter(&token, &asked, &code).await {
            Ok(entered) => assert!(works && entered == Entered::Added, "{entered:?}"),
            Err(error) => assert!(!works && refused(&error) == Refusal::Expired, "{error:?}"),
        }
    }
}

#[tokio::test]
async fn o_m05_another_code_voids_the_earlier_and_resets_no_count() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    let asked = house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await.unwrap();
    let first = house.letter().await.code().unwrap().to_owned();
    for left in [4, 3, 2] {
        assert_eq!(house.enter(&token, &asked, "no code").await.unwrap(), Entered::Wrong { left });
    }
    house.lockwright.resend_address_code(&house.anyone(), &asked.case, asked.holder.expose()).await.unwrap();
    let second = house.letter().await.code().unwrap().to_owned();
    assert_eq!(house.enter(&token, &asked, &first).await.unwrap(), Entered::Wrong { left: 1 });
    assert_eq!(house.enter(&token, &asked, &second).await.unwrap(), Entered::Added);
}

#[tokio::test]
async fn v6_6_3_n_r11_five_wrong_codes_end_a_request_and_five_codes_an_hour_is_all_anybody_is_sent() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.builder("bela@example.com").await;
    let token = house.session(&root(ANA), OLD).await;
    let asked = house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await.unwrap();
    let code = house.letter().await.code().unwrap().to_owned();
    for left in [4, 3, 2, 1] {
        assert_eq!(house.enter(&token, &asked, "000000").await.unwrap(), Entered::Wrong { left });
    }
    assert_eq!(house.enter(&token, &asked, "000000").await.unwrap(), Entered::NoTriesLeft);
    assert!(house.enter(&token, &asked, &code).await.is_err(), "not even the right one");
    for _ in 0..4 {
        house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await.unwrap();
    }
    house.letters().await;
    let wait = |outcome: Result<AddressAsked, AddressError>| matches!(outcome, Err(AddressError::Start(StartError::Wait { .. })));
    assert!(wait(house.ask_to_add(&token, &phone("+4940901820"), MessageWay::Text).await), "one person asks five times an hour");
    let bela = house.session(&builder("bela@example.com"), OLD).await;
    assert!(wait(house.ask_to_add(&bela, &phone(PHONE), MessageWay::Text).await), "one phone is reached five times an hour, whoever asks");
    house.ask_to_add(&bela, &phone("+4940901820"), MessageWay::Text).await.unwrap();
    assert_eq!(house.letters().await.len(), 1);
    let resent = house.lockwright.resend_address_code(&house.anyone(), &asked.case, asked.holder.expose()).await;
    assert!(resent.is_err(), "{resent:?}");
}

#[tokio::test]
async fn v7_5_1_a_session_that_was_not_confirmed_lately_changes_no_address() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    house.add_address(&token, &mail(SECOND)).await;
    house.seconds(601);
    assert_eq!(not_asked(house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await), NotAsked::NotConfirmed);
    let removed = house.remove(&token, &mail(SECOND)).await;
    assert!(matches!(removed, Err(AddressError::Refused(NotAsked::NotConfirmed))), "{removed:?}");
}

#[tokio::test]
async fn while_changes_are_frozen_no_address_comes_or_goes() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    house.add_address(&token, &mail(SECOND)).await;
    let asked = house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await.unwrap();
    let code = house.letters().await.iter().find_map(|letter| letter.code().map(str::to_owned)).unwrap();
    let until = house.clock_now().plus(std::time::Duration::from_secs(DAY));
    let mut row = house.store.account(account).await.unwrap().unwrap();
    row.root.factors.frozen_until = Some(until);
    let mut changes = ChangeSet::default();
    changes.put(Record::Account(row));
    house.store.commit(changes).await.unwrap();
    let token = house.session(&root(ANA), OLD).await;
    assert_eq!(not_asked(house.ask_to_add(&token, &phone(PHONE), MessageWay::Text).await), NotAsked::Frozen(until));
    assert_eq!(refused(&house.enter(&token, &asked, &code).await.unwrap_err()), Refusal::Frozen(until));
    let removed = house.remove(&token, &mail(SECOND)).await;
    assert!(matches!(removed, Err(AddressError::Refused(NotAsked::Frozen(told))) if told == until), "{removed:?}");
}

/// A house whose calls go through a provider.
fn calling(house: &House, provider: &Provider) -> Lockwright {
    let mut config = crate::house::config(house.folder.path());
    config.messages = MessageConfig::Webhook { url: provider.url(), secret: Secret::new(SECRET) };
    Lockwright::new(config, house.store.clone(), house.clock.clone(), std::sync::Arc::new(lockwright_model::entropy::SystemEntropy))
        .unwrap()
}

#[tokio::test]
async fn n_o02_a_call_asks_for_the_digits_on_the_page_and_the_provider_reports_them_once() {
    let (mut house, provider) = (House::memory().await, Provider::start());
    house.account(ANA).await;
    house.lockwright = calling(&house, &provider);
    let mailer = through(&house, &provider);
    let token = house.session(&root(ANA), OLD).await;
    let asked = house.ask_to_add(&token, &phone(PHONE), MessageWay::Keyed).await.unwrap();
    let digits = asked.digits.clone().expect("digits to show").expose().to_owned();
    house.lockwright.send_due(&mailer, house.mailbox.as_ref()).await.unwrap();
    let call = provider.take().pop().unwrap();
    assert_eq!([call.text("kind"), call.text("way"), call.text("to")], ["call", "keyed", PHONE]);
    assert_eq!((call.body["digits"].as_u64(), call.text("callback")), (Some(6), "https://id.example.com/hooks/voice"));
    assert!(!call.body.to_string().contains(&digits), "the provider doesn't know them");

    let report = |digits: &str| format!("{{\"id\":\"{}\",\"digits\":\"{digits}\"}}", call.text("id"));
    let post = async |at: i64, secret: &str, body: &str| {
        let at = at.to_string();
        house.lockwright.keyed_in(&at, &sign(secret, &at, body.as_bytes()), body.as_bytes()).await
    };
    let now = || house.clock_now().as_seconds();
    let other = if digits == "111111" { "222222" } else { "111111" };
    for (at, secret) in [(now(), "another secret of some length......"), (now() - 301, SECRET), (now() + 301, SECRET)] {
        assert!(matches!(post(at, secret, &report(&digits)).await, Err(KeyedError::NotSigned)), "{at} {secret}");
    }
    assert_eq!(house.enter(&token, &asked, &digits).await.unwrap(), Entered::NotYet, "typing them on the page is nothing");
    let at = now();
    post(at, SECRET, &report(other)).await.unwrap();
    assert!(matches!(post(at, SECRET, &report(other)).await, Err(KeyedError::Repeated)));
    assert_eq!(house.enter(&token, &asked, "").await.unwrap(), Entered::NotYet, "wrong digits");
    post(at, SECRET, &report(&digits)).await.unwrap();
    assert_eq!(house.enter(&token, &asked, "").await.unwrap(), Entered::Added);
    assert!(matches!(post(at + 1, SECRET, &report(&digits)).await, Err(KeyedError::Gone)), "over");
    assert!(matches!(post(at, SECRET, "{\"id\":\"x\",\"digits\":\"1\"}").await, Err(KeyedError::Gone)));
    assert!(house.owner(&token).await.channels().contains(&phone(PHONE)));
}

#[tokio::test]
async fn digits_that_are_keyed_in_wrong_five_times_or_late_are_worth_nothing() {
    let (mut house, provider) = (House::memory().await, Provider::start());
    house.account(ANA).await;
    house.lockwright = calling(&house, &provider);
    let token = house.session(&root(ANA), OLD).await;
    let post = async |body: String| {
        let at = house.clock_now().as_seconds().to_string();
        house.lockwright.keyed_in(&at, &sign(SECRET, &at, body.as_bytes()), body.as_bytes()).await
    };
    let late = house.ask_to_add(&token, &phone(PHONE), MessageWay::Keyed).await.unwrap();
    let worn = house.ask_to_add(&token, &phone("+4940901820"), MessageWay::Keyed).await.unwrap();
    let report = |asked: &AddressAsked, digits: &str| format!("{{\"id\":\"{}\",\"digits\":\"{digits}\"}}", asked.case);
    let right = |asked: &AddressAsked| asked.digits.as_ref().unwrap().expose().to_owned();
    for wrong in 0..5 {
        post(report(&worn, &format!("x{wrong}"))).await.unwrap();
    }
    assert!(matches!(post(report(&worn, &right(&worn))).await, Err(KeyedError::Gone)));
    house.seconds(600);
    post(report(&late, &right(&late))).await.unwrap();
    assert_eq!(house.enter(&token, &late, "").await.unwrap(), Entered::NotYet);
}
