//! Who asks: the principals a policy can tell apart.

/// A principal of a request. ARNs and ids are the ones AWS writes, such as `arn:aws:iam::111122223333:user/team/alice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// The root user of an account.
    Root {
        /// Twelve digits.
        account: &'a str,
    },
    /// An IAM user.
    User {
        /// The user's ARN.
        arn: &'a str,
        /// `AIDA…`
        id: &'a str,
    },
    /// A session of a role.
    Session {
        /// The session's ARN: `arn:aws:sts::111122223333:assumed-role/Name/session`.
        arn: &'a str,
        /// The role's ARN.
        role: &'a str,
        /// `AROA…:session`
        id: &'a str,
    },
    /// A federated session of `GetFederationToken`. Its identity policies are those of its parent, and it needs a session policy.
    FederatedUser {
        /// `arn:aws:sts::111122223333:federated-user/name`
        arn: &'a str,
        /// The ARN of the user or root user who asked for it.
        parent: &'a str,
        /// `111122223333:name`
        id: &'a str,
    },
    /// Somebody an identity provider vouches for, while taking on a role; has no policies of its own.
    Federated {
        /// The provider: its ARN, or the host name of a well-known one.
        provider: &'a str,
    },
    /// A service.
    Service {
        /// Its host name, such as `ec2.amazonaws.com`.
        name: &'a str,
    },
    /// Nobody known.
    Anonymous,
}

impl<'a> Principal<'a> {
    /// The account the principal belongs to.
    pub fn account(&self) -> Option<&'a str> {
        match *self {
            Self::Root { account } => Some(account),
            Self::User { arn, .. } | Self::Session { arn, .. } | Self::FederatedUser { arn, .. } => arn.split(':').nth(4),
            Self::Federated { .. } | Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// True for those whom identity policies can speak of.
    pub(crate) fn has_identity(&self) -> bool {
        !matches!(self, Self::Federated { .. } | Self::Service { .. } | Self::Anonymous)
    }

    /// The name a denial is told to; AWS writes the session's ARN for sessions.
    pub fn display_arn(&self) -> String {
        match *self {
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { arn, .. } | Self::Session { arn, .. } | Self::FederatedUser { arn, .. } => arn.to_owned(),
            Self::Federated { provider } => provider.to_owned(),
            Self::Service { name } => name.to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    /// The condition keys that follow from the principal alone.
    pub(crate) fn context_keys(&self) -> Vec<(&'static str, std::borrow::Cow<'a, str>)> {
        let mut keys: Vec<(&'static str, std::borrow::Cow<'a, str>)> = Vec::new();
        let mut put = |key: &'static str, value: std::borrow::Cow<'a, str>| keys.push((key, value));
        if let Some(account) = self.account() {
            put("aws:principalaccount", account.into());
        }
        match *self {
            Self::Root { account } => {
                put("aws:principaltype", "Account".into());
                put("aws:principalarn", self.display_arn().into());
                put("aws:userid", account.into());
            }
            Self::User { arn, id } => {
                put("aws:principaltype", "User".into());
                put("aws:principalarn", arn.into());
                put("aws:userid", id.into());
                put("aws:username", arn.rsplit('/').next().unwrap_or_default().into());
            }
            Self::Session { role, id, .. } => {
                put("aws:principaltype", "AssumedRole".into());
                put("aws:principalarn", role.into());
                put("aws:userid", id.into());
            }
            Self::FederatedUser { arn, id, .. } => {
                put("aws:principaltype", "FederatedUser".into());
                put("aws:principalarn", arn.into());
                put("aws:userid", id.into());
            }
            Self::Federated { provider } => put("aws:federatedprovider", provider.into()),
            Self::Service { name } => {
                put("aws:principalisawsservice", "true".into());
                put("aws:principalservicename", name.into());
            }
            Self::Anonymous => put("aws:principaltype", "Anonymous".into()),
        }
        keys
    }
}
