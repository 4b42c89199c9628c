//! A user's access to the console, as an administrator or the host gives and takes it.

use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::user;
use lockwright_model::context::OpContext;
use lockwright_model::id::HelpId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::secret::Secret;

use crate::Lockwright;
use crate::authorize::Aim;
use crate::commit::decide;
use crate::load::tries_key;
use crate::passwords::Requirements;
use crate::users::{GiveAccess, Handed, UserError};

/// What is done to a user's login profile: to policies, three acts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ProfileAct {
    /// The first one is made.
    Create,
    /// The one there is changes.
    Update,
    /// Either of the two, as it stands.
    Give,
    /// It is taken away.
    Delete,
}

impl Lockwright {
    /// Gives a user a new password or link, or takes access away; answers a help request in the same commit.
    pub async fn set_access(
        &self,
        op: &OpContext,
        id: &UserRef,
        access: GiveAccess,
        answers: Option<&HelpId>,
    ) -> Result<Handed, UserError> {
        let act = if matches!(access, GiveAccess::None) { ProfileAct::Delete } else { ProfileAct::Give };
        self.change_access(op, id, act, access, answers).await
    }

    /// Gives a user the first password (`CreateLoginProfile`).
    pub async fn create_login_profile(&self, op: &OpContext, id: &UserRef, password: Secret, must_change: bool) -> Result<(), UserError> {
        self.change_access(op, id, ProfileAct::Create, GiveAccess::Typed { password, must_change }, None).await.map(|_| ())
    }

    /// Gives a user another password, or says whether an own one is to be chosen at the next sign-in (`UpdateLoginProfile`). What is left out
    /// stays.
    pub async fn update_login_profile(
        &self,
        op: &OpContext,
        id: &UserRef,
        password: Option<Secret>,
        must_change: Option<bool>,
    ) -> Result<(), UserError> {
        let (_, person) = self.permitted_access(op, id, ProfileAct::Update).await?;
        if let Some(password) = password {
            let must_change = must_change.unwrap_or_else(|| person.credential().is_some_and(|credential| credential.must_change));
            let access = GiveAccess::Typed { password, must_change };
            return self.change_access(op, id, ProfileAct::Update, access, None).await.map(|_| ());
        }
        let Some(must_change) = must_change else { return Ok(()) };
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_access(op, id, ProfileAct::Update).await?;
            let Person::User { user, .. } = person else { return Err(UserError::Denied) };
            user::set_must_change(&permit, user, must_change, op, self.entropy())?
        });
        Ok(outcome?)
    }

    async fn change_access(
        &self,
        op: &OpContext,
        id: &UserRef,
        act: ProfileAct,
        access: GiveAccess,
        answers: Option<&HelpId>,
    ) -> Result<Handed, UserError> {
        let (_, person) = self.permitted_access(op, id, act).await?;
        let (access, shown) = self.prepare(access, &Requirements::of(&person)).await?;
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_access(op, id, act).await?;
            let counted = self.store().tries(&tries_key(&person)).await?;
            let Person::User { account, user } = person else { return Err(UserError::Denied) };
            let mut decided = user::set_access(&permit, account, user, access.clone(), counted, op, self.entropy())?;
            if let Some(help) = answers {
                let request = self.store().help(id.account, help).await?.filter(|request| request.user == *id).ok_or(UserError::Denied)?;
                let closed = lockwright_core::help::close(&permit, request, true, op, self.entropy()).map_err(|refusal| match refusal {
                    lockwright_core::help::Refusal::OtherAccount => UserError::Denied,
                    lockwright_core::help::Refusal::AlreadyDone => UserError::HelpDone,
                })?;
                decided.changes.puts.extend(closed.changes.puts);
                decided.changes.events.extend(closed.changes.events);
            }
            decided
        });
        Ok(self.handed(shown, outcome?))
    }

    /// Leave to give a user console access, another password, or to take the access away, and the user with its account as stored now.
    async fn permitted_access(&self, op: &OpContext, id: &UserRef, act: ProfileAct) -> Result<(Permit, Person), UserError> {
        let person = self.person(&Identity::User(id.clone())).await?;
        let Some(Person::User { account, user }) = person else { return Err(UserError::Denied) };
        let has = user.login_profile.is_some();
        let action = match act {
            ProfileAct::Delete => "iam:DeleteLoginProfile",
            ProfileAct::Update => "iam:UpdateLoginProfile",
            ProfileAct::Give if has => "iam:UpdateLoginProfile",
            ProfileAct::Create | ProfileAct::Give => "iam:CreateLoginProfile",
        };
        let permit = self.permit(op, id.account, &Aim::of(action, &user)).await??;
        if op.principal == Principal::Signed(Identity::User(id.clone())) {
            // On pages the old password is asked for, under Security. A program may do without where policies let, as with AWS.
            if op.access_key.is_none() {
                return Err(UserError::Denied);
            }
            if let Some(until) = user.factors.frozen_for(op.now) {
                return Err(UserError::Frozen(until));
            }
        }
        match act {
            ProfileAct::Create if has => return Err(UserError::HasLoginProfile),
            ProfileAct::Update if !has => return Err(UserError::NoLoginProfile),
            _ => {}
        }
        Ok((permit, Person::User { account, user }))
    }
}
