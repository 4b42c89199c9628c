//! Spending a proof of a second factor, so that a code, an answer of a passkey or a saved code counts once, and counting the wrong ones.

use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, Factors};
use lockwright_model::id::DeviceId;
use lockwright_model::job::Happening;
use lockwright_model::name::DeviceName;
use lockwright_model::proof::Proof;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::Tries;
use serde_json::json;

use crate::outbox;
use crate::person::Person;
use crate::tries;

/// A second factor that was found right; it counts when [`spend`] says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FactorProof {
    /// A one-time password, or two consecutive ones.
    Totp {
        /// The device.
        device: DeviceId,
        /// The step it belongs to.
        step: u64,
        /// Two consecutive codes: how far the device's clock was found to be ahead, in steps.
        drift: Option<i64>,
    },
    /// A passkey's answer.
    Passkey {
        /// The device.
        device: DeviceId,
        /// The stored key that the answer was checked with.
        checked: String,
        /// The key with its new counter, where that changed.
        updated: Option<String>,
    },
    /// A saved recovery code.
    RecoveryCode {
        /// What is kept of it.
        hash: TokenHash,
    },
}

impl FactorProof {
    /// What it is to the rules.
    pub fn kind(&self) -> Proof {
        match self {
            Self::Totp { .. } | Self::Passkey { .. } => Proof::Device,
            Self::RecoveryCode { .. } => Proof::RecoveryCode,
        }
    }
}

/// What was spent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spent {
    /// A device was used.
    Device {
        /// Its name.
        name: DeviceName,
        /// Its clock was set right.
        resynced: bool,
    },
    /// A recovery code was used up.
    RecoveryCode {
        /// How many are left.
        left: u8,
    },
}

impl Spent {
    /// CloudTrail's `MFAIdentifier`.
    pub fn identifier(&self) -> &str {
        match self {
            Self::Device { name, .. } => name.as_str(),
            Self::RecoveryCode { .. } => "recovery code",
        }
    }
}

/// The proof was right when it was checked and is not any more: used meanwhile, or its device is gone, changed or switched off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replayed;

/// Spends a proof on the person as stored now: of any number of parallel uses one comes through (B07, B08; N-O03, N-L02, ASVS V6.5.1).
/// The person's row is to be put with what the proof opens.
pub fn spend(person: &mut Person, proof: &FactorProof, now: Timestamp) -> Result<Spent, Replayed> {
    let factors = person.factors_mut();
    match proof {
        FactorProof::Totp { device, step, drift } => {
            let device = factors.devices.iter_mut().find(|known| known.id == *device).ok_or(Replayed)?;
            let DeviceKind::Totp { drift: known, last_step, .. } = &mut device.kind else { return Err(Replayed) };
            let used = last_step.is_some_and(|last| *step <= last);
            if used || (device.disabled && drift.is_none()) {
                return Err(Replayed);
            }
            *last_step = Some(*step);
            *known = drift.unwrap_or(*known);
            device.last_used = Some(now);
            Ok(Spent::Device { name: device.name.clone(), resynced: drift.is_some() })
        }
        FactorProof::Passkey { device, checked, updated } => {
            let device = factors.devices.iter_mut().find(|known| known.id == *device).ok_or(Replayed)?;
            let DeviceKind::Passkey { key, .. } = &mut device.kind else { return Err(Replayed) };
            // Its counter moved since: another answer of the same key was taken first.
            if key != checked {
                return Err(Replayed);
            }
            if let Some(updated) = updated {
                key.clone_from(updated);
            }
            device.last_used = Some(now);
            Ok(Spent::Device { name: device.name.clone(), resynced: false })
        }
        FactorProof::RecoveryCode { hash } => {
            let codes = factors.codes.as_mut().ok_or(Replayed)?;
            let code = codes.left.iter_mut().find(|left| left.as_ref() == Some(hash)).ok_or(Replayed)?;
            *code = None;
            Ok(Spent::RecoveryCode { left: u8::try_from(codes.count()).unwrap_or(u8::MAX) })
        }
    }
}

/// Tells the trail and the owner what was spent; that a device was simply used stands in the event of what it opened.
pub fn tell_spent(changes: &mut ChangeSet, person: &Person, spent: &Spent, op: &OpContext, entropy: &dyn Entropy) {
    let what = match spent {
        Spent::Device { name, resynced: true } => {
            let told = Told::new(Service::Iam, "ResyncMFADevice", person.account_id()).about(person.identity(), person.iam_user());
            changes.tell(AuditEvent::new(op, entropy, told.request(json!({"serialNumber": name.as_str()}))));
            Happening::DeviceResynced(name.clone())
        }
        Spent::Device { resynced: false, .. } => return,
        Spent::RecoveryCode { left } => Happening::CodeUsed(*left),
    };
    outbox::tell(changes, person, what, op, entropy);
}

/// Tells of a second factor that was wrong, or right too late. `counted` is the identity's counter as taken before the check.
pub fn failed(person: Person, told: Told, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told.failed("Failed authentication")));
    disable_at_limit(&mut changes, person, counted, op, entropy);
    changes
}

/// `CheckMfa`, for [`failed`] and for a second factor that was asked for.
pub fn check(person: &Person, outcome: &'static str) -> Told {
    Told::new(Service::Signin, "CheckMfa", person.account_id())
        .about(person.identity(), person.iam_user())
        .response(json!({"CheckMfa": outcome}))
        .additional(json!({"MfaType": mfa_types(person.factors())}))
}

/// CloudTrail names the one device, or says that there are several.
fn mfa_types(factors: &Factors) -> &'static str {
    match factors.devices.as_slice() {
        [] => "Recovery code",
        [device] if matches!(device.kind, DeviceKind::Totp { .. }) => "Virtual MFA",
        [_] => "U2F MFA",
        [..] => "Multiple MFA Devices",
    }
}

/// Switches the devices with typed codes off when the failure that was counted is one too many; a passkey can't be guessed (N-T01, NIST
/// SP 800-63B-4 §3.2.2).
pub(crate) fn disable_at_limit(changes: &mut ChangeSet, mut person: Person, counted: &Tries, op: &OpContext, entropy: &dyn Entropy) {
    if counted.count < tries::DISABLE_AFTER {
        return;
    }
    let mut disabled = false;
    for device in &mut person.factors_mut().devices {
        if matches!(device.kind, DeviceKind::Totp { .. }) && !device.disabled {
            device.disabled = true;
            disabled = true;
        }
    }
    if disabled {
        outbox::tell(changes, &person, Happening::DevicesDisabled, op, entropy);
        let told = Told::new(Service::Signin, "MFADevicesDisabled", person.account_id()).about(person.identity(), person.iam_user());
        changes.tell(AuditEvent::new(op, entropy, told));
        changes.put(person.record());
    }
}

/// The counter as it stands, forgiven: a second factor was right (N-T05). To be committed with what that opens.
pub fn forgive(changes: &mut ChangeSet, counted: Option<Tries>, now: Timestamp) {
    changes.puts.extend(counted.map(|row| Record::Tries(tries::forgive(row, now))));
}

#[cfg(test)]
mod tests;
