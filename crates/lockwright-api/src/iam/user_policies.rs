//! Policies that stand in a user.

use lockwright_model::name::PolicyName;
use lockwright_service::core::grant::{Refusal, USER_ATTACHED, USER_POLICY_SIZE};
use lockwright_service::grants::GrantError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};

use super::{Page, encoded};
use crate::ask::{Ask, broken, name, no_user};

/// The most characters of a document in a request (IAM `policyDocumentType`).
const DOCUMENT: usize = 131_072;

/// `PutUserPolicy`.
pub(crate) async fn put(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let mut wrong = Violations::default();
    let document = input.text("PolicyDocument")?;
    match document {
        None => wrong.note("policyDocument", None, Constraint::Required),
        Some("") => wrong.note("policyDocument", Some(""), Constraint::MinLength(1)),
        Some(text) if text.chars().count() > DOCUMENT => wrong.note("policyDocument", None, Constraint::MaxLength(DOCUMENT)),
        Some(text) if !text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}')) => {
            wrong.note("policyDocument", None, Constraint::Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
        }
        Some(_) => {}
    }
    wrong.finish()?;
    let parsed: PolicyName = policy.parse().map_err(|_| WireError::of(ErrorKind::ValidationError, "The policy name is not valid."))?;
    let found = ask.user("PutUserPolicy", "iam:PutUserPolicy", user).await?;
    match ask.lockwright.put_user_policy(ask.op, &found.id, &parsed, document.unwrap_or_default()).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(error, user, policy)),
    }
}

/// `GetUserPolicy`: the document comes back percent-encoded, as AWS has it.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let found = ask.user("GetUserPolicy", "iam:GetUserPolicy", user).await?;
    let known = found.grants.inline.iter().find(|known| known.name.as_str() == policy).ok_or_else(|| no_policy(policy))?;
    let document = encoded(&known.document);
    Ok(ask.answer(|result| {
        result.text("UserName", found.name.as_str());
        result.text("PolicyName", known.name.as_str());
        result.text("PolicyDocument", &document);
    }))
}

/// `ListUserPolicies`.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let page = Page::read(ask, &input, &format!("ListUserPolicies {user}"))?;
    let found = ask.user("ListUserPolicies", "iam:ListUserPolicies", user).await?;
    let names: Vec<&str> = found.grants.inline.iter().map(|policy| policy.name.as_str()).collect();
    let rest: Vec<&str> = names.into_iter().filter(|known| page.after.as_deref().is_none_or(|after| *known > after)).collect();
    let shown: Vec<&str> = rest.iter().copied().take(page.most).collect();
    let more = shown.len() < rest.len();
    let marker = shown.last().filter(|_| more).map(|last| page.marker(ask, last));
    Ok(ask.answer(|result| {
        result.texts("PolicyNames", shown);
        result.boolean("IsTruncated", more);
        result.optional("Marker", marker.as_deref());
    }))
}

/// `DeleteUserPolicy`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let found = ask.user("DeleteUserPolicy", "iam:DeleteUserPolicy", user).await?;
    let parsed: PolicyName = policy.parse().map_err(|_| no_policy(policy))?;
    match ask.lockwright.delete_user_policy(ask.op, &found.id, &parsed).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(error, user, policy)),
    }
}

/// There is no managed policy of this ARN, as IAM says it where one is to be attached.
pub(super) fn no_managed(arn: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} does not exist or is not attachable."))
}

fn no_policy(policy: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The user policy with name {policy} cannot be found."))
}

pub(super) fn failed(error: GrantError, user: &str, policy: &str) -> WireError {
    match error {
        GrantError::Denied(denied) => WireError::of(ErrorKind::AccessDenied, denied.message),
        GrantError::NoUser => no_user(user),
        GrantError::Malformed(malformed) => WireError::modelled("MalformedPolicyDocument", 400, malformed.aws_message()),
        GrantError::Refused(Refusal::TooLong) => {
            WireError::modelled("LimitExceeded", 409, format!("Maximum policy size of {USER_POLICY_SIZE} bytes exceeded for user {user}"))
        }
        GrantError::Refused(Refusal::TooMany) => {
            WireError::modelled("LimitExceeded", 409, format!("Cannot exceed quota for PoliciesPerUser: {USER_ATTACHED}"))
        }
        GrantError::Unknown(_) => no_managed(policy),
        GrantError::NotAttachable => WireError::modelled("PolicyNotAttachable", 400, format!("Policy {policy} is not attachable.")),
        GrantError::Refused(Refusal::Unknown) => no_policy(policy),
        GrantError::Refused(Refusal::OtherAccount) => no_user(user),
        GrantError::Trouble(trouble) => broken(trouble),
    }
}
