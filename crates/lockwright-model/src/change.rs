//! Where the store and the decisions meet: a decision is data, committed whole or not at all.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::access_key::{AccessKeyId, KeyUse};
use crate::account::Account;
use crate::builder::Builder;
use crate::case::Case;
use crate::ceremony::Ceremony;
use crate::clock::{ClockFloor, Timestamp};
use crate::event::AuditEvent;
use crate::help::HelpRequest;
use crate::id::{AccountId, BuilderId, CaseId, ContactId, HelpId, JobId, OperatorId, SupportId, SystemId};
use crate::identity::{Identity, UserRef};
use crate::job::Job;
use crate::operator::Operator;
use crate::resource::{Link, LinkKey, Resource, ResourceKey};
use crate::session::Session;
use crate::setting::Settings;
use crate::support::SupportRequest;
use crate::system::LinkedSystem;
use crate::token::TokenHash;
use crate::tries::{Tries, TriesKey};
use crate::usage::{PrincipalUse, UseReport};
use crate::user::User;
use crate::user_credential::{UserCredential, UserCredentialKey};

/// A row's version: 0 for a row that is not stored yet, then 1, 2, 3 …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// The version of a row that is not stored yet.
    pub const NEW: Self = Self(0);
    /// The version of a row that was just stored for the first time.
    pub const FIRST: Self = Self(1);
}

/// A row as it should be. A [`Version::NEW`] row is inserted; any other replaces the stored row of that version.
#[derive(Clone, Debug)]
pub enum Record {
    /// An account with its root user.
    Account(Account),
    /// An IAM user with its login profile.
    User(User),
    /// A builder ID.
    Builder(Builder),
    /// An operator.
    Operator(Operator),
    /// A session.
    Session(Session),
    /// A case.
    Case(Case),
    /// A ceremony.
    Ceremony(Ceremony),
    /// A registered system.
    System(LinkedSystem),
    /// A help request.
    Help(HelpRequest),
    /// A request to the operators.
    Support(SupportRequest),
    /// A counter.
    Tries(Tries),
    /// A link between what is held and who holds it; has no version, is only inserted and deleted.
    Link(Link),
    /// A group, a policy, a role or another thing that an account keeps by name.
    Resource(Resource),
    /// An SSH public key, a signing certificate or a service-specific credential of a user.
    UserCredential(UserCredential),
    /// A claim on a globally unique value; has no version, is only inserted and deleted.
    Claim(Claim),
    /// The installation's switches.
    Settings(Settings),
    /// A job of the outbox.
    Job(Job),
}

/// Names a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// An account.
    Account(AccountId),
    /// An IAM user.
    User(UserRef),
    /// A builder ID.
    Builder(BuilderId),
    /// An operator.
    Operator(OperatorId),
    /// A session, by its token's hash.
    Session(TokenHash),
    /// A case.
    Case(CaseId),
    /// A ceremony, by its token's hash.
    Ceremony(TokenHash),
    /// A registered system.
    System(SystemId),
    /// A help request of an account.
    Help(AccountId, HelpId),
    /// A request to the operators.
    Support(SupportId),
    /// A counter.
    Tries(TriesKey),
    /// A claim.
    Claim(ClaimKey),
    /// A link; before what it leads to, so that it goes first.
    Link(LinkKey),
    /// A group, a policy, a role or another thing that an account keeps by name.
    Resource(ResourceKey),
    /// An SSH public key, a signing certificate or a service-specific credential of a user.
    UserCredential(UserCredentialKey),
    /// The installation's switches.
    Settings,
    /// A job.
    Job(JobId),
}

/// A value that only one owner may have in the whole installation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What is claimed.
    pub key: ClaimKey,
    /// By whom; for an alias, the account's root.
    pub owner: Identity,
    /// It is only kept from others, and until then: an address that was given up but can still be taken back. `None`: it is in use.
    pub expires: Option<Timestamp>,
}

impl Claim {
    /// A claim on something in use.
    pub fn held(key: ClaimKey, owner: Identity) -> Self {
        Self { key, owner, expires: None }
    }
}

/// What can be claimed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClaimKey {
    /// A root user's email, as [`crate::email::EmailAddress::key`].
    RootEmail(String),
    /// A builder ID's email, likewise.
    BuilderEmail(String),
    /// An account alias.
    Alias(String),
    /// An operator's mailbox, as [`crate::email::EmailAddress::mailbox`]: two operators are two people.
    OperatorEmail(String),
    /// A passkey's credential id: no two identities have the same one (WebAuthn §7.1), and it leads to its owner.
    Passkey(String),
    /// A recovery contact who has accepted; the link by which it leaves leads so to whose contact it is.
    Contact(ContactId),
    /// An access key's id: it leads to whose it is.
    AccessKey(AccessKeyId),
    /// An additional address of an identity, so that "find my account" finds it: the address's key, and whose it is.
    Address(String, String),
}

