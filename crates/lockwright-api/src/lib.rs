//! The face for programs: AWS's protocols over the installation's port. A signed call is checked, told apart, decided and answered here; what
//! it does is done by the service.
#![forbid(unsafe_code)]

mod account;
mod ask;
mod cloudtrail;
mod iam;
mod operations;
mod qr;
mod sts;
mod tags;
mod web_identity;

pub use operations::{OPERATIONS, Offered};

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use ipnet::IpNet;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::context::OpContext;
use lockwright_model::identity::Principal;
use lockwright_model::secret::KeyBytes;
use lockwright_service::Lockwright;
use lockwright_service::access_keys::{NoSigner, Signer};
use lockwright_service::caller::Caller;
use lockwright_service::client::{self, Peer};
use lockwright_wire::error::{ErrorKind, Protocol, Reply, WireError};
use lockwright_wire::json::{self, Value};
use lockwright_wire::moment::Moment;
use lockwright_wire::query::Parameters;
use lockwright_wire::request::Request as Bytes;
use lockwright_wire::route::{Call, Input, Service, protocol_of};
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};
use metrics::Counter;
use tracing::Instrument;

use crate::ask::Ask;

/// The most bytes of a body: IAM's own limit on a request (aws-behaviour §6).
const BODY_BYTES: usize = 131_072;

/// The face, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    lockwright: Lockwright,
    trusted_proxies: Vec<IpNet>,
    /// The two counters of calls that go well, held so that they need not be looked up each time.
    verified: Counter,
    answered: Counter,
}

/// Whether a request is a program's and not a browser's: it is signed, or names an operation, or posts to `/`, where no page takes a form.
pub fn is_call<B>(request: &axum::http::Request<B>) -> bool {
    let headers = request.headers();
    let signed = headers.get("authorization").is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
    let presigned = request.uri().query().is_some_and(|query| query.contains("X-Amz-Algorithm=") || query.contains("X-Amz-Signature="));
    let at_root = request.uri().path() == "/";
    let posted = request.method() == Method::POST && at_root;
    let asked = at_root && request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("Action=")));
    signed || presigned || posted || asked || headers.contains_key("x-amz-target")
}

impl Api {
    /// Puts the face together.
    pub fn new(lockwright: Lockwright, trusted_proxies: Vec<IpNet>) -> Self {
        let (verified, answered) = (signatures("verified"), calls(200));
        Self(Arc::new(Inner { lockwright, trusted_proxies, verified, answered }))
    }

