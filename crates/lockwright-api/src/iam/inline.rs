//! Policies that stand in a user, a group or a role.

use lockwright_model::name::PolicyName;
use lockwright_service::core::grant::Refusal;
use lockwright_service::grants::{GrantError, GranteeRef};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Node, Violations};

use super::Page;
use super::grantee::{Kind, failed, named};
use crate::ask::{Ask, name, parsed};

/// The most characters of a document in a request (IAM `policyDocumentType`).
const DOCUMENT: usize = 131_072;

/// A required document, not yet read as a policy.
pub(crate) fn document<'n>(input: &Node<'n>, member: &str, place: &str) -> Result<&'n str, WireError> {
    let wrong = |value, constraint| Err(Violations::one(place, value, constraint));
    match input.text(member)? {
        None => wrong(None, Constraint::Required),
        Some("") => wrong(Some(""), Constraint::MinLength(1)),
        Some(text) if text.chars().count() > DOCUMENT => wrong(None, Constraint::MaxLength(DOCUMENT)),
        Some(text) if !text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}')) => {
            wrong(None, Constraint::Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"))
        }
        Some(text) => Ok(text),
    }
}

/// `PutUserPolicy`, `PutGroupPolicy`, `PutRolePolicy`.
pub(crate) async fn put<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let document = document(&input, "PolicyDocument", "policyDocument")?;
    let parsed: PolicyName = parsed(policy, "policyName")?;
    let found = named::<K>(ask).await?;
    match ask.lockwright.put_policy(ask.op, &GranteeRef::from(&found), &parsed, document).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<K>(ask, error, &found, policy).await),
    }
}

/// `GetUserPolicy` and its likes: the document comes back percent-encoded, as AWS has it.
pub(crate) async fn get<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let found = named::<K>(ask).await?;
    let Some(known) = found.grants().inline.iter().find(|known| known.name.as_str() == policy) else {
        return Err(failed::<K>(ask, GrantError::Refused(Refusal::Unknown), &found, policy).await);
    };
    let document = encoded(&known.document);
    Ok(ask.answer(|result| {
        result.text(K::MEMBER, found.name());
        result.text("PolicyName", known.name.as_str());
        result.text("PolicyDocument", &document);
    }))
}

/// `ListUserPolicies` and its likes.
pub(crate) async fn list<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let found = named::<K>(ask).await?;
    let names: Vec<&str> = found.grants().inline.iter().map(|policy| policy.name.as_str()).collect();
    let cut = page.cut(ask, names, |name| (*name).to_owned());
    Ok(ask.answer(|result| cut.write(result, |result, shown| result.texts("PolicyNames", shown))))
}

/// `DeleteUserPolicy` and its likes.
pub(crate) async fn delete<K: Kind>(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    name(&input, K::MEMBER, K::PLACE, K::MOST)?;
    let policy = name(&input, "PolicyName", "policyName", 128)?;
    let parsed: PolicyName = parsed(policy, "policyName")?;
    let found = named::<K>(ask).await?;
    match ask.lockwright.delete_policy_in(ask.op, &GranteeRef::from(&found), &parsed).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed::<K>(ask, error, &found, policy).await),
    }
}
