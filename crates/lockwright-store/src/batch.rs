//! A change set as a list of statements, with what each must have done for the whole to be committed.

use lockwright_model::change::{ChangeSet, ClaimKey, Conflict, Key, Record, Touch, UniqueKey, Version};
use lockwright_model::resource::LinkKey;

use crate::constraint;
use crate::entity::{
    account, builder, case, ceremony, claim, clock, count, event, help, job, key_use, keys, link, operator, rating, resource, session,
    settings, support, system, tries, usage, user, user_credential,
};
use crate::error::StoreError;
use crate::statement::{Statement, Value};

/// One statement of a batch.
#[derive(Debug)]
pub(crate) struct Step {
    /// The statement.
    pub(crate) statement: &'static Statement,
    /// What is bound to it.
    pub(crate) values: Vec<Value>,
    /// What it must have done.
    pub(crate) must: Must,
}

/// What a statement must have done; otherwise nothing of its batch is committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Must {
    /// Written exactly one row: the version was the one that was read.
    OneRow,
    /// Inserted a row; a hurt uniqueness says which value is taken.
    Insert,
    /// Inserted a placeholder that the next step removes: proves and locks that there was no such row.
    Free,
    /// Taken one of this many places that an account has.
    Place(u64),
    /// Nothing in particular.
    Anything,
}

impl Must {
    /// Judges the number of rows that a statement wrote.
    pub(crate) fn judge(self, rows: u64) -> Result<(), Conflict> {
        match self {
            Self::OneRow if rows != 1 => Err(Conflict::Stale),
            Self::Place(most) if rows != 1 => Err(Conflict::Taken(UniqueKey::Quota(most))),
            _ => Ok(()),
        }
    }

    /// What a hurt constraint means.
    pub(crate) fn hurt(self, constraint: &str) -> Conflict {
        if self == Self::Free { Conflict::Stale } else { constraint::conflict(constraint) }
    }
}

impl Step {
    /// Inserts a new row, or replaces the stored one of the same version. The row's key is bound first, then for an update the
    /// version, then the rest.
    pub(crate) fn put<const N: usize>(
        insert: &'static Statement,
        update: &'static Statement,
        key: Vec<Value>,
        version: Version,
        rest: [Value; N],
    ) -> Self {
        let mut values = key;
        if version == Version::NEW {
            values.extend(rest);
            return Self { statement: insert, values, must: Must::Insert };
        }
        values.push(version.0.into());
        values.extend(rest);
        Self { statement: update, values, must: Must::OneRow }
    }

    fn versioned(statement: &'static Statement, mut key: Vec<Value>, version: Version) -> Self {
        key.push(version.0.into());
        Self { statement, values: key, must: Must::OneRow }
    }
}

/// The statements of one change set, in the order in which every change set takes its rows.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The statements.
    pub(crate) steps: Vec<Step>,
    /// The rows that other nodes may hold in their caches, and that are no longer so.
    pub(crate) keys: Vec<Key>,
}

impl Batch {
    /// Writes a change set out.
    ///
    /// Rows are taken in the order of their keys, so that two change sets seldom wait for each other in a ring; a claim that is
    /// freed and taken again in one set is freed first, a link goes before what it leads to, and a new one comes last.
    pub(crate) fn new(changes: &ChangeSet) -> Result<Self, StoreError> {
        let mut parts: Vec<(Key, u8, Vec<Step>)> = Vec::with_capacity(changes.puts.len() + changes.deletes.len() + changes.expect.len());
        let mut batch = Self::default();
        for (key, version) in &changes.deletes {
            let mut steps = vec![delete(key, *version)];
            if let Key::Claim(ClaimKey::AccessKey(gone)) = key {
                steps.push(key_use::delete(gone));
            }
            steps.extend(count::give(key));
            parts.push((key.clone(), 0, steps));
            batch.keys.extend(keys::is_cached(key).then(|| key.clone()));
        }
        for (key, version) in &changes.expect {
            parts.push((key.clone(), 1, expect(key, *version)));
        }
        for record in &changes.puts {
            let key = record.key();
            // A new row is in nobody's cache: caches don't remember that there was none.
            batch.keys.extend((keys::is_cached(&key) && !is_new(record)).then(|| key.clone()));
            let steps = [put(record)?].into_iter().chain(count::take(record)).collect();
            parts.push((key, 2, steps));
        }
        let new_link = |part: &(Key, u8, Vec<Step>)| part.1 == 2 && matches!(part.0, Key::Link(_));
        parts.sort_by(|a, b| (new_link(a), &a.0, a.1).cmp(&(new_link(b), &b.0, b.1)));
        batch.steps.extend(parts.into_iter().flat_map(|(_, _, steps)| steps));
        for event in &changes.events {
            batch.steps.push(event::insert(event)?);
        }
        for touch in &changes.touches {
            batch.steps.push(match touch {
                Touch::SessionSeen(token, at) => session::touch(token, *at),
                Touch::KeyUsed(used) => key_use::touch(used),
                Touch::PrincipalUsed(used) => usage::touch(used),
                Touch::ReportAsked(report) => usage::ask(report)?,
                Touch::ClockSeen(floor) => clock::raise(*floor),
                Touch::ArticleRated(rating) => rating::add(rating),
                Touch::ClockAccepted(at) => clock::accept(*at),
            });
        }
        Ok(batch)
    }

