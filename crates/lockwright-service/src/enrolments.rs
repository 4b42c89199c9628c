//! Other people's MFA devices: an administrator for the users of the account, the host for everybody.

use lockwright_core::Decided;
use lockwright_core::devices::{self, Refusal};
use lockwright_core::enrolment::{self, Due, Why};
use lockwright_core::person::Person;
use lockwright_model::account::AccountState;
use lockwright_model::context::OpContext;
use lockwright_model::factors::{EnrolmentReason, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::{Identity, Principal, UserRef};

use crate::Lockwright;
use crate::commit::decide;
use crate::host::{HostError, Whom, must_be_host};
use crate::users::UserError;

/// Accounts looked through at a time.
const PAGE: u32 = 500;

impl From<Refusal> for UserError {
    /// What an administrator can't reach and what isn't there are the same answer.
    fn from(_: Refusal) -> Self {
        Self::Denied
    }
}

impl Lockwright {
    /// Takes one device of a user away and ends the user's sessions. An administrator's own devices are no matter of this page: they ask
    /// for a fresh proof.
    pub async fn deactivate_device(&self, op: &OpContext, id: &UserRef, device: &DeviceId) -> Result<(), UserError> {
        not_oneself(op, id)?;
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_person(op, id, "iam:DeactivateMFADevice").await?;
            devices::deactivate(&permit, person, device, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Takes all devices of a user away; a new one is owed at the next sign-in.
    pub async fn require_enrolment(&self, op: &OpContext, id: &UserRef) -> Result<(), UserError> {
        not_oneself(op, id)?;
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_person(op, id, "iam:DeactivateMFADevice").await?;
            devices::require_enrolment(&permit, person, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Somebody's devices, for the host.
    pub async fn devices_for_host(&self, op: &OpContext, whom: &Whom) -> Result<(Identity, Vec<MfaDevice>), HostError> {
        must_be_host(op)?;
        let person = self.whom(whom).await?;
        Ok((person.identity(), person.factors().devices.clone()))
    }

    /// Takes all devices of somebody away; a new one is owed at the next sign-in. How many there were.
    pub async fn reset_devices(&self, op: &OpContext, whom: &Whom) -> Result<usize, HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let person = self.whom(whom).await?;
            let removed = person.factors().devices.len();
            Decided::new(devices::reset(person, EnrolmentReason::Host, op, self.entropy()).changes, removed)
        });
        Ok(outcome?)
    }

    /// How many root users of accounts in use have no device though their grace time is over.
    pub async fn roots_without_device(&self, op: &OpContext) -> Result<u64, HostError> {
        must_be_host(op)?;
        let (mut after, mut count) = (None, 0);
        loop {
            let accounts = self.store().accounts(after, PAGE).await?;
            let Some(last) = accounts.last() else { return Ok(count) };
            after = Some(last.id);
            for account in accounts.into_iter().filter(|account| account.state == AccountState::Active) {
                let due = enrolment::due(&Person::Root(account), self.config().sessions.root_grace, op.now);
                count += u64::from(matches!(due, Due::Now(Why::Grace)));
            }
        }
    }
}

fn not_oneself(op: &OpContext, id: &UserRef) -> Result<(), UserError> {
    match &op.principal {
        Principal::Signed(Identity::User(own)) if own == id => Err(UserError::Denied),
        _ => Ok(()),
    }
}
