//! Sessions: ended for good by everything that should end them.

use std::sync::Arc;
use std::time::Duration;

use lockwright_model::identity::Identity;
use lockwright_model::job::Notice;
use lockwright_model::session::SessionScope;
use lockwright_model::token::Token;
use lockwright_service::core::person::Bar;
use lockwright_service::host::Whom;
use lockwright_service::passwords::{ChangePasswordError, PresentError};
use lockwright_service::signin::SignInError;
use lockwright_service::users::{GiveAccess, Handed};

use crate::house::{ANA, House, NEW, OLD, builder, iam, notices, parts, root};

#[tokio::test]
async fn a22_every_reset_path_ends_every_session_and_tells_the_person() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    house.confirm(&user, "carla@example.com").await;
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    let name = iam(&account.to_string(), "carla");
    let mut password = OLD.to_owned();
    for path in ["self", "administrator", "host", "change", "link"] {
        let tokens = [house.session(&name, &password).await, house.session(&name, &password).await];
        assert!(house.alive(&tokens[0]).await && house.alive(&tokens[1]).await, "{path}");
        let next = format!("{NEW} by {path}");
        let typed = GiveAccess::Typed { password: lockwright_model::secret::Secret::new(next.clone()), must_change: false };
        match path {
            "self" => house.recover(&name, &next).await,
            "administrator" => drop(house.lockwright.set_access(&house.as_root(account), &user, typed, None).await.unwrap()),
            "host" => drop(house.lockwright.set_access(&house.host(), &user, typed, None).await.unwrap()),
            "change" => {
                house.lockwright.set_password_policy(&house.as_root(account), account, Some(&lenient())).await.unwrap();
                let signed = house.signed(&tokens[0]).await.unwrap();
                let op = house.as_(&signed.session.owner);
                let token = house.lockwright.change_password(&op, &signed.session, &password, &next, &next).await.unwrap();
                assert!(house.alive(&token).await, "this browser goes on");
            }
            _ => {
                let link = house.lockwright.recovery_link(&house.host(), &Whom::User(account, "carla".parse().unwrap())).await.unwrap();
                let (case, link) = parts(link.url.expose());
                let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
                house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), &next, &next).await.unwrap();
            }
        }
        for token in &tokens {
            assert!(!house.alive(token).await, "{path}");
        }
        let told = notices(&house.letters().await);
        assert!(
            matches!(told.as_slice(), [(to, Notice::PasswordRecovered(_) | Notice::PasswordReset(_) | Notice::PasswordChanged(_))]
            if to == "carla@example.com"),
            "N-R21, {path}: {told:?}"
        );
        assert!(house.sign_in(&name, &password).await.is_err(), "{path}");
        password = next;
    }
    house.session(&name, &password).await;
}

fn lenient() -> lockwright_model::password_policy::PasswordPolicy {
    lockwright_model::password_policy::PasswordPolicy {
        allow_users_to_change: true,
        ..lockwright_model::password_policy::PasswordPolicy::when_omitted()
    }
}

#[tokio::test]
async fn v7_4_2_b31_switching_somebody_off_or_away_ends_the_sessions_at_once() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let dora = house.user(account, "dora", false).await;
    house.builder("bela@example.com").await;
    let bela = house.session(&builder("bela@example.com"), OLD).await;
    let tokens = [house.sign_in_user(&carla, OLD).await.unwrap().token, house.sign_in_user(&dora, OLD).await.unwrap().token];
    // Each is in the cache before it dies.
    assert!(house.alive(&tokens[0]).await && house.alive(&tokens[1]).await && house.alive(&bela).await);
    house.lockwright.set_user_disabled(&house.as_root(account), &carla, true).await.unwrap();
    assert!(!house.alive(&tokens[0]).await);
    assert!(matches!(house.sign_in_user(&carla, OLD).await, Err(SignInError::Barred(Bar::Disabled))));
    house.lockwright.set_user_disabled(&house.as_root(account), &carla, false).await.unwrap();
    assert!(!house.alive(&tokens[0]).await, "back in use, the old session stays dead");
    house.lockwright.delete_user(&house.as_root(account), &dora).await.unwrap();
    assert!(!house.alive(&tokens[1]).await);
    house.lockwright.set_builder_disabled(&house.host(), &"bela@example.com".parse().unwrap(), true).await.unwrap();
    house.lockwright.set_builder_disabled(&house.host(), &"bela@example.com".parse().unwrap(), false).await.unwrap();
    assert!(!house.alive(&bela).await);
}

