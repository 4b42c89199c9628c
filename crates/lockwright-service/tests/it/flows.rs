//! The whole way of each kind of person: register, sign in, forget, get back in.

use lockwright_model::case::IdentityKind;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Notice;
use lockwright_model::session::SessionScope;
use lockwright_service::cases::{CaseError, CaseKind, CaseStep};
use lockwright_service::core::recovery::{CodeOutcome, Refusal};
use lockwright_service::mail::outgoing::{FoundRow, OutgoingMail};
use lockwright_service::passwords::NewPasswordError;
use lockwright_service::recovery::FinishError;
use lockwright_service::signin::{SignInError, SignInName};

use crate::house::{ANA, HERE, House, NEW, OLD, builder, iam, notices, parts, root};
use lockwright_model::proof::Goal;

#[tokio::test]
async fn a_root_user_registers_forgets_and_gets_back_in_by_code() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let before = [house.session(&root(ANA), OLD).await, house.session(&root(ANA), OLD).await];

    let (opened, letter) = house.forget(&root(ANA)).await;
    assert_eq!(letter.to, ANA);
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    for token in &before {
        assert!(house.alive(token).await, "nothing on the account changes before the new password is set (O-F04)");
    }
    house.lockwright.finish_recovery(&house.anyone(), &opened.case, holder.expose(), NEW, NEW).await.unwrap();

    for token in &before {
        assert!(!house.alive(token).await, "every session is ended");
    }
    let told = notices(&house.letters().await);
    assert!(matches!(told.as_slice(), [(to, Notice::PasswordRecovered(_))] if to == ANA), "N-R21: {told:?}");
    assert!(matches!(house.sign_in(&root(ANA), OLD).await, Err(SignInError::Mismatch)));
    let token = house.session(&root(ANA), NEW).await;
    assert_eq!(house.signed(&token).await.unwrap().session.owner, Identity::Root(account));

    let names = events(&house, account).await;
    for name in ["CreateAccount", "ConsoleLogin", "PasswordRecoveryRequested", "PasswordRecoveryCompleted"] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
}

#[tokio::test]
async fn a_root_user_gets_back_in_by_link_in_another_browser() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let (case, link) = parts(letter.url().unwrap());
    assert_eq!(case, opened.case);
    for _ in 0..3 {
        let kind = house.lockwright.look_at_link(&case, "", &link).await.unwrap().kind;
        assert_eq!(kind, CaseKind::Recover(IdentityKind::Root), "X09: looking spends nothing");
    }
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
    let view = house.lockwright.case(&case, holder.expose()).await.unwrap();
    assert!(matches!(view.step, Ok(CaseStep::NewPassword { .. })), "{view:?}");
    let view = house.lockwright.case(&case, opened.holder.expose()).await.unwrap();
    assert!(matches!(view.step, Err(Refusal::NotYours)), "A26: a cookie from before the proof is worthless");
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    let view = house.lockwright.case(&case, holder.expose()).await.unwrap();
    assert!(matches!(view.step, Ok(CaseStep::Done)));
    house.session(&root(ANA), NEW).await;
}

#[tokio::test]
async fn a_builder_registers_forgets_and_gets_back_in() {
    let house = House::memory().await;
    house.builder("bela@example.com").await;
    let name = builder("bela@example.com");
    let token = house.session(&name, OLD).await;
    house.recover(&name, NEW).await;
    assert!(!house.alive(&token).await);
    assert!(matches!(notices(&house.letters().await).as_slice(), [(_, Notice::PasswordRecovered(_))]));
    house.session(&name, NEW).await;
    assert!(matches!(house.sign_in(&root("bela@example.com"), NEW).await, Err(SignInError::Mismatch)), "B23: the kinds are apart");
}

