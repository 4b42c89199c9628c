//! Secrets stay where they belong: none in the store, the log, an audit event or the words of an error.

use std::io::Write;
use std::sync::{Arc, Mutex};

use lockwright_model::identity::Identity;
use lockwright_model::secret::Secret;
use lockwright_service::users::{GiveAccess, Handed};

use crate::house::{ANA, House, NEW, OLD, OTHER, builder, iam, parts, root};
use lockwright_model::proof::Goal;

/// What the program logs, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn e02_b26_no_secret_of_any_kind_is_stored_logged_or_shown() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();

    let house = House::seeded(7).await;
    let mut secrets: Vec<String> = [OLD, NEW, OTHER, "a wrong guess of Ana's", "typed into the name"].map(str::to_owned).to_vec();
    let mut shown = String::new();
    let account = house.account(ANA).await;
    house.builder("bela@example.com").await;
    let user = house.user(account, "carla", true).await;
    house.confirm(&user, "carla@example.com").await;
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    let names = [root(ANA), builder("bela@example.com"), iam(&account.to_string(), "carla")];

    for name in &names {
        let token = house.session(name, OLD).await;
        shown += &format!("{:?}", house.sign_in(name, "a wrong guess of Ana's").await);
        let typed_into_the_name = root("typed.into.the.name@example.com");
        shown += &format!("{:?}", house.sign_in(&typed_into_the_name, OLD).await);
        let signed = house.signed(&token).await.unwrap();
        shown += &format!("{signed:?}");
        let (opened, letter) = house.forget(name).await;
        let (case, link) = parts(letter.url().unwrap());
        shown += &format!("{opened:?} {letter:?}");
        shown += &format!("{:?}", house.lockwright.submit_code(&house.anyone(), &case, opened.holder.expose(), "222222").await);
        let holder = house.prove(&opened, letter.code().unwrap()).await;
        shown += &format!("{:?}", house.lockwright.open_link(&house.anyone(), &case, "", &link).await);
        shown += &format!("{:?}", house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, OTHER).await);
        shown += &format!("{:?}", house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await);
        house.letters().await;
        let second = house.session(name, NEW).await;
        let signed = house.signed(&second).await.unwrap();
        let op = house.as_(&signed.session.owner);
        shown += &format!("{:?}", house.lockwright.change_password(&op, &signed.session, OLD, OTHER, OTHER).await);
        shown += &format!("{:?}", house.lockwright.change_password(&op, &signed.session, NEW, "short", "short").await);
        secrets.extend(
            [token.expose(), opened.holder.expose(), holder.expose(), second.expose(), &link, letter.code().unwrap()].map(str::to_owned),
        );
    }
    let op = house.as_root(account);
    for access in [
        GiveAccess::Generated { must_change: true },
        GiveAccess::Typed { password: Secret::new(OTHER), must_change: true },
        GiveAccess::Link,
    ] {
        let handed = house.lockwright.set_access(&op, &user, access, None).await.unwrap();
        shown += &format!("{handed:?}");
        match handed {
            Handed::Password(password) => secrets.push(password.expose().to_owned()),
            Handed::Link { url, .. } => secrets.push(parts(url.expose()).1),
            Handed::Nothing => {}
        }
    }
    house.lockwright.find_mine(&op, &ANA.parse().unwrap()).await.unwrap();
    shown += &format!("{:?}", house.letters().await);
    shown += &format!("{:?}", house.lockwright.events(&house.as_(&Identity::Root(account)), Some(account), None, 500).await.unwrap());
    shown += &format!("{:?}", house.lockwright.config());

    // Something to log: a mail that can't leave.
    house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    house.lockwright.send_due(&crate::mailing::nowhere(&house).await, house.mailbox.as_ref()).await.unwrap();

    house.store.close().await;
    let mut stored = Vec::new();
    for file in std::fs::read_dir(house.folder.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        stored.extend(std::fs::read(file.path()).unwrap());
    }
    let logged = log.0.lock().unwrap().clone();
    assert!(holds(&stored, ANA) && holds(&stored, "argon2id"), "the search would find what is there");
    assert!(shown.contains("Mismatch") && holds(&logged, "a mail was not sent"), "{}", String::from_utf8_lossy(&logged));
    secrets.extend(["\u{1}".repeat(32), "\u{2}".repeat(32), "[1, 1, 1, 1".to_owned(), "[2, 2, 2, 2".to_owned()]);
    secrets.push("typed.into.the.name".to_owned());
    assert!(secrets.len() > 25);
    for secret in &secrets {
        assert!(!holds(&stored, secret), "in the store: {secret}");
        assert!(!holds(&logged, secret), "in the log: {secret}");
        assert!(!shown.contains(secret.as_str()), "shown: {secret}");
    }
}

/// Whether a text stands somewhere by itself: six digits may well be part of a longer number, or behind its point, as in `1.234567ms`.
fn stands_alone(haystack: &str, needle: &str) -> bool {
    haystack.match_indices(needle).any(|(at, _)| {
        let digit = |c: char| c.is_ascii_digit();
        !haystack[..at].trim_end_matches('.').ends_with(digit) && !haystack[at + needle.len()..].starts_with(digit)
    })
}

#[tokio::test]
async fn o_m04_no_one_time_password_is_logged_or_stands_in_the_trail() {
    let log = Log::default();
    let writer = log.clone();
    // A moment has six digits of its own.
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone());
    // Of this thread alone, on which all of this runs but the hashing of passwords: others' digits are not looked for.
    let _scope = tracing::subscriber::set_default(subscriber.finish());

    let house = House::memory().await;
    let account = house.account(ANA).await;
    let armed = house.arm(&root(ANA)).await;
    let mut typed = Vec::new();
    for code in [armed.wrong(&house), armed.code(&house), armed.code(&house)] {
        let ceremony = house.first_step(&armed.name).await;
        let answer = house.second_code(&armed, &ceremony, &code).await;
        assert_eq!(answer.is_ok(), typed.len() == 1, "a wrong one, the right one, and the same once more");
        typed.push(code);
    }
    house.letters().await;
    let other = house.account("bela@example.com").await;
    let app = house.enrol_app(&house.session(&root("bela@example.com"), OLD).await).await.0;
    typed.extend([app.steps_later(house.clock_now(), -1), app.at(house.clock_now())]);
    let mut shown = String::new();
    for account in [account, other] {
        shown += &format!("{:?}", house.lockwright.events(&house.host(), Some(account), None, 500).await.unwrap());
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(shown.contains("ConsoleLogin") && !logged.is_empty(), "the search would find what is there");
    for code in typed {
        assert!(!stands_alone(&shown, &code) && !stands_alone(&logged, &code), "{code}");
    }
}