    /// Answers a call. It never fails: what goes wrong is an answer too.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<Peer>().copied();
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
        let ip = client::address(peer, forwarded, &self.0.trusted_proxies);
        let agent = parts.headers.get("user-agent").map(HeaderValue::as_bytes).unwrap_or_default();
        let op = self.0.lockwright.op(Principal::Anonymous, client::source(ip, agent));
        // Whatever is logged on the way can be found by the id that the client is told.
        let span = tracing::error_span!("call", request = %op.id);
        let reply = self.reply(parts, body, op).instrument(span).await;
        match reply.status {
            200 => self.0.answered.increment(1),
            status => calls(status).increment(1),
        }
        response(reply)
    }

    async fn reply(&self, parts: Parts, body: Body, op: OpContext) -> Reply {
        let headers = lines(&parts.headers);
        let bare =
            |body| Bytes { method: parts.method.as_str(), path: parts.uri.path(), query: query(&parts.uri), headers: &headers, body };
        let (mut shape, id) = ((protocol_of(&bare(&[])), ""), op.id.clone());
        let answer = match Limited::new(body, BODY_BYTES).collect().await {
            Ok(body) => self.call(bare(&body.to_bytes()), op, &mut shape).await,
            Err(_) => Err(WireError::of(ErrorKind::TooLarge, format!("A request has at most {BODY_BYTES} bytes."))),
        };
        answer.unwrap_or_else(|error| error.reply(shape.0, shape.1, id.as_str()))
    }

    /// Signature, then shape, then permission, then meaning. `shape` is the protocol and the namespace that an error is told in.
    async fn call(&self, request: Bytes<'_>, op: OpContext, shape: &mut (Protocol, &'static str)) -> Result<Reply, WireError> {
        if !is_signed(&request)
            && let Some(call) = web_identity::unsigned(request)
        {
            *shape = (call.service.protocol(), call.service.namespace());
            return web_identity::assume_role(&self.0.lockwright, &op, &call).await;
        }
        let claim = Claim::read(request, Moment::from_seconds(op.now.as_seconds()), PresignedLife::FifteenMinutes)
            .inspect_err(|_| count_signature("unreadable"))?;
        let invalid = || {
            count_signature("unknown_key");
            WireError::of(ErrorKind::InvalidClientTokenId, "The security token included in the request is invalid.")
        };
        if let Some(service) = Service::signed_as(claim.scope().service) {
            *shape = (service.protocol(), service.namespace());
        }
        let key: AccessKeyId = claim.access_key_id().parse().map_err(|_| invalid())?;
        let signer = match self.0.lockwright.signer(&key, claim.session_token(), op.now).await.map_err(ask::broken)? {
            Ok(signer) => signer,
            Err(NoSigner::Unknown) => return Err(invalid()),
            Err(NoSigner::Expired) => {
                count_signature("expired");
                return Err(WireError::of(ErrorKind::ExpiredToken, "The security token included in the request is expired"));
            }
        };
        let kept = signer.day_key(claim.scope_text());
        let signing = match &kept {
            Some(kept) => SigningKey::from_kept(kept.expose()),
            None => {
                let secret = self.0.lockwright.secret_of(&signer).ok_or_else(invalid)?;
                SigningKey::derive(secret.expose(), &claim.scope()).ok_or_else(invalid)?
            }
        };
        let verified = claim.verify(&signing).inspect_err(|_| {
            count_signature("mismatch");
            tracing::warn!(%key, "the signature of a call does not hold");
        })?;
        if kept.is_none() {
            signer.keep_day_key(verified.scope_text(), KeyBytes::new(*signing.expose()));
        }
        self.0.verified.increment(1);
        let call = Call::signed(&verified, "")?;
        if !may_call(&signer, &call) {
            return Err(invalid());
        }
        let scope = verified.scope();
        self.0.lockwright.note_key_use(&key, op.now, scope.service, scope.region).await;
        let op = signer.acting(key, op);
        let action = operations::action(&call).ok_or_else(|| operations::not_offered(&call.operation))?;
        self.0.lockwright.note_try(&op, &signer.caller, action, scope.region).await;
        let (none, nothing) = (Parameters::decode("", b"")?, Value::Object(Vec::new()));
        let read;
        let (parameters, json) = match &call.input {
            Input::Query(parameters) => (parameters, &nothing),
            Input::Json(body) => {
                read = json::read(body)?;
                (&none, &read)
            }
        };
        let ask = Ask { lockwright: &self.0.lockwright, op: &op, caller: &signer.caller, action, call: &call, parameters, json };
        operations::carry_out(&ask).await
    }
}

/// Whether a request brings a signature, good or bad, or any part of one.
fn is_signed(request: &Bytes<'_>) -> bool {
    request.values("authorization").next().is_some() || request.query.to_ascii_lowercase().contains("x-amz-")
}

/// Whether a service knows these credentials at all: IAM takes a user's own session only with a second factor, and never whom a user vouches
/// for (aws-behaviour §6). What the host hands out stands for a sign-in, whose session AWS's IAM takes too.
fn may_call(signer: &Signer, call: &Call<'_>) -> bool {
    let iam = call.service == Service::Iam;
    match (&signer.caller, &signer.temporary) {
        (_, None) | (Caller::Role { .. }, _) => true,
        (Caller::Person(_), Some(temporary)) => !iam || temporary.mfa.is_some() || temporary.by_host,
        (Caller::Federated { .. }, _) => !iam,
    }
}

/// Counts what became of signatures: who guesses at a secret, or signs with an old one, shows here.
fn signatures(outcome: &'static str) -> Counter {
    metrics::counter!("lockwright_signatures_total", "outcome" => outcome)
}

fn count_signature(outcome: &'static str) {
    signatures(outcome).increment(1);
}

fn calls(status: u16) -> Counter {
    metrics::counter!("lockwright_calls_total", "status" => status.to_string())
}

fn lines(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn query(uri: &Uri) -> &str {
    uri.query().unwrap_or_default()
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
