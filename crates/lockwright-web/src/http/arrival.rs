//! A request as it arrives: its id, where it comes from, which tokens the browser brought.

use axum::http::{HeaderMap, Uri};
use lockwright_model::context::OpContext;
use lockwright_model::identity::Principal;
use lockwright_model::token::{Token, TokenKind};

use lockwright_service::client::Peer;
use lockwright_service::privacy::Brought;

use super::cookies::{BROWSER, CASE, CEREMONY, CHOICE, NAME, REMEMBERED, SESSION};
use super::state::Web;
use super::{client, consent};

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
    /// What the browser says about cookies.
    pub(super) brought: Brought,
    /// How somebody signed in last, as the cookie holds it; looked at with consent only.
    pub(super) remembered: Option<String>,
    /// The address that was asked for, with its query.
    pub(super) place: String,
}

impl Arrival {
    pub(super) fn of(web: &Web, uri: &Uri, headers: &HeaderMap, peer: Option<Peer>) -> Self {
        let ip = client::address(peer, headers, &web.config().trusted_proxies);
        let op = web.lockwright().op(Principal::Anonymous, client::source(ip, headers));
        let jar = web.jar();
        let known = jar.read(headers, &BROWSER).and_then(|text| Token::parse(TokenKind::Browser, &text));
        let fresh = known.is_none();
        Self {
            op,
            peer,
            forwarded: client::was_forwarded(headers),
            session: jar.read(headers, &SESSION),
            case: jar.read(headers, &CASE),
            ceremony: jar.read(headers, &CEREMONY),
            name: jar.read(headers, &NAME),
            browser: known.unwrap_or_else(|| Token::draw(TokenKind::Browser, web.lockwright().entropy())),
            fresh,
            brought: Brought {
                signal: consent::signal(headers),
                held: jar.read(headers, &CHOICE).map(|text| web.lockwright().open_choice(&text)).unwrap_or_default(),
                notice: web.notices().cookies.hash,
            },
            remembered: jar.read(headers, &REMEMBERED),
            place: uri.path_and_query().map_or("/", |place| place.as_str()).to_owned(),
        }
    }
}
