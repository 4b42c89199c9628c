//! Tags of a user or a role: put, replaced, taken away.

use lockwright_model::change::ChangeSet;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::resource::Tag;
use serde_json::{Value, json};

use crate::Decided;
use crate::grant::{self, Grantee, Names};
use crate::permit::Permit;

/// The most tags of one thing (AWS).
pub const MOST_TAGS: usize = 50;

/// The signs of a tag beside letters, digits and blanks (IAM, `tagKeyType`).
const SIGNS: &str = "_.:/=+-@";
/// How the keys begin that nobody but AWS gives, whatever their case.
const RESERVED: &str = "aws:";

/// Whether a key or a value has only the letters that tags can have.
pub fn is_spelled(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || letter == ' ' || SIGNS.contains(letter))
}

/// Whether a key is one that nobody but AWS gives: a policy may trust what it takes for AWS's own word (C19).
pub fn is_reserved(key: &str) -> bool {
    key.get(..RESERVED.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(RESERVED))
}

/// Why tags are not put or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// They belong to something of another account than the permit.
    OtherAccount,
    /// There would be more than [`MOST_TAGS`].
    TooMany,
    /// A group has no tags.
    NotForThisKind,
}

/// `TagUser`, `TagRole`: a tag takes the place of one with the same key, whatever its case.
pub fn put(permit: &Permit, grantee: Grantee, tags: Vec<Tag>, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    let names = Names { user: "TagUser", group: "", role: "TagRole" };
    let request = json!({"tags": told(&tags)});
    change(permit, grantee, names, request, op, entropy, |known| merge(known, tags))
}

/// `UntagUser`, `UntagRole`: a key that is not there is no fault.
pub fn take(permit: &Permit, grantee: Grantee, keys: &[String], op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    let names = Names { user: "UntagUser", group: "", role: "UntagRole" };
    change(permit, grantee, names, json!({"tagKeys": keys}), op, entropy, |known| drop_keys(known, keys))
}

/// Tags as the trail keeps them.
pub(crate) fn told(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({"key": tag.key, "value": tag.value})).collect()
}

/// Puts tags beside the known ones, or in their place.
pub(crate) fn merge(known: &mut Vec<Tag>, tags: Vec<Tag>) {
    known.retain(|old| !tags.iter().any(|tag| same(&old.key, &tag.key)));
    known.extend(tags);
}

/// Takes the tags of these keys away.
pub(crate) fn drop_keys(known: &mut Vec<Tag>, keys: &[String]) {
    known.retain(|old| !keys.iter().any(|key| same(&old.key, key)));
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn change(
    permit: &Permit,
    mut grantee: Grantee,
    names: Names,
    request: Value,
    op: &OpContext,
    entropy: &dyn Entropy,
    act: impl FnOnce(&mut Vec<Tag>),
) -> Result<Decided<()>, Refusal> {
    if grantee.account() != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    let tags = match &mut grantee {
        Grantee::User(user) => &mut user.tags,
        Grantee::Role(role) => &mut role.tags,
        Grantee::Group(_) => return Err(Refusal::NotForThisKind),
    };
    act(tags);
    if tags.len() > MOST_TAGS {
        return Err(Refusal::TooMany);
    }
    Ok(grant::told(names, ChangeSet::default(), grantee, request, op, entropy))
}
