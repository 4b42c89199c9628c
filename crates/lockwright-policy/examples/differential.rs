//! Asks both evaluators about as many generated cases as are named, a million without a number; ends at the first that differs.
#![forbid(unsafe_code)]

#[path = "../tests/it/generated.rs"]
mod generated;
#[path = "../tests/it/naive.rs"]
mod naive;

use std::process::ExitCode;

/// Requests asked of one set of policies.
const REQUESTS: usize = 20;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let count = arguments.next().and_then(Result::ok).unwrap_or(1_000_000);
    let seed = arguments.next().and_then(Result::ok).unwrap_or(1);
    let mut cases = generated::Cases::new(seed);
    let mut asked = 0;
    while asked < count {
        for (expected, decided, case) in cases.next_world(REQUESTS) {
            if decided != expected {
                println!("after {asked} cases: decided {decided}, expected {expected}: {case:#?}");
                return ExitCode::FAILURE;
            }
            asked += 1;
        }
    }
    println!("{asked} cases, 0 differences");
    ExitCode::SUCCESS
}
