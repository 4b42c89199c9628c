//! Reading the trail.

use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::{AccountId, EventId};
use lockwright_model::identity::Principal;

use crate::Lockwright;
use crate::accounts::AccountError;
use crate::authorize::Aim;

impl Lockwright {
    /// Events of an account, newest first, before a mark. `None` is the installation's own trail, for the host alone.
    pub async fn events(
        &self,
        op: &OpContext,
        account: Option<AccountId>,
        before: Option<(Timestamp, EventId)>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, AccountError> {
        match account {
            Some(account) => {
                self.permit(op, account, &Aim::account("cloudtrail:LookupEvents")).await??;
            }
            None if op.principal == Principal::Host => {}
            None => return Err(AccountError::Denied),
        }
        Ok(self.store().events(account, before, limit).await?)
    }
}
