//! Policies that stand in a user.

use lockwright_model::name::PolicyName;
use lockwright_service::core::grant::{Refusal, USER_ATTACHED, USER_POLICY_SIZE};
use lockwright_service::grants::GrantError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Violations};

use super::Page;
use crate::ask::{Ask, broken, name, no_user, parsed};

/// The most characters of a document in a request (IAM `policyDocumentType`).
const DOCUMENT: usize = 131_072;

/// `PutUserPolicy`.
pub(crate) async fn put(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let wrong = |value, constraint| Err(Violations::one("policyDocument", value, constraint));
    let document = match input.text("PolicyDocument")? {
        None => return wrong(None, Constraint::Required),
        Some("") => return wrong(Some(""), Constraint::MinLength(1)),
        Some(text) if text.chars().count() > DOCUMENT => return wrong(None, Constraint::MaxLength(DOCUMENT)),
        Some(text) if !text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}')) => {
            return wrong(None, Constraint::Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
        }
        Some(text) => text,
    };
    let parsed: PolicyName = parsed(policy, "policyName")?;
    let found = ask.user("iam:PutUserPolicy", user).await?;
    match ask.lockwright.put_user_policy(ask.op, &found.id, &parsed, document).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, user, policy).await),
    }
}

/// `GetUserPolicy`: the document comes back percent-encoded, as AWS has it.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let found = ask.user("iam:GetUserPolicy", user).await?;
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
    let found = ask.user("iam:ListUserPolicies", user).await?;
    let names: Vec<&str> = found.grants.inline.iter().map(|policy| policy.name.as_str()).collect();
    let cut = page.cut(ask, names, |name| (*name).to_owned());
    Ok(ask.answer(|result| cut.write(result, |result, shown| result.texts("PolicyNames", shown))))
}

/// `DeleteUserPolicy`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let user = name(&input, "UserName", "userName", 128)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let found = ask.user("iam:DeleteUserPolicy", user).await?;
    let parsed: PolicyName = policy.parse().map_err(|_| no_policy(policy))?;
    match ask.lockwright.delete_user_policy(ask.op, &found.id, &parsed).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, user, policy).await),
    }
}

/// There is no managed policy of this ARN, as IAM says it where one is to be attached.
pub(super) fn no_managed(arn: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} does not exist or is not attachable."))
}

fn no_policy(policy: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The user policy with name {policy} cannot be found."))
}

pub(super) async fn failed(ask: &Ask<'_>, error: GrantError, user: &str, policy: &str) -> WireError {
    match error {
        GrantError::Denied(denied) => ask.denied(denied).await,
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
