//! Instance profiles.

use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::name::{InstanceProfileName, RoleName};
use lockwright_model::resource::{Resource, ResourceKind, Role};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::instance_profile::NewProfile;
use lockwright_service::core::resource::Refusal;
use lockwright_service::resource_changes::ResourceError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::xml::Writer;

use super::grantee::{OfRole, named, nobody};
use super::resources::{self, InstanceProfile as Profiles, Thing};
use super::{Page, path, path_prefix, roles};
use crate::ask::{Ask, broken, moment, name, parsed};
use crate::tags;

/// A profile, and the role in it.
pub(crate) type Shown = (InstanceProfile, Option<Role>);

/// `CreateInstanceProfile`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = Profiles::named_in(&input)?;
    let name: InstanceProfileName = parsed(text, "instanceProfileName")?;
    let new = NewProfile { path: path(&input)?.unwrap_or_default(), name, tags: tags::tags(ask, &input)? };
    match ask.lockwright.create_instance_profile(ask.op, ask.account()?, &new).await {
        Ok(profile) => Ok(ask.answer(|result| result.element("InstanceProfile", |writer| describe(writer, &(profile, None), true)))),
        Err(ResourceError::NameTaken) => {
            Err(WireError::modelled("EntityAlreadyExists", 409, format!("Instance Profile {text} already exists.")))
        }
        Err(error) => Err(resources::failed::<Profiles>(ask, error).await),
    }
}

/// `GetInstanceProfile`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let shown = with_role(ask, profile(ask).await?).await?;
    Ok(ask.answer(|result| result.element("InstanceProfile", |writer| describe(writer, &shown, true))))
}

/// `ListInstanceProfiles`, in the order of the names.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("{} {prefix}", ask.action))?;
    let account = ask.account()?;
    ask.permitted(&Aim::named(ask.action, account, "instance-profile", "/", "")).await?;
    let read = |after: Option<String>, limit| async move {
        let found = ask.lockwright.resources(account, ResourceKind::InstanceProfile, after.as_deref(), limit).await.map_err(broken)?;
        Ok(found.into_iter().filter_map(profile_of).collect())
    };
    let profiles = page.fill(read, |profile| profile.name.key(), |profile| profile.path.as_str().starts_with(&prefix)).await?;
    write(ask, &page, profiles, |profile| profile.name.key()).await
}

/// `ListInstanceProfilesForRole`, in the order of the profiles' ids.
pub(crate) async fn list_for_role(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "RoleName", "roleName", 64)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let Grantee::Role(role) = named::<OfRole>(ask).await? else { return Err(nobody::<OfRole>(text)) };
    let role = &role;
    let read = |after: Option<String>, limit| async move {
        ask.lockwright.instance_profiles_of(role, after.as_deref(), limit).await.map_err(broken)
    };
    let profiles = page.fill(read, |profile| profile.id.to_string(), |_| true).await?;
    write(ask, &page, profiles, |profile| profile.id.to_string()).await
}

/// `AddRoleToInstanceProfile`.
pub(crate) async fn add_role(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let role_name = name(&ask.input(), "RoleName", "roleName", 64)?.to_owned();
    let profile = profile(ask).await?;
    let role = role_named(ask, &role_name).await?;
    // Whether there is such a role is told to those who may hand it on.
    let aim = match &role {
        Some(role) => Aim::at("iam:PassRole", role.arn()).on_tags(&role.tags),
        None => Aim::named("iam:PassRole", ask.account()?, "role", "/", &role_name),
    };
    ask.permitted(&aim.with("iam:passedtoservice", "ec2.amazonaws.com").with("iam:associatedresourcearn", profile.arn())).await?;
    let role = role.ok_or_else(|| nobody::<OfRole>(&role_name))?;
    match ask.lockwright.add_role_to_instance_profile(ask.op, &profile, &role.id).await {
        Ok(()) => Ok(ask.done()),
        Err(ResourceError::Refused(Refusal::TooMany(most))) => {
            let message = format!("Cannot exceed quota for InstanceSessionsPerInstanceProfile: {most}");
            Err(WireError::modelled("LimitExceeded", 409, message))
        }
        Err(error) => Err(resources::failed::<Profiles>(ask, error).await),
    }
}

/// `RemoveRoleFromInstanceProfile`.
pub(crate) async fn remove_role(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let role_name = name(&ask.input(), "RoleName", "roleName", 64)?.to_owned();
    let profile = profile(ask).await?;
    let role = role_named(ask, &role_name).await?.filter(|role| profile.role.as_ref() == Some(&role.id));
    let role = role.ok_or_else(|| nobody::<OfRole>(&role_name))?;
    match ask.lockwright.remove_role_from_instance_profile(ask.op, &profile, &role).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(resources::failed::<Profiles>(ask, error).await),
    }
}

/// The instance profiles that a role is in, for all that is told of the role.
pub(crate) async fn all_of(ask: &Ask<'_>, role: &Role) -> Result<Vec<InstanceProfile>, WireError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let some = ask.lockwright.instance_profiles_of(role, after.as_deref(), super::READ).await.map_err(broken)?;
        let Some(last) = some.last() else { return Ok(found) };
        after = Some(last.id.to_string());
        found.extend(some);
    }
}

/// An `InstanceProfile`; lists leave its tags out, as AWS does.
pub(crate) fn describe(writer: &mut Writer, (profile, role): &Shown, whole: bool) {
    writer.text("Path", profile.path.as_str());
    writer.text("InstanceProfileName", profile.name.as_str());
    writer.text("InstanceProfileId", profile.id.as_str());
    writer.text("Arn", &profile.arn());
    writer.timestamp("CreateDate", moment(profile.created));
    writer.list("Roles", role, |writer, role| roles::describe(writer, role, false));
    if whole {
        tags::describe(writer, &profile.tags);
    }
}

async fn write(
    ask: &Ask<'_>,
    page: &Page,
    profiles: Vec<InstanceProfile>,
    key: impl Fn(&InstanceProfile) -> String,
) -> Result<Reply, WireError> {
    let mut shown = Vec::with_capacity(profiles.len());
    for profile in profiles {
        shown.push(with_role(ask, profile).await?);
    }
    let cut = page.end(ask, shown, |(profile, _)| key(profile));
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("InstanceProfiles", shown, |writer, each| describe(writer, &each, false)));
    }))
}

async fn with_role(ask: &Ask<'_>, profile: InstanceProfile) -> Result<Shown, WireError> {
    let role = match &profile.role {
        Some(id) => ask.lockwright.role_by_id(profile.account, id).await.map_err(broken)?,
        None => None,
    };
    Ok((profile, role))
}

async fn role_named(ask: &Ask<'_>, name: &str) -> Result<Option<Role>, WireError> {
    let Ok(name) = name.parse::<RoleName>() else { return Ok(None) };
    ask.lockwright.find_role(ask.account()?, &name).await.map_err(broken)
}

/// The profile that the input names, once the act on it is allowed.
async fn profile(ask: &Ask<'_>) -> Result<InstanceProfile, WireError> {
    profile_of(resources::named::<Profiles>(ask).await?).ok_or_else(|| Profiles::missing(""))
}

fn profile_of(resource: Resource) -> Option<InstanceProfile> {
    if let Resource::InstanceProfile(profile) = resource { Some(profile) } else { None }
}
