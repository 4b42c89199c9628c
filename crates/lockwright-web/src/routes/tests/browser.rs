//! A browser without a network: keeps cookies, follows nothing by itself, fills in the form's token.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use lockwright_model::clock::Clock;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::identity::Principal;
use lockwright_model::operator::OperatorRole;
use lockwright_service::core::recovery::RecoverySettings;
use lockwright_testkit::installation::Installation;
use tower::ServiceExt;

use crate::http::cookies::INVENTORY;
use crate::http::{Site, encode};
use crate::{WebConfig, operator_router, router};
use lockwright_service::client::Peer;

/// Where the installation says it is.
pub(super) const HOME: &str = "https://id.example.com";
/// A password that every rule allows.
pub(super) const OLD: &str = "Quarry lantern obtuse mitten 4";
/// Another one.
pub(super) const NEW: &str = "Velvet harpoon 9 gravel sundial";
/// The root user's address.
pub(super) const ANA: &str = "ana@example.com";

/// An installation with its pages.
pub(super) struct House {
    pub(super) installation: Installation,
    pub(super) router: Router,
    /// The pages of the admin listener.
    pub(super) operators: Router,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::at(HOME, WebConfig::default()).await
    }

    pub(super) async fn at(public_url: &str, config: WebConfig) -> Self {
        Self::over(Installation::memory(public_url).await, config)
    }

    /// An installation whose operators help nobody.
    pub(super) async fn without_operators() -> Self {
        let settings = RecoverySettings { operator_help: false, ..RecoverySettings::default() };
        Self::over(Installation::recovering(HOME, settings).await, WebConfig::default())
    }

    pub(super) fn over(installation: Installation, config: WebConfig) -> Self {
        let operators = operator_router(installation.lockwright.clone(), config.clone()).expect("operators have an address");
        Self { router: router(installation.lockwright.clone(), config), operators, installation }
    }

    pub(super) fn browser(&self) -> Browser<'_> {
        let cookies = BTreeMap::new();
        Browser { house: self, cookies, headers: Vec::new(), peer: "192.0.2.1:40000", csrf: String::new(), site: Site::Public }
    }

    /// A browser on the operators' pages.
    pub(super) fn operator_browser(&self) -> Browser<'_> {
        Browser { site: Site::Operators, ..self.browser() }
    }

    /// Makes an operator; the path of the handed link.
    pub(super) async fn operator(&self, email: &str, role: OperatorRole) -> String {
        self.try_operator(email, role).await.expect("an operator")
    }

    /// The same where it may not be possible.
    pub(super) async fn try_operator(&self, email: &str, role: OperatorRole) -> Option<String> {
        let (op, name, email) = (self.host(), "Olu Adeyemi".parse().unwrap(), email.parse().unwrap());
        let (_, link) = self.installation.lockwright.create_operator(&op, &name, &email, role).await.ok()?;
        Some(link.url.expose().strip_prefix("http://localhost:8421").expect("links carry the operators' own origin").to_owned())
    }

    /// An act of the host.
    pub(super) fn host(&self) -> OpContext {
        self.installation.lockwright.op(Principal::Host, Source::host())
    }

    /// Rows per table, to see whether anything was written.
    pub(super) async fn rows(&self) -> String {
        format!("{:?}", self.installation.lockwright.counts(&self.host()).await.unwrap())
    }

    /// The one code that was mailed since.
    pub(super) async fn code(&self) -> String {
        let letters = self.installation.letters().await;
        letters.iter().find_map(|letter| letter.code()).expect("a mailed code").to_owned()
    }

    /// The path of the one link that was mailed since.
    pub(super) async fn link(&self) -> String {
        let letters = self.installation.letters().await;
        let url = letters.iter().find_map(|letter| letter.url()).expect("a mailed link");
        url.strip_prefix(HOME).expect("links carry the configured origin").to_owned()
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.installation.clock.advance(Duration::from_secs(seconds));
    }

    /// A browser in which an account was registered; its root user is signed in.
    pub(super) async fn registered(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let case = browser.begin("/signup", &[("email", ANA)]).await;
        let code = self.code().await;
        browser.post(&format!("{case}/code"), &[("code", &code)]).await.to(&case);
        let path = case.replace("/recover/case/", "/signup/case/");
        let done = browser.post(&path, &[("account_name", "Harbour Works"), ("password", OLD), ("again", OLD)]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert!(done.body.contains("Your account is ready"), "{}", done.body);
        self.installation.letters().await;
        browser
    }
}