    /// One statement that can't conflict.
    pub(crate) fn one(statement: &'static Statement, values: Vec<Value>) -> Self {
        Self { steps: vec![Step { statement, values, must: Must::Anything }], keys: Vec::new() }
    }
}

fn is_new(record: &Record) -> bool {
    let version = match record {
        Record::Account(row) => row.version,
        Record::User(row) => row.version,
        Record::Builder(row) => row.version,
        Record::Operator(row) => row.version,
        Record::Ceremony(row) => row.version,
        Record::System(row) => row.version,
        Record::Session(row) => row.version,
        Record::Case(row) => row.version,
        Record::Help(row) => row.version,
        Record::Support(row) => row.version,
        Record::Tries(row) => row.version,
        Record::Settings(row) => row.version,
        Record::Job(row) => row.version,
        Record::Resource(row) => row.version(),
        Record::UserCredential(row) => row.version,
        Record::Claim(_) | Record::Link(_) => Version::NEW,
    };
    version == Version::NEW
}

fn put(record: &Record) -> Result<Step, StoreError> {
    match record {
        Record::Account(row) => account::put(row),
        Record::User(row) => user::put(row),
        Record::Builder(row) => builder::put(row),
        Record::Operator(row) => operator::put(row),
        Record::Ceremony(row) => ceremony::put(row),
        Record::System(row) => system::put(row),
        Record::Session(row) => session::put(row),
        Record::Case(row) => case::put(row),
        Record::Help(row) => help::put(row),
        Record::Support(row) => support::put(row),
        Record::Tries(row) => tries::put(row),
        Record::Claim(row) => Ok(claim::put(row)),
        Record::Link(row) => Ok(link::put(row)),
        Record::Resource(row) => resource::put(row),
        Record::UserCredential(row) => user_credential::put(row),
        Record::Settings(row) => settings::put(row),
        Record::Job(row) => job::put(row),
    }
}

/// The statements of one table that prove a version.
struct Guards {
    delete: &'static Statement,
    expect: &'static Statement,
    absent: &'static Statement,
    key: Vec<Value>,
}

/// What has no version, and guards itself.
enum Unversioned<'a> {
    Claim(&'a ClaimKey),
    Link(&'a LinkKey),
}

/// A row's guards.
fn guards(key: &Key) -> Result<Guards, Unversioned<'_>> {
    macro_rules! of {
        ($entity:ident, $key:expr) => {
            Ok(Guards { delete: &$entity::DELETE, expect: &$entity::EXPECT, absent: &$entity::ABSENT, key: $key })
        };
    }
    match key {
        Key::Account(id) => of!(account, account::key(*id)),
        Key::User(id) => of!(user, user::key(id)),
        Key::Builder(id) => of!(builder, builder::key(id)),
        Key::Operator(id) => of!(operator, operator::key(id)),
        Key::Ceremony(token) => of!(ceremony, ceremony::key(token)),
        Key::System(id) => of!(system, system::key(id)),
        Key::Session(token) => of!(session, session::key(token)),
        Key::Case(id) => of!(case, case::key(id)),
        Key::Help(account, id) => of!(help, help::key(*account, id)),
        Key::Support(id) => of!(support, support::key(id)),
        Key::Tries(key) => of!(tries, tries::key(key)),
        Key::Settings => of!(settings, settings::key()),
        Key::Job(id) => of!(job, job::key(id)),
        Key::Resource(key) => of!(resource, resource::key(key)),
        Key::UserCredential(key) => of!(user_credential, user_credential::key(key)),
        Key::Claim(claim) => Err(Unversioned::Claim(claim)),
        Key::Link(link) => Err(Unversioned::Link(link)),
    }
}

fn delete(key: &Key, version: Version) -> Step {
    match guards(key) {
        Ok(guards) => Step::versioned(guards.delete, guards.key, version),
        Err(Unversioned::Claim(claim)) => claim::delete(claim),
        Err(Unversioned::Link(link)) => link::delete(link),
    }
}

fn expect(key: &Key, version: Version) -> Vec<Step> {
    match guards(key) {
        Ok(guards) if version == Version::NEW => {
            let placeholder = Step { statement: guards.absent, values: guards.key.clone(), must: Must::Free };
            vec![placeholder, Step::versioned(guards.delete, guards.key, Version::NEW)]
        }
        Ok(guards) => vec![Step::versioned(guards.expect, guards.key, version)],
        Err(Unversioned::Claim(claim)) => claim::expect(claim, version),
        Err(Unversioned::Link(link)) => link::expect(link, version),
    }
}
