//! Who last did what: the marks behind "service last accessed", and the reports that are made of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::AccountId;

/// How long a mark is kept: AWS promises at least 400 days.
pub const KEPT: Duration = Duration::from_secs(400 * 86_400);
/// How long a report can be fetched.
pub const REPORT_KEPT: Duration = Duration::from_secs(86_400);

/// The last try of an action by a principal, to 15 minutes; denied or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrincipalUse {
    /// The account in which the principal acts.
    pub account: AccountId,
    /// Its unique id: `AIDA…`, `AROA…`, or the account's number for the root user.
    pub principal: String,
    /// `iam:GetUser`
    pub action: String,
    /// When.
    pub at: Timestamp,
    /// The region that was signed for.
    pub region: String,
}

/// A report that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UseReport {
    /// The account.
    pub account: AccountId,
    /// Its id, in the form of a UUID.
    pub id: String,
    /// When it was asked for.
    pub created: Timestamp,
    /// The user, group, role or policy that it is about.
    pub arn: String,
    /// Whether it tells of single actions.
    pub actions: bool,
    /// The id of whoever asked: nobody else fetches it.
    pub owner: String,
}
