//! Registering accounts and builder IDs, and confirming an IAM user's own address.

use lockwright_core::recovery::{self, Refusal};
use lockwright_core::{Decided, builder, register};
use lockwright_model::case::Purpose;
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::name::{AccountName, PersonName};
use lockwright_model::session::Session;
use lockwright_model::setting::RegistrationOff;
use lockwright_model::token::{Token, TokenKind};

use crate::Lockwright;
use crate::cases::{CaseError, Opened, account_name, address_name, builder_name, held};
use crate::commit::decide;
use crate::load::{builder_key, root_key};
use crate::passwords::{Policy, PresentError, Requirements};
use crate::recovery::{FinishError, StartError};
use crate::trouble::{NotCommitted, Trouble};
use crate::users::NoUser;

/// A registered identity, signed in.
#[derive(Debug)]
pub struct Registered<I> {
    /// What was registered.
    pub id: I,
    /// For the cookie.
    pub token: Token,
}

/// Why an address is not mailed to for confirmation.
#[derive(Debug, thiserror::Error)]
pub enum OwnAddressError {
    /// Whoever asks did not prove who they are, or may not.
    #[error(transparent)]
    Present(#[from] PresentError),
    /// The case was not opened.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<Trouble> for OwnAddressError {
    fn from(trouble: Trouble) -> Self {
        Self::Start(trouble.into())
    }
}

impl From<lockwright_store::StoreError> for OwnAddressError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl From<NoUser> for OwnAddressError {
    fn from(none: NoUser) -> Self {
        match none {
            NoUser::Denied => Self::Present(PresentError::Mismatch),
            NoUser::Trouble(trouble) => trouble.into(),
        }
    }
}

impl Lockwright {
    /// Whether builder-ID registration is open; else what the page says.
    pub async fn builder_registration(&self) -> Result<Result<(), RegistrationOff>, Trouble> {
        if !self.config().builder_registration {
            return Ok(Err(RegistrationOff { until: None, message: None }));
        }
        let settings = self.store().settings().await?;
        Ok(builder::registration(&settings, self.now()).map_err(Clone::clone))
    }

    /// Opens a registration: the code goes to the address. An address in use looks the same; its owner is told by mail.
    pub async fn start_account(&self, op: &OpContext, address: EmailAddress) -> Result<Opened, StartError> {
        let name = account_name(&address);
        self.open_case(op, Purpose::RegisterAccount { address }, &name).await
    }

    /// Likewise for a builder ID. The caller has asked [`Lockwright::builder_registration`].
    pub async fn start_builder(&self, op: &OpContext, address: EmailAddress, person: PersonName) -> Result<Opened, StartError> {
        let name = builder_name(&address);
        self.open_case(op, Purpose::RegisterBuilder { address, name: person }, &name).await
    }

    /// Sends a code to an own address of a signed-in IAM user. It will recover the password, so a stolen session is not enough:
    /// the present password is typed again (ASVS 7.5.1).
    pub async fn start_own_address(
        &self,
        op: &OpContext,
        session: &Session,
        address: EmailAddress,
        present: &str,
    ) -> Result<Opened, OwnAddressError> {
        let person = self.person(&session.owner).await?.ok_or(PresentError::Mismatch)?;
        self.prove_present(op, session, &person, present).await?;
        Ok(self.start_address(op, person.identity(), address).await?)
    }

    /// Mails a user's address for confirmation, on an administrator's word.
    pub async fn invite_address(&self, op: &OpContext, user: &UserRef, address: EmailAddress) -> Result<Opened, OwnAddressError> {
        self.permitted_user(op, user, "iam:UpdateUser").await?;
        Ok(self.start_address(op, Identity::User(user.clone()), address).await?)
    }

    async fn start_address(&self, op: &OpContext, subject: Identity, address: EmailAddress) -> Result<Opened, StartError> {
        let name = address_name(&subject);
        self.open_case(op, Purpose::ConfirmAddress { subject, address }, &name).await
    }

    async fn open_case(&self, op: &OpContext, purpose: Purpose, name: &str) -> Result<Opened, StartError> {
        self.level(async {
            let holder = Token::draw(TokenKind::Case, self.entropy());
            let case = decide!(self, {
                let counted = self.count_case(op, name).await?;
                let (case, mut changes) = recovery::open(purpose.clone(), &holder, op, self.entropy());
                if counted.silent {
                    // The case looks the same, but no mail leaves: its job is the only one.
                    changes.puts.retain(|record| !matches!(record, lockwright_model::change::Record::Job(_)));
                }
                changes.puts.extend(counted.rows);
                Decided::new(changes, case.id)
            })?;
            Ok(Opened { case, holder })
        })
        .await
    }

    /// Registers the account of a proven case and signs its root user in.
    pub async fn finish_account(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        name: AccountName,
        typed: &str,
        again: &str,
    ) -> Result<Registered<AccountId>, FinishError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::ready(&case, holder.hash(), op.now).map_err(CaseError::from)?;
        let Purpose::RegisterAccount { address } = &case.purpose else { return Err(gone()) };
        let words = vec![name.to_string(), address.to_string(), local_part(address)];
        let accepted = self.accept(typed, again, &Requirements { policy: Policy::Own, words, credential: None }).await?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let limits = self.config().sessions;
            let mut decided =
                register::finish_account(case, holder.hash(), name.clone(), accepted.hash.clone(), limits, op, self.entropy())
                    .map_err(CaseError::from)?;
            // What was tried at the name before it was anybody's is not held against its owner.
            decided.changes.puts.extend(self.forgiven(&root_key(address), op.now).await.map_err(CaseError::from)?);
            decided
        });
        let (id, session) = outcome.map_err(taken_is_gone)?;
        Ok(Registered { id, token: session.token })
    }

    /// Registers the builder ID of a proven case and signs it in.
    pub async fn finish_builder(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        typed: &str,
        again: &str,
    ) -> Result<Registered<lockwright_model::id::BuilderId>, FinishError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::ready(&case, holder.hash(), op.now).map_err(CaseError::from)?;
        let Purpose::RegisterBuilder { address, name } = &case.purpose else { return Err(gone()) };
        let words = vec![name.to_string(), address.to_string(), local_part(address)];
        let accepted = self.accept(typed, again, &Requirements { policy: Policy::Own, words, credential: None }).await?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let mut decided =
                register::finish_builder(case, holder.hash(), accepted.hash.clone(), self.config().sessions, op, self.entropy())
                    .map_err(CaseError::from)?;
            decided.changes.puts.extend(self.forgiven(&builder_key(address), op.now).await.map_err(CaseError::from)?);
            decided
        });
        let (id, session) = outcome.map_err(taken_is_gone)?;
        Ok(Registered { id, token: session.token })
    }

    /// Confirms the address of a proven case.
    pub async fn finish_address(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<EmailAddress, CaseError> {
        let holder = held(cookie)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let Purpose::ConfirmAddress { subject, .. } = &case.purpose else { return Err(CaseError::Refused(Refusal::Gone)) };
            let person = self.person(subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
            recovery::confirm_address(case, holder.hash(), person, op, self.entropy())?
        });
        Ok(outcome?)
    }
}

fn gone() -> FinishError {
    FinishError::Case(CaseError::Refused(Refusal::Gone))
}

/// The address was registered elsewhere between the proof and the end: nothing was made twice.
fn taken_is_gone(failure: NotCommitted) -> FinishError {
    match failure {
        NotCommitted::Taken(UniqueKey::Claim) => gone(),
        other => other.into(),
    }
}

fn local_part(address: &EmailAddress) -> String {
    address.as_str().split('@').next().unwrap_or_default().to_owned()
}
