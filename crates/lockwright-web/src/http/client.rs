//! Where a request comes from, from its headers.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;
use lockwright_model::context::Source;
use lockwright_service::client::{self, Peer};

/// The client's address.
pub(super) fn address(peer: Option<Peer>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    client::address(peer, headers.get_all("x-forwarded-for").iter().map(axum::http::HeaderValue::as_bytes), trusted)
}

/// Whether a proxy stands in between, by its own word.
pub(super) fn was_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Address and `User-Agent` for events and notices.
pub(super) fn source(ip: IpAddr, headers: &HeaderMap) -> Source {
    client::source(ip, headers.get("user-agent").map(axum::http::HeaderValue::as_bytes).unwrap_or_default())
}
