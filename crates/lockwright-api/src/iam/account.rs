//! An account as a whole: its numbers, and everything that decides who may do what.

use lockwright_model::id::AccountId;
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::resource::{Group, Resource, ResourceKind, Role};
use lockwright_model::usage::PrincipalUse;
use lockwright_model::user::{Grants, User};
use lockwright_model::user_credential::MOST_CERTIFICATES;
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::{GROUP_CHARACTERS, MOST_ATTACHED, ROLE_CHARACTERS, USER_CHARACTERS};
use lockwright_service::core::group::{MOST_GROUPS, MOST_OF_USER};
use lockwright_service::core::instance_profile::MOST_PROFILES;
use lockwright_service::core::policy::{MOST_CHARACTERS, MOST_POLICIES, MOST_VERSIONS};
use lockwright_service::core::server_certificate::MOST_SERVER_CERTIFICATES;
use lockwright_service::policy::managed;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use super::managed::Shown;
use super::uses::{InUse, Uses};
use super::{Page, attached, boundary, groups, instance_profiles, managed as policies, roles};
use crate::ask::{Ask, broken, moment};
use crate::tags;

/// `ListOrganizationsFeatures`: no account here is in an organization, and programs that look for one take this answer for what it is.
pub(crate) async fn organizations_features(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    Err(WireError::modelled("OrganizationNotFoundException", 400, "The account is not in an organization."))
}

/// `GetAccountSummary`: the order of the keys is AWS's. What no account here can have is none.
pub(crate) async fn summary(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    let has = ask.lockwright.summary(ask.account()?).await.map_err(broken)?;
    let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let keys = [
        ("Users", has.users),
        ("UsersQuota", 5_000),
        ("Groups", has.groups),
        ("GroupsQuota", MOST_GROUPS),
        ("ServerCertificates", has.server_certificates),
        ("ServerCertificatesQuota", MOST_SERVER_CERTIFICATES),
        ("UserPolicySizeQuota", size(USER_CHARACTERS)),
        ("GroupPolicySizeQuota", size(GROUP_CHARACTERS)),
        ("GroupsPerUserQuota", size(MOST_OF_USER)),
        ("SigningCertificatesPerUserQuota", size(MOST_CERTIFICATES)),
        ("AccessKeysPerUserQuota", size(lockwright_model::access_key::MOST_ACCESS_KEYS)),
        ("MFADevices", has.mfa_devices),
        ("MFADevicesInUse", has.mfa_devices_in_use),
        ("AccountMFAEnabled", has.root_has_mfa.into()),
        ("AccountAccessKeysPresent", has.root_has_keys.into()),
        ("AccountPasswordPresent", has.root_has_password.into()),
        ("AccountSigningCertificatesPresent", has.root_has_certificates.into()),
        ("AttachedPoliciesPerGroupQuota", size(MOST_ATTACHED)),
        ("AttachedPoliciesPerRoleQuota", size(MOST_ATTACHED)),
        ("AttachedPoliciesPerUserQuota", size(MOST_ATTACHED)),
        ("Policies", has.policies),
        ("PoliciesQuota", MOST_POLICIES),
        ("PolicySizeQuota", size(MOST_CHARACTERS)),
        ("PolicyVersionsInUse", has.policy_versions),
        ("PolicyVersionsInUseQuota", 10_000),
        ("VersionsPerPolicyQuota", size(MOST_VERSIONS)),
        ("GlobalEndpointTokenVersion", 1),
        ("AssumeRolePolicySizeQuota", 2_048),
        ("InstanceProfiles", has.instance_profiles),
        ("InstanceProfilesQuota", MOST_PROFILES),
        ("Providers", has.providers),
        ("RolePolicySizeQuota", size(ROLE_CHARACTERS)),
        ("Roles", has.roles),
        ("RolesQuota", 1_000),
    ];
    Ok(ask.answer(|result| {
        result.map("SummaryMap", keys, |writer, name, number| writer.integer(name, i64::try_from(number).unwrap_or(i64::MAX)));
    }))
}

