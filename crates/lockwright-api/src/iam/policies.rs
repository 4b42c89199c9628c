//! An account's own policies, as those who manage them change them.

use lockwright_model::name::{Path, PolicyName};
use lockwright_service::authorize::{Aim, Denied};
use lockwright_service::core::policy::{MOST_CHARACTERS, MOST_POLICIES, NewPolicy, Refusal, version_id};
use lockwright_service::policies::PolicyError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use super::arn;
use super::inline::document;
use super::managed::{Shown, Version, describe_tagged, describe_version, no_policy, no_version, version_named};
use super::uses::Uses;
use crate::ask::{Ask, broken, moment, name, parsed};
use crate::tags;

/// A path of a policy (IAM `policyPathType`), where it is not left out.
pub(crate) fn path_at(input: &Node<'_>, member: &str, place: &str) -> Result<Option<Path>, WireError> {
    let Some(text) = input.text(member)? else { return Ok(None) };
    let spelled = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.,+@=_-".contains(&b)) && !text.contains("//");
    let parsed = text.parse::<Path>().ok().filter(|path| spelled && path.as_str() == text);
    parsed.map(Some).ok_or_else(|| Violations::one(place, Some(text), Constraint::Pattern("((/[A-Za-z0-9\\.,\\+@=_-]+)*)/")))
}

/// `CreatePolicy`.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "PolicyName", "policyName", 128)?;
    let description = input.text("Description")?;
    if description.is_some_and(|text| text.chars().count() > 1000) {
        return Err(Violations::one("description", None, Constraint::MaxLength(1000)));
    }
    let document = document(&input, "PolicyDocument", "policyDocument")?;
    let path = path_at(&input, "Path", "path")?.unwrap_or_default();
    let name: PolicyName = parsed(text, "policyName")?;
    let description = description.map(str::to_owned);
    let new = NewPolicy { path, name, description, document: document.to_owned(), tags: tags::tags(ask, &input)? };
    match ask.lockwright.create_policy(ask.op, ask.account()?, &new).await {
        Ok(policy) => Ok(ask.answer(|result| {
            result.element("Policy", |writer| describe_tagged(writer, &Shown::Own(Box::new(policy)), Uses::default()));
        })),
        Err(PolicyError::NameTaken) => {
            let message = format!("A policy called {text} already exists. Duplicate names are not allowed.");
            Err(WireError::modelled("EntityAlreadyExists", 409, message))
        }
        Err(error) => Err(failed(ask, error, "", "").await),
    }
}

/// `CreatePolicyVersion`.
pub(crate) async fn create_version(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let document = document(&input, "PolicyDocument", "policyDocument")?;
    let in_force = input.boolean("SetAsDefault")?.unwrap_or(false);
    inside(ask, text).await?;
    match ask.lockwright.add_policy_version(ask.op, ask.account()?, text, document, in_force).await {
        Ok(version) => {
            let (id, created) = (version_id(version.number), Some(moment(version.created)));
            let shown = Version { id, document: &version.document, in_force, created };
            Ok(ask.answer(|result| result.element("PolicyVersion", |writer| describe_version(writer, &shown, false))))
        }
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `SetDefaultPolicyVersion`.
pub(crate) async fn put_in_force(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let id = version_named(&input)?;
    inside(ask, text).await?;
    match ask.lockwright.put_policy_version_in_force(ask.op, ask.account()?, text, number(id)).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, id).await),
    }
}

/// `DeletePolicyVersion`.
pub(crate) async fn delete_version(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let id = version_named(&input)?;
    inside(ask, text).await?;
    match ask.lockwright.delete_policy_version(ask.op, ask.account()?, text, number(id)).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, id).await),
    }
}

/// `DeletePolicy`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    inside(ask, text).await?;
    match ask.lockwright.delete_policy(ask.op, ask.account()?, text).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `TagPolicy`.
pub(crate) async fn tag(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    if input.member("Tags").is_absent() {
        return Err(Violations::one("tags", None, Constraint::Required));
    }
    let tags = tags::tags(ask, &input)?;
    inside(ask, text).await?;
    match ask.lockwright.tag_policy(ask.op, ask.account()?, text, &tags).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `UntagPolicy`.
pub(crate) async fn untag(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?;
    let keys = tags::keys(&input, "TagKeys", "tagKeys")?;
    inside(ask, text).await?;
    match ask.lockwright.untag_policy(ask.op, ask.account()?, text, &keys).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// The number of a version; 0, which none has, for one that AWS gives no account.
fn number(id: &str) -> u32 {
    id.strip_prefix('v').and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Refuses to change a policy of AWS, or of another account: whoever may do so to all policies is told why they can't.
async fn inside(ask: &Ask<'_>, arn: &str) -> Result<(), WireError> {
    if arn.starts_with(&format!("arn:aws:iam::{}:policy/", ask.account()?)) {
        return Ok(());
    }
    ask.permitted(&Aim::policy(ask.action, arn, None)).await?;
    Err(ask.denied(Denied { action: ask.action, message: "Policy is outside your own account.".to_owned() }).await)
}

async fn failed(ask: &Ask<'_>, error: PolicyError, arn: &str, version: &str) -> WireError {
    let limit = |message: String| WireError::modelled("LimitExceeded", 409, message);
    let conflict = |message: &'static str| WireError::modelled("DeleteConflict", 409, message);
    match error {
        PolicyError::Denied(denied) => ask.denied(denied).await,
        PolicyError::Malformed(malformed) => WireError::modelled("MalformedPolicyDocument", 400, malformed.aws_message()),
        PolicyError::NoPolicy | PolicyError::NameTaken | PolicyError::Refused(Refusal::OtherAccount) => no_policy(arn),
        PolicyError::Refused(Refusal::NoVersion) => no_version(arn, version),
        PolicyError::Refused(Refusal::TooLong) => limit(format!("Cannot exceed quota for PolicySize: {MOST_CHARACTERS}")),
        PolicyError::Refused(Refusal::TooMany) => {
            limit(format!("Cannot exceed quota for CustomerManagedPoliciesPerAccount: {MOST_POLICIES}"))
        }
        PolicyError::Refused(Refusal::TooManyVersions) => limit(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.".to_owned(),
        ),
        PolicyError::Refused(Refusal::TooManyTags) => limit("The number of tags has reached the maximum limit.".to_owned()),
        PolicyError::Refused(Refusal::InForce) => conflict("Cannot delete the default version of a policy."),
        PolicyError::Refused(Refusal::Attached) => conflict("Cannot delete a policy attached to entities."),
        PolicyError::Refused(Refusal::OtherVersions) => conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        ),
        PolicyError::Trouble(trouble) => broken(trouble),
    }
}
