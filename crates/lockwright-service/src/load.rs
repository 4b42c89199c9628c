//! Loading people: by name for sign-in and recovery, by identity for sessions.

use std::sync::Arc;

use lockwright_core::person::Person;
use lockwright_core::session;
use lockwright_model::account::Account;
use lockwright_model::case::Case;
use lockwright_model::change::{ClaimKey, Key};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_model::name::{Alias, UserName};
use lockwright_model::session::Session;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::TriesKey;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::cache::Row;
use crate::known::Known;
use crate::signin::SignInName;

/// An account as a person names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountName {
    /// By its 12-digit number.
    Id(AccountId),
    /// By its alias.
    Alias(Alias),
}

impl std::str::FromStr for AccountName {
    type Err = lockwright_model::name::NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => text.trim().to_lowercase().parse().map(Self::Alias),
        }
    }
}

/// What a sign-in name leads to.
pub(crate) struct Found {
    pub(crate) person: Option<Person>,
    /// The account that was named, if it exists.
    pub(crate) account: Option<AccountId>,
    /// One count for all forms of the name.
    pub(crate) tries: TriesKey,
}

/// The most cases of one person that are looked through, or ended, together.
const CASES: u32 = 200;

/// The counter of a person's password.
pub(crate) fn tries_key(person: &Person) -> TriesKey {
    match person {
        Person::Root(account) => root_key(&account.root.email),
        Person::User { user, .. } => user_key(user.id.account, &user.name),
        Person::Builder(builder) => builder_key(&builder.email),
        Person::Operator(operator) => operator_key(&operator.email),
    }
}

/// The counter of failed tries from a network.
pub(crate) fn source_key(op: &OpContext) -> TriesKey {
    TriesKey::new("source", &op.source.network())
}

pub(crate) fn root_key(email: &EmailAddress) -> TriesKey {
    TriesKey::new("password", &format!("root {}", email.key()))
}

pub(crate) fn builder_key(email: &EmailAddress) -> TriesKey {
    TriesKey::new("password", &format!("builder {}", email.key()))
}

pub(crate) fn operator_key(email: &EmailAddress) -> TriesKey {
    TriesKey::new("password", &format!("operator {}", email.key()))
}

pub(crate) fn user_key(account: AccountId, name: &UserName) -> TriesKey {
    TriesKey::new("password", &format!("user {account} {}", name.key()))
}

impl Lockwright {
    /// Finds whom a sign-in name means, from the store.
    pub(crate) async fn find(&self, name: &SignInName) -> Result<Found, StoreError> {
        match name {
            SignInName::Root(email) => {
                let id = match self.store().claim(&ClaimKey::RootEmail(email.key())).await?.map(|claim| claim.owner) {
                    Some(Identity::Root(id)) => id,
                    _ => AccountId::NOBODY,
                };
                let account = self.store().account(id).await?.filter(|account| account.root.email.key() == email.key());
                Ok(Found { account: account.as_ref().map(|account| account.id), person: account.map(Person::Root), tries: root_key(email) })
            }
            SignInName::Builder(email) => {
                let person = match self.store().claim(&ClaimKey::BuilderEmail(email.key())).await?.map(|claim| claim.owner) {
                    // An address that was given up and is only kept for a while signs nobody in.
                    Some(Identity::Builder(id)) => {
                        self.store().builder(&id).await?.filter(|builder| builder.email.key() == email.key()).map(Person::Builder)
                    }
                    _ => self.store().account(AccountId::NOBODY).await?.map(Person::Root),
                };
                Ok(Found { account: None, person, tries: builder_key(email) })
            }
            SignInName::Operator(email) => {
                let person = match self.store().claim(&lockwright_core::operator::claim(email)).await?.map(|claim| claim.owner) {
                    Some(Identity::Operator(id)) => {
                        let operator = self.store().operator(&id).await?;
                        operator.filter(|operator| operator.email.key() == email.key()).map(Person::Operator)
                    }
                    _ => self.store().account(AccountId::NOBODY).await?.map(Person::Root),
                };
                Ok(Found { account: None, person, tries: operator_key(email) })
            }
            SignInName::Iam { account, user } => {
                let resolved = self.find_account(account).await?;
                let id = match &resolved {
                    Some(account) => account.id,
                    None => AccountId::NOBODY,
                };
                let row = self.store().user_by_name(id, &user.key()).await?;
                let tries = match (account, &resolved) {
                    (AccountName::Alias(alias), None) => TriesKey::new("password", &format!("user {alias} {}", user.key())),
                    (AccountName::Id(id), None) => user_key(*id, user),
                    (_, Some(account)) => user_key(account.id, user),
                };
                Ok(Found {
                    account: resolved.as_ref().map(|account| account.id),
                    person: resolved.zip(row).map(|(account, user)| Person::User { account: Arc::new(account), user }),
                    tries,
                })
            }
        }
    }

