//! `cargo xtask test`: every test there is, cheap ones first.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::fuzz;
use crate::phases::Phases;
use crate::programs::{self, cargo, command};
use crate::setup;

/// Runs all tests whose name contains the filter.
pub(crate) fn run(root: &Path, filter: Option<&str>) -> anyhow::Result<()> {
    let mut phases = Phases::default();
    add_to(&mut phases, root, filter);
    phases.finish()
}

/// Runs all tests as steps of a longer list.
pub(crate) fn add_to(phases: &mut Phases, root: &Path, filter: Option<&str>) {
    if !phases.run("setup", || setup::run(root)) {
        return;
    }
    phases.run("cargo test", || {
        let mut tests = cargo(root);
        tests.args(["test", "--workspace", "--no-fail-fast"]);
        if let Some(filter) = filter {
            tests.args(["--", filter]);
        }
        programs::run(&mut tests)
    });
    if filter.is_none() {
        phases.run("fuzz", || fuzz::smoke(root));
    }
    let built = phases.run("build", || programs::run(cargo(root).args(["build", "--quiet", "--package", "lockwright"])));
    let sdk = phases.run("rust sdk", || rust_sdk(root));
    if built && sdk {
        phases.run("e2e", || end_to_end(root, filter));
    }
}

/// Builds the program with AWS's own SDK for Rust, apart from everything else: three minutes of two processors once, 470 MB.
fn rust_sdk(root: &Path) -> anyhow::Result<()> {
    let manifest = ["--manifest-path", "e2e/rust-sdk/Cargo.toml", "--target-dir", "target/rust-sdk"];
    programs::run(cargo(root).args(["build", "--quiet", "--locked"]).args(manifest))
}

/// Drives the built program with real clients. The tests find it, the browser, the clock's library and the Python with the SMTP server by
/// `E2E_LOCKWRIGHT`, `E2E_CHROMIUM`, `E2E_FAKETIME` and `E2E_PYTHON`: the program itself refuses a `LOCKWRIGHT_` variable it doesn't know.
fn end_to_end(root: &Path, filter: Option<&str>) -> anyhow::Result<()> {
    let suites = suites(root)?;
    if suites.is_empty() {
        println!("no e2e/*.test.mjs yet");
        return Ok(());
    }
    let chromium = setup::chromium().context("no Chromium in the search path")?;
    let faketime = setup::faketime().context("libfaketime is not installed")?;
    let mut node = command(root, "node");
    // Each file has a server and a browser of its own; two at a time keep two processors busy.
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=2"]);
    if let Some(filter) = filter {
        node.arg(format!("--test-name-pattern={filter}"));
    }
    node.args(suites)
        .env("E2E_LOCKWRIGHT", root.join("target/debug/lockwright"))
        .env("E2E_CHROMIUM", chromium)
        .env("E2E_FAKETIME", faketime)
        .env("E2E_PYTHON", setup::python(root));
    programs::run(&mut node)
}

fn suites(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = root.join("e2e");
    let mut suites = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            suites.push(path);
        }
    }
    suites.sort();
    Ok(suites)
}
