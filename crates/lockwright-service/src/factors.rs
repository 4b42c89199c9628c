//! Second factors: what somebody answers, whether it is right, and how often it may be tried.

use lockwright_authn::codes;
use lockwright_authn::passkey::{NoPasskeys, Refused, RelyingParty, State, credential_of, handle_of};
use lockwright_authn::recovery_code::{Mistyped, RecoveryCode};
use lockwright_authn::seal::SealKey;
use lockwright_authn::totp::{self, Matched, RESYNC_WINDOW, Seed, TypedCode};
use lockwright_core::mfa::FactorProof;
use lockwright_core::person::Person;
use lockwright_core::recovery::rules::RuleBook;
use lockwright_model::case::IdentityKind;
use lockwright_model::ceremony::CEREMONY_LIFE;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::{DeviceKind, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::Identity;
use lockwright_model::secret::{KeyBytes, Sealed};
use lockwright_model::tries::{Tries, TriesKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Lockwright;
use crate::signin::SignInError;
use crate::trouble::{NotCommitted, Trouble};

/// What somebody answers when a second factor is asked for.
#[derive(Clone, Copy)]
pub enum FactorAnswer<'a> {
    /// A one-time password.
    Totp {
        /// The device it comes from; `None`: any of them.
        device: Option<&'a DeviceId>,
        /// What was typed.
        code: &'a str,
    },
    /// Two consecutive one-time passwords of a device whose clock has gone astray.
    Resync {
        /// The device.
        device: &'a DeviceId,
        /// The earlier one, as typed.
        first: &'a str,
        /// The later one, as typed.
        second: &'a str,
    },
    /// The same of a device that wrong tries switched off. It counts inside a recovery case only, which says so by asking for it.
    Worn {
        /// The device.
        device: &'a DeviceId,
        /// The earlier one, as typed.
        first: &'a str,
        /// The later one, as typed.
        second: &'a str,
    },
    /// What the browser got from a passkey, as JSON.
    Passkey {
        /// `AuthenticationResponseJSON`
        response: &'a str,
    },
    /// A saved recovery code, as typed.
    RecoveryCode(&'a str),
}

/// Why an answer counts for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FactorRefusal {
    /// It can't be what was asked for. Not a try: it says nothing about what would be right.
    #[error(transparent)]
    Mistyped(#[from] Typing),
    /// It is not right, or was used before.
    #[error("the second factor is not right")]
    Wrong,
    /// The device's typed codes are switched off.
    #[error("the device is switched off")]
    Disabled,
    /// There is no such device, and there are no recovery codes.
    #[error("nothing like that is enrolled")]
    NotEnrolled,
}

/// What is wrong with what was typed, in a sentence for the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Typing {
    /// Not six digits.
    #[error("Enter the six digits that your authenticator app shows.")]
    Code,
    /// Not a recovery code.
    #[error(transparent)]
    RecoveryCode(#[from] Mistyped),
}

/// Why a second factor was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// It counts for nothing.
    #[error(transparent)]
    Refused(#[from] FactorRefusal),
    /// Too many tries: this one was not looked at.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<SignInError> for FactorError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wait { until } => Self::Wait { until },
            SignInError::Trouble(trouble) => Self::Trouble(trouble),
            SignInError::Mismatch | SignInError::Barred(_) => Self::Refused(FactorRefusal::Wrong),
        }
    }
}

impl From<NotCommitted> for FactorError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// An answer that is right, and the try it took: whoever can't spend it tells of a failure with [`lockwright_core::mfa::failed`].
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) proof: FactorProof,
    pub(crate) counted: Tries,
}

/// A challenge to somebody's passkeys: what the browser is asked, and what the answer is checked with.
#[derive(Serialize, Deserialize)]
struct Asked {
    options: String,
    state: String,
}

/// A challenge that its browser keeps, sealed.
#[derive(Serialize, Deserialize)]
struct Held {
    state: String,
    expires: Timestamp,
}

