//! Random requests signed by AWS's signer, as many as asked for: `cargo run --release --example oracle -- 100000 [seed]`.

use std::time::Instant;

#[path = "../tests/it/mutations.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod mutations;
#[path = "../tests/it/oracle.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod oracle;
#[path = "../tests/it/sent.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sent;

#[allow(clippy::disallowed_methods, reason = "tells how long it took")]
fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().expect("a number"));
    let (count, seed) = (numbers.next().unwrap_or(100_000), numbers.next().unwrap_or(2));
    let begin = Instant::now();
    oracle::run(count, seed);
    println!("{count} requests of seed {seed} verified, and refused with one bit another, in {:.1?}", begin.elapsed());
}
