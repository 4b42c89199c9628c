//! What the server keeps of a ceremony while the browser answers.

use std::fmt;

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{DiscoverableAuthentication, SecurityKeyAuthentication, SecurityKeyRegistration};

use super::Refused;

/// A ceremony under way, as text for a row on the server: it holds the challenge and whose ceremony of which kind it is (B25), and must be
/// spent with the answer. Silent in Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct State(String);

impl State {
    /// Wraps what was stored.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_text(&self) -> &str {
        &self.0
    }

    pub(super) fn of(ceremony: &Ceremony) -> Result<Self, Refused> {
        serde_json::to_string(ceremony).map(Self).map_err(|_| Refused::Stored)
    }

    pub(super) fn ceremony(&self) -> Result<Ceremony, Refused> {
        serde_json::from_str(&self.0).map_err(|_| Refused::Stored)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

/// The three kinds of ceremony; the answer to one proves nothing in another.
#[derive(Serialize, Deserialize)]
pub(super) enum Ceremony {
    Registration { handle: [u8; 16], state: SecurityKeyRegistration },
    Authentication { state: SecurityKeyAuthentication },
    Discoverable { state: DiscoverableAuthentication },
}