/// What `GetAccountAuthorizationDetails` tells of, in this order.
const KINDS: [&str; 5] = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"];

/// One thing that decides who may do what.
enum Detail {
    User(Box<User>, Vec<String>),
    Group(Box<Group>),
    Role(Box<Role>, Vec<InstanceProfile>, Option<PrincipalUse>),
    Policy(Shown, Uses),
}

/// `GetAccountAuthorizationDetails`: users, groups and roles, then policies; of AWS's those that somebody holds.
pub(crate) async fn details(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let filter = filter(&input)?;
    let page = Page::read(ask, &input, &format!("{} {}", ask.action, filter.join(" ")))?;
    ask.permitted(&Aim::account(ask.action)).await?;
    let account = ask.account()?;
    let in_use = InUse::read(ask, account).await?;
    // A marker is the place of a kind, and a key in it.
    let (from, key) = page.after.as_deref().and_then(|after| after.split_once(' ')).unwrap_or(("0", ""));
    let from = from.parse().unwrap_or(0);
    let mut found: Vec<(String, Detail)> = Vec::new();
    for (place, kind) in KINDS.iter().enumerate().skip(from) {
        let left = page.most + 1 - found.len();
        if left == 0 {
            break;
        }
        if filter.is_empty() || filter.contains(kind) {
            let after = if place == from { key } else { "" };
            for (key, detail) in read(ask, account, &in_use, kind, after, left).await? {
                found.push((format!("{place} {key}"), detail));
            }
        }
    }
    let cut = page.end(ask, found, |(place, _)| place.clone());
    Ok(ask.answer(|result| cut.write(result, list)))
}

fn filter<'n>(input: &Node<'n>) -> Result<Vec<&'n str>, WireError> {
    let mut wrong = Violations::default();
    let words: Vec<&str> = input.texts("Filter")?.unwrap_or_default().into_iter().flatten().collect();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| !KINDS.contains(word)) {
        wrong.note(&format!("filter.{}.member", at + 1), Some(word), Constraint::OneOf(&KINDS));
    }
    wrong.finish()?;
    Ok(words)
}

/// So many of one kind at most, in the order of their keys, those after one.
async fn read(
    ask: &Ask<'_>,
    account: AccountId,
    in_use: &InUse,
    kind: &str,
    after: &str,
    most: usize,
) -> Result<Vec<(String, Detail)>, WireError> {
    let limit = u32::try_from(most).unwrap_or(u32::MAX);
    let kind = match kind {
        "User" => {
            let users = ask.lockwright.users_with_groups(account, Some(after), limit).await.map_err(broken)?;
            return Ok(users.into_iter().map(|(user, groups)| (user.name.key(), Detail::User(Box::new(user), groups))).collect());
        }
        "AWSManagedPolicy" => {
            let mut found = Vec::new();
            for policy in managed::all() {
                let arn = policy.arn();
                if found.len() < most && arn.as_str() > after && (in_use.is_attached(&arn) || in_use.bounds(&arn)) {
                    let uses = in_use.count(ask, account, &arn).await?;
                    found.push((arn, Detail::Policy(Shown::Aws(policy), uses)));
                }
            }
            return Ok(found);
        }
        "Group" => ResourceKind::Group,
        "Role" => ResourceKind::Role,
        _ => ResourceKind::Policy,
    };
    let mut found = Vec::new();
    for resource in ask.lockwright.resources(account, kind, Some(after), limit).await.map_err(broken)? {
        let key = resource.name_key();
        let detail = match resource {
            Resource::Policy(policy) => {
                let uses = in_use.count(ask, account, &policy.arn()).await?;
                Detail::Policy(Shown::Own(Box::new(policy)), uses)
            }
            Resource::Role(role) => {
                let profiles = instance_profiles::all_of(ask, &role).await?;
                let used = ask.lockwright.role_last_used(&role).await.map_err(broken)?;
                Detail::Role(Box::new(role), profiles, used)
            }
            Resource::Group(group) => Detail::Group(Box::new(group)),
            _ => continue,
        };
        found.push((key, detail));
    }
    Ok(found)
}

