//! The only room that mints permits.

use lockwright_core::permit::{OperatorPermit, Permit};
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Principal;

use crate::Lockwright;
use crate::trouble::Trouble;

/// The principal may not do this. The same answer for an account that does not exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not permitted")]
pub struct Denied;

impl Lockwright {
    /// Decides, from what is stored now, whether the principal may administer the account.
    pub(crate) async fn permit(&self, op: &OpContext, account: AccountId) -> Result<Result<Permit, Denied>, Trouble> {
        let signed = match &op.principal {
            Principal::Signed(identity) => self.person(identity).await?.filter(|person| person.bar().is_none()),
            Principal::Host | Principal::Anonymous => None,
        };
        Ok(Permit::mint(&op.principal, signed.as_ref(), account).ok_or(Denied))
    }

    /// Decides, from what is stored now, whether the principal acts as an operator.
    pub(crate) async fn operator_permit(&self, op: &OpContext) -> Result<Result<OperatorPermit, Denied>, Trouble> {
        let signed = match &op.principal {
            Principal::Signed(identity) => self.person(identity).await?,
            Principal::Host | Principal::Anonymous => None,
        };
        Ok(OperatorPermit::mint(&op.principal, signed).ok_or(Denied))
    }
}
