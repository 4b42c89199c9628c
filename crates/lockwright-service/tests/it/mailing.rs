//! The outbox: never in a request, at least once, given up after a day, tried again when told.

use std::sync::Arc;
use std::time::Duration;

use lockwright_model::case::MessageWay;
use lockwright_model::job::JobState;
use lockwright_service::Lockwright;
use lockwright_service::config::{MailConfig, SmtpConfig, SmtpSecurity};
use lockwright_service::core::outbox;
use lockwright_service::mail::Mailer;
use lockwright_service::mail::outgoing::OutgoingMail;

use crate::house::{ANA, House, OLD, iam, parts, root};
use lockwright_model::proof::Goal;

/// A mailer whose server is not there: a port that was just given up.
pub(crate) async fn nowhere(house: &House) -> Mailer {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut config = crate::house::config(house.folder.path());
    config.mail = MailConfig::Smtp(SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::None,
        login: None,
        timeout: Duration::from_secs(5),
    });
    Mailer::new(&config).unwrap()
}

async fn send(house: &House, lockwright: &Lockwright, mailer: &Mailer) -> u32 {
    lockwright.send_due(mailer, house.mailbox.as_ref()).await.unwrap()
}

#[tokio::test]
async fn a07_a_request_writes_a_job_and_mails_nothing() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.user(account, "carla", false).await;
    let composed = house.mailbox.composed();
    let op = house.anyone();
    house.lockwright.start_recovery(&op, &root(ANA), Goal::NewPassword).await.unwrap();
    house.lockwright.start_recovery(&op, &root("nobody@example.com"), Goal::NewPassword).await.unwrap();
    house.lockwright.find_mine(&op, &ANA.parse().unwrap()).await.unwrap();
    house.lockwright.ask_for_help(&op, &iam(&account.to_string(), "carla")).await.unwrap();
    house.lockwright.start_account(&op, ANA.parse().unwrap()).await.unwrap();
    assert_eq!(house.mailbox.composed(), composed);
    assert_eq!(std::fs::read_dir(house.folder.path().join("outbox")).unwrap().count(), 0);
    assert_eq!(house.store.counts().await.unwrap().jobs_waiting, 5);
}

#[tokio::test]
async fn with_the_mail_server_away_requests_go_on_and_the_mail_comes_when_it_is_back() {
    let house = House::memory().await;
    house.account(ANA).await;
    let away = nowhere(&house).await;
    let opened = house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    for attempt in 1..=4 {
        assert_eq!(send(&house, &house.lockwright, &away).await, 1, "{attempt}");
        assert_eq!(send(&house, &house.lockwright, &away).await, 0, "it waits before the next try");
        let jobs = house.lockwright.jobs(&house.host(), None, 10).await.unwrap();
        assert_eq!((jobs.len(), jobs[0].attempts, &jobs[0].state), (1, attempt, &JobState::Waiting));
        house.session(&root(ANA), OLD).await;
        house.seconds(60);
    }
    let letter = house.letter().await;
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    house.lockwright.finish_recovery(&house.anyone(), &opened.case, holder.expose(), crate::house::NEW, crate::house::NEW).await.unwrap();
    assert_eq!(house.letters().await.len(), 1, "and the notice");
}

#[tokio::test]
async fn a_crash_between_taking_and_sending_repeats_the_mail_and_the_second_ticket_kills_the_first() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    let job = house.lockwright.jobs(&house.host(), None, 10).await.unwrap().remove(0);
    // A worker that took the job and died.
    house.store.commit(outbox::lease(job.clone(), house.clock_now())).await.unwrap();
    assert!(house.letters().await.is_empty(), "another worker waits for its lease to end");
    house.seconds(120);
    let first = house.letter().await;
    // A worker that mailed and died before it could say so.
    let mut again = job;
    (again.version, again.due) = (lockwright_model::change::Version::NEW, house.clock_now());
    let mut changes = lockwright_model::change::ChangeSet::default();
    changes.put(lockwright_model::change::Record::Job(again));
    house.store.commit(changes).await.unwrap();
    let second = house.letter().await;
    let (case, older) = parts(first.url().unwrap());
    let (_, newer) = parts(second.url().unwrap());
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &older).await.is_err());
    house.lockwright.open_link(&house.anyone(), &case, "", &newer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_at_once_send_each_mail_once() {
    let house = Arc::new(House::file().await);
    house.account(ANA).await;
    for number in 0..20 {
        house.lockwright.start_account(&house.anyone(), format!("n{number}@example.com").parse().unwrap()).await.unwrap();
    }
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { while send(&house, &house.lockwright, &house.mailer).await > 0 {} })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(house.mailbox.take(&house.folder.path().join("outbox")).len(), 20);
    assert_eq!(house.store.counts().await.unwrap().jobs_waiting, 0);
}

#[tokio::test]
async fn a_mail_is_given_up_after_a_day_and_sent_when_the_host_says_so() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let away = nowhere(&house).await;
    house.lockwright.find_mine(&house.anyone(), &ANA.parse().unwrap()).await.unwrap();
    let mut tries = 0;
    while house.store.counts().await.unwrap().jobs_dead == 0 {
        tries += send(&house, &house.lockwright, &away).await;
        house.seconds(600);
        assert!(tries < 200);
    }
    assert!((20..60).contains(&tries), "pauses that double up to an hour: {tries}");
    let jobs = house.lockwright.jobs(&house.host(), None, 10).await.unwrap();
    let JobState::Dead { why } = &jobs[0].state else { panic!("{jobs:?}") };
    assert!(!why.contains('@') && !why.contains("127.0.0.1"), "{why}");
    assert!(house.letters().await.is_empty());
    assert!(house.lockwright.retry_job(&house.as_root(account), &jobs[0].id).await.is_err());
    house.lockwright.retry_job(&house.host(), &jobs[0].id).await.unwrap();
    assert_eq!(house.letters().await.len(), 1);
}

/// Panics at one kind of mail, and writes the others.
struct Stumbling(Arc<lockwright_testkit::mailbox::Mailbox>);

impl lockwright_service::mail::ComposeMail for Stumbling {
    fn compose(&self, mail: &OutgoingMail, installation: &str, public_url: &str) -> lockwright_service::mail::ComposedMail {
        assert!(!matches!(mail, OutgoingMail::Found { .. }), "this one makes the writer panic");
        self.0.compose(mail, installation, public_url)
    }

    fn compose_text(&self, mail: &OutgoingMail, way: MessageWay, installation: &str, public_url: &str) -> String {
        self.0.compose_text(mail, way, installation, public_url)
    }
}

#[tokio::test]
async fn a_mail_that_makes_the_writer_panic_keeps_no_other_from_leaving() {
    let house = House::memory().await;
    house.account(ANA).await;
    let mailer = Arc::new(Mailer::new(&crate::house::config(house.folder.path())).unwrap());
    house.lockwright.find_mine(&house.anyone(), &ANA.parse().unwrap()).await.unwrap();
    let outbox = tokio::spawn(house.lockwright.clone().run_outbox(mailer, Arc::new(Stumbling(Arc::clone(&house.mailbox)))));
    house.seconds(1);
    house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    let folder = house.folder.path().join("outbox");
    let mut letters = Vec::new();
    while letters.is_empty() {
        assert!(!outbox.is_finished(), "the outbox ended");
        tokio::task::yield_now().await;
        letters = house.mailbox.take(&folder);
    }
    assert!(letters.iter().all(|letter| letter.code().is_some()));
    outbox.abort();
}
