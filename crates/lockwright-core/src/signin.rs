//! Signing in: one decision for all kinds, made after the password, the second factor or the passkey was checked.

mod passkey;
mod second;

use lockwright_model::change::{ChangeSet, Key, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{EnrolmentOwed, EnrolmentReason};
use lockwright_model::id::AccountId;
use lockwright_model::job::Notice;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::Token;
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::Decided;
use crate::enrolment;
use crate::mfa;
use crate::outbox;
use crate::person::{Bar, Person};
use crate::recovery::rules::{RuleBook, SignIn};
use crate::recovery::{RecoverySettings, situation};
use crate::session::{self, NewSession, SessionLimits};
use crate::tries;

pub use passkey::{Alone, with_passkey};
pub use second::{MOST_WRONG, Second, finish_second, pending, second_failed};

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
    /// The password is right, and a second factor is owed: for the ceremony's cookie. No session is made (B10).
    SecondFactor(Token),
    /// The password is right, but something else bars the way.
    Barred(Bar),
    /// The password was changed, or switched off, meanwhile: nothing is decided, and [`failed`] tells of it like of a wrong one.
    Mismatch,
}

/// Decides a sign-in whose password was found right.
///
/// `previous` is the session the browser already had for anybody; it ends (ASVS 7.2.4). `counted` is the name's counter as it stands:
/// a right password resets it, whatever else bars the way. `challenge` is for the person's passkeys, should they be asked next.
#[expect(clippy::too_many_arguments, reason = "what a sign-in depends on")]
pub fn complete(
    mut person: Person,
    proof: &PasswordProof,
    counted: Option<Tries>,
    previous: Option<&Session>,
    challenge: Option<String>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Outcome> {
    let mut changes = ChangeSet::default();
    if !person.credential().is_some_and(|credential| credential.hash == proof.hash && !credential.disabled) {
        return Decided::new(changes, Outcome::Mismatch);
    }
    if let Some(counted) = counted {
        changes.put(Record::Tries(tries::forgive(counted, op.now)));
    }
    if let Some(bar) = barred(&person, op.now) {
        changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Sign-in is barred"), None)));
        return Decided::new(changes, Outcome::Barred(bar));
    }
    if let Some(hash) = &proof.rehash {
        person.rehash(hash.clone());
    }
    if second_factor_owed(&person, op.now) {
        let (token, ceremony) = second::begin(&person, challenge, op, entropy);
        changes.put(Record::Ceremony(ceremony));
        changes.tell(AuditEvent::new(op, entropy, mfa::check(&person, "Success")));
        write_if(&mut changes, person, proof.rehash.is_some());
        return Decided::new(changes, Outcome::SecondFactor(token));
    }
    let scope = scope(&person, limits, op.now);
    if let Some(previous) = previous {
        changes.delete(Key::Session(previous.token), previous.version);
    }
    let new = session::open(&person, scope, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    changes.tell(AuditEvent::new(op, entropy, login(&person, None, None)));
    let noted = person.note_sign_in(op.now);
    write_if(&mut changes, person, noted || proof.rehash.is_some());
    Decided::new(changes, Outcome::SignedIn(new))
}

fn write_if(changes: &mut ChangeSet, person: Person, written: bool) {
    if written {
        changes.put(person.record());
    } else {
        changes.expect.push(person.row());
    }
}

/// What bars somebody whose password is right.
fn barred(person: &Person, now: Timestamp) -> Option<Bar> {
    let hard = person.password_expired(now) && person.password_policy().is_some_and(|policy| policy.hard_expiry);
    person.bar().or(hard.then_some(Bar::ExpiredHard))
}

/// Whether the password alone signs this person in to nothing.
pub fn second_factor_owed(person: &Person, now: Timestamp) -> bool {
    let factors = person.factors();
    // The host makes operators, and takes their devices: nobody else can have waited for that moment.
    if matches!(person, Person::Operator(_)) && factors.devices.is_empty() {
        return false;
    }
    // Whoever took the devices away vouches for a password that was set since, by the link that was handed over: one from before may be
    // known to somebody who waited for that day (decision 0011).
    let vouched = |owed: &EnrolmentOwed| !owed.taken || person.replaced_since(owed.since, now);
    let granted = match factors.enrolment.filter(vouched).map(|owed| owed.why) {
        Some(EnrolmentReason::Administrator) => Proofs::of(&[Proof::Administrator]),
        Some(EnrolmentReason::Host) => Proofs::of(&[Proof::Host]),
        Some(EnrolmentReason::Recovered | EnrolmentReason::First) | None => Proofs::EMPTY,
    };
    let situation = situation::situation(person, RecoverySettings::default(), now);
    RuleBook::PRODUCTION.sign_in(&situation, granted.with(Proof::Password)) == SignIn::Refused
}

/// What a session may do of somebody who signed in with the password and proved all that is asked.
fn scope(person: &Person, limits: SessionLimits, now: Timestamp) -> SessionScope {
    match person.credential() {
        Some(credential) if credential.must_change || person.password_expired(now) => SessionScope::ChangePassword,
        _ => enrolment::scope(person, limits.root_grace, now),
    }
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
        Some(person) => login(person, Some("Failed authentication"), None),
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
        let told = Told::new(Service::Signin, "PasswordDisabled", person.account_id()).about(person.identity(), person.iam_user());
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
    let told = Told::new(Service::Signin, "SessionsEnded", person.account_id()).about(person.identity(), person.iam_user());
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(person.record());
    changes
}

/// `ConsoleLogin`; `mfa` is the second factor that was used.
fn login(person: &Person, error: Option<&'static str>, mfa: Option<&str>) -> Told {
    let outcome = if error.is_some() { "Failure" } else { "Success" };
    let additional = match mfa {
        Some(identifier) => json!({"MobileVersion": "No", "MFAUsed": "Yes", "MFAIdentifier": identifier}),
        None => json!({"MobileVersion": "No", "MFAUsed": "No"}),
    };
    let told = Told::new(Service::Signin, "ConsoleLogin", person.account_id())
        .about(person.identity(), person.iam_user())
        .response(json!({"ConsoleLogin": outcome}))
        .additional(additional);
    match error {
        Some(error) => told.failed(error),
        None => told,
    }
}
