//! Our cookies: four tokens and what was typed last, each HttpOnly and bound to this host. Cookies know no ports (RFC 6265 §8.5), so the
//! operators' have names of their own.

use axum::http::{HeaderMap, HeaderValue};

use super::state::Site;

/// The names, which depend on the site and the scheme: `__Host-` cookies need https.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CookieNames {
    pub(crate) session: &'static str,
    pub(crate) browser: &'static str,
    pub(crate) case: &'static str,
    pub(crate) ceremony: &'static str,
    pub(crate) name: &'static str,
    secure: bool,
}

impl CookieNames {
    pub(super) fn new(site: Site, secure: bool) -> Self {
        macro_rules! names {
            ($start:literal) => {
                Self {
                    session: concat!($start, "session"),
                    browser: concat!($start, "browser"),
                    case: concat!($start, "case"),
                    ceremony: concat!($start, "ceremony"),
                    name: concat!($start, "name"),
                    secure,
                }
            };
        }
        match (site, secure) {
            (Site::Public, true) => names!("__Host-lw_"),
            (Site::Public, false) => names!("lw_"),
            (Site::Operators, true) => names!("__Host-lw_operator_"),
            (Site::Operators, false) => names!("lw_operator_"),
        }
    }

    /// A cookie that ends with the browser. `value` is a token or percent-encoded, so the header is always well-formed.
    pub(crate) fn set(&self, name: &str, value: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={value}{}", self.attributes())).ok()
    }

    /// The same, kept for a while after the browser has ended.
    pub(crate) fn keep(&self, name: &str, value: &str, seconds: u64) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={value}{}; Max-Age={seconds}", self.attributes())).ok()
    }

    /// Takes a cookie away.
    pub(crate) fn remove(&self, name: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={}; Max-Age=0", self.attributes())).ok()
    }

    fn attributes(&self) -> &'static str {
        if self.secure { "; Path=/; HttpOnly; SameSite=Lax; Secure" } else { "; Path=/; HttpOnly; SameSite=Lax" }
    }
}

/// The value of a cookie; a cookie that comes twice counts as none, for one of them is not ours (O-S06).
pub(super) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all("cookie").iter().filter_map(|line| line.to_str().ok());
    let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).filter(|pair| pair.0 == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("cookie", line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn o_s06_a_doubled_cookie_counts_as_none() {
        assert_eq!(read(&headers(&["a=1; lw_session=x"]), "lw_session").as_deref(), Some("x"));
        assert_eq!(read(&headers(&["lw_session=x; lw_session=y"]), "lw_session"), None);
        assert_eq!(read(&headers(&["lw_session=x", "lw_session=x"]), "lw_session"), None);
        assert_eq!(read(&headers(&["lw_session="]), "lw_session"), None);
        assert_eq!(read(&headers(&["LW_SESSION=x; xlw_session=y"]), "lw_session"), None);
    }

    #[test]
    fn n_s06_n_s09_over_https_every_cookie_is_bound_to_the_host() {
        let mut seen = std::collections::HashSet::new();
        for names in [CookieNames::new(Site::Public, true), CookieNames::new(Site::Operators, true)] {
            for name in [names.session, names.browser, names.case, names.ceremony, names.name] {
                let cookie = names.set(name, "v").unwrap();
                let cookie = cookie.to_str().unwrap();
                assert!(cookie.starts_with("__Host-lw_"), "{cookie}");
                assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}
