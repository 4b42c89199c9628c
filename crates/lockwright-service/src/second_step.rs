//! The second step of a sign-in: what the page shows, and what somebody answers.

use lockwright_core::mfa::{FactorProof, Spent};
use lockwright_core::person::{Bar, Person};
use lockwright_core::signin::{self, Second};
use lockwright_core::tries::{SECOND_FACTOR_NOTICES, SOURCE_FAILURES, Wait};
use lockwright_model::ceremony::{Ceremony, CeremonyPurpose};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::commit::decide;
use crate::factors::{FactorAnswer, FactorError, FactorRefusal, mfa_key};
use crate::load::source_key;
use crate::signin::SignedIn;
use crate::trouble::{NotCommitted, Trouble};

/// A second step that waits for its answer.
#[derive(Debug)]
pub struct SecondStep {
    /// Who signs in; the password was right.
    pub person: Person,
    /// What the browser asks the passkeys, as JSON for `navigator.credentials.get`; `None`: there is none.
    pub passkey_options: Option<String>,
}

/// A completed sign-in with two factors.
#[derive(Debug)]
pub struct SignedInFully {
    /// The session.
    pub signed: SignedIn,
    /// A recovery code was used up for it.
    pub code_used: bool,
}

/// Why a second step did not end in a session.
#[derive(Debug, thiserror::Error)]
pub enum SecondStepError {
    /// There is no such step, or not any more: the password comes first.
    #[error("the second step is over")]
    Over,
    /// The answer counts for nothing; the step goes on.
    #[error(transparent)]
    Refused(#[from] FactorRefusal),
    /// Too many tries: this one was not looked at.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
    /// Both factors are right, but something else bars the way.
    #[error("sign-in is barred")]
    Barred(Bar),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<FactorError> for SecondStepError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Refused(refusal) => Self::Refused(refusal),
            FactorError::Wait { until } => Self::Wait { until },
            FactorError::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

impl From<Wait> for SecondStepError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<StoreError> for SecondStepError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for SecondStepError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl Lockwright {
    /// The second step that a browser's ceremony cookie leads to; `None`: there is none. Looking at it spends nothing.
    pub async fn second_step(&self, cookie: &str) -> Result<Option<SecondStep>, Trouble> {
        let Some((ceremony, person)) = self.waiting(cookie, self.now()).await? else { return Ok(None) };
        let passkey_options = challenge_of(&ceremony).and_then(Self::passkey_options);
        Ok(Some(SecondStep { person, passkey_options }))
    }

    /// Signs in with the second factor. `previous` is the session the browser already has; it ends.
    pub async fn finish_second_step(
        &self,
        op: &OpContext,
        cookie: &str,
        answer: FactorAnswer<'_>,
        previous: Option<&Token>,
    ) -> Result<SignedInFully, SecondStepError> {
        let source = source_key(op);
        SOURCE_FAILURES.check(self.store().tries(&source).await?.as_ref(), op.now)?;
        let outcome = self.try_second_step(op, cookie, answer, previous).await;
        let word = match &outcome {
            Ok(_) => "signed_in",
            Err(SecondStepError::Over) => "over",
            Err(SecondStepError::Refused(_)) => "refused",
            Err(SecondStepError::Wait { .. }) => "wait",
            Err(SecondStepError::Barred(_)) => "barred",
            Err(SecondStepError::Trouble(_)) => "trouble",
        };
        metrics::counter!("lockwright_second_steps_total", "outcome" => word).increment(1);
        if matches!(outcome, Err(SecondStepError::Refused(FactorRefusal::Wrong))) {
            self.count_source(source, op.now).await;
        }
        outcome
    }

    async fn try_second_step(
        &self,
        op: &OpContext,
        cookie: &str,
        answer: FactorAnswer<'_>,
        previous: Option<&Token>,
    ) -> Result<SignedInFully, SecondStepError> {
        // A device that wrong tries switched off proves nothing here, however many of its codes are typed (N-T03).
        if matches!(answer, FactorAnswer::Worn { .. }) {
            return Err(FactorRefusal::Disabled.into());
        }
        let Some((ceremony, person)) = self.waiting(cookie, op.now).await? else { return Err(SecondStepError::Over) };
        match self.try_factor(op, &person, answer, challenge_of(&ceremony)).await? {
            Ok(checked) => match self.enter(op, cookie, &checked.proof, previous).await? {
                Second::SignedIn { new, spent } => Ok(SignedInFully {
                    signed: SignedIn { token: new.token, scope: new.session.scope },
                    code_used: matches!(spent, Spent::RecoveryCode { .. }),
                }),
                Second::Barred(bar) => Err(SecondStepError::Barred(bar)),
                Second::Replayed => self.second_step_failed(op, cookie, FactorRefusal::Wrong, &checked.counted).await,
                Second::Over => Err(SecondStepError::Over),
            },
            Err((refusal, counted)) => self.second_step_failed(op, cookie, refusal, &counted).await,
        }
    }

    async fn enter(&self, op: &OpContext, cookie: &str, proof: &FactorProof, previous: Option<&Token>) -> Result<Second, SecondStepError> {
        let outcome = decide!(self, {
            let Some((ceremony, person)) = self.waiting(cookie, op.now).await? else { return Ok(Second::Over) };
            let counted = self.store().tries(&mfa_key(&person.identity())).await?;
            let previous = match previous {
                Some(token) => self.store().session(&token.hash()).await?,
                None => None,
            };
            signin::finish_second(&ceremony, person, proof, counted, previous.as_ref(), self.config().sessions, op, self.entropy())
        });
        Ok(outcome?)
    }

    async fn second_step_failed(
        &self,
        op: &OpContext,
        cookie: &str,
        refusal: FactorRefusal,
        counted: &Tries,
    ) -> Result<SignedInFully, SecondStepError> {
        let mut first = true;
        let outcome = decide!(self, {
            let Some((ceremony, person)) = self.waiting(cookie, op.now).await? else { return Err(SecondStepError::Over) };
            // When another wrong answer was told of in between, it told the owner.
            let notice = if std::mem::take(&mut first) { self.second_factor_notice(&person, op.now).await? } else { None };
            let challenge = self.ask_passkeys(&person);
            signin::second_failed(ceremony, person, counted, notice, challenge, op, self.entropy())
        });
        Err(if outcome? { refusal.into() } else { SecondStepError::Over })
    }

    /// The count of notices to the owner with one more, when the last one is long enough ago.
    async fn second_factor_notice(&self, person: &Person, now: Timestamp) -> Result<Option<Tries>, StoreError> {
        let key = TriesKey::new("mfa-told", &person.identity().to_string());
        let row = self.store().tries(&key).await?;
        let due = SECOND_FACTOR_NOTICES.check(row.as_ref(), now).is_ok();
        Ok(due.then(|| SECOND_FACTOR_NOTICES.count(row, key, now)))
    }

    /// The ceremony of a cookie that waits for a second factor, and whose.
    async fn waiting(&self, cookie: &str, now: Timestamp) -> Result<Option<(Ceremony, Person)>, StoreError> {
        let Some(token) = Token::parse(TokenKind::Ceremony, cookie) else { return Ok(None) };
        let Some(ceremony) = self.store().ceremony(&token.hash()).await? else { return Ok(None) };
        let Some(owner) = signin::pending(&ceremony, now) else { return Ok(None) };
        Ok(self.person(owner).await?.map(|person| (ceremony, person)))
    }
}

fn challenge_of(ceremony: &Ceremony) -> Option<&str> {
    match &ceremony.purpose {
        CeremonyPurpose::SecondFactor { challenge, .. } => challenge.as_deref(),
        _ => None,
    }
}
