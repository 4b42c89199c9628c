//! Recovery contacts under every rule that binds their owner and them.

use lockwright_model::builder::Builder;
use lockwright_model::case::Channel;
use lockwright_model::context::{SecondFactor, Source};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{ExtraEmail, Factors};
use lockwright_model::id::{BuilderId, RequestId};
use lockwright_model::identity::Principal;
use lockwright_model::job::{Job, JobState, Notice};
use lockwright_model::proof::{Proof, Proofs};

use super::*;
use crate::recovery::rules::COOLING;
use crate::recovery::situation;

const DAY: Duration = Duration::from_secs(86_400);

fn at(days: u32) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus(DAY * days)
}

fn op(days: u32) -> OpContext {
    OpContext {
        id: RequestId::draw(&SeededEntropy::new(1)),
        now: at(days),
        principal: Principal::Anonymous,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source: Source::host(),
    }
}

fn bela() -> Person {
    Person::Builder(Builder {
        id: BuilderId::draw(&SeededEntropy::new(2)),
        version: Version(1),
        email: "bela@example.com".parse().unwrap(),
        name: "Bela Novak".parse().unwrap(),
        created: at(0),
        disabled: false,
        closed: None,
        credential: None,
        epoch: 0,
        factors: Factors::default(),
    })
}

fn draft(address: &str) -> Draft {
    Draft { name: "Marta".parse().unwrap(), address: address.parse().unwrap(), owner: "Bela".parse().unwrap() }
}

/// What the contacts would prove.
fn word(world: &World, at: Timestamp) -> Proofs {
    situation::enrolled(&world.person, at).minus(Proofs::of(&[Proof::Email]))
}

/// The world of a test: a person, and the chance that decisions draw from.
struct World {
    person: Person,
    chance: SeededEntropy,
    jobs: Vec<Job>,
    cases: Vec<Case>,
}

impl World {
    fn new() -> Self {
        Self { person: bela(), chance: SeededEntropy::new(3), jobs: Vec::new(), cases: Vec::new() }
    }

    /// Takes what a decision wrote, which must be told to the trail.
    fn take(&mut self, changes: ChangeSet) {
        assert!(!changes.events.is_empty(), "invariant 5");
        for record in changes.puts {
            match record {
                Record::Builder(builder) => self.person = Person::Builder(builder),
                Record::Case(case) => {
                    self.cases.retain(|known| known.id != case.id);
                    self.cases.push(case);
                }
                Record::Job(job) => self.jobs.push(job),
                _ => {}
            }
        }
    }

    fn invite(&mut self, address: &str, day: u32) -> ContactId {
        let decided = invite(self.person.clone(), draft(address), &op(day), &self.chance).unwrap();
        self.take(decided.changes);
        decided.output
    }

    fn case(&self, id: &ContactId) -> Case {
        let contact = self.person.factors().contacts.people.iter().find(|known| known.id == *id).unwrap();
        self.cases.iter().find(|case| case.id == contact.invitation).unwrap().clone()
    }

    /// Draws the link that is mailed.
    fn link(&mut self, id: &ContactId, day: u32) -> (Case, TokenHash) {
        let drawn = draw_invitation(self.case(id), &self.person, at(day), &self.chance).unwrap();
        for record in drawn.changes.puts {
            if let Record::Case(case) = record {
                self.cases.retain(|known| known.id != case.id);
                self.cases.push(case);
            }
        }
        (self.case(id), drawn.output.link.hash())
    }

    fn accepted(&mut self, address: &str, day: u32) -> ContactId {
        let id = self.invite(address, day);
        let (case, link) = self.link(&id, day);
        let decided = accept(case, self.person.clone(), link, &op(day), &self.chance).unwrap();
        self.take(decided.changes);
        id
    }

    fn threshold(&self) -> u8 {
        self.person.factors().contacts.threshold
    }

    fn told(&self) -> Vec<Happening> {
        let told = |job: &Job| match &job.task {
            Task::Notify { to: Channel::Email(to), notice: Notice::Happened { what, .. }, .. } if to.as_str() == "bela@example.com" => {
                Some(what.clone())
            }
            _ => None,
        };
        self.jobs.iter().filter_map(told).collect()
    }
}

