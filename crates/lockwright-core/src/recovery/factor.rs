//! Proofs of a recovery that the person keeps: the password, a saved recovery code, an MFA device.

use lockwright_model::case::Case;
use lockwright_model::job::Happening;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::TokenHash;

use super::evidence::{self, Given, Written};
use super::rules::{Origin, RuleBook};
use super::{CASE_TRIES, Refusal, Step};
use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::signin::PasswordProof;

/// Takes the password as a proof. `proof` is the hash that it was found to belong to; `None`: it did not match, or there is nobody.
///
/// One that wrong tries switched off counts after another proof.
pub fn give_password(
    case: Case,
    person: Option<Person>,
    holder: TokenHash,
    proof: Option<&PasswordProof>,
    step: &Step<'_>,
) -> Result<Decided<Given>, Refusal> {
    evidence::gathers(&case, holder, step.op.now)?;
    let given = case.gathered.proofs;
    if given.contains(Proof::Password) {
        return Err(Refusal::NotNow);
    }
    if !evidence::tries_left(&case) {
        return Ok(evidence::no_tries());
    }
    let counts = |person: &Person| {
        let credential = person.credential().filter(|credential| proof.is_some_and(|proof| proof.hash == credential.hash));
        credential.is_some_and(|credential| RuleBook::PRODUCTION.password_counts(credential.disabled, given))
    };
    match evidence::subject(&case, person, step.op.now).filter(counts) {
        Some(person) => {
            let proofs = Proofs::of(&[Proof::Password]);
            Ok(evidence::add(case, person, proofs, Written::Case, step).map_output(Given::Accepted))
        }
        None => Ok(evidence::wrong(case, CASE_TRIES)),
    }
}

/// Spends a saved recovery code as a proof; one recovery takes at most one (X03). `None`: what was typed can't be a code.
pub fn give_recovery_code(
    case: Case,
    person: Option<Person>,
    holder: TokenHash,
    code: Option<TokenHash>,
    step: &Step<'_>,
) -> Result<Decided<Given>, Refusal> {
    evidence::gathers(&case, holder, step.op.now)?;
    if case.gathered.proofs.contains(Proof::RecoveryCode) {
        return Err(Refusal::NotNow);
    }
    if !evidence::tries_left(&case) {
        return Ok(evidence::no_tries());
    }
    let Some(mut person) = evidence::subject(&case, person, step.op.now) else { return Ok(evidence::wrong(case, CASE_TRIES)) };
    let set = person.factors_mut().codes.as_mut();
    let Some((from, left)) = set.and_then(|set| {
        let spent = set.left.iter_mut().find(|kept| kept.is_some() && **kept == code)?;
        let from = RuleBook::PRODUCTION.serves_from(Origin::Added, set.since);
        if step.op.now >= from {
            *spent = None;
        }
        Some((from, set.count()))
    }) else {
        return Ok(evidence::wrong(case, CASE_TRIES));
    };
    if step.op.now < from {
        return Ok(Decided::new(lockwright_model::change::ChangeSet::default(), Given::TooNew { from }));
    }
    let proofs = Proofs::of(&[Proof::RecoveryCode]);
    let told = Happening::CodeUsed(u8::try_from(left).unwrap_or(u8::MAX));
    let mut changes = lockwright_model::change::ChangeSet::default();
    outbox::tell(&mut changes, &person, told, step.op, step.entropy);
    let mut decided = evidence::add(case, person, proofs, Written::Person, step).map_output(Given::Accepted);
    decided.changes.puts.extend(changes.puts);
    Ok(decided)
}
