//! How long one verification of a signed GetCallerIdentity takes, with the day's key at hand and without: `cargo run --release --example nanoseconds`.

use std::fs;
use std::hint::black_box;

use lockwright_wire::moment::Moment;
use lockwright_wire::request::Request;
use lockwright_wire::route::Call;
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};

#[path = "../tests/it/sent.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sent;
#[path = "../tests/it/vectors.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod vectors;

const ROUNDS: u32 = 100_000;
const BATCHES: usize = 9;

fn main() {
    for name in
        ["sts-get_caller_identity-us-east-1", "sts-get_caller_identity-eu-west-1-session", "sts-get_caller_identity-us-east-1-presigned"]
    {
        vectors::named(name).with(|request| {
            println!("{name}");
            let now = vectors::then();
            let read = |request| Claim::read(request, now, PresignedLife::AsAsked).expect("read");
            let derive = || SigningKey::derive(sent::SECRET, &read(request).scope()).expect("derived");
            let key = derive();
            report("read alone", || drop(black_box(read(black_box(request)))));
            report("read and verify, key cached", || drop(black_box(verify(black_box(request), now, &key))));
            report("read and verify, key derived", || drop(black_box(verify(black_box(request), now, &derive()))));
            report("read, verify and route, key cached", || {
                drop(black_box(Call::signed(&verify(black_box(request), now, &key), "").expect("a call")))
            });
        });
    }
}

fn verify<'a>(request: Request<'a>, now: Moment, key: &SigningKey) -> lockwright_wire::sigv4::Verified<'a> {
    Claim::read(request, now, PresignedLife::AsAsked).expect("read").verify(key).expect("verified")
}

/// The median of some batches in nanoseconds of this thread's processor time, so that what else the machine does counts little.
fn report(what: &str, act: impl Fn()) {
    let mut batches: Vec<u64> = (0..BATCHES)
        .map(|_| {
            let begin = thread_nanoseconds();
            (0..ROUNDS).for_each(|_| act());
            (thread_nanoseconds() - begin) / u64::from(ROUNDS)
        })
        .collect();
    batches.sort_unstable();
    println!("  {:>6} ns  {what}", batches[BATCHES / 2]);
}

/// How long this thread has been on a processor, as Linux counts it.
fn thread_nanoseconds() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().expect("a field").parse().expect("a number")
}