/// The counter of an identity's second factor: one for all devices, methods and surfaces. Only a success starts it anew, never a new code
/// (N-T05, N-T06), and enrolling a device after the old ones were worn out.
pub(crate) fn mfa_key(identity: &Identity) -> TriesKey {
    TriesKey::new("mfa", &identity.to_string())
}

/// What a device's seed is sealed for: it opens for no other identity and no other device.
fn seed_context(identity: &Identity, device: &DeviceId) -> String {
    format!("totp {identity} {device}")
}

/// The key for seeds, of the installation's own.
pub(crate) fn seal_key(sealing_key: &KeyBytes) -> SealKey {
    SealKey::new(KeyBytes::new(codes::bind(sealing_key, "seal-key", &[])))
}

impl FactorAnswer<'_> {
    /// Whether what was typed can be an answer at all.
    pub(crate) fn readable(&self) -> Result<(), Typing> {
        let code = |typed: &str| TypedCode::parse(typed).map(drop).ok_or(Typing::Code);
        match self {
            Self::Totp { code: typed, .. } => code(typed),
            Self::Resync { first, second, .. } | Self::Worn { first, second, .. } => code(first).and_then(|()| code(second)),
            Self::Passkey { .. } => Ok(()),
            Self::RecoveryCode(typed) => Ok(RecoveryCode::parse(typed).map(drop)?),
        }
    }
}

impl Lockwright {
    /// Whether passkeys work under the address of this kind's pages, or why browsers would refuse them.
    pub fn passkeys(&self, kind: IdentityKind) -> Result<(), NoPasskeys> {
        self.relying_party(kind).map(drop)
    }

    /// Operators' keys are bound to the origin of the operators' pages, everybody else's to the public one.
    pub(crate) fn relying_party(&self, kind: IdentityKind) -> Result<&RelyingParty, NoPasskeys> {
        let party = if kind == IdentityKind::Operator { &self.0.operators_party } else { &self.0.public_party };
        party.as_ref().map_err(|why| *why)
    }

    /// Seals something for a row or a browser; it opens in the same context only.
    pub(crate) fn seal(&self, plain: &[u8], context: &str) -> Sealed {
        self.0.seal.seal(plain, context, self.entropy())
    }

    /// Opens what was sealed in this context.
    pub(crate) fn unseal(&self, sealed: &Sealed, context: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.0.seal.open(sealed, context)
    }

    /// Seals a device's seed for its row.
    pub(crate) fn seal_seed(&self, identity: &Identity, device: &DeviceId, seed: &Seed) -> Sealed {
        self.seal(seed.as_bytes(), &seed_context(identity, device))
    }

    pub(crate) fn open_seed(&self, identity: &Identity, device: &DeviceId, sealed: &Sealed) -> Option<Seed> {
        Seed::from_bytes(&self.unseal(sealed, &seed_context(identity, device))?)
    }

    /// Draws a challenge to a person's passkeys, for a ceremony's row; `None`: there are none that could answer.
    pub(crate) fn ask_passkeys(&self, person: &Person) -> Option<String> {
        let keys: Vec<String> = passkeys(person).map(|(_, key)| key.to_owned()).collect();
        if keys.is_empty() {
            return None;
        }
        let (challenge, state) = self.relying_party(person.kind()).ok()?.start_authentication(&keys).ok()?;
        serde_json::to_string(&Asked { options: challenge.options_json, state: state.as_text().to_owned() }).ok()
    }

    /// What the browser is asked by a challenge of [`Lockwright::ask_passkeys`]: JSON for `navigator.credentials.get`.
    pub(crate) fn passkey_options(challenge: &str) -> Option<String> {
        serde_json::from_str::<Asked>(challenge).ok().map(|asked| asked.options)
    }

