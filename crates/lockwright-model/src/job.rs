//! The outbox: what is to be sent, committed with the change it tells of. No job carries a secret.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::email::EmailAddress;
use crate::id::{AccountId, CaseId, JobId};
use crate::name::{AccountName, UserName};

/// A job of the outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// When it was made.
    pub created: Timestamp,
    /// When to try next.
    pub due: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// Whether it will be tried again.
    pub state: JobState,
    /// What to do.
    pub task: Task,
}

/// Whether a job will be tried again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum JobState {
    /// Waiting for its time.
    Waiting,
    /// Given up; an operator may retry it.
    Dead {
        /// The last failure, without addresses or secrets.
        why: String,
    },
}

/// What a job does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Draw a ticket for a case, keep its hash, mail it. Does nothing for a decoy.
    SendTicket {
        /// The case.
        case: CaseId,
    },
    /// Look up what belongs to an address and mail it there. Does nothing when nothing does.
    FindMine {
        /// The address.
        address: EmailAddress,
        /// Who asked.
        source: Source,
    },
    /// Mail a notice.
    Notify {
        /// To whom.
        to: EmailAddress,
        /// What happened.
        notice: Notice,
        /// When it happened.
        at: Timestamp,
        /// From where.
        source: Source,
    },
}

/// What a notice tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// A password was changed by its owner, who knew the old one.
    PasswordChanged(Whose),
    /// A forgotten password was replaced.
    PasswordRecovered(Whose),
    /// An administrator or the host replaced it.
    PasswordReset(Whose),
    /// 100 consecutive failures switched the password off until a recovery.
    PasswordDisabled(Whose),
    /// Somebody tried to register with an address that is in use.
    AlreadyRegistered(Whose),
    /// An IAM user asks for help.
    HelpRequested {
        /// The account.
        account: AccountId,
        /// The user.
        user: UserName,
        /// What the two compare.
        caller_code: String,
    },
    /// An address was confirmed.
    AddressConfirmed(Whose),
    /// Welcome, with the account number.
    Registered(Whose),
}

/// Whom a notice is about, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Whose {
    /// The root user of an account.
    Root {
        /// The account.
        account: AccountId,
        /// Its name.
        name: AccountName,
    },
    /// An IAM user.
    User {
        /// The account.
        account: AccountId,
        /// The user's name.
        name: UserName,
    },
    /// The builder ID of the address.
    Builder,
}
