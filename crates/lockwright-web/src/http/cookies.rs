//! Our cookies: four tokens and what was typed last, each HttpOnly and bound to this host.

use axum::http::{HeaderMap, HeaderValue};

/// The names, which depend on the scheme: `__Host-` cookies need https.
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
    pub(super) fn new(https: bool) -> Self {
        if https {
            Self {
                session: "__Host-lw_session",
                browser: "__Host-lw_browser",
                case: "__Host-lw_case",
                ceremony: "__Host-lw_ceremony",
                name: "__Host-lw_name",
                secure: true,
            }
        } else {
            Self { session: "lw_session", browser: "lw_browser", case: "lw_case", ceremony: "lw_ceremony", name: "lw_name", secure: false }
        }
    }

    /// A cookie that ends with the browser. `value` is a token or percent-encoded, so the header is always well-formed.
    pub(crate) fn set(&self, name: &str, value: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={value}{}", self.attributes())).ok()
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
    fn over_https_every_cookie_is_bound_to_the_host() {
        let names = CookieNames::new(true);
        for name in [names.session, names.browser, names.case, names.ceremony, names.name] {
            let cookie = names.set(name, "v").unwrap();
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-lw_"), "{cookie}");
            assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
        }
    }
}