/// A browser.
pub(super) struct Browser<'a> {
    pub(super) house: &'a House,
    pub(super) cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) peer: &'static str,
    /// The token of the last form that was shown.
    pub(super) csrf: String,
    pub(super) site: Site,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// It must lead there.
    pub(super) fn to(&self, path: &str) {
        assert_eq!((self.status, self.header("location")), (StatusCode::SEE_OTHER, path), "{}", self.body);
    }

    pub(super) fn says(&self, words: &str) -> bool {
        self.body.contains(words)
    }
}

impl Browser<'_> {
    /// Sends anything.
    pub(super) async fn send(&mut self, method: Method, path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
        self.house.installation.clock.advance(Duration::from_millis(1));
        assert!(self.house.installation.clock.now().as_micros() > 0);
        let mut request = Request::builder().method(method).uri(path);
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", if self.site == Site::Public { "id.example.com" } else { "localhost:8421" });
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let peer: SocketAddr = self.peer.parse().unwrap();
        let request = request.extension(Peer(peer)).body(body.into()).unwrap();
        let router = if self.site == Site::Public { &self.house.router } else { &self.house.operators };
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let reply = Reply { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() };
        self.keep(&reply);
        reply
    }

    fn keep(&mut self, reply: &Reply) {
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            // P20: whatever any test makes the pages set stands in the table.
            let word = ["__Host-", "lw_", "operator_"].iter().fold(name, |rest, start| rest.strip_prefix(start).unwrap_or(rest));
            assert!(INVENTORY.iter().any(|fact| fact.word() == word), "{name} is not in the table of cookies");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let token = reply.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            self.csrf = token.to_owned();
        }
    }

    /// Opens a page.
    pub(super) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "", Body::empty()).await
    }

    /// Sends a body as it is.
    pub(super) async fn post_raw(&mut self, path: &str, body: String) -> Reply {
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body).await
    }

    /// Sends a form with the token of the last page.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        self.post_raw(path, body).await
    }

    /// Opens a form, sends it, and returns the path of the case that it opened.
    pub(super) async fn begin(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        self.get(path).await;
        let reply = self.post(path, fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        let case = reply.header("location").to_owned();
        assert!(case.starts_with("/recover/case/"), "{case}");
        self.get(&case).await;
        case
    }

    /// Signs in as root user.
    pub(super) async fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.get("/signin/root").await;
        self.post("/signin/root", &[("email", email), ("password", password)]).await
    }

    /// Signs in as IAM user.
    pub(super) async fn sign_in_user(&mut self, account: &str, name: &str, password: &str) -> Reply {
        self.get("/signin/iam").await;
        self.post("/signin/iam", &[("account", account), ("user_name", name), ("password", password)]).await
    }

    /// Whether the browser is signed in.
    pub(super) async fn is_in(&mut self) -> bool {
        self.get("/console").await.status == StatusCode::OK
    }

    /// The 12 digits of the account whose root user is signed in.
    pub(super) async fn account(&mut self) -> String {
        let page = self.get("/console/account").await.body;
        page.split("/signin/iam/").nth(1).expect("an account number").chars().take(12).collect()
    }

    /// Creates an IAM user with a typed password; returns the path of its page.
    pub(super) async fn create_user(&mut self, name: &str, more: &[(&str, &str)]) -> String {
        self.get("/console/users/new").await;
        let mut fields = vec![("name", name), ("mode", "typed"), ("password", OLD)];
        fields.extend(more);
        let reply = self.post("/console/users", &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        reply.header("location").split('?').next().unwrap().to_owned()
    }
}
