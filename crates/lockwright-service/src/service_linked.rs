//! Roles that are linked to a service, as programs make and delete them.

use lockwright_core::role::Refusal;
use lockwright_core::service_linked::{self, LinkedService, NewLinked};
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::resource::{ResourceKind, Role};

use crate::Lockwright;
use crate::authorize::Aim;
use crate::commit::decide;
use crate::roles::RoleError;

impl Lockwright {
    /// Creates the role of a service.
    pub async fn create_service_linked_role(&self, op: &OpContext, account: AccountId, new: &NewLinked) -> Result<Role, RoleError> {
        let aim = linked_aim("iam:CreateServiceLinkedRole", account, new.service, new.name.as_str());
        let outcome = decide!(self, {
            let permit = self.permit(op, account, &aim).await??;
            let state = self.store().account(account).await?.ok_or(RoleError::NoRole)?;
            let known = self.store().count_resources(account, ResourceKind::Role).await?;
            service_linked::create(&permit, &state, new.clone(), known, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes the role of a service; says how to ask about the deletion. That is over when this returns: AWS asks the service whether it
    /// still uses the role, and here none does. So nothing is kept of it: the name says it all, and only this installation can write one.
    pub async fn delete_service_linked_role(&self, op: &OpContext, role: &Role) -> Result<String, RoleError> {
        let principal = service_linked::principal_of(role).ok_or(Refusal::OtherAccount)?;
        let place = format!("{principal}/{}", role.name);
        let task = format!("{TASK}{place}/{}", self.seal_marker(&selection(role.account, &place), op.id.as_str()));
        let outcome = decide!(self, {
            let stored = self.role(role).await?;
            let aim = Aim::at("iam:DeleteServiceLinkedRole", stored.arn()).on_tags(&stored.tags).with(SERVICE, principal);
            let permit = self.permit(op, stored.account, &aim).await??;
            service_linked::delete(&permit, stored, &task, op, self.entropy())?
        });
        outcome?;
        Ok(task)
    }

    /// Whether a deletion of that name was begun in this account, and so is over.
    pub fn knows_deletion(&self, account: AccountId, task: &str) -> bool {
        let parts = task.strip_prefix(TASK).and_then(|rest| rest.rsplit_once('/'));
        parts.is_some_and(|(place, sealed)| self.open_marker(&selection(account, place), sealed).is_some())
    }
}

/// How the name of a deletion begins.
pub const TASK: &str = "task/aws-service-role/";
/// The condition key that names the service.
pub const SERVICE: &str = "iam:awsservicename";

/// An act on the role of a service, whether or not it exists.
pub fn linked_aim(action: &'static str, account: AccountId, service: &LinkedService, name: &str) -> Aim<'static> {
    Aim::named(action, account, "role", &service.place(), name).with(SERVICE, service.principal)
}

fn selection(account: AccountId, place: &str) -> String {
    format!("{account} deletion {place}")
}
