//! The house's own commands: `cargo xtask setup|test|tidy|bench|fuzz|requirements|operations|ci`.

mod bench;
mod ci;
mod fuzz;
mod operations;
mod phases;
mod programs;
mod requirements;
mod setup;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

const USAGE: &str = "\
usage: cargo xtask <command>

  setup              install what the tests need; quick when nothing is missing
  test [-- FILTER]   set up, then run every test; FILTER narrows by test name
  tidy               check the rules of the house that no compiler knows
  bench [ONLY]       measure against named peers and write docs/performance.md
  fuzz               a short run of every fuzz target
  fuzz NAME SECONDS  a long run of one
  requirements       write docs/reference/requirements.md from the names of the tests
  operations         write docs/reference/operations.md from the table of operations
  ci                 format, lints, tidy, dependency rules, then every test
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[String]) -> anyhow::Result<()> {
    let root = workspace_root()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["setup"] => setup::run(&root),
        ["test"] | ["test", "--"] => test::run(&root, None),
        ["test", "--", filter] => test::run(&root, Some(filter)),
        ["tidy"] => tidy::run(&root),
        ["bench"] => bench::run(&root, ""),
        ["bench", only] => bench::run(&root, only),
        ["fuzz"] => fuzz::smoke(&root),
        ["fuzz", name, seconds] => fuzz::long(&root, name, seconds.parse().context("how long is a number of seconds")?),
        ["requirements"] => requirements::run(&root),
        ["operations"] => operations::run(&root),
        ["ci"] => ci::run(&root),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("no such command\n\n{USAGE}"),
    }
}

/// The folder that holds the workspace's `Cargo.toml`, whatever folder the command was started in.
fn workspace_root() -> anyhow::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).context("xtask does not lie inside a workspace")
}
