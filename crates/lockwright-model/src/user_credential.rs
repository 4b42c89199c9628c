//! What a user proves itself with towards other services: SSH public keys, signing certificates, service-specific credentials. Each has a row
//! of its own, so that the user's, which every signed call reads, stays small.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::entropy::{Entropy, draw};
use crate::id::{AccountId, IdError, base32};
use crate::identity::Identity;
use crate::token::TokenHash;

/// The most SSH public keys of one user, inactive ones counted (AWS).
pub const MOST_SSH_KEYS: usize = 5;
/// The most signing certificates of one user, inactive ones counted (AWS quota `SigningCertificatesPerUserQuota`).
pub const MOST_CERTIFICATES: usize = 2;
/// The most credentials of one user for one service, inactive ones counted (AWS).
pub const MOST_OF_SERVICE: usize = 2;

/// The id of one: `APKA` and 16 letters for an SSH public key, `ACCA` and 16 for a service-specific credential, 32 for a certificate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserCredentialId(String);

impl UserCredentialId {
    /// Draws the id of an SSH public key.
    pub fn draw_ssh_key(entropy: &dyn Entropy) -> Self {
        Self(format!("APKA{}", base32(&draw::<10>(entropy))))
    }

    /// Draws the id of a service-specific credential.
    pub fn draw_service(entropy: &dyn Entropy) -> Self {
        Self(format!("ACCA{}", base32(&draw::<10>(entropy))))
    }

    /// The id of a certificate: the base32 of the SHA-1 of its DER form, as AWS has it, so that the same certificate has the same id.
    pub fn of_certificate(sha1: &[u8; 20]) -> Self {
        Self(base32(sha1))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserCredentialId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let spelled = matches!(text.len(), 20 | 32) && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
        if spelled { Ok(Self(text.to_owned())) } else { Err(IdError::of("credential id")) }
    }
}

impl TryFrom<String> for UserCredentialId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<UserCredentialId> for String {
    fn from(id: UserCredentialId) -> Self {
        id.0
    }
}

/// One of them, with its owner.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UserCredential {
    /// Its account.
    pub account: AccountId,
    /// Its id, unique in its account among those of its kind.
    pub id: UserCredentialId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// The user whose it is; a root user has certificates only.
    pub owner: Identity,
    /// When it was uploaded or made.
    pub created: Timestamp,
    /// It counts (`Active`); otherwise it is kept and counts for nothing (`Inactive`).
    pub active: bool,
    /// What it is.
    pub what: Material,
}

/// What a credential is made of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Material {
    /// An SSH public key.
    SshKey {
        /// In OpenSSH's form, without a comment.
        openssh: String,
    },
    /// An X.509 certificate whose key signs requests.
    Certificate {
        /// The PEM text as it was uploaded.
        body: String,
    },
    /// A login for one service.
    Service(ServiceLogin),
}

/// A service-specific credential.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServiceLogin {
    /// The one service that it is for.
    pub service: LoginService,
    /// Its public part (`ServiceUserName`, `ServiceCredentialAlias`), unique in the account for this service.
    pub login: String,
    /// SHA-256 of its secret, which was shown once.
    pub secret: TokenHash,
    /// It counts until then; `None`: for good.
    pub expires: Option<Timestamp>,
}

/// Which kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UserCredentialKind {
    /// SSH public keys.
    SshKey,
    /// Signing certificates.
    Certificate,
    /// Service-specific credentials.
    Service,
}

impl UserCredentialKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SshKey, Self::Certificate, Self::Service];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SshKey => "ssh_key",
            Self::Certificate => "certificate",
            Self::Service => "service",
        }
    }

    /// Reads what [`UserCredentialKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A service that users have logins of its own for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginService {
    /// CodeCommit: a user name and a password for Git.
    CodeCommit,
    /// Keyspaces: a user name and a password for Cassandra's drivers.
    Cassandra,
    /// Bedrock: an API key.
    Bedrock,
    /// CloudWatch Logs: an API key.
    Logs,
    /// CloudWatch: an API key.
    CloudWatch,
    /// Claude Platform: an API key.
    ExternalAnthropic,
}

