//! Help by two operators: who may do which step, in which order, and what it leaves behind.

use std::time::Duration;

use lockwright_authn::codes::CodeKey;
use lockwright_core::permit::OperatorPermit;
use lockwright_core::person::Person;
use lockwright_core::recovery::operators::{
    NoHelp, looked, may_help, operator_approves, operator_objects, operator_opens, operator_refuses,
};
use lockwright_core::recovery::{self, RecoverySettings, Refusal, Step, ask_operators};
use lockwright_core::{Decided, operator};
use lockwright_model::case::{Case, CaseMoment, CaseState, Closure, IdentityKind};
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::factors::{Cancel, Canceller, DeviceKind, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::Principal;
use lockwright_model::job::{Happening, Notice, Task};
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::proof::{Goal, Proof};
use lockwright_model::secret::KeyBytes;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::TriesKey;

use crate::tables::{account, at, builder, chance, credential, iam, op};

const DAY: u64 = 86_400;

/// A recovery that asked for help, and what decides about it.
struct Stage {
    person: Person,
    case: Case,
    code: String,
    key: CodeKey,
    settings: RecoverySettings,
}

impl Stage {
    fn of(person: Person, kind: IdentityKind) -> Self {
        let key = CodeKey::new(KeyBytes::new([7; 32]));
        let (holder, name) = (Token::draw(TokenKind::Case, &chance()), TriesKey::new("password", "x"));
        let op = op(Principal::Anonymous, 100);
        let started = recovery::start(kind, Goal::NewPassword, Some(&person), &name, &holder, &op, &chance());
        let case = Case { version: Version(1), ..case_of(&started.changes).unwrap() };
        let settings = RecoverySettings::default();
        let step = Step { key: &key, settings, op: &op, entropy: &chance() };
        let asked = ask_operators(case, holder.hash(), &step).unwrap();
        Self { person, case: case_of(&asked.changes).unwrap(), code: asked.output, key, settings }
    }

    fn root() -> Self {
        Self::of(Person::Root(account(1)), IdentityKind::Root)
    }

    /// A step, so many seconds after the help was asked for.
    fn step<T>(&self, after: u64, act: impl FnOnce(Case, &Step<'_>) -> T) -> T {
        let op = op(Principal::Anonymous, 100 + after);
        act(self.case.clone(), &Step { key: &self.key, settings: self.settings, op: &op, entropy: &chance() })
    }

    fn opens(&self, permit: &OperatorPermit, read: &str, after: u64) -> Result<Decided<()>, NoHelp> {
        self.step(after, |case, step| operator_opens(case, &self.person, permit, read, step))
    }

    fn approves(&self, permit: &OperatorPermit, after: u64) -> Result<Decided<()>, NoHelp> {
        self.step(after, |case, step| operator_approves(case, self.person.clone(), permit, step))
    }

    fn refuses(&self, permit: &OperatorPermit, after: u64) -> Result<Decided<()>, NoHelp> {
        self.step(after, |case, step| operator_refuses(case, self.person.clone(), permit, "not the voice", step))
    }

    fn objects(&mut self, permit: &OperatorPermit, after: u64) -> Result<bool, NoHelp> {
        let decided = self.step(after, |case, step| operator_objects(case, self.person.clone(), permit, step))?;
        self.take(&decided.changes);
        Ok(decided.output.is_some())
    }

    /// The rows as they are after a commit.
    fn take(&mut self, changes: &ChangeSet) {
        for record in &changes.puts {
            match record {
                Record::Case(case) => self.case = case.clone(),
                Record::Account(account) => self.person = Person::Root(account.clone()),
                Record::Builder(builder) => self.person = Person::Builder(builder.clone()),
                _ => {}
            }
        }
    }

    fn opened(mut self, permit: &OperatorPermit) -> Self {
        let decided = self.opens(permit, &self.code, 60).unwrap();
        self.take(&decided.changes);
        self
    }

    fn approved(mut self, permit: &OperatorPermit) -> Self {
        let decided = self.approves(permit, 120).unwrap();
        self.take(&decided.changes);
        self
    }
}

fn case_of(changes: &ChangeSet) -> Option<Case> {
    changes.puts.iter().find_map(|record| match record {
        Record::Case(case) => Some(case.clone()),
        _ => None,
    })
}

fn told(changes: &ChangeSet) -> Vec<CaseMoment> {
    let moment = |record: &Record| match record {
        Record::Job(job) => match &job.task {
            Task::Notify { notice: Notice::Happened { what: Happening::Recovery { moment, .. }, .. }, .. } => Some(*moment),
            _ => None,
        },
        _ => None,
    };
    changes.puts.iter().filter_map(moment).collect()
}

fn an_operator(email: &str, role: OperatorRole) -> Operator {
    let seed = u64::from(email.as_bytes()[0]);
    let entropy = lockwright_model::entropy::SeededEntropy::new(seed);
    let made = operator::create("Olu".parse().unwrap(), email.parse().unwrap(), role, &op(Principal::Host, 0), &entropy);
    let mut operator =
        made.changes.puts.iter().find_map(|record| if let Record::Operator(row) = record { Some(row.clone()) } else { None }).unwrap();
    operator.version = Version(3);
    operator.factors.enrolment = None;
    let kind = DeviceKind::Passkey { credential: email.into(), key: String::new(), verifies_user: true, synced: false };
    operator.factors.devices = vec![MfaDevice {
        id: DeviceId::draw(&entropy),
        name: "Key".parse().unwrap(),
        added: at(0),
        last_used: None,
        disabled: false,
        kind,
        place: None,
    }];
    operator
}

fn permit(email: &str, role: OperatorRole) -> OperatorPermit {
    let operator = an_operator(email, role);
    let person = Person::Operator(operator);
    OperatorPermit::mint(&Principal::Signed(person.identity()), Some(person)).unwrap()
}

fn olu() -> OperatorPermit {
    permit("olu@example.com", OperatorRole::Support)
}

fn sam() -> OperatorPermit {
    permit("sam@example.com", OperatorRole::Security)
}

fn refused<T>(outcome: Result<Decided<T>, NoHelp>) -> NoHelp {
    match outcome {
        Err(refusal) => refusal,
        Ok(_) => panic!("it was allowed"),
    }
}

#[test]
fn a23_d24_only_an_operator_as_stored_now_gets_a_permit() {
    let (olu, sam) = (an_operator("olu@example.com", OperatorRole::Support), an_operator("sam@example.com", OperatorRole::Security));
    let own = Principal::Signed(Person::Operator(olu.clone()).identity());
    let mint = |principal: &Principal, state: Option<Person>| OperatorPermit::mint(principal, state).is_some();
    assert!(mint(&own, Some(Person::Operator(olu.clone()))));
    assert!(!mint(&own, None));
    assert!(!mint(&own, Some(Person::Operator(sam))), "another one's state");
    assert!(!mint(&own, Some(Person::Operator(Operator { disabled: true, ..olu.clone() }))));
    let mut bare = olu.clone();
    bare.factors.devices.clear();
    assert!(!mint(&own, Some(Person::Operator(bare))), "O-M01: without a device nobody acts as operator");
    for other in [Principal::Host, Principal::Anonymous, Principal::Signed(Person::Root(account(1)).identity())] {
        assert!(!mint(&other, Some(Person::Operator(olu.clone()))), "{other:?}");
        assert!(!mint(&other, Some(Person::Root(account(1)))), "{other:?}");
    }
}

#[test]
fn v2_3_5_opening_and_approving_take_two_and_the_waiting_time_begins() {
    let stage = Stage::root();
    let opening = stage.opens(&olu(), &stage.code, 60).unwrap();
    assert_eq!(told(&opening.changes), [CaseMoment::Started], "the owner hears of it at the opening");
    let stage = stage.opened(&olu());
    let approval = stage.approves(&sam(), 120).unwrap();
    assert_eq!(told(&approval.changes), [CaseMoment::Waiting], "and of the waiting time, not of the start once more");
    let case = case_of(&approval.changes).unwrap();
    let CaseState::Waiting { since, release } = case.state else { panic!("{:?}", case.state) };
    assert_eq!((since, release), (at(220), at(220).plus(Duration::from_secs(3 * DAY))), "nobody shortens it");
    assert!(case.gathered.proofs.contains(Proof::Operators));
    let reminders =
        approval.changes.puts.iter().filter(|record| matches!(record, Record::Job(job) if matches!(job.task, Task::Remind { .. })));
    assert_eq!(reminders.count(), 2, "at half time and at its end");
    let person = approval.changes.puts.iter().find_map(|record| if let Record::Account(row) = record { Some(row) } else { None }).unwrap();
    assert_eq!(person.root.factors.underway.len(), 1, "signed-in pages show it");
    assert_eq!(person.root.credential, stage.person.credential().cloned(), "no operator touches a credential");
    assert_eq!(approval.changes.puts.iter().filter(|record| matches!(record, Record::Case(_))).count(), 1);
}

#[test]
fn v2_3_5_x08_whoever_opened_it_never_approves_or_refuses_it() {
    let stage = Stage::root().opened(&sam());
    assert_eq!(refused(stage.approves(&sam(), 120)), NoHelp::SameOperator);
    assert_eq!(refused(stage.refuses(&sam(), 120)), NoHelp::SameOperator);
    // A role given in between changes nothing.
    let stage = Stage::root().opened(&olu());
    assert_eq!(refused(stage.approves(&permit("olu@example.com", OperatorRole::Security), 120)), NoHelp::SameOperator);
}

#[test]
fn a23_support_neither_approves_nor_refuses() {
    let stage = Stage::root().opened(&sam());
    assert_eq!(refused(stage.approves(&olu(), 120)), NoHelp::NotSecurity);
    assert_eq!(refused(stage.refuses(&olu(), 120)), NoHelp::NotSecurity);
}

#[test]
fn x08_nobody_helps_a_person_whose_mailbox_they_read() {
    let own = permit("Ana+work@Example.com", OperatorRole::Security);
    let stage = Stage::root();
    assert_eq!(refused(stage.opens(&own, &stage.code, 60)), NoHelp::OwnMailbox);
    let mut stage = stage.opened(&olu());
    assert_eq!(refused(stage.approves(&own, 120)), NoHelp::OwnMailbox);
    assert_eq!(refused(stage.refuses(&own, 120)), NoHelp::OwnMailbox);
    assert_eq!(stage.objects(&own, 120), Err(NoHelp::OwnMailbox));
}

#[test]
fn a_lower_way_is_not_opened_from_above_iam_users_have_their_administrators() {
    let account = account(1);
    let stage = Stage::of(iam(&account, false), IdentityKind::Iam);
    assert_eq!(refused(stage.opens(&olu(), &stage.code, 60)), NoHelp::Administrator);
    let stage = Stage::of(Person::Builder(builder()), IdentityKind::Builder).opened(&olu()).approved(&sam());
    assert!(matches!(stage.case.state, CaseState::Waiting { .. }), "a builder ID has nobody else");
}

#[test]
fn steps_out_of_order_or_twice_are_refused() {
    let stage = Stage::root();
    assert_eq!(refused(stage.approves(&sam(), 60)), NoHelp::NotOpened);
    assert_eq!(refused(stage.refuses(&sam(), 60)), NoHelp::NotOpened);
    let other = if stage.code == "000000" { "000001" } else { "000000" };
    for read in [other, "", "12345", "contested"] {
        assert_eq!(refused(stage.opens(&olu(), read, 60)), NoHelp::OtherCode, "{read}");
    }
    let spelled = format!(" {}-{} ", &stage.code[..3], &stage.code[3..]);
    assert!(stage.opens(&olu(), &spelled, 60).is_ok(), "as people read it out");
    let stage = stage.opened(&olu());
    assert_eq!(refused(stage.opens(&sam(), &stage.code, 70)), NoHelp::Already);
    let kim = permit("kim@example.com", OperatorRole::Security);
    let stage = stage.approved(&sam());
    assert_eq!(refused(stage.approves(&kim, 130)), NoHelp::Already);
    // A refusal still comes through while the time runs, and ends it.
    let decided = stage.refuses(&kim, 130).unwrap();
    assert_eq!(told(&decided.changes), [CaseMoment::Cancelled]);
    let mut stage = stage;
    stage.take(&decided.changes);
    assert!(matches!(stage.case.state, CaseState::Closed { why: Closure::Refused, .. }));
    assert!(stage.person.factors().underway.is_empty());
    assert_eq!(refused(stage.approves(&sam(), 140)), NoHelp::Case(Refusal::Closed(Closure::Refused)));
    assert_eq!(refused(stage.opens(&olu(), &stage.code, 140)), NoHelp::Case(Refusal::Closed(Closure::Refused)));
}

#[test]
fn nothing_is_opened_or_approved_after_its_time_or_its_end() {
    let stage = Stage::root();
    assert!(stage.opens(&olu(), &stage.code, DAY - 200).is_ok());
    assert_eq!(refused(stage.opens(&olu(), &stage.code, DAY + 1)), NoHelp::Case(Refusal::Expired));
    let stage = stage.opened(&olu());
    assert!(stage.approves(&sam(), DAY).is_ok(), "a day from the opening");
    assert_eq!(refused(stage.approves(&sam(), DAY + 61)), NoHelp::Case(Refusal::Expired));

    let ended = |state: CaseState| {
        let mut stage = Stage::root().opened(&olu());
        stage.case.state = state;
        refused(stage.approves(&sam(), 120))
    };
    assert_eq!(ended(CaseState::Completed { at: at(200) }), NoHelp::Case(Refusal::AlreadyDone));
    assert_eq!(ended(CaseState::Closed { at: at(200), why: Closure::Stopped }), NoHelp::Case(Refusal::Closed(Closure::Stopped)));
    assert_eq!(ended(CaseState::Proven { at: at(200) }), NoHelp::Case(Refusal::NotNow), "nothing is left to approve");

    let mut replaced = Stage::root().opened(&olu());
    replaced.person.replace_credential(lockwright_model::credential::Credential { changed: at(200), ..credential("new") });
    assert_eq!(refused(replaced.approves(&sam(), 120)), NoHelp::Case(Refusal::Gone), "A17: the password was replaced meanwhile");
    let mut stopped = Stage::root().opened(&olu());
    stopped.person.factors_mut().cancels.push(Cancel { by: Canceller::Session, at: at(200) });
    assert_eq!(refused(stopped.approves(&sam(), 120)), NoHelp::Case(Refusal::Closed(Closure::Stopped)));
}

#[test]
fn an_installation_without_operators_help_gets_none() {
    let mut stage = Stage::root();
    stage.settings.operator_help = false;
    assert_eq!(refused(stage.opens(&olu(), &stage.code, 60)), NoHelp::SwitchedOff);
    let holder = Token::draw(TokenKind::Case, &chance());
    let mut case = stage.case.clone();
    (case.holder, case.gathered.operators) = (holder.hash(), None);
    let asked = stage.step(60, |_, step| ask_operators(case, holder.hash(), step).err());
    assert_eq!(asked, Some(Refusal::NotNow));
}

#[test]
fn every_step_is_told_in_both_trails_and_rests_on_the_operators_own_row() {
    let stage = Stage::root();
    let key = |permit: &OperatorPermit| (Key::Operator(permit.operator().id.clone()), Version(3));
    let trails = |changes: &ChangeSet, name: &str| {
        changes.events.iter().filter(|event| event.name == name).map(|event| event.account).collect::<Vec<_>>()
    };
    let both = vec![None, stage.person.account_id()];
    let seen = stage.step(50, |case, step| looked(&case, Some(&stage.person), &olu(), step));
    assert_eq!(trails(&seen, "RecoveryViewedByOperator"), both);
    let opening = stage.opens(&olu(), &stage.code, 60).unwrap().changes;
    assert_eq!(trails(&opening, "RecoveryOpenedByOperator"), both);
    assert!(opening.expect.contains(&key(&olu())), "switched off meanwhile, and it does not count");
    let stage = stage.opened(&olu());
    let refusal = stage.refuses(&sam(), 120).unwrap().changes;
    assert_eq!(trails(&refusal, "RecoveryRefusedByOperator"), both);
    assert!(refusal.events.iter().all(|event| event.record["requestParameters"]["reason"] == "not the voice"));
    assert!(refusal.expect.contains(&key(&sam())));
    let approval = stage.approves(&sam(), 120).unwrap().changes;
    assert_eq!(trails(&approval, "RecoveryApprovedByOperator"), both);
    assert!(approval.expect.contains(&key(&sam())));
    for event in opening.events.iter().chain(&refusal.events).chain(&approval.events) {
        assert!(!event.record.to_string().contains("example.com"), "no address in the trail: {}", event.record);
    }
    let decoy = stage.step(50, |case, step| looked(&case, None, &olu(), step));
    assert_eq!(trails(&decoy, "RecoveryViewedByOperator"), [None], "nobody's look stands in the installation's trail alone");
}

#[test]
fn a_contested_recovery_is_stopped_by_two_different_operators_and_by_no_one() {
    let mut stage = Stage::root().opened(&olu()).approved(&sam());
    assert_eq!(stage.objects(&olu(), 200), Ok(false));
    assert!(matches!(stage.case.state, CaseState::Waiting { .. }), "one word changes nothing");
    assert_eq!(stage.objects(&olu(), 201), Err(NoHelp::Already));
    assert_eq!(stage.objects(&sam(), 202), Ok(true));
    assert!(matches!(stage.case.state, CaseState::Closed { why: Closure::Stopped, .. }));
    assert!(stage.person.factors().underway.is_empty());
    assert_eq!(stage.person.factors().cancels.last().map(|cancel| cancel.by.clone()), Some(Canceller::Operators));
    assert_eq!(
        stage.objects(&permit("kim@example.com", OperatorRole::Security), 203),
        Err(NoHelp::Case(Refusal::Closed(Closure::Stopped)))
    );
}

#[test]
fn approval_while_another_recovery_waits_or_the_account_is_frozen_leaves_the_time_for_later() {
    let first = Stage::root().opened(&olu()).approved(&sam());
    let mut second = Stage::root();
    second.person = first.person.clone();
    second.case.id = lockwright_model::id::CaseId::draw(&lockwright_model::entropy::SeededEntropy::new(5));
    let second = second.opened(&olu()).approved(&sam());
    assert!(matches!(second.case.state, CaseState::Open { .. }), "X06: one waits at a time");
    assert!(second.case.gathered.proofs.contains(Proof::Operators), "the approval stands");
    let mut frozen = Stage::root();
    frozen.person.factors_mut().frozen_until = Some(at(DAY));
    let frozen = frozen.opened(&olu()).approved(&sam());
    assert!(matches!(frozen.case.state, CaseState::Open { .. }));
}

#[test]
fn may_help_says_the_same_as_the_steps() {
    let stage = Stage::root();
    let asks = |permit: &OperatorPermit, op: &OpContext| {
        may_help(&stage.case, &stage.person, permit, &Step { key: &stage.key, settings: stage.settings, op, entropy: &chance() })
    };
    assert_eq!(asks(&olu(), &op(Principal::Anonymous, 160)), Ok(()));
    assert_eq!(asks(&olu(), &op(Principal::Anonymous, 2 * DAY)), Err(NoHelp::Case(Refusal::Expired)));
    assert_eq!(asks(&permit("ana@example.com", OperatorRole::Support), &op(Principal::Anonymous, 160)), Err(NoHelp::OwnMailbox));
}
