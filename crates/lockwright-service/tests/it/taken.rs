//! Devices that somebody else took away: the password of before enrols no new one, the one that was handed over since does.

use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_model::proof::Goal;
use lockwright_model::secret::Secret;
use lockwright_model::session::SessionScope;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::host::Whom;
use lockwright_service::signin::SignInName;
use lockwright_service::users::GiveAccess;

use crate::gathering::{Refused, accepted};
use crate::house::{ANA, House, NEW, OLD, builder, handed_url, iam, parts, root};

impl House {
    /// Sets [`NEW`] through a handed link.
    async fn through(&self, url: &str) {
        let (case, token) = parts(url);
        let holder = self.lockwright.open_link(&self.anyone(), &case, "", &token).await.unwrap();
        self.lockwright.finish_recovery(&self.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    }

    async fn carla(&self) -> (AccountId, lockwright_model::identity::UserRef, SignInName) {
        let account = self.account(ANA).await;
        let user = self.user(account, "carla", false).await;
        (account, user, iam(&account.to_string(), "carla"))
    }
}

#[tokio::test]
async fn v6_4_4_the_host_takes_devices_and_only_a_password_that_is_set_since_enrols_a_new_one() {
    let house = House::memory().await;
    let (account, _, carla) = house.carla().await;
    house.builder("bela@example.com").await;
    let whom = [
        (root(ANA), Whom::Root(account)),
        (builder("bela@example.com"), Whom::Builder("bela@example.com".parse().unwrap())),
        (carla, Whom::User(account, "carla".parse().unwrap())),
    ];
    for (name, whom) in whom {
        let armed = house.arm(&name).await;
        let early = house.lockwright.recovery_link(&house.host(), &whom).await.unwrap();
        house.lockwright.reset_devices(&house.host(), &whom).await.unwrap();
        // Whoever knew the password may have waited for that; with a saved code it is as much as ever.
        let ceremony = house.first_step(&name).await;
        assert!(house.second_code(&armed, &ceremony, &armed.code(&house)).await.is_err(), "{name:?}");
        let saved = house.second(&ceremony, FactorAnswer::RecoveryCode(&armed.codes[0])).await.unwrap();
        assert_eq!(saved.signed.scope, SessionScope::EnrolMfa);
        let (case, token) = parts(early.url.expose());
        let holder = house.lockwright.open_link(&house.anyone(), &case, "", &token).await.unwrap();
        let dead = house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await;
        assert_eq!(dead.refusal(), lockwright_service::core::recovery::Refusal::Gone, "a link from before is void");
        let link = house.lockwright.recovery_link(&house.host(), &whom).await.unwrap();
        house.through(link.url.expose()).await;
        assert_eq!(house.session_scope(&name, NEW).await, SessionScope::EnrolMfa, "{name:?}");
    }
}

#[tokio::test]
async fn v6_4_4_an_administrator_takes_devices_and_hands_over_a_link_or_a_password() {
    let house = House::memory().await;
    let (account, user, name) = house.carla().await;
    let armed = house.arm(&name).await;
    let boss = || house.as_root(account);
    house.lockwright.require_enrolment(&boss(), &user).await.unwrap();
    house.first_step(&name).await;
    let handed = house.lockwright.set_access(&boss(), &user, GiveAccess::Link, None).await.unwrap();
    house.through(&handed_url(&handed)).await;
    assert_eq!(house.session_scope(&name, NEW).await, SessionScope::EnrolMfa);
    // Again, now that this one may be known.
    house.lockwright.require_enrolment(&boss(), &user).await.unwrap();
    house.first_step_with(&name, NEW).await;
    let typed = GiveAccess::Typed { password: Secret::new(OLD), must_change: false };
    house.lockwright.set_access(&boss(), &user, typed, None).await.unwrap();
    let token = house.session(&name, OLD).await;
    assert_eq!(house.signed(&token).await.unwrap().session.scope, SessionScope::EnrolMfa);
    house.enrol_app(&token).await;
    assert!(house.factors(&Identity::User(user)).await.enrolment.is_none());
    assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 10);
}

#[tokio::test]
async fn where_no_device_stood_the_password_enrols_the_one_that_is_asked_for() {
    let house = House::memory().await;
    let (account, user, name) = house.carla().await;
    house.lockwright.require_enrolment(&house.as_root(account), &user).await.unwrap();
    let token = house.session(&name, OLD).await;
    assert_eq!(house.signed(&token).await.unwrap().session.scope, SessionScope::EnrolMfa);
    house.enrol_app(&token).await;
    // Asked for twice, it stays taken.
    for _ in 0..2 {
        house.lockwright.require_enrolment(&house.as_root(account), &user).await.unwrap();
        house.first_step(&name).await;
    }
}

#[tokio::test]
async fn n_r19_builders_and_users_recover_with_two_proofs_and_replace_a_device_with_the_password() {
    let house = House::memory().await;
    let (account, user, carla) = house.carla().await;
    house.confirm(&user, "carla@example.com").await;
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    house.builder("bela@example.com").await;
    for name in [carla, builder("bela@example.com")] {
        let armed = house.arm(&name).await;
        house.pass(lockwright_service::core::recovery::rules::COOLING);
        let mut walk = house.walk(&name, Goal::NewPassword).await;
        walk.mailbox().await.unwrap();
        assert!(walk.finish().await.is_err());
        assert!(accepted(walk.saved(&armed.codes[0]).await));
        walk.finish().await.unwrap();
        let mut walk = house.walk(&name, Goal::Reenrol).await;
        assert!(accepted(walk.password(NEW).await));
        assert!(walk.lost_device().await.is_err());
        assert!(accepted(walk.saved(&armed.codes[1]).await));
        let new = walk.lost_device().await.unwrap();
        assert_eq!(house.signed(&new.token).await.unwrap().session.scope, SessionScope::EnrolMfa);
        assert_eq!(house.factors(&armed.identity).await.codes.unwrap().count(), 8, "X03: one in each");
    }
}
