//! Closing an account or a builder ID, taking it back, and removing it when its time is over.

use lockwright_core::closing::{self, Next, Part, Refusal};
use lockwright_core::person::Person;
use lockwright_core::session;
use lockwright_model::change::ClaimKey;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::resource::{Resource, ResourceKind};
use lockwright_model::session::Session;

use crate::Lockwright;
use crate::commit::decide;
use crate::host::{HostError, must_be_host};
use crate::trouble::{NotCommitted, Trouble};

/// Why something was not closed or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    /// The decision refuses it.
    #[error("it is refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for ClosingError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<lockwright_store::StoreError> for ClosingError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for ClosingError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// Users, or help requests, that are removed in one commit.
const AT_ONCE: u32 = 25;

/// Kinds of things in the order in which they go: what others hold comes after those.
const LAST: [ResourceKind; 7] = [
    ResourceKind::Device,
    ResourceKind::Group,
    ResourceKind::InstanceProfile,
    ResourceKind::Role,
    ResourceKind::Policy,
    ResourceKind::OpenIdProvider,
    ResourceKind::ServerCertificate,
];

impl Lockwright {
    /// Closes the account of a root user, or a builder ID, whose owner typed its name; yields until when it can be taken back.
    pub async fn close(&self, op: &OpContext, session: &Session, typed: &str) -> Result<Timestamp, ClosingError> {
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(Refusal::NotConfirmed)?;
            let session = self.store().session(&session.token).await?.ok_or(Refusal::NotConfirmed)?;
            closing::close(person, &session, typed, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes back what the signed-in person had closed.
    pub async fn reopen(&self, op: &OpContext, session: &Session) -> Result<(), ClosingError> {
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(Refusal::NotConfirmed)?;
            if !session::alive(session, &person, op.now) {
                return Err(Refusal::NotConfirmed.into());
            }
            closing::reopen(person, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Closes an account on the host's word.
    pub async fn close_account(&self, op: &OpContext, id: AccountId) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let person = self.person(&Identity::Root(id)).await?.ok_or(HostError::NotFound)?;
            closing::shut(person, op, self.entropy()).map_err(|_| HostError::Closed)?
        });
        outcome?;
        Ok(())
    }

    /// Takes a closed account back on the host's word.
    pub async fn reopen_account(&self, op: &OpContext, id: AccountId) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let person = self.person(&Identity::Root(id)).await?.ok_or(HostError::NotFound)?;
            closing::reopen(person, op, self.entropy()).map_err(|_| HostError::NotClosed)?
        });
        Ok(outcome?)
    }

    /// One step of a planned removal; what is left to do stands in the next job, committed with the step. Done twice it does no harm.
    pub(crate) async fn remove_closed(&self, identity: &Identity, confirmed: bool) -> Result<(), Trouble> {
        let op = self.op(Principal::Host, Source::host());
        let outcome = decide!(self, {
            let person = self.person(identity).await?;
            let plan = |confirmed, at| closing::plan(identity.clone(), confirmed, at, &op, self.entropy());
            match (closing::next(person.as_ref(), confirmed, op.now), person) {
                (Next::Nothing, _) | (_, None) => return Ok(()),
                (Next::Look(at), _) => plan(false, at),
                (Next::Confirm(at), _) => plan(true, at),
                (Next::Remove, Some(person)) => {
                    let (users, helps) = match identity {
                        Identity::Root(account) => {
                            (self.store().users(*account, None, AT_ONCE).await?, self.store().helps(*account, AT_ONCE).await?)
                        }
                        Identity::User(_) | Identity::Builder(_) | Identity::Operator(_) => (Vec::new(), Vec::new()),
                    };
                    let resources = match identity {
                        Identity::Root(account) if users.is_empty() && helps.is_empty() => self.last_resources(*account).await?,
                        _ => Vec::new(),
                    };
                    if users.is_empty() && helps.is_empty() && resources.is_empty() {
                        let claims = self.standing_claims(&person).await?;
                        let credentials = self.store().user_credentials_of(identity).await?;
                        closing::remove(person, claims, &credentials, &op, self.entropy())
                    } else {
                        let mut parts = Vec::with_capacity(users.len());
                        for user in users {
                            let claims = match self.person(&Identity::User(user.id.clone())).await? {
                                Some(person) => self.standing_claims(&person).await?,
                                None => Vec::new(),
                            };
                            let credentials = self.store().user_credentials_of(&Identity::User(user.id.clone())).await?;
                            parts.push(Part { user, claims, credentials });
                        }
                        closing::remove_parts(&person, parts, helps, resources, &op, self.entropy())
                    }
                }
            }
        });
        Ok(outcome?)
    }

    /// Some of one kind of an account's things: those that others hold come last.
    async fn last_resources(&self, account: AccountId) -> Result<Vec<Resource>, Trouble> {
        for kind in LAST {
            let some = self.store().resources(account, kind, None, AT_ONCE).await?;
            if !some.is_empty() {
                return Ok(some);
            }
        }
        Ok(Vec::new())
    }

    /// The claims that really stand for a person, to be freed with the row.
    pub(crate) async fn standing_claims(&self, person: &Person) -> Result<Vec<ClaimKey>, Trouble> {
        let mut standing = Vec::new();
        for key in person.claims() {
            if self.store().claim(&key).await?.is_some_and(|claim| claim.owner == person.identity()) {
                standing.push(key);
            }
        }
        standing.sort();
        standing.dedup();
        Ok(standing)
    }
}