#[test]
fn n_r14_one_to_five_people_are_named_and_count_seven_days_after_they_accept() {
    let mut world = World::new();
    let first = world.invite("marta@example.com", 0);
    assert!(word(&world, at(100)).is_empty(), "an invitation is nothing yet");
    let (case, link) = world.link(&first, 0);
    let decided = accept(case, world.person.clone(), link, &op(1), &world.chance).unwrap();
    world.take(decided.changes);
    let day = at(1).plus(COOLING);
    assert!(word(&world, Timestamp::from_micros(day.as_micros() - 1)).is_empty());
    assert_eq!(word(&world, day), Proofs::of(&[Proof::Contacts]));
    for n in 2..=MOST_CONTACTS {
        world.invite(&format!("friend{n}@example.com"), 1);
    }
    let sixth = invite(world.person.clone(), draft("friend6@example.com"), &op(1), &world.chance);
    assert_eq!(sixth.unwrap_err(), Refusal::Full);
    assert!(world.told().contains(&Happening::ContactAdded("Marta".parse().unwrap())));
}

#[test]
fn x05_the_owners_own_mailbox_is_refused_at_the_invitation_at_the_answer_and_at_use() {
    let mut world = World::new();
    for own in ["bela@example.com", "Bela@EXAMPLE.com", "bela+friend@example.com"] {
        assert_eq!(invite(world.person.clone(), draft(own), &op(0), &world.chance).unwrap_err(), Refusal::OwnMailbox, "{own}");
    }
    let (answered, used) = (world.invite("marta@example.com", 0), world.accepted("jon@example.com", 0));
    let (case, link) = world.link(&answered, 0);
    assert!(word(&world, at(30)).contains(Proof::Contacts));
    // Both mailboxes become the owner's own afterwards.
    for address in ["marta+mine@example.com", "jon@example.com"] {
        world.person.factors_mut().emails.push(ExtraEmail { address: address.parse().unwrap(), since: at(1) });
    }
    assert_eq!(accept(case, world.person.clone(), link, &op(2), &world.chance).unwrap_err(), recovery::Refusal::Gone);
    assert!(!word(&world, at(30)).contains(Proof::Contacts));
    assert_eq!(situation::serving_contacts(&world.person, at(30)).count(), 0, "nor is it asked: {used}");
    let again = invite_again(world.person.clone(), &answered, &op(2), &world.chance);
    assert_eq!(again.unwrap_err(), Refusal::OwnMailbox);
}

#[test]
fn x05_one_person_with_two_spellings_is_one_contact() {
    let mut world = World::new();
    world.accepted("marta@example.com", 0);
    for same in ["Marta@example.com", "marta+2@example.com"] {
        assert_eq!(invite(world.person.clone(), draft(same), &op(0), &world.chance).unwrap_err(), Refusal::Already, "{same}");
    }
}

#[test]
fn x05_two_must_agree_as_soon_as_there_are_two_unless_the_owner_chooses() {
    let mut world = World::new();
    world.accepted("a@example.com", 0);
    assert_eq!(world.threshold(), 1);
    assert_eq!(set_threshold(world.person.clone(), 2, &op(0), &world.chance).unwrap_err(), Refusal::Threshold);
    world.accepted("b@example.com", 0);
    assert_eq!(world.threshold(), 2);
    let decided = set_threshold(world.person.clone(), 1, &op(0), &world.chance).unwrap();
    world.take(decided.changes);
    world.accepted("c@example.com", 0);
    assert_eq!(world.threshold(), 1, "the owner's choice stays");
    for (wanted, allowed) in [(0, false), (3, true), (4, false), (255, false)] {
        assert_eq!(set_threshold(world.person.clone(), wanted, &op(0), &world.chance).is_ok(), allowed, "{wanted}");
    }
    assert!(world.told().contains(&Happening::ContactsNeeded(1)));
}

#[test]
fn what_a_contact_does_never_makes_getting_in_easier() {
    let mut world = World::new();
    world.accepted("a@example.com", 0);
    let second = world.accepted("b@example.com", 0);
    let decided = leave(world.person.clone(), &second, &op(1), &world.chance).unwrap();
    assert!(decided.changes.deletes.contains(&(Key::Claim(ClaimKey::Contact(second.clone())), Version::NEW)));
    world.take(decided.changes);
    assert_eq!((world.threshold(), accepted(&world.person.factors().contacts)), (2, 1));
    assert!(word(&world, at(30)).is_empty(), "one is not two");
    assert!(world.told().contains(&Happening::ContactLeft("Marta".parse().unwrap())));
    assert!(leave(world.person.clone(), &second, &op(1), &world.chance).is_none(), "twice");
}

