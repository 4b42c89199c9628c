//! `cargo xtask fuzz`: bytes that a fuzzer makes up, against everything that reads what strangers send. Works with the stable compiler.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::programs::{self, cargo, command, read};

/// Each with so many tries that a smoke run takes a few seconds: counted, so that it is the same everywhere.
const TARGETS: [(&str, u32); 5] =
    [("policy", 100_000), ("sigv4-header", 100_000), ("sigv4-query", 100_000), ("query-body", 100_000), ("session-token", 100_000)];
/// Counters at every branch, and what is compared with what: a fuzzer without them only guesses.
const COUNTERS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";
const FOLDER: &str = "target/fuzz";

/// A short run of every target, from the seeds alone.
pub(crate) fn smoke(root: &Path) -> anyhow::Result<()> {
    let built = build(root)?;
    for (name, tries) in TARGETS {
        let found = root.join(FOLDER).join("smoke").join(name);
        // What an earlier run found would make this one another.
        let _ = std::fs::remove_dir_all(&found);
        let log = format!("{FOLDER}/{name}.log");
        let told = std::fs::File::create(root.join(&log)).with_context(|| format!("cannot write {log}"))?;
        let mut target = target(root, &built, name, &found)?;
        target.args([&format!("-runs={tries}"), "-seed=1"]).stderr(told);
        programs::run(&mut target).with_context(|| format!("{log} and {FOLDER}/{name}-crash-… say more"))?;
        println!("{name}: {tries} tries");
    }
    Ok(())
}

/// A run of one target for so long; what it finds is kept for the next.
pub(crate) fn long(root: &Path, name: &str, seconds: u32) -> anyhow::Result<()> {
    anyhow::ensure!(TARGETS.iter().any(|(known, _)| *known == name), "there is no target {name}");
    let built = build(root)?;
    let found = root.join(FOLDER).join("found").join(name);
    programs::run(target(root, &built, name, &found)?.args([&format!("-max_total_time={seconds}"), "-print_final_stats=1"]))
}

/// Builds the targets apart from everything else; the folder that they lie in, from the root.
fn build(root: &Path) -> anyhow::Result<String> {
    let version = read(command(root, "rustc").arg("-vV"))?;
    // With a target named, build scripts and macros are built without the counters.
    let triple = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say what it runs on")?;
    programs::run(
        cargo(root)
            .args(["build", "--quiet", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", triple])
            .args(["--target-dir", FOLDER])
            .env("RUSTFLAGS", COUNTERS),
    )?;
    Ok(format!("{FOLDER}/{triple}/release"))
}

/// A target with what it begins from and where it puts what it finds. A second for one input, or 512 MB, are findings as well.
fn target(root: &Path, built: &str, name: &str, found: &Path) -> anyhow::Result<Command> {
    std::fs::create_dir_all(found).with_context(|| format!("cannot make {}", found.display()))?;
    let mut target = command(root, root.join(built).join(name));
    target
        .args(["-max_len=8192", "-timeout=1", "-rss_limit_mb=512"])
        .arg(format!("-artifact_prefix={FOLDER}/{name}-"))
        .args([found, &root.join("fuzz/corpus").join(name)]);
    Ok(target)
}
