//! Signed requests to one address that the operator has configured, and to nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lockwright_authn::signature;
use lockwright_model::clock::Timestamp;
use lockwright_model::secret::Secret;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

/// The header that is the same for every try to deliver one thing.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header with the moment of the try, in seconds since 1970; a part of what is signed.
pub const TIMESTAMP: &str = "lockwright-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "lockwright-signature";
/// A try is given up after this long.
const TIMEOUT: Duration = Duration::from_secs(15);

/// One address that takes signed requests.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    url: Url,
    secret: Secret,
}

/// An address can't be a webhook's; says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WebhookError {
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

/// A request did not arrive; the reason holds no address and no secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotDelivered(pub String);

/// Where a webhook's address may lead (E14).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    /// To this machine: the operator wrote `localhost` or a loopback address.
    Loopback,
    /// To addresses that the whole world reaches.
    World,
}

impl Webhook {
    /// Sets it up; connects to nothing yet.
    pub fn new(url: &str, secret: &Secret) -> Result<Self, WebhookError> {
        let (url, reach) = check(url)?;
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy from the environment would see everything, and go wherever it likes.
            .no_proxy()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            .dns_resolver(Arc::new(Guarded(reach)))
            .build()
            .map_err(|_| WebhookError::Tls)?;
        Ok(Self { client, url, secret: secret.clone() })
    }

    /// Posts a JSON body. `key` is the same for every try to deliver this; an answer of 2xx says that it was taken.
    pub async fn post(&self, body: Vec<u8>, key: &str, now: Timestamp) -> Result<(), NotDelivered> {
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header(IDEMPOTENCY_KEY, key)
            .header(TIMESTAMP, now.as_seconds().to_string())
            .header(SIGNATURE, signature::sign(&self.secret, now, &body))
            .body(body);
        // The body of the answer is not read, so it has no bounds to break.
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(NotDelivered(format!("the webhook answered {}", answer.status().as_u16()))),
            // The library's own text names the address.
            Err(error) if error.is_timeout() => Err(NotDelivered("the webhook did not answer in time".to_owned())),
            Err(error) if error.is_connect() => Err(NotDelivered("the webhook was not reached".to_owned())),
            Err(_) => Err(NotDelivered("the webhook's answer can't be read".to_owned())),
        }
    }
}

/// Whether an address can be a webhook's.
pub fn check_url(url: &str) -> Result<(), WebhookError> {
    check(url).map(drop)
}

fn check(url: &str) -> Result<(Url, Reach), WebhookError> {
    let url: Url = url.parse().map_err(|_| WebhookError::NotAUrl)?;
    let host = url.host_str().ok_or(WebhookError::NotAUrl)?;
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let reach = match literal {
        Some(ip) if ip.is_loopback() => Reach::Loopback,
        None if host == "localhost" => Reach::Loopback,
        _ => Reach::World,
    };
    match url.scheme() {
        "https" => {}
        "http" if reach == Reach::Loopback => {}
        "http" => return Err(WebhookError::NotProtected),
        _ => return Err(WebhookError::NotAUrl),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(WebhookError::Adorned);
    }
    if literal.is_some_and(|ip| !reach.covers(ip)) {
        return Err(WebhookError::NotPublic);
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

    #[test]
    fn e14_only_the_world_and_this_machines_loopback_are_called() {
        for good in [
            "https://provider.example.com/hook?x=1",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "http://127.0.0.1:9000/hook",
            "http://localhost:9000",
            "http://[::1]:9000",
            "https://127.0.0.1",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("http://provider.example.com/", WebhookError::NotProtected),
            ("http://127.0.0.1.example.com/", WebhookError::NotProtected),
            ("http://93.184.216.34/", WebhookError::NotProtected),
            ("https://10.0.0.1/", WebhookError::NotPublic),
            ("https://169.254.169.254/latest/meta-data", WebhookError::NotPublic),
            ("https://192.168.1.1/", WebhookError::NotPublic),
            ("https://100.64.0.1/", WebhookError::NotPublic),
            ("https://0.0.0.0/", WebhookError::NotPublic),
            ("https://0x0a000001/", WebhookError::NotPublic),
            ("https://[fd00::1]/", WebhookError::NotPublic),
            ("https://[fe80::1]/", WebhookError::NotPublic),
            ("https://[::]/", WebhookError::NotPublic),
            ("https://[::ffff:10.0.0.1]/", WebhookError::NotPublic),
            ("https://[64:ff9b::a00:1]/", WebhookError::NotPublic),
            ("https://[2002:a00:1::]/", WebhookError::NotPublic),
            ("https://user@provider.example.com/", WebhookError::Adorned),
            ("https://provider.example.com/#x", WebhookError::Adorned),
            ("file:///etc/passwd", WebhookError::NotAUrl),
            ("gopher://provider.example.com", WebhookError::NotAUrl),
            ("provider.example.com", WebhookError::NotAUrl),
            ("", WebhookError::NotAUrl),
        ] {
            assert_eq!(check_url(bad), Err(why), "{bad}");
        }
    }

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
