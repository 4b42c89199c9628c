//! What the search found, once for all that tells of it.

use std::sync::OnceLock;

use lockwright_core::recovery::rules::{Guard, RuleBook};

use super::mutant::mutants;
use super::promise::{Counts, Promise, check};

/// More things than there are.
const EVERYTHING: u32 = 32;
/// Whatever is left out, a hand of so many things shows it; most of it fewer.
const FEW: std::ops::RangeInclusive<u32> = 1..=3;

/// What became of one mutant.
pub(crate) struct Fate {
    pub(crate) name: String,
    /// The guard it went without.
    pub(crate) guard: Option<Guard>,
    /// The first promise that broke; `None`: nobody noticed.
    pub(crate) broke: Option<Promise>,
}

/// Searches the rules as they are; the example of a broken promise, should there be one.
pub(crate) fn searched() -> &'static Result<Counts, String> {
    static SEARCHED: OnceLock<Result<Counts, String>> = OnceLock::new();
    SEARCHED.get_or_init(|| check(&RuleBook::PRODUCTION, EVERYTHING).map_err(|broken| format!("{:?}: {}", broken.promise, broken.example)))
}

/// Searches the rules with one thing left out, for each thing.
pub(crate) fn mutated() -> &'static [Fate] {
    static MUTATED: OnceLock<Vec<Fate>> = OnceLock::new();
    let fate = |mutant: super::mutant::Mutant| {
        let broke = FEW.into_iter().find_map(|most| check(&mutant.book(), most).err()).map(|broken| broken.promise);
        Fate { name: mutant.name, guard: mutant.guard, broke }
    };
    MUTATED.get_or_init(|| mutants().into_iter().map(fate).collect())
}
