//! Which crate may stand on which: the arrows of ARCHITECTURE.md as a table.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::Violation;
use crate::programs::{cargo, read};

const TESTKIT: &str = "lockwright-testkit";
/// Measures, and never ships: it may name what it measures, and drive it with the testkit.
const BENCH: &str = "lockwright-bench";

/// A crate, and the crates of the workspace it may name. Some of them are still to come.
const EDGES: [(&str, &[&str]); 11] = [
    ("lockwright-model", &[]),
    ("lockwright-policy", &["lockwright-model"]),
    ("lockwright-authn", &["lockwright-model"]),
    ("lockwright-core", &["lockwright-model", "lockwright-policy", "lockwright-authn"]),
    ("lockwright-store", &["lockwright-model"]),
    (
        "lockwright-service",
        &["lockwright-model", "lockwright-policy", "lockwright-authn", "lockwright-core", "lockwright-store", "lockwright-leak"],
    ),
    ("lockwright-wire", &[]),
    ("lockwright-api", &["lockwright-model", "lockwright-wire", "lockwright-service"]),
    ("lockwright-web", &["lockwright-model", "lockwright-service"]),
    ("lockwright-oidc", &["lockwright-model", "lockwright-service"]),
    ("lockwright-leak", &["lockwright-model"]),
];

/// The program puts the rooms together, and the testkit drives them: both may name all.
const NAMES_ALL: [&str; 3] = ["lockwright", TESTKIT, BENCH];

/// Crates of others that bring sockets, threads of their own or SQL, and who may not name them.
const NO_IO: [&str; 6] =
    ["lockwright-model", "lockwright-policy", "lockwright-authn", "lockwright-core", "lockwright-wire", "lockwright-leak"];
const IO: [&str; 7] = ["tokio", "hyper", "axum", "lettre", "rusqlite", "tokio-postgres", "deadpool-postgres"];

/// Reads the workspace's manifests through cargo and checks every arrow.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Violation>> {
    let metadata = read(cargo(root).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        let name = word(&package["name"]);
        let manifest = Path::new(word(&package["manifest_path"]));
        let text = fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
        let path = manifest.strip_prefix(root).unwrap_or(manifest);
        for (dependency, rule) in broken(name, &list_of_dependencies(package)) {
            let line = line_naming(&text, &dependency);
            found.push(Violation::new(&path.to_string_lossy(), line, rule));
        }
    }
    Ok(found)
}

#[derive(Clone)]
struct Dependency {
    name: String,
    /// Only the tests of the crate see it.
    dev: bool,
}

fn list_of_dependencies(package: &Value) -> Vec<Dependency> {
    list(&package["dependencies"])
        .iter()
        .map(|dependency| Dependency { name: word(&dependency["name"]).to_owned(), dev: dependency["kind"] == "dev" })
        .collect()
}

/// The forbidden dependencies of one crate, each with what it breaks.
fn broken(name: &str, dependencies: &[Dependency]) -> Vec<(String, String)> {
    let row = EDGES.iter().find(|(from, _)| *from == name);
    let ours = |dependency: &Dependency| dependency.name.starts_with("lockwright");
    let mut found = Vec::new();
    if row.is_none() && name.starts_with("lockwright") && !NAMES_ALL.contains(&name) {
        let rule = format!("{name} has no row in the table of edges");
        found.push((name.to_owned(), rule));
    }
    for dependency in dependencies {
        let other = &dependency.name;
        let allowed = match row {
            _ if other == TESTKIT => dependency.dev || name == BENCH,
            Some((_, to)) if ours(dependency) => to.contains(&other.as_str()),
            None if ours(dependency) => NAMES_ALL.contains(&name),
            _ => dependency.dev || !(NO_IO.contains(&name) && IO.contains(&other.as_str())),
        };
        if !allowed {
            let rule = format!("{name} may not depend on {other}");
            found.push((other.clone(), rule));
        }
    }
    found
}

/// The line of a manifest that begins with the dependency's name; the first line when there is none.
fn line_naming(manifest: &str, dependency: &str) -> usize {
    let names = |line: &str| line.trim_start().strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    manifest.lines().position(names).map_or(1, |index| index + 1)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Dependency, EDGES, broken, line_naming};

    fn is_broken(from: &str, to: &str, dev: bool) -> bool {
        let dependency = Dependency { name: to.to_owned(), dev };
        !broken(from, &[dependency]).is_empty()
    }

    #[test]
    fn faces_name_neither_the_store_nor_each_other() {
        assert!(is_broken("lockwright-web", "lockwright-store", false));
        assert!(is_broken("lockwright-web", "lockwright-store", true));
        assert!(is_broken("lockwright-web", "lockwright-api", false));
        assert!(is_broken("lockwright-web", "lockwright-authn", false));
        assert!(!is_broken("lockwright-web", "lockwright-service", false));
    }

    #[test]
    fn store_and_core_do_not_know_each_other() {
        assert!(is_broken("lockwright-store", "lockwright-core", false));
        assert!(is_broken("lockwright-core", "lockwright-store", false));
        assert!(is_broken("lockwright-model", "lockwright-authn", false));
    }

    #[test]
    fn the_testkit_is_for_tests() {
        assert!(is_broken("lockwright", "lockwright-testkit", false));
        assert!(!is_broken("lockwright-bench", "lockwright-testkit", false));
        assert!(!is_broken("lockwright", "lockwright-testkit", true));
        assert!(!is_broken("lockwright-testkit", "lockwright-web", false));
    }

    #[test]
    fn pure_crates_bring_no_io() {
        assert!(is_broken("lockwright-core", "tokio", false));
        assert!(!is_broken("lockwright-core", "tokio", true));
        assert!(!is_broken("lockwright-service", "tokio", false));
        assert!(!is_broken("lockwright-core", "serde", false));
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        assert_eq!(broken("lockwright-new", &[]).len(), 1);
        assert!(broken("lockwright", &[]).is_empty());
        assert!(broken("xtask", &[]).is_empty());
        assert!(is_broken("xtask", "lockwright-model", false));
    }

    #[test]
    fn the_table_has_no_circle() {
        let mut placed: Vec<&str> = Vec::new();
        while let Some((name, _)) = EDGES.iter().find(|(name, to)| !placed.contains(name) && to.iter().all(|other| placed.contains(other)))
        {
            placed.push(name);
        }
        assert_eq!(placed.len(), EDGES.len());
    }

    #[test]
    fn the_line_of_a_dependency_is_found() {
        let manifest = "[dependencies]\ntokio-postgres = \"1\"\ntokio.workspace = true\n";
        assert_eq!(line_naming(manifest, "tokio"), 3);
        assert_eq!(line_naming(manifest, "absent"), 1);
    }
}