#[test]
fn n_r16_the_owner_removes_a_contact_who_is_told() {
    let mut world = World::new();
    let first = world.accepted("a@example.com", 0);
    world.accepted("b@example.com", 0);
    let decided = remove(world.person.clone(), &first, &op(1), &world.chance).unwrap();
    world.take(decided.changes);
    assert_eq!(world.threshold(), 1, "no more must agree than there are");
    let dismissed = |job: &Job| matches!(&job.task, Task::DismissContact { to, .. } if to.as_str() == "a@example.com");
    assert_eq!(world.jobs.iter().filter(|job| dismissed(job)).count(), 1);
    assert_eq!(remove(world.person.clone(), &first, &op(1), &world.chance).unwrap_err(), Refusal::Unknown, "twice");
    assert!(world.told().contains(&Happening::ContactRemoved("Marta".parse().unwrap())));
    // Somebody who has not answered yet hears nothing: the link says it.
    let third = world.invite("c@example.com", 1);
    let (case, link) = world.link(&third, 1);
    let decided = remove(world.person.clone(), &third, &op(1), &world.chance).unwrap();
    assert!(
        !decided.changes.puts.iter().any(|record| matches!(record, Record::Job(job) if matches!(job.task, Task::DismissContact { .. })))
    );
    world.take(decided.changes);
    assert_eq!(accept(case, world.person.clone(), link, &op(1), &world.chance).unwrap_err(), recovery::Refusal::Gone);
}

#[test]
fn an_invitation_is_answered_once_within_fourteen_days_and_by_its_newest_link() {
    let mut world = World::new();
    let id = world.invite("marta@example.com", 0);
    let (old, first) = world.link(&id, 0);
    let (case, second) = world.link(&id, 0);
    assert_eq!(check_invitation(&case, &world.person, first, at(0)).unwrap_err(), recovery::Refusal::Replaced);
    assert!(check_invitation(&case, &world.person, second, at(13)).is_ok());
    assert_eq!(check_invitation(&case, &world.person, second, at(14)).unwrap_err(), recovery::Refusal::Expired);
    let decided = invite_again(world.person.clone(), &id, &op(3), &world.chance).unwrap();
    world.take(decided.changes);
    for (case, link) in [(old, first), (case, second)] {
        assert!(accept(case, world.person.clone(), link, &op(3), &world.chance).is_err(), "an invitation that was sent before is void");
    }
    let (case, link) = world.link(&id, 3);
    let decided = accept(case.clone(), world.person.clone(), link, &op(3), &world.chance).unwrap();
    world.take(decided.changes);
    let over = world.case(&id);
    assert_eq!(accept(over.clone(), world.person.clone(), link, &op(3), &world.chance).unwrap_err(), recovery::Refusal::AlreadyDone);
    assert_eq!(decline(over, world.person.clone(), link, &op(3), &world.chance).unwrap_err(), recovery::Refusal::AlreadyDone);
    // From the row that was read before: the store would call it stale, and so does the decision.
    assert_eq!(accept(case, world.person.clone(), link, &op(3), &world.chance).unwrap_err(), recovery::Refusal::Gone);
    assert_eq!(invite_again(world.person.clone(), &id, &op(3), &world.chance).unwrap_err(), Refusal::Accepted);
}

#[test]
fn an_invitation_answers_for_no_other_person() {
    let mut world = World::new();
    let id = world.invite("marta@example.com", 0);
    let (case, link) = world.link(&id, 0);
    let Person::Builder(mut other) = world.person.clone() else { unreachable!() };
    other.id = BuilderId::draw(&SeededEntropy::new(9));
    assert_eq!(check_invitation(&case, &Person::Builder(other), link, at(0)).unwrap_err(), recovery::Refusal::Gone);
}

#[test]
fn somebody_declines_and_is_on_the_list_no_more() {
    let mut world = World::new();
    let id = world.invite("marta@example.com", 0);
    let (case, link) = world.link(&id, 0);
    let decided = decline(case.clone(), world.person.clone(), link, &op(1), &world.chance).unwrap();
    assert!(decided.changes.deletes.is_empty(), "no claim stood for it");
    world.take(decided.changes);
    assert!(world.person.factors().contacts.people.is_empty());
    assert!(world.told().contains(&Happening::ContactDeclined("Marta".parse().unwrap())));
    assert!(accept(case, world.person.clone(), link, &op(1), &world.chance).is_err());
}

