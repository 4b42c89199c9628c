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
    worn_device: bool,
    /// The stranger's channel closed a case, and is remembered.
    closed_before: bool,
    waits: u8,
}

impl State {
    /// Whether a recovery with these proofs ends what strangers wore out.
    fn helped_by(self, given: Proofs) -> bool {
        self.worn_password || (self.worn_device && given.contains(Proof::Device))
    }
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
        let back = defence.back(State { has, worn_password: siege.worn, worn_device: siege.worn, closed_before: false, waits: 0 });
        (back, defence.states)
    }

    fn back(&mut self, state: State) -> bool {
        self.states += 1;
        self.signs_in(state) || Goal::ALL.into_iter().any(|goal| self.recovers(state, goal))
    }

    fn signs_in(&self, state: State) -> bool {
        let typed = if state.worn_password { state.has.without(Proof::Password) } else { state.has };
        let typed = if state.worn_device { typed.without(Proof::Device) } else { typed };
        self.book.sign_in(&self.situation, typed) != SignIn::Refused
    }

    fn recovers(&mut self, state: State, goal: Goal) -> bool {
        // The password last: switched off, it counts only after another proof.
        let others = self.with_worn_device(state, state.has.without(Proof::Password));
        let password = state.has.contains(Proof::Password) && self.book.password_counts(state.worn_password, others);
        let given = if password { others.with(Proof::Password) } else { others };
        match self.book.open(&self.situation, goal, given) {
            Opening::Nothing => false,
            // A new password when one is known helps only if that was worn out, or switches a device on again.
            Opening::AtOnce(_) if goal == Goal::NewPassword && state.has.contains(Proof::Password) && !state.helped_by(given) => false,
            Opening::AtOnce(_) => self.completes(state, goal, given),
            Opening::AfterDelay(_) => self.waits(state, goal, given),
        }
    }

    fn completes(&mut self, state: State, goal: Goal, given: Proofs) -> bool {
        match goal {
            Goal::Reenrol => true,
            Goal::NewPassword => {
                let worn_device = state.worn_device && !given.contains(Proof::Device);
                self.back(State { has: state.has.with(Proof::Password), worn_password: false, worn_device, ..state })
            }
        }
    }

    /// Waits for a case; the stranger cancels it, or keeps his cancel for later: the owner must get in either way.
    fn waits(&mut self, state: State, goal: Goal, given: Proofs) -> bool {
        if state.waits == PATIENCE || self.book.wait(0, DELAY, now()).is_none() {
            return false;
        }
        let later = State { waits: state.waits + 1, ..state };
        let earlier = if state.closed_before { vec![((), now())] } else { Vec::new() };
        let closed = self.siege.cancels && self.book.cancel(&earlier, &[], &(), now()) == CancelEffect::Closes;
        self.completes(later, goal, given) && (!closed || self.back(State { closed_before: true, ..later }))
    }

    fn with_worn_device(&self, state: State, proofs: Proofs) -> Proofs {
        if self.book.device_codes(state.worn_device).is_some() { proofs } else { proofs.without(Proof::Device) }
    }
}
