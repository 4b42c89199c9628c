//! `AssumeRoleWithWebIdentity`: the one call that brings no signature, for it brings a token instead.

use lockwright_model::context::OpContext;
use lockwright_model::secret::Secret;
use lockwright_service::Lockwright;
use lockwright_service::core::sts::Taking;
use lockwright_service::web_identity::WebIdentityError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};
use lockwright_wire::request::Request;
use lockwright_wire::route::{Call, Input, Service};
use lockwright_wire::xml;

use crate::ask::{Ask, moment};
use crate::iam::arn;
use crate::sts::{LONGEST_ROLE, NAMES, credentials, policy, policy_arns, said, seconds, text};

/// Its name.
const OPERATION: &str = "AssumeRoleWithWebIdentity";

/// The call of a request without a signature, if it is this one.
pub(crate) fn unsigned(request: Request<'_>) -> Option<Call<'_>> {
    Call::unsigned(request, "").ok().filter(|call| call.service == Service::Sts && call.operation == OPERATION)
}

/// The call with a signature that it doesn't need.
pub(crate) async fn signed(ask: &Ask<'_>) -> Result<Reply, WireError> {
    assume_role(ask.lockwright, ask.op, ask.call).await
}

/// Carries it out.
pub(crate) async fn assume_role(lockwright: &Lockwright, op: &OpContext, call: &Call<'_>) -> Result<Reply, WireError> {
    let Input::Query(parameters) = &call.input else { return Err(denied()) };
    let input = parameters.root();
    let role = arn(&input, "RoleArn", "roleArn")?;
    let session = text(&input, "RoleSessionName", "roleSessionName", (2, 64), NAMES, "")?;
    let session = session.ok_or_else(|| Violations::one("roleSessionName", None, Constraint::Required))?.to_owned();
    // The token is not repeated in any message.
    let token = match input.text("WebIdentityToken")? {
        None => return Err(Violations::one("webIdentityToken", None, Constraint::Required)),
        Some(token) if token.len() < 4 => return Err(Violations::one("webIdentityToken", None, Constraint::MinLength(4))),
        Some(token) if token.len() > 20_000 => return Err(Violations::one("webIdentityToken", None, Constraint::MaxLength(20_000))),
        Some(token) => Secret::new(token),
    };
    // For access tokens of three companies alone, which are not taken here.
    if !input.member("ProviderId").is_absent() {
        return Err(WireError::of(ErrorKind::ValidationError, "ProviderId is for OAuth access tokens, which this server does not take."));
    }
    let taking = Taking {
        session,
        seconds: seconds(&input, LONGEST_ROLE)?,
        policy: policy(&input)?,
        policy_arns: policy_arns(&input)?,
        ..Taking::default()
    };
    let (given, identity) = lockwright.assume_role_with_web_identity(op, role, &token, taking).await.map_err(refused)?;
    Ok(xml::response(call.service.namespace(), &call.operation, op.id.as_str(), |result| {
        credentials(result, &given);
        result.text("SubjectFromWebIdentityToken", &identity.subject);
        result.element("AssumedRoleUser", |writer| {
            writer.text("AssumedRoleId", &given.temporary.user_id().unwrap_or_default());
            writer.text("Arn", &given.temporary.arn().unwrap_or_default());
        });
        if given.temporary.policy.is_some() || !given.temporary.policy_arns.is_empty() {
            result.integer("PackedPolicySize", i64::try_from(given.packed()).unwrap_or(i64::MAX));
        }
        result.text("Provider", &identity.provider);
        result.text("Audience", &identity.audience);
    }))
}

fn denied() -> WireError {
    WireError::of(ErrorKind::AccessDenied, format!("Not authorized to perform sts:{OPERATION}"))
}

fn refused(error: WebIdentityError) -> WireError {
    let invalid = |message: String| WireError::modelled("InvalidIdentityToken", 400, message);
    match error {
        WebIdentityError::NotTrusted => denied(),
        WebIdentityError::Unreadable(why) => invalid(format!("{why}.")),
        WebIdentityError::NotSigned => invalid("The identity provider's keys did not sign the token.".to_owned()),
        WebIdentityError::OtherAudience => invalid("Incorrect token audience".to_owned()),
        WebIdentityError::Expired { at } => {
            WireError::modelled("ExpiredTokenException", 400, format!("Token expired: it counted until {}.", moment(at).rfc3339()))
        }
        WebIdentityError::NotYet => WireError::modelled("IDPRejectedClaim", 403, "The token does not count yet."),
        WebIdentityError::Unreachable(why) => WireError::modelled("IDPCommunicationError", 400, format!("{why}.")),
        WebIdentityError::Sts(error) => said(error),
    }
}
