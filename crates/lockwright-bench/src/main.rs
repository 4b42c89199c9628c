//! Measures Lockwright against named peers and limits, both sides in one run, and writes `docs/performance.md`.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "measuring time is what this program is for; it never ships")]

mod account_create;
mod calls;
mod commits;
mod decisions;
mod growth;
mod hello;
mod help;
mod installation;
mod pages;
mod peers;
mod principals;
mod process;
mod report;
mod signins;
mod silence;
mod start;
mod storm;
mod wrk;

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
    /// Users in the store that grew.
    #[arg(long, default_value_t = 1_000_000)]
    users: u64,
    /// Serves "hello" as a peer and measures nothing: `hyper` or `axum`.
    #[arg(long, hide = true)]
    hello: Option<String>,
    /// Says what the principals of an installation take, and measures nothing else.
    #[arg(long, hide = true)]
    principals: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(kind) = &options.hello {
        return runtime.block_on(hello::serve(kind));
    }
    if let Some(folder) = &options.principals {
        return runtime.block_on(principals::asked(folder));
    }
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
    if wanted("help") {
        help::measure(&mut report)?;
    }
    if wanted("pages") {
        runtime.block_on(pages::measure(&mut report))?;
    }
    if wanted("calls") {
        calls::over_the_wire(&mut report, &options.lockwright)?;
    }
    if wanted("users") {
        runtime.block_on(calls::users(&mut report))?;
    }
    if wanted("peers") {
        peers::measure(&mut report, &options.lockwright)?;
    }
    if wanted("growth") {
        runtime.block_on(growth::measure(&mut report, options.users))?;
    }
    if wanted("storm") {
        runtime.block_on(storm::measure(&mut report))?;
    }
    if wanted("principals") {
        runtime.block_on(principals::measure(&mut report))?;
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
