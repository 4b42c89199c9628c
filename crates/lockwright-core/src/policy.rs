//! Policies of an account's own: made and deleted, their versions, which of these is in force, their tags.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::PolicyId;
use lockwright_model::name::{Path, PolicyName};
pub use lockwright_model::quota::MOST_POLICIES;
use lockwright_model::resource::{CustomerPolicy, PolicyVersion, Resource, Tag};
use lockwright_policy::document::counted_characters;
use serde_json::{Value, json};

use crate::Decided;
use crate::permit::Permit;
use crate::tag::{self, MOST_TAGS};

/// The most versions of a policy that are kept (AWS quota `VersionsPerPolicyQuota`).
pub const MOST_VERSIONS: usize = 5;
/// The most characters of a document, white space not counted (AWS quota `PolicySizeQuota`).
pub const MOST_CHARACTERS: usize = 6_144;

/// Why a policy is not made, changed or deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// The document has more than [`MOST_CHARACTERS`].
    TooLong,
    /// There are [`MOST_POLICIES`] already.
    TooMany,
    /// There are [`MOST_VERSIONS`] already.
    TooManyVersions,
    /// There would be more than [`MOST_TAGS`].
    TooManyTags,
    /// There is no such version.
    NoVersion,
    /// The version is in force.
    InForce,
    /// The policy has versions besides the one in force.
    OtherVersions,
    /// Somebody has the policy attached, or is bounded by it.
    Attached,
}

/// What a policy is to be.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// Its path.
    pub path: Path,
    /// Its name.
    pub name: PolicyName,
    /// What it is for.
    pub description: Option<String>,
    /// Its first version, read before.
    pub document: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

fn mine(permit: &Permit, policy: &CustomerPolicy) -> Result<(), Refusal> {
    if policy.account == permit.account() { Ok(()) } else { Err(Refusal::OtherAccount) }
}

fn fits(document: &str) -> Result<(), Refusal> {
    if counted_characters(document) > MOST_CHARACTERS { Err(Refusal::TooLong) } else { Ok(()) }
}

/// `CreatePolicy`. `known` is how many policies the account has.
pub fn create(
    permit: &Permit,
    account: &Account,
    new: NewPolicy,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<CustomerPolicy>, Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    fits(&new.document)?;
    if known >= MOST_POLICIES {
        return Err(Refusal::TooMany);
    }
    let request = json!({
        "policyName": new.name.as_str(), "path": new.path.as_str(), "policyDocument": new.document, "description": new.description,
        "tags": tag::told(&new.tags),
    });
    let policy = CustomerPolicy {
        account: account.id,
        id: PolicyId::draw(entropy),
        version: Version::NEW,
        name: new.name,
        path: new.path,
        description: new.description,
        created: op.now,
        updated: op.now,
        versions: vec![PolicyVersion { number: 1, document: new.document, created: op.now }],
        default: 1,
        last: 1,
        tags: new.tags,
    };
    let shown = json!({"policy": {
        "policyName": policy.name.as_str(), "policyId": policy.id.as_str(), "arn": policy.arn(), "path": policy.path.as_str(),
        "defaultVersionId": "v1", "createDate": op.now.to_rfc3339(),
    }});
    let mut changes = ChangeSet::default();
    changes.tell(event("CreatePolicy", &policy, request, shown, op, entropy));
    changes.put(Record::Resource(Resource::Policy(policy.clone())));
    // The account must still exist.
    changes.expect.push((Key::Account(account.id), account.version));
    Ok(Decided::new(changes, policy))
}

