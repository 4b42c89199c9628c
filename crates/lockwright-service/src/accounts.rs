//! An account's own settings.

use lockwright_core::account;
use lockwright_model::account::Account;
use lockwright_model::change::UniqueKey;
use lockwright_model::clock::Timestamp;
use lockwright_model::contact::{AlternateContact, AlternateKind, ContactDetails, PrimaryContact};
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Principal;
use lockwright_model::name::{AccountName, Alias};
use lockwright_model::password_policy::PasswordPolicy;

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Why a setting was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not permitted, or no such account: the same answer.
    #[error("not permitted, or no such account")]
    Denied,
    /// Whoever acts said "this wasn't me": nothing of theirs changes until then.
    #[error("changes are stopped")]
    Frozen {
        /// Until when.
        until: Timestamp,
    },
    /// Another account has this alias.
    #[error("another account has this alias")]
    AliasTaken,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Denied> for AccountError {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

impl From<account::OtherAccount> for AccountError {
    fn from(_: account::OtherAccount) -> Self {
        Self::Denied
    }
}

impl From<lockwright_store::StoreError> for AccountError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for AccountError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::Claim) => Self::AliasTaken,
            other => Self::Trouble(other.into()),
        }
    }
}

impl Lockwright {
    /// An account, for those who may administer it.
    pub async fn account(&self, op: &OpContext, id: AccountId) -> Result<Account, AccountError> {
        self.may(op, id, &Aim::of_account("account:GetAccountInformation", id)).await??;
        self.store().account(id).await?.ok_or(AccountError::Denied)
    }

    /// The alias of an account, for those who were given leave before.
    pub async fn alias_of(&self, id: AccountId) -> Result<Option<Alias>, Trouble> {
        Ok(self.store().account(id).await?.and_then(|account| account.alias))
    }

    /// The password policy of an account, for those who were given leave before.
    pub async fn password_policy_of(&self, id: AccountId) -> Result<Option<PasswordPolicy>, Trouble> {
        Ok(self.store().account(id).await?.and_then(|account| account.password_policy))
    }

    /// Whom to reach about an account, for those who were given leave before.
    pub async fn contacts_of(&self, id: AccountId) -> Result<ContactDetails, Trouble> {
        Ok(self.store().account(id).await?.map(|account| *account.contacts).unwrap_or_default())
    }

    /// Gives the account another name.
    pub async fn set_account_name(&self, op: &OpContext, id: AccountId, name: &AccountName) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, id, &Aim::of_account("account:PutAccountName", id)).await??;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_name(&permit, account, name.clone(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Sets the alias, or removes it.
    pub async fn set_alias(&self, op: &OpContext, id: AccountId, alias: Option<&Alias>) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let permit = self
                .permit(op, id, &Aim::account(if alias.is_some() { "iam:CreateAccountAlias" } else { "iam:DeleteAccountAlias" }))
                .await??;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_alias(&permit, account, alias.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Replaces the password policy whole, or removes it. The caller has validated its ranges.
    pub async fn set_password_policy(&self, op: &OpContext, id: AccountId, policy: Option<&PasswordPolicy>) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let permit = self
                .permit(
                    op,
                    id,
                    &Aim::account(if policy.is_some() { "iam:UpdateAccountPasswordPolicy" } else { "iam:DeleteAccountPasswordPolicy" }),
                )
                .await??;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_password_policy(&permit, account, policy.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Lets users with a confirmed address reset a forgotten password themselves, or not.
    pub async fn set_self_service(&self, op: &OpContext, id: AccountId, allowed: bool) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, id, &Aim::account("iam:UpdateAccountPasswordPolicy")).await??;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_self_service(&permit, account, allowed, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Replaces the primary contact whole.
    pub async fn set_primary_contact(&self, op: &OpContext, id: AccountId, contact: &PrimaryContact) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, id, &Aim::of_account("account:PutContactInformation", id)).await??;
            self.not_frozen(op).await?;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_primary_contact(&permit, account, contact.clone(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Replaces an alternate contact, or removes it.
    pub async fn set_alternate_contact(
        &self,
        op: &OpContext,
        id: AccountId,
        kind: AlternateKind,
        contact: Option<&AlternateContact>,
    ) -> Result<(), AccountError> {
        let outcome = decide!(self, {
            let action = if contact.is_some() { "account:PutAlternateContact" } else { "account:DeleteAlternateContact" };
            let permit = self.permit(op, id, &Aim::alternate_contact(action, id, kind)).await??;
            self.not_frozen(op).await?;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            account::set_alternate_contact(&permit, account, kind, contact.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Whether whoever acts may change whom the account's notices reach.
    pub(crate) async fn not_frozen(&self, op: &OpContext) -> Result<(), AccountError> {
        let Principal::Signed(identity) = &op.principal else { return Ok(()) };
        match self.person(identity).await?.and_then(|person| person.factors().frozen_for(op.now)) {
            Some(until) => Err(AccountError::Frozen { until }),
            None => Ok(()),
        }
    }
}
