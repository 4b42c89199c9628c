//! Two evaluators must agree on generated cases. (D23) `examples/differential.rs` asks them a million.

use crate::generated::Cases;

#[test]
fn d23_two_evaluators_never_differ() {
    let mut cases = Cases::new(0x5eed);
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..5_000 {
        for (expected, decided, case) in cases.next_world(10) {
            assert_eq!(decided, expected, "{case:#?}");
            *outcomes.entry(expected).or_default() += 1;
        }
    }
    // A generator that only ever made one kind of case would prove nothing.
    let wanted = ["allowed", "deny identity", "deny boundary", "deny session", "deny resource", "deny trust"];
    let silent = ["silent identity", "silent boundary", "silent session", "silent resource", "silent trust"];
    for outcome in wanted.into_iter().chain(silent) {
        assert!(outcomes.get(outcome).is_some_and(|count| *count >= 100), "{outcome}: {outcomes:?}");
    }
}
