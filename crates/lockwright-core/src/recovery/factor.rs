//! Proofs of a recovery that the person keeps: the password, a saved recovery code, an MFA device.

use lockwright_model::case::Case;
use lockwright_model::change::ChangeSet;
use lockwright_model::clock::Timestamp;
use lockwright_model::id::DeviceId;
use lockwright_model::proof::{Proof, Proofs};
use lockwright_model::token::TokenHash;

use super::drill::{self, Had};
use super::evidence::{self, Given, Written};
use super::rules::RuleBook;
use super::situation::{codes_serve_from, device_serves_from};
use super::{CASE_TRIES, Refusal, Step};
use crate::Decided;
use crate::mfa::{self, FactorProof};
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
    drill::pretended(&case, Had::Password)?;
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

/// Spends a device's answer or a saved recovery code as a proof; one recovery takes at most one saved code (X03). `what` is which of the
/// two was asked for; `proof` is what was found right; `None`: it was not, or there is nobody.
pub fn give_factor(
    mut case: Case,
    person: Option<Person>,
    holder: TokenHash,
    what: Proof,
    proof: Option<&FactorProof>,
    step: &Step<'_>,
) -> Result<Decided<Given>, Refusal> {
    let now = step.op.now;
    evidence::gathers(&case, holder, now)?;
    if what == Proof::RecoveryCode {
        drill::pretended(&case, Had::Codes)?;
    }
    if case.gathered.proofs.contains(what) {
        return Err(Refusal::NotNow);
    }
    if !evidence::tries_left(&case) {
        return Ok(evidence::no_tries());
    }
    let proof = proof.filter(|proof| proof.kind() == what);
    let (Some(mut person), Some(proof)) = (evidence::subject(&case, person, now), proof) else {
        return Ok(evidence::wrong(case, CASE_TRIES));
    };
    if let FactorProof::Totp { device, .. } | FactorProof::Passkey { device, .. } = proof
        && let Some(device) = person.factors().device(device)
    {
        drill::pretended(&case, Had::device(device))?;
    }
    let from = serves_from(&person, proof);
    let unspent = person.clone();
    let worn = worn(&person, proof);
    let Ok(spent) = mfa::spend(&mut person, proof, now) else { return Ok(evidence::wrong(case, CASE_TRIES)) };
    if let Some(from) = from.filter(|from| now < *from) {
        return Ok(Decided::new(ChangeSet::default(), Given::TooNew { from }));
    }
    // A rehearsal uses up no saved code. A one-time password is never taken twice, not even there.
    if case.gathered.drill.is_some() && what == Proof::RecoveryCode {
        return Ok(evidence::add(case, unspent, Proofs::of(&[what]), Written::Case, step).map_output(Given::Accepted));
    }
    case.gathered.worn = worn.or(case.gathered.worn);
    let mut changes = ChangeSet::default();
    mfa::tell_spent(&mut changes, &person, &spent, step.op, step.entropy);
    let mut decided = evidence::add(case, person, Proofs::of(&[what]), Written::Person, step).map_output(Given::Accepted);
    decided.changes.puts.extend(changes.puts);
    Ok(decided)
}

/// The device that was shown, if wrong tries have switched it off.
fn worn(person: &Person, proof: &FactorProof) -> Option<DeviceId> {
    match proof {
        FactorProof::Totp { device, .. } => person.factors().device(device).filter(|known| known.disabled).map(|known| known.id.clone()),
        FactorProof::Passkey { .. } | FactorProof::RecoveryCode { .. } => None,
    }
}

/// From when on what was shown serves a recovery.
fn serves_from(person: &Person, proof: &FactorProof) -> Option<Timestamp> {
    match proof {
        FactorProof::Totp { device, .. } | FactorProof::Passkey { device, .. } => person.factors().device(device).map(device_serves_from),
        FactorProof::RecoveryCode { .. } => person.factors().codes.as_ref().map(codes_serve_from),
    }
}
