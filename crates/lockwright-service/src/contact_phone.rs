//! Verifying the phone number of an account's primary contact.

use lockwright_core::contact_phone::{self, Entered, Refusal, Status};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_model::token::Code;

use crate::Lockwright;
use crate::accounts::AccountError;
use crate::authorize::{Aim, Denied};
use crate::cases::address_name;
use crate::commit::decide;
use crate::recovery::StartError;
use crate::trouble::{NotCommitted, Trouble};

/// Why no code was sent or taken.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The decision refuses it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Too many codes.
    #[error("too many codes")]
    Wait {
        /// When the next one is sent.
        until: Timestamp,
    },
    /// As with every setting of an account.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<Trouble> for PhoneError {
    fn from(trouble: Trouble) -> Self {
        Self::Account(trouble.into())
    }
}

impl From<Denied> for PhoneError {
    fn from(denied: Denied) -> Self {
        Self::Account(denied.into())
    }
}

impl From<lockwright_store::StoreError> for PhoneError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Account(error.into())
    }
}

impl From<NotCommitted> for PhoneError {
    fn from(failure: NotCommitted) -> Self {
        Self::Account(failure.into())
    }
}

impl From<Refusal> for PhoneError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StartError> for PhoneError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Wait { until } => Self::Wait { until },
            StartError::Trouble(trouble) => Self::Account(trouble.into()),
        }
    }
}

impl Lockwright {
    /// Where the number stands, for those who were given leave before.
    pub async fn contact_phone_status(&self, id: AccountId) -> Result<Status, Trouble> {
        let Some(account) = self.store().account(id).await? else { return Ok(Status::Unverified) };
        let cases = self.cases_of(&Identity::Root(id)).await?;
        Ok(contact_phone::status(&account, &cases, self.now()))
    }

    /// Sends a code to the number.
    pub async fn ask_contact_phone(&self, op: &OpContext, id: AccountId) -> Result<(), PhoneError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, id, &Aim::of_account("account:SendPhoneNumberVerification", id)).await??;
            self.not_frozen(op).await?;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            let root = Identity::Root(id);
            let decided = contact_phone::start(&permit, &account, self.cases_of(&root).await?, op, self.entropy())?;
            let counted = self.count_codes(op, &address_name(&root), &decided.output).await?;
            let mut changes = decided.changes;
            changes.puts.extend(counted);
            lockwright_core::Decided::new(changes, ())
        });
        Ok(outcome?)
    }

    /// Takes the code that was sent.
    pub async fn enter_contact_phone_code(&self, op: &OpContext, id: AccountId, typed: &str) -> Result<Entered, PhoneError> {
        let typed = Code::parse_digits(typed);
        let outcome = decide!(self, {
            let permit = self.permit(op, id, &Aim::of_account("account:VerifyPhoneNumber", id)).await??;
            self.not_frozen(op).await?;
            let account = self.store().account(id).await?.ok_or(AccountError::Denied)?;
            let cases = self.cases_of(&Identity::Root(id)).await?;
            contact_phone::verify(&permit, account, cases, typed.as_ref(), &self.0.codes, op, self.entropy())?
        });
        Ok(outcome?)
    }
}
