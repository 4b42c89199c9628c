//! Operators of the installation, as the host manages them.

use lockwright_core::operator;
use lockwright_core::recovery::HandedLink;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::OperatorId;
use lockwright_model::identity::Identity;
use lockwright_model::name::PersonName;
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::secret::Secret;

use crate::Lockwright;
use crate::commit::decide;
use crate::host::{HostError, LinkForHost, must_be_host};

impl Lockwright {
    /// Makes an operator, who sets the password through the link and then enrols a device.
    pub async fn create_operator(
        &self,
        op: &OpContext,
        name: &PersonName,
        email: &EmailAddress,
        role: OperatorRole,
    ) -> Result<(OperatorId, LinkForHost), HostError> {
        must_be_host(op)?;
        self.operator_pages()?;
        let outcome = decide!(self, { operator::create(name.clone(), email.clone(), role, op, self.entropy()) });
        let (id, link) = outcome?;
        Ok((id, self.operator_link(&link)?))
    }

    /// Operators, by id.
    pub async fn operators(&self, op: &OpContext, after: Option<&OperatorId>, limit: u32) -> Result<Vec<Operator>, HostError> {
        must_be_host(op)?;
        Ok(self.store().operators(after, limit).await?)
    }

    /// Gives an operator another role.
    pub async fn set_operator_role(&self, op: &OpContext, email: &EmailAddress, role: OperatorRole) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, { operator::set_role(self.operator_by_email(email).await?, role, op, self.entropy()) });
        Ok(outcome?)
    }

    /// Switches an operator's sign-in off or on.
    pub async fn set_operator_disabled(&self, op: &OpContext, email: &EmailAddress, disabled: bool) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, { operator::set_disabled(self.operator_by_email(email).await?, disabled, op, self.entropy()) });
        Ok(outcome?)
    }

    /// A link with which an operator sets a new password.
    pub async fn reset_operator_password(&self, op: &OpContext, email: &EmailAddress) -> Result<LinkForHost, HostError> {
        must_be_host(op)?;
        self.operator_pages()?;
        let outcome = decide!(self, { operator::reset_password(self.operator_by_email(email).await?, op, self.entropy()) });
        self.operator_link(&outcome?)
    }

    /// Removes an operator's devices; the link leads to a new password and to enrolling a new one.
    pub async fn reset_operator_mfa(&self, op: &OpContext, email: &EmailAddress) -> Result<LinkForHost, HostError> {
        must_be_host(op)?;
        self.operator_pages()?;
        let outcome = decide!(self, { operator::reset_mfa(self.operator_by_email(email).await?, op, self.entropy()) });
        self.operator_link(&outcome?)
    }

    /// Removes an operator.
    pub async fn delete_operator(&self, op: &OpContext, email: &EmailAddress) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, { operator::delete(&self.operator_by_email(email).await?, op, self.entropy()) });
        Ok(outcome?)
    }

    pub(crate) async fn operator_by_email(&self, email: &EmailAddress) -> Result<Operator, HostError> {
        let claim = self.store().claim(&operator::claim(email)).await?.ok_or(HostError::NotFound)?;
        let Identity::Operator(id) = claim.owner else { return Err(HostError::NotFound) };
        self.store().operator(&id).await?.filter(|operator| operator.email.key() == email.key()).ok_or(HostError::NotFound)
    }

    fn operator_pages(&self) -> Result<&str, HostError> {
        self.config().operator_url.as_deref().ok_or(HostError::NoOperatorPages)
    }

    /// The link on the operators' own pages: the public ones know nothing of it.
    fn operator_link(&self, link: &HandedLink) -> Result<LinkForHost, HostError> {
        let url = format!("{}/operator/recover/link/{}/{}", self.operator_pages()?, link.case, link.token.expose());
        Ok(LinkForHost { url: Secret::new(url), expires: link.expires })
    }
}
