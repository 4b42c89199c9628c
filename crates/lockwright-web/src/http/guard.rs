//! What a POST must show before a handler runs: that it comes from a form of ours, opened in this browser.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use super::answer::Refused;
use super::form::{DOCUMENT_BYTES, Form, MAX_BYTES};
use super::state::Web;
use super::visit::Visit;
use crate::routes;

/// Stands before every POST handler; the table of routes puts it there.
pub(crate) async fn guard_post(State(web): State<Web>, request: Request, next: Next) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let expired = || Refused::expired_form(routes::opened_at(web.site(), parts.uri.path()));
    if !from_here(&parts.headers, web.origin()) {
        return Err(expired());
    }
    let visit = Visit::load(&web, &parts).await?;
    let most = if visit.signed().is_some() && routes::takes_document(parts.uri.path()) { DOCUMENT_BYTES } else { MAX_BYTES };
    let form = Form::read(&parts.headers, body, most).await?;
    if !visit.check_form(form.text("csrf")) {
        return Err(expired());
    }
    parts.extensions.insert(visit);
    parts.extensions.insert(form);
    Ok(next.run(Request::from_parts(parts, Body::empty())).await)
}

/// Whether the browser says that the form was sent by a page of ours (Fetch Metadata, then `Origin`, then `Referer`).
///
/// A page with `Referrer-Policy: no-referrer` sends `Origin: null` (Fetch §3.2); that is believed only where `Sec-Fetch-Site`,
/// which no script can set, says `same-origin`.
fn from_here(headers: &HeaderMap, origin: &str) -> bool {
    let (Ok(site), Ok(sent_by), Ok(referer)) = (one(headers, "sec-fetch-site"), one(headers, "origin"), one(headers, "referer")) else {
        return false;
    };
    if !matches!(site, None | Some("same-origin" | "none")) {
        return false;
    }
    match (sent_by, referer) {
        (Some("null"), _) => site == Some("same-origin"),
        (Some(sent_by), _) => sent_by.eq_ignore_ascii_case(origin),
        (None, Some(referer)) => referer.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        (None, None) => true,
    }
}

/// The one value of a header; an error when it comes twice or is no text.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        from_here(&headers, "https://access.example.com")
    }

    #[test]
    fn o_c06_a_form_of_another_site_is_refused() {
        let ours = ("origin", "https://access.example.com");
        assert!(taken(&[]));
        assert!(taken(&[("sec-fetch-site", "same-origin"), ours]));
        assert!(taken(&[("sec-fetch-site", "none")]));
        assert!(taken(&[("referer", "https://access.example.com/signin")]));
        for site in ["same-site", "cross-site", "", "SAME-ORIGIN"] {
            assert!(!taken(&[("sec-fetch-site", site), ours]), "{site}");
        }
        for other in ["https://evil.example", "http://access.example.com", "https://access.example.com.evil.example", "null", ""] {
            assert!(!taken(&[("origin", other)]), "{other}");
        }
        for other in ["https://access.example.com.evil.example/", "https://evil.example/https://access.example.com", "about:blank"] {
            assert!(!taken(&[("referer", other)]), "{other}");
        }
        assert!(!taken(&[ours, ours]), "doubled");
    }

    #[test]
    fn a_null_origin_is_believed_only_with_fetch_metadata() {
        assert!(taken(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!taken(&[("origin", "null"), ("sec-fetch-site", "none")]));
        assert!(!taken(&[("origin", "null"), ("referer", "https://access.example.com/")]));
    }
}
