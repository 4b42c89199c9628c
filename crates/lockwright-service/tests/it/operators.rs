//! Operators' help over a real store: lists and looks, limits, parallel steps, the way from the call to the new password.

use std::time::Duration;

use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::operator::OperatorRole;
use lockwright_model::proof::Goal;
use lockwright_model::token::Token;
use lockwright_service::aggregate::Group;
use lockwright_service::core::recovery::operators::NoHelp;
use lockwright_service::host::HostError;
use lockwright_service::operator_help::{HelpStage, OperatorError};
use lockwright_service::signin::{Entered, SignInError, SignInName};

use crate::house::{ANA, House, NEW, OLD, notices, root};

const OLU: &str = "olu@example.com";
const SAM: &str = "sam@example.com";

impl House {
    /// An operator with the password [`OLD`] and an app.
    async fn operator(&self, email: &str, role: OperatorRole) -> Identity {
        let made = self.lockwright.create_operator(&self.host(), &"Olu Adeyemi".parse().unwrap(), &email.parse().unwrap(), role).await;
        let (id, link) = made.unwrap();
        let url = link.url.expose().strip_prefix("http://localhost:8421/operator/recover/link/").unwrap().to_owned();
        let (case, token) = url.split_once('/').unwrap();
        let case: CaseId = case.parse().unwrap();
        let holder = self.lockwright.open_link(&self.anyone(), &case, "", token).await.unwrap();
        self.lockwright.finish_recovery(&self.anyone(), &case, holder.expose(), OLD, OLD).await.unwrap();
        let session = self.session(&SignInName::Operator(email.parse().unwrap()), OLD).await;
        self.enrol_app(&session).await;
        self.letters().await;
        Identity::Operator(id)
    }

    /// Somebody begins a recovery and asks the operators: the case, the browser's cookie, the caller code.
    async fn asks(&self, name: &SignInName) -> (CaseId, Token, String) {
        let opened = self.lockwright.start_recovery(&self.anyone(), name, Goal::NewPassword).await.unwrap();
        let code = self.lockwright.ask_operators(&self.anyone(), &opened.case, opened.holder.expose()).await.unwrap();
        self.letters().await;
        (opened.case, opened.holder, code)
    }

    async fn events(&self, account: Option<AccountId>, name: &str) -> usize {
        let events = self.lockwright.events(&self.host(), account, None, 1000).await.unwrap();
        events.iter().filter(|event| event.name == name).count()
    }
}

fn moments(letters: &[lockwright_testkit::mailbox::Letter]) -> Vec<String> {
    let moment = |(_, notice)| match notice {
        Notice::Happened { what: Happening::Recovery { moment, .. }, .. } => Some(format!("{moment:?}")),
        _ => None,
    };
    notices(letters).into_iter().filter_map(moment).collect()
}

#[tokio::test]
async fn a23_nobody_but_the_host_makes_operators() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let sam = house.operator(SAM, OperatorRole::Security).await;
    for op in [house.anyone(), house.as_root(account), house.as_(&sam)] {
        let made = house.lockwright.create_operator(&op, &"Eve".parse().unwrap(), &OLU.parse().unwrap(), OperatorRole::Support).await;
        assert!(matches!(made, Err(HostError::Denied)), "{made:?}");
    }
    assert_eq!(house.lockwright.operators(&house.host(), None, 10).await.unwrap().len(), 1);
    assert!(house.letters().await.is_empty());
}

