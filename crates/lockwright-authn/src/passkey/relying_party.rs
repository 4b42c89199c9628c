//! The site that keys are bound to.

use webauthn_rs::prelude::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// This installation as authenticators know it: one origin and its host name.
#[derive(Clone, Debug)]
pub struct RelyingParty(Webauthn);

/// Why browsers would refuse passkeys under this URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPasskeys {
    /// It is no URL with a host.
    #[error("the public URL has no host name")]
    NoHost,
    /// The host is an address.
    #[error("passkeys need a host name, and the public URL has an IP address")]
    IpAddress,
    /// Anything but https, `localhost` apart.
    #[error("passkeys need https, except on localhost")]
    NotSecure,
}

impl RelyingParty {
    /// The relying party of a public URL; `installation` is the name that authenticators show.
    pub fn new(public_url: &str, installation: &str) -> Result<Self, NoPasskeys> {
        let url = Url::parse(public_url).map_err(|_| NoPasskeys::NoHost)?;
        let host = match (url.domain(), url.host_str()) {
            (Some(domain), _) => domain,
            (None, Some(_)) => return Err(NoPasskeys::IpAddress),
            (None, None) => return Err(NoPasskeys::NoHost),
        };
        let local = host == "localhost" || host.ends_with(".localhost");
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            _ => return Err(NoPasskeys::NotSecure),
        }
        WebauthnBuilder::new(host, &url).and_then(|builder| builder.rp_name(installation).build()).map(Self).map_err(|_| NoPasskeys::NoHost)
    }

    pub(super) fn webauthn(&self) -> &Webauthn {
        &self.0
    }
}