impl LoginService {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::CodeCommit, Self::Cassandra, Self::Bedrock, Self::Logs, Self::CloudWatch, Self::ExternalAnthropic];

    /// Its name in calls.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeCommit => "codecommit.amazonaws.com",
            Self::Cassandra => "cassandra.amazonaws.com",
            Self::Bedrock => "bedrock.amazonaws.com",
            Self::Logs => "logs.amazonaws.com",
            Self::CloudWatch => "cloudwatch.amazonaws.com",
            Self::ExternalAnthropic => "aws-external-anthropic.amazonaws.com",
        }
    }

    /// The service of a name, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name().eq_ignore_ascii_case(name))
    }

    /// What its API keys begin with; `None`: it takes a user name and a password.
    pub const fn key_prefix(self) -> Option<&'static str> {
        match self {
            Self::CodeCommit | Self::Cassandra => None,
            Self::Bedrock => Some("ABSK"),
            Self::Logs => Some("ACWL"),
            Self::CloudWatch => Some("APIAACWM"),
            Self::ExternalAnthropic => Some("AEAA"),
        }
    }
}

/// Names the row of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UserCredentialKey {
    /// The account.
    pub account: AccountId,
    /// Of which kind.
    pub kind: UserCredentialKind,
    /// Which one.
    pub id: UserCredentialId,
}

impl UserCredential {
    /// Of which kind it is.
    pub const fn kind(&self) -> UserCredentialKind {
        match self.what {
            Material::SshKey { .. } => UserCredentialKind::SshKey,
            Material::Certificate { .. } => UserCredentialKind::Certificate,
            Material::Service(_) => UserCredentialKind::Service,
        }
    }

    /// Its row's name.
    pub fn key(&self) -> UserCredentialKey {
        UserCredentialKey { account: self.account, kind: self.kind(), id: self.id.clone() }
    }

    /// What no other of its kind in the account has, besides its id.
    pub fn name_key(&self) -> Option<String> {
        match &self.what {
            Material::Service(login) => Some(login_key(login.service, &login.login)),
            Material::SshKey { .. } | Material::Certificate { .. } => None,
        }
    }

    /// The login for a service, where it is one.
    pub const fn service(&self) -> Option<&ServiceLogin> {
        match &self.what {
            Material::Service(login) => Some(login),
            Material::SshKey { .. } | Material::Certificate { .. } => None,
        }
    }
}

/// The form in which the public part of a login is compared.
pub fn login_key(service: LoginService, login: &str) -> String {
    format!("{} {}", service.name(), login.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn ids_have_awss_forms_and_read_back() {
        let entropy = SeededEntropy::new(3);
        let (key, login) = (UserCredentialId::draw_ssh_key(&entropy), UserCredentialId::draw_service(&entropy));
        assert!(key.as_str().starts_with("APKA") && login.as_str().starts_with("ACCA"));
        let certificate = UserCredentialId::of_certificate(&[7; 20]);
        assert_eq!((key.as_str().len(), login.as_str().len(), certificate.as_str().len()), (20, 20, 32));
        for id in [key, login, certificate] {
            assert_eq!(id.as_str().parse::<UserCredentialId>().unwrap(), id);
        }
        for wrong in ["", "APKA", "apkaqaaaaaaaaaaaaaaa", "APKA0AAAAAAAAAAAAAAA", "APKAQAAAAAAAAAAAAAAAA"] {
            assert!(wrong.parse::<UserCredentialId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_services_name_is_known_in_any_case_and_no_other_is() {
        assert_eq!(LoginService::of_name("CodeCommit.amazonaws.com"), Some(LoginService::CodeCommit));
        assert_eq!(LoginService::of_name("sqs.amazonaws.com"), None);
    }
}
