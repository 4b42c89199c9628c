//! Measures Lockwright against named peers and limits, both sides in one run, and writes `docs/performance.md`.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "measuring time is what this program is for; it never ships")]

mod account_create;
mod calls;
mod commits;
mod decisions;
mod installation;
mod pages;
mod report;
mod signins;
mod silence;
mod start;

use std::path::PathBuf;

use clap::Parser;
use report::Report;

/// What to measure, and where the results go.
#[derive(Parser)]
struct Options {
    /// The release build of the program.
    #[arg(long)]
    lockwright: PathBuf,
    /// The report to write.
    #[arg(long)]
    report: PathBuf,
    /// Only the measurements whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Accounts in the large store.
    #[arg(long, default_value_t = 1_000_000)]
    accounts: u64,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut report = Report::new();
    let wanted = |name: &str| name.contains(&options.only);
    if wanted("signins") {
        runtime.block_on(signins::measure(&mut report))?;
    }
    if wanted("commits") {
        runtime.block_on(commits::sqlite(&mut report))?;
        runtime.block_on(commits::postgres(&mut report))?;
    }
    if wanted("decisions") {
        decisions::measure(&mut report)?;
    }
    if wanted("pages") {
        runtime.block_on(pages::measure(&mut report))?;
    }
    if wanted("calls") {
        runtime.block_on(calls::measure(&mut report))?;
    }
    if wanted("silence") {
        runtime.block_on(silence::measure(&mut report))?;
    }
    if wanted("account-create") {
        account_create::measure(&mut report, &options.lockwright)?;
    }
    if wanted("start") {
        runtime.block_on(start::measure(&mut report, &options.lockwright, options.accounts))?;
    }
    report.write(&options.report)
}
