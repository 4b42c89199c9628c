//! Headers that every answer carries.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same for a page around the frame of third parties' scripts; nothing of theirs is let into the page itself.
const AROUND_FRAME: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// For a page that shows the frame.
pub(super) fn around_frame() -> HeaderValue {
    HeaderValue::from_static(AROUND_FRAME)
}

/// For the frame itself: the named origins and no other, in a sandbox whose origin is nobody's, so that neither our pages nor our cookies
/// can be reached from it.
pub(super) fn frame(origins: &[&str]) -> Option<HeaderValue> {
    let origins = origins.join(" ");
    HeaderValue::from_str(&format!(
        "sandbox allow-scripts; default-src 'none'; script-src {origins}; connect-src {origins}; img-src {origins}; frame-ancestors 'self'; \
         base-uri 'none'; form-action 'none'"
    ))
    .ok()
}

const EVERYWHERE: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ),
];

/// Pages whose address or content leads to a credential: their address is told to nobody.
const SECRET_PATHS: [&str; 7] =
    ["/recover/case/", "/recover/link/", "/recover/contact/", "/contact/", "/signup/case/", "/builder/signup/case/", "/security/password"];

/// Whether an address is told to nobody.
pub(super) fn is_secret(path: &str) -> bool {
    SECRET_PATHS.iter().any(|start| path.starts_with(start))
}

/// Adds them. A page that may be kept says so itself (assets); nothing else is. What is meant for other sites says that itself too.
pub(super) fn add(headers: &mut HeaderMap, path: &str, https: bool, request: &str) {
    for (name, value) in EVERYWHERE {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(if is_secret(path) { "no-referrer" } else { "same-origin" }));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    if let Ok(id) = HeaderValue::from_str(request) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
