//! Whoever acts in an account, and what of the console policies let them see.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lockwright_model::account::Account;
use lockwright_model::id::AccountId;
use lockwright_model::session::SessionScope;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;

use super::answer::Refused;
use super::state::Web;
use super::visit::Member;
use crate::render::Sees;

/// An account's root user or one of its users. What they may see and do policies decide, in the service; whoever may not is told that there
/// is no such page.
pub(crate) struct Admin {
    pub(crate) member: Member,
    pub(crate) account: AccountId,
    /// The account as it was when they were recognised: its name, its alias and its rules for passwords, which all its users may know.
    pub(crate) state: Account,
}

impl Admin {
    /// Goes on only where policies let.
    pub(crate) async fn let_in(&self, aim: &Aim<'_>) -> Result<(), Refused> {
        self.may(aim).await?.then_some(()).ok_or(Refused::not_found())
    }

    /// Whether policies let.
    pub(crate) async fn may(&self, aim: &Aim<'_>) -> Result<bool, Refused> {
        Ok(self.member.lockwright().may(&self.member.op, self.account, aim).await?.is_ok())
    }

    /// Whether a page offers each of these acts.
    pub(crate) async fn offered<const N: usize>(&self, aims: &[Aim<'_>; N]) -> Result<[bool; N], Refused> {
        let offered = self.member.lockwright().offered(&self.member.op, self.account, aims).await?;
        Ok(offered.try_into().unwrap_or([false; N]))
    }

    /// Goes on only where a page would offer the act.
    pub(crate) async fn let_try(&self, aim: Aim<'_>) -> Result<(), Refused> {
        let [offered] = self.offered(&[aim]).await?;
        offered.then_some(()).ok_or(Refused::not_found())
    }
}

impl FromRequestParts<Web> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let member = Member::from_request_parts(parts, web).await?;
        let state = account_of(&member.person).cloned().ok_or(Refused::not_found())?;
        Ok(Self { account: state.id, state, member })
    }
}

impl Member {
    /// What the navigation shows of the account.
    pub(super) async fn sees(&self) -> Result<Sees, Refused> {
        let acts = self.session.scope == SessionScope::Full && self.person.closed().is_none();
        let Some(account) = account_of(&self.person).filter(|_| acts).map(|account| account.id) else { return Ok(Sees::default()) };
        let aims = [
            Aim::users("iam:ListUsers", account),
            Aim::group("iam:ListGroups", account, ""),
            Aim::named("iam:ListRoles", account, "role", "/", ""),
            Aim::named("iam:ListPolicies", account, "policy", "/", ""),
            Aim::unnamed("iam:SimulatePrincipalPolicy", account, "user"),
            Aim::users("iam:UpdateLoginProfile", account),
            Aim::account("cloudtrail:LookupEvents"),
            Aim::account("account:GetAccountInformation"),
        ];
        let offered = self.lockwright().offered(&self.op, account, &aims).await?;
        let Ok([users, groups, roles, policies, permissions, help, trail, account]) = <[bool; 8]>::try_from(offered) else {
            return Ok(Sees::default());
        };
        Ok(Sees { users, groups, roles, policies, permissions, help, trail, account, readiness: false })
    }
}

/// The account in which a person acts.
pub(crate) fn account_of(person: &Person) -> Option<&Account> {
    match person {
        Person::Root(account) => Some(account),
        Person::User { account, .. } => Some(account),
        Person::Builder(_) | Person::Operator(_) => None,
    }
}
