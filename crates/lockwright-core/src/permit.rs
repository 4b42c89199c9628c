//! The proof that an act was authorised; decisions that need one demand it.

use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal, UserRef};

use crate::person::Person;

/// Leave to administer one account. Only `lockwright-service`'s `authorize` mints it (checked by `cargo xtask tidy`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permit {
    account: AccountId,
}

impl Permit {
    /// Decides whether `principal` may administer `account`.
    ///
    /// `signed` is the principal's own state as stored now, not as it was at sign-in (D24: checked at use).
    /// Until policies exist, that is the root user, members of the built-in administrators group, and the host.
    pub fn mint(principal: &Principal, signed: Option<&Person>, account: AccountId) -> Option<Self> {
        let allowed = match (principal, signed) {
            (Principal::Host, _) => true,
            // What is closed is not administered, only taken back.
            (Principal::Signed(Identity::Root(own)), Some(Person::Root(state))) => {
                *own == account && state.id == account && state.closed.is_none()
            }
            (Principal::Signed(Identity::User(own)), Some(Person::User { user, .. })) => {
                *own == user.id && user.id.account == account && user.administrator && !user.disabled
            }
            _ => false,
        };
        allowed.then_some(Self { account })
    }

    /// The account that may be administered.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the permit covers this user.
    pub fn covers(&self, user: &UserRef) -> bool {
        user.account == self.account
    }
}
