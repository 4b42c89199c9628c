//! Rows that every signed-in request needs, kept in memory and dropped when a commit writes them.
//!
//! Acts that mint or spend a credential never read it; they go to the store.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::account::Account;
use lockwright_model::change::Key;
use lockwright_model::clock::Timestamp;
use lockwright_model::id::PolicyId;
use lockwright_model::identity::Identity;
use lockwright_model::resource::Resource;
use lockwright_model::session::Session;
use lockwright_policy::{Kind, Policy};

use crate::known::Known;

/// A cached row.
#[derive(Clone)]
pub(crate) enum Row {
    Account(Arc<Account>),
    Session(Arc<Session>),
    Resource(Arc<Resource>),
}

/// A bounded map from keys to rows.
pub(crate) struct Cache {
    rows: moka::sync::Cache<Key, Row>,
    /// People by the keys of their own rows. One counts only while the row of their account is the one they were read with.
    people: moka::sync::Cache<Key, Arc<Known>>,
    /// Counts the commits that touched each group of keys, so that a load that began before a commit can't fill in what the commit replaced.
    generations: Vec<AtomicU64>,
    hasher: RandomState,
    bypass: AtomicBool,
    /// Compiled policies by their text, which never changes its meaning.
    policies: moka::sync::Cache<String, Arc<Policy>>,
    /// Whose access keys are: a key never changes its owner, and a deleted one is missed in its owner's row.
    owners: moka::sync::Cache<AccessKeyId, Identity>,
    /// The ids of accounts' own policies by their ARNs. One that is made anew under an ARN has another id, and the old one leads nowhere.
    policy_ids: moka::sync::Cache<String, PolicyId>,
    /// When the use of a key was last noted.
    noted: moka::sync::Cache<AccessKeyId, Timestamp>,
    /// When a principal's try of an action was last noted.
    tried: moka::sync::Cache<(String, &'static str), Timestamp>,
}

const GROUPS: usize = 1024;
/// What a row is reckoned at: the structs, their strings, and the map's own cost.
const ROW_BYTES: u64 = 1024;
/// What a person is reckoned at, with the keys of the day that are kept of them.
const PERSON_BYTES: u64 = 1536;
/// What a compiled policy is reckoned at, its text included.
const POLICY_BYTES: u64 = 16 * 1024;
/// What a key's entry is reckoned at.
const OWNER_BYTES: u64 = 512;

impl Cache {
    /// A cache that takes about so many bytes: a quarter of them for rows, a quarter for people, a quarter for policies, the rest for what is known of access keys and of policies' ARNs.
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            rows: moka::sync::Cache::new(bytes / 4 / ROW_BYTES),
            people: moka::sync::Cache::new(bytes / 4 / PERSON_BYTES),
            generations: (0..GROUPS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            bypass: AtomicBool::new(false),
            policies: moka::sync::Cache::new(bytes / 4 / POLICY_BYTES),
            owners: moka::sync::Cache::new(bytes / 8 / OWNER_BYTES),
            policy_ids: moka::sync::Cache::new(bytes / 16 / OWNER_BYTES),
            noted: moka::sync::Cache::new(bytes / 32 / OWNER_BYTES),
            tried: moka::sync::Cache::new(bytes / 32 / OWNER_BYTES),
        }
    }

    /// While set, nothing is read from the cache: changes of other nodes are not known in time.
    pub(crate) fn set_bypass(&self, bypass: bool) {
        self.bypass.store(bypass, Ordering::SeqCst);
    }

    /// A stored policy, compiled once; `None`: it can't be read.
    pub(crate) fn compiled(&self, document: &str) -> Option<Arc<Policy>> {
        if let Some(policy) = self.policies.get(document) {
            return Some(policy);
        }
        let policy = Arc::new(Policy::parse(document, Kind::Identity).ok()?);
        self.policies.insert(document.to_owned(), Arc::clone(&policy));
        Some(policy)
    }

    /// Whose a key is, as far as this node knows.
    pub(crate) fn owner_of(&self, key: &AccessKeyId) -> Option<Identity> {
        self.owners.get(key)
    }

    pub(crate) fn note_owner(&self, key: &AccessKeyId, owner: &Identity) {
        self.owners.insert(key.clone(), owner.clone());
    }

    /// The id of an account's own policy, as far as this node knows.
    pub(crate) fn policy_id(&self, arn: &str) -> Option<PolicyId> {
        self.policy_ids.get(arn)
    }

    pub(crate) fn note_policy(&self, arn: &str, id: &PolicyId) {
        self.policy_ids.insert(arn.to_owned(), id.clone());
    }

    /// Whether a use is to be noted: none was for this long. Then it counts as noted.
    pub(crate) fn worth_noting(&self, key: &AccessKeyId, now: Timestamp, every: Duration) -> bool {
        if self.noted.get(key).is_some_and(|last| now < last.plus(every)) {
            return false;
        }
        self.noted.insert(key.clone(), now);
        true
    }

