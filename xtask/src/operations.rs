//! `cargo xtask operations`: which operations of AWS's services are offered, as a page that is made from the face's own table.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};

/// The page.
pub(crate) const PAGE: &str = "docs/reference/operations.md";
/// The table of what is offered.
const TABLE: &str = "crates/lockwright-api/src/operations.rs";
/// Every operation of the services, from botocore's models (1.44.5): names alone.
const NAMES: &str = include_str!("operations/names.tsv");
/// The services, as the table and as AWS call them.
const SERVICES: [(&str, &str, &str); 4] = [
    ("Iam", "iam", "Identity and Access Management"),
    ("Sts", "sts", "Security Token Service"),
    ("Account", "account", "Account Management"),
    ("CloudTrail", "cloudtrail", "CloudTrail (of its operations this one is meant to come)"),
];

/// Writes the page.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let text = page(root)?;
    std::fs::write(root.join(PAGE), text).with_context(|| format!("cannot write {PAGE}"))
}

/// The page as it should be.
pub(crate) fn page(root: &Path) -> anyhow::Result<String> {
    let table = std::fs::read_to_string(root.join(TABLE)).with_context(|| format!("cannot read {TABLE}"))?;
    of(&table)
}

fn of(table: &str) -> anyhow::Result<String> {
    let offered: BTreeSet<(&str, &str)> = table.lines().filter_map(row).collect();
    if let Some((stray, name)) = offered.iter().find(|(of, _)| SERVICES.iter().all(|(word, ..)| word != of)) {
        bail!("{TABLE}: {name} is of {stray}, a service that this page does not know");
    }
    let names: Vec<(&str, &str)> = NAMES.lines().skip(1).filter_map(|line| line.split_once('\t')).collect();
    let mut out = String::from(
        "# Operations\n\nMade by `cargo xtask operations` from the table of operations; `cargo xtask tidy` fails when it is out of date.\n\
         What is not offered answers `InvalidAction`, or `UnknownOperationException` from a service that speaks JSON, with a sentence that says so.\n",
    );
    for (word, service, title) in SERVICES {
        let all: Vec<&str> = names.iter().filter(|(of, _)| *of == service).map(|(_, name)| *name).collect();
        let is_offered = |name: &str| offered.contains(&(word, name));
        if let Some((_, stray)) = offered.iter().find(|(of, name)| *of == word && !all.contains(name)) {
            bail!("{TABLE}: {service} has no operation {stray}");
        }
        let count = all.iter().filter(|name| is_offered(name)).count();
        let _ = write!(out, "\n## {title}\n\n{count} of {} offered.\n\n| Operation | State |\n|---|---|\n", all.len());
        for name in all {
            let _ = writeln!(out, "| {name} | {} |", if is_offered(name) { "offered" } else { "not offered" });
        }
    }
    Ok(out)
}

/// `Iam "GetUser" => …`
fn row(line: &str) -> Option<(&str, &str)> {
    let (service, rest) = line.trim().split_once(" \"")?;
    let (name, rest) = rest.split_once('"')?;
    let plain = service.chars().all(|letter| letter.is_ascii_alphanumeric());
    (plain && rest.trim_start().starts_with("=>")).then_some((service, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_table_is_offered_and_nothing_else() {
        let page = of("    Iam \"GetUser\" => iam::users::get,\n    Sts \"GetCallerIdentity\" => sts::caller_identity,\n").unwrap();
        assert!(page.contains("1 of 180 offered.") && page.contains("1 of 11 offered."));
        assert!(page.contains("| GetUser | offered |") && page.contains("| CreateUser | not offered |"));
    }

    #[test]
    fn an_operation_that_aws_does_not_have_is_refused() {
        assert!(of("    Iam \"GetUsers\" => iam::users::get,\n").is_err());
    }

    #[test]
    fn an_operation_of_a_service_without_a_part_is_refused() {
        assert!(of("    Signin \"CreateOAuth2Token\" => signin::token,\n").is_err());
    }
}