    /// Checks an answer against the person as loaded: no more, so it counts only once it is spent ([`lockwright_core::mfa::spend`]), and the try must have
    /// been taken before anybody learns of it. `challenge` is the one that the passkeys were asked.
    pub(crate) fn check_factor(
        &self,
        person: &Person,
        answer: FactorAnswer<'_>,
        challenge: Option<&str>,
        now: Timestamp,
    ) -> Result<FactorProof, FactorRefusal> {
        match answer {
            FactorAnswer::Totp { device, code } => self.check_code(person, device, code, now),
            FactorAnswer::Resync { device, first, second } => self.check_two(person, device, first, second, false, now),
            FactorAnswer::Worn { device, first, second } => self.check_two(person, device, first, second, true, now),
            FactorAnswer::Passkey { response } => self.check_passkey(person, response, challenge),
            FactorAnswer::RecoveryCode(typed) => {
                let hash = RecoveryCode::parse(typed).map_err(Typing::from)?.hash();
                let codes = person.factors().codes.as_ref().ok_or(FactorRefusal::NotEnrolled)?;
                // Every one is compared, whatever the others said.
                let known = codes.left.iter().flatten().filter(|left| **left == hash).count() > 0;
                if known { Ok(FactorProof::RecoveryCode { hash }) } else { Err(FactorRefusal::Wrong) }
            }
        }
    }

    /// A code of one device, or of any: an authenticator app doesn't tell which of its entries it shows.
    fn check_code(&self, person: &Person, device: Option<&DeviceId>, code: &str, now: Timestamp) -> Result<FactorProof, FactorRefusal> {
        let typed = TypedCode::parse(code).ok_or(Typing::Code)?;
        let mut answer = FactorRefusal::NotEnrolled;
        for known in person.factors().devices.iter().filter(|known| device.is_none_or(|device| known.id == *device)) {
            let DeviceKind::Totp { seed, drift, last_step } = &known.kind else { continue };
            if known.disabled {
                if answer == FactorRefusal::NotEnrolled {
                    answer = FactorRefusal::Disabled;
                }
                continue;
            }
            answer = FactorRefusal::Wrong;
            let seed = self.open_seed(&person.identity(), &known.id, seed).ok_or(FactorRefusal::Wrong)?;
            if let Some(step) = totp::check(&seed, &typed, now, *drift, *last_step) {
                return Ok(FactorProof::Totp { device: known.id.clone(), step, drift: None });
            }
        }
        Err(answer)
    }

    fn check_two(
        &self,
        person: &Person,
        device: &DeviceId,
        first: &str,
        second: &str,
        in_case: bool,
        now: Timestamp,
    ) -> Result<FactorProof, FactorRefusal> {
        let (first, second) = TypedCode::parse(first).zip(TypedCode::parse(second)).ok_or(Typing::Code)?;
        let (known, sealed, last_step) = person.factors().device(device).and_then(typed_codes).ok_or(FactorRefusal::NotEnrolled)?;
        let counts = !known.disabled || (in_case && RuleBook::PRODUCTION.device_codes(true) == Some(2));
        if !counts {
            return Err(FactorRefusal::Disabled);
        }
        let seed = self.open_seed(&person.identity(), device, sealed).ok_or(FactorRefusal::Wrong)?;
        let Matched { step, drift } = totp::check_two(&seed, &first, &second, now, RESYNC_WINDOW, last_step).ok_or(FactorRefusal::Wrong)?;
        Ok(FactorProof::Totp { device: device.clone(), step, drift: Some(drift) })
    }

    fn check_passkey(&self, person: &Person, response: &str, challenge: Option<&str>) -> Result<FactorProof, FactorRefusal> {
        if passkeys(person).next().is_none() {
            return Err(FactorRefusal::NotEnrolled);
        }
        let party = self.relying_party(person.kind()).map_err(|_| FactorRefusal::NotEnrolled)?;
        let asked: Asked = challenge.and_then(|text| serde_json::from_str(text).ok()).ok_or(FactorRefusal::Wrong)?;
        let keys: Vec<String> = passkeys(person).map(|(_, key)| key.to_owned()).collect();
        let used = party.finish_authentication(&State::from_text(asked.state), response, &keys).map_err(|why| {
            if why == Refused::Copied {
                // Worth a look: there may be two of this key.
                tracing::warn!(identity = %person.identity(), "a passkey's counter did not advance");
            }
            FactorRefusal::Wrong
        })?;
        let (device, key) = person
            .factors()
            .devices
            .iter()
            .find_map(|device| match &device.kind {
                DeviceKind::Passkey { credential, key, .. } if *credential == used.credential_id => Some((device, key)),
                _ => None,
            })
            .ok_or(FactorRefusal::Wrong)?;
        Ok(FactorProof::Passkey { device: device.id.clone(), checked: key.clone(), updated: used.updated_key })
    }

