//! A request to whoever runs the installation, by anybody: answered by mail.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::email::EmailAddress;
use crate::id::{OperatorId, SupportId};

/// A request to the operators.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SupportRequest {
    /// Its id.
    pub id: SupportId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// What it is about.
    pub topic: SupportTopic,
    /// Where the answer goes. Nothing shows that it is the person's own, so an answer tells nothing of any account.
    pub email: EmailAddress,
    /// What was written; holds no password and no code that the detectors know.
    pub text: String,
    /// When.
    pub created: Timestamp,
    /// From where.
    pub source: Source,
    /// Whether it still waits.
    pub state: SupportState,
}

/// What a request is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportTopic {
    /// Can't sign in.
    SignIn,
    /// The mail, the code or the link.
    Mail,
    /// The second step.
    SecondStep,
    /// Something was seen or stolen.
    Exposed,
    /// Personal data and privacy choices.
    Privacy,
    /// Anything else.
    Other,
}

impl SupportTopic {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::SignIn, Self::Mail, Self::SecondStep, Self::Exposed, Self::Privacy, Self::Other];
}

/// Whether a request still waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SupportState {
    /// Waiting.
    Open,
    /// An operator answered.
    Answered {
        /// When.
        at: Timestamp,
        /// Who.
        by: OperatorId,
        /// What.
        text: String,
    },
    /// An operator put it aside without an answer.
    Closed {
        /// When.
        at: Timestamp,
        /// Who.
        by: OperatorId,
    },
}

impl SupportState {
    /// When it was dealt with.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Open => None,
            Self::Answered { at, .. } | Self::Closed { at, .. } => Some(*at),
        }
    }
}
