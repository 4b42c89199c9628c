//! Groups, policies and roles of an account: listed, found by their ids, and what is said when policies or rules stand in the way.

use lockwright_model::id::{GroupId, PolicyId, RoleId};
use lockwright_model::name::PolicyName;
use lockwright_model::resource::{CustomerPolicy, Group, Resource, ResourceId, ResourceKey, ResourceKind, Role};
use lockwright_service::authorize::{Aim, Denied};

use crate::http::{Admin, Refused, encode};

/// Rows on one page.
pub(super) const PAGE: usize = 50;
/// The same, as lists are asked for; one more tells whether there are more.
pub(super) const WANTED: u32 = 51;

/// A page of a list.
pub(super) struct Listed {
    /// By name.
    pub(super) rows: Vec<Resource>,
    /// Only names that begin like this.
    pub(super) begin: String,
    /// The path of the next page.
    pub(super) more: Option<String>,
}

/// What the query asks of a list at `path`. Whoever asks was let in before.
pub(super) async fn listed(admin: &Admin, kind: ResourceKind, path: &str) -> Result<Listed, Refused> {
    let asked = |name| admin.member.visit.query(name).unwrap_or_default().trim().to_owned();
    let begin = asked("begin");
    // The names of all three are spelled alike; nothing is called what is spelled otherwise.
    if !begin.is_empty() && begin.parse::<PolicyName>().is_err() {
        return Ok(Listed { rows: Vec::new(), begin, more: None });
    }
    let after = asked("after").parse::<PolicyName>().ok().map(|name| name.key());
    let lockwright = admin.member.lockwright();
    let mut rows = lockwright.resources_beginning(admin.account, kind, &begin, after.as_deref(), WANTED).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let more = rows.last().filter(|_| more).map(|last| format!("{path}?begin={}&after={}", encode(&begin), encode(&last.name_key())));
    Ok(Listed { rows, begin, more })
}

async fn of_id(admin: &Admin, id: ResourceId) -> Result<Option<Resource>, Refused> {
    Ok(admin.member.lockwright().resource_of(&ResourceKey { account: admin.account, id }).await?)
}

/// A group, for whoever may look at it.
pub(super) async fn group_of(admin: &Admin, id: &str) -> Result<Group, Refused> {
    let id = id.parse::<GroupId>().map_err(|_| Refused::not_found())?;
    let Some(Resource::Group(group)) = of_id(admin, ResourceId::Group(id)).await? else { return Err(Refused::not_found()) };
    admin.let_in(&Aim::at("iam:GetGroup", group.arn())).await?;
    Ok(group)
}

/// A role, for whoever may look at it.
pub(super) async fn role_of(admin: &Admin, id: &str) -> Result<Role, Refused> {
    let id = id.parse::<RoleId>().map_err(|_| Refused::not_found())?;
    let Some(Resource::Role(role)) = of_id(admin, ResourceId::Role(id)).await? else { return Err(Refused::not_found()) };
    admin.let_in(&Aim::at("iam:GetRole", role.arn()).on_tags(&role.tags)).await?;
    Ok(role)
}

/// A policy of the account's own, for whoever may look at it.
pub(super) async fn policy_of(admin: &Admin, id: &str) -> Result<CustomerPolicy, Refused> {
    let id = id.parse::<PolicyId>().map_err(|_| Refused::not_found())?;
    let Some(Resource::Policy(policy)) = of_id(admin, ResourceId::Policy(id)).await? else { return Err(Refused::not_found()) };
    admin.let_in(&Aim::policy("iam:GetPolicy", &policy.arn(), Some(&policy))).await?;
    Ok(policy)
}

/// What somebody is told whose policies don't let them do what a page offered.
pub(super) fn not_let(denied: &Denied) -> String {
    format!("Your policies don’t let you do this ({}). Nothing was changed.", denied.action)
}

/// `1 member`, `3 members`; `None`: there are none, and nothing stands in the way.
pub(super) fn counted(number: usize, one: &str, several: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {several}")),
    }
}