#[tokio::test]
async fn v2_3_5_from_the_call_to_the_new_password_with_everything_lost() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.arm(&root(ANA)).await;
    let (olu, sam) = (house.operator(OLU, OperatorRole::Support).await, house.operator(SAM, OperatorRole::Security).await);
    let (case, holder, code) = house.asks(&root(ANA)).await;

    let found = house.lockwright.look_up_recovery(&house.as_(&olu), &code).await.unwrap();
    let [view] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((view.case.clone(), view.stage, view.hindrance), (case.clone(), HelpStage::Asked, None));
    assert_eq!(
        (house.events(None, "RecoveryViewedByOperator").await, house.events(Some(account), "RecoveryViewedByOperator").await),
        (1, 1)
    );
    house.lockwright.open_recovery_help(&house.as_(&olu), &case, &code).await.unwrap();
    assert_eq!(moments(&house.letters().await), ["Started"], "the owner is told before anything can come of it");

    let (listed, more) = house.lockwright.recoveries_for_operator(&house.as_(&sam)).await.unwrap();
    assert_eq!((listed.len(), more, listed[0].asks, listed[0].person.is_none()), (1, false, true, true));
    let asking = async |who| house.lockwright.recoveries_asking(&house.as_(who)).await.unwrap();
    assert_eq!((asking(&olu).await, asking(&sam).await), (0, 1), "whoever opened it is not asked");
    house.lockwright.approve_recovery_help(&house.as_(&sam), &case).await.unwrap();
    assert_eq!(moments(&house.letters().await), ["Waiting"]);
    let early = house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await;
    assert!(early.is_err(), "not before the time is over");
    house.pass(Duration::from_secs(37 * 3600));
    assert_eq!(moments(&house.letters().await), ["Half"]);
    house.pass(Duration::from_secs(36 * 3600));
    assert_eq!(moments(&house.letters().await), ["Released"]);
    house.lockwright.finish_recovery(&house.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    let entered = house.lockwright.sign_in(&house.anyone(), &root(ANA), NEW, None).await.unwrap();
    assert!(matches!(entered, Entered::SecondFactor(_)), "the devices stay");
    let view = house.lockwright.recovery_for_operator(&house.as_(&sam), &case).await.unwrap();
    assert_eq!(view.stage, HelpStage::Ended);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v2_3_5_of_50_parallel_opens_and_50_parallel_approvals_one_succeeds_each() {
    let house = House::file().await;
    house.account(ANA).await;
    let kim = house.operator("kim@example.com", OperatorRole::Security).await;
    let (olu, sam) = (house.operator(OLU, OperatorRole::Support).await, house.operator(SAM, OperatorRole::Security).await);
    let (case, _, code) = house.asks(&root(ANA)).await;
    let opens: Vec<_> = (0..50)
        .map(|at| {
            let (lockwright, op) = (house.lockwright.clone(), house.as_(if at % 2 == 0 { &olu } else { &kim }));
            let (case, code) = (case.clone(), code.clone());
            tokio::spawn(async move { lockwright.open_recovery_help(&op, &case, &code).await.is_ok() })
        })
        .collect();
    let mut opened = 0;
    for open in opens {
        opened += usize::from(open.await.unwrap());
    }
    assert_eq!(opened, 1);
    let approvals: Vec<_> = (0..50)
        .map(|at| {
            let (lockwright, op, case) = (house.lockwright.clone(), house.as_(if at % 2 == 0 { &sam } else { &kim }), case.clone());
            tokio::spawn(async move { lockwright.approve_recovery_help(&op, &case).await.is_ok() })
        })
        .collect();
    let mut approved = 0;
    for approval in approvals {
        approved += usize::from(approval.await.unwrap());
    }
    assert_eq!(approved, 1);
    let letters = house.letters().await;
    assert_eq!(moments(&letters), ["Started", "Waiting"], "told once each");
    let person = house.store.account(house.lockwright.account_by_email(&house.host(), &ANA.parse().unwrap()).await.unwrap().id).await;
    assert_eq!(person.unwrap().unwrap().root.factors.underway.len(), 1);
}

#[tokio::test]
async fn a23_v8_4_2_nobody_but_operators_looks_or_acts_and_each_sees_only_its_own() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let (olu, sam) = (house.operator(OLU, OperatorRole::Support).await, house.operator(SAM, OperatorRole::Security).await);
    let pat = house.operator("pat@example.com", OperatorRole::Support).await;
    let (case, _, code) = house.asks(&root(ANA)).await;
    let lockwright = &house.lockwright;
    for op in [house.anyone(), house.host(), house.as_root(account)] {
        assert!(matches!(lockwright.look_up_recovery(&op, &code).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.open_recovery_help(&op, &case, &code).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.approve_recovery_help(&op, &case).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.refuse_recovery_help(&op, &case, "x").await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.object_to_recovery(&op, &case).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.recovery_for_operator(&op, &case).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.recoveries_for_operator(&op).await, Err(OperatorError::Denied)));
        assert!(matches!(lockwright.aggregate(&op).await, Err(OperatorError::Denied)));
    }
    assert!(matches!(lockwright.aggregate(&house.as_(&olu)).await, Err(OperatorError::Denied)), "role security only");
    assert!(matches!(lockwright.recovery_for_operator(&house.as_(&sam), &case).await, Err(OperatorError::Unknown)), "not opened yet");
    assert!(matches!(lockwright.approve_recovery_help(&house.as_(&sam), &case).await, Err(OperatorError::Unknown)));
    lockwright.open_recovery_help(&house.as_(&olu), &case, &code).await.unwrap();
    assert!(matches!(lockwright.recovery_for_operator(&house.as_(&pat), &case).await, Err(OperatorError::Unknown)), "another one's");
    assert!(matches!(lockwright.approve_recovery_help(&house.as_(&olu), &case).await, Err(OperatorError::Denied)));
    assert_eq!(lockwright.recoveries_for_operator(&house.as_(&pat)).await.unwrap().0.len(), 0);
    assert_eq!(lockwright.recoveries_for_operator(&house.as_(&olu)).await.unwrap().0.len(), 1);
    // Switched off between two requests: the session and every act end at once.
    lockwright.set_operator_disabled(&house.host(), &SAM.parse().unwrap(), true).await.unwrap();
    assert!(matches!(lockwright.approve_recovery_help(&house.as_(&sam), &case).await, Err(OperatorError::Denied)));
    lockwright.delete_operator(&house.host(), &OLU.parse().unwrap()).await.unwrap();
    assert!(matches!(lockwright.look_up_recovery(&house.as_(&olu), &code).await, Err(OperatorError::Denied)));
    let view = lockwright
        .recovery_for_operator(&house.as_(&house.operator("kim@example.com", OperatorRole::Security).await), &case)
        .await
        .unwrap();
    assert!(view.opened.unwrap().by.starts_with("OPER"), "who was removed is still named by id");
}

