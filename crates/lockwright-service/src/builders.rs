//! Builder IDs and the registration switch, as the host manages them.

use lockwright_core::builder;
use lockwright_model::builder::Builder;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::identity::Identity;
use lockwright_model::setting::{RegistrationOff, Settings};

use crate::Lockwright;
use crate::commit::decide;
use crate::host::{HostError, must_be_host};

impl Lockwright {
    /// Switches builder-ID registration off, or on with `None`; takes effect at the next request.
    pub async fn set_builder_registration(&self, op: &OpContext, off: Option<&RegistrationOff>) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let settings = self.store().settings().await?;
            builder::set_registration(settings, off.cloned(), op, self.entropy())
        });
        Ok(outcome?)
    }

    /// The installation's switches.
    pub async fn settings(&self, op: &OpContext) -> Result<Settings, HostError> {
        must_be_host(op)?;
        Ok(self.store().settings().await?)
    }

    /// Builder IDs, by id.
    pub async fn builders(
        &self,
        op: &OpContext,
        after: Option<&lockwright_model::id::BuilderId>,
        limit: u32,
    ) -> Result<Vec<Builder>, HostError> {
        must_be_host(op)?;
        Ok(self.store().builders(after, limit).await?)
    }

    /// Switches a builder ID's sign-in off or on.
    pub async fn set_builder_disabled(&self, op: &OpContext, email: &EmailAddress, disabled: bool) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let builder = self.builder_by_email(email).await?;
            builder::set_disabled(builder, disabled, op, self.entropy())
        });
        Ok(outcome?)
    }

    pub(crate) async fn builder_by_email(&self, email: &EmailAddress) -> Result<Builder, HostError> {
        let key = lockwright_model::change::ClaimKey::BuilderEmail(email.key());
        let claim = self.store().claim(&key).await?.ok_or(HostError::NotFound)?;
        let Identity::Builder(id) = claim.owner else { return Err(HostError::NotFound) };
        self.store().builder(&id).await?.filter(|builder| builder.email.key() == email.key()).ok_or(HostError::NotFound)
    }
}
