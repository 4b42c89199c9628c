//! Roles that are linked to a service.

use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::service_linked::{LinkedService, NewLinked, principal_of};
use lockwright_service::roles::RoleError;
use lockwright_service::service_linked::{SERVICE, TASK, linked_aim};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use super::grantee::{Kind, OfRole, nobody};
use super::roles::{self, describe};
use crate::ask::{Ask, name, optional_name, parsed};

/// `CreateServiceLinkedRole`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let principal = name(&input, "AWSServiceName", "aWSServiceName", 128)?;
    let description = roles::description(&input)?.map(str::to_owned);
    let suffix = optional_name(&input, "CustomSuffix", "customSuffix", 64)?;
    let account = ask.account()?;
    let Some(service) = LinkedService::find(principal) else {
        // Whoever may not make one is told that, whatever the name.
        let aim = Aim::named(ask.action, account, "role", &format!("/aws-service-role/{principal}/"), "*");
        ask.permitted(&aim.with(SERVICE, principal)).await?;
        return Err(invalid(format!("{principal} has no service-linked role, or none that is known here.")));
    };
    let text = suffix.map_or_else(|| service.role.to_owned(), |suffix| format!("{}_{suffix}", service.role));
    ask.permitted(&linked_aim(ask.action, account, service, &text)).await?;
    if suffix.is_some() && !service.takes_suffix {
        return Err(invalid(format!("Custom suffix is not allowed for {principal}")));
    }
    if text.len() > 64 {
        return Err(invalid(format!("The role's name would have more than 64 characters: {text}")));
    }
    let (path, name) = (parsed(&service.place(), "aWSServiceName")?, parsed(&text, "customSuffix")?);
    let new = NewLinked { service, path, name, suffix: suffix.map(str::to_owned), description };
    match ask.lockwright.create_service_linked_role(ask.op, account, &new).await {
        Ok(role) => Ok(ask.answer(|result| result.element("Role", |writer| describe(writer, &role, true)))),
        Err(RoleError::NameTaken) => {
            Err(invalid(format!("Service role name {text} has been taken in this account, please try a different suffix.")))
        }
        Err(error) => Err(roles::failed(ask, error, &text, "").await),
    }
}

/// `DeleteServiceLinkedRole`: over at once, but for programs that ask.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = name(&ask.input(), "RoleName", "roleName", 64)?;
    let found = OfRole::find(ask, text).await?;
    let aim = match &found {
        Some(Grantee::Role(role)) => {
            let aim = Aim::at(ask.action, role.arn()).on_tags(&role.tags);
            principal_of(role).into_iter().fold(aim, |aim, principal| aim.with(SERVICE, principal))
        }
        _ => Aim::named(ask.action, ask.account()?, "role", "/aws-service-role/*/", text),
    };
    ask.permitted(&aim).await?;
    let Some(Grantee::Role(role)) = found else { return Err(nobody::<OfRole>(text)) };
    match ask.lockwright.delete_service_linked_role(ask.op, &role).await {
        Ok(task) => Ok(ask.answer(|result| result.text("DeletionTaskId", &task))),
        Err(error) => Err(roles::failed(ask, error, text, "").await),
    }
}

/// `GetServiceLinkedRoleDeletionStatus`.
pub(crate) async fn deletion_status(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let task = match input.text("DeletionTaskId")? {
        None => return Err(Violations::one("deletionTaskId", None, Constraint::Required)),
        Some("") => return Err(Violations::one("deletionTaskId", Some(""), Constraint::MinLength(1))),
        Some(task) if task.len() > 1_000 => return Err(Violations::one("deletionTaskId", None, Constraint::MaxLength(1_000))),
        Some(task) => task,
    };
    let mut parts = task.strip_prefix(TASK).unwrap_or_default().split('/');
    let (principal, role) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let account = ask.account()?;
    let aim = Aim::named(ask.action, account, "role", &format!("/aws-service-role/{principal}/"), role);
    ask.permitted(&aim.with(SERVICE, principal)).await?;
    if !ask.lockwright.knows_deletion(account, task) {
        return Err(WireError::modelled("NoSuchEntity", 404, format!("The deletion task {task} cannot be found.")));
    }
    Ok(ask.answer(|result| result.text("Status", "SUCCEEDED")))
}

fn invalid(message: String) -> WireError {
    WireError::modelled("InvalidInput", 400, message)
}
