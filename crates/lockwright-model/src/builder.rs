//! A builder ID: a person's own identity, apart from accounts.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::credential::Credential;
use crate::email::EmailAddress;
use crate::factors::Factors;
use crate::id::BuilderId;
use crate::name::PersonName;

/// A builder ID.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Builder {
    /// Its unique id.
    pub id: BuilderId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// The verified address that signs in and recovers; unique among builder IDs.
    pub email: EmailAddress,
    /// The person's name.
    pub name: PersonName,
    /// When it was registered.
    pub created: Timestamp,
    /// The operator has switched sign-in off.
    pub disabled: bool,
    /// The password; `None` until the first one is set.
    pub credential: Option<Credential>,
    /// Sessions made under a lower epoch are ended.
    pub epoch: u64,
    /// Everything else about it.
    #[serde(default)]
    pub factors: Factors,
    /// When its owner closed it; it can be taken back for 90 days.
    #[serde(default)]
    pub closed: Option<Timestamp>,
}
