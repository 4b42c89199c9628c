//! The names of rows as text, for the list of changes that other nodes read.

use lockwright_model::change::Key;
use lockwright_model::identity::UserRef;
use lockwright_model::resource::{ResourceId, ResourceKey};
use lockwright_model::token::TokenHash;

/// The most bytes of one text: it stands in a primary key, and an index holds less than a third of a page of 8192 bytes.
const LONGEST: usize = 2_000;

/// Writes row names as JSON texts, as few as can be.
pub(crate) fn write(keys: &[Key]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::with_capacity(1);
    for key in keys {
        let name = serde_json::Value::from(parts(key)).to_string();
        match texts.last_mut() {
            Some(text) if text.len() + name.len() < LONGEST => {
                text.pop();
                text.push(',');
                text.push_str(&name);
                text.push(']');
            }
            _ => texts.push(format!("[{name}]")),
        }
    }
    texts
}

/// Reads one text that [`write`] wrote; `None` when a part of it can't be read.
pub(crate) fn read(text: &str) -> Option<Vec<Key>> {
    let keys: Vec<Vec<String>> = serde_json::from_str(text).ok()?;
    keys.iter().map(|parts| key(parts)).collect()
}

/// Whether nodes keep rows of this kind in their caches: who signs in, and their sessions.
pub(crate) fn is_cached(key: &Key) -> bool {
    !parts(key).is_empty()
}

/// A row's name in words; empty for a kind that no node keeps.
fn parts(key: &Key) -> Vec<String> {
    match key {
        Key::Account(id) => vec!["account".to_owned(), id.to_string()],
        Key::User(user) => vec!["user".to_owned(), user.account.to_string(), user.user.to_string()],
        Key::Builder(id) => vec!["builder".to_owned(), id.to_string()],
        Key::Operator(id) => vec!["operator".to_owned(), id.to_string()],
        Key::Session(token) => vec!["session".to_owned(), String::from(*token)],
        Key::Resource(key) => vec![key.id.kind().as_str().to_owned(), key.account.to_string(), key.id.as_str().to_owned()],
        Key::Case(_)
        | Key::Ceremony(_)
        | Key::Link(_)
        | Key::System(_)
        | Key::Help(..)
        | Key::Support(_)
        | Key::Tries(_)
        | Key::Claim(_)
        | Key::UserCredential(_)
        | Key::Settings
        | Key::Job(_) => Vec::new(),
    }
}

fn key(parts: &[String]) -> Option<Key> {
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["account", id] => Key::Account(id.parse().ok()?),
        ["user", account, user] => Key::User(UserRef { account: account.parse().ok()?, user: user.parse().ok()? }),
        ["builder", id] => Key::Builder(id.parse().ok()?),
        ["operator", id] => Key::Operator(id.parse().ok()?),
        ["session", token] => Key::Session(TokenHash::try_from((*token).to_owned()).ok()?),
        [kind, account, id] => Key::Resource(ResourceKey { account: account.parse().ok()?, id: ResourceId::parse(kind, id)? }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use lockwright_model::entropy::SeededEntropy;
    use lockwright_model::id::{AccountId, BuilderId, CaseId, DeviceId, GroupId, OperatorId, PolicyId, RoleId, UserId};

    use super::*;

    #[test]
    fn every_kind_that_is_cached_reads_back_so_that_no_cache_keeps_an_old_row() {
        let chance = SeededEntropy::new(7);
        let account = AccountId::draw(&chance);
        let keys = vec![
            Key::Account(account),
            Key::User(UserRef { account, user: UserId::draw(&chance) }),
            Key::Builder(BuilderId::draw(&chance)),
            Key::Operator(OperatorId::draw(&chance)),
            Key::Session(TokenHash::from_bytes([9; 32])),
            Key::Resource(ResourceKey { account, id: ResourceId::Group(GroupId::draw(&chance)) }),
            Key::Resource(ResourceKey { account, id: ResourceId::Policy(PolicyId::draw(&chance)) }),
            Key::Resource(ResourceKey { account, id: ResourceId::Role(RoleId::draw(&chance)) }),
            Key::Resource(ResourceKey { account, id: ResourceId::Device(DeviceId::draw(&chance)) }),
        ];
        assert!(keys.iter().all(is_cached) && !is_cached(&Key::Case(CaseId::draw(&chance))));
        let texts = write(&keys);
        assert_eq!(texts.len(), 1, "a usual commit is one line");
        assert_eq!(read(&texts[0]), Some(keys));
    }

    #[test]
    fn many_keys_are_cut_into_texts_that_an_index_can_hold() {
        let chance = SeededEntropy::new(8);
        let keys: Vec<_> = (0..300).map(|_| Key::Builder(BuilderId::draw(&chance))).collect();
        let texts = write(&keys);
        assert!(texts.len() > 1 && texts.iter().all(|text| text.len() <= LONGEST));
        assert_eq!(texts.iter().filter_map(|text| read(text)).flatten().collect::<Vec<_>>(), keys);
    }
}
