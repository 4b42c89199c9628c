//! Proving who one is once more, before what a session alone must not be enough for (ASVS 7.5.1, 7.5.3).

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::DeviceKind;
use lockwright_model::job::Happening;
use lockwright_model::session::Session;
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::Decided;
use crate::mfa::{self, FactorProof, Spent};
use crate::outbox;
use crate::person::Person;
use crate::session::{self, NewSession, SessionLimits};
use crate::signin::{self, PasswordProof};

/// What was proven just now.
#[derive(Clone, Copy, Debug)]
pub enum Proven<'a> {
    /// The password.
    Password(&'a PasswordProof),
    /// The password and a second factor.
    Both(&'a PasswordProof, &'a FactorProof),
    /// A passkey that has verified its user: both in one, as at sign-in.
    Passkey(&'a FactorProof),
}

/// Why a session is not confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The session has ended, or the password was changed or switched off meanwhile.
    Ended,
    /// A second factor is needed: one stands (O-M07).
    FactorNeeded,
    /// The second factor was used meanwhile, or is gone.
    Replayed,
}

/// A session that was confirmed.
#[derive(Debug)]
pub struct Confirmed {
    /// It goes on under a new token (O-S03).
    pub session: NewSession,
    /// A recovery code was used up for it.
    pub code_spent: bool,
}

/// Confirms a session whose owner proved the same as a sign-in asks for. `counted` is the counter of the second factor as it stands.
pub fn confirm(
    mut person: Person,
    session: &Session,
    proven: Proven<'_>,
    counted: Option<Tries>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<Confirmed>, Refusal> {
    if !session::alive(session, &person, op.now) {
        return Err(Refusal::Ended);
    }
    let (password, factor) = match proven {
        Proven::Password(password) => (Some(password), None),
        Proven::Both(password, factor) => (Some(password), Some(factor)),
        Proven::Passkey(factor) => (None, Some(factor)),
    };
    if password.is_some_and(|proof| person.credential().is_none_or(|credential| credential.hash != proof.hash || credential.disabled)) {
        return Err(Refusal::Ended);
    }
    if password.is_none() && !factor.is_some_and(|factor| verifies_user(&person, factor)) {
        return Err(Refusal::FactorNeeded);
    }
    if factor.is_none() && !person.factors().devices.is_empty() {
        return Err(Refusal::FactorNeeded);
    }
    let mut changes = ChangeSet::default();
    let mut new = session::renew(session, &person, limits, op, entropy);
    new.session.confirmed = op.now;
    let mut code_spent = false;
    if let Some(factor) = factor {
        let spent = mfa::spend(&mut person, factor, op.now).map_err(|mfa::Replayed| Refusal::Replayed)?;
        mfa::forgive(&mut changes, counted, op.now);
        new.session.second_factor = Some(op.now);
        if let Spent::RecoveryCode { left } = spent {
            code_spent = true;
            outbox::tell(&mut changes, &person, Happening::CodeUsed(left), op, entropy);
        }
    }
    changes.delete(Key::Session(session.token), session.version);
    changes.put(Record::Session(new.session.clone()));
    let used = if factor.is_some() { "Yes" } else { "No" };
    changes.tell(AuditEvent::new(op, entropy, told(&person).additional(json!({"MFAUsed": used}))));
    if factor.is_some() {
        changes.put(person.record());
    } else {
        changes.expect.push(person.row());
    }
    Ok(Decided::new(changes, Confirmed { session: new, code_spent }))
}

fn verifies_user(person: &Person, proof: &FactorProof) -> bool {
    let FactorProof::Passkey { device, .. } = proof else { return false };
    let kind = person.factors().device(device).map(|device| &device.kind);
    matches!(kind, Some(DeviceKind::Passkey { verifies_user: true, .. }))
}

/// Tells of a try with a wrong password. It counts like a sign-in: the hundredth in a row switches the password off.
pub fn failed(person: Person, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&person).failed("Failed authentication")));
    signin::disable_at_limit(&mut changes, person, counted, op, entropy);
    changes
}

/// Tells of a try with a wrong second factor. It counts like the one at sign-in; a passkey's answer, which nobody guesses, is not counted.
pub fn factor_failed(person: Person, counted: Option<&Tries>, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let told = told(&person);
    match counted {
        Some(counted) => mfa::failed(person, told, counted, op, entropy),
        None => {
            let mut changes = ChangeSet::default();
            changes.tell(AuditEvent::new(op, entropy, told.failed("Failed authentication")));
            changes
        }
    }
}

fn told(person: &Person) -> Told {
    Told::new(Service::Signin, "SessionConfirmed", person.account_id()).about(person.identity(), person.iam_user())
}
