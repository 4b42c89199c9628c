//! Server certificates: kept with their private keys, which are never given back.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::id::{AccountId, ServerCertificateId};
use crate::name::{Path, ServerCertificateName};
use crate::resource::Tag;
use crate::secret::Sealed;

/// A server certificate of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServerCertificate {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: ServerCertificateId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name.
    pub name: ServerCertificateName,
    /// Where it stands in the account's tree.
    pub path: Path,
    /// When it was uploaded.
    pub created: Timestamp,
    /// When it expires.
    pub expires: Timestamp,
    /// The certificate, PEM.
    pub certificate: String,
    /// Those that lead from it to a root, PEM.
    pub chain: Option<String>,
    /// Its private key, sealed.
    pub key: Sealed,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl ServerCertificate {
    /// `arn:aws:iam::123456789012:server-certificate/path/Name`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:server-certificate{}{}", self.account, self.path, self.name)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}