    /// The same of a principal's try of an action.
    pub(crate) fn worth_noting_try(&self, principal: &str, action: &'static str, now: Timestamp, every: Duration) -> bool {
        let key = (principal.to_owned(), action);
        if self.tried.get(&key).is_some_and(|last| now < last.plus(every)) {
            return false;
        }
        self.tried.insert(key, now);
        true
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Row> {
        if self.bypass.load(Ordering::SeqCst) { None } else { self.rows.get(key) }
    }

    /// Somebody, by the key of their own row; whether the row of their account is still the same, the caller looks.
    pub(crate) fn person(&self, key: &Key) -> Option<Arc<Known>> {
        if self.bypass.load(Ordering::SeqCst) { None } else { self.people.get(key) }
    }

    /// Taken before a load; hand it to [`Cache::fill`].
    pub(crate) fn mark(&self, key: &Key) -> u64 {
        self.generation(key).load(Ordering::SeqCst)
    }

    pub(crate) fn fill(&self, key: Key, row: Row, mark: u64) {
        self.fill_in(&self.rows, key, row, mark);
    }

    pub(crate) fn fill_person(&self, key: Key, known: Arc<Known>, mark: u64) {
        self.fill_in(&self.people, key, known, mark);
    }

    fn fill_in<V: Clone + Send + Sync + 'static>(&self, rows: &moka::sync::Cache<Key, V>, key: Key, row: V, mark: u64) {
        let unchanged = || self.generation(&key).load(Ordering::SeqCst) == mark;
        if !unchanged() {
            return;
        }
        rows.insert(key.clone(), row);
        // A commit that came between the look and the insertion has raised the generation before it forgets: undo.
        if !unchanged() {
            rows.invalidate(&key);
        }
    }

    pub(crate) fn forget(&self, keys: &[Key]) {
        for key in keys {
            self.generation(key).fetch_add(1, Ordering::SeqCst);
            self.rows.invalidate(key);
            self.people.invalidate(key);
        }
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        for generation in &self.generations {
            generation.fetch_add(1, Ordering::SeqCst);
        }
        self.rows.invalidate_all();
        self.people.invalidate_all();
        // A moment that was noted by a clock which ran ahead would keep every use from being noted until then.
        self.noted.invalidate_all();
        self.tried.invalidate_all();
    }

    fn generation(&self, key: &Key) -> &AtomicU64 {
        let mut state = self.hasher.build_hasher();
        key.hash(&mut state);
        let group = usize::try_from(std::hash::Hasher::finish(&state) % GROUPS as u64).unwrap_or(0);
        // GROUPS entries exist; the fallback keeps the index total.
        self.generations.get(group).unwrap_or(&self.generations[0])
    }
}

#[cfg(test)]
mod tests {
    use lockwright_model::entropy::SeededEntropy;
    use lockwright_model::id::AccountId;

    use super::*;
    use crate::known::tests::known;

    fn row() -> (Key, Arc<Known>) {
        let known = known();
        (known.person.row().0, Arc::new(known))
    }

    #[test]
    fn a_load_that_began_before_a_commit_does_not_fill_in_what_the_commit_replaced() {
        let cache = Cache::new(1 << 20);
        let (key, old) = row();
        let mark = cache.mark(&key);
        cache.forget(std::slice::from_ref(&key));
        cache.fill_person(key.clone(), old, mark);
        assert!(cache.person(&key).is_none());
    }

    #[test]
    fn all_that_it_holds_together_is_within_its_bytes() {
        let cache = Cache::new(1 << 20);
        let bytes = |entries: moka::policy::Policy, each| entries.max_capacity().unwrap() * each;
        let keys: u64 = bytes(cache.owners.policy(), OWNER_BYTES)
            + bytes(cache.policy_ids.policy(), OWNER_BYTES)
            + bytes(cache.noted.policy(), OWNER_BYTES)
            + bytes(cache.tried.policy(), OWNER_BYTES);
        let people = bytes(cache.people.policy(), PERSON_BYTES);
        let all = bytes(cache.rows.policy(), ROW_BYTES) + people + bytes(cache.policies.policy(), POLICY_BYTES) + keys;
        // What is left over is less than one person.
        assert!(all <= 1 << 20 && (1 << 20) - all < PERSON_BYTES, "{all}");
    }

    #[test]
    fn a_cleared_cache_holds_nothing_and_takes_nothing_loaded_before() {
        let cache = Cache::new(1 << 20);
        let (key, builder) = row();
        let mark = cache.mark(&key);
        cache.fill_person(key.clone(), builder.clone(), mark);
        cache.clear();
        assert!(cache.person(&key).is_none());
        cache.fill_person(key.clone(), builder, mark);
        assert!(cache.person(&key).is_none());
    }

    #[test]
    fn a_filled_row_is_found_until_it_is_forgotten_or_bypassed() {
        let cache = Cache::new(1 << 20);
        let (key, builder) = row();
        cache.fill_person(key.clone(), builder, cache.mark(&key));
        assert!(cache.person(&key).is_some());
        cache.set_bypass(true);
        assert!(cache.person(&key).is_none());
        cache.set_bypass(false);
        cache.forget(&[key.clone(), Key::Account(AccountId::draw(&SeededEntropy::new(1)))]);
        assert!(cache.person(&key).is_none());
    }
}
