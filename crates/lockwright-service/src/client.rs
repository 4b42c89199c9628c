//! Where a request comes from: the connection's other end, or what a proxy that we trust says of it. Nothing else is believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use lockwright_model::context::Source;

/// The other end of the connection: a request extension that the listener inserts.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client's address. `forwarded` are the values of `X-Forwarded-For`, in order.
///
/// From a trusted proxy the right-most entry that is no trusted proxy counts. An entry that can't be read makes the whole header worth
/// nothing: the peer's own address stands, so that an odd header skips no check (B19).
pub fn address<'h>(peer: Option<Peer>, forwarded: impl IntoIterator<Item = &'h [u8]>, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if is_trusted(&peer) { named(forwarded, is_trusted).unwrap_or(peer) } else { peer }
}

fn named<'h>(forwarded: impl IntoIterator<Item = &'h [u8]>, is_trusted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut entries = Vec::new();
    for value in forwarded {
        for entry in std::str::from_utf8(value).ok()?.split(',') {
            entries.push(entry.trim().parse::<IpAddr>().ok()?.to_canonical());
        }
    }
    entries.iter().rev().find(|ip| !is_trusted(ip)).or(entries.first()).copied()
}

/// Address and `User-Agent` (at most 256 characters, no control characters) for events and notices.
pub fn source(ip: IpAddr, agent: &[u8]) -> Source {
    let agent = String::from_utf8_lossy(agent);
    Source { ip: Some(ip), agent: agent.chars().filter(|letter| !letter.is_control()).take(256).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, trusted: &[&str], forwarded: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let forwarded = forwarded.iter().map(|value| value.as_bytes());
        address(Some(Peer(format!("{peer}:1234").parse().unwrap())), forwarded, &trusted).to_string()
    }

    #[test]
    fn e05_without_trusted_proxies_only_the_peer_counts() {
        assert_eq!(from("192.0.2.1", &[], &["203.0.113.7"]), "192.0.2.1");
        assert_eq!(from("127.0.0.1", &[], &["203.0.113.7"]), "127.0.0.1");
        assert_eq!(from("192.0.2.1", &["10.0.0.0/8"], &["203.0.113.7"]), "192.0.2.1");
    }

    #[test]
    fn e05_the_right_most_entry_that_is_no_proxy_counts() {
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &["198.51.100.1, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &["198.51.100.1", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &["::ffff:203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &["10.0.0.9"]), "10.0.0.9");
    }

    #[test]
    fn b19_an_odd_header_falls_back_to_the_peer() {
        for odd in ["", "unknown", "203.0.113.7:80", "203.0.113.7, x", "x, 203.0.113.7", "_hidden", "'; --", "999.1.1.1", ","] {
            assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &[odd]), "10.0.0.1", "{odd:?}");
        }
        assert_eq!(from("10.0.0.1", &["10.0.0.0/8"], &[]), "10.0.0.1");
    }

    #[test]
    fn an_agent_is_cut_and_loses_its_control_characters() {
        let agent = source(IpAddr::V4(Ipv4Addr::LOCALHOST), format!("a\tb{}", "x".repeat(400)).as_bytes()).agent;
        assert_eq!((agent.chars().count(), agent.starts_with("abx")), (256, true));
    }
}
