//! The second step of a sign-in: the password was right, a second factor is owed. What stands in between is a ceremony, never a session (B10).

use lockwright_model::ceremony::{CEREMONY_LIFE, Ceremony, CeremonyPurpose};
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::AuditEvent;
use lockwright_model::identity::Identity;
use lockwright_model::job::Happening;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::Tries;

use super::{barred, login, scope};
use crate::mfa::{self, FactorProof, Spent};
use crate::outbox;
use crate::person::{Bar, Person};
use crate::recovery::rules::{RuleBook, SignIn};
use crate::recovery::{RecoverySettings, situation};
use crate::session::{self, NewSession, SessionLimits};
use crate::{Decided, register};

/// Wrong answers that end a second step: the person starts over with the password. What defends is the counter, not this.
pub const MOST_WRONG: u8 = 5;

/// How a second step ended.
#[derive(Debug)]
pub enum Second {
    /// Signed in.
    SignedIn {
        /// The session.
        new: Box<NewSession>,
        /// What was used up for it.
        spent: Spent,
    },
    /// The factor is right, but something else bars the way.
    Barred(Bar),
    /// The factor was used or removed meanwhile: nothing is decided, and [`second_failed`] tells of it like of a wrong one.
    Replayed,
    /// What the step stood on has changed: its time is over, or the password was changed or switched off, or the sessions were ended.
    Over,
}

/// Begins the step.
pub(super) fn begin(person: &Person, challenge: Option<String>, op: &OpContext, entropy: &dyn Entropy) -> (Token, Ceremony) {
    let token = Token::draw(TokenKind::Ceremony, entropy);
    let purpose = CeremonyPurpose::SecondFactor { owner: person.identity(), epoch: person.epoch(), challenge, wrong: 0 };
    let ceremony = Ceremony {
        token: token.hash(),
        version: Version::NEW,
        session: None,
        created: op.now,
        expires: op.now.plus(CEREMONY_LIFE),
        source: op.source.clone(),
        purpose,
    };
    (token, ceremony)
}

/// Whose second factor a ceremony waits for, while it does.
pub fn pending(ceremony: &Ceremony, now: Timestamp) -> Option<&Identity> {
    match &ceremony.purpose {
        CeremonyPurpose::SecondFactor { owner, .. } if now < ceremony.expires => Some(owner),
        _ => None,
    }
}

/// Whether what the step stands on is as it was when the password was right.
fn stands(ceremony: &Ceremony, person: &Person, now: Timestamp) -> bool {
    let CeremonyPurpose::SecondFactor { epoch, .. } = ceremony.purpose else { return false };
    pending(ceremony, now) == Some(&person.identity())
        && epoch == person.epoch()
        && person.credential().is_some_and(|credential| !credential.disabled)
}

/// Decides a second step whose factor was found right. `counted` is the counter of the person's second factor as it stands.
#[expect(clippy::too_many_arguments, reason = "what a sign-in depends on")]
pub fn finish_second(
    ceremony: &Ceremony,
    mut person: Person,
    proof: &FactorProof,
    counted: Option<Tries>,
    previous: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<Second> {
    let mut changes = ChangeSet::default();
    if let Some(bar) = barred(&person, op.now).filter(|_| pending(ceremony, op.now) == Some(&person.identity())) {
        changes.tell(AuditEvent::new(op, entropy, login(&person, Some("Sign-in is barred"), None)));
        changes.delete(Key::Ceremony(ceremony.token), ceremony.version);
        return Decided::new(changes, Second::Barred(bar));
    }
    if !stands(ceremony, &person, op.now) {
        return Decided::new(changes, Second::Over);
    }
    let situation = situation::situation(&person, RecoverySettings::default(), op.now);
    let proofs = Proofs::of(&[Proof::Password]).with(proof.kind());
    let spent = match mfa::spend(&mut person, proof, op.now) {
        Ok(spent) if RuleBook::PRODUCTION.sign_in(&situation, proofs) != SignIn::Refused => spent,
        _ => return Decided::new(changes, Second::Replayed),
    };
    changes.delete(Key::Ceremony(ceremony.token), ceremony.version);
    mfa::forgive(&mut changes, counted, op.now);
    let scope = scope(&person, limits, op.now);
    let entered = enter(person, scope, &spent, previous, limits, op, entropy);
    register::merge(&mut changes, entered.changes);
    Decided::new(changes, Second::SignedIn { new: Box::new(entered.output), spent })
}

/// Makes the session of somebody who used a second factor, and tells of it.
pub(super) fn enter(
    mut person: Person,
    scope: lockwright_model::session::SessionScope,
    spent: &Spent,
    previous: Option<&Session>,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<NewSession> {
    let mut changes = ChangeSet::default();
    if let Some(previous) = previous {
        changes.delete(Key::Session(previous.token), previous.version);
    }
    let mut new = session::open(&person, scope, limits, op, entropy);
    new.session.second_factor = Some(op.now);
    changes.put(Record::Session(new.session.clone()));
    changes.tell(AuditEvent::new(op, entropy, login(&person, None, Some(spent.identifier()))));
    mfa::tell_spent(&mut changes, &person, spent, op, entropy);
    person.note_sign_in(op.now);
    changes.put(person.record());
    Decided::new(changes, new)
}

/// Decides a second step whose factor was wrong; the output says whether the step goes on.
///
/// `notice` is the count of what the owner was told lately, when it is time to tell again (O-M09); `challenge` replaces the one that was
/// answered.
pub fn second_failed(
    ceremony: Ceremony,
    person: Person,
    counted: &Tries,
    notice: Option<Tries>,
    challenge: Option<String>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<bool> {
    let mut changes = ChangeSet::default();
    if let Some(notice) = notice {
        changes.put(Record::Tries(notice));
        outbox::tell(&mut changes, &person, Happening::SecondFactorFailed, op, entropy);
    }
    let goes_on = match ceremony.purpose {
        CeremonyPurpose::SecondFactor { owner, epoch, wrong, .. } if wrong + 1 < MOST_WRONG => {
            let purpose = CeremonyPurpose::SecondFactor { owner, epoch, challenge, wrong: wrong + 1 };
            changes.put(Record::Ceremony(Ceremony { purpose, ..ceremony }));
            true
        }
        _ => {
            changes.delete(Key::Ceremony(ceremony.token), ceremony.version);
            false
        }
    };
    let told = login(&person, Some("Failed authentication"), Some("unknown"));
    register::merge(&mut changes, mfa::failed(person, told, counted, op, entropy));
    Decided::new(changes, goes_on)
}