#[tokio::test]
async fn o_f05_a_decoy_has_a_caller_code_too_and_operators_see_that_it_is_nobodys() {
    let house = House::memory().await;
    house.account(ANA).await;
    let olu = house.operator(OLU, OperatorRole::Support).await;
    let (case, _, code) = house.asks(&root("nobody@example.com")).await;
    assert_eq!(code.len(), 6);
    let found = house.lockwright.look_up_recovery(&house.as_(&olu), &code).await.unwrap();
    assert!(found.len() == 1 && found[0].person.is_none());
    assert!(matches!(house.lockwright.open_recovery_help(&house.as_(&olu), &case, &code).await, Err(OperatorError::Unknown)));
    house.pass(Duration::from_secs(25 * 3600));
    assert!(house.lockwright.look_up_recovery(&house.as_(&olu), &code).await.unwrap().is_empty(), "a day later it is over");
}

#[tokio::test]
async fn codes_that_lead_nowhere_are_counted_against_the_operator_wherever_they_are_typed() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (olu, sam) = (house.operator(OLU, OperatorRole::Support).await, house.operator(SAM, OperatorRole::Security).await);
    let (case, _, code) = house.asks(&root(ANA)).await;
    let wrong = |at: u32| format!("{:06}", (code.parse::<u32>().unwrap() + 1 + at) % 1_000_000);
    for at in 0..10 {
        assert!(house.lockwright.look_up_recovery(&house.as_(&olu), &wrong(at)).await.unwrap().is_empty());
        let tried = house.lockwright.open_recovery_help(&house.as_(&olu), &case, &wrong(100 + at)).await;
        assert!(matches!(tried, Err(OperatorError::Refused(NoHelp::OtherCode))), "{tried:?}");
    }
    assert!(matches!(house.lockwright.look_up_recovery(&house.as_(&olu), &code).await, Err(OperatorError::Wait { .. })));
    assert!(matches!(house.lockwright.open_recovery_help(&house.as_(&olu), &case, &code).await, Err(OperatorError::Wait { .. })));
    assert_eq!(house.lockwright.look_up_recovery(&house.as_(&sam), &code).await.unwrap().len(), 1, "the others go on");
    house.seconds(3600);
    assert_eq!(house.lockwright.look_up_recovery(&house.as_(&olu), &code).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_contested_recovery_stands_before_the_operators_though_nobody_asked_them() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (olu, sam) = (house.operator(OLU, OperatorRole::Support).await, house.operator(SAM, OperatorRole::Security).await);
    let (case, _, code) = house.asks(&root(ANA)).await;
    house.lockwright.open_recovery_help(&house.as_(&olu), &case, &code).await.unwrap();
    house.lockwright.approve_recovery_help(&house.as_(&sam), &case).await.unwrap();
    // As the store keeps it after the same channel tried twice, and as if no operator had been asked.
    let mut row = house.store.case(&case).await.unwrap().unwrap();
    row.gathered.operators = None;
    row.gathered.told.push(lockwright_model::case::ToldOf {
        at: house.clock_now(),
        what: lockwright_model::case::CaseMoment::Contested,
        addresses: 1,
    });
    let mut changes = lockwright_model::change::ChangeSet::default();
    changes.put(lockwright_model::change::Record::Case(row));
    house.store.commit(changes).await.unwrap();

    let (listed, _) = house.lockwright.recoveries_for_operator(&house.as_(&olu)).await.unwrap();
    assert!(listed.len() == 1 && listed[0].contested && listed[0].asks);
    let asking = async |who| house.lockwright.recoveries_asking(&house.as_(who)).await.unwrap();
    assert_eq!((asking(&olu).await, asking(&sam).await), (1, 1));
    assert!(!house.lockwright.object_to_recovery(&house.as_(&olu), &case).await.unwrap(), "one word changes nothing");
    assert_eq!((asking(&olu).await, asking(&sam).await), (0, 1), "nobody is asked twice");
    assert!(house.lockwright.object_to_recovery(&house.as_(&sam), &case).await.unwrap());
    let view = house.lockwright.recovery_for_operator(&house.as_(&sam), &case).await.unwrap();
    assert_eq!((view.stage, view.objections.len()), (HelpStage::Ended, 2));
    assert!(moments(&house.letters().await).contains(&"Cancelled".to_owned()));
}

