//! What the named things of an account have in common, whatever their kind: made within a quota, written back, tagged, deleted; and told of.

use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::resource::{Resource, Tag};
use serde_json::{Value, json};

use crate::Decided;
use crate::permit::Permit;
use crate::tag::{self, MOST_TAGS};

/// Why a thing is not made, changed or deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// There are so many already, of it or of its parts.
    TooMany(u64),
    /// There would be more than [`MOST_TAGS`].
    TooManyTags,
    /// A group has no tags.
    NotForThisKind,
    /// What is to be taken away is not there.
    Unknown,
    /// A role is still in it.
    HoldsRole,
    /// It is somebody's second factor.
    InUse,
    /// It is a service's, which alone changes it.
    ServiceLinked,
}

/// What the trail keeps of an act.
pub(crate) struct Act {
    /// CloudTrail's `eventName`.
    pub(crate) name: &'static str,
    /// `requestParameters`; what names the thing is added.
    pub(crate) request: Value,
    /// `responseElements`.
    pub(crate) response: Value,
}

impl Act {
    /// An act whose answer is empty.
    pub(crate) fn of(name: &'static str, request: Value) -> Self {
        Self { name, request, response: Value::Null }
    }
}

/// Refuses what belongs to another account than the permit.
pub(crate) fn mine(permit: &Permit, resource: &Resource) -> Result<(), Refusal> {
    if resource.key().account == permit.account() { Ok(()) } else { Err(Refusal::OtherAccount) }
}

/// Refuses a new thing of another account than the permit, and one too many. `known` is how many there are: of two made at once for the
/// last place, the store lets one in.
pub(crate) fn room(permit: &Permit, account: &Account, known: u64, most: u64) -> Result<(), Refusal> {
    if account.id != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    if known >= most { Err(Refusal::TooMany(most)) } else { Ok(()) }
}

/// Writes a new thing; its account must still exist.
pub(crate) fn made(account: &Account, resource: Resource, act: Act, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = changed(resource, act, op, entropy);
    changes.expect.push((Key::Account(account.id), account.version));
    changes
}

/// Writes a thing back.
pub(crate) fn changed(resource: Resource, act: Act, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(event(&resource, act, op, entropy));
    changes.put(Record::Resource(resource));
    changes
}

/// Deletes a thing.
pub(crate) fn deleted(resource: &Resource, name: &'static str, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(event(resource, Act::of(name, json!({})), op, entropy));
    changes.delete(Key::Resource(resource.key()), resource.version());
    changes
}

/// Deletes a thing that nothing keeps.
pub fn delete(
    permit: &Permit,
    resource: &Resource,
    name: &'static str,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, resource)?;
    if let Resource::InstanceProfile(profile) = resource
        && profile.role.is_some()
    {
        return Err(Refusal::HoldsRole);
    }
    Ok(Decided::new(deleted(resource, name, op, entropy), ()))
}

/// Puts tags: one takes the place of one with the same key, whatever its case.
pub fn put_tags(
    permit: &Permit,
    mut resource: Resource,
    name: &'static str,
    tags: Vec<Tag>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &resource)?;
    let act = Act::of(name, json!({"tags": tag::told(&tags)}));
    let known = resource.tags_mut().ok_or(Refusal::NotForThisKind)?;
    tag::merge(known, tags);
    if known.len() > MOST_TAGS {
        return Err(Refusal::TooManyTags);
    }
    Ok(Decided::new(changed(resource, act, op, entropy), ()))
}

/// Takes tags away: a key that is not there is no fault.
pub fn take_tags(
    permit: &Permit,
    mut resource: Resource,
    name: &'static str,
    keys: &[String],
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    mine(permit, &resource)?;
    tag::drop_keys(resource.tags_mut().ok_or(Refusal::NotForThisKind)?, keys);
    Ok(Decided::new(changed(resource, Act::of(name, json!({"tagKeys": keys})), op, entropy), ()))
}

fn event(resource: &Resource, act: Act, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    let Act { name, mut request, response } = act;
    if let Some(request) = request.as_object_mut() {
        let (field, value) = match resource {
            Resource::Group(row) => ("groupName", row.name.to_string()),
            Resource::Policy(row) => ("policyArn", row.arn()),
            Resource::Role(row) => ("roleName", row.name.to_string()),
            Resource::InstanceProfile(row) => ("instanceProfileName", row.name.to_string()),
            Resource::OpenIdProvider(row) => ("openIDConnectProviderArn", row.arn()),
            Resource::Device(row) => ("serialNumber", row.arn()),
            Resource::ServerCertificate(row) => ("serverCertificateName", row.name.to_string()),
        };
        // What was renamed is told by the name it was asked for.
        request.entry(field).or_insert_with(|| json!(value));
    }
    AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(resource.key().account)).request(request).response(response))
}