#[test]
fn while_changes_are_frozen_nobody_becomes_a_contact() {
    let mut world = World::new();
    let (id, there) = (world.invite("marta@example.com", 0), world.accepted("jon@example.com", 0));
    let (case, link) = world.link(&id, 0);
    world.person.factors_mut().frozen_until = Some(at(2));
    let frozen = Refusal::Frozen(at(2));
    let (person, chance, op) = (world.person.clone(), &world.chance, op(1));
    assert_eq!(invite(person.clone(), draft("x@example.com"), &op, chance).unwrap_err(), frozen);
    assert_eq!(invite_again(person.clone(), &id, &op, chance).unwrap_err(), frozen);
    assert_eq!(remove(person.clone(), &there, &op, chance).unwrap_err(), frozen);
    assert_eq!(set_threshold(person.clone(), 1, &op, chance).unwrap_err(), frozen);
    assert_eq!(review(person.clone(), &op, chance).unwrap_err(), frozen);
    assert_eq!(accept(case.clone(), person.clone(), link, &op, chance).unwrap_err(), recovery::Refusal::NotNow);
    assert!(accept(case, person, link, &super::tests::op(2), chance).is_ok(), "afterwards it goes on");
}

#[test]
fn e07_names_that_would_become_links_are_not_mailed_to_strangers() {
    let world = World::new();
    for text in ["http://spam.example", "win at spam.example now", "mail me@spam.example", "spam.com", "call:now", "a/b"] {
        assert!(looks_like_a_link(text), "{text}");
        let name = Draft { name: text.parse().unwrap(), ..draft("x@example.com") };
        assert_eq!(invite(world.person.clone(), name, &op(0), &world.chance).unwrap_err(), Refusal::LinkInName);
        let owner = Draft { owner: text.parse().unwrap(), ..draft("x@example.com") };
        assert_eq!(invite(world.person.clone(), owner, &op(0), &world.chance).unwrap_err(), Refusal::LinkInOwner);
    }
    for text in ["Marta", "Dr. Ana Lima", "J.R.R. Tolkien", "Åsa Öström", "Mum", "Jon & Kim", "陳大文"] {
        assert!(!looks_like_a_link(text), "{text}");
    }
}

#[test]
fn n_r17_the_owner_is_reminded_a_year_after_the_last_look() {
    let mut world = World::new();
    world.invite("marta@example.com", 0);
    let reviews = |world: &World| -> Vec<(Timestamp, JobState)> {
        let review = |job: &&Job| matches!(&job.task, Task::Review { what: ReviewOf::Contacts, .. });
        world.jobs.iter().filter(review).map(|job| (job.due, job.state.clone())).collect()
    };
    assert_eq!(reviews(&world), [(at(365), JobState::Waiting)]);
    assert!(remind(&world.person, &op(364), &world.chance).is_none(), "not before its time");
    let decided = review(world.person.clone(), &op(100), &world.chance).unwrap();
    world.take(decided.changes);
    assert_eq!(reviews(&world).len(), 2);
    assert!(remind(&world.person, &op(365), &world.chance).is_none(), "looked through meanwhile");
    let changes = remind(&world.person, &op(465), &world.chance).unwrap();
    assert!(changes.events.is_empty() && !changes.puts.iter().any(|record| matches!(record, Record::Builder(_))));
    let jobs: Vec<&Job> = changes.puts.iter().filter_map(|record| if let Record::Job(job) = record { Some(job) } else { None }).collect();
    assert_eq!(jobs.len(), 2, "a notice, and the next year's");
    assert!(jobs.iter().any(|job| job.due == at(465 + 365)));
    world.person.factors_mut().contacts.people.clear();
    assert!(remind(&world.person, &op(1000), &world.chance).is_none(), "nobody is left to be looked at");
}

#[test]
fn an_operator_has_no_contacts_for_nothing_would_come_of_them() {
    let Person::Builder(builder) = bela() else { unreachable!() };
    let operator = Person::Operator(lockwright_model::operator::Operator {
        id: lockwright_model::id::OperatorId::draw(&SeededEntropy::new(4)),
        version: Version(1),
        email: builder.email,
        name: builder.name,
        role: lockwright_model::operator::OperatorRole::Support,
        created: at(0),
        disabled: false,
        credential: None,
        epoch: 0,
        factors: Factors::default(),
    });
    assert_eq!(invite(operator, draft("x@example.com"), &op(0), &SeededEntropy::new(1)).unwrap_err(), Refusal::Operator);
}

#[test]
fn nothing_of_a_contact_stands_in_the_trail_but_its_number() {
    let world = World::new();
    let decided = invite(world.person.clone(), draft("marta@example.com"), &op(0), &world.chance).unwrap();
    let told = decided.changes.events.iter().map(|event| event.record.to_string()).collect::<String>();
    assert!(!told.contains("marta") && !told.contains("Marta"), "{told}");
    assert!(!format!("{decided:?}").contains("lw_link_"));
}
