//! Rehearsals: "pretend I lost this", walked on the real pages.

use lockwright_core::readiness;
use lockwright_core::recovery::drill;
use lockwright_core::tries::{ADDRESS_MAILS, Wait};
use lockwright_model::change::Record;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::factors::Loss;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Job;
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::TriesKey;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::cases::Opened;
use crate::commit::decide;
use crate::load::tries_key;
use crate::trouble::{NotCommitted, Trouble};

/// Why no rehearsal began.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// There is nothing to rehearse: sign-in would go on, or others would have to help.
    #[error("nothing to rehearse")]
    Nothing,
    /// The session is over.
    #[error("the session is over")]
    Ended,
    /// Too many were begun.
    #[error("too many rehearsals")]
    Wait {
        /// The next one is taken then.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<StoreError> for DrillError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for DrillError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Wait> for DrillError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl Lockwright {
    /// Starts a rehearsal for whoever is signed in.
    pub async fn start_drill(&self, op: &OpContext, session: &Session, loss: Loss) -> Result<Opened, DrillError> {
        let holder = Token::draw(TokenKind::Case, self.entropy());
        let case = decide!(self, {
            let (_, person) = self.living_owner(session, op.now).await?.ok_or(DrillError::Ended)?;
            let settings = self.config().recovery;
            let line = readiness::Line { loss, way: readiness::way_from(&person, loss, settings, op.now) };
            let known = readiness::losses(&person).contains(&loss);
            let goal = readiness::rehearsal(&person, &line, settings, op.now).filter(|_| known).ok_or(DrillError::Nothing)?;
            let name = tries_key(&person);
            // The person is signed in, so there is nothing to hide: too many are refused, not swallowed.
            let mails = TriesKey::new("mails", &format!("rehearsals {}", session.owner));
            let row = self.store().tries(&mails).await?;
            ADDRESS_MAILS.check(row.as_ref(), op.now)?;
            let mut decided = drill::start(&person, loss, goal, &name, &holder, op, self.entropy());
            decided.changes.put(Record::Tries(ADDRESS_MAILS.count(row, mails, op.now)));
            decided
        })?;
        Ok(Opened { case, holder })
    }

    /// Reminds somebody to rehearse a way back, once: the next reminder's job goes in the same commit.
    pub(crate) async fn remind_of_drill(&self, job: &Job, identity: &Identity) -> Result<(), Trouble> {
        let Some(person) = self.person(identity).await? else { return Ok(()) };
        let op = self.op(Principal::Host, Source::host());
        let Some(changes) = drill::remind(&person, job.created, &self.step(&op)) else { return Ok(()) };
        self.commit_reminder(changes, &person, job).await
    }
}
