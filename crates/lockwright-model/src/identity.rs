//! Who can sign in, and who can act.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::case::IdentityKind;
use crate::id::{AccountId, BuilderId, OperatorId, UserId};
use crate::temporary::Temporary;

/// An IAM user of an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct UserRef {
    /// The account.
    pub account: AccountId,
    /// The user in it.
    pub user: UserId,
}

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Identity {
    /// The root user of an account.
    Root(AccountId),
    /// An IAM user.
    User(UserRef),
    /// A builder ID.
    Builder(BuilderId),
    /// An operator of the installation.
    Operator(OperatorId),
}

impl Identity {
    /// Which kind of sign-in it uses.
    pub fn kind(&self) -> IdentityKind {
        match self {
            Self::Root(_) => IdentityKind::Root,
            Self::User(_) => IdentityKind::Iam,
            Self::Builder(_) => IdentityKind::Builder,
            Self::Operator(_) => IdentityKind::Operator,
        }
    }

    /// The account it belongs to; builder IDs and operators belong to none.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root(account) => Some(*account),
            Self::User(user) => Some(user.account),
            Self::Builder(_) | Self::Operator(_) => None,
        }
    }
}

impl fmt::Display for Identity {
    /// A stable text form: `root/123456789012`, `user/123456789012/AIDA…`, `builder/BLDR…`, `operator/OPER…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(account) => write!(f, "root/{account}"),
            Self::User(user) => write!(f, "user/{}/{}", user.account, user.user),
            Self::Builder(builder) => write!(f, "builder/{builder}"),
            Self::Operator(operator) => write!(f, "operator/{operator}"),
        }
    }
}

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// Somebody signed in, or signs as themselves.
    Signed(Identity),
    /// Whoever took on a role, or is vouched for by a user: what their session token says. Never [`crate::temporary::Bearer::Own`].
    Assumed(Arc<Temporary>),
    /// The person at the host's command line; whoever can open the data folder.
    Host,
    /// Nobody has proved anything yet.
    Anonymous,
}
