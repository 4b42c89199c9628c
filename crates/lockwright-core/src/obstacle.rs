//! What stands between a person and being signed in, read from the real state. Told only to somebody who has proved something.

use std::time::Duration;

use lockwright_model::clock::Timestamp;
use lockwright_model::factors::RecoveryCodes;
use lockwright_model::tries::Tries;

use crate::person::{Bar, Person};
use crate::{closing, tries};

/// So young a change of the password is worth a word.
const LATELY: Duration = Duration::from_secs(3 * 86_400);

/// One thing in the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// The operator suspended the account.
    Suspended,
    /// An administrator, or for a builder ID the operator, switched sign-in off.
    SwitchedOff,
    /// Its owner closed the account or the builder ID.
    Closed {
        /// Until when it can be taken back.
        until: Timestamp,
    },
    /// An IAM user has no access to the console.
    NoConsoleAccess,
    /// No password was set yet: the link for it is still out.
    NoPassword,
    /// 100 consecutive failures switched the password off.
    PasswordSwitchedOff,
    /// The password is older than the account's policy allows.
    PasswordExpired {
        /// Only an administrator can replace it.
        hard: bool,
    },
    /// Somebody else set the password: an own one must be chosen right after sign-in.
    MustChange,
    /// Wrong passwords lately: the next try counts later.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// A second step follows the password.
    SecondStep {
        /// How many devices can do it.
        devices: usize,
        /// How many recovery codes are left.
        codes: usize,
        /// Typed codes are switched off after 100 consecutive failures.
        switched_off: bool,
    },
    /// A device has to be enrolled right after sign-in.
    EnrolmentOwed,
    /// The owner said "this wasn't me": nothing can be changed until then.
    Frozen {
        /// Until when.
        until: Timestamp,
    },
    /// The password is younger than this request: an older one no longer counts, however often a browser fills it in.
    ChangedLately {
        /// When.
        at: Timestamp,
    },
}

/// Everything in the way, what bars all else first. Empty: nothing, so that it is the name, the kind or the password that was typed.
pub fn obstacles(person: &Person, tries: Option<&Tries>, now: Timestamp) -> Vec<Obstacle> {
    let mut found = Vec::new();
    match person.bar() {
        Some(Bar::AccountSuspended) => found.push(Obstacle::Suspended),
        Some(Bar::Disabled) => found.push(Obstacle::SwitchedOff),
        Some(Bar::AccountClosed | Bar::ExpiredHard) | None => {}
    }
    if let Some(at) = person.closed() {
        found.push(Obstacle::Closed { until: closing::until(at) });
    }
    match (person, person.credential()) {
        (Person::User { user, .. }, None) if user.login_profile.is_none() => found.push(Obstacle::NoConsoleAccess),
        (_, None) => found.push(Obstacle::NoPassword),
        (_, Some(credential)) => {
            if credential.disabled {
                found.push(Obstacle::PasswordSwitchedOff);
            }
            if person.password_expired(now) {
                found.push(Obstacle::PasswordExpired { hard: person.password_policy().is_some_and(|policy| policy.hard_expiry) });
            } else if credential.must_change {
                found.push(Obstacle::MustChange);
            }
        }
    }
    if let Some(until) = tries.map(|row| row.last.plus(tries::delay_after(row.count))).filter(|until| now < *until) {
        found.push(Obstacle::Wait { until });
    }
    let factors = person.factors();
    if !factors.devices.is_empty() {
        found.push(Obstacle::SecondStep {
            devices: factors.devices.iter().filter(|device| !device.disabled).count(),
            codes: factors.codes.as_ref().map_or(0, RecoveryCodes::count),
            switched_off: factors.devices.iter().any(|device| device.disabled),
        });
    } else if factors.enrolment.is_some() {
        found.push(Obstacle::EnrolmentOwed);
    }
    if let Some(until) = factors.frozen_for(now) {
        found.push(Obstacle::Frozen { until });
    }
    if let Some(at) = person.credential().map(|credential| credential.changed).filter(|at| now.since(*at) < LATELY) {
        found.push(Obstacle::ChangedLately { at });
    }
    found
}
