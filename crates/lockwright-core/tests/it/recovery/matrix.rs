//! The reference page of the recovery rules, written from the rules and from what the search found.

use std::fmt::Write as _;

use lockwright_core::recovery::rules::{Guard, Protection, RULES, Rule, RuleBook, SINGLE_HOLDER_OPENINGS, SingleHolder};
use lockwright_model::case::IdentityKind;
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::promise::{Counts, Promise};
use super::report::Fate;
use super::world::{KINDS, Setting};

const OPENING: &str = "\
# Recovery matrix

Written by `cargo run -p lockwright-core --example recovery_matrix` from the rules themselves (`crates/lockwright-core/src/recovery/rules`)
and from an exhaustive search over them (`crates/lockwright-core/tests/it/recovery`); a test holds it up to date.
Why it is so: [decision 0009](../decisions/0009-recovery-rules-are-data.md).

![Which two things together lead back to being signed in](recovery-matrix.svg)

*At once* means as soon as the last proof is given. *After the waiting time* means 72 hours later, or what the operator chose between 24 hours and
14 days; the owner is told everywhere when it begins, and any notice cancels it. Several mailboxes are one proof, and so are several codes of one sheet.
A phone that shows the mail and makes the device's codes is two proofs in one hand: keep one of them elsewhere.
";

/// The page.
pub(crate) fn markdown(counts: &Counts, fates: &[Fate]) -> String {
    let mut page = OPENING.to_owned();
    for (goal, title) in [(Goal::NewPassword, "What opens a new password"), (Goal::Reenrol, "What replaces a lost device")] {
        let _ = write!(page, "\n## {title}\n\n| Together | Root user | IAM user | Builder ID | Operator |\n|---|---|---|---|---|\n");
        for rule in RULES.iter().filter(|rule| rule.goal == goal) {
            let cells = KINDS.map(|kind| cell(rule, kind)).join(" | ");
            let _ = writeln!(page, "| {} | {cells} |", together(rule.needs));
        }
    }
    page.push_str("\nA new password leaves the devices as they are. Whoever replaces a device goes on to enrol a new one at once.\n");
    ways_back(&mut page);
    page.push_str("\n## Openings for whoever holds one thing\n\nThere are no others.\n\n");
    for opening in SINGLE_HOLDER_OPENINGS {
        let _ = writeln!(page, "- {}", single(opening));
    }
    page.push_str("\n## What is promised\n\nNone of this is read off the table: the search holds the table against it.\n\n");
    for promise in Promise::ALL {
        let _ = writeln!(page, "1. {}", promise.words());
    }
    guards(&mut page, fates);
    numbers(&mut page, counts, fates);
    page
}

fn cell(rule: &Rule, kind: IdentityKind) -> String {
    if !rule.kinds.contains(&kind) {
        return "–".to_owned();
    }
    let mut cell = if rule.delay { "after the waiting time" } else { "at once" }.to_owned();
    if rule.when.unprotected {
        cell.push_str(", without a device");
    }
    if rule.when.operator_help {
        cell.push_str(", if operators may help");
    }
    if rule.when.self_service && kind == IdentityKind::Iam {
        cell.push_str(", if users may recover alone");
    }
    cell
}

fn together(needs: Proofs) -> String {
    let needs = if needs.contains(Proof::ContactsTwo) { needs.without(Proof::Contacts).with(Proof::ContactsTwo) } else { needs };
    let shown = needs.iter().filter(|proof| *proof != Proof::Contacts || !needs.contains(Proof::ContactsTwo));
    shown.map(name).collect::<Vec<_>>().join(" + ")
}

/// A proof's name for readers.
pub(crate) const fn name(proof: Proof) -> &'static str {
    match proof {
        Proof::Email => "mailbox",
        Proof::Phone => "phone",
        Proof::Password => "password",
        Proof::Device => "device",
        Proof::RecoveryCode => "recovery code",
        Proof::Contacts => "contacts",
        Proof::ContactsTwo => "two contacts",
        Proof::Operators => "two operators",
        Proof::Administrator => "an administrator of the account",
        Proof::Host => "the host's command line",
    }
}

/// Every smallest set of things that leads back.
fn ways_back(page: &mut String) {
    page.push_str(
        "\n## What you still have, and the way back\n\nWhat is not here leads back only with the help of the host, or of an administrator for an IAM user. \
         An IAM user's\nway over a new password needs an account that lets its users recover alone.\n",
    );
    let groups = [("root users and builder IDs", IdentityKind::Root), ("IAM users", IdentityKind::Iam)];
    for (protection, title) in [(Protection::None, "Without a device"), (Protection::Device, "With a device, or while a new one is owed")] {
        for (who, kind) in groups {
            let _ = write!(page, "\n### {title}: {who}\n\n| You still have | The way back | How long |\n|---|---|---|\n");
            for held in smallest(kind, protection) {
                let situation = whole(kind).situation(protection, held);
                let Some(way) = RuleBook::PRODUCTION.way_back(&situation, held) else { continue };
                let steps: Vec<String> = way.steps.iter().map(|rule| step(rule)).collect();
                let steps = if steps.is_empty() { "sign in".to_owned() } else { steps.join(", then ") };
                let long = match way.waits {
                    0 => "at once".to_owned(),
                    1 => "one waiting time".to_owned(),
                    2 => "two waiting times".to_owned(),
                    waits => format!("{waits} waiting times"),
                };
                let _ = writeln!(page, "| {} | {steps} | {long} |", together(held));
            }
        }
    }
}

