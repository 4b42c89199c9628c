//! Starting other programs, each with the workspace root as its folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The cargo that started xtask, so that a chosen toolchain stays chosen.
pub(crate) fn cargo(root: &Path) -> Command {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    command(root, cargo)
}

/// A program to be started in the workspace root.
pub(crate) fn command(root: &Path, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

/// Runs a program with our own output, and fails unless it ends with 0.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", line_of(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line_of(command));
    }
    Ok(())
}

/// Runs a program and returns what it printed; its complaints stay on our standard error.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(std::process::Stdio::inherit()).output().with_context(|| format!("cannot start {}", line_of(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", line_of(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", line_of(command)))
}

/// The first of these programs that stands in the search path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    #[allow(clippy::disallowed_methods, reason = "PATH is the caller's search path, not a setting of Lockwright")]
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|program| program.is_file())
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