    async fn find_account(&self, name: &AccountName) -> Result<Option<Account>, StoreError> {
        let id = match name {
            AccountName::Id(id) => *id,
            AccountName::Alias(alias) => match self.store().claim(&ClaimKey::Alias(alias.key())).await?.map(|claim| claim.owner) {
                Some(Identity::Root(id)) => id,
                _ => AccountId::NOBODY,
            },
        };
        self.store().account(id).await
    }

    /// A person as stored now, past the cache.
    pub(crate) async fn person(&self, identity: &Identity) -> Result<Option<Person>, StoreError> {
        Ok(match identity {
            Identity::Root(id) => self.store().account(*id).await?.map(Person::Root),
            Identity::Builder(id) => self.store().builder(id).await?.map(Person::Builder),
            Identity::Operator(id) => self.store().operator(id).await?.map(Person::Operator),
            Identity::User(id) => {
                let account = self.store().account(id.account).await?;
                account.zip(self.store().user(id).await?).map(|(account, user)| Person::User { account: Arc::new(account), user })
            }
        })
    }

    /// The owner of a session that counts now, both as stored.
    pub(crate) async fn living_owner(&self, session: &Session, now: Timestamp) -> Result<Option<(Session, Person)>, StoreError> {
        let Some(stored) = self.store().session(&session.token).await? else { return Ok(None) };
        let owner = self.person(&stored.owner).await?.filter(|owner| session::alive(&stored, owner, now));
        Ok(owner.map(|owner| (stored, owner)))
    }

    /// The cases of a person, the one that ends last first, at most [`CASES`].
    pub(crate) async fn cases_of(&self, subject: &Identity) -> Result<Vec<Case>, StoreError> {
        self.store().cases_of(subject, CASES).await
    }

    /// A person as this node knows them: as of its own last commit, and of others' but moments ago.
    pub(crate) async fn known(&self, identity: &Identity) -> Result<Option<Arc<Known>>, StoreError> {
        if let Some(known) = self.known_here(identity) {
            return Ok(Some(known));
        }
        let account = match identity.account() {
            None => None,
            Some(id) => match self.account_cached(id).await? {
                None => return Ok(None),
                account => account,
            },
        };
        let key = row_of(identity);
        let mark = key.as_ref().map(|key| self.0.cache.mark(key));
        let person = match (identity, &account) {
            (Identity::Root(_), Some(account)) => Some(Person::Root((**account).clone())),
            (Identity::User(id), Some(account)) => {
                self.store().user(id).await?.map(|user| Person::User { account: Arc::clone(account), user })
            }
            _ => self.person(identity).await?,
        };
        let Some(person) = person else { return Ok(None) };
        let known = Arc::new(Known::new(Arc::new(person), account));
        if let (Some(key), Some(mark)) = (key, mark) {
            self.0.cache.fill_person(key, Arc::clone(&known), mark);
        }
        Ok(Some(known))
    }

    /// The same, where nothing has to be read for it.
    pub(crate) fn known_here(&self, identity: &Identity) -> Option<Arc<Known>> {
        let known = self.0.cache.person(&row_of(identity)?)?;
        let account = match identity.account() {
            None => None,
            Some(id) => match self.0.cache.get(&Key::Account(id)) {
                Some(Row::Account(account)) => Some(account),
                _ => return None,
            },
        };
        known.is_of(account.as_ref()).then_some(known)
    }

    pub(crate) async fn account_cached(&self, id: AccountId) -> Result<Option<Arc<Account>>, StoreError> {
        let key = Key::Account(id);
        if let Some(Row::Account(account)) = self.0.cache.get(&key) {
            return Ok(Some(account));
        }
        let mark = self.0.cache.mark(&key);
        let account = self.store().account(id).await?.map(Arc::new);
        if let Some(account) = &account {
            self.0.cache.fill(key, Row::Account(Arc::clone(account)), mark);
        }
        Ok(account)
    }

    /// A session by its token's hash, from the cache where it is there.
    pub(crate) async fn session_cached(&self, token: &TokenHash) -> Result<Option<Arc<Session>>, StoreError> {
        let key = Key::Session(*token);
        if let Some(Row::Session(session)) = self.0.cache.get(&key) {
            return Ok(Some(session));
        }
        let mark = self.0.cache.mark(&key);
        let session = self.store().session(token).await?.map(Arc::new);
        if let Some(session) = &session {
            self.0.cache.fill(key, Row::Session(Arc::clone(session)), mark);
        }
        Ok(session)
    }
}

/// The row whose change changes what is known of somebody. Operators are few and sign no calls: they are read through.
fn row_of(identity: &Identity) -> Option<Key> {
    Some(match identity {
        Identity::Root(id) => Key::Account(*id),
        Identity::User(id) => Key::User(id.clone()),
        Identity::Builder(id) => Key::Builder(id.clone()),
        Identity::Operator(_) => return None,
    })
}
