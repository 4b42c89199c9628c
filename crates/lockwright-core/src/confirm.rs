//! Proving who one is once more, before what a session alone must not be enough for (ASVS 7.5.1, 7.5.3).

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::session::Session;
use lockwright_model::tries::Tries;

use crate::Decided;
use crate::person::Person;
use crate::session::{self, NewSession, SessionLimits};
use crate::signin::{self, PasswordProof};

/// Why a session is not confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The session has ended, or the password was changed or switched off meanwhile.
    Ended,
    /// The password is right, and a second factor is needed beside it (O-M07).
    FactorNeeded,
}

/// Confirms a session whose owner typed the right password: it goes on under a new token (O-S03).
pub fn with_password(
    person: &Person,
    session: &Session,
    proof: &PasswordProof,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<NewSession>, Refusal> {
    let right = person.credential().is_some_and(|credential| credential.hash == proof.hash && !credential.disabled);
    if !right || !session::alive(session, person, op.now) {
        return Err(Refusal::Ended);
    }
    if !person.factors().devices.is_empty() {
        return Err(Refusal::FactorNeeded);
    }
    let mut changes = ChangeSet::default();
    let mut new = session::renew(session, person, limits, op, entropy);
    new.session.confirmed = op.now;
    changes.delete(Key::Session(session.token), session.version);
    changes.put(Record::Session(new.session.clone()));
    changes.tell(AuditEvent::new(op, entropy, told(person)));
    changes.expect.push(person.row());
    Ok(Decided::new(changes, new))
}

/// Tells of a try with a wrong password. It counts like a sign-in: the hundredth in a row switches the password off.
pub fn failed(person: Person, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&person).failed("Failed authentication")));
    signin::disable_at_limit(&mut changes, person, counted, op, entropy);
    changes
}

fn told(person: &Person) -> Told {
    Told::new(Service::Signin, "SessionConfirmed", person.account_id()).about(person.identity(), person.user_name())
}
