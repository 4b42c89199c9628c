//! Another system whose logins may share credentials with identities of ours ("shop" in the guide).

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::id::SystemId;
use crate::name::PersonName;
use crate::secret::Sealed;

/// A registered system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkedSystem {
    /// Its id.
    pub id: SystemId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// What people call it.
    pub name: PersonName,
    /// Where signed events are delivered: an https URL, or http to a loopback address.
    pub webhook: String,
    /// The page that people know it by, where linking is confirmed.
    pub page: String,
    /// The key of its signatures (HMAC-SHA-256), sealed for this system.
    pub secret: Sealed,
    /// When it was registered.
    pub created: Timestamp,
}
