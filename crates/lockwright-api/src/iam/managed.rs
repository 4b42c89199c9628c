//! Managed policies, AWS's and an account's own, as everybody looks at them.

use lockwright_model::id::base32;
use lockwright_model::resource::CustomerPolicy;
use lockwright_service::authorize::Aim;
use lockwright_service::core::policy::version_id;
use lockwright_service::policy::managed::{self, Managed};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::moment::Moment;
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;
use sha2::{Digest, Sha256};

use super::uses::{InUse, USAGES, Uses, uses};
use super::{Page, arn};
use crate::ask::{Ask, broken, moment, word};
use crate::tags;

/// A managed policy.
pub(crate) enum Shown {
    /// One of AWS.
    Aws(&'static Managed),
    /// One of the account's own.
    Own(Box<CustomerPolicy>),
}

/// One version of a managed policy.
pub(crate) struct Version<'p> {
    pub(crate) id: String,
    pub(crate) document: &'p str,
    pub(crate) in_force: bool,
    pub(crate) created: Option<Moment>,
}

impl Shown {
    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Aws(policy) => policy.arn(),
            Self::Own(policy) => policy.arn(),
        }
    }

    /// The versions, the latest first; of AWS's policies the one in force alone is kept.
    pub(crate) fn versions(&self) -> Vec<Version<'_>> {
        match self {
            Self::Aws(policy) => vec![Version {
                id: policy.version.to_owned(),
                document: policy.document,
                in_force: true,
                created: Moment::parse_parameter(policy.updated),
            }],
            Self::Own(policy) => {
                let shown = policy.versions.iter().rev().map(|version| Version {
                    id: version_id(version.number),
                    document: &version.document,
                    in_force: version.number == policy.default,
                    created: Some(moment(version.created)),
                });
                shown.collect()
            }
        }
    }
}

/// `GetPolicy`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let policy = named(ask, arn(&input, "PolicyArn", "policyArn")?).await?;
    let uses = uses(ask, &policy.arn()).await?;
    Ok(ask.answer(|result| result.element("Policy", |writer| describe_tagged(writer, &policy, uses))))
}

/// `GetPolicyVersion`.
pub(crate) async fn version(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let id = version_named(&input)?;
    let policy = named(ask, text).await?;
    let versions = policy.versions();
    let version = versions.iter().find(|version| version.id == id).ok_or_else(|| no_version(text, id))?;
    Ok(ask.answer(|result| result.element("PolicyVersion", |writer| describe_version(writer, version, true))))
}

/// `ListPolicyVersions`, the latest first, without their documents.
pub(crate) async fn versions(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let policy = named(ask, text).await?;
    // A number that grows from the latest to the first.
    let place = |version: &Version<'_>| {
        let number = version.id.trim_start_matches('v').parse::<u32>().unwrap_or_default();
        format!("{:010}", u32::MAX - number)
    };
    let cut = page.cut(ask, policy.versions(), place);
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("Versions", shown, |writer, version| describe_version(writer, &version, false));
        });
    }))
}

/// `ListPolicies`: the account's own in the order of their names, then AWS's in the order of their ARNs.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let scope = word(&input, "Scope", "scope", &["All", "AWS", "Local"])?.unwrap_or("All");
    let usage = word(&input, "PolicyUsageFilter", "policyUsageFilter", &USAGES)?;
    let only_attached = input.boolean("OnlyAttached")?.unwrap_or(false);
    let prefix = super::policies::path_at(&input, "PathPrefix", "pathPrefix")?.unwrap_or_default();
    let selection = format!("{} {scope} {only_attached} {} {prefix}", ask.action, usage.unwrap_or_default());
    let page = Page::read(ask, &input, &selection)?;
    ask.permitted(&Aim::account(ask.action)).await?;
    let account = ask.account()?;
    let in_use = InUse::read(ask, account).await?;
    let wanted = |arn: &str| match (usage, only_attached) {
        (Some("PermissionsBoundary"), _) => in_use.bounds(arn),
        (Some(_), true) => in_use.is_attached(arn),
        (None, true) => in_use.is_attached(arn) || in_use.bounds(arn),
        (_, false) => true,
    };
    let mut policies = Vec::new();
    // No name has a colon, and every ARN.
    let aws = page.after.as_deref().filter(|after| after.contains(':'));
    if scope != "AWS" && aws.is_none() {
        let read =
            |after: Option<String>, limit| async move { ask.lockwright.policies(account, after.as_deref(), limit).await.map_err(broken) };
        let keep = |policy: &CustomerPolicy| policy.path.as_str().starts_with(prefix.as_str()) && wanted(&policy.arn());
        let own = page.fill(read, |policy| policy.name.key(), keep).await?;
        policies.extend(own.into_iter().map(|policy| Shown::Own(Box::new(policy))));
    }
    if scope != "Local" {
        let keep = |policy: &&Managed| {
            let arn = policy.arn();
            policy.path().starts_with(prefix.as_str()) && aws.is_none_or(|after| arn.as_str() > after) && wanted(&arn)
        };
        policies.extend(managed::all().iter().filter(keep).map(Shown::Aws));
    }
    let mut counted = Vec::new();
    for policy in policies.into_iter().take(page.most + 1) {
        counted.push((in_use.count(ask, account, &policy.arn()).await?, policy));
    }
    let cut = page.end(ask, counted, |(_, policy)| match policy {
        Shown::Own(policy) => policy.name.key(),
        Shown::Aws(policy) => policy.arn(),
    });
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("Policies", shown, |writer, (uses, policy)| describe(writer, &policy, uses, false));
        });
    }))
}