#[tokio::test]
async fn a_user_with_a_confirmed_address_recovers_alone_where_the_account_allows_it() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "Carla", false).await;
    let name = iam(&account.to_string(), "carla");
    house.confirm(&user, "carla@example.com").await;

    let opened = house.lockwright.start_recovery(&house.anyone(), &name, Goal::NewPassword).await.unwrap();
    assert!(house.letters().await.is_empty(), "not allowed: a decoy, and no mail");
    assert!(matches!(
        house.lockwright.submit_code(&house.anyone(), &opened.case, opened.holder.expose(), "AAAAAA").await,
        Ok(CodeOutcome::Wrong { left: 4 })
    ));

    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    house.recover(&name, NEW).await;
    let told = notices(&house.letters().await);
    assert!(matches!(told.as_slice(), [(to, Notice::PasswordRecovered(_))] if to == "carla@example.com"), "{told:?}");
    house.session(&name, NEW).await;
}

#[tokio::test]
async fn find_my_account_mails_what_belongs_and_shows_nothing() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.lockwright.set_alias(&house.as_root(account), account, Some(&"harbour".parse().unwrap())).await.unwrap();
    let user = house.user(account, "Carla", false).await;
    house.confirm(&user, ANA).await;
    house.builder(ANA).await;

    house.lockwright.find_mine(&house.anyone(), &"ANA@Example.com".parse().unwrap()).await.unwrap();
    house.lockwright.find_mine(&house.anyone(), &"nobody@example.com".parse().unwrap()).await.unwrap();
    let letter = house.letter().await;
    assert_eq!(letter.to.to_lowercase(), ANA, "the mail goes to the address itself");
    let OutgoingMail::Found { rows, .. } = letter.mail else { panic!("{letter:?}") };
    let alias = |alias: &Option<lockwright_model::name::Alias>| alias.as_ref().is_some_and(|alias| alias.as_str() == "harbour");
    assert!(
        matches!(rows.as_slice(), [
        FoundRow::Root { account: a, alias: one, .. },
        FoundRow::User { account: b, alias: two, user, .. },
        FoundRow::Builder { .. },
    ] if *a == account && *b == account && alias(one) && alias(two) && user.as_str() == "Carla"),
        "{rows:?}"
    );
}

#[tokio::test]
async fn a_user_asks_the_administrators_who_answer_with_a_link() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "Carla", false).await;
    let boss = house.user(account, "Boss", true).await;
    house.confirm(&boss, "boss@example.com").await;
    let name = iam(&account.to_string(), "carla");

    let asked = house.lockwright.ask_for_help(&house.anyone(), &name).await.unwrap();
    let told = notices(&house.letters().await);
    assert_eq!(told.len(), 2, "the root user and the administrator with an address: {told:?}");
    for (to, notice) in &told {
        assert!([ANA, "boss@example.com"].contains(&to.as_str()));
        let Notice::HelpRequested { caller_code, .. } = notice else { panic!("{notice:?}") };
        assert_eq!(*caller_code, asked.caller_code);
    }
    let op = house.as_(&Identity::User(boss));
    let requests = house.lockwright.helps(&op, account, 10).await.unwrap();
    assert_eq!((requests.len(), &requests[0].caller_code), (1, &asked.caller_code));
    assert_eq!(requests[0].source.ip, Some(HERE.parse().unwrap()));

    let access = lockwright_service::users::GiveAccess::Link;
    let handed = house.lockwright.set_access(&op, &user, access.clone(), Some(&requests[0].id)).await.unwrap();
    let again = house.lockwright.set_access(&op, &user, access, Some(&requests[0].id)).await;
    assert!(matches!(again, Err(lockwright_service::users::UserError::HelpDone)));
    assert!(matches!(house.session_scope(&name, OLD).await, SessionScope::Full), "the old password stays until the link is used");
    let (case, link) = parts(&crate::house::handed_url(&handed));
    let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    house.session(&name, NEW).await;
    assert!(house.sign_in(&name, OLD).await.is_err());
}

