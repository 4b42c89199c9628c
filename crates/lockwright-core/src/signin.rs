//! Signing in with a password: one decision for all three kinds, made after the password was checked.

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::job::Notice;
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::Decided;
use crate::enrolment;
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
    /// The password was changed, or switched off, meanwhile: nothing is decided, and [`failed`] tells of it like of a wrong one.
    Mismatch,
}

/// Decides a sign-in whose password was found right.
///
/// `previous` is the session the browser already had for anybody; it ends (ASVS 7.2.4). `counted` is the name's counter as it stands:
/// a right password resets it, whatever else bars the way.
pub fn complete(
    mut person: Person,
    proof: &PasswordProof,
    counted: Option<Tries>,
    previous: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Outcome> {
    let mut changes = ChangeSet::default();
    let credential = match person.credential() {
        Some(credential) if credential.hash == proof.hash && !credential.disabled => credential,
        _ => return Decided::new(changes, Outcome::Mismatch),
    };
    if let Some(counted) = counted {
        changes.put(Record::Tries(tries::forgive(counted, op.now)));
    }
    let expired = person.password_expired(op.now);
    let hard = expired && person.password_policy().is_some_and(|policy| policy.hard_expiry);
    if let Some(bar) = person.bar().or(hard.then_some(Bar::ExpiredHard)) {
        changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Sign-in is barred"))));
        return Decided::new(changes, Outcome::Barred(bar));
    }
    let scope =
        if credential.must_change || expired { SessionScope::ChangePassword } else { enrolment::scope(&person, limits.root_grace, op.now) };

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
/// `counted` is the name's counter as taken before the check; `account` is the account that was named, if it exists; `source` is the
/// network's counter with one more failure.
pub fn failed(
    person: Option<Person>,
    account: Option<AccountId>,
    counted: &Tries,
    source: Option<Tries>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.puts.extend(source.map(Record::Tries));
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
    if let Some(person) = person {
        disable_at_limit(&mut changes, person, counted, op, entropy);
    }
    changes
}

/// Switches the password off when the failure that was counted is one too many (NIST SP 800-63B-4 §3.2.2).
pub(crate) fn disable_at_limit(changes: &mut ChangeSet, mut person: Person, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) {
    if counted.count >= tries::DISABLE_AFTER && person.credential().is_some_and(|credential| !credential.disabled) {
        person.disable_credential();
        outbox::notify(changes, &person, &Notice::PasswordDisabled(person.whose()), op, entropy);
        let told = Told::new(Service::Signin, "PasswordDisabled", person.account_id()).about(person.identity(), person.user_name());
        changes.tell(AuditEvent::new(op, entropy, told));
        changes.put(person.record());
    }
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

/// The session that asks was ended meanwhile: it may end no other, and must not come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended;

/// Ends all other sessions of a person; the one that asks goes on under a new token, and not a moment longer (ASVS 7.4.3).
pub fn end_others(
    mut person: Person,
    keep: &Session,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<NewSession>, Ended> {
    if !session::alive(keep, &person, op.now) {
        return Err(Ended);
    }
    person.end_sessions();
    let new = session::renew(keep, &person, limits, op, entropy);
    let mut decided = end_all_of(person, op, entropy);
    decided.delete(Key::Session(keep.token), keep.version);
    decided.put(Record::Session(new.session.clone()));
    Ok(Decided::new(decided, new))
}

/// Ends all sessions of a person.
pub fn end_all(mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    person.end_sessions();
    Decided::new(end_all_of(person, op, entropy), ())
}

fn end_all_of(person: Person, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "SessionsEnded", person.account_id()).about(person.identity(), person.user_name());
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(person.record());
    changes
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
