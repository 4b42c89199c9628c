//! Temporary credentials: what a session token says of whoever brings it. The token is sealed; nothing of it is stored.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{AccountId, RoleId};
use crate::identity::Identity;
use crate::resource::Tag;

/// What temporary credentials stand for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Temporary {
    /// Who acts with them.
    pub bearer: Bearer,
    /// When they were made.
    pub issued: Timestamp,
    /// They sign until then.
    pub expires: Timestamp,
    /// The epoch of whose they are, when they were made; they end when it is raised.
    pub epoch: u64,
    /// The user or root user who took on the first role, and the epoch they had: what they took on ends with their own sessions. `None` where
    /// the credentials are their own, or nobody of the installation took it on.
    pub origin: Option<(Identity, u64)>,
    /// The document that was passed with the request for them and bounds what they may do.
    pub policy: Option<String>,
    /// ARNs of managed policies that were passed likewise.
    pub policy_arns: Vec<String>,
    /// When a second factor was shown for them.
    pub mfa: Option<Timestamp>,
    /// The host's command line handed them out, in place of a key that lasts.
    #[serde(default)]
    pub by_host: bool,
    /// Tags of the session (`aws:PrincipalTag/…`, over those of the role or the user).
    pub tags: Vec<Tag>,
    /// Keys of the tags that go on into every role that is taken on with them.
    pub transitive: Vec<String>,
    /// Who is behind them, as whoever took on the first role said; can't be changed any more (`sts:SourceIdentity`).
    pub source_identity: Option<String>,
}

/// Who acts with temporary credentials.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bearer {
    /// A user or root user, as themselves (`GetSessionToken`).
    Own(Identity),
    /// Whoever took on a role (`AssumeRole`).
    Role {
        /// The role's account.
        account: AccountId,
        /// Its id: another role of the same name is another one.
        id: RoleId,
        /// Its ARN, which never changes.
        arn: String,
        /// Its name, which never changes.
        name: String,
        /// What whoever took it on calls the session.
        session: String,
    },
    /// Whom a user or root user vouches for (`GetFederationToken`).
    Federated {
        /// The user or root user.
        parent: Identity,
        /// What they call them.
        name: String,
    },
}

impl Temporary {
    /// The account that they act in.
    pub fn account(&self) -> Option<AccountId> {
        match &self.bearer {
            Bearer::Own(identity) => identity.account(),
            Bearer::Role { account, .. } => Some(*account),
            Bearer::Federated { parent, .. } => parent.account(),
        }
    }

    /// The id that IAM tells them by (`aws:userid`): `AROA…:session`, `123456789012:name`; `None` for a user, who has an own one.
    pub fn user_id(&self) -> Option<String> {
        match &self.bearer {
            Bearer::Own(_) => None,
            Bearer::Role { id, session, .. } => Some(format!("{id}:{session}")),
            Bearer::Federated { parent, name } => parent.account().map(|account| format!("{account}:{name}")),
        }
    }

    /// The ARN that they act under: `arn:aws:sts::…:assumed-role/Name/session`, `arn:aws:sts::…:federated-user/name`; `None` for a user.
    pub fn arn(&self) -> Option<String> {
        match &self.bearer {
            Bearer::Own(_) => None,
            Bearer::Role { account, name, session, .. } => Some(format!("arn:aws:sts::{account}:assumed-role/{name}/{session}")),
            Bearer::Federated { parent, name } => parent.account().map(|account| format!("arn:aws:sts::{account}:federated-user/{name}")),
        }
    }
}