fn list(result: &mut Writer, found: Vec<(String, Detail)>) {
    let details = || found.iter().map(|(_, detail)| detail);
    let users = details().filter_map(|detail| if let Detail::User(user, groups) = detail { Some((user, groups)) } else { None });
    result.list("UserDetailList", users, |writer, (user, groups)| describe_user(writer, user, groups));
    let groups = details().filter_map(|detail| if let Detail::Group(group) = detail { Some(group) } else { None });
    result.list("GroupDetailList", groups, |writer, group| {
        groups::describe(writer, group);
        describe_grants(writer, "GroupPolicyList", &group.grants);
    });
    let all_roles =
        details().filter_map(|detail| if let Detail::Role(role, profiles, used) = detail { Some((role, profiles, used)) } else { None });
    result.list("RoleDetailList", all_roles, |writer, (role, profiles, used)| {
        describe_role(writer, role, profiles);
        roles::last_used(writer, used.as_ref());
    });
    let managed = details().filter_map(|detail| if let Detail::Policy(policy, uses) = detail { Some((policy, *uses)) } else { None });
    result.list("Policies", managed, |writer, (policy, uses)| {
        policies::describe(writer, policy, uses, true);
        writer.list("PolicyVersionList", policy.versions(), |writer, version| policies::describe_version(writer, &version, true));
    });
}

fn describe_user(writer: &mut Writer, user: &User, groups: &[String]) {
    writer.text("Path", user.path.as_str());
    writer.text("UserName", user.name.as_str());
    writer.text("UserId", user.id.user.as_str());
    writer.text("Arn", &user.arn());
    writer.timestamp("CreateDate", moment(user.created));
    writer.texts("GroupList", groups.iter().map(String::as_str));
    describe_grants(writer, "UserPolicyList", &user.grants);
    tags::list(writer, &user.tags);
}

fn describe_role(writer: &mut Writer, role: &Role, profiles: &[InstanceProfile]) {
    writer.text("Path", role.path.as_str());
    writer.text("RoleName", role.name.as_str());
    writer.text("RoleId", role.id.as_str());
    writer.text("Arn", &role.arn());
    writer.timestamp("CreateDate", moment(role.created));
    writer.text("AssumeRolePolicyDocument", &encoded(&role.trust));
    writer.list("InstanceProfileList", profiles, |writer, profile| {
        instance_profiles::describe(writer, &(profile.clone(), Some(role.clone())), true);
    });
    describe_grants(writer, "RolePolicyList", &role.grants);
    tags::list(writer, &role.tags);
}

fn describe_grants(writer: &mut Writer, inline: &str, grants: &Grants) {
    writer.list(inline, &grants.inline, |writer, policy| {
        writer.text("PolicyName", policy.name.as_str());
        writer.text("PolicyDocument", &encoded(&policy.document));
    });
    writer.list("AttachedManagedPolicies", &grants.attached, |writer, arn| attached::describe(writer, arn));
    boundary(writer, grants.boundary.as_deref());
}

/// `GenerateCredentialReport`: there is nothing to wait for, the report is made when it is asked for.
pub(crate) async fn generate_report(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    Ok(ask.answer(|result| result.text("State", "COMPLETE")))
}

/// `GetCredentialReport`: as of now, where AWS answers with one that may be four hours old.
pub(crate) async fn report(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    let report = ask.lockwright.credential_report(ask.account()?).await.map_err(broken)?;
    Ok(ask.answer(|result| {
        result.blob("Content", report.as_bytes());
        result.text("ReportFormat", "text/csv");
        result.timestamp("GeneratedTime", moment(ask.op.now));
    }))
}
