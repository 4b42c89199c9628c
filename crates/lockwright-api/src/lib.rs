//! The face for programs: AWS's protocols over the installation's port. A signed call is checked, told apart, decided and answered here; what
//! it does is done by the service.
#![forbid(unsafe_code)]

mod ask;
mod iam;
mod keys;
mod operations;
mod sts;

pub use operations::{OPERATIONS, Offered};

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use ipnet::IpNet;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::Principal;
use lockwright_service::Lockwright;
use lockwright_service::client::{self, Peer};
use lockwright_wire::error::{ErrorKind, Protocol, Reply, WireError};
use lockwright_wire::moment::Moment;
use lockwright_wire::request::Request as Bytes;
use lockwright_wire::route::{Call, Input, Service, protocol_of};
use lockwright_wire::sigv4::{Claim, PresignedLife};

use crate::ask::Ask;
use crate::keys::SigningKeys;

/// The most bytes of a body: IAM's own limit on a request (aws-behaviour §6).
const BODY_BYTES: usize = 131_072;

/// The face, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    lockwright: Lockwright,
    trusted_proxies: Vec<IpNet>,
    keys: SigningKeys,
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
        Self(Arc::new(Inner { lockwright, trusted_proxies, keys: SigningKeys::default() }))
    }

    /// Answers a call. It never fails: what goes wrong is an answer too.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<Peer>().copied();
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().map(axum::http::HeaderValue::as_bytes);
        let ip = client::address(peer, forwarded, &self.0.trusted_proxies);
        let agent = parts.headers.get("user-agent").map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
        let op = self.0.lockwright.op(Principal::Anonymous, client::source(ip, agent));
        let id = op.id.as_str().to_owned();
        let headers = lines(&parts.headers);
        let bare =
            |body| Bytes { method: parts.method.as_str(), path: parts.uri.path(), query: query(&parts.uri), headers: &headers, body };
        let reply = match Limited::new(body, BODY_BYTES).collect().await {
            Ok(body) => {
                let body = body.to_bytes();
                self.reply(bare(&body), op).await
            }
            Err(_) => {
                let error = WireError::of(ErrorKind::TooLarge, format!("A request has at most {BODY_BYTES} bytes."));
                error.reply(protocol_of(&bare(&[])), "", &id)
            }
        };
        metrics::counter!("lockwright_calls_total", "status" => reply.status.to_string()).increment(1);
        response(reply)
    }

    async fn reply(&self, request: Bytes<'_>, op: lockwright_model::context::OpContext) -> Reply {
        let mut shape = (protocol_of(&request), "");
        match self.call(request, &op, &mut shape).await {
            Ok(reply) => reply,
            Err(error) => error.reply(shape.0, shape.1, op.id.as_str()),
        }
    }

    /// Signature, then shape, then permission, then meaning. `shape` is the protocol and the namespace that an error is told in.
    async fn call(
        &self,
        request: Bytes<'_>,
        op: &lockwright_model::context::OpContext,
        shape: &mut (Protocol, &'static str),
    ) -> Result<Reply, WireError> {
        let claim = Claim::read(request, Moment::from_seconds(op.now.as_seconds()), PresignedLife::FifteenMinutes)?;
        let invalid = || WireError::of(ErrorKind::InvalidClientTokenId, "The security token included in the request is invalid.");
        if let Some(service) = Service::signed_as(claim.scope().service) {
            *shape = (service.protocol(), service.namespace());
        }
        // No temporary credentials are made yet, so no session token is anybody's.
        if claim.session_token().is_some() {
            return Err(invalid());
        }
        let key: AccessKeyId = claim.access_key_id().parse().map_err(|_| invalid())?;
        let signer = self.0.lockwright.signer(&key).await.map_err(ask::broken)?.ok_or_else(invalid)?;
        let scope = claim.scope();
        let (region, service) = (scope.region.to_owned(), scope.service.to_owned());
        let signing = self.0.keys.derive(&key, signer.secret.expose(), &scope).ok_or_else(invalid)?;
        let verified = claim.verify(&signing)?;
        let call = Call::signed(&verified, "")?;
        let op = lockwright_model::context::OpContext { access_key: Some(key.clone()), ..signer.person.acting(op) };
        self.0.lockwright.note_key_use(&key, op.now, &service, &region).await;
        // Only services of the Query protocol are offered yet.
        let Input::Query(parameters) = &call.input else { return Err(operations::not_offered(&call.operation)) };
        operations::carry_out(&Ask { lockwright: &self.0.lockwright, op: &op, caller: &signer.person, call: &call, parameters }).await
    }
}

fn lines(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn query(uri: &Uri) -> &str {
    uri.query().unwrap_or_default()
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.header("cache-control", "no-store").body(Body::from(reply.body)).unwrap_or_default()
}
