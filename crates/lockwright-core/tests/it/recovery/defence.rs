//! The owner's search: whether what he still has leads back, with strangers wearing out every counter and cancelling what they can.

use lockwright_core::recovery::rules::{CancelEffect, DELAY, Opening, RuleBook, SignIn, Situation};
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::world::now;

/// What stands against the owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Siege {
    /// Wrong tries have switched off the password, and the device's typed codes.
    pub(crate) worn: bool,
    /// Somebody holds a channel, and cancels through it when he likes.
    pub(crate) cancels: bool,
}

/// Waiting times after which the owner has waited for ever.
const PATIENCE: u8 = 4;

#[derive(Clone, Copy)]
struct State {
    has: Proofs,
    worn_password: bool,
    /// The stranger's channel closed a case, and is remembered.
    closed_before: bool,
    waits: u8,
}

/// One search.
pub(crate) struct Defence<'a> {
    book: &'a RuleBook<'a>,
    situation: Situation,
    siege: Siege,
    states: usize,
}

impl<'a> Defence<'a> {
    /// Whether the owner gets in, whatever the stranger does, and how many states that took.
    pub(crate) fn search(book: &'a RuleBook<'a>, situation: Situation, has: Proofs, siege: Siege) -> (bool, usize) {
        let mut defence = Self { book, situation, siege, states: 0 };
        let back = defence.back(State { has, worn_password: siege.worn, closed_before: false, waits: 0 });
        (back, defence.states)
    }

    fn back(&mut self, state: State) -> bool {
        self.states += 1;
        self.signs_in(state) || Goal::ALL.into_iter().any(|goal| self.recovers(state, goal))
    }

    fn signs_in(&self, state: State) -> bool {
        let typed = if state.worn_password { state.has.without(Proof::Password) } else { state.has };
        self.book.sign_in(&self.situation, self.with_worn_device(typed)) != SignIn::Refused
    }

    fn recovers(&mut self, state: State, goal: Goal) -> bool {
        // The password last: switched off, it counts only after another proof.
        let others = self.with_worn_device(state.has.without(Proof::Password));
        let password = state.has.contains(Proof::Password) && self.book.password_counts(state.worn_password, others);
        let given = if password { others.with(Proof::Password) } else { others };
        match self.book.open(&self.situation, goal, given) {
            Opening::Nothing => false,
            // A new password when one is known helps only if that was worn out.
            Opening::AtOnce(_) if goal == Goal::NewPassword && state.has.contains(Proof::Password) && !state.worn_password => false,
            Opening::AtOnce(_) => self.completes(state, goal),
            Opening::AfterDelay(_) => self.waits(state, goal),
        }
    }

    fn completes(&mut self, state: State, goal: Goal) -> bool {
        match goal {
            Goal::Reenrol => true,
            Goal::NewPassword => self.back(State { has: state.has.with(Proof::Password), worn_password: false, ..state }),
        }
    }

    /// Waits for a case; the stranger cancels it, or keeps his cancel for later: the owner must get in either way.
    fn waits(&mut self, state: State, goal: Goal) -> bool {
        if state.waits == PATIENCE || self.book.wait(0, DELAY, now()).is_none() {
            return false;
        }
        let later = State { waits: state.waits + 1, ..state };
        let earlier = if state.closed_before { vec![((), now())] } else { Vec::new() };
        let closed = self.siege.cancels && self.book.cancel(&earlier, &[], &(), now()) == CancelEffect::Closes;
        self.completes(later, goal) && (!closed || self.back(State { closed_before: true, ..later }))
    }

    fn with_worn_device(&self, proofs: Proofs) -> Proofs {
        if self.book.device_codes(self.siege.worn).is_some() { proofs } else { proofs.without(Proof::Device) }
    }
}
