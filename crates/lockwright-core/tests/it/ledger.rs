//! Rows in memory that take change sets whole or not at all, by version, and hold each against the invariants.

use std::collections::BTreeMap;

use lockwright_model::change::{ChangeSet, Conflict, Key, Record, Touch, UniqueKey, Version};
use lockwright_model::resource::Resource;

/// Rows by key.
#[derive(Default)]
pub(crate) struct Ledger {
    rows: BTreeMap<Key, Record>,
}

fn version_of(record: &mut Record) -> Option<&mut Version> {
    match record {
        Record::Account(row) => Some(&mut row.version),
        Record::User(row) => Some(&mut row.version),
        Record::Builder(row) => Some(&mut row.version),
        Record::Operator(row) => Some(&mut row.version),
        Record::Ceremony(row) => Some(&mut row.version),
        Record::System(row) => Some(&mut row.version),
        Record::Session(row) => Some(&mut row.version),
        Record::Case(row) => Some(&mut row.version),
        Record::Help(row) => Some(&mut row.version),
        Record::Support(row) => Some(&mut row.version),
        Record::Tries(row) => Some(&mut row.version),
        Record::Settings(row) => Some(&mut row.version),
        Record::Job(row) => Some(&mut row.version),
        Record::Resource(Resource::Group(row)) => Some(&mut row.version),
        Record::Resource(Resource::Policy(row)) => Some(&mut row.version),
        Record::Resource(Resource::Role(row)) => Some(&mut row.version),
        Record::Resource(Resource::InstanceProfile(row)) => Some(&mut row.version),
        Record::Resource(Resource::OpenIdProvider(row)) => Some(&mut row.version),
        Record::Resource(Resource::Device(row)) => Some(&mut row.version),
        Record::UserCredential(row) => Some(&mut row.version),
        Record::Resource(Resource::ServerCertificate(row)) => Some(&mut row.version),
        Record::Claim(_) | Record::Link(_) => None,
    }
}

impl Ledger {
    /// A row.
    pub(crate) fn get(&self, key: &Key) -> Option<&Record> {
        self.rows.get(key)
    }

    /// Every row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Record> {
        self.rows.values()
    }

    fn stands(&self, key: &Key) -> Version {
        self.rows.get(key).cloned().map_or(Version::NEW, |mut record| version_of(&mut record).copied().unwrap_or(Version::NEW))
    }

    /// Takes a change set as the store would.
    pub(crate) fn apply(&mut self, changes: ChangeSet) -> Result<(), Conflict> {
        let identities = |key: &Key| matches!(key, Key::Account(_) | Key::User(_) | Key::Builder(_));
        let writes = changes.puts.iter().map(Record::key).chain(changes.deletes.iter().map(|(key, _)| key.clone()));
        if writes.into_iter().any(|key| identities(&key)) {
            assert!(!changes.events.is_empty(), "invariant 5: a write of an identity carries its event: {changes:?}");
        }
        for (key, version) in changes.expect.iter().chain(&changes.deletes) {
            if self.stands(key) != *version || (matches!(key, Key::Claim(_) | Key::Link(_)) && !self.rows.contains_key(key)) {
                return Err(Conflict::Stale);
            }
        }
        let freed: Vec<&Key> = changes.deletes.iter().map(|(key, _)| key).collect();
        for record in &changes.puts {
            let (key, mut read) = (record.key(), record.clone());
            match version_of(&mut read) {
                None if self.rows.contains_key(&key) && !freed.contains(&&key) => return Err(Conflict::Taken(UniqueKey::Claim)),
                None => {}
                Some(read) if *read == Version::NEW && self.rows.contains_key(&key) => return Err(Conflict::Taken(UniqueKey::Id)),
                Some(read) if *read != self.stands(&key) => return Err(Conflict::Stale),
                Some(_) => {}
            }
        }
        for (key, _) in &changes.deletes {
            self.rows.remove(key);
        }
        for mut record in changes.puts {
            if let Some(version) = version_of(&mut record) {
                version.0 += 1;
            }
            self.rows.insert(record.key(), record);
        }
        for touch in changes.touches {
            if let Touch::SessionSeen(token, at) = touch
                && let Some(Record::Session(session)) = self.rows.get_mut(&Key::Session(token))
            {
                session.last_seen = at;
            }
        }
        Ok(())
    }
}
