//! Every way to leave one thing out: a requirement of a rule, or a guard.

use lockwright_core::recovery::rules::{Guard, Guards, RULES, Rule, RuleBook};
use lockwright_model::case::IdentityKind;

use super::world::KINDS;

/// The rules with one thing left out.
pub(crate) struct Mutant {
    pub(crate) name: String,
    /// The guard it goes without.
    pub(crate) guard: Option<Guard>,
    rules: Vec<Rule>,
    guards: Guards,
}

impl Mutant {
    /// The book to search.
    pub(crate) fn book(&self) -> RuleBook<'_> {
        RuleBook::altered(&self.rules, self.guards)
    }

    fn of_rule(number: usize, what: &str, change: impl FnOnce(&mut Rule)) -> Self {
        let mut rules = RULES.to_vec();
        let rule = &mut rules[number];
        let name = format!("{:?} of {:?} with {:?}: {what}", rule.goal, rule.kinds, rule.needs);
        change(rule);
        Self { name, guard: None, rules, guards: Guards::ALL }
    }
}

/// Each of them.
pub(crate) fn mutants() -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (number, rule) in RULES.iter().enumerate() {
        for proof in rule.needs.iter() {
            mutants.push(Mutant::of_rule(number, &format!("without {proof:?}"), |rule| rule.needs = rule.needs.without(proof)));
        }
        if rule.delay {
            mutants.push(Mutant::of_rule(number, "without the delay", |rule| rule.delay = false));
        }
        if rule.when.unprotected {
            mutants.push(Mutant::of_rule(number, "behind a device too", |rule| rule.when.unprotected = false));
        }
        if rule.when.self_service {
            mutants.push(Mutant::of_rule(number, "without the account's leave", |rule| rule.when.self_service = false));
        }
        if rule.when.operator_help {
            mutants.push(Mutant::of_rule(number, "where operators may not help", |rule| rule.when.operator_help = false));
        }
        for kind in KINDS {
            if !rule.kinds.contains(&kind) {
                mutants.push(Mutant::of_rule(number, &format!("for {kind:?} too"), |rule| rule.kinds = widened(rule.kinds, kind)));
            }
        }
    }
    mutants.extend(Guard::ALL.into_iter().map(|guard| Mutant {
        name: format!("without the guard {guard:?}"),
        guard: Some(guard),
        rules: RULES.to_vec(),
        guards: Guards::ALL.without(guard),
    }));
    mutants
}

fn widened(kinds: &'static [IdentityKind], kind: IdentityKind) -> &'static [IdentityKind] {
    let mut more = kinds.to_vec();
    more.push(kind);
    Vec::leak(more)
}
