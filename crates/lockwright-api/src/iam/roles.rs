//! Roles.

use lockwright_model::name::RoleName;
use lockwright_model::resource::Role;
use lockwright_model::usage::PrincipalUse;
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::role::{Change, Held, MOST_ROLES, MOST_TRUST, NewRole, Refusal, Trust};
use lockwright_service::core::sts::HOUR;
use lockwright_service::roles::RoleError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use super::grantee::{OfRole, named, nobody};
use super::inline::document;
use super::resources::service_linked;
use super::users::no_boundary;
use super::{Page, boundary, optional_arn, path, path_prefix};
use crate::ask::{Ask, broken, moment, name, parsed};
use crate::tags;

/// The longest that a role's sessions can be let last, in seconds: twelve hours.
const LONGEST: u32 = 43_200;

/// `CreateRole`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "RoleName", "roleName", 64)?;
    let trust = document(&input, "AssumeRolePolicyDocument", "assumeRolePolicyDocument")?;
    let bound = optional_arn(&input, "PermissionsBoundary", "permissionsBoundary")?;
    let new = NewRole {
        path: path(&input)?.unwrap_or_default(),
        name: parsed::<RoleName>(text, "roleName")?,
        description: description(&input)?.map(str::to_owned),
        trust: Trust { document: trust.to_owned(), pins: Vec::new() },
        longest_session: longest(&input)?.unwrap_or(HOUR),
        tags: tags::tags(ask, &input)?,
    };
    match ask.lockwright.create_role(ask.op, ask.account()?, &new, bound).await {
        Ok(role) => Ok(ask.answer(|result| result.element("Role", |writer| describe(writer, &role, true)))),
        Err(error) => Err(failed(ask, error, text, bound.unwrap_or_default()).await),
    }
}

/// `GetRole`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let role = role(ask).await?;
    let used = ask.lockwright.role_last_used(&role).await.map_err(broken)?;
    Ok(ask.answer(|result| {
        result.element("Role", |writer| {
            describe(writer, &role, true);
            last_used(writer, used.as_ref());
        });
    }))
}

/// `RoleLastUsed`: without members for a role that nobody has used.
pub(crate) fn last_used(writer: &mut Writer, used: Option<&PrincipalUse>) {
    writer.element("RoleLastUsed", |writer| {
        if let Some(used) = used {
            writer.timestamp("LastUsedDate", moment(used.at));
            writer.text("Region", &used.region);
        }
    });
}

/// `ListRoles`, in the order of the names.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("{} {prefix}", ask.action))?;
    let account = ask.account()?;
    ask.permitted(&Aim::named(ask.action, account, "role", "/", "")).await?;
    let read = |after: Option<String>, limit| async move { ask.lockwright.roles(account, after.as_deref(), limit).await.map_err(broken) };
    let roles = page.fill(read, |role| role.name.key(), |role| role.path.as_str().starts_with(&prefix)).await?;
    let cut = page.end(ask, roles, |role| role.name.key());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("Roles", shown, |writer, role| describe(writer, &role, false)));
    }))
}

/// `UpdateRole`: what is left out of the session's length goes back to an hour, as AWS has it.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, "RoleName", "roleName", 64)?;
    let description = description(&input)?.map(str::to_owned);
    let longest_session = longest(&input)?.unwrap_or(HOUR);
    change(ask, Change::Settings { description, longest_session }).await?;
    // The one operation whose answer has a result without members.
    Ok(ask.answer(|_| {}))
}

/// `UpdateRoleDescription`.
pub(crate) async fn describe_anew(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, "RoleName", "roleName", 64)?;
    let text = description(&input)?.ok_or_else(|| Violations::one("description", None, Constraint::Required))?;
    let role = change(ask, Change::Description(text.to_owned())).await?;
    Ok(ask.answer(|result| result.element("Role", |writer| describe(writer, &role, true))))
}

/// `UpdateAssumeRolePolicy`: sessions that were taken on stay.
pub(crate) async fn trust(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, "RoleName", "roleName", 64)?;
    let trust = document(&input, "PolicyDocument", "policyDocument")?;
    change(ask, Change::Trust(Trust { document: trust.to_owned(), pins: Vec::new() })).await?;
    Ok(ask.done())
}

/// `DeleteRole`: takes nothing along.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let role = role(ask).await?;
    match ask.lockwright.delete_role(ask.op, &role).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, role.name.as_str(), "").await),
    }
}