#[tokio::test]
async fn readiness_is_counted_without_a_name() {
    let house = House::memory().await;
    let sam = house.operator(SAM, OperatorRole::Security).await;
    let account = house.account(ANA).await;
    house.account("bo@example.com").await;
    house.builder("bela@example.com").await;
    house.user(account, "kim", false).await;
    house.arm(&root(ANA)).await;
    let sum = house.lockwright.aggregate(&house.as_(&sam)).await.unwrap();
    assert_eq!(sum.roots, Group { all: 2, mfa: 1, codes: 1, mailbox_only: 1 });
    assert_eq!(sum.users, Group { all: 1, mfa: 0, codes: 0, mailbox_only: 1 });
    assert_eq!(sum.builders, Group { all: 1, mfa: 0, codes: 0, mailbox_only: 1 });
    assert_eq!((sum.waiting, sum.more), (0, false));
}

#[tokio::test]
async fn b23_an_operators_name_leads_to_nobody_elsewhere_and_costs_nobody_elses_tries() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.operator(ANA, OperatorRole::Support).await;
    for _ in 0..8 {
        let _ = house.sign_in(&SignInName::Operator(ANA.parse().unwrap()), NEW).await;
    }
    let operator = house.sign_in(&SignInName::Operator(ANA.parse().unwrap()), OLD).await;
    assert!(matches!(operator, Err(SignInError::Wait { .. })));
    assert!(house.sign_in(&root(ANA), OLD).await.is_ok(), "the root user of the same address goes on");
    let opened =
        house.lockwright.start_recovery(&house.anyone(), &SignInName::Operator(ANA.parse().unwrap()), Goal::NewPassword).await.unwrap();
    assert!(house.letters().await.is_empty(), "the host is an operator's only way back");
    let case = house.store.case(&opened.case).await.unwrap().unwrap();
    assert!(case.subject().is_none());
}
