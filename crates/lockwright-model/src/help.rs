//! An IAM user's request for an administrator's help.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::id::HelpId;
use crate::identity::{Identity, UserRef};
use crate::name::UserName;

/// A request that stands before the account's administrators.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HelpRequest {
    /// Its id.
    pub id: HelpId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Who is locked out.
    pub user: UserRef,
    /// The user's name when asked.
    pub user_name: UserName,
    /// When it was asked.
    pub created: Timestamp,
    /// From where.
    pub source: Source,
    /// Six digits that the two compare by phone; shows that both look at the same request, opens nothing.
    pub caller_code: String,
    /// Whether it still waits.
    pub state: HelpState,
}

/// Whether a request still waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HelpState {
    /// Waiting.
    Open,
    /// An administrator gave a new password or a link.
    Answered {
        /// When.
        at: Timestamp,
        /// Who; `None`: the host's command line.
        by: Option<Identity>,
    },
    /// An administrator put it aside.
    Dismissed {
        /// When.
        at: Timestamp,
        /// Who; `None`: the host's command line.
        by: Option<Identity>,
    },
}
