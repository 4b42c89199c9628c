//! What whoever can open the data folder may do, so that nobody is locked out of the installation.

use lockwright_core::person::Person;
use lockwright_core::{account, recovery, register};
use lockwright_model::account::Account;
use lockwright_model::change::{ClaimKey, UniqueKey};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{AccountId, BuilderId, JobId};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Job;
use lockwright_model::name::{AccountName, PersonName, UserName};
use lockwright_model::secret::Secret;
use lockwright_store::Counts;

use crate::Lockwright;
use crate::commit::decide;
use crate::sessions::SessionLine;
use crate::trouble::{NotCommitted, Trouble};

/// Why a host command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Not the host.
    #[error("only the host's command line may do this")]
    Denied,
    /// Nothing of that name.
    #[error("there is none of that name")]
    NotFound,
    /// It is closed already.
    #[error("this account is closed already")]
    Closed,
    /// It is not closed, or the 90 days are over.
    #[error("this account is not closed, or its 90 days are over")]
    NotClosed,
    /// The email address is in use.
    #[error("this email address is in use")]
    EmailTaken,
    /// What was typed can't be used; says why.
    #[error("{0}")]
    Refused(String),
    /// The pages for operators have no address.
    #[error("operators have no pages here: set admin_listen, and admin_url when that isn't this machine's own address")]
    NoOperatorPages,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for HostError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for HostError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::Claim) => Self::EmailTaken,
            other => Self::Trouble(other.into()),
        }
    }
}

/// A link for the host's terminal.
#[derive(Clone, Debug)]
pub struct LinkForHost {
    /// The URL.
    pub url: Secret,
    /// When it stops working.
    pub expires: Timestamp,
}

/// Whom a host command means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    /// The root user of an account.
    Root(AccountId),
    /// An IAM user.
    User(AccountId, UserName),
    /// A builder ID.
    Builder(EmailAddress),
    /// An operator.
    Operator(EmailAddress),
}

pub(crate) fn must_be_host(op: &OpContext) -> Result<(), HostError> {
    if op.principal == Principal::Host { Ok(()) } else { Err(HostError::Denied) }
}

impl Lockwright {
    /// Makes an account; its root user sets the password through the link.
    pub async fn create_account(
        &self,
        op: &OpContext,
        name: &AccountName,
        email: &EmailAddress,
    ) -> Result<(AccountId, LinkForHost), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, { register::host_account(name.clone(), email.clone(), op, self.entropy()) });
        let (id, link) = outcome?;
        Ok((id, LinkForHost { url: self.link_url(&link), expires: link.expires }))
    }

    /// Makes a builder ID, likewise.
    pub async fn create_builder(
        &self,
        op: &OpContext,
        name: &PersonName,
        email: &EmailAddress,
    ) -> Result<(BuilderId, LinkForHost), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, { register::host_builder(name.clone(), email.clone(), op, self.entropy()) });
        let (id, link) = outcome?;
        Ok((id, LinkForHost { url: self.link_url(&link), expires: link.expires }))
    }

    /// A single-use set-password link for a root user or a builder ID; the present password works until it is used.
    pub async fn recovery_link(&self, op: &OpContext, whom: &Whom) -> Result<LinkForHost, HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let person = self.whom(whom).await?;
            recovery::hand_link(&person, op, self.entropy())
        });
        let link = outcome?;
        Ok(LinkForHost { url: self.link_url(&link), expires: link.expires })
    }

    /// Accounts by number.
    pub async fn accounts(&self, op: &OpContext, after: Option<AccountId>, limit: u32) -> Result<Vec<Account>, HostError> {
        must_be_host(op)?;
        Ok(self.store().accounts(after, limit).await?)
    }

    /// The account that a root email belongs to.
    pub async fn account_by_email(&self, op: &OpContext, email: &EmailAddress) -> Result<Account, HostError> {
        must_be_host(op)?;
        let claim = self.store().claim(&ClaimKey::RootEmail(email.key())).await?.ok_or(HostError::NotFound)?;
        let id = claim.owner.account().ok_or(HostError::NotFound)?;
        self.store().account(id).await?.filter(|account| account.root.email.key() == email.key()).ok_or(HostError::NotFound)
    }

    /// Suspends an account, or ends that.
    pub async fn set_account_suspended(&self, op: &OpContext, id: AccountId, suspended: bool) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let account = self.store().account(id).await?.ok_or(HostError::NotFound)?;
            account::set_suspended(account, suspended, op, self.entropy())
        });
        Ok(outcome?)
    }

    /// The living sessions of somebody.
    pub async fn sessions_for_host(&self, op: &OpContext, whom: &Whom) -> Result<Vec<SessionLine>, HostError> {
        must_be_host(op)?;
        let person = self.whom(whom).await?;
        Ok(self.sessions(&person, None).await?)
    }

    /// Ends all sessions of somebody.
    pub async fn end_sessions_for_host(&self, op: &OpContext, whom: &Whom) -> Result<(), HostError> {
        must_be_host(op)?;
        let identity = self.whom(whom).await?.identity();
        if self.end_all_sessions(op, &identity).await? { Ok(()) } else { Err(HostError::NotFound) }
    }

    /// The outbox: waiting and dead jobs.
    pub async fn jobs(&self, op: &OpContext, after: Option<&JobId>, limit: u32) -> Result<Vec<Job>, HostError> {
        must_be_host(op)?;
        Ok(self.store().jobs(after, limit).await?)
    }

    /// Tries a job again, dead or waiting.
    pub async fn retry_job(&self, op: &OpContext, id: &JobId) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let job = self.store().job(id).await?.ok_or(HostError::NotFound)?;
            lockwright_core::Decided::new(lockwright_core::outbox::retry(job, op.now), ())
        });
        Ok(outcome?)
    }

    /// Rows per table.
    pub async fn counts(&self, op: &OpContext) -> Result<Counts, HostError> {
        must_be_host(op)?;
        Ok(self.store().counts().await?)
    }

    /// What is wrong with the stored data, one sentence each.
    pub async fn check_store(&self, op: &OpContext) -> Result<Vec<String>, HostError> {
        must_be_host(op)?;
        Ok(self.store().check().await?)
    }

    /// Writes a backup of the embedded store while running.
    pub async fn backup(&self, op: &OpContext, to: &std::path::Path) -> Result<(), HostError> {
        must_be_host(op)?;
        Ok(self.store().backup(to).await?)
    }

    pub(crate) async fn whom(&self, whom: &Whom) -> Result<Person, HostError> {
        let identity = match whom {
            Whom::Root(id) => Identity::Root(*id),
            Whom::User(account, name) => {
                Identity::User(self.store().user_by_name(*account, &name.key()).await?.ok_or(HostError::NotFound)?.id)
            }
            Whom::Builder(email) => return Ok(Person::Builder(self.builder_by_email(email).await?)),
            Whom::Operator(email) => return Ok(Person::Operator(self.operator_by_email(email).await?)),
        };
        self.person(&identity).await?.ok_or(HostError::NotFound)
    }
}