/// `ListPolicyTags`.
pub(crate) async fn list_tags(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let policy = named(ask, text).await?;
    let known = if let Shown::Own(policy) = policy { policy.tags } else { Vec::new() };
    let cut = page.cut(ask, known, |tag| tag.key.clone());
    Ok(ask.answer(|result| cut.write(result, |result, shown| tags::list(result, &shown))))
}

/// The managed policy of an ARN, once the act on it is allowed.
pub(crate) async fn named(ask: &Ask<'_>, arn: &str) -> Result<Shown, WireError> {
    let own = ask.lockwright.find_policy(ask.account()?, arn).await.map_err(broken)?;
    ask.permitted(&Aim::policy(ask.action, arn, own.as_ref())).await?;
    match own {
        Some(own) => Ok(Shown::Own(Box::new(own))),
        None => managed::find(arn).map(Shown::Aws).map_err(|_| no_policy(arn)),
    }
}

/// `NoSuchEntity`, as IAM says it of a managed policy.
pub(crate) fn no_policy(arn: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} was not found."))
}

/// The same of a version.
pub(crate) fn no_version(arn: &str, id: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} version {id} does not exist or is not attachable."))
}

/// A required version: `v1`.
pub(crate) fn version_named<'n>(input: &Node<'n>) -> Result<&'n str, WireError> {
    let id = input.text("VersionId")?.ok_or_else(|| Violations::one("versionId", None, Constraint::Required))?;
    let (number, rest) = id.split_once('.').unwrap_or((id, ""));
    let number = number.strip_prefix('v').filter(|number| !number.is_empty() && !number.starts_with('0'));
    let fits = number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(id) } else { Err(Violations::one("versionId", Some(id), Constraint::Pattern("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"))) }
}

/// A `Policy` with its tags.
pub(crate) fn describe_tagged(writer: &mut Writer, policy: &Shown, uses: Uses) {
    describe(writer, policy, uses, true);
    if let Shown::Own(policy) = policy {
        tags::describe(writer, &policy.tags);
    }
}

/// A `Policy` without its tags; lists leave out what it is for.
pub(crate) fn describe(writer: &mut Writer, policy: &Shown, uses: Uses, whole: bool) {
    match policy {
        Shown::Aws(policy) => {
            writer.text("PolicyName", policy.name());
            writer.text("PolicyId", &id_of(&policy.arn()));
        }
        Shown::Own(policy) => {
            writer.text("PolicyName", policy.name.as_str());
            writer.text("PolicyId", policy.id.as_str());
        }
    }
    let (path, default) = match policy {
        Shown::Aws(policy) => (policy.path(), policy.version.to_owned()),
        Shown::Own(policy) => (policy.path.as_str(), version_id(policy.default)),
    };
    writer.text("Arn", &policy.arn());
    writer.text("Path", path);
    writer.text("DefaultVersionId", &default);
    uses.write(writer);
    match policy {
        Shown::Aws(policy) => {
            writer.boolean("IsAttachable", policy.is_attachable());
            time(writer, "CreateDate", Moment::parse_parameter(policy.created));
            time(writer, "UpdateDate", Moment::parse_parameter(policy.updated));
        }
        Shown::Own(policy) => {
            writer.boolean("IsAttachable", true);
            writer.optional("Description", policy.description.as_deref().filter(|_| whole));
            writer.timestamp("CreateDate", moment(policy.created));
            writer.timestamp("UpdateDate", moment(policy.updated));
        }
    }
}

/// The id of a policy managed by AWS: not AWS's own, but made from the ARN, so that it is the same everywhere and always. Programs key by it.
fn id_of(arn: &str) -> String {
    let letters: String = base32(&Sha256::digest(arn)).chars().take(17).collect();
    format!("ANPA{letters}")
}

/// A `PolicyVersion`: the document is percent-encoded, as AWS has it.
pub(crate) fn describe_version(writer: &mut Writer, version: &Version<'_>, whole: bool) {
    if whole {
        writer.text("Document", &encoded(version.document));
    }
    writer.text("VersionId", &version.id);
    writer.boolean("IsDefaultVersion", version.in_force);
    time(writer, "CreateDate", version.created);
}

/// A time, which in AWS's own data might be none.
fn time(writer: &mut Writer, name: &str, moment: Option<Moment>) {
    if let Some(moment) = moment {
        writer.timestamp(name, moment);
    }
}
