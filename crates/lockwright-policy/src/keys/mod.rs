//! Condition keys: which a document asks for, and what is known of each.

mod catalogue;

pub use catalogue::{Key, KeyType, find};

use std::collections::HashSet;

use crate::document::{Document, Version};
use crate::pattern::keys_of;

/// The keys documents ask for, in conditions and as variables: in the order of the documents, as they are first written, each once.
///
/// This is the answer of `GetContextKeysForCustomPolicy` and `GetContextKeysForPrincipalPolicy`.
///
/// ```
/// use lockwright_policy::{Document, Kind, keys};
///
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}",
///         "Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-01"}, "StringEquals": {"AWS:UserName": "alice"}}}}"#,
///     Kind::Identity,
/// )?;
/// assert_eq!(keys::asked_by([&document]), ["aws:username", "aws:CurrentTime"]);
/// # Ok::<(), lockwright_policy::Malformed>(())
/// ```
pub fn asked_by<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |key: &str| {
        if seen.insert(key.to_ascii_lowercase()) {
            keys.push(key.to_owned());
        }
    };
    for document in documents {
        let variables = document.version() == Version::Y2012;
        for statement in document.statements() {
            let resources = statement.resources.iter().flat_map(|clause| &clause.values);
            for value in resources.filter(|_| variables) {
                keys_of(&value.text).iter().for_each(|key| add(key));
            }
            for condition in &statement.conditions {
                add(&condition.key.text);
                for value in condition.values.iter().filter(|_| variables && condition.operator.takes_variables()) {
                    keys_of(&value.text).iter().for_each(|key| add(key));
                }
            }
        }
    }
    keys
}
