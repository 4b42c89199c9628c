//! The attacker's search: every order of every step that somebody with some proofs can take, against an owner who answers his mail.

use std::collections::BTreeSet;

use lockwright_core::recovery::rules::{CancelEffect, DELAY, Origin, Protection, RuleBook, SignIn};
use lockwright_model::clock::Timestamp;
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::table::{Set, Table, bit, proofs, set};
use super::world::{Setting, ago, now};

/// Where an attack begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) setting: Setting,
    pub(crate) protection: Protection,
    /// What the attacker can prove.
    pub(crate) has: Set,
    /// How many channels the owner is told through that the attacker does not read: none, one, or at least two.
    pub(crate) channels: u8,
    /// The attacker was inside once, and added proofs of every kind; the owner knows.
    pub(crate) planted: bool,
}

/// What an attack can come to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Outcome {
    /// For each goal, in which circumstances it was completed: see [`circumstance`].
    pub(crate) done: [u8; 2],
    /// Something opened at once, and no channel had been used to tell of it.
    pub(crate) untold: bool,
    /// A device was replaced without the password.
    pub(crate) without_password: bool,
    /// A device was replaced without a recovery code.
    pub(crate) without_code: bool,
    /// The attacker is signed in.
    pub(crate) entered: bool,
}

impl Outcome {
    /// Whether anything was completed in any of these circumstances.
    pub(crate) fn any(&self, circumstances: &[(bool, u8)]) -> bool {
        let asked = circumstances.iter().fold(0, |bits, (waited, answered)| bits | circumstance(*waited, *answered));
        self.done.into_iter().any(|done| done & asked != 0)
    }
}

/// The bit of a completion: whether a waiting time had to pass, and how often the owner had answered by then (up to twice).
const fn circumstance(waited: bool, answered: u8) -> u8 {
    1 << (if waited { 3 + answered } else { answered })
}

/// The attacker's channel beside those of the owner, which have the numbers 0 and 1.
const HIS: u8 = 2;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    protection: Protection,
    has: Set,
    /// How many waiting times ago the planted proofs were added.
    planted: Option<u8>,
    /// Waiting cases of each goal.
    waiting: [[Option<Waiting>; 2]; 2],
    /// The channels that closed a case and are remembered.
    earlier: u8,
    answered: u8,
    waited: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    ripe: bool,
    /// The channels that contested it.
    contested: u8,
}

/// One search.
pub(crate) struct Attack<'a, 't> {
    book: &'a RuleBook<'a>,
    table: &'t mut Table<'a>,
    start: Start,
    his_channel: bool,
    outcome: Outcome,
    seen: BTreeSet<State>,
    next: Vec<State>,
}

impl<'a, 't> Attack<'a, 't> {
    /// Everything the attack can come to, and how many states that took.
    pub(crate) fn search(book: &'a RuleBook<'a>, table: &'t mut Table<'a>, start: Start) -> (Outcome, usize) {
        let reads = start.has & (bit(Proof::Email) | bit(Proof::Phone)) != 0;
        let signs_in = start.protection == Protection::None && start.has & bit(Proof::Password) != 0;
        let (outcome, seen, next) = (Outcome::default(), BTreeSet::new(), Vec::new());
        let mut attack = Self { book, table, start, his_channel: reads || signs_in, outcome, seen, next };
        attack.go(State {
            protection: start.protection,
            has: start.has,
            planted: start.planted.then_some(0),
            waiting: Default::default(),
            earlier: 0,
            answered: 0,
            waited: false,
        });
        while let Some(state) = attack.next.pop() {
            attack.step(state);
        }
        (attack.outcome, attack.seen.len())
    }

    fn go(&mut self, state: State) {
        if self.seen.insert(state) {
            self.next.push(state);
        }
    }

    fn step(&mut self, state: State) {
        let situation = self.start.setting.situation(state.protection, Proofs::EMPTY);
        if self.book.sign_in(&situation, proofs(state.has)) != SignIn::Refused {
            self.outcome.entered = true;
        }
        for goal in Goal::ALL {
            self.give_proofs(state, goal);
            for slot in 0..2 {
                self.go_on_waiting(state, goal, slot);
            }
        }
        // Others act too: the owner, an administrator or the host takes the device away, and the owner enrols a new one.
        match state.protection {
            Protection::None => {}
            Protection::Device => self.go(State { protection: Protection::Owed, has: state.has & !bit(Proof::Device), ..state }),
            Protection::Owed => self.go(State { protection: Protection::Device, ..state }),
        }
        self.go(self.pass_time(state, false));
        self.go(self.pass_time(state, true));
    }

