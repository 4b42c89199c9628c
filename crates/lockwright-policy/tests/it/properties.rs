//! What must hold of any policies: how they are cut and ordered says nothing, what allows never denies, what denies never allows.

use lockwright_policy::{Decision, Denial, Kind, Policies, Policy, Source, decide};
use serde_json::{Value, json};

use crate::generated::Cases;

fn statements(policy: &Value) -> Vec<Value> {
    policy["Statement"].as_array().cloned().unwrap_or_else(|| vec![policy["Statement"].clone()])
}

fn compile(policy: &Value) -> Policy {
    Policy::parse(policy.to_string(), Kind::Identity).unwrap()
}

fn alone(policy: &Value, statement: &Value) -> Policy {
    compile(&json!({"Version": policy["Version"], "Statement": statement}))
}

#[test]
fn how_statements_are_cut_into_policies_and_ordered_says_nothing() {
    let mut cases = Cases::new(0xc07);
    let mut seen = 0;
    for _ in 0..400 {
        let mut cut: Option<(Vec<Policy>, Vec<Policy>)> = None;
        cases.with_next_world(10, |case, request, policies| {
            let (singles, turned) = cut.get_or_insert_with(|| {
                let singles =
                    case.identity.iter().flat_map(|policy| statements(policy).into_iter().map(|one| alone(policy, &one))).collect();
                let turn = |policy: &Value| {
                    let mut statements = statements(policy);
                    statements.reverse();
                    compile(&json!({"Version": policy["Version"], "Statement": statements}))
                };
                let turned = case.identity.iter().rev().map(turn).collect();
                (singles, turned)
            });
            let decision = decide(request, policies);
            assert_eq!(decide(request, &Policies { identity: singles, ..*policies }), decision, "{case:#?}");
            assert_eq!(decide(request, &Policies { identity: turned, ..*policies }), decision, "{case:#?}");
            seen += usize::from(decision.is_allowed());
        });
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn one_more_allow_denies_nothing_and_one_more_deny_allows_nothing() {
    let allow = compile(&json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}));
    let deny = compile(&json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}));
    let mut cases = Cases::new(0xadd);
    let mut turned = 0;
    for _ in 0..400 {
        cases.with_next_world(10, |case, request, policies| {
            let base = Policies { resource: None, boundary: None, session: None, ..*policies };
            let all: Vec<&Policy> = policies.identity.iter().collect();
            let (more, less) = ([&all[..], &[&allow]].concat(), [&all[..], &[&allow, &deny]].concat());
            let with = |identity| Policies { identity, boundary: None, session: None, resource: None };
            let (before, more, less) = (decide(request, &base), decide(request, &with(&more)), decide(request, &with(&less)));
            assert!(!before.is_allowed() || more.is_allowed(), "{case:#?}");
            assert_eq!(less, Decision::Denied(Denial { explicit: true, source: Source::Identity }), "{case:#?}");
            turned += usize::from(!before.is_allowed() && more.is_allowed());
        });
    }
    assert!(turned > 100, "{turned}");
}
