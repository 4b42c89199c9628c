//! Changing the address that a root user or a builder ID signs in with, and taking that back.

use lockwright_core::email::{self, Around, NotStarted};
use lockwright_core::person::Person;
use lockwright_core::recovery::{self, Refusal};
use lockwright_model::case::{Case, Purpose};
use lockwright_model::change::{ClaimKey, Record, UniqueKey};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::Identity;
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenKind};

use crate::Lockwright;
use crate::cases::{CaseError, Opened, address_name, held};
use crate::commit::decide;
use crate::load::{builder_key, root_key};
use crate::recovery::StartError;
use crate::trouble::{NotCommitted, Trouble};

/// Why no code was sent to a new address.
#[derive(Debug, thiserror::Error)]
pub enum ChangeEmailError {
    /// The session has ended, or its owner has not proven lately who they are.
    #[error("the session is not confirmed")]
    NotConfirmed,
    /// This kind of identity has no such address, or it is closed.
    #[error("there is no address to change")]
    NotThis,
    /// It is the address that signs in already.
    #[error("it is the same address")]
    Same,
    /// Changes are stopped until then.
    #[error("changes are stopped")]
    Frozen {
        /// Until when.
        until: Timestamp,
    },
    /// The case was not opened.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The last change of the address that a root user signs in with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmailUpdate {
    /// A code is on its way to the new address since then.
    Asked(Timestamp),
    /// It was made then.
    Made(Timestamp),
}

impl From<NotStarted> for ChangeEmailError {
    fn from(refusal: NotStarted) -> Self {
        match refusal {
            NotStarted::NotConfirmed => Self::NotConfirmed,
            NotStarted::NotThis => Self::NotThis,
            NotStarted::Same => Self::Same,
            NotStarted::Frozen { until } => Self::Frozen { until },
        }
    }
}

impl From<lockwright_store::StoreError> for ChangeEmailError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl From<NotCommitted> for ChangeEmailError {
    fn from(failure: NotCommitted) -> Self {
        Self::Start(failure.into())
    }
}

impl Lockwright {
    /// Sends a code to a new address of a root user or builder ID. An address that is in use elsewhere looks the same; its owner is
    /// told by mail, as at a registration.
    pub async fn start_email_change(&self, op: &OpContext, session: &Session, address: EmailAddress) -> Result<Opened, ChangeEmailError> {
        self.level(async {
            let holder = Token::draw(TokenKind::Case, self.entropy());
            let outcome = decide!(self, {
                let person = self.person(&session.owner).await?.ok_or(ChangeEmailError::NotConfirmed)?;
                let session = self.store().session(&session.token).await?.ok_or(ChangeEmailError::NotConfirmed)?;
                let counted = self.count_case(op, &address_name(&person.identity())).await?;
                let mut decided = email::start(&person, &session, address.clone(), &holder, op, self.entropy())?;
                if counted.silent {
                    decided.changes.puts.retain(|record| !matches!(record, Record::Job(_)));
                }
                decided.changes.puts.extend(counted.rows);
                decided
            });
            Ok(Opened { case: outcome?, holder })
        })
        .await
    }

    /// Changes the address of a proven case. `session` is the one that the browser has; when it is the person's own it goes on under
    /// the token returned.
    pub async fn finish_email_change(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        session: Option<&Token>,
    ) -> Result<Option<Token>, CaseError> {
        let holder = held(cookie)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let Purpose::ChangeEmail { subject, address, .. } = &case.purpose else { return Err(CaseError::Refused(Refusal::Gone)) };
            let person = self.person(subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
            let mut around = self.around(&person, address).await?;
            around.session = match session {
                Some(token) => self.store().session(&token.hash()).await?,
                None => None,
            };
            // What was tried at the name before it was this person's is not held against them.
            let counter = if matches!(person, Person::Root(_)) { root_key(address) } else { builder_key(address) };
            let forgiven = self.forgiven(&counter, op.now).await?;
            let mut decided = email::confirm(case, holder.hash(), person, &around, self.config().sessions, op, self.entropy())?;
            decided.changes.puts.extend(forgiven);
            decided
        });
        Ok(outcome.map_err(taken_is_gone)?.map(|new| new.token))
    }

    /// Takes a change back with the link from the mail to the old address, and yields whose address it is again.
    pub async fn undo_email_change(&self, op: &OpContext, id: &CaseId, link: &str) -> Result<Person, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let Purpose::UndoEmail { subject, old, .. } = &case.purpose else { return Err(CaseError::Refused(Refusal::Gone)) };
            let person = self.person(subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
            let around = self.around(&person, old).await?;
            let pending = self.cases_of(subject).await?;
            email::undo(case, token.hash(), person, &around, pending, op, self.entropy())?
        });
        outcome.map_err(taken_is_gone)
    }

    /// How far the last change of an account's address is, for those who were given leave before; `None`: there was none.
    pub async fn email_update_of(&self, id: AccountId) -> Result<Option<EmailUpdate>, Trouble> {
        let root = Identity::Root(id);
        let Some(person) = self.person(&root).await? else { return Ok(None) };
        let asked = |case: &Case| matches!(&case.purpose, Purpose::ChangeEmail { epoch, .. } if *epoch == person.epoch());
        let cases = self.cases_of(&root).await?;
        let open = cases.iter().filter(|case| asked(case) && recovery::standing(case, None, self.now()).is_ok());
        let newest = open.map(|case| EmailUpdate::Asked(case.created)).next();
        Ok(newest.or(person.factors().email_changed.map(EmailUpdate::Made)))
    }

    async fn around(&self, person: &Person, coming: &EmailAddress) -> Result<Around, Trouble> {
        let coming_claim = match person.email_claim(coming) {
            Some(key) => self.store().claim(&key).await?,
            None => None,
        };
        let extra = ClaimKey::Address(coming.key(), person.identity().to_string());
        Ok(Around { coming: coming_claim, extra: self.store().claim(&extra).await?.is_some(), session: None })
    }
}

/// The address was taken by somebody between the proof and the end: nothing was changed.
fn taken_is_gone(failure: NotCommitted) -> CaseError {
    match failure {
        NotCommitted::Taken(UniqueKey::Claim) => CaseError::Refused(Refusal::Gone),
        other => other.into(),
    }
}
