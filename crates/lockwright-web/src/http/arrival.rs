//! A request as it arrives: its id, where it comes from, which tokens the browser brought.

use axum::http::HeaderMap;
use lockwright_model::context::OpContext;
use lockwright_model::identity::Principal;
use lockwright_model::token::{Token, TokenKind};

use lockwright_service::client::Peer;

use super::state::Web;
use super::{client, cookies};

/// What is known of a request before anything is looked up.
#[derive(Clone)]
pub(super) struct Arrival {
    /// The act, by nobody yet.
    pub(super) op: OpContext,
    pub(super) peer: Option<Peer>,
    /// A proxy says that it stands in between.
    pub(super) forwarded: bool,
    pub(super) session: Option<String>,
    pub(super) case: Option<String>,
    pub(super) ceremony: Option<String>,
    /// What was typed to open the case, as the cookie holds it.
    pub(super) name: Option<String>,
    pub(super) browser: Token,
    /// The browser token was drawn just now.
    pub(super) fresh: bool,
}

impl Arrival {
    pub(super) fn of(web: &Web, headers: &HeaderMap, peer: Option<Peer>) -> Self {
        let ip = client::address(peer, headers, &web.config().trusted_proxies);
        let op = web.lockwright().op(Principal::Anonymous, client::source(ip, headers));
        let names = web.cookies();
        let known = cookies::read(headers, names.browser).and_then(|text| Token::parse(TokenKind::Browser, &text));
        let fresh = known.is_none();
        Self {
            op,
            peer,
            forwarded: client::was_forwarded(headers),
            session: cookies::read(headers, names.session),
            case: cookies::read(headers, names.case),
            ceremony: cookies::read(headers, names.ceremony),
            name: cookies::read(headers, names.name),
            browser: known.unwrap_or_else(|| Token::draw(TokenKind::Browser, web.lockwright().entropy())),
            fresh,
        }
    }
}
