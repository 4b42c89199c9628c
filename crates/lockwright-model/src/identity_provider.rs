//! Identity providers that an account trusts to vouch for people and programs.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::id::{AccountId, ProviderId};
use crate::name::IssuerName;
use crate::resource::Tag;

/// An identity provider that speaks OpenID Connect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenIdProvider {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: ProviderId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its URL without the scheme; never changes.
    pub name: IssuerName,
    /// When it was created.
    pub created: Timestamp,
    /// The audiences that its tokens may be for, in the order they were added.
    pub clients: Vec<String>,
    /// Thumbprints of certificates, kept as they were given: its keys are fetched over TLS that the system's own roots vouch for.
    pub thumbprints: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl OpenIdProvider {
    /// `arn:aws:iam::123456789012:oidc-provider/id.example.com/path`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:oidc-provider/{}", self.account, self.name)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}
