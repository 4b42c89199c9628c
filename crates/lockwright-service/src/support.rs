//! Requests to the operators, and what people say of articles: both by anybody, without looking anything up by their name.

use lockwright_core::Decided;
use lockwright_core::support;
use lockwright_core::tries::{ALL_SUPPORT, SOURCE_RATINGS, SOURCE_SUPPORT, Wait};
use lockwright_leak::Kind;
use lockwright_model::change::{ChangeSet, Rating, RatingCount, Record, Touch};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::SupportId;
use lockwright_model::support::{SupportRequest, SupportState, SupportTopic};
use lockwright_model::tries::TriesKey;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::commit::decide;
use crate::mail::outgoing::OutgoingMail;
use crate::operator_help::OperatorError;
use crate::trouble::{NotCommitted, Trouble};

/// Requests and articles that a list shows.
const LISTED: u32 = 200;

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SupportError {
    /// It holds something that opens a door; nothing was kept.
    #[error("it holds a secret")]
    Secret(Vec<Kind>),
    /// Too many came from this network, or from everybody.
    #[error("too many requests")]
    Wait {
        /// The next one is taken then.
        until: Timestamp,
    },
    /// Outside trouble.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Wait> for SupportError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<StoreError> for SupportError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for SupportError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// Why an answer does not leave.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It holds something that opens a door, and mails are no place for that.
    #[error("it holds a secret")]
    Secret(Vec<Kind>),
    /// Somebody dealt with the request before.
    #[error("already done")]
    Done,
    /// Not an operator, no such request, or outside trouble.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<support::AlreadyDone> for AnswerError {
    fn from(_: support::AlreadyDone) -> Self {
        Self::Done
    }
}

impl From<NotCommitted> for AnswerError {
    fn from(failure: NotCommitted) -> Self {
        Self::Operator(failure.into())
    }
}

impl Lockwright {
    /// Puts a request before the operators.
    pub async fn ask_support(
        &self,
        op: &OpContext,
        topic: SupportTopic,
        email: &EmailAddress,
        text: &str,
    ) -> Result<SupportId, SupportError> {
        let secrets = lockwright_leak::secrets(text);
        if !secrets.is_empty() {
            return Err(SupportError::Secret(secrets));
        }
        let outcome = decide!(self, {
            let (network, all) = (TriesKey::new("support", &op.source.network()), TriesKey::new("support", "everybody"));
            let (network_row, all_row) = (self.store().tries(&network).await?, self.store().tries(&all).await?);
            SOURCE_SUPPORT.check(network_row.as_ref(), op.now)?;
            ALL_SUPPORT.check(all_row.as_ref(), op.now)?;
            let mut decided = support::open(topic, email.clone(), text.to_owned(), op, self.entropy());
            decided.changes.put(Record::Tries(SOURCE_SUPPORT.count(network_row, network, op.now)));
            decided.changes.put(Record::Tries(ALL_SUPPORT.count(all_row, all, op.now)));
            decided
        });
        Ok(outcome?)
    }

    /// What waits, and what was dealt with lately, for operators.
    pub async fn support_requests(&self, op: &OpContext) -> Result<(Vec<SupportRequest>, Vec<SupportRequest>), OperatorError> {
        self.operator_permit(op).await??;
        Ok((self.store().supports_open(LISTED).await?, self.store().supports_ended(LISTED).await?))
    }

    /// One request, for operators.
    pub async fn support_request(&self, op: &OpContext, id: &SupportId) -> Result<SupportRequest, OperatorError> {
        self.operator_permit(op).await??;
        self.store().support(id).await?.ok_or(OperatorError::Unknown)
    }

    /// Answers a request by mail.
    pub async fn answer_support(&self, op: &OpContext, id: &SupportId, text: &str) -> Result<(), AnswerError> {
        let secrets = lockwright_leak::secrets(text);
        if !secrets.is_empty() {
            return Err(AnswerError::Secret(secrets));
        }
        self.end_support(op, id, Some(text)).await
    }

    /// Puts a request aside; nothing is mailed.
    pub async fn close_support(&self, op: &OpContext, id: &SupportId) -> Result<(), AnswerError> {
        self.end_support(op, id, None).await
    }

    async fn end_support(&self, op: &OpContext, id: &SupportId, answer: Option<&str>) -> Result<(), AnswerError> {
        let outcome = decide!(self, {
            let permit = self.operator_permit(op).await.map_err(OperatorError::from)?.map_err(OperatorError::from)?;
            let request = self.store().support(id).await.map_err(OperatorError::from)?.ok_or(OperatorError::Unknown)?;
            match answer {
                Some(text) => support::answer(&permit, request, text.to_owned(), op, self.entropy())?,
                None => support::close(&permit, request, op, self.entropy())?,
            }
        });
        Ok(outcome?)
    }

    /// Counts whether an article helped; more than a few an hour from one network are not counted, and are told nothing else.
    pub async fn rate_article(&self, op: &OpContext, rating: &Rating) -> Result<(), Trouble> {
        let outcome = decide!(self, {
            let key = TriesKey::new("ratings", &op.source.network());
            let row = self.store().tries(&key).await?;
            let mut changes = ChangeSet::default();
            if SOURCE_RATINGS.check(row.as_ref(), op.now).is_ok() {
                changes.touches.push(Touch::ArticleRated(rating.clone()));
                changes.put(Record::Tries(SOURCE_RATINGS.count(row, key, op.now)));
            }
            Decided::new(changes, ())
        });
        outcome.map_err(Trouble::from)
    }

    /// What people said of articles, for operators.
    pub async fn ratings(&self, op: &OpContext) -> Result<Vec<RatingCount>, OperatorError> {
        self.operator_permit(op).await??;
        Ok(self.store().ratings(LISTED * 10).await?)
    }
}

impl Lockwright {
    /// The mail that carries an answer; none when there is no answer any more.
    pub(crate) async fn support_answer(&self, id: &SupportId) -> Result<Vec<(EmailAddress, OutgoingMail)>, Trouble> {
        let Some(request) = self.store().support(id).await? else { return Ok(Vec::new()) };
        let SupportState::Answered { text, .. } = request.state else { return Ok(Vec::new()) };
        let mail = OutgoingMail::SupportAnswer { answer: text, asked: request.text, at: request.created };
        Ok(vec![(request.email, mail)])
    }
}