async fn change(ask: &Ask<'_>, change: Change) -> Result<Role, WireError> {
    let role = role(ask).await?;
    match ask.lockwright.change_role(ask.op, &role, ask.action, &change).await {
        Ok(role) => Ok(role),
        Err(error) => Err(failed(ask, error, role.name.as_str(), "").await),
    }
}

/// The role that the input names, once the act on it is allowed.
async fn role(ask: &Ask<'_>) -> Result<Role, WireError> {
    match named::<OfRole>(ask).await? {
        Grantee::Role(role) => Ok(role),
        other => Err(nobody::<OfRole>(other.name())),
    }
}

/// `Description`.
pub(crate) fn description<'n>(input: &Node<'n>) -> Result<Option<&'n str>, WireError> {
    let text = input.text("Description")?;
    match text {
        Some(text) if text.chars().count() > 1_000 => Err(Violations::one("description", None, Constraint::MaxLength(1_000))),
        Some(text) if !text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}')) => {
            let pattern = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*";
            Err(Violations::one("description", None, Constraint::Pattern(pattern)))
        }
        other => Ok(other),
    }
}

/// `MaxSessionDuration`, in seconds.
fn longest(input: &Node<'_>) -> Result<Option<u32>, WireError> {
    let Some(seconds) = input.integer("MaxSessionDuration")? else { return Ok(None) };
    let shown = seconds.to_string();
    match u32::try_from(seconds) {
        Ok(seconds) if (HOUR..=LONGEST).contains(&seconds) => Ok(Some(seconds)),
        Ok(seconds) if seconds > LONGEST => Err(Violations::one("maxSessionDuration", Some(&shown), Constraint::Max(i64::from(LONGEST)))),
        _ => Err(Violations::one("maxSessionDuration", Some(&shown), Constraint::Min(i64::from(HOUR)))),
    }
}

/// A `Role`; lists leave tags and boundary out, as AWS does.
pub(crate) fn describe(writer: &mut Writer, role: &Role, whole: bool) {
    writer.text("Path", role.path.as_str());
    writer.text("RoleName", role.name.as_str());
    writer.text("RoleId", role.id.as_str());
    writer.text("Arn", &role.arn());
    writer.timestamp("CreateDate", moment(role.created));
    writer.text("AssumeRolePolicyDocument", &encoded(&role.trust));
    writer.optional("Description", role.description.as_deref());
    writer.integer("MaxSessionDuration", i64::from(role.longest_session));
    if whole {
        boundary(writer, role.grants.boundary.as_deref());
        tags::describe(writer, &role.tags);
    }
}

pub(crate) async fn failed(ask: &Ask<'_>, error: RoleError, role: &str, bound: &str) -> WireError {
    let limit = |message: String| WireError::modelled("LimitExceeded", 409, message);
    match error {
        RoleError::Denied(denied) => ask.denied(denied).await,
        RoleError::NoRole | RoleError::Refused(Refusal::OtherAccount) => nobody::<OfRole>(role),
        RoleError::NameTaken => WireError::modelled("EntityAlreadyExists", 409, format!("Role with name {role} already exists.")),
        RoleError::Malformed(malformed) => WireError::modelled("MalformedPolicyDocument", 400, malformed.aws_message()),
        RoleError::NoPrincipal(arn) => {
            WireError::modelled("MalformedPolicyDocument", 400, format!("Invalid principal in policy: \"AWS\":\"{arn}\""))
        }
        RoleError::NoPolicy(why) => no_boundary(&why, bound),
        RoleError::Refused(Refusal::TooMany) => limit(format!("Cannot exceed quota for RolesPerAccount: {MOST_ROLES}")),
        RoleError::Refused(Refusal::TrustTooLong) => limit(format!("Cannot exceed quota for ACLSizePerRole: {MOST_TRUST}")),
        RoleError::Refused(Refusal::ServiceLinked) if ask.call.operation == "CreateRole" => {
            WireError::modelled("InvalidInput", 400, "Roles on the path /aws-service-role/ are made by CreateServiceLinkedRole alone.")
        }
        RoleError::Refused(Refusal::ServiceLinked) => service_linked(),
        RoleError::Refused(Refusal::Holds(held)) => {
            let first = match held {
                Held::Profiles => "remove roles from instance profile",
                Held::Attached => "detach all policies",
                Held::Inline => "delete policies",
            };
            WireError::modelled("DeleteConflict", 409, format!("Cannot delete entity, must {first} first."))
        }
        RoleError::Trouble(trouble) => broken(trouble),
    }
}
