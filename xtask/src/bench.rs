//! `cargo xtask bench`: builds for release, then measures both sides of every ratio and writes `docs/performance.md`.

use std::path::Path;

use crate::programs::{self, cargo, command};
use crate::setup;

/// Measures; `only` narrows by the measurement's name.
pub(crate) fn run(root: &Path, only: &str) -> anyhow::Result<()> {
    setup::load_generator(root)?;
    programs::run(cargo(root).args(["build", "--release", "--package", "lockwright", "--package", "lockwright-bench"]))?;
    let report = if only.is_empty() { "docs/performance.md" } else { "target/performance.md" };
    programs::run(
        command(root, root.join("target/release/lockwright-bench"))
            .arg("--lockwright")
            .arg(root.join("target/release/lockwright"))
            .args(["--report", report, "--only", only]),
    )?;
    println!("written to {report}");
    Ok(())
}
