//! Our cookies: one table of all there are, each with its purpose. The page that lists them is made from it, and nothing else can set one.
//!
//! Each is HttpOnly and bound to this host. Cookies know no ports (RFC 6265 §8.5), so the operators' have names of their own.
//!
//! ```
//! use lockwright_web::consent::{Consent, Functional};
//! use lockwright_web::cookies::{Jar, REMEMBERED};
//! fn remember(jar: &Jar, consent: &Consent<Functional>) {
//!     let _ = jar.set(&REMEMBERED, "root", consent);
//! }
//! ```
//!
//! Without the consent that its purpose needs it doesn't compile (P22):
//!
//! ```compile_fail
//! use lockwright_web::consent::ESSENTIAL;
//! use lockwright_web::cookies::{Jar, REMEMBERED};
//! fn remember(jar: &Jar) {
//!     let _ = jar.set(&REMEMBERED, "root", ESSENTIAL);
//! }
//! ```

use std::marker::PhantomData;

use axum::http::{HeaderMap, HeaderValue};
use lockwright_model::privacy::Purpose;

use super::consent::{Consent, Essential, Functional, Kind};
use super::state::Site;

/// What is told of a cookie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fact {
    /// Its names: of the public site over https and http, of the operators' likewise. `__Host-` cookies need https.
    names: [&'static str; 4],
    /// What it is for.
    pub purpose: Purpose,
    /// How long it stays.
    pub life: &'static str,
    /// What it does.
    pub what: &'static str,
}

/// A cookie of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry<K> {
    fact: Fact,
    kind: PhantomData<K>,
}

macro_rules! inventory {
    ($($(#[doc = $what:literal])+ $name:ident: $kind:ident = $word:literal, $life:literal;)+) => {
        $(
            $(#[doc = $what])+
            pub const $name: Entry<$kind> = Entry {
                fact: Fact {
                    names: [
                        concat!("__Host-lw_", $word),
                        concat!("lw_", $word),
                        concat!("__Host-lw_operator_", $word),
                        concat!("lw_operator_", $word),
                    ],
                    purpose: <$kind as Kind>::PURPOSE,
                    life: $life,
                    what: concat!($($what),+),
                },
                kind: PhantomData,
            };
        )+

        /// All our cookies.
        pub const INVENTORY: &[Fact] = &[$($name.fact),+];
    };
}

inventory! {
    /// Keeps you signed in.
    SESSION: Essential = "session", "Until you sign out or close the browser, at most 24 hours on our side";
    /// Ties each form to your browser, so that no other site can send one in your name.
    BROWSER: Essential = "browser", "Until you close the browser";
    /// Lets this browser, and no other, go on with a recovery or a registration that it began.
    CASE: Essential = "case", "Until you close the browser; while a recovery waits, until it may be finished";
    /// Holds the place between your password and your second factor, or while you add a device.
    CEREMONY: Essential = "ceremony", "10 minutes on our side, or until you close the browser";
    /// Keeps what you typed to begin a recovery, so that you need not type it again.
    NAME: Essential = "name", "Until you close the browser";
    /// Keeps what you chose about cookies and advertising, under a drawn name that says nothing of you.
    CHOICE: Essential = "privacy", "As long as your choice counts";
    /// Remembers how you signed in last, and to which account, so that the sign-in page offers that first.
    REMEMBERED: Functional = "remembered", "6 months";
}

/// How long [`REMEMBERED`] stays.
pub(crate) const REMEMBERED_SECONDS: u64 = 183 * 86_400;

impl Fact {
    /// Its name without what the site and the scheme put before it.
    #[cfg(test)]
    pub(crate) fn word(&self) -> &'static str {
        self.names[1].strip_prefix("lw_").unwrap_or_default()
    }

    /// Its name on a site.
    pub(crate) fn name(&self, jar: &Jar) -> &'static str {
        let [public, public_http, operators, operators_http] = self.names;
        match (jar.site, jar.secure) {
            (Site::Public, true) => public,
            (Site::Public, false) => public_http,
            (Site::Operators, true) => operators,
            (Site::Operators, false) => operators_http,
        }
    }
}

/// Reads and sets the cookies of one site.
#[derive(Clone, Copy, Debug)]
pub struct Jar {
    site: Site,
    secure: bool,
}

/// A `Set-Cookie` header; only [`Jar`] makes one.
#[derive(Debug)]
pub struct SetCookie(HeaderValue);

impl SetCookie {
    pub(super) fn into_header(self) -> HeaderValue {
        self.0
    }
}

impl Jar {
    pub(super) fn new(site: Site, secure: bool) -> Self {
        Self { site, secure }
    }

    /// A cookie that ends with the browser. `value` is a token or percent-encoded, so the header is always well-formed.
    pub fn set<K>(&self, entry: &Entry<K>, value: &str, _: &Consent<K>) -> Option<SetCookie> {
        self.header(&entry.fact, value, "")
    }

    /// The same, kept for a while after the browser has ended.
    pub fn keep<K>(&self, entry: &Entry<K>, value: &str, seconds: u64, _: &Consent<K>) -> Option<SetCookie> {
        self.header(&entry.fact, value, &format!("; Max-Age={seconds}"))
    }

    /// Takes a cookie away, which needs nobody's consent.
    pub fn remove<K>(&self, entry: &Entry<K>) -> Option<SetCookie> {
        self.header(&entry.fact, "", "; Max-Age=0")
    }

    /// The value of a cookie; a cookie that comes twice counts as none, for one of them is not ours (O-S06).
    pub(super) fn read<K>(&self, headers: &HeaderMap, entry: &Entry<K>) -> Option<String> {
        read(headers, entry.fact.name(self))
    }

    fn header(&self, fact: &Fact, value: &str, age: &str) -> Option<SetCookie> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", fact.name(self));
        HeaderValue::from_str(&text).ok().map(SetCookie)
    }
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
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
    use crate::http::consent::ESSENTIAL;

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
        for jar in [Jar::new(Site::Public, true), Jar::new(Site::Operators, true)] {
            for fact in INVENTORY {
                let cookie = jar.header(fact, "v", "").unwrap().into_header();
                let cookie = cookie.to_str().unwrap();
                assert!(cookie.starts_with("__Host-lw_"), "{cookie}");
                assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
                assert!(seen.insert(fact.name(&jar)), "{fact:?}");
            }
        }
        let jar = Jar::new(Site::Public, true);
        assert!(jar.keep(&CASE, "v", 5, ESSENTIAL).is_some_and(|set| set.0.to_str().unwrap().ends_with("; Secure; Max-Age=5")));
    }
}
