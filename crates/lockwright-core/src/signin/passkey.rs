//! Signing in with a passkey alone: a key and its user's PIN, finger or face are two factors in one (NIST SP 800-63B-4 §3.1.7).

use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::AuditEvent;
use lockwright_model::factors::DeviceKind;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::tries::Tries;

use super::{login, second};
use crate::mfa::{self, FactorProof};
use crate::person::{Bar, Person};
use crate::session::{NewSession, SessionLimits};
use crate::{Decided, register};

/// How a sign-in with a passkey alone ended.
#[derive(Debug)]
pub enum Alone {
    /// Signed in.
    SignedIn(Box<NewSession>),
    /// The passkey is right, but something else bars the way.
    Barred(Bar),
    /// It doesn't sign in, or not any more.
    Refused,
}

/// Decides a sign-in whose passkey was found right. `challenge` is its own count, a first one: the store takes it once, so that an answer
/// counts once (B25). `counted` is the counter of the person's second factor as it stands.
///
/// The password is not looked at, and so neither its age nor who set it: but whoever has none, or no access any more, has no sign-in.
#[expect(clippy::too_many_arguments, reason = "what a sign-in depends on")]
pub fn with_passkey(
    mut person: Person,
    proof: &FactorProof,
    challenge: Tries,
    counted: Option<Tries>,
    previous: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Alone> {
    let mut changes = ChangeSet::default();
    if !alone(&person, proof) {
        return Decided::new(changes, Alone::Refused);
    }
    changes.put(Record::Tries(challenge));
    if let Some(bar) = person.bar() {
        changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Sign-in is barred"), None)));
        return Decided::new(changes, Alone::Barred(bar));
    }
    let Ok(spent) = mfa::spend(&mut person, proof, op.now) else { return Decided::new(ChangeSet::default(), Alone::Refused) };
    mfa::forgive(&mut changes, counted, op.now);
    let entered = second::enter(person, SessionScope::Full, &spent, previous, limits, op, entropy);
    register::merge(&mut changes, entered.changes);
    Decided::new(changes, Alone::SignedIn(Box::new(entered.output)))
}

/// Whether this key of this person signs in alone.
fn alone(person: &Person, proof: &FactorProof) -> bool {
    let FactorProof::Passkey { device, .. } = proof else { return false };
    let kind = person.factors().device(device).map(|device| &device.kind);
    person.credential().is_some() && matches!(kind, Some(DeviceKind::Passkey { verifies_user: true, .. }))
}
