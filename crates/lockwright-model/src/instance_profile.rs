//! Instance profiles: what a machine is given so that it can act as a role.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::id::{AccountId, InstanceProfileId, RoleId};
use crate::name::{InstanceProfileName, Path};
use crate::resource::Tag;

/// An instance profile of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: InstanceProfileId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name; never changes.
    pub name: InstanceProfileName,
    /// Where it stands in the account's tree; never changes.
    pub path: Path,
    /// When it was created.
    pub created: Timestamp,
    /// The one role in it.
    pub role: Option<RoleId>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl InstanceProfile {
    /// `arn:aws:iam::123456789012:instance-profile/path/Name`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:instance-profile{}{}", self.account, self.path, self.name)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}
