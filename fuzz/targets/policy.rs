//! A policy document, of whatever kind: read, looked over, decided by. What can be read is read again the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request, decide, lint};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in [Kind::Identity, Kind::Resource, Kind::Trust] {
        for told in lint::check(text, kind) {
            let _ = told.render(text, "document");
        }
        let policy = match Policy::parse(text, kind) {
            Ok(policy) => policy,
            Err(malformed) => {
                let _ = (malformed.to_string(), malformed.aws_message());
                continue;
            }
        };
        let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
        let context = Context::of(&alice).with("aws:SourceIp", "192.0.2.7").with("aws:CurrentTime", "2026-11-24T12:00:00Z");
        let action = Action::parse("iam:DeleteUser").expect("an action");
        let request = Request::new(&action, "arn:aws:iam::111122223333:user/bob", &alice, &context);
        let again = Policy::parse(text, kind).expect("what was read once");
        let by = |policy: Policy| decide(&request, &Policies { identity: &[policy], ..Policies::none() });
        assert_eq!(by(policy), by(again));
    }
});
