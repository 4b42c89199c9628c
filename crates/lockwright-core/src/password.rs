//! Changing a password that is known.

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::job::Notice;
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::{Session, SessionScope};

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::session::{self, NewSession, SessionLimits};
use crate::signin::PasswordProof;

/// Why a password is not changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The account's policy leaves it to the administrator (`AllowUsersToChangePassword`).
    NotAllowed,
    /// The present password was changed or switched off meanwhile.
    Mismatch,
}

/// Whether this person may change the own password in this session.
///
/// Root and builder IDs always may. An IAM user may when the account's policy says so, when an administrator,
/// and when the present password was set by somebody else or has expired.
pub fn allowed(person: &Person, session: &Session) -> bool {
    match person {
        Person::Root(_) | Person::Builder(_) => true,
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
    if !allowed(&person, session) {
        return Err(Refusal::NotAllowed);
    }
    let credential = match person.credential() {
        Some(old) if old.hash == proof.hash && !old.disabled => Credential::replacing(Some(old), new, op.now),
        _ => return Err(Refusal::Mismatch),
    };
    if !person.replace_credential(credential) {
        return Err(Refusal::Mismatch);
    }
    let mut changes = ChangeSet::default();
    changes.delete(Key::Session(session.token), session.version);
    let new = session::open(&person, SessionScope::Full, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    let (service, name) = match person {
        Person::User { .. } => (Service::Iam, "ChangePassword"),
        Person::Root(_) | Person::Builder(_) => (Service::Signin, "PasswordUpdated"),
    };
    let told = Told::new(service, name, person.account_id())
        .about(person.identity(), person.user_name())
        .response(serde_json::json!({name: "Success"}));
    changes.tell(AuditEvent::new(op, entropy, told));
    outbox::notify(&mut changes, &person, &Notice::PasswordChanged(person.whose()), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, new))
}