    /// Seals a challenge for the browser that is to answer it within ten minutes: whoever only asks leaves no row behind (E11).
    pub(crate) fn seal_challenge(&self, state: &str, context: &str, now: Timestamp) -> Option<String> {
        let held = Held { state: state.to_owned(), expires: now.plus(CEREMONY_LIFE) };
        Some(self.seal(serde_json::to_string(&held).ok()?.as_bytes(), context).as_text().to_owned())
    }

    /// Opens what [`Lockwright::seal_challenge`] sealed in this context, while it lives; and until when that is.
    pub(crate) fn open_challenge(&self, sealed: &str, context: &str, now: Timestamp) -> Option<(String, Timestamp)> {
        let opened = self.unseal(&Sealed::from_text(sealed), context)?;
        let held = serde_json::from_slice::<Held>(&opened).ok().filter(|held| now < held.expires)?;
        Some((held.state, held.expires))
    }

    /// Checks the answer of a passkey that stands for the password too: its user was verified. `state` is that of a challenge to anybody.
    pub(crate) fn check_passkey_alone(&self, person: &Person, state: &str, response: &str) -> Option<FactorProof> {
        let credential = credential_of(response)?;
        let (device, key) = person.factors().devices.iter().find_map(|device| match &device.kind {
            DeviceKind::Passkey { credential: known, key, .. } if *known == credential => Some((device, key)),
            _ => None,
        })?;
        let (party, handle) = (self.relying_party(person.kind()).ok()?, handle_of(&person.identity().to_string()));
        let used = party.finish_discoverable(&State::from_text(state), response, key, handle).ok().filter(|used| used.user_verified)?;
        Some(FactorProof::Passkey { device: device.id.clone(), checked: key.clone(), updated: used.updated_key })
    }

    /// Checks an answer and takes a try for it. A right one is to be spent in a decision that also forgives the counter of [`mfa_key`]
    /// ([`lockwright_core::mfa::forgive`]); of a wrong one, or one that was spent meanwhile, a decision with [`lockwright_core::mfa::failed`] tells.
    pub(crate) async fn try_factor(
        &self,
        op: &OpContext,
        person: &Person,
        answer: FactorAnswer<'_>,
        challenge: Option<&str>,
    ) -> Result<Result<Checked, (FactorRefusal, Tries)>, FactorError> {
        answer.readable().map_err(FactorRefusal::from)?;
        let counted = self.take_try(&mfa_key(&person.identity()), op.now).await?;
        Ok(match self.check_factor(person, answer, challenge, op.now) {
            Ok(proof) => Ok(Checked { proof, counted }),
            Err(refusal) => Err((refusal, counted)),
        })
    }
}

/// A person's passkeys with their stored keys.
fn passkeys(person: &Person) -> impl Iterator<Item = (&MfaDevice, &str)> {
    person.factors().devices.iter().filter_map(|device| match &device.kind {
        DeviceKind::Passkey { key, .. } => Some((device, key.as_str())),
        DeviceKind::Totp { .. } => None,
    })
}

fn typed_codes(device: &MfaDevice) -> Option<(&MfaDevice, &Sealed, Option<u64>)> {
    match &device.kind {
        DeviceKind::Totp { seed, last_step, .. } => Some((device, seed, *last_step)),
        DeviceKind::Passkey { .. } => None,
    }
}
