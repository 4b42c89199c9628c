//! "Ask my administrator": asking from the sign-in page, and the administrator's list.

use lockwright_core::person::Person;
use lockwright_core::tries::USER_HELP;
use lockwright_core::{Decided, help, outbox};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::context::OpContext;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::help::HelpRequest;
use lockwright_model::id::{AccountId, CaseId, HelpId};
use lockwright_model::identity::UserRef;
use lockwright_model::job::Task;
use lockwright_model::tries::TriesKey;

use crate::Lockwright;
use crate::authorize::Aim;
use crate::commit::decide;
use crate::recovery::StartError;
use crate::signin::SignInName;
use crate::users::UserError;

/// What the locked-out person is told.
#[derive(Clone, Debug)]
pub struct Asked {
    /// To compare by phone.
    pub caller_code: String,
}

/// Administrators who are told of a request by mail.
const TOLD: u32 = 20;

impl Lockwright {
    /// Puts a request before the account's administrators. A name that is nobody's gets the same answer and a code of its own, after the
    /// same reads and one commit; a job that does nothing stands for the mails.
    pub async fn ask_for_help(&self, op: &OpContext, name: &SignInName) -> Result<Asked, StartError> {
        self.level(async {
            let caller_code = help::caller_code(self.entropy());
            let outcome = decide!(self, {
                let found = self.find(name).await?;
                let counted = self.count_case(op, &format!("help {}", found.tries.as_str())).await?;
                let key = TriesKey::new("help", found.tries.as_str());
                let row = self.store().tries(&key).await?;
                let quiet = counted.silent || USER_HELP.check(row.as_ref(), op.now).is_err();
                let administrators = self.store().administrators(found.account.unwrap_or(AccountId::NOBODY), TOLD).await?;
                let mut decided = match &found.person {
                    Some(Person::User { account, user }) if !quiet => {
                        let decided = help::ask(account, user, &administrators, caller_code.clone(), op, self.entropy());
                        Decided::new(decided.changes, ())
                    }
                    _ => {
                        let mut changes = ChangeSet::default();
                        changes.put(outbox::job(Task::SendTicket { case: CaseId::draw(self.entropy()) }, op, self.entropy()));
                        changes.tell(AuditEvent::new(op, self.entropy(), Told::new(Service::Signin, "HelpRequested", found.account)));
                        Decided::new(changes, ())
                    }
                };
                decided.changes.puts.extend(counted.rows);
                decided.changes.put(Record::Tries(USER_HELP.count(row, key, op.now)));
                decided
            });
            outcome?;
            Ok(Asked { caller_code })
        })
        .await
    }

    /// The account's requests, newest first: for those who may answer them. Whoever only looks at users does not learn the caller codes.
    pub async fn helps(&self, op: &OpContext, account: AccountId, limit: u32) -> Result<Vec<HelpRequest>, UserError> {
        self.may(op, account, &Aim::users("iam:UpdateLoginProfile", account)).await??;
        Ok(self.store().helps(account, limit).await?)
    }

    /// The newest request of a user that still waits.
    pub async fn open_help_of(&self, op: &OpContext, user: &UserRef) -> Result<Option<HelpRequest>, UserError> {
        self.may(op, user.account, &Aim::users("iam:UpdateLoginProfile", user.account)).await??;
        Ok(self.store().open_help_of(user).await?)
    }

    /// One request.
    pub async fn help(&self, op: &OpContext, account: AccountId, id: &HelpId) -> Result<HelpRequest, UserError> {
        self.may(op, account, &Aim::users("iam:UpdateLoginProfile", account)).await??;
        self.store().help(account, id).await?.ok_or(UserError::Denied)
    }

    /// Puts a request aside.
    pub async fn dismiss_help(&self, op: &OpContext, account: AccountId, id: &HelpId) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let permit = self.permit(op, account, &Aim::users("iam:UpdateLoginProfile", account)).await??;
            let request = self.store().help(account, id).await?.ok_or(UserError::Denied)?;
            help::close(&permit, request, false, op, self.entropy()).map_err(|refusal| match refusal {
                help::Refusal::OtherAccount => UserError::Denied,
                help::Refusal::AlreadyDone => UserError::HelpDone,
            })?
        });
        Ok(outcome?)
    }
}
