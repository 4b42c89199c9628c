//! Signing in with a password: one decision for all three kinds, made after the password was checked.

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::job::Notice;
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::tries::{Tries, TriesKey};
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::person::{Bar, Person};
use crate::session::{self, NewSession, SessionLimits};
use crate::tries;

/// The password that was typed belongs to this hash.
#[derive(Clone, Debug)]
pub struct PasswordProof {
    /// The stored hash that matched.
    pub hash: PasswordHash,
    /// A new hash of the same password, when the parameters have grown.
    pub rehash: Option<PasswordHash>,
}

/// How a sign-in with the right password ended.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in.
    SignedIn(NewSession),
    /// The password is right, but something else bars the way.
    Barred(Bar),
    /// The password was changed, or switched off, meanwhile: the same answer as a wrong one.
    Mismatch,
}

/// Decides a sign-in whose password was found right.
///
/// `previous` is the session the browser already had for anybody; it ends (ASVS 7.2.4).
pub fn complete(
    mut person: Person,
    proof: &PasswordProof,
    counted: Tries,
    previous: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Outcome> {
    let mut changes = ChangeSet::default();
    let credential = match person.credential() {
        Some(credential) if credential.hash == proof.hash && !credential.disabled => credential,
        _ => {
            changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Failed authentication"))));
            return Decided::new(changes, Outcome::Mismatch);
        }
    };
    let expired = person.password_expired(op.now);
    let hard = expired && person.password_policy().is_some_and(|policy| policy.hard_expiry);
    if let Some(bar) = person.bar().or(hard.then_some(Bar::ExpiredHard)) {
        changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Sign-in is barred"))));
        return Decided::new(changes, Outcome::Barred(bar));
    }
    let scope = if credential.must_change || expired { SessionScope::ChangePassword } else { SessionScope::Full };

    changes.put(Record::Tries(tries::forgive(counted, op.now)));
    if let Some(previous) = previous {
        changes.delete(Key::Session(previous.token), previous.version);
    }
    let new = session::open(&person, scope, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    changes.tell(AuditEvent::new(op, entropy, login(&person, None)));
    let mut written = person.note_sign_in(op.now);
    if let Some(hash) = &proof.rehash {
        person.rehash(hash.clone());
        written = true;
    }
    if written {
        changes.put(person.record());
    } else {
        changes.expect.push(person.row());
    }
    Decided::new(changes, Outcome::SignedIn(new))
}

/// Decides a sign-in that failed: wrong name, wrong password, no password, switched-off password.
///
/// `counted` is the name's counter as taken before the check; `account` is the account that was named, if it exists.
pub fn failed(
    person: Option<Person>,
    account: Option<AccountId>,
    counted: &Tries,
    source: Option<Tries>,
    source_key: TriesKey,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.put(Record::Tries(tries::SOURCE_FAILURES.count(source, source_key, op.now)));
    let told = match &person {
        Some(person) => login(person, Some("Failed authentication")),
        // People type passwords into the name field: a name that is nobody's is never written down.
        None => Told::new(Service::Signin, "ConsoleLogin", account)
            .request(json!({"userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}))
            .response(json!({"ConsoleLogin": "Failure"}))
            .additional(json!({"MobileVersion": "No", "MFAUsed": "No"}))
            .failed("Failed authentication"),
    };
    changes.tell(AuditEvent::new(op, entropy, told));
    if let Some(mut person) = person
        && counted.count >= tries::DISABLE_AFTER
        && person.credential().is_some_and(|credential| !credential.disabled)
    {
        person.disable_credential();
        outbox::notify(&mut changes, &person, &Notice::PasswordDisabled(person.whose()), op, entropy);
        let told = Told::new(Service::Signin, "PasswordDisabled", person.account_id()).about(person.identity(), person.user_name());
        changes.tell(AuditEvent::new(op, entropy, told));
        changes.put(person.record());
    }
    changes
}

/// Ends one session of the person's own, or of somebody an administrator or the host may end.
pub fn sign_out(session: &Session, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.delete(Key::Session(session.token), session.version);
    let told = Told::new(Service::Signin, "Logout", session.owner.account())
        .about(session.owner.clone(), None)
        .request(json!({"session": session.token.short()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    changes
}

/// Ends all sessions of a person; the present one goes on under a new token when `keep` names it (ASVS 7.4.3).
pub fn end_all(
    mut person: Person,
    keep: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Option<NewSession>> {
    let mut changes = ChangeSet::default();
    person.end_sessions();
    let new = keep.map(|old| {
        changes.delete(Key::Session(old.token), old.version);
        session::open(&person, old.scope, limits, op, entropy)
    });
    if let Some(new) = &new {
        changes.put(Record::Session(new.session.clone()));
    }
    let told = Told::new(Service::Signin, "SessionsEnded", person.account_id()).about(person.identity(), person.user_name());
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(person.record());
    Decided::new(changes, new)
}

fn login(person: &Person, error: Option<&'static str>) -> Told {
    let outcome = if error.is_some() { "Failure" } else { "Success" };
    let told = Told::new(Service::Signin, "ConsoleLogin", person.account_id())
        .about(person.identity(), person.user_name())
        .response(json!({"ConsoleLogin": outcome}))
        .additional(json!({"MobileVersion": "No", "MFAUsed": "No"}));
    match error {
        Some(error) => told.failed(error),
        None => told,
    }
}
