//! "This wasn't me": what it stops, that it opens nothing, and that nobody keeps the owner out with it.

use lockwright_model::case::Channel;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::token::Token;
use lockwright_service::cases::CaseError;
use lockwright_service::core::disown::Disowned;
use lockwright_service::core::recovery::Refusal;
use lockwright_service::notices::Said;
use lockwright_service::passwords::ChangePasswordError;
use lockwright_testkit::mailbox::Letter;
use lockwright_testkit::webhook::Provider;

use crate::house::{ANA, House, NEW, OLD, OTHER, iam, notices, root};
use crate::messages::through;

const SECOND: &str = "ana@example.org";
const DAY: u64 = 24 * 3600;

fn link(letter: &Letter) -> String {
    letter.url().expect("a link").strip_prefix("https://id.example.com/notice/").expect("a notice's link").to_owned()
}

impl House {
    /// Changes the root user's password, and yields what was told of it.
    pub(crate) async fn change(&self, old: &str, new: &str) -> (Token, Vec<Letter>) {
        let token = self.session(&root(ANA), old).await;
        let token = self.try_change(&token, old, new).await.unwrap();
        (token, self.letters().await)
    }

    pub(crate) async fn try_change(&self, token: &Token, old: &str, new: &str) -> Result<Token, ChangePasswordError> {
        let signed = self.signed(token).await.expect("signed in");
        self.lockwright.change_password(&self.as_(&signed.session.owner), &signed.session, old, new, new).await
    }

    async fn disown(&self, link: &str) -> Result<Disowned, CaseError> {
        self.lockwright.disown(&self.anyone(), link).await
    }
}

fn contained(outcome: Result<Disowned, CaseError>) -> bool {
    matches!(outcome, Ok(Disowned::Contained { .. }))
}

#[tokio::test]
async fn n_r25_this_wasnt_me_ends_sessions_and_freezes_every_change_for_a_day() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (token, letters) = house.change(OLD, NEW).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    let until = match house.disown(&link(letter)).await.unwrap() {
        Disowned::Contained { until } => until,
        again @ Disowned::Again { .. } => panic!("{again:?}"),
    };
    assert_eq!(until.since(house.clock_now()).as_secs(), DAY);
    assert!(!house.alive(&token).await, "everybody is out");
    let told = house.letters().await;
    assert!(matches!(notices(&told).as_slice(), [(to, Notice::Happened { what: Happening::Contained, .. })] if to == ANA), "{told:?}");
    assert_eq!(told[0].url(), None, "else one link would make the next, for ever");
    // It opened nothing and locked nobody out: the password is what it was.
    let token = house.session(&root(ANA), NEW).await;
    let refused = house.try_change(&token, NEW, OTHER).await;
    assert!(matches!(refused, Err(ChangePasswordError::Frozen { until: told }) if told == until), "{refused:?}");
    house.seconds(DAY);
    house.change(NEW, OTHER).await;
}

#[tokio::test]
async fn x09_a_scanner_that_follows_the_link_spends_nothing() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (token, letters) = house.change(OLD, NEW).await;
    let link = link(&letters[0]);
    let before = house.store.counts().await.unwrap();
    for _ in 0..3 {
        let view = house.lockwright.look_at_notice(&link).await.unwrap();
        assert_eq!((view.said, view.frozen_until), (Said::Nothing, None));
        assert!(matches!(view.notice, Notice::PasswordChanged(_)) && view.source.ip_text() == crate::house::HERE);
    }
    assert_eq!(format!("{before:?}"), format!("{:?}", house.store.counts().await.unwrap()));
    assert!(house.alive(&token).await);
    assert!(contained(house.disown(&link).await));
}

#[tokio::test]
async fn a29_one_address_stops_things_once_in_ninety_days_and_another_still_does() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    house.add_address(&token, &Channel::Email(SECOND.parse().unwrap())).await;
    house.letters().await;
    let to = |letters: &[Letter], address: &str| link(letters.iter().find(|letter| letter.to == address).unwrap());
    let (_, letters) = house.change(OLD, NEW).await;
    assert!(contained(house.disown(&to(&letters, ANA)).await));
    house.letters().await;
    house.seconds(2 * DAY);

    // Whoever reads that mailbox keeps nobody out with it.
    let (token, letters) = house.change(NEW, OTHER).await;
    let again = house.disown(&to(&letters, ANA)).await.unwrap();
    let Disowned::Again { from } = again else { panic!("{again:?}") };
    assert!(house.alive(&token).await && house.letters().await.is_empty(), "nothing was ended, nobody told");
    let token = house.try_change(&token, OTHER, OLD).await.unwrap();
    let letters = house.letters().await;
    assert!(house.alive(&token).await);

    // The owner has another one.
    assert!(contained(house.disown(&to(&letters, SECOND)).await));
    assert!(!house.alive(&token).await);
    house.letters().await;

    // And in time that one again.
    house.clock.set(from);
    let (_, letters) = house.change(OLD, NEW).await;
    assert!(contained(house.disown(&to(&letters, ANA)).await));
}

