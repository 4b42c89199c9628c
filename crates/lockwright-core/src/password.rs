//! Changing a password that is known.

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::job::{Notice, SharedChange};
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::Decided;
use crate::enrolment;
use crate::outbox;
use crate::permit::Permit;
use crate::person::Person;
use crate::session::{self, NewSession, SessionLimits};
use crate::shared;
use crate::signin::{self, PasswordProof};

/// Why a password is not changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The account's policy leaves it to the administrator (`AllowUsersToChangePassword`), or the permit is of another account.
    NotAllowed,
    /// Somebody said "this wasn't me": nothing is changed until then.
    Frozen(Timestamp),
    /// The present password was changed or switched off meanwhile, or the session ended.
    Mismatch,
}

/// Whether this person may change the own password in this session.
///
/// Root and builder IDs always may. An IAM user may when the account's policy says so, when an administrator,
/// and when the present password was set by somebody else or has expired.
pub fn allowed(person: &Person, session: &Session) -> bool {
    match person {
        Person::Root(_) | Person::Builder(_) | Person::Operator(_) => true,
        Person::User { account, user } => {
            session.scope == SessionScope::ChangePassword
                || user.administrator
                || account.password_policy.as_ref().is_some_and(|policy| policy.allow_users_to_change)
        }
    }
}

/// Replaces the password, ends every session, and goes on in this browser under a new token.
pub fn change(
    mut person: Person,
    session: &Session,
    proof: &PasswordProof,
    new: PasswordHash,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<NewSession>, Refusal> {
    // A session that was ended while this password was being hashed must not come back as a new one.
    if !session::alive(session, &person, op.now) {
        return Err(Refusal::Mismatch);
    }
    if !allowed(&person, session) {
        return Err(Refusal::NotAllowed);
    }
    let mut changes = replace(&mut person, proof, new, op, entropy)?;
    changes.delete(Key::Session(session.token), session.version);
    let scope = enrolment::scope(&person, limits.root_grace, op.now);
    let mut new = session::open(&person, scope, limits, op, entropy);
    new.session.second_factor = session.second_factor;
    // The password alone is no full proof where a device stands.
    if !person.factors().devices.is_empty() {
        new.session.confirmed = session.confirmed;
    }
    changes.put(Record::Session(new.session.clone()));
    changes.put(person.record());
    Ok(Decided::new(changes, new))
}

/// Replaces the password of an IAM user who asks with an access key (IAM `ChangePassword`), and ends every session.
pub fn change_by_key(
    permit: &Permit,
    mut person: Person,
    proof: &PasswordProof,
    new: PasswordHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    match &person {
        Person::User { user, .. } if permit.covers(&user.id) => {}
        Person::User { .. } | Person::Root(_) | Person::Builder(_) | Person::Operator(_) => return Err(Refusal::NotAllowed),
    }
    let mut changes = replace(&mut person, proof, new, op, entropy)?;
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Puts a new password in the place of the one that was proven, ends every session, and tells of it. The person is the caller's to put.
fn replace(
    person: &mut Person,
    proof: &PasswordProof,
    new: PasswordHash,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<ChangeSet, Refusal> {
    if let Some(until) = person.factors().frozen_for(op.now) {
        return Err(Refusal::Frozen(until));
    }
    let credential = match person.credential() {
        Some(old) if old.hash == proof.hash && !old.disabled => Credential::replacing(Some(old), new, op.now),
        _ => return Err(Refusal::Mismatch),
    };
    if !person.replace_credential(credential) {
        return Err(Refusal::Mismatch);
    }
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(person, "Success")));
    outbox::notify(&mut changes, person, &Notice::PasswordChanged(person.whose()), op, entropy);
    shared::tell(&mut changes, person, SharedChange::Password, op, entropy);
    Ok(changes)
}

/// Tells of a try with a wrong present password. It counts like a sign-in: the hundredth in a row switches the password off.
pub fn failed(person: Person, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&person, "Failure").failed("Failed authentication")));
    signin::disable_at_limit(&mut changes, person, counted, op, entropy);
    changes
}

/// CloudTrail knows a root user's `PasswordUpdated` from sign-in, with an outcome, and an IAM user's `ChangePassword` from IAM, without.
fn told(person: &Person, outcome: &'static str) -> Told {
    let told = match person {
        Person::User { .. } => Told::new(Service::Iam, "ChangePassword", person.account_id()),
        Person::Root(_) | Person::Builder(_) | Person::Operator(_) => {
            Told::new(Service::Signin, "PasswordUpdated", person.account_id()).response(json!({"PasswordUpdated": outcome}))
        }
    };
    told.about(person.identity(), person.iam_user())
}