#[tokio::test]
async fn v7_4_2_b31_a_suspended_account_ends_the_sessions_of_all_its_people_for_good() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", false).await;
    let tokens = [house.session(&root(ANA), OLD).await, house.sign_in_user(&carla, OLD).await.unwrap().token];
    assert!(house.alive(&tokens[0]).await && house.alive(&tokens[1]).await);
    house.lockwright.set_account_suspended(&house.host(), account, true).await.unwrap();
    for token in &tokens {
        assert!(!house.alive(token).await);
    }
    assert!(matches!(house.sign_in(&root(ANA), OLD).await, Err(SignInError::Barred(Bar::AccountSuspended))));
    assert!(matches!(house.sign_in_user(&carla, OLD).await, Err(SignInError::Barred(Bar::AccountSuspended))));
    house.lockwright.set_account_suspended(&house.host(), account, false).await.unwrap();
    for token in &tokens {
        assert!(!house.alive(token).await, "back in use, the old sessions stay dead");
    }
    assert!(house.alive(&house.sign_in_user(&carla, OLD).await.unwrap().token).await);
    // The root user's own change of password is no business of the others.
    let token = house.sign_in_user(&carla, OLD).await.unwrap().token;
    house.recover(&root(ANA), NEW).await;
    assert!(house.alive(&token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b16_signing_out_against_200_racing_requests_revives_nothing() {
    let house = Arc::new(House::file().await);
    house.account(ANA).await;
    for _ in 0..5 {
        let token = house.session(&root(ANA), OLD).await;
        let signed = house.signed(&token).await.unwrap();
        // So that every racing request also writes a last-seen mark.
        house.seconds(61);
        let racing: Vec<_> = (0..200)
            .map(|_| {
                let (lockwright, token) = (house.lockwright.clone(), token.clone());
                tokio::spawn(async move { drop(lockwright.authenticate(token.expose()).await.unwrap()) })
            })
            .collect();
        house.lockwright.sign_out(&house.as_(&signed.session.owner), &signed.session).await.unwrap();
        assert!(!house.alive(&token).await);
        for request in racing {
            request.await.unwrap();
        }
        assert!(!house.alive(&token).await, "a racing request put it back");
        assert!(house.store.session(&token.hash()).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn b16_a_request_that_was_let_in_before_the_sessions_ended_does_not_bring_its_own_back() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let carla = house.user(account, "carla", true).await;
    let token = house.sign_in_user(&carla, OLD).await.unwrap().token;
    let signed = house.signed(&token).await.unwrap();
    let op = house.as_(&signed.session.owner);
    house.lockwright.end_user_sessions(&house.as_root(account), &carla).await.unwrap();
    let newer = house.sign_in_user(&carla, OLD).await.unwrap().token;
    let ended = house.lockwright.end_other_sessions(&op, &signed.session).await.unwrap();
    assert!(ended.is_none(), "the dead session must not come back as a new one");
    assert!(house.alive(&newer).await, "nor end others");
    let changed = house.lockwright.change_password(&op, &signed.session, OLD, NEW, NEW).await;
    assert!(matches!(changed, Err(ChangePasswordError::Present(PresentError::Mismatch))), "{changed:?}");
    assert!(house.alive(&newer).await);
}

#[tokio::test]
async fn ending_the_other_sessions_does_not_lengthen_this_one() {
    let house = House::memory().await;
    house.account(ANA).await;
    let mut token = house.session(&root(ANA), OLD).await;
    for _ in 0..13 {
        house.seconds(3500);
        let Some(signed) = house.signed(&token).await else { return };
        token = house.lockwright.end_other_sessions(&house.as_(&signed.session.owner), &signed.session).await.unwrap().unwrap();
    }
    panic!("a root session outlived 12 hours without a proof");
}

#[tokio::test]
async fn n_s04_v7_3_1_v7_3_2_v7_4_1_sessions_end_idle_and_in_the_end_whatever_happens() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.user(account, "carla", false).await;
    for (name, idle, absolute) in [(root(ANA), 3600, 12 * 3600), (iam(&account.to_string(), "carla"), 8 * 3600, 24 * 3600)] {
        let token = house.session(&name, OLD).await;
        let signed = house.signed(&token).await.unwrap();
        let began = signed.session.created;
        house.clock.set(began.plus(Duration::from_secs(idle - 1)));
        assert!(house.alive(&token).await, "and the use is noted");
        house.clock.set(began.plus(Duration::from_secs(2 * idle - 2)));
        assert!(house.alive(&token).await);
        let mut at = 2 * idle - 2;
        while at + idle / 2 < absolute {
            at += idle / 2;
            house.clock.set(began.plus(Duration::from_secs(at)));
            assert!(house.alive(&token).await, "{at}");
        }
        house.clock.set(began.plus(Duration::from_secs(absolute)));
        assert!(!house.alive(&token).await);
    }
    let idle = house.session(&root(ANA), OLD).await;
    house.seconds(3600);
    assert!(!house.alive(&idle).await);
}

#[tokio::test]
async fn v7_2_4_signing_in_ends_the_session_that_the_browser_had_even_when_it_is_gone() {
    let house = House::memory().await;
    house.account(ANA).await;
    let first = house.session(&root(ANA), OLD).await;
    let again = async |previous: &Token| house.sign_in_over(&root(ANA), OLD, previous).await;
    let second = again(&first).await;
    assert!(!house.alive(&first).await && house.alive(&second).await);
    again(&first).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_while_the_old_session_is_being_ended_works() {
    let house = House::file().await;
    house.account(ANA).await;
    let previous = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&previous).await.unwrap();
    let racing: Vec<_> = (0..2)
        .map(|_| {
            let (lockwright, op, previous) = (house.lockwright.clone(), house.anyone(), previous.clone());
            tokio::spawn(async move { lockwright.sign_in(&op, &root(ANA), OLD, Some(&previous)).await })
        })
        .collect();
    house.lockwright.sign_out(&house.as_(&signed.session.owner), &signed.session).await.unwrap();
    for sign_in in racing {
        match sign_in.await.unwrap() {
            Ok(_) | Err(SignInError::Wait { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_password_set_by_somebody_else_must_be_replaced_by_another_one() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let access = GiveAccess::Generated { must_change: true };
    let (user, handed) =
        house.lockwright.create_user(&house.as_root(account), account, &"carla".parse().unwrap(), false, access).await.unwrap();
    let Handed::Password(generated) = handed else { panic!("{handed:?}") };
    let signed_in = house.sign_in_user(&user.id, generated.expose()).await.unwrap();
    assert_eq!(signed_in.scope, SessionScope::ChangePassword);
    let signed = house.signed(&signed_in.token).await.unwrap();
    let op = house.as_(&Identity::User(user.id.clone()));
    let same = house.lockwright.change_password(&op, &signed.session, generated.expose(), generated.expose(), generated.expose()).await;
    assert!(matches!(same, Err(ChangePasswordError::New(_))), "the administrator would still know it: {same:?}");
    let token = house.lockwright.change_password(&op, &signed.session, generated.expose(), NEW, NEW).await.unwrap();
    assert_eq!(house.signed(&token).await.unwrap().session.scope, SessionScope::Full);
    assert_eq!(house.session_scope(&iam(&account.to_string(), "carla"), NEW).await, SessionScope::Full);
}

#[tokio::test]
async fn n_s12_use_puts_the_idle_end_off_a_sign_in_both_ends_and_an_end_is_for_good() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (idle, absolute) = (Duration::from_secs(3600), Duration::from_secs(12 * 3600));
    let first = house.session(&root(ANA), OLD).await;
    let began = house.signed(&first).await.unwrap().session.created;
    house.clock.set(began.plus(idle - Duration::from_secs(1)));
    assert!(house.alive(&first).await);
    house.clock.set(began.plus(2 * idle - Duration::from_secs(2)));
    assert!(house.alive(&first).await, "the use put its idle end off");
    let second = house.sign_in_over(&root(ANA), OLD, &first).await;
    let session = house.signed(&second).await.unwrap().session;
    assert!(session.created > began && session.expires == session.created.plus(absolute), "both limits begin anew");
    // What is used every half hour ends all the same.
    let mut now = session.created;
    while now.plus(idle / 2) < session.expires {
        now = now.plus(idle / 2);
        house.clock.set(now);
        assert!(house.alive(&second).await);
    }
    house.clock.set(session.expires);
    assert!(!house.alive(&second).await);
    assert!(!house.alive(&second).await && !house.alive(&first).await, "and asking again revives nothing");
}

#[tokio::test]
async fn n_s01_v7_2_2_every_sign_in_draws_a_token_of_its_own_and_only_a_sign_in_does() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let op = house.anyone();
    let mut tokens = Vec::new();
    for _ in 0..5 {
        // The same act at the same moment: nothing of it makes the token.
        match house.lockwright.sign_in(&op, &root(ANA), OLD, None).await.unwrap() {
            lockwright_service::signin::Entered::SignedIn(signed) => tokens.push(signed.token.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 5);
    let before = house.store.counts().await.unwrap().sessions;
    drop(house.sign_in(&root(ANA), NEW).await.unwrap_err());
    let (opened, letter) = house.forget(&root(ANA)).await;
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    assert_eq!(house.store.counts().await.unwrap().sessions, before, "neither a wrong password nor a proven case makes one");
    for secret in [opened.holder.expose(), holder.expose(), &account.to_string(), OLD, ANA] {
        assert!(house.lockwright.authenticate(secret).await.unwrap().is_none());
    }
}
