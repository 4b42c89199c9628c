//! Somebody signed in proves once more who they are, before changing factors, addresses, contacts or email (ASVS 7.5.1).

use lockwright_core::confirm::{self, Refusal};
use lockwright_model::context::OpContext;
use lockwright_model::session::Session;
use lockwright_model::token::Token;

use crate::Lockwright;
use crate::commit::decide;
use crate::passwords::PresentError;
use crate::trouble::{NotCommitted, Trouble};

/// Why a session was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password was not proven.
    #[error(transparent)]
    Present(#[from] PresentError),
    /// A second factor is needed beside the password.
    #[error("a second factor is needed")]
    FactorNeeded,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for ConfirmError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for ConfirmError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Refusal> for ConfirmError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Ended => Self::Present(PresentError::Mismatch),
            Refusal::FactorNeeded => Self::FactorNeeded,
        }
    }
}

impl Lockwright {
    /// Confirms a session with the present password; this browser goes on under the token returned.
    pub async fn confirm_session(&self, op: &OpContext, session: &Session, password: &str) -> Result<Token, ConfirmError> {
        let gone = || ConfirmError::Present(PresentError::Mismatch);
        let person = self.person(&session.owner).await?.ok_or_else(gone)?;
        let proof = self.prove_password_again(op, session, &person, password, confirm::failed).await?;
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or_else(gone)?;
            let session = self.store().session(&session.token).await?.ok_or_else(gone)?;
            confirm::with_password(&person, &session, &proof, self.config().sessions, op, self.entropy())?
        });
        Ok(outcome?.token)
    }
}
