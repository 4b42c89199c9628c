//! The names of rows as text, for the list of changes that other nodes read.

use lockwright_model::change::{ClaimKey, Key};
use lockwright_model::identity::UserRef;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::TriesKey;

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

fn parts(key: &Key) -> Vec<String> {
    let words: &[&str] = match key {
        Key::Account(id) => &["account", &id.to_string()],
        Key::User(user) => &["user", &user.account.to_string(), user.user.as_str()],
        Key::Builder(id) => &["builder", id.as_str()],
        Key::Session(token) => &["session", &String::from(*token)],
        Key::Case(id) => &["case", id.as_str()],
        Key::Help(account, id) => &["help", &account.to_string(), id.as_str()],
        Key::Tries(key) => &["tries", key.as_str()],
        Key::Claim(claim) => &["claim", claim.parts().0, claim.parts().1],
        Key::Settings => &["settings"],
        Key::Job(id) => &["job", id.as_str()],
    };
    words.iter().map(|&word| word.to_owned()).collect()
}

fn key(parts: &[String]) -> Option<Key> {
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["account", id] => Key::Account(id.parse().ok()?),
        ["user", account, user] => Key::User(UserRef { account: account.parse().ok()?, user: user.parse().ok()? }),
        ["builder", id] => Key::Builder(id.parse().ok()?),
        ["session", token] => Key::Session(TokenHash::try_from((*token).to_owned()).ok()?),
        ["case", id] => Key::Case(id.parse().ok()?),
        ["help", account, id] => Key::Help(account.parse().ok()?, id.parse().ok()?),
        ["tries", key] => Key::Tries(TriesKey::from_stored((*key).to_owned())),
        ["claim", "root_email", value] => Key::Claim(ClaimKey::RootEmail((*value).to_owned())),
        ["claim", "builder_email", value] => Key::Claim(ClaimKey::BuilderEmail((*value).to_owned())),
        ["claim", "alias", value] => Key::Claim(ClaimKey::Alias((*value).to_owned())),
        ["settings"] => Key::Settings,
        ["job", id] => Key::Job(id.parse().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use lockwright_model::entropy::SeededEntropy;
    use lockwright_model::id::{AccountId, BuilderId, CaseId, HelpId, JobId, UserId};

    use super::*;

    #[test]
    fn every_kind_of_key_reads_back_so_that_no_cache_keeps_an_old_row() {
        let chance = SeededEntropy::new(7);
        let account = AccountId::draw(&chance);
        let keys = vec![
            Key::Account(account),
            Key::User(UserRef { account, user: UserId::draw(&chance) }),
            Key::Builder(BuilderId::draw(&chance)),
            Key::Session(TokenHash::from_bytes([9; 32])),
            Key::Case(CaseId::draw(&chance)),
            Key::Help(account, HelpId::draw(&chance)),
            Key::Tries(TriesKey::new("signin", "a \"quoted\" name")),
            Key::Claim(ClaimKey::RootEmail("a/b\"@example.com".to_owned())),
            Key::Claim(ClaimKey::BuilderEmail("b@example.com".to_owned())),
            Key::Claim(ClaimKey::Alias("corp".to_owned())),
            Key::Settings,
            Key::Job(JobId::draw(&chance)),
        ];
        let texts = write(&keys);
        assert_eq!(texts.len(), 1, "a usual commit is one line");
        assert_eq!(read(&texts[0]), Some(keys));
    }

    #[test]
    fn many_keys_are_cut_into_texts_that_an_index_can_hold() {
        let keys: Vec<_> = (0..300).map(|n| Key::Claim(ClaimKey::RootEmail(format!("{n:0>250}@example.com")))).collect();
        let texts = write(&keys);
        assert!(texts.iter().all(|text| text.len() <= LONGEST));
        assert_eq!(texts.iter().filter_map(|text| read(text)).flatten().collect::<Vec<_>>(), keys);
    }
}
