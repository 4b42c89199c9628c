//! Identity providers, as programs manage them.

use lockwright_core::identity_provider::{self, Change, NewOpenId};
use lockwright_core::resource::Refusal;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::name::IssuerName;
use lockwright_model::resource::{Resource, ResourceKey, ResourceKind};

use crate::Lockwright;
use crate::outward::{self, Reach};
use crate::resource_changes::{Making, ResourceError};

/// How a URL of a provider begins, and what its name in ARNs leaves out.
const HTTPS: &str = "https://";

impl Lockwright {
    /// A provider's name for its URL: the URL without `https://`. `None`: it can't be one. Where the configuration lets, it may stand on this
    /// machine, with plain HTTP and a port.
    pub fn issuer_name(&self, url: &str) -> Option<IssuerName> {
        let (address, reach) = outward::check(url).ok()?;
        match (reach, url.strip_prefix(HTTPS)) {
            (Reach::World, Some(name)) if address.port().is_none() => name.parse().ok(),
            (Reach::Loopback, None) if self.config().local_identity_providers => url.strip_prefix("http://")?.parse().ok(),
            _ => None,
        }
    }

    /// The URL of a provider's name, and so the issuer that its tokens must say.
    pub(crate) fn issuer_url(&self, name: &IssuerName) -> String {
        let local = format!("http://{name}");
        if self.issuer_name(&local).is_some() { local } else { format!("{HTTPS}{name}") }
    }

    /// Creates a provider that speaks OpenID Connect. Nothing is asked of it before somebody brings a token of it.
    pub async fn create_openid_provider(
        &self,
        op: &OpContext,
        account: AccountId,
        new: &NewOpenId,
    ) -> Result<OpenIdProvider, ResourceError> {
        let making = Making {
            kind: ResourceKind::OpenIdProvider,
            arn: format!("arn:aws:iam::{account}:oidc-provider/{}", new.name),
            tags: &new.tags,
            create: "iam:CreateOpenIDConnectProvider",
            tag: "iam:TagOpenIDConnectProvider",
        };
        let decision =
            |permit: &_, state: &_, known| identity_provider::create_openid(permit, state, new.clone(), known, op, self.entropy());
        self.make_resource(op, account, making, decision).await
    }

    /// Changes what is known of a provider that speaks OpenID Connect.
    pub async fn change_openid_provider(
        &self,
        op: &OpContext,
        key: &ResourceKey,
        action: &'static str,
        change: &Change,
    ) -> Result<(), ResourceError> {
        let decision = |permit: &_, stored| match stored {
            Resource::OpenIdProvider(stored) => identity_provider::change_openid(permit, stored, change.clone(), op, self.entropy()),
            _ => Err(Refusal::OtherAccount),
        };
        self.change_resource(op, key, action, |aim| aim, decision).await
    }
}
