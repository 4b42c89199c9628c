//! Somebody signed in proves once more who they are, before changing factors, addresses, contacts or email (ASVS 7.5.1).

use lockwright_authn::totp::TypedCode;
use lockwright_core::Decided;
use lockwright_core::confirm::{self, Confirmed, Proven, Refusal};
use lockwright_core::mfa::FactorProof;
use lockwright_core::person::Person;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::DeviceKind;
use lockwright_model::session::Session;
use lockwright_model::tries::Tries;

use crate::Lockwright;
use crate::commit::decide;
use crate::factors::{Checked, FactorAnswer, FactorError, FactorRefusal, mfa_key};
use crate::passwords::PresentError;
use crate::trouble::{NotCommitted, Trouble};

/// What somebody signed in answers.
#[derive(Clone, Copy)]
pub enum ConfirmAnswer<'a> {
    /// The password; enough where no device stands.
    Password(&'a str),
    /// The password, and a code of an app or a saved recovery code.
    Code {
        /// The password.
        password: &'a str,
        /// Six digits, or a recovery code.
        code: &'a str,
    },
    /// The password and a key.
    Key {
        /// The password.
        password: &'a str,
        /// The sealed challenge.
        challenge: &'a str,
        /// What the browser got from the key.
        response: &'a str,
    },
    /// A passkey that verifies its user.
    Passkey {
        /// The sealed challenge.
        challenge: &'a str,
        /// What the browser got from the passkey.
        response: &'a str,
    },
}

/// What a browser is asked, and what is to come back with the answer. It proves nothing without a key, and opens in one session only,
/// which a success ends; so nothing is stored for a page that is only looked at.
#[derive(Clone, Debug)]
pub struct ConfirmChallenge {
    /// JSON for `navigator.credentials.get`.
    pub options: String,
    /// The challenge, sealed.
    pub sealed: String,
}

/// Why a session was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password was not proven.
    #[error(transparent)]
    Present(#[from] PresentError),
    /// A second factor is needed beside the password.
    #[error("a second factor is needed")]
    FactorNeeded,
    /// The second factor was not proven.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for ConfirmError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for ConfirmError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

const fn wrong() -> ConfirmError {
    ConfirmError::Factor(FactorError::Refused(FactorRefusal::Wrong))
}

impl From<Refusal> for ConfirmError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Ended => Self::Present(PresentError::Mismatch),
            Refusal::FactorNeeded => Self::FactorNeeded,
            Refusal::Replayed => wrong(),
        }
    }
}

const ALONE: &str = "alone";
const BESIDE: &str = "beside a password";

fn context(session: &Session, what: &str) -> String {
    format!("confirm {what} {}", session.token.short())
}

impl Lockwright {
    /// A challenge to a passkey that proves its owner alone; `None` where there is none.
    pub fn ask_passkey_alone(&self, person: &Person, session: &Session, now: Timestamp) -> Option<ConfirmChallenge> {
        let any = person.factors().devices.iter().any(|device| matches!(device.kind, DeviceKind::Passkey { verifies_user: true, .. }));
        let (challenge, state) = self.relying_party(person.kind()).ok().filter(|_| any)?.start_discoverable().ok()?;
        self.asked(challenge.options_json, state.as_text(), &context(session, ALONE), now)
    }

    /// A challenge to any key of the person, to be answered beside the password; `None` where there is none.
    pub fn ask_key(&self, person: &Person, session: &Session, now: Timestamp) -> Option<ConfirmChallenge> {
        let challenge = self.ask_passkeys(person)?;
        self.asked(Self::passkey_options(&challenge)?, &challenge, &context(session, BESIDE), now)
    }

    fn asked(&self, options: String, challenge: &str, context: &str, now: Timestamp) -> Option<ConfirmChallenge> {
        Some(ConfirmChallenge { options, sealed: self.seal_challenge(challenge, context, now)? })
    }

    fn challenge(&self, sealed: &str, context: &str, now: Timestamp) -> Option<String> {
        self.open_challenge(sealed, context, now).map(|(challenge, _)| challenge)
    }

