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