#[tokio::test]
async fn a_stranger_asking_for_help_gets_the_same_answer_and_disturbs_nobody() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let asked = house.lockwright.ask_for_help(&house.anyone(), &iam(&account.to_string(), "nobody")).await.unwrap();
    assert_eq!(asked.caller_code.len(), 6);
    assert!(house.letters().await.is_empty());
    assert!(house.lockwright.helps(&house.as_root(account), account, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn registering_an_address_in_use_looks_the_same_and_tells_its_owner() {
    let house = House::memory().await;
    house.account(ANA).await;
    let opened = house.lockwright.start_account(&house.anyone(), ANA.parse().unwrap()).await.unwrap();
    let told = notices(&house.letters().await);
    assert!(matches!(told.as_slice(), [(to, Notice::AlreadyRegistered(_))] if to == ANA), "{told:?}");
    let view = house.lockwright.case(&opened.case, opened.holder.expose()).await.unwrap();
    assert!(matches!(view.step, Ok(CaseStep::EnterCode { can_resend: true, .. })), "{view:?}");
}

#[tokio::test]
async fn an_address_registered_twice_at_once_is_registered_once() {
    let house = House::memory().await;
    let mut proven = Vec::new();
    for _ in 0..2 {
        let opened = house.lockwright.start_account(&house.anyone(), ANA.parse().unwrap()).await.unwrap();
        let letter = house.letter().await;
        proven.push((opened.case.clone(), house.prove(&opened, letter.code().unwrap()).await));
    }
    let mut done = 0;
    for (case, holder) in proven {
        let name = "Harbour Works".parse().unwrap();
        match house.lockwright.finish_account(&house.anyone(), &case, holder.expose(), name, OLD, OLD).await {
            Ok(_) => done += 1,
            Err(error) => {
                assert!(matches!(error, lockwright_service::recovery::FinishError::Case(CaseError::Refused(Refusal::Gone))), "{error:?}")
            }
        }
    }
    assert_eq!(done, 1);
    assert_eq!(house.store.counts().await.unwrap().accounts, 1);
}

#[tokio::test]
async fn an_abandoned_registration_leaves_nothing_but_an_expiring_case() {
    let house = House::memory().await;
    let opened = house.lockwright.start_account(&house.anyone(), ANA.parse().unwrap()).await.unwrap();
    let letter = house.letter().await;
    house.prove(&opened, letter.code().unwrap()).await;
    house.seconds(26 * 3600);
    house.store.purge(house.clock_now()).await.unwrap();
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.accounts, counts.cases, counts.claims, counts.tries, counts.jobs_waiting), (0, 0, 0, 0, 0));
}

/// The names of an account's events.
async fn events(house: &House, account: lockwright_model::id::AccountId) -> Vec<String> {
    let op = house.act(Principal::Host, HERE);
    house.lockwright.events(&op, Some(account), None, 100).await.unwrap().into_iter().map(|event| event.name).collect()
}

#[tokio::test]
async fn n_p12_a_refused_password_comes_with_advice() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    let finished = house.lockwright.finish_recovery(&house.anyone(), &opened.case, holder.expose(), "qwertyuiop", "qwertyuiop").await;
    let Err(FinishError::Password(refused)) = finished else { panic!("{finished:?}") };
    let NewPasswordError::Weak { weaknesses, advice } = &refused else { panic!("{refused:?}") };
    assert!(!weaknesses.is_empty() && !advice.is_empty());
    assert_eq!(refused.sentences().len(), weaknesses.len() + advice.len());
}

#[tokio::test]
async fn v6_3_2_a_fresh_installation_has_nobody_who_could_sign_in() {
    let house = House::memory().await;
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.accounts, counts.users, counts.builders, counts.operators, counts.systems), (0, 0, 0, 0, 0));
    assert_eq!((counts.sessions, counts.cases, counts.claims), (0, 0, 0));
    for name in ["admin", "root", "operator", "lockwright"] {
        let email = format!("{name}@example.com");
        for password in ["admin", "password", "changeme", "lockwright", ""] {
            for name in [root(&email), builder(&email), SignInName::Operator(email.parse().unwrap()), iam("000000000000", name)] {
                assert!(house.sign_in(&name, password).await.is_err());
            }
        }
    }
}
