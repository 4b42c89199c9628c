//! Where a request comes from: the connection's other end, or what a proxy that we trust says of it. Nothing else is believed.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;
use lockwright_model::context::Source;

use super::state::Peer;

/// The client's address.
///
/// From a trusted proxy the right-most `X-Forwarded-For` entry that is no trusted proxy counts. An entry that can't be read
/// makes the whole header worth nothing: the peer's own address stands, so that an odd header skips no check (B19).
pub(super) fn address(peer: Option<Peer>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if is_trusted(&peer) { forwarded(headers, is_trusted).unwrap_or(peer) } else { peer }
}

fn forwarded(headers: &HeaderMap, is_trusted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut entries = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        for entry in value.to_str().ok()?.split(',') {
            entries.push(entry.trim().parse::<IpAddr>().ok()?.to_canonical());
        }
    }
    entries.iter().rev().find(|ip| !is_trusted(ip)).or(entries.first()).copied()
}

/// Whether a proxy stands in between, by its own word.
pub(super) fn was_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Address and `User-Agent` (at most 256 characters, no control characters) for events and notices.
pub(super) fn source(ip: IpAddr, headers: &HeaderMap) -> Source {
    let agent = headers.get("user-agent").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default();
    Source { ip: Some(ip), agent: agent.chars().filter(|letter| !letter.is_control()).take(256).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, trusted: &[&str], forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        for other in ["x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip", "x-client-ip"] {
            headers.append(other, "203.0.113.99".parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        address(Some(Peer(format!("{peer}:1234").parse().unwrap())), &headers, &trusted).to_string()
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
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", format!("a\tb{}", "x".repeat(400)).parse().unwrap());
        let agent = source(IpAddr::V4(Ipv4Addr::LOCALHOST), &headers).agent;
        assert_eq!((agent.chars().count(), agent.starts_with("abx")), (256, true));
    }
}
