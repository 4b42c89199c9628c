//! Who has a managed policy attached, or is bounded by it.

use lockwright_model::id::AccountId;
use lockwright_model::resource::{Holder, LinkKind};
use lockwright_service::core::grant::Grantee;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::xml::Writer;

use super::managed::named;
use super::{Page, arn, path_prefix};
use crate::ask::{Ask, broken, word};

/// What IAM calls the two ways to hold a policy.
pub(crate) const USAGES: [&str; 2] = ["PermissionsPolicy", "PermissionsBoundary"];

/// How many hold a managed policy.
#[derive(Clone, Copy, Default)]
pub(crate) struct Uses {
    attached: u64,
    bounding: u64,
}

impl Uses {
    /// Writes both numbers.
    pub(crate) fn write(self, writer: &mut Writer) {
        let count = |uses: u64| i64::try_from(uses).unwrap_or(i64::MAX);
        writer.integer("AttachmentCount", count(self.attached));
        writer.integer("PermissionsBoundaryUsageCount", count(self.bounding));
    }
}

/// Which managed policies are held at all: of the others nothing needs to be counted.
pub(crate) struct InUse {
    attached: Vec<String>,
    bounding: Vec<String>,
}

impl InUse {
    pub(crate) async fn read(ask: &Ask<'_>, account: AccountId) -> Result<Self, WireError> {
        let attached = ask.lockwright.policies_in_use(account, LinkKind::Attached).await.map_err(broken)?;
        let bounding = ask.lockwright.policies_in_use(account, LinkKind::Boundary).await.map_err(broken)?;
        Ok(Self { attached, bounding })
    }

    pub(crate) fn is_attached(&self, arn: &str) -> bool {
        self.attached.binary_search_by_key(&arn, String::as_str).is_ok()
    }

    pub(crate) fn bounds(&self, arn: &str) -> bool {
        self.bounding.binary_search_by_key(&arn, String::as_str).is_ok()
    }

    pub(crate) async fn count(&self, ask: &Ask<'_>, account: AccountId, arn: &str) -> Result<Uses, WireError> {
        let mut uses = Uses::default();
        if self.is_attached(arn) {
            uses.attached = ask.lockwright.count_policy_uses(account, arn, LinkKind::Attached).await.map_err(broken)?;
        }
        if self.bounds(arn) {
            uses.bounding = ask.lockwright.count_policy_uses(account, arn, LinkKind::Boundary).await.map_err(broken)?;
        }
        Ok(uses)
    }
}

/// How many hold one managed policy.
pub(crate) async fn uses(ask: &Ask<'_>, arn: &str) -> Result<Uses, WireError> {
    let account = ask.account()?;
    let attached = ask.lockwright.count_policy_uses(account, arn, LinkKind::Attached).await.map_err(broken)?;
    let bounding = ask.lockwright.count_policy_uses(account, arn, LinkKind::Boundary).await.map_err(broken)?;
    Ok(Uses { attached, bounding })
}

/// `ListEntitiesForPolicy`: who has a policy, each once.
pub(crate) async fn entities(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let filter = word(&input, "EntityFilter", "entityFilter", &["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"])?;
    let usage = word(&input, "PolicyUsageFilter", "policyUsageFilter", &USAGES)?;
    let prefix = path_prefix(&input)?;
    let words = [filter.unwrap_or_default(), usage.unwrap_or_default()];
    let page = Page::read(ask, &input, &format!("{} {text} {} {prefix}", ask.action, words.join(" ")))?;
    named(ask, text).await?;
    let kinds: &[LinkKind] = match usage {
        Some("PermissionsBoundary") => &[LinkKind::Boundary],
        Some(_) => &[LinkKind::Attached],
        None => &[LinkKind::Attached, LinkKind::Boundary],
    };
    let account = ask.account()?;
    let read = |after: Option<String>, limit| async move {
        let after = after.as_deref().and_then(Holder::parse);
        ask.lockwright.policy_holders(account, text, kinds, after.as_ref(), limit).await.map_err(broken)
    };
    let keep = |holder: &Grantee| {
        let kind = match holder {
            Grantee::User(_) => "User",
            Grantee::Group(_) => "Group",
            Grantee::Role(_) => "Role",
        };
        filter.is_none_or(|filter| filter == kind) && holder.path().as_str().starts_with(&prefix)
    };
    let holders = page.fill(read, |holder| holder.holder().to_string(), keep).await?;
    let cut = page.end(ask, holders, |holder| holder.holder().to_string());
    Ok(ask.answer(|result| cut.write(result, list_holders)))
}

fn list_holders(result: &mut Writer, holders: Vec<Grantee>) {
    let named = |writer: &mut Writer, kind: &str, name: &str, id: &str| {
        writer.text(&format!("{kind}Name"), name);
        writer.text(&format!("{kind}Id"), id);
    };
    let groups = holders.iter().filter_map(|holder| if let Grantee::Group(group) = holder { Some(group) } else { None });
    result.list("PolicyGroups", groups, |writer, group| named(writer, "Group", group.name.as_str(), group.id.as_str()));
    let users = holders.iter().filter_map(|holder| if let Grantee::User(user) = holder { Some(user) } else { None });
    result.list("PolicyUsers", users, |writer, user| named(writer, "User", user.name.as_str(), user.id.user.as_str()));
    let roles = holders.iter().filter_map(|holder| if let Grantee::Role(role) = holder { Some(role) } else { None });
    result.list("PolicyRoles", roles, |writer, role| named(writer, "Role", role.name.as_str(), role.id.as_str()));
}
