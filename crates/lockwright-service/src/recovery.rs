//! Getting back in: starting a recovery, finishing it, finding what was forgotten.

use lockwright_core::recovery;
use lockwright_core::tries::{ADDRESS_MAILS, SOURCE_CASES, Wait};
use lockwright_core::{Decided, outbox};
use lockwright_model::case::{Case, IdentityKind, Purpose};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::CaseId;
use lockwright_model::job::Task;
use lockwright_model::proof::Goal;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::{Tries, TriesKey};

use crate::Lockwright;
use crate::cases::{CaseError, Opened, held};
use crate::commit::decide;
use crate::factors::mfa_key;
use crate::load::tries_key;
use crate::passwords::{NewPasswordError, Requirements};
use crate::signin::SignInName;
use crate::trouble::{NotCommitted, Trouble};

/// Why a case is not opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Too many cases from this network.
    #[error("too many requests")]
    Wait {
        /// When the next one is taken.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for StartError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for StartError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Wait> for StartError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// The case can't go on.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The new password is not taken.
    #[error(transparent)]
    Password(#[from] NewPasswordError),
}

impl From<lockwright_store::StoreError> for FinishError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Case(error.into())
    }
}

impl From<NotCommitted> for FinishError {
    fn from(failure: NotCommitted) -> Self {
        Self::Case(failure.into())
    }
}

/// A window's counters, to be committed with what they count.
pub(crate) struct Counted {
    pub(crate) rows: Vec<Record>,
    /// The name had its share; whatever is opened must stay without effect, and look the same.
    pub(crate) silent: bool,
}

/// No mail leaves for the case, and else it is what it is: strangers who use the mails up keep nobody out who shows other things than the
/// mailbox (O-F05). The rows are the same.
fn send_nowhere(changes: &mut ChangeSet) {
    for record in &mut changes.puts {
        if let Record::Case(Case { purpose: Purpose::Recover { address, .. }, .. }) = record {
            *address = None;
        }
    }
}

impl Lockwright {
    /// Counts a case against its network (told when too many) and its name (silent when too many: O-F03, O-F05).
    pub(crate) async fn count_case(&self, op: &OpContext, name: &str) -> Result<Counted, StartError> {
        let network = TriesKey::new("cases", &op.source.network());
        let network_row = self.store().tries(&network).await?;
        SOURCE_CASES.check(network_row.as_ref(), op.now)?;
        let mut counted = self.count_mail(op, name).await?;
        counted.rows.push(Record::Tries(SOURCE_CASES.count(network_row, network, op.now)));
        Ok(counted)
    }

    /// Counts a mail that a stranger asks for against its name.
    pub(crate) async fn count_mail(&self, op: &OpContext, name: &str) -> Result<Counted, Trouble> {
        let name = TriesKey::new("mails", name);
        let row: Option<Tries> = self.store().tries(&name).await?;
        let silent = ADDRESS_MAILS.check(row.as_ref(), op.now).is_err();
        Ok(Counted { rows: vec![Record::Tries(ADDRESS_MAILS.count(row, name, op.now))], silent })
    }

    /// Starts a recovery. The answer is the same whether the name exists, may recover alone, or not (invariant 9).
    pub async fn start_recovery(&self, op: &OpContext, name: &SignInName, goal: Goal) -> Result<Opened, StartError> {
        self.level(async {
            let holder = Token::draw(TokenKind::Case, self.entropy());
            let kind = match name {
                SignInName::Root(_) => IdentityKind::Root,
                SignInName::Iam { .. } => IdentityKind::Iam,
                SignInName::Builder(_) => IdentityKind::Builder,
                SignInName::Operator(_) => IdentityKind::Operator,
            };
            let case = decide!(self, {
                let found = self.find(name).await?;
                let counted = self.count_case(op, found.tries.as_str()).await?;
                let mut decided = recovery::start(kind, goal, found.person.as_ref(), &found.tries, &holder, op, self.entropy());
                if counted.silent {
                    send_nowhere(&mut decided.changes);
                }
                decided.changes.puts.extend(counted.rows);
                decided
            })?;
            Ok(Opened { case, holder })
        })
        .await
    }

    /// Sets the new password of a proven recovery or a handed link. The person signs in afresh.
    pub async fn finish_recovery(&self, op: &OpContext, id: &CaseId, cookie: &str, typed: &str, again: &str) -> Result<(), FinishError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::ready(&case, holder.hash(), op.now).map_err(CaseError::from)?;
        let gone = || FinishError::Case(CaseError::Refused(recovery::Refusal::Gone));
        let subject = case.subject().cloned().ok_or_else(gone)?;
        let person = self.person(&subject).await?.ok_or_else(gone)?;
        let accepted = self.accept(typed, again, &Requirements::of(&person)).await?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let person = self.person(&subject).await?.ok_or_else(gone)?;
            let mut counted = self.store().tries(&tries_key(&person)).await?.into_iter().collect::<Vec<_>>();
            if case.gathered.worn.is_some() {
                counted.extend(self.store().tries(&mfa_key(&subject)).await?);
            }
            recovery::finish(case, holder.hash(), person, accepted.hash.clone(), counted, &self.step(op)).map_err(CaseError::from)?
        });
        Ok(outcome?)
    }

    /// "Find my account": what belongs to the address is mailed to it, never shown.
    pub async fn find_mine(&self, op: &OpContext, address: &EmailAddress) -> Result<(), StartError> {
        self.level(async {
            let outcome = decide!(self, {
                let counted = self.count_case(op, &format!("find {}", address.key())).await?;
                let mut changes = ChangeSet::default();
                changes.puts.extend(counted.rows);
                if !counted.silent {
                    let task = Task::FindMine { address: address.clone(), source: op.source.clone() };
                    changes.put(outbox::job(task, op, self.entropy()));
                }
                changes.tell(AuditEvent::new(op, self.entropy(), Told::new(Service::Signin, "FindMyAccountRequested", None)));
                Decided::new(changes, ())
            });
            Ok(outcome?)
        })
        .await
    }
}
