//! An operator of the installation: made on the host only, always with a second factor.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::credential::Credential;
use crate::email::EmailAddress;
use crate::factors::Factors;
use crate::id::OperatorId;
use crate::name::PersonName;

/// An operator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Operator {
    /// Its unique id.
    pub id: OperatorId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// The address that signs in; unique among operators.
    pub email: EmailAddress,
    /// The person's name.
    pub name: PersonName,
    /// What the operator may do.
    pub role: OperatorRole,
    /// When it was made.
    pub created: Timestamp,
    /// The host has switched sign-in off.
    pub disabled: bool,
    /// The password; `None` until the first one is set.
    pub credential: Option<Credential>,
    /// Sessions made under a lower epoch are ended.
    pub epoch: u64,
    /// Everything else about it.
    #[serde(default)]
    pub factors: Factors,
}

/// What an operator may do. Opening a recovery takes one operator, approving it another one of role security.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatorRole {
    /// Opens recoveries for people who call.
    Support,
    /// Opens and approves them, and sees the installation's readiness.
    Security,
}
