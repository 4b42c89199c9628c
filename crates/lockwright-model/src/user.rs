//! An IAM user: one aggregate with its login profile, one version.

use serde::{Deserialize, Serialize};

use crate::access_key::AccessKey;
use crate::change::Version;
use crate::clock::Timestamp;
use crate::credential::Credential;
use crate::email::EmailAddress;
use crate::factors::Factors;
use crate::id::GroupId;
use crate::identity::UserRef;
use crate::name::{Path, PolicyName, UserName};
use crate::resource::Tag;

/// An IAM user of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Its account and unique id.
    pub id: UserRef,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name, unique in the account without regard to case.
    pub name: UserName,
    /// When it was created.
    pub created: Timestamp,
    /// Member of the account's built-in administrators group.
    pub administrator: bool,
    /// An administrator has switched sign-in off.
    pub disabled: bool,
    /// An address that the user has confirmed with a code.
    pub email: Option<EmailAddress>,
    /// The password for the console; `None`: no console access.
    pub login_profile: Option<LoginProfile>,
    /// Sessions made under a lower epoch are ended.
    pub epoch: u64,
    /// Its access keys.
    #[serde(default)]
    pub keys: Vec<AccessKey>,
    /// The last completed sign-in to the console.
    pub last_sign_in: Option<Timestamp>,
    /// Where it stands in the account's tree, `/` or `/…/` (IAM `Path`).
    #[serde(default)]
    pub path: Path,
    /// What it may do besides the groups it is in.
    #[serde(default)]
    pub grants: Grants,
    /// The groups it is in, in the order it joined them.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Everything else about it.
    #[serde(default)]
    pub factors: Factors,
}

impl User {
    /// Its ARN, its path in it.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:user{}{}", self.id.account, self.path, self.name)
    }
}

/// What is granted to a user, a group or a role directly.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Grants {
    /// Policies that stand in it, in the order of their names.
    pub inline: Vec<InlinePolicy>,
    /// ARNs of managed policies that are attached, in the order they were.
    pub attached: Vec<String>,
    /// The ARN of the policy that bounds what all others grant (AWS "permissions boundary"); a group has none.
    pub boundary: Option<String>,
}

/// A policy that stands in a user, a group or a role.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InlinePolicy {
    /// Its name, unique in its owner.
    pub name: PolicyName,
    /// The document as it was put: checked, and kept to the letter.
    pub document: String,
}

/// An IAM user's access to the console (AWS `LoginProfile`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoginProfile {
    /// When console access was given.
    pub created: Timestamp,
    /// The password; `None` while a set-password link is out.
    pub credential: Option<Credential>,
}
