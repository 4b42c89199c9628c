//! How long a policy decision takes: an allow by the second-last of N statements, beside another evaluator of the same language.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request, decide};

use crate::report::Report;

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
/// Passes over both sides in turn.
const PASSES: usize = 21;
/// Statements, and the nanoseconds a decision may take among them.
const LIMITS: [(usize, f64); 3] = [(5, 500.0), (50, 500.0), (500, 1000.0)];

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    for (count, limit) in LIMITS {
        let statement = |number| format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{number}/*"}}"#);
        let statements: Vec<String> = (0..count).map(statement).collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let resource = format!("arn:aws:s3:::bucket-{}/key", count - 2);

        let policies = [Policy::parse(&text, Kind::Identity)?];
        let policies = Policies { identity: &policies, ..Policies::none() };
        let alice = Principal::User { arn: ALICE, id: "AIDAEXAMPLEEXAMPLE" };
        let context = Context::of(&alice);
        let action = Action::parse("s3:GetObject").context("an action")?;
        let ours = || decide(&Request::new(black_box(&action), black_box(&resource), &alice, &context), &policies).is_allowed();

        let policy: iam_rs::IAMPolicy = serde_json::from_str(&text)?;
        let principal = iam_rs::Principal::Aws(iam_rs::PrincipalId::String(ALICE.to_owned()));
        let arn = iam_rs::Arn::parse(&resource).map_err(|error| anyhow::anyhow!("{error}"))?;
        let request = iam_rs::IAMRequest::new(principal, "s3:GetObject", arn);
        let theirs = || matches!(iam_rs::evaluate_policy(black_box(&policy), &request), Ok(iam_rs::Decision::Allow));

        ensure!(ours() && theirs(), "both sides allow");
        let (mut nanoseconds, mut our_rates, mut their_rates) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..PASSES {
            let (mine, others) = (seconds(20_000, ours), seconds(20_000 / count, theirs));
            nanoseconds.push(mine * 1e9);
            our_rates.push(1.0 / mine);
            their_rates.push(1.0 / others);
        }
        report.at_most(&format!("Policy decision, {count} statements"), "ns", &nanoseconds, limit);
        report.ratio(&format!("Policy decisions, {count} statements"), "/s", &our_rates, "iam-rs", &their_rates, 10.0);
    }
    Ok(())
}

/// Seconds of one call.
fn seconds(calls: usize, call: impl Fn() -> bool) -> f64 {
    let begun = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    begun.elapsed().as_secs_f64() / calls as f64
}
