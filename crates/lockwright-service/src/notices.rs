//! What somebody says of a notice: "this was me", "this wasn't me".

use lockwright_core::disown::{self, Disowned};
use lockwright_core::recovery::{self, Refusal};
use lockwright_model::case::{Case, CaseState, Closure, Purpose};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::job::Notice;
use lockwright_model::token::{Token, TokenKind};

use crate::Lockwright;
use crate::cases::CaseError;
use crate::commit::decide;

/// A notice as its link shows it.
#[derive(Clone, Debug)]
pub struct NoticeView {
    /// What it told.
    pub notice: Notice,
    /// When that happened.
    pub at: Timestamp,
    /// From where.
    pub source: Source,
    /// What was said of it.
    pub said: Said,
    /// Nothing can be changed until then.
    pub frozen_until: Option<Timestamp>,
}

/// What was said of a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// Nothing yet.
    Nothing,
    /// "This was me".
    Mine,
    /// "This wasn't me".
    NotMine {
        /// When.
        at: Timestamp,
    },
}

impl Lockwright {
    /// What a link asks about; spends nothing (invariant 10).
    pub async fn look_at_notice(&self, link: &str) -> Result<NoticeView, CaseError> {
        let (token, case) = self.notice_case(link).await?;
        let said = match (recovery::standing(&case, Some(token.hash()), self.now()), &case.state) {
            (Ok(()), _) => Said::Nothing,
            (_, CaseState::Completed { at }) => Said::NotMine { at: *at },
            (_, CaseState::Closed { why: Closure::Cancelled, .. }) => Said::Mine,
            (Err(refusal), _) => return Err(refusal.into()),
        };
        let Purpose::Disown { subject, notice, .. } = case.purpose else { return Err(CaseError::Unknown) };
        let person = self.person(&subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
        let frozen_until = person.factors().frozen_for(self.now());
        Ok(NoticeView { notice: *notice, at: case.created, source: case.source, said, frozen_until })
    }

    /// "This wasn't me": stops everything.
    pub async fn disown(&self, op: &OpContext, link: &str) -> Result<Disowned, CaseError> {
        let outcome = decide!(self, {
            let (token, case) = self.notice_case(link).await?;
            let subject = case.subject().cloned().ok_or(CaseError::Unknown)?;
            let person = self.person(&subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
            let recoveries = self.cases_of(&subject).await?;
            disown::disown(case, token.hash(), person, recoveries, &self.step(op))?
        });
        Ok(outcome?)
    }

    /// "This was me".
    pub async fn own(&self, op: &OpContext, link: &str) -> Result<(), CaseError> {
        let outcome = decide!(self, {
            let (token, case) = self.notice_case(link).await?;
            disown::own(case, token.hash(), op)?
        });
        Ok(outcome?)
    }

    async fn notice_case(&self, link: &str) -> Result<(Token, Case), CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let case = self.load_case(&disown::case_id(token.hash())).await?;
        // The id is a part of the hash; the rest must fit too.
        if case.holder != token.hash() || !matches!(case.purpose, Purpose::Disown { .. }) {
            return Err(CaseError::Unknown);
        }
        Ok((token, case))
    }
}
