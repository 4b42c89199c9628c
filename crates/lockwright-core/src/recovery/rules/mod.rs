//! The rules of recovery as data: which proofs open what, for whom, and when.
//!
//! [`RULES`] is the table, [`Guard`] what stands around it, [`RuleBook`] the one interpreter of both. An exhaustive search over this very
//! data and code (`tests/it/recovery`) shows that no rule and no guard can be left out, and writes `docs/reference/recovery-matrix.md`.

mod book;
mod guard;

use std::time::Duration;

use lockwright_model::case::IdentityKind::{self, Builder, Iam, Operator, Root};
use lockwright_model::proof::Goal::{self, NewPassword, Reenrol};
use lockwright_model::proof::Proof::{Administrator, Contacts, ContactsTwo, Device, Email, Host, Operators, Password, Phone, RecoveryCode};
use lockwright_model::proof::{Proof, Proofs};

pub use book::{Approval, CancelEffect, Missing, Opening, Origin, Protection, RuleBook, SignIn, Situation, WayBack};
pub use guard::{Guard, Guards};

/// How long a delayed recovery waits if the operator says nothing else.
pub const DELAY: Duration = Duration::from_secs(72 * 3600);
/// The shortest waiting time that the operator can choose.
pub const DELAY_LEAST: Duration = Duration::from_secs(24 * 3600);
/// The longest waiting time that the operator can choose.
pub const DELAY_MOST: Duration = Duration::from_secs(14 * 86_400);
/// How long something newly added serves no recovery.
pub const COOLING: Duration = Duration::from_secs(7 * 86_400);
/// How long the old address can undo a change of address; the new one serves no recovery before.
pub const UNDO: Duration = Duration::from_secs(72 * 3600);
/// How long a cancel is remembered: a second one through the same channel does not close a case by itself.
pub const CANCEL_MEMORY: Duration = Duration::from_secs(90 * 86_400);

/// One row of the table: these proofs together open this goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What it opens.
    pub goal: Goal,
    /// For whom.
    pub kinds: &'static [IdentityKind],
    /// Under which conditions.
    pub when: When,
    /// What is needed, all of it.
    pub needs: Proofs,
    /// Whether it opens only after the waiting time.
    pub delay: bool,
}

/// The conditions of a rule; all that are set must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct When {
    /// The identity has no device and owes none (N-R18).
    pub unprotected: bool,
    /// An IAM user needs the account's leave to recover alone. Others need nobody's.
    pub self_service: bool,
    /// The installation allows operators to help.
    pub operator_help: bool,
}

impl When {
    /// No condition.
    pub const ALWAYS: Self = Self { unprotected: false, self_service: false, operator_help: false };
}

impl Rule {
    const fn new(goal: Goal, kinds: &'static [IdentityKind], needs: &[Proof]) -> Self {
        Self { goal, kinds, when: When::ALWAYS, needs: Proofs::of(needs), delay: false }
    }

    const fn unprotected(mut self) -> Self {
        self.when.unprotected = true;
        self
    }

    const fn self_service(mut self) -> Self {
        self.when.self_service = true;
        self
    }

    const fn operator_help(mut self) -> Self {
        self.when.operator_help = true;
        self
    }

    const fn delayed(mut self) -> Self {
        self.delay = true;
        self
    }

    /// Whether it is an act of somebody with power over the identity, which needs no case: its proofs can't be given in one.
    pub const fn outside_case(&self) -> bool {
        self.needs.meets(Proofs::of(&[Administrator, Host]))
    }
}

const EVERYBODY: &[IdentityKind] = &[Root, Iam, Builder, Operator];
/// All but the operators of the installation, whom only the host helps.
const ALL: &[IdentityKind] = &[Root, Iam, Builder];
/// Those whom no administrator stands above.
const OWN: &[IdentityKind] = &[Root, Builder];
const IAM: &[IdentityKind] = &[Iam];

/// The table. What is not in it opens nothing.
pub const RULES: &[Rule] = &[
    Rule::new(NewPassword, ALL, &[Email]).unprotected().self_service(),
    // The device is still there.
    Rule::new(NewPassword, ALL, &[Email, Device]).self_service(),
    Rule::new(NewPassword, ALL, &[Phone, Device]).self_service(),
    Rule::new(NewPassword, ALL, &[RecoveryCode, Device]).self_service(),
    Rule::new(NewPassword, ALL, &[Contacts, Device]).self_service(),
    // The device is gone too: two codes by different methods (N-R19).
    Rule::new(NewPassword, ALL, &[Email, RecoveryCode]).self_service(),
    Rule::new(NewPassword, ALL, &[Phone, RecoveryCode]).self_service(),
    Rule::new(NewPassword, ALL, &[Email, Contacts]).self_service(),
    Rule::new(NewPassword, ALL, &[Phone, Contacts]).self_service(),
    Rule::new(NewPassword, ALL, &[RecoveryCode, Contacts]).self_service(),
    // What signs in anyway also replaces a password that strangers wore out with wrong tries.
    Rule::new(NewPassword, ALL, &[Password, Device]).self_service(),
    Rule::new(NewPassword, ALL, &[Password, RecoveryCode]).self_service(),
    // One stolen phone is both; people can be talked round: the owner gets time to object.
    Rule::new(NewPassword, OWN, &[Email, Phone]).delayed(),
    Rule::new(NewPassword, OWN, &[ContactsTwo]).delayed(),
    Rule::new(NewPassword, OWN, &[Operators]).operator_help().delayed(),
    // A device is replaced with the password and something else than the device (V6.4.4).
    Rule::new(Reenrol, ALL, &[Password, RecoveryCode]),
    Rule::new(Reenrol, OWN, &[Password, Email, Phone]),
    Rule::new(Reenrol, OWN, &[Password, Contacts]),
    Rule::new(Reenrol, OWN, &[Password, Operators]).operator_help().delayed(),
    // Those who have power over the identity.
    Rule::new(NewPassword, IAM, &[Administrator]),
    Rule::new(Reenrol, IAM, &[Administrator]),
    Rule::new(NewPassword, EVERYBODY, &[Host]),
    Rule::new(Reenrol, EVERYBODY, &[Host]),
];

/// An opening for whoever holds one thing: there are no others, and the person is told of those that concern it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SingleHolder {
    /// The thing.
    pub proof: Proof,
    /// Whose identities it opens.
    pub kinds: &'static [IdentityKind],
    /// Under which conditions.
    pub when: When,
}

/// All openings for whoever holds one thing. The search shows that the list is complete, and that each of them is real.
pub const SINGLE_HOLDER_OPENINGS: &[SingleHolder] = &[
    SingleHolder { proof: Email, kinds: ALL, when: When { unprotected: true, self_service: true, operator_help: false } },
    SingleHolder { proof: Administrator, kinds: IAM, when: When::ALWAYS },
    SingleHolder { proof: Host, kinds: EVERYBODY, when: When::ALWAYS },
];

#[cfg(test)]
mod tests;