    /// Confirms a session; this browser goes on under the token returned.
    pub async fn confirm_session(&self, op: &OpContext, session: &Session, answer: ConfirmAnswer<'_>) -> Result<Confirmed, ConfirmError> {
        let gone = || ConfirmError::Present(PresentError::Mismatch);
        let person = self.person(&session.owner).await?.ok_or_else(gone)?;
        let (password, factor) = match answer {
            ConfirmAnswer::Password(password) => (Some(password), None),
            ConfirmAnswer::Code { password, code } => (Some(password), Some(typed(code))),
            ConfirmAnswer::Key { password, response, .. } => (Some(password), Some(FactorAnswer::Passkey { response })),
            ConfirmAnswer::Passkey { .. } => (None, None),
        };
        let challenge = match answer {
            ConfirmAnswer::Key { challenge, .. } => self.challenge(challenge, &context(session, BESIDE), op.now),
            _ => None,
        };
        if let Some(factor) = factor {
            factor.readable().map_err(|typing| FactorError::Refused(typing.into()))?;
        }
        let password = match password {
            Some(typed) => Some(self.prove_password_again(op, session, &person, typed, confirm::failed).await?),
            None => None,
        };
        let checked = match (answer, factor) {
            (ConfirmAnswer::Passkey { challenge, response }, _) => {
                match self.check_confirming(&person, session, challenge, response, op.now) {
                    Some(proof) => Some((proof, None)),
                    None => return Err(self.factor_wrong(op, session, None, FactorRefusal::Wrong).await),
                }
            }
            (_, Some(factor)) => match self.try_factor(op, &person, factor, challenge.as_deref()).await? {
                Ok(Checked { proof, counted }) => Some((proof, Some(counted))),
                Err((refusal, counted)) => return Err(self.factor_wrong(op, session, Some(counted), refusal).await),
            },
            (_, None) => None,
        };
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or_else(gone)?;
            let session = self.store().session(&session.token).await?.ok_or_else(gone)?;
            let counted = self.store().tries(&mfa_key(&session.owner)).await?;
            let proven = match (&password, &checked) {
                (Some(password), Some((factor, _))) => Proven::Both(password, factor),
                (Some(password), None) => Proven::Password(password),
                (None, Some((factor, _))) => Proven::Passkey(factor),
                (None, None) => return Err(ConfirmError::FactorNeeded),
            };
            match confirm::confirm(person, &session, proven, counted, self.config().sessions, op, self.entropy()) {
                Ok(decided) => decided,
                // Used meanwhile: a try like any other.
                Err(Refusal::Replayed) => {
                    let counted = checked.as_ref().and_then(|(_, counted)| counted.clone());
                    return Err(self.factor_wrong(op, &session, counted, FactorRefusal::Wrong).await);
                }
                Err(refusal) => return Err(refusal.into()),
            }
        });
        Ok(outcome?)
    }

    /// A passkey's answer that stands for the password too: its user was verified.
    fn check_confirming(&self, person: &Person, session: &Session, sealed: &str, response: &str, now: Timestamp) -> Option<FactorProof> {
        self.check_passkey_alone(person, &self.challenge(sealed, &context(session, ALONE), now)?, response)
    }

    async fn factor_wrong(&self, op: &OpContext, session: &Session, counted: Option<Tries>, refusal: FactorRefusal) -> ConfirmError {
        match self.tell_factor_wrong(op, session, counted).await {
            Ok(()) => FactorError::Refused(refusal).into(),
            Err(trouble) => trouble.into(),
        }
    }

    async fn tell_factor_wrong(&self, op: &OpContext, session: &Session, counted: Option<Tries>) -> Result<(), Trouble> {
        let outcome: Result<(), NotCommitted> = decide!(self, {
            let Some(person) = self.person(&session.owner).await? else { return Ok(()) };
            Decided::new(confirm::factor_failed(person, counted.as_ref(), op, self.entropy()), ())
        });
        Ok(outcome?)
    }
}

/// Six digits are an app's; anything else can only be a saved code.
fn typed(code: &str) -> FactorAnswer<'_> {
    if TypedCode::parse(code).is_some() { FactorAnswer::Totp { device: None, code } } else { FactorAnswer::RecoveryCode(code) }
}