    /// A case of this goal, with any proofs in any order.
    fn give_proofs(&mut self, state: State, goal: Goal) {
        let reach = self.table.reach(self.start.setting, state.protection, goal, state.has | self.matured(state));
        if goal == Goal::Reenrol {
            self.outcome.without_password |= reach.without_password;
            self.outcome.without_code |= reach.without_code;
        }
        if reach.at_once {
            self.outcome.untold |= reach.untold;
            self.complete(state, goal);
        }
        let waiting = state.waiting.iter().flatten().flatten().count();
        let free = state.waiting[goal as usize].iter().position(Option::is_none);
        if let (true, Some(slot), Some(release)) = (reach.after_delay, free, self.book.wait(waiting, DELAY, now())) {
            let mut next = state;
            next.waiting[goal as usize][slot] = Some(Waiting { ripe: release <= now(), contested: 0 });
            self.go(next);
        }
    }

    /// A waiting case is finished, or cancelled by the attacker himself, who may want to use up cancels.
    fn go_on_waiting(&mut self, state: State, goal: Goal, slot: usize) {
        let Some(case) = state.waiting[goal as usize][slot] else { return };
        let mut without = state;
        without.waiting[goal as usize][slot] = None;
        if case.ripe {
            self.complete(State { waited: true, ..without }, goal);
        }
        if self.his_channel {
            let mut next = state;
            self.cancel(&mut next, goal, slot, HIS);
            self.go(next);
        }
    }

    fn complete(&mut self, state: State, goal: Goal) {
        self.outcome.done[goal as usize] |= circumstance(state.waited, state.answered);
        match goal {
            Goal::NewPassword => self.go(State { has: state.has | bit(Proof::Password), ..state }),
            // It leads straight to enrolling a device of his own.
            Goal::Reenrol => self.outcome.entered = true,
        }
    }

    /// A waiting time or a quarter passes; the owner reads what he was told, and answers, before it is over.
    fn pass_time(&self, mut state: State, quarter: bool) -> State {
        if self.start.channels > 0 {
            state.planted = None;
            let asked = state.waiting.iter().flatten().flatten().count() > 0;
            state.answered = (state.answered + u8::from(asked)).min(2);
            for goal in Goal::ALL {
                for slot in 0..2 {
                    for channel in 0..self.start.channels {
                        self.cancel(&mut state, goal, slot, channel);
                    }
                }
            }
        }
        for case in state.waiting.iter_mut().flatten().flatten() {
            case.ripe = true;
        }
        if quarter {
            state.earlier = 0;
        }
        state.planted = state.planted.map(|age| (age + 1).min(3));
        state
    }

    fn cancel(&self, state: &mut State, goal: Goal, slot: usize, channel: u8) {
        let Some(case) = state.waiting[goal as usize][slot].as_mut() else { return };
        let earlier: Vec<(u8, Timestamp)> = members(state.earlier).map(|channel| (channel, now())).collect();
        let here: Vec<u8> = members(case.contested).collect();
        match self.book.cancel(&earlier, &here, &channel, now()) {
            CancelEffect::Contests => case.contested |= 1 << channel,
            CancelEffect::Closes => {
                state.waiting[goal as usize][slot] = None;
                state.earlier |= 1 << channel;
            }
        }
    }

    /// What he planted that serves by now.
    fn matured(&self, state: State) -> Set {
        let Some(age) = state.planted else { return 0 };
        let serves = |origin| self.book.serves_from(origin, ago(u32::from(age))) <= now();
        let added = [
            (Proof::Phone, true),
            (Proof::RecoveryCode, true),
            (Proof::ContactsTwo, true),
            (Proof::Device, state.protection == Protection::Device),
        ];
        let added: Proofs = added.into_iter().filter_map(|(proof, there)| (there && serves(Origin::Added)).then_some(proof)).collect();
        set(if serves(Origin::Changed) { added.with(Proof::Email) } else { added })
    }
}

fn members(bits: u8) -> impl Iterator<Item = u8> {
    (0..8).filter(move |number| bits & (1 << number) != 0)
}
