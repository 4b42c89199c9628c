//! What the pages are told at the start, and what follows from the configured address.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use lockwright_model::case::IdentityKind;
use lockwright_service::Lockwright;

use super::cookies::Jar;
use super::notices::Notices;
use super::statistics::PageCounts;
use crate::help::HelpCentre;

/// The web face's configuration.
#[derive(Clone, Debug, Default)]
pub struct WebConfig {
    /// Proxies whose `X-Forwarded-For` is believed. Empty unless the operator names some (E05).
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// The folder that `/outbox` shows; `Some` only while no SMTP server is set.
    pub outbox: Option<PathBuf>,
    /// The same for messages to phones; `Some` only while no webhook is set.
    pub message_outbox: Option<PathBuf>,
    /// How often pages were opened, by people who allow that to be counted; the same on both listeners.
    pub counts: PageCounts,
    /// The help centre, which both sites show.
    pub help: HelpCentre,
}

/// Whose pages these are. Each site has an origin, cookies, a table of routes and people of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Site {
    /// Everybody's.
    Public,
    /// The operators', on the admin listener.
    Operators,
}

impl Site {
    /// What the site's paths begin with.
    pub(crate) const fn base(self) -> &'static str {
        match self {
            Self::Public => "",
            Self::Operators => "/operator",
        }
    }

    /// Where somebody who is signed in begins.
    pub(crate) const fn home(self) -> &'static str {
        match self {
            Self::Public => "/console",
            Self::Operators => "/operator",
        }
    }

    /// Whether this kind of person signs in here; a session of anybody else is worth nothing (B10, ASVS V8.4.2).
    pub(crate) const fn takes(self, kind: IdentityKind) -> bool {
        matches!((self, kind), (Self::Operators, IdentityKind::Operator))
            || matches!((self, kind), (Self::Public, IdentityKind::Root | IdentityKind::Iam | IdentityKind::Builder))
    }

    /// A path of the site, where it doesn't name the site already.
    pub(crate) fn path(self, path: &str) -> String {
        let base = self.base();
        let inside = path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        if inside { path.to_owned() } else { format!("{base}{path}") }
    }
}

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Web(Arc<Inner>);

struct Inner {
    lockwright: Lockwright,
    config: WebConfig,
    site: Site,
    url: String,
    origin: String,
    https: bool,
    loopback: bool,
    jar: Jar,
    notices: Notices,
}

impl Web {
    /// The public pages.
    pub(crate) fn new(lockwright: Lockwright, config: WebConfig) -> Self {
        let url = lockwright.config().public_url.clone();
        Self::at(Site::Public, &url, lockwright, config)
    }

    /// The operators' pages; `None`: they have no address.
    pub(crate) fn operators(lockwright: Lockwright, config: WebConfig) -> Option<Self> {
        let url = lockwright.config().operator_url.clone()?;
        Some(Self::at(Site::Operators, &url, lockwright, config))
    }

    fn at(site: Site, url: &str, lockwright: Lockwright, config: WebConfig) -> Self {
        let origin = origin_of(url);
        let https = origin.starts_with("https://");
        let loopback = is_loopback(&origin);
        let url = url.trim_end_matches('/').to_owned();
        let notices = Notices::of(lockwright.config());
        Self(Arc::new(Inner { notices, lockwright, config, site, url, https, loopback, jar: Jar::new(site, https), origin }))
    }

    pub(crate) fn site(&self) -> Site {
        self.0.site
    }

    pub(crate) fn lockwright(&self) -> &Lockwright {
        &self.0.lockwright
    }

    pub(crate) fn config(&self) -> &WebConfig {
        &self.0.config
    }

    /// The help centre.
    pub(crate) fn help(&self) -> &HelpCentre {
        &self.0.config.help
    }

    /// The origin that our own forms are sent from, as browsers write it.
    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    pub(crate) fn https(&self) -> bool {
        self.0.https
    }

    /// Whether the configured address is this machine's own.
    pub(crate) fn loopback(&self) -> bool {
        self.0.loopback
    }

    /// What is told about cookies and data.
    pub(crate) fn notices(&self) -> &Notices {
        &self.0.notices
    }

    pub(crate) fn jar(&self) -> &Jar {
        &self.0.jar
    }

    /// A whole URL under the configured address, to be copied or handed on (invariant 11).
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.url)
    }
}

/// Scheme, host and port as in an `Origin` header (RFC 6454 §6.2): lower case, no default port.
fn origin_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}", authority.strip_suffix(default).unwrap_or(&authority))
}

/// Whether an origin names this machine itself.
pub(super) fn is_loopback(origin: &str) -> bool {
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(origin_of("https://Access.Example.com:443/"), "https://access.example.com");
        assert_eq!(origin_of("http://127.0.0.1:8420"), "http://127.0.0.1:8420");
        assert_eq!(origin_of("http://[::1]:80"), "http://[::1]");
    }

    #[test]
    fn a_path_is_led_into_its_site_once() {
        for (path, there) in [
            ("/signin", "/operator/signin"),
            ("/security/mfa?done=saved", "/operator/security/mfa?done=saved"),
            ("/operator", "/operator"),
            ("/operator?done=signed-out", "/operator?done=signed-out"),
            ("/operator/signin", "/operator/signin"),
            ("/operators", "/operator/operators"),
        ] {
            assert_eq!(Site::Operators.path(path), there);
            assert_eq!(Site::Public.path(path), path);
        }
    }

    #[test]
    fn only_this_machines_own_addresses_are_loopback() {
        for own in ["http://127.0.0.1:8420", "http://[::1]:8420", "http://localhost", "http://127.9.9.9"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in ["https://access.example.com", "http://localhost.example.com", "http://10.0.0.1", "http://127.0.0.1.example.com"] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
