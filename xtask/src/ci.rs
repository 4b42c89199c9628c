//! `cargo xtask ci`: everything that must hold before a change lands.

use std::path::{Path, PathBuf};

use crate::phases::Phases;
use crate::programs::{cargo, command, read, run as start};
use crate::{test, tidy};

/// Raised by hand, so that a new release of the checker never turns an old commit red.
const CARGO_DENY: &str = "0.20.2";

/// Runs all checks, then all tests; one failure does not hide the next.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut phases = Phases::default();
    phases.run("format", || start(cargo(root).args(["fmt", "--all", "--check"])));
    phases.run("clippy", || {
        start(cargo(root).args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(["--", "--deny", "warnings"]))
    });
    phases.run("tidy", || tidy::run(root));
    phases.run("deny", || deny(root));
    test::add_to(&mut phases, root, None);
    phases.finish()
}

/// The workspace, and the two that stand apart from it.
fn deny(root: &Path) -> anyhow::Result<()> {
    let tool = cargo_deny(root)?;
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml", "e2e/rust-sdk/Cargo.toml"] {
        let which = ["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
        start(command(root, &tool).args(["--log-level", "error", "--manifest-path", manifest]).args(which))?;
    }
    Ok(())
}

/// The pinned checker, built into the target folder when it is not there yet.
fn cargo_deny(root: &Path) -> anyhow::Result<PathBuf> {
    let tool = root.join("target/tools/bin/cargo-deny");
    let pinned = format!("cargo-deny {CARGO_DENY}");
    if tool.is_file() && read(command(root, &tool).arg("--version"))?.trim() == pinned {
        return Ok(tool);
    }
    start(cargo(root).args(["install", "--quiet", "--locked", "--force", "cargo-deny"]).args(["--version", CARGO_DENY]).args([
        "--root",
        "target/tools",
        "--target-dir",
        "target/tools-build",
    ]))?;
    Ok(tool)
}
