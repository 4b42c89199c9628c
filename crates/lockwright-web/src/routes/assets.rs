//! Files that pages link to, and the few that browsers ask for by themselves.

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;

use crate::assets::{self, ASSETS};
use crate::http::{Answer, Refused, plain};

/// A style sheet, script or icon by its full name.
pub(super) async fn asset(Path(name): Path<String>) -> Answer {
    let asset = ASSETS.find(&format!("/assets/{name}")).ok_or(Refused::not_found())?;
    let mut response = plain(asset.content_type, asset.bytes);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
    Ok(response)
}

/// The icon, for browsers that don't read the page's head.
pub(super) async fn icon() -> Answer {
    Ok(plain(ASSETS.icon.content_type, ASSETS.icon.bytes))
}

/// Nothing here is for search engines.
pub(super) async fn robots() -> Answer {
    Ok(plain("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n"))
}