impl ClaimKey {
    /// The kind and the value, as stored.
    pub fn parts(&self) -> (&'static str, Cow<'_, str>) {
        match self {
            Self::RootEmail(value) => ("root_email", value.into()),
            Self::BuilderEmail(value) => ("builder_email", value.into()),
            Self::Alias(value) => ("alias", value.into()),
            Self::OperatorEmail(value) => ("operator_email", value.into()),
            Self::Passkey(value) => ("passkey", value.into()),
            Self::AccessKey(id) => ("access_key", id.as_str().into()),
            Self::Contact(contact) => ("contact", contact.as_str().into()),
            // No address and no identity has a space.
            Self::Address(value, owner) => ("address", format!("{value} {owner}").into()),
        }
    }
}

/// A last-used mark: not versioned, never a reason for a conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Touch {
    /// A session was used.
    SessionSeen(TokenHash, Timestamp),
    /// An access key was used.
    KeyUsed(KeyUse),
    /// A principal tried an action.
    PrincipalUsed(PrincipalUse),
    /// A report on last uses was asked for.
    ReportAsked(UseReport),
    /// The floor under the clock rises; one that was accepted anew meanwhile stays.
    ClockSeen(ClockFloor),
    /// Somebody said whether an article of the help centre helped.
    ArticleRated(Rating),
    /// The host says that the clock is right though it stands below its floor.
    ClockAccepted(Timestamp),
}

/// What somebody said of an article.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rating {
    /// The article.
    pub article: String,
    /// When its words had last changed: a new edition is counted afresh.
    pub edition: Timestamp,
    /// It helped.
    pub helped: bool,
}

/// What people said of one edition of an article.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RatingCount {
    /// The article.
    pub article: String,
    /// When its words had last changed.
    pub edition: Timestamp,
    /// So many said that it helped.
    pub helped: u64,
    /// So many said that it did not.
    pub not: u64,
}

/// One decision as data: all of it is committed, or nothing.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// Rows that were read and must be unchanged though they are not written.
    pub expect: Vec<(Key, Version)>,
    /// Rows to insert or replace.
    pub puts: Vec<Record>,
    /// Rows to remove, at the version that was read (claims and links: [`Version::NEW`]).
    pub deletes: Vec<(Key, Version)>,
    /// Audit events.
    pub events: Vec<AuditEvent>,
    /// Last-used marks.
    pub touches: Vec<Touch>,
}

impl ChangeSet {
    /// Adds a row to insert or replace.
    pub fn put(&mut self, record: Record) -> &mut Self {
        self.puts.push(record);
        self
    }

    /// Adds an audit event.
    pub fn tell(&mut self, event: AuditEvent) -> &mut Self {
        self.events.push(event);
        self
    }

    /// Adds a row to remove.
    pub fn delete(&mut self, key: Key, version: Version) -> &mut Self {
        self.deletes.push((key, version));
        self
    }
}

/// Why a [`ChangeSet`] was not committed. Nothing of it was.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Conflict {
    /// A row changed since it was read: reload and decide again.
    #[error("a row changed since it was read")]
    Stale,
    /// A unique value is taken.
    #[error("{0:?} is taken")]
    Taken(UniqueKey),
}

/// Which uniqueness was hurt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UniqueKey {
    /// A claim: an email or alias of the installation.
    Claim,
    /// A user name in its account.
    UserName,
    /// The name of a group, a policy, a role or another such thing in its account.
    ResourceName,
    /// A row's own id.
    Id,
    /// The places that an account has for a kind of row ([`crate::quota`]): how many.
    Quota(u64),
}

impl Record {
    /// The row's name.
    pub fn key(&self) -> Key {
        match self {
            Self::Account(row) => Key::Account(row.id),
            Self::User(row) => Key::User(row.id.clone()),
            Self::Builder(row) => Key::Builder(row.id.clone()),
            Self::Operator(row) => Key::Operator(row.id.clone()),
            Self::Ceremony(row) => Key::Ceremony(row.token),
            Self::System(row) => Key::System(row.id.clone()),
            Self::Session(row) => Key::Session(row.token),
            Self::Case(row) => Key::Case(row.id.clone()),
            Self::Help(row) => Key::Help(row.user.account, row.id.clone()),
            Self::Support(row) => Key::Support(row.id.clone()),
            Self::Tries(row) => Key::Tries(row.key.clone()),
            Self::Claim(row) => Key::Claim(row.key.clone()),
            Self::Link(row) => Key::Link(row.key.clone()),
            Self::Resource(row) => Key::Resource(row.key()),
            Self::UserCredential(row) => Key::UserCredential(row.key()),
            Self::Settings(_) => Key::Settings,
            Self::Job(row) => Key::Job(row.id.clone()),
        }
    }
}
