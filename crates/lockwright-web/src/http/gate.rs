//! Who may come in on the operators' pages: decided for every route of their table before its handler runs.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use lockwright_model::operator::OperatorRole;
use lockwright_model::session::SessionScope;
use lockwright_service::core::person::Person;

use super::answer::Refused;
use super::state::Web;
use super::visit::Visit;

/// Who may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// Anybody: what leads to being signed in.
    Anyone,
    /// Any operator, even one who still owes a device.
    Enrolling,
    /// Any operator.
    Support,
    /// Operators of role security.
    Security,
}

/// The gate of one route.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) web: Web,
    pub(crate) who: Who,
}

/// Stands before every handler of the operators' pages.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let visit = match parts.extensions.get::<Visit>() {
        Some(visit) => visit.clone(),
        None => Visit::load(&gate.web, &parts).await?,
    };
    admit(&visit, gate.who)?;
    parts.extensions.insert(visit);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

fn admit(visit: &Visit, who: Who) -> Result<(), Refused> {
    if who == Who::Anyone {
        return Ok(());
    }
    let Some((signed, Person::Operator(operator))) = visit.signed().map(|signed| (signed, &signed.person)) else {
        return Err(Refused::Go("/operator/signin"));
    };
    match signed.session.scope {
        _ if who == Who::Enrolling => Ok(()),
        SessionScope::EnrolMfa => Err(Refused::Go("/operator/security/mfa")),
        SessionScope::ChangePassword => Err(Refused::Go("/operator/security/password")),
        // Always two factors, whatever led to the session (ASVS V6.3.4, OWASP MFA).
        SessionScope::Full if signed.session.second_factor.is_none() => Err(Refused::Go("/operator/signin")),
        SessionScope::Full if who == Who::Security && operator.role != OperatorRole::Security => Err(Refused::not_found()),
        SessionScope::Full => Ok(()),
    }
}
