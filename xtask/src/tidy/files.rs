//! The files under version control, and those that would be after `git add`.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::programs::{command, read};

/// One file, read once for all rules.
pub(crate) struct File {
    /// Relative to the workspace root, with `/` between its parts.
    pub(crate) path: String,
    /// Empty when the file is not text.
    pub(crate) text: String,
}

impl File {
    /// The crate this file belongs to, by its folder: `lockwright-store`.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        let (name, _) = self.path.strip_prefix("crates/")?.split_once('/')?;
        Some(name)
    }

    /// The part after the last dot of the name.
    pub(crate) fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// True for a Rust file that never ships: tests, benchmarks, examples.
    pub(crate) fn stays_home(&self) -> bool {
        let folders = ["/tests/", "/benches/", "/examples/"];
        self.path.ends_with("/tests.rs") || folders.iter().any(|folder| self.path.contains(folder))
    }
}

/// Reads all files that git tracks or does not ignore; one deleted but still tracked is left out.
pub(crate) fn read_all(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = read(command(root, "git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]))?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        let place = root.join(path);
        if !place.is_file() {
            continue;
        }
        let bytes = fs::read(&place).with_context(|| format!("cannot read {path}"))?;
        files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
    }
    // Git lists what it does not track yet first: what is generated from the files must not depend on that.
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

#[cfg(test)]
impl File {
    /// A file that exists only in a test.
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}
