//! The services that are spoken for, with the facts of their models (botocore's service models, the metadata of each).

use crate::error::Protocol;

/// A service of AWS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Service {
    /// Identity and Access Management.
    Iam,
    /// Security Token Service.
    Sts,
    /// Account Management.
    Account,
    /// CloudTrail.
    CloudTrail,
    /// Organizations.
    Organizations,
    /// Sign-in, behind `aws login`.
    Signin,
    /// IAM Identity Center's OIDC, behind `aws sso login`.
    SsoOidc,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Iam, Self::Sts, Self::Account, Self::CloudTrail, Self::Organizations, Self::Signin, Self::SsoOidc];

    /// The service that is signed for by this name.
    pub fn signed_as(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.signing_name() == name)
    }

    /// The name it is signed for by.
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Account => "account",
            Self::CloudTrail => "cloudtrail",
            Self::Organizations => "organizations",
            Self::Signin => "signin",
            Self::SsoOidc => "sso-oauth",
        }
    }

    /// The protocol its clients speak.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Iam | Self::Sts => Protocol::Query,
            Self::CloudTrail | Self::Organizations => Protocol::Json11,
            Self::Account | Self::Signin | Self::SsoOidc => Protocol::RestJson,
        }
    }

    /// The namespace of its XML; empty for a service that writes none.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => "",
        }
    }

    /// The `Version` its calls name, in the Query protocol.
    pub const fn version(self) -> Option<&'static str> {
        match self {
            Self::Iam => Some("2010-05-08"),
            Self::Sts => Some("2011-06-15"),
            _ => None,
        }
    }

    /// Whether an `X-Amz-Target` that begins so is meant for it. CloudTrail is also called by the last part alone.
    pub(super) fn has_target(self, prefix: &str) -> bool {
        match self {
            Self::CloudTrail => matches!(prefix, "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" | "CloudTrail_20131101"),
            Self::Organizations => prefix == "AWSOrganizationsV20161128",
            _ => false,
        }
    }
}
