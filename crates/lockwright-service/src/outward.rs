//! Requests that leave for an address which somebody wrote: only to the world, or to this machine where it is named, and never on from there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

/// An address can't be called; says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("write a whole URL, such as https://provider.example.com/lockwright")]
    NotAUrl,
    /// Plain HTTP to another machine.
    #[error("http is for this machine only; use https")]
    NotProtected,
    /// A user name, a password or a fragment in it.
    #[error("leave out user name, password and fragment; requests are signed")]
    Adorned,
    /// An address inside some network.
    #[error("private and special addresses are not called; only this machine's loopback, or the world's")]
    NotPublic,
    /// The TLS library could not be set up.
    #[error("TLS can't be set up")]
    Tls,
}

/// Where an address may lead (E14).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// To this machine: the operator wrote `localhost` or a loopback address.
    Loopback,
    /// To addresses that the whole world reaches.
    World,
}

/// A client that goes no further than this, follows nothing, and gives up in time.
pub(crate) fn client(reach: Reach, timeout: Duration) -> Result<Client, AddressError> {
    let client = Client::builder()
        .redirect(Policy::none())
        // A proxy from the environment would see everything, and go wherever it likes.
        .no_proxy()
        .timeout(timeout)
        .connect_timeout(timeout)
        .dns_resolver(Arc::new(Guarded(reach)));
    client.build().map_err(|_| AddressError::Tls)
}

/// Reads an address that somebody wrote, and how far it reaches. https, or http to this machine.
pub(crate) fn check(url: &str) -> Result<(Url, Reach), AddressError> {
    let url: Url = url.parse().map_err(|_| AddressError::NotAUrl)?;
    let host = url.host_str().ok_or(AddressError::NotAUrl)?;
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let reach = match literal {
        Some(ip) if ip.is_loopback() => Reach::Loopback,
        None if host == "localhost" => Reach::Loopback,
        _ => Reach::World,
    };
    match url.scheme() {
        "https" => {}
        "http" if reach == Reach::Loopback => {}
        "http" => return Err(AddressError::NotProtected),
        _ => return Err(AddressError::NotAUrl),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(AddressError::Adorned);
    }
    if literal.is_some_and(|ip| !reach.covers(ip)) {
        return Err(AddressError::NotPublic);
    }
    Ok((url, reach))
}

impl Reach {
    fn covers(self, ip: IpAddr) -> bool {
        match self {
            Self::Loopback => ip.is_loopback(),
            Self::World => is_public(ip),
        }
    }
}

/// Looks names up, and leaves out what a request must not reach: a name is checked where it leads at the moment of connecting, not
/// before, so that one that changes its mind in between gains nothing.
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.covers(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Box::from("the name leads nowhere that may be called"));
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether the whole world reaches an address (IANA's special-purpose registries, RFC 6890 and its successors).
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private() || ip.is_link_local() || ip.is_documentation() || a == 0 || a == 127 || a >= 224;
    let shared = a == 100 && b & 0xc0 == 64;
    let protocols = (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99);
    let benchmarks = a == 198 && b & 0xfe == 18;
    !(special || shared || protocols || benchmarks)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast, less documentation, and less what wraps an IPv4 address (Teredo, 6to4).
    let global = a & 0xe000 == 0x2000;
    let documentation = (a == 0x2001 && b == 0x0db8) || a == 0x3fff;
    let special = a == 0x2001 && b < 0x0200;
    global && !documentation && !special && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn e14_a_name_that_leads_inside_is_not_called() {
        // The one name that leads to the loopback everywhere stands for a name that was pointed there.
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Guarded(Reach::World).resolve(name()).await.is_err());
        let found: Vec<SocketAddr> = Guarded(Reach::Loopback).resolve(name()).await.unwrap().collect();
        assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()), "{found:?}");
    }

    #[test]
    fn every_special_network_is_left_out() {
        for ip in ["127.8.9.1", "172.31.0.1", "198.18.0.1", "198.51.100.7", "203.0.113.5", "224.0.0.1", "255.255.255.255", "192.0.0.8"] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["::1", "ff02::1", "2001:db8::1", "2001::1", "fec0::1", "::ffff:127.0.0.1", "3fff::1"] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2a00:1450::1", "::ffff:8.8.8.8"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
