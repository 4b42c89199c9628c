//! Switches of the installation that an operator sets without a restart.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;

/// The one row of switches.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Settings {
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Builder-ID registration is off; `None`: open.
    pub builder_registration_off: Option<RegistrationOff>,
}

/// Registration is switched off for a while.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RegistrationOff {
    /// When it opens again by itself; `None`: when the operator says so.
    pub until: Option<Timestamp>,
    /// The operator's words for the page.
    pub message: Option<String>,
}
