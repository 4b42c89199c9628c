//! `cargo xtask tidy`: the rules of the house that no compiler knows, each as code.

mod docs;
mod edges;
pub(crate) mod files;
mod rust;
mod rust_text;
mod sql;
mod text;

use std::fmt;
use std::path::Path;

use anyhow::bail;

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    /// Relative to the workspace root.
    path: String,
    /// Counted from 1.
    line: usize,
    rule: String,
}

impl Violation {
    fn new(path: &str, line: usize, rule: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule: rule.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Prints every violation; an error when there is one.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let files = files::read_all(root)?;
    let mut violations = edges::check(root)?;
    for file in &files {
        violations.extend(text::check(file));
        violations.extend(rust::check(file));
        violations.extend(sql::check(file));
        violations.extend(docs::check_links(file, &files));
    }
    violations.extend(docs::check_decisions(&files));
    violations.extend(docs::check_requirements(&files));
    violations.extend(docs::check_operations(root, &files)?);
    violations.sort();

    for violation in &violations {
        println!("{violation}");
    }
    if !violations.is_empty() {
        bail!("{} rules broken", violations.len());
    }
    println!("tidy: {} files in order", files.len());
    Ok(())
}
