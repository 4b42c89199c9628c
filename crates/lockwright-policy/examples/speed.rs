//! How long a decision takes: an allow by the second-last of N statements, which share action or resource, or neither.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "measuring time is what this example is for")]

use std::hint::black_box;
use std::time::Instant;

use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request, decide};

fn main() {
    let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
    let context = Context::of(&alice);
    println!("{:>10}  {:>9}  {:>15}  {:>15}  {:>12}", "statements", "shape", "allowed, ns", "denied, ns", "compile, µs");
    for count in [5, 50, 500] {
        for shape in ["resources", "actions", "both"] {
            let pair = |number: usize| {
                let action = if shape == "resources" { "s3:GetObject".to_owned() } else { format!("svc{number}:GetObject{number}") };
                let resource = if shape == "actions" { "*".to_owned() } else { format!("arn:aws:s3:::bucket-{number}/*") };
                (action, resource)
            };
            let statement = |number| {
                let (action, resource) = pair(number);
                format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
            };
            let statements: Vec<String> = (0..count).map(statement).collect();
            let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
            let policies = [Policy::parse(&text, Kind::Identity).expect("a policy")];
            let policies = Policies { identity: &policies, ..Policies::none() };
            let (action, resource) = pair(count - 2);
            let resource = format!("{}/key/of/an/object", resource.trim_end_matches("/*"));
            let allowed = timed(&action, &resource, &alice, &context, &policies, true);
            let denied = timed("s3:PutObject", &resource, &alice, &context, &policies, false);
            let begin = Instant::now();
            for _ in 0..100 {
                let _policy = black_box(Policy::parse(black_box(&text), Kind::Identity));
            }
            let compile = begin.elapsed().as_secs_f64() * 1e4;
            println!("{count:>10}  {shape:>9}  {allowed:>15.0}  {denied:>15.0}  {compile:>12.1}");
        }
    }
}

/// Nanoseconds of one decision: the median of many short runs.
fn timed(action: &str, resource: &str, who: &Principal<'_>, context: &Context<'_>, policies: &Policies<'_, Policy>, expected: bool) -> f64 {
    let action = Action::parse(action).expect("an action");
    let mut runs: Vec<f64> = (0..200)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..500 {
                let request = Request::new(black_box(&action), black_box(resource), who, context);
                assert_eq!(decide(black_box(&request), policies).is_allowed(), expected);
            }
            begin.elapsed().as_secs_f64() * 1e9 / 500.0
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}