fn step(rule: &Rule) -> String {
    let what = match rule.goal {
        Goal::NewPassword => "new password",
        Goal::Reenrol => "new device",
    };
    format!("{what} ({})", together(rule.needs))
}

/// Everything that can be allowed is.
pub(crate) const fn whole(kind: IdentityKind) -> Setting {
    Setting { number: 0, kind, self_service: true, operator_help: true }
}

/// The sets that lead back while none of their parts does as well or better.
fn smallest(kind: IdentityKind, protection: Protection) -> Vec<Proofs> {
    let waits = |held| RuleBook::PRODUCTION.way_back(&whole(kind).situation(protection, held), held).map(|way| way.waits);
    let sets = (1..=u8::MAX).map(super::table::proofs).filter(|held| protection == Protection::Device || !held.contains(Proof::Device));
    let mut smallest: Vec<Proofs> = Vec::new();
    for held in sets {
        let Some(own) = waits(held) else { continue };
        let parts = || held.iter().map(|proof| held.without(proof));
        if parts().all(|part| waits(part).is_none_or(|part| part > own)) && !smallest.contains(&held) {
            smallest.push(held);
        }
    }
    smallest.sort_by_key(|held| (waits(*held), held.iter().count()));
    smallest
}

fn single(opening: &SingleHolder) -> String {
    let who: Vec<&str> = opening.kinds.iter().map(|kind| whose(*kind)).collect();
    let mut line = format!("**{}** opens {}", name(opening.proof), who.join(", "));
    if opening.when.unprotected {
        line.push_str(", as long as no device is enrolled or owed");
    }
    if opening.when.self_service {
        line.push_str("; an IAM user only where the account lets its users recover alone");
    }
    line + "."
}

const fn whose(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Root => "root users",
        IdentityKind::Iam => "IAM users",
        IdentityKind::Builder => "builder IDs",
        IdentityKind::Operator => "operators",
    }
}

fn guards(page: &mut String, fates: &[Fate]) {
    page.push_str("\n## Guards\n\n| Guard | Without it this promise breaks |\n|---|---|\n");
    for fate in fates {
        let (Some(guard), Some(promise)) = (fate.guard, fate.broke) else { continue };
        let number = Promise::ALL.iter().position(|other| *other == promise).unwrap_or_default() + 1;
        let _ = writeln!(page, "| {} | {number} |", guard_words(guard));
    }
}

const fn guard_words(guard: Guard) -> &'static str {
    match guard {
        Guard::Cooling => "What was added serves no recovery for seven days, a changed address not while it can be undone (72 hours).",
        Guard::ToldFirst => "The owner is told everywhere at the first of several proofs.",
        Guard::Delay => "Rules with a waiting time wait.",
        Guard::Cancel => "A cancel closes what waits.",
        Guard::SecondCancelContests => {
            "A second cancel through the same channel within 90 days closes nothing unless another channel agrees."
        }
        Guard::OneWaiting => "One case of an identity waits at a time, whatever its goal.",
        Guard::ContactNotOwnMailbox => "A contact whose mailbox is the identity's own does not count.",
        Guard::ContactThreshold => "As many contacts must approve as the person asked for.",
        Guard::DifferentContacts => "A contact counts once.",
        Guard::TwoContactsAlone => "Contacts alone are at least two people.",
        Guard::DifferentOperators => "Operators are two different ones.",
        Guard::ProtectedWhileOwed => "While enrolment is owed, the identity is as protected as with the device.",
        Guard::OwedTakesAsMuch => "While enrolment is owed, only what would take a device away gets to enrol one.",
        Guard::WornPasswordCounts => "A password that wrong tries switched off counts in a case, after another proof.",
        Guard::WornDeviceCounts => "A device that wrong tries switched off counts with two consecutive codes.",
    }
}

fn numbers(page: &mut String, counts: &Counts, fates: &[Fate]) {
    let without_guard = fates.iter().filter(|fate| fate.guard.is_some()).count();
    let rows = [
        ("Rules", RULES.len()),
        ("Sets of proofs the interpreter was asked about, in every situation", counts.questions),
        ("Starting points of attackers, held against the promises", counts.attacks),
        ("Different searches among them", counts.attack_searches),
        ("States they visited", counts.attack_states),
        ("Starting points of owners, with nobody or somebody against them", counts.defences),
        ("Different searches among them", counts.defence_searches),
        ("States they visited", counts.defence_states),
        ("Starting points from which something leads back", counts.ways_back),
        ("Ways to leave out a requirement of a rule, each noticed", fates.len() - without_guard),
        ("Guards, each noticed when it is off", without_guard),
    ];
    page.push_str("\n## What was searched\n\n| | |\n|---|---:|\n");
    for (what, count) in rows {
        let _ = writeln!(page, "| {what} | {count} |");
    }
}
