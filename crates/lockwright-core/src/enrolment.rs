//! Who must enrol an MFA device, and from when on nothing else is possible after sign-in.

use std::time::Duration;

use lockwright_model::clock::Timestamp;
use lockwright_model::factors::EnrolmentReason;
use lockwright_model::session::SessionScope;

use crate::person::Person;

/// Whether a device must be enrolled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// No: a device stands, or none is asked for.
    No,
    /// Until then; the person is reminded at each sign-in.
    By(Timestamp),
    /// Before anything else.
    Now(Why),
}

/// Why a device must be enrolled before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// A root user's grace time is over.
    Grace,
    /// It is owed.
    Owed(EnrolmentReason),
}

/// Whether this person must enrol a device. An operator never goes without one; a root user for a while; others need none unless it is
/// owed. Until a device stands, a grace time that is over is over.
pub fn due(person: &Person, grace: Duration, now: Timestamp) -> Due {
    let factors = person.factors();
    match (person, factors.enrolment) {
        _ if !factors.devices.is_empty() => Due::No,
        (_, Some(owed)) => Due::Now(Why::Owed(owed.why)),
        (Person::Operator(_), None) => Due::Now(Why::Owed(EnrolmentReason::First)),
        (Person::Root(account), None) => {
            let until = account.created.plus(grace);
            if now < until { Due::By(until) } else { Due::Now(Why::Grace) }
        }
        (Person::User { .. } | Person::Builder(_), None) => Due::No,
    }
}

/// What a session of this person may do, once the password is its owner's own.
pub fn scope(person: &Person, grace: Duration, now: Timestamp) -> SessionScope {
    match due(person, grace, now) {
        Due::Now(_) => SessionScope::EnrolMfa,
        Due::No | Due::By(_) => SessionScope::Full,
    }
}