/// `CreatePolicyVersion`: a document for the policy, read before, and put in force or not.
pub fn add_version(
    permit: &Permit,
    mut policy: CustomerPolicy,
    document: String,
    in_force: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<PolicyVersion>, Refusal> {
    mine(permit, &policy)?;
    fits(&document)?;
    if policy.versions.len() >= MOST_VERSIONS {
        return Err(Refusal::TooManyVersions);
    }
    policy.last += 1;
    let version = PolicyVersion { number: policy.last, document, created: op.now };
    policy.versions.push(version.clone());
    if in_force {
        policy.default = version.number;
    }
    let request = json!({"policyArn": policy.arn(), "policyDocument": version.document, "setAsDefault": in_force});
    let shown = json!({"policyVersion": {
        "versionId": version_id(version.number), "isDefaultVersion": in_force, "createDate": op.now.to_rfc3339(),
    }});
    policy.updated = op.now;
    Ok(changed("CreatePolicyVersion", policy, request, shown, version, op, entropy))
}

/// `SetDefaultPolicyVersion`: from this commit on it is what counts for everybody who has the policy.
pub fn put_in_force(
    permit: &Permit,
    mut policy: CustomerPolicy,
    number: u32,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &policy)?;
    if !policy.versions.iter().any(|version| version.number == number) {
        return Err(Refusal::NoVersion);
    }
    policy.default = number;
    policy.updated = op.now;
    let request = json!({"policyArn": policy.arn(), "versionId": version_id(number)});
    Ok(changed("SetDefaultPolicyVersion", policy, request, Value::Null, (), op, entropy))
}

/// `DeletePolicyVersion`: not the one in force.
pub fn delete_version(
    permit: &Permit,
    mut policy: CustomerPolicy,
    number: u32,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &policy)?;
    let at = policy.versions.iter().position(|version| version.number == number).ok_or(Refusal::NoVersion)?;
    if policy.default == number {
        return Err(Refusal::InForce);
    }
    policy.versions.remove(at);
    policy.updated = op.now;
    let request = json!({"policyArn": policy.arn(), "versionId": version_id(number)});
    Ok(changed("DeletePolicyVersion", policy, request, Value::Null, (), op, entropy))
}

/// `DeletePolicy`: one that nobody holds, with no version but the one in force. Whoever is given it meanwhile keeps it: their link needs its
/// row.
pub fn delete(
    permit: &Permit,
    policy: CustomerPolicy,
    is_held: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &policy)?;
    if is_held {
        return Err(Refusal::Attached);
    }
    if policy.versions.len() > 1 {
        return Err(Refusal::OtherVersions);
    }
    let mut changes = ChangeSet::default();
    changes.tell(event("DeletePolicy", &policy, json!({"policyArn": policy.arn()}), Value::Null, op, entropy));
    let version = policy.version;
    changes.delete(Key::Resource(Resource::Policy(policy).key()), version);
    Ok(Decided::new(changes, ()))
}

/// `TagPolicy`: a tag takes the place of one with the same key, whatever its case.
pub fn put_tags(
    permit: &Permit,
    mut policy: CustomerPolicy,
    tags: Vec<Tag>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &policy)?;
    let request = json!({"policyArn": policy.arn(), "tags": tag::told(&tags)});
    tag::merge(&mut policy.tags, tags);
    if policy.tags.len() > MOST_TAGS {
        return Err(Refusal::TooManyTags);
    }
    Ok(changed("TagPolicy", policy, request, Value::Null, (), op, entropy))
}

/// `UntagPolicy`: a key that is not there is no fault.
pub fn take_tags(
    permit: &Permit,
    mut policy: CustomerPolicy,
    keys: &[String],
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &policy)?;
    tag::drop_keys(&mut policy.tags, keys);
    let request = json!({"policyArn": policy.arn(), "tagKeys": keys});
    Ok(changed("UntagPolicy", policy, request, Value::Null, (), op, entropy))
}

/// AWS's word for a version: `v1`.
pub fn version_id(number: u32) -> String {
    format!("v{number}")
}

fn changed<T>(
    name: &'static str,
    policy: CustomerPolicy,
    request: Value,
    response: Value,
    output: T,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<T> {
    let mut changes = ChangeSet::default();
    changes.tell(event(name, &policy, request, response, op, entropy));
    changes.put(Record::Resource(Resource::Policy(policy)));
    Decided::new(changes, output)
}

fn event(
    name: &'static str,
    policy: &CustomerPolicy,
    request: Value,
    response: Value,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> AuditEvent {
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(policy.account)).request(request).response(response))
}
