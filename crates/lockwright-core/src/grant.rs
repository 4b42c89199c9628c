//! What a user is granted directly: the policies that stand in it.

use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::name::PolicyName;
use lockwright_model::user::{InlinePolicy, User};
use lockwright_policy::document::counted_characters;
use serde_json::json;

use crate::Decided;
use crate::permit::Permit;

/// The most characters of all policies that stand in one user, white space not counted (AWS quota `UserPolicySizeQuota`).
pub const USER_POLICY_SIZE: usize = 2048;

/// The most managed policies that are attached to one user (AWS quota `AttachedPoliciesPerUserQuota`).
pub const USER_ATTACHED: usize = 10;

/// Why a policy is not put or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The user belongs to another account than the permit.
    OtherAccount,
    /// All policies together are longer than [`USER_POLICY_SIZE`].
    TooLong,
    /// There are [`USER_ATTACHED`] already.
    TooMany,
    /// There is no policy of this name, or none of this ARN is attached.
    Unknown,
}

/// `PutUserPolicy`: adds a policy, or replaces the one of this name. The document was read before.
pub fn put(
    permit: &Permit,
    mut user: User,
    name: PolicyName,
    document: String,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let inline = &mut user.grants.inline;
    inline.retain(|known| known.name != name);
    inline.push(InlinePolicy { name: name.clone(), document: document.clone() });
    inline.sort_by(|one, other| one.name.cmp(&other.name));
    if inline.iter().map(|policy| counted_characters(&policy.document)).sum::<usize>() > USER_POLICY_SIZE {
        return Err(Refusal::TooLong);
    }
    let request = json!({"userName": user.name.as_str(), "policyName": name.as_str(), "policyDocument": document});
    Ok(told("PutUserPolicy", user, request, op, entropy))
}

/// `DeleteUserPolicy`.
pub fn delete(permit: &Permit, mut user: User, name: &PolicyName, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let before = user.grants.inline.len();
    user.grants.inline.retain(|known| known.name != *name);
    if user.grants.inline.len() == before {
        return Err(Refusal::Unknown);
    }
    let request = json!({"userName": user.name.as_str(), "policyName": name.as_str()});
    Ok(told("DeleteUserPolicy", user, request, op, entropy))
}

/// `AttachUserPolicy`: attaching what is attached changes nothing but the trail. Whether there is such a policy was looked at before.
pub fn attach(permit: &Permit, mut user: User, arn: &str, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let attached = &mut user.grants.attached;
    if !attached.iter().any(|known| known == arn) {
        if attached.len() >= USER_ATTACHED {
            return Err(Refusal::TooMany);
        }
        attached.push(arn.to_owned());
    }
    let request = json!({"userName": user.name.as_str(), "policyArn": arn});
    Ok(told("AttachUserPolicy", user, request, op, entropy))
}

/// `DetachUserPolicy`.
pub fn detach(permit: &Permit, mut user: User, arn: &str, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&user.id) {
        return Err(Refusal::OtherAccount);
    }
    let before = user.grants.attached.len();
    user.grants.attached.retain(|known| known != arn);
    if user.grants.attached.len() == before {
        return Err(Refusal::Unknown);
    }
    let request = json!({"userName": user.name.as_str(), "policyArn": arn});
    Ok(told("DetachUserPolicy", user, request, op, entropy))
}

fn told(name: &'static str, user: User, request: serde_json::Value, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(user.id.account)).request(request)));
    changes.put(Record::User(user));
    Decided::new(changes, ())
}