#[tokio::test]
async fn both_answers_count_once_and_say_so_afterwards() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (_, letters) = house.change(OLD, NEW).await;
    let link_one = link(&letters[0]);
    house.lockwright.own(&house.anyone(), &link_one).await.unwrap();
    let twice = house.lockwright.own(&house.anyone(), &link_one).await;
    assert!(matches!(twice, Err(CaseError::Refused(Refusal::Closed(_)))), "{twice:?}");
    assert!(matches!(house.disown(&link_one).await, Err(CaseError::Refused(Refusal::Closed(_)))));
    assert_eq!(house.lockwright.look_at_notice(&link_one).await.unwrap().said, Said::Mine);

    let (_, letters) = house.change(NEW, OTHER).await;
    let link_two = link(&letters[0]);
    assert!(contained(house.disown(&link_two).await));
    let at = house.clock_now();
    house.letters().await;
    let token = house.session(&root(ANA), OTHER).await;
    assert!(matches!(house.disown(&link_two).await, Err(CaseError::Refused(Refusal::AlreadyDone))));
    assert!(matches!(house.lockwright.own(&house.anyone(), &link_two).await, Err(CaseError::Refused(Refusal::AlreadyDone))));
    assert!(house.alive(&token).await, "a second press ends no second time");
    let view = house.lockwright.look_at_notice(&link_two).await.unwrap();
    assert!(matches!(view.said, Said::NotMine { at: said } if at.since(said).as_secs() < 1) && view.frozen_until.is_some());
    house.seconds(DAY);
    let view = house.lockwright.look_at_notice(&link_two).await.unwrap();
    assert!(matches!(view.said, Said::NotMine { .. }) && view.frozen_until.is_none());

    let (_, letters) = house.change(OTHER, OLD).await;
    house.seconds(14 * DAY);
    let late = house.disown(&link(&letters[0])).await;
    assert!(matches!(late, Err(CaseError::Refused(Refusal::Expired))), "{late:?}");
}

#[tokio::test]
async fn parallel_presses_contain_once() {
    let house = std::sync::Arc::new(House::file().await);
    house.account(ANA).await;
    let (_, letters) = house.change(OLD, NEW).await;
    let link = link(&letters[0]);
    let presses: Vec<_> = (0..50)
        .map(|_| {
            let (house, link) = (std::sync::Arc::clone(&house), link.clone());
            tokio::spawn(async move { contained(house.disown(&link).await) })
        })
        .collect();
    let mut counted = 0;
    for press in presses {
        counted += u32::from(press.await.unwrap());
    }
    assert_eq!((counted, house.letters().await.len()), (1, 1));
}

#[tokio::test]
async fn an_address_that_was_removed_can_still_say_that_it_wasnt_the_owner() {
    let house = House::memory().await;
    house.account(ANA).await;
    let token = house.session(&root(ANA), OLD).await;
    let channel = Channel::Email(SECOND.parse().unwrap());
    house.add_address(&token, &channel).await;
    house.letters().await;
    let signed = house.signed(&token).await.unwrap();
    let id = house.lockwright.address_id(&channel);
    house.lockwright.remove_address(&house.as_(&signed.session.owner), &signed.session, &id).await.unwrap();
    let letters = house.letters().await;
    let removed = letters.iter().find(|letter| letter.to == SECOND).expect("the removed one is told");
    assert!(contained(house.disown(&link(removed)).await));
    assert!(!house.alive(&token).await);
}

#[tokio::test]
async fn a_notice_that_comes_twice_has_one_link_of_which_the_hash_is_kept() {
    let (house, provider) = (House::file().await, Provider::start());
    let account = house.account(ANA).await;
    crate::messages::give_phone(&house, account).await;
    let token = house.session(&root(ANA), OLD).await;
    house.try_change(&token, OLD, NEW).await.unwrap();
    let mailer = through(&house, &provider);
    provider.answers(500);
    let before = house.store.counts().await.unwrap().cases;
    for _ in 0..4 {
        while house.lockwright.send_due(&mailer, house.mailbox.as_ref()).await.unwrap() > 0 {}
        house.seconds(600);
    }
    assert_eq!(house.store.counts().await.unwrap().cases, before + 2, "one for the mailbox, one for the phone");
    let letters = house.mailbox.take(&house.folder.path().join("outbox"));
    let token = link(&letters[0]);
    house.store.close().await;
    for file in std::fs::read_dir(house.folder.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "E02: {}", file.path().display());
    }
}

#[tokio::test]
async fn a_user_who_says_it_wasnt_them_stops_nobody_else() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    house.confirm(&user, "carla@example.com").await;
    let ana = house.session(&root(ANA), OLD).await;
    let carla = house.sign_in_user(&user, OLD).await.unwrap().token;
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    house.recover(&iam(&account.to_string(), "carla"), NEW).await;
    let letters = house.letters().await;
    assert!(contained(house.disown(&link(&letters[0])).await));
    assert!(house.alive(&ana).await && !house.alive(&carla).await);
    let row = house.store.account(account).await.unwrap().unwrap();
    assert_eq!(row.root.factors.frozen_until, None);
    let events = house.lockwright.events(&house.as_(&Identity::Root(account)), Some(account), None, 50).await.unwrap();
    assert!(events.iter().any(|event| event.name == "NoticeDisowned"));
}

#[tokio::test]
async fn what_is_no_link_of_a_notice_says_nothing() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (_, letter) = house.forget(&root(ANA)).await;
    let other = crate::house::parts(letter.url().unwrap()).1;
    for odd in ["", "lw_link_x_y", &other] {
        assert!(matches!(house.disown(odd).await, Err(CaseError::Unknown)), "{odd}");
        assert!(matches!(house.lockwright.look_at_notice(odd).await, Err(CaseError::Unknown)), "{odd}");
    }
}
