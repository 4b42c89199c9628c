//! The proof that an act was authorised; decisions that need one demand it.

use lockwright_model::change::{Key, Version};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::operator::{Operator, OperatorRole};

use crate::person::Person;

/// Leave to administer one account. Only `lockwright-service`'s `authorize` mints it (checked by `cargo xtask tidy`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permit {
    account: AccountId,
}

impl Permit {
    /// Policies, or the host's own power, allow the act: decided from the principal's state as stored now, not as it was at sign-in
    /// (D24: checked at use).
    pub const fn granted(account: AccountId) -> Self {
        Self { account }
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

/// Leave to act as an operator of the installation. Only `lockwright-service`'s `authorize` mints it.
#[derive(Clone, PartialEq, Debug)]
pub struct OperatorPermit {
    operator: Operator,
}

impl OperatorPermit {
    /// Decides whether `principal` acts as an operator, from its own state as stored now: neither switched off, nor without a device.
    pub fn mint(principal: &Principal, signed: Option<Person>) -> Option<Self> {
        let (Principal::Signed(Identity::Operator(own)), Some(Person::Operator(operator))) = (principal, signed) else { return None };
        let allowed = *own == operator.id && !operator.disabled && !operator.factors.devices.is_empty();
        allowed.then_some(Self { operator })
    }

    /// The operator.
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// The operator's row and the version read, to be expected: who was switched off meanwhile decides nothing.
    pub fn row(&self) -> (Key, Version) {
        (Key::Operator(self.operator.id.clone()), self.operator.version)
    }

    /// Whether it may approve what another one opened.
    pub fn is_security(&self) -> bool {
        self.operator.role == OperatorRole::Security
    }

    /// Whether it reads a mailbox of this person: then it helps itself, and may not (X08).
    pub fn shares_mailbox(&self, person: &Person) -> bool {
        person.addresses().iter().any(|address| address.mailbox() == self.operator.email.mailbox())
    }
}
