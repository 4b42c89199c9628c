//! Shared logins: proof on both sides, once, and nothing stale after an unlinking (M11).

use std::time::Duration;

use lockwright_core::person::Person;
use lockwright_core::shared::{self, Refusal};
use lockwright_model::case::{Case, CaseState};
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::id::{RequestId, SystemId};
use lockwright_model::identity::Principal;
use lockwright_model::job::{SharedChange, Task};
use lockwright_model::secret::Sealed;
use lockwright_model::system::LinkedSystem;

use crate::readiness::{now, person};

fn chance() -> SeededEntropy {
    SeededEntropy::new(7)
}

fn op(seconds: u64) -> OpContext {
    let source = Source { ip: None, agent: String::new() };
    OpContext {
        id: RequestId::draw(&chance()),
        now: now().plus(Duration::from_secs(seconds)),
        principal: Principal::Anonymous,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source,
    }
}

fn system(seed: u64) -> LinkedSystem {
    LinkedSystem {
        id: SystemId::draw(&SeededEntropy::new(seed)),
        version: Version(1),
        name: "Shop".parse().unwrap(),
        webhook: "https://shop.example.com/hook".into(),
        page: "https://shop.example.com/".into(),
        secret: Sealed::from_text("x"),
        created: now(),
    }
}

fn bela() -> Person {
    person(Default::default())
}

fn case_in(changes: &ChangeSet) -> Case {
    changes.puts.iter().find_map(|record| if let Record::Case(case) = record { Some(case.clone()) } else { None }).unwrap()
}

fn person_in(changes: &ChangeSet) -> Person {
    changes
        .puts
        .iter()
        .find_map(|record| if let Record::Builder(row) = record { Some(Person::Builder(row.clone())) } else { None })
        .unwrap()
}

fn told(changes: &ChangeSet) -> Vec<SharedChange> {
    let tasks = changes.puts.iter().filter_map(|record| if let Record::Job(job) = record { Some(&job.task) } else { None });
    tasks.filter_map(|task| if let Task::TellSystem { what, .. } = task { Some(*what) } else { None }).collect()
}

/// Bela's side and the shop's have proved theirs.
fn proved(seconds: u64) -> Case {
    let started = shared::start(&bela(), &system(1), &op(seconds), &chance()).unwrap();
    let case = case_in(&started.changes);
    let proved = shared::prove(case, &system(1).id, started.output.token.hash(), "bela@shop", op(seconds).now).unwrap();
    case_in(&proved.changes)
}

#[test]
fn m11_a_link_needs_the_proof_of_both_sides() {
    let started = shared::start(&bela(), &system(1), &op(0), &chance()).unwrap();
    let case = case_in(&started.changes);
    let refused = shared::link(case.clone(), bela(), &system(1), &op(0), &chance()).map(drop);
    assert_eq!(refused.unwrap_err(), Refusal::NotProven, "the shop has said nothing yet");
    let token = started.output.token.hash();
    let by_another = shared::prove(case.clone(), &system(2).id, token, "bela", op(0).now).map(drop);
    assert_eq!(by_another.unwrap_err(), Refusal::Gone, "another system can't answer for the shop");
    for login in ["", "a\nb", &"x".repeat(shared::LONGEST_LOGIN + 1)] {
        assert_eq!(shared::prove(case.clone(), &system(1).id, token, login, op(0).now).map(drop).unwrap_err(), Refusal::Gone, "{login:?}");
    }
    let linked = shared::link(proved(0), bela(), &system(1), &op(1), &chance()).unwrap();
    let links = person_in(&linked.changes).factors().linked.clone();
    assert_eq!((links.len(), links[0].login.as_str()), (1, "bela@shop"));
    assert!(matches!(case_in(&linked.changes).state, CaseState::Completed { .. }));
}

#[test]
fn m11_a_proof_counts_once_and_for_half_an_hour() {
    let started = shared::start(&bela(), &system(1), &op(0), &chance()).unwrap();
    let token = started.output.token.hash();
    let late = op(shared::LINKING_LIFE.as_secs()).now;
    assert!(shared::prove(case_in(&started.changes), &system(1).id, token, "bela", late).is_err());
    let again = shared::prove(proved(0), &system(1).id, token, "mallory", op(1).now).map(drop);
    assert_eq!(again.unwrap_err(), Refusal::Gone, "who proved first stays");
    let late = shared::link(proved(0), bela(), &system(1), &op(shared::LINKING_LIFE.as_secs()), &chance()).map(drop);
    assert_eq!(late.unwrap_err(), Refusal::Gone);
    let linked = shared::link(proved(0), bela(), &system(1), &op(1), &chance()).unwrap();
    let twice = shared::link(case_in(&linked.changes), person_in(&linked.changes), &system(1), &op(2), &chance()).map(drop);
    assert_eq!(twice.unwrap_err(), Refusal::Gone);
}

#[test]
fn m11_unlinking_ends_what_was_begun_before_it_and_tells_the_system() {
    let linked = shared::link(proved(0), bela(), &system(1), &op(1), &chance()).unwrap();
    let person = person_in(&linked.changes);
    let id = person.factors().linked[0].id.clone();
    let unlinked = shared::unlink(person, &id, Some(&system(1)), &op(2), &chance()).unwrap();
    assert_eq!(told(&unlinked.changes), [SharedChange::Unlinked]);
    let person = person_in(&unlinked.changes);
    assert!(person.factors().linked.is_empty());
    let stale = shared::link(proved(1), person.clone(), &system(1), &op(3), &chance()).map(drop);
    assert_eq!(stale.unwrap_err(), Refusal::Gone, "a proof from before the unlinking is stale");
    assert!(shared::link(proved(3), person, &system(1), &op(4), &chance()).is_ok());
}

#[test]
fn m11_a_change_is_told_to_each_system_and_its_fate_is_noted_once() {
    let linked = shared::link(proved(0), bela(), &system(1), &op(1), &chance()).unwrap();
    let mut person = person_in(&linked.changes);
    let mut changes = ChangeSet::default();
    shared::tell(&mut changes, &mut person, SharedChange::Password, &op(5), &chance());
    assert_eq!(told(&changes), [SharedChange::Password]);
    let id = person.factors().linked[0].id.clone();
    let old = shared::delivered(person.clone(), &id, op(4).now, Some(op(6).now));
    assert!(old.puts.is_empty(), "news of an older change is no news of this one");
    let after = person_in(&shared::delivered(person, &id, op(5).now, Some(op(6).now)));
    assert_eq!(after.factors().linked[0].told.as_ref().unwrap().taken, Some(op(6).now));
}

#[test]
fn m11_while_frozen_nothing_is_linked() {
    let mut frozen = bela();
    let until = op(100).now;
    frozen.factors_mut().frozen_until = Some(until);
    assert_eq!(shared::start(&frozen, &system(1), &op(0), &chance()).map(drop).unwrap_err(), Refusal::Frozen(until));
    assert_eq!(shared::link(proved(0), frozen, &system(1), &op(1), &chance()).map(drop).unwrap_err(), Refusal::Frozen(until));
}
