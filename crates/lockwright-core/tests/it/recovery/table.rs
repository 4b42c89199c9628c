//! What the interpreter says of every set of proofs, asked once: the searches look it up.

use lockwright_core::recovery::rules::{Opening, Protection, RuleBook};
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::world::{PROTECTIONS, SETTINGS, Setting};

/// A set of the proofs that can be given in a case: a bit for each, in the order of [`Proof::ALL`].
pub(crate) type Set = u8;

/// All of them.
const IN_CASE: [Proof; 8] = [
    Proof::Email,
    Proof::Phone,
    Proof::Password,
    Proof::Device,
    Proof::RecoveryCode,
    Proof::Contacts,
    Proof::ContactsTwo,
    Proof::Operators,
];

/// The bit of a proof.
pub(crate) const fn bit(proof: Proof) -> Set {
    1 << (proof as u8)
}

/// The bits of proofs.
pub(crate) fn set(proofs: Proofs) -> Set {
    IN_CASE.into_iter().filter(|proof| proofs.contains(*proof)).fold(0, |bits, proof| bits | bit(proof))
}

/// The proofs of bits.
pub(crate) fn proofs(set: Set) -> Proofs {
    IN_CASE.into_iter().filter(|proof| set & bit(*proof) != 0).collect()
}

/// What can be reached in one case by giving any of some proofs, in any order.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Reach {
    pub(crate) at_once: bool,
    /// At once, and the owner was told nothing before.
    pub(crate) untold: bool,
    pub(crate) after_delay: bool,
    /// Opened without the password among the proofs.
    pub(crate) without_password: bool,
    /// Opened without a recovery code among the proofs.
    pub(crate) without_code: bool,
}

impl Reach {
    fn or(self, other: Self) -> Self {
        Self {
            at_once: self.at_once || other.at_once,
            untold: self.untold || other.untold,
            after_delay: self.after_delay || other.after_delay,
            without_password: self.without_password || other.without_password,
            without_code: self.without_code || other.without_code,
        }
    }
}

/// The answers of one book.
pub(crate) struct Table<'a> {
    book: &'a RuleBook<'a>,
    most: u32,
    reach: Vec<Option<Box<[Reach; 256]>>>,
    /// How many sets of proofs the interpreter was asked about.
    pub(crate) asked: usize,
}

impl<'a> Table<'a> {
    /// Asks a book about all sets of proofs that a hand of at most so many things can give (two contacts are two proofs).
    pub(crate) fn new(book: &'a RuleBook<'a>, most: u32) -> Self {
        Self { book, most, reach: vec![None; SETTINGS * PROTECTIONS.len() * Goal::ALL.len()], asked: 0 }
    }

    /// What these proofs reach.
    pub(crate) fn reach(&mut self, setting: Setting, protection: Protection, goal: Goal, set: Set) -> Reach {
        let place = (setting.number * PROTECTIONS.len() + protection as usize) * Goal::ALL.len() + goal as usize;
        if self.reach[place].is_none() {
            self.reach[place] = Some(Box::new(self.ask(setting, protection, goal)));
        }
        self.reach[place].as_ref().map(|reach| reach[usize::from(set)]).unwrap_or_default()
    }

    fn ask(&mut self, setting: Setting, protection: Protection, goal: Goal) -> [Reach; 256] {
        let book = self.book;
        let situation = setting.situation(protection, Proofs::EMPTY);
        let mut reach = [Reach::default(); 256];
        // Whether there is an order of giving these proofs in which nobody was told.
        let mut silent = [false; 256];
        for given in 0..=Set::MAX {
            let all = proofs(given);
            if set(all) != given {
                continue;
            }
            let parts = || IN_CASE.into_iter().filter(|proof| given & bit(*proof) != 0).map(|last| set(all.without(last)));
            let mut own = Reach::default();
            if all.iter().count() <= self.most as usize + 1 {
                self.asked += 1;
                let goes_untold = |before: Set| silent[usize::from(before)] && !book.tells(&situation, goal, proofs(before), all);
                silent[usize::from(given)] = given == 0 || parts().any(goes_untold);
                let opening = book.open(&situation, goal, all);
                own = Reach {
                    at_once: matches!(opening, Opening::AtOnce(_)),
                    untold: matches!(opening, Opening::AtOnce(_)) && silent[usize::from(given)],
                    after_delay: matches!(opening, Opening::AfterDelay(_)),
                    without_password: opening != Opening::Nothing && given & bit(Proof::Password) == 0,
                    without_code: opening != Opening::Nothing && given & bit(Proof::RecoveryCode) == 0,
                };
            }
            reach[usize::from(given)] = parts().fold(own, |sum, before| sum.or(reach[usize::from(before)]));
        }
        reach
    }
}
