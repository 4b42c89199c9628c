//! An account and its root user: one aggregate, one version.

use serde::{Deserialize, Serialize};

use crate::access_key::AccessKey;
use crate::change::Version;
use crate::clock::Timestamp;
use crate::contact::ContactDetails;
use crate::credential::Credential;
use crate::email::EmailAddress;
use crate::factors::Factors;
use crate::id::AccountId;
use crate::name::{AccountName, Alias};
use crate::password_policy::PasswordPolicy;

/// An account with its root user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The 12-digit number.
    pub id: AccountId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// The account's name.
    pub name: AccountName,
    /// When it was registered.
    pub created: Timestamp,
    /// Whether anybody of it may sign in.
    pub state: AccountState,
    /// Its root user.
    pub root: RootUser,
    /// Its alias, if it has one.
    pub alias: Option<Alias>,
    /// Its password policy for IAM users; `None`: AWS's default rules.
    pub password_policy: Option<PasswordPolicy>,
    /// IAM users with a verified email may reset a forgotten password themselves.
    pub self_service_recovery: bool,
    /// Whom to reach about it.
    #[serde(default)]
    pub contacts: Box<ContactDetails>,
    /// When its root user closed it; stands through a suspension, which is the stronger of the two.
    #[serde(default)]
    pub closed: Option<Timestamp>,
}

/// Whether an account can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum AccountState {
    /// In use.
    Active,
    /// Suspended by the operator: nobody of it signs in.
    Suspended,
    /// Closed by its root user, who can take it back within 90 days; until then its email stays taken.
    Closed {
        /// When.
        at: Timestamp,
    },
}

/// The root user of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RootUser {
    /// The verified address that signs in and recovers; unique among root users.
    pub email: EmailAddress,
    /// The password; `None` until the first one is set.
    pub credential: Option<Credential>,
    /// Sessions made under a lower epoch are ended.
    pub epoch: u64,
    /// Its access keys, which it should not have.
    #[serde(default)]
    pub keys: Vec<AccessKey>,
    /// Everything else about it.
    #[serde(default)]
    pub factors: Factors,
}
