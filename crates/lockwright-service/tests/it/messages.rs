//! Messages to phones: through a provider that checks every signature, tried until it takes them, or into the outbox folder.

use lockwright_model::factors::Phone;
use lockwright_model::id::AccountId;
use lockwright_model::job::JobState;
use lockwright_model::secret::Secret;
use lockwright_service::config::MessageConfig;
use lockwright_service::mail::Mailer;
use lockwright_testkit::webhook::{Provider, SECRET};

use crate::house::{ANA, House, NEW, OLD, root};

/// A number that texts reach.
pub(crate) const PHONE: &str = "+4930901820";

/// A mailer whose messages go to a provider.
pub(crate) fn through(house: &House, provider: &Provider) -> Mailer {
    let mut config = crate::house::config(house.folder.path());
    config.messages = MessageConfig::Webhook { url: provider.url(), secret: Secret::new(SECRET) };
    Mailer::new(&config).unwrap()
}

/// Gives a root user a confirmed phone, as of now.
pub(crate) async fn give_phone(house: &House, account: AccountId) {
    let mut row = house.store.account(account).await.unwrap().unwrap();
    row.root.factors.phones.push(Phone { number: PHONE.parse().unwrap(), since: house.clock_now() });
    let mut changes = lockwright_model::change::ChangeSet::default();
    changes.put(lockwright_model::change::Record::Account(row));
    house.store.commit(changes).await.unwrap();
}

async fn change_password(house: &House, old: &str, new: &str) {
    let token = house.session(&root(ANA), old).await;
    let signed = house.signed(&token).await.unwrap();
    house.lockwright.change_password(&house.as_(&signed.session.owner), &signed.session, old, new, new).await.unwrap();
}

async fn send(house: &House, mailer: &Mailer) {
    while house.lockwright.send_due(mailer, house.mailbox.as_ref()).await.unwrap() > 0 {}
}

#[tokio::test]
async fn n_r24_v6_3_7_every_address_is_told_phones_too_and_the_provider_knows_who_speaks() {
    let (house, provider) = (House::memory().await, Provider::start());
    let account = house.account(ANA).await;
    give_phone(&house, account).await;
    change_password(&house, OLD, NEW).await;
    let jobs = house.lockwright.jobs(&house.host(), None, 10).await.unwrap();
    send(&house, &through(&house, &provider)).await;
    let letters = house.mailbox.take(&house.folder.path().join("outbox"));
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [ANA]);
    let taken = provider.take();
    let [message] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!([message.text("kind"), message.text("way"), message.text("to")], ["notice", "text", PHONE]);
    assert_eq!(message.text("id"), message.key);
    assert!(jobs.iter().any(|job| job.id.as_str() == message.key), "the key is the job's id");
    assert_eq!(message.at, house.clock_now().as_seconds().to_string());
    assert!(message.body.get("digits").is_none() && message.body.get("callback").is_none(), "{message:?}");
}

#[tokio::test]
async fn a_message_is_tried_until_the_provider_takes_it_and_taken_once() {
    let (house, provider) = (House::memory().await, Provider::start());
    let account = house.account(ANA).await;
    give_phone(&house, account).await;
    change_password(&house, OLD, NEW).await;
    let mailer = through(&house, &provider);
    for status in [500, 404, 302, 429] {
        provider.answers(status);
        send(&house, &mailer).await;
        let jobs = house.lockwright.jobs(&house.host(), None, 10).await.unwrap();
        assert_eq!((jobs.len(), &jobs[0].state), (1, &JobState::Waiting), "{status}: no redirect is followed, no refusal taken for a yes");
        house.seconds(600);
    }
    assert_eq!(provider.requests(), 4);
    provider.answers(202);
    send(&house, &mailer).await;
    assert_eq!(provider.take().len(), 1);
    assert_eq!(house.store.counts().await.unwrap().jobs_waiting, 0);
    assert_eq!(provider.requests(), 5);
}

#[tokio::test]
async fn e02_a_provider_that_is_away_is_named_in_no_log_and_no_number_with_it() {
    let (house, provider) = (House::memory().await, Provider::start());
    let account = house.account(ANA).await;
    give_phone(&house, account).await;
    change_password(&house, OLD, NEW).await;
    let mailer = through(&house, &provider);
    provider.answers(503);
    while house.store.counts().await.unwrap().jobs_dead == 0 {
        send(&house, &mailer).await;
        house.seconds(3600);
    }
    let jobs = house.lockwright.jobs(&house.host(), None, 10).await.unwrap();
    let JobState::Dead { why } = &jobs[0].state else { panic!("{jobs:?}") };
    assert_eq!(why, "the webhook answered 503");
    let shown = format!("{jobs:?}");
    assert!(!shown.contains(PHONE), "a number is masked wherever it is shown: {shown}");
}

#[tokio::test]
async fn without_a_webhook_messages_lie_beside_the_mails() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    give_phone(&house, account).await;
    change_password(&house, OLD, NEW).await;
    let mut to: Vec<String> = house.letters().await.into_iter().map(|letter| letter.to).collect();
    to.sort();
    assert_eq!(to, [PHONE, ANA]);
}

#[tokio::test]
async fn e14_a_webhook_inside_a_network_stops_the_start() {
    let house = House::memory().await;
    for url in ["https://10.0.0.1/", "http://169.254.169.254/", "http://provider.example.com/", "https://[fd00::1]/x"] {
        let mut config = crate::house::config(house.folder.path());
        config.messages = MessageConfig::Webhook { url: url.to_owned(), secret: Secret::new(SECRET) };
        let error = Mailer::new(&config).err().expect(url).to_string();
        assert!(error.starts_with("messages to phones can't be set up: "), "{error}");
    }
}
