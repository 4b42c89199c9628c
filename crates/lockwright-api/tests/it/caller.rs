//! An installation with an account, and programs that call in, signed by AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::body::Body;
use axum::extract::Request;
use http_body_util::BodyExt;
use lockwright_api::Api;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::clock::Clock;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_service::grants::GranteeRef;
use lockwright_service::users::GiveAccess;
use lockwright_testkit::installation::Installation;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A policy that allows everything.
pub(crate) const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// An installation, and the face for programs.
pub(crate) struct House {
    pub(crate) installation: Installation,
    pub(crate) api: Api,
}

/// Who signs calls.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) user: UserRef,
    pub(crate) key: AccessKeyId,
    pub(crate) secret: String,
    /// Of a session, which no key has yet.
    pub(crate) token: Option<String>,
}

/// What a call was answered.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The texts of an element, wherever it stands.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.body.split(&open).skip(1).filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned())).collect()
    }

    /// The text of an element; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> String {
        self.texts(name).into_iter().next().unwrap_or_default()
    }

    /// The code of an error; empty for a call that was carried out.
    pub(crate) fn code(&self) -> String {
        self.text("Code")
    }

    /// All but the id that every answer has anew.
    pub(crate) fn without_id(&self) -> String {
        self.body.replace(&self.text("RequestId"), "")
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        let installation = Installation::memory("https://id.example.com").await;
        let api = Api::new(installation.lockwright.clone(), Vec::new());
        Self { installation, api }
    }

    /// A command on the host.
    pub(crate) fn host(&self) -> OpContext {
        self.installation.clock.advance(Duration::from_millis(1));
        self.installation.lockwright.op(Principal::Host, Source::host())
    }

    /// A new account.
    pub(crate) async fn account(&self, email: &str) -> AccountId {
        let (name, email) = ("Harbour Works".parse().unwrap(), email.parse().unwrap());
        self.installation.lockwright.create_account(&self.host(), &name, &email).await.unwrap().0
    }

    /// A user of an account with an access key; `policy` is what it may do.
    pub(crate) async fn caller(&self, account: AccountId, name: &str, policy: Option<&str>) -> Caller {
        let lockwright = &self.installation.lockwright;
        let (user, _) = lockwright.create_user(&self.host(), account, &name.parse().unwrap(), false, GiveAccess::None).await.unwrap();
        let user = user.id;
        if let Some(document) = policy {
            self.grant(&user, document).await;
        }
        let (key, secret) = lockwright.create_access_key(&self.host(), &Identity::User(user.clone())).await.unwrap();
        Caller { user, key: key.id, secret: secret.expose().to_owned(), token: None }
    }

    /// Puts the one policy of a user.
    pub(crate) async fn grant(&self, user: &UserRef, document: &str) {
        self.installation
            .lockwright
            .put_policy(&self.host(), &GranteeRef::User(user.clone()), &"may".parse().unwrap(), document)
            .await
            .unwrap();
    }

    /// An IAM call, signed.
    pub(crate) async fn iam(&self, caller: &Caller, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(self.signed(caller, "iam", "2010-05-08", operation, parameters, false)).await
    }

    /// An IAM call that must be carried out.
    pub(crate) async fn done(&self, caller: &Caller, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.iam(caller, operation, parameters).await;
        assert_eq!(answer.status, 200, "{operation} {parameters:?}: {}", answer.body);
        answer
    }

    /// An IAM call that must be refused with this code.
    pub(crate) async fn refused(&self, caller: &Caller, code: &str, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.iam(caller, operation, parameters).await;
        assert_eq!(answer.code(), code, "{operation} {parameters:?}: {}", answer.body);
        answer
    }

    /// All entries of a list, read in pages of so many.
    pub(crate) async fn walk(
        &self,
        caller: &Caller,
        operation: &str,
        parameters: &[(&str, &str)],
        most: usize,
        entry: &str,
    ) -> Vec<String> {
        let (mut found, mut marker, most) = (Vec::new(), String::new(), most.to_string());
        for _ in 0..1000 {
            let mut all = vec![("MaxItems", most.as_str())];
            all.extend_from_slice(parameters);
            if !marker.is_empty() {
                all.push(("Marker", &marker));
            }
            let page = self.done(caller, operation, &all).await;
            found.extend(page.texts(entry));
            marker = page.text("Marker");
            assert_eq!(page.text("IsTruncated"), (!marker.is_empty()).to_string(), "{operation}");
            if marker.is_empty() {
                return found;
            }
        }
        panic!("{operation} {parameters:?} never ends");
    }

    /// An STS call, signed.
    pub(crate) async fn sts(&self, caller: &Caller, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(self.signed(caller, "sts", "2011-06-15", operation, parameters, false)).await
    }

    /// A call with its signature, in a header or in the query string.
    pub(crate) fn signed(
        &self,
        caller: &Caller,
        service: &str,
        version: &str,
        operation: &str,
        parameters: &[(&str, &str)],
        presigned: bool,
    ) -> Request {
        let mut form = format!("Action={operation}&Version={version}");
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        if presigned {
            self.sign(caller, service, ("GET", &format!("/?{form}"), b""), &headers, true)
        } else {
            self.sign(caller, service, ("POST", "/", form.as_bytes()), &headers, false)
        }
    }

    /// A call of a JSON service, signed.
    pub(crate) async fn json(&self, caller: &Caller, service: &str, target: &str, input: serde_json::Value) -> (u16, serde_json::Value) {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.spoken(caller, service, "/", &headers, &input).await
    }

    /// A call of a service whose operations are told by their paths, signed.
    pub(crate) async fn rest(&self, caller: &Caller, service: &str, path: &str, input: serde_json::Value) -> (u16, serde_json::Value) {
        self.spoken(caller, service, path, &[("content-type", "application/json")], &input).await
    }

    async fn spoken(
        &self,
        caller: &Caller,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        input: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let answer = self.send(self.sign(caller, service, ("POST", path, input.to_string().as_bytes()), headers, false)).await;
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    /// Any request, signed.
    pub(crate) fn sign(
        &self,
        caller: &Caller,
        service: &str,
        (method, target, body): (&str, &str, &[u8]),
        headers: &[(&str, &str)],
        presigned: bool,
    ) -> Request {
        let identity = Credentials::new(caller.key.as_str(), &caller.secret, caller.token.clone(), None, "test").into();
        let mut settings = SigningSettings::default();
        if presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(60));
        }
        let now = u64::try_from(self.installation.clock.now().as_seconds()).unwrap();
        let builder = SigningParams::builder().identity(&identity).region("eu-central-1").name(service).settings(settings);
        let params = builder.time(SystemTime::UNIX_EPOCH + Duration::from_secs(now)).build().unwrap().into();
        let headers: Vec<(&str, &str)> = [("host", "id.example.com")].into_iter().chain(headers.iter().copied()).collect();
        let mut uri = format!("https://id.example.com{target}");
        let signable = SignableRequest::new(method, uri.as_str(), headers.iter().copied(), SignableBody::Bytes(body)).unwrap();
        let (added, pairs) = sign(signable, &params).unwrap().into_parts().0.into_parts();
        for (name, value) in pairs {
            uri.push_str(&format!("&{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
        }
        let mut request = Request::builder().method(method).uri(uri.strip_prefix("https://id.example.com").unwrap());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for header in added {
            request = request.header(header.name().to_owned(), header.value().to_owned());
        }
        request.body(Body::from(body.to_vec())).unwrap()
    }

    /// Hands a request to the face.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let response = self.api.answer(request).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// The names and the refusals of an account's last events, the newest first.
    pub(crate) async fn trail(&self, account: AccountId) -> Vec<(String, String)> {
        let events = self.installation.lockwright.events(&self.host(), Some(account), None, 100).await.unwrap();
        let error = |event: &lockwright_model::event::AuditEvent| event.record["errorMessage"].as_str().unwrap_or_default().to_owned();
        events.iter().map(|event| (event.name.clone(), error(event))).collect()
    }
}
