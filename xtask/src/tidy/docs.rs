//! Rules for documents: decisions are numbered once, links between files lead somewhere.

use std::collections::BTreeMap;
use std::path::Path;

use super::Violation;
use super::files::File;
use crate::{operations, requirements};

const DECISIONS: &str = "docs/decisions/";

/// Every decision is named `NNNN-title.md`, and no number is given twice.
pub(crate) fn check_decisions(files: &[File]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        let Some(name) = file.path.strip_prefix(DECISIONS) else {
            continue;
        };
        let Some(number) = decision_number(name) else {
            found.push(Violation::new(&file.path, 1, "a decision is named NNNN-title.md"));
            continue;
        };
        if let Some(first) = taken.insert(number, name) {
            let rule = format!("the number {number} is taken by {first}");
            found.push(Violation::new(&file.path, 1, rule));
        }
    }
    found
}

fn decision_number(name: &str) -> Option<&str> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let numbered = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let titled = !title.is_empty() && title.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (numbered && titled).then_some(number)
}

/// The page of operations is what the table says.
pub(crate) fn check_operations(root: &Path, files: &[File]) -> anyhow::Result<Vec<Violation>> {
    let stored = files.iter().find(|file| file.path == operations::PAGE).map_or("", |file| file.text.as_str());
    let made = operations::page(root)?;
    Ok(if stored == made { Vec::new() } else { vec![Violation::new(operations::PAGE, 1, "is out of date: run `cargo xtask operations`")] })
}

/// The page that says which test shows which rule is as the tests' names make it.
pub(crate) fn check_requirements(files: &[File]) -> Vec<Violation> {
    let stored = files.iter().find(|file| file.path == requirements::PAGE).map_or("", |file| file.text.as_str());
    if stored == requirements::page(files) {
        return Vec::new();
    }
    vec![Violation::new(requirements::PAGE, 1, "is out of date: run `cargo xtask requirements`")]
}

/// Every relative link of a Markdown file leads to a file or folder of the repository.
pub(crate) fn check_links(file: &File, files: &[File]) -> Vec<Violation> {
    if file.extension() != "md" {
        return Vec::new();
    }
    let exists = |path: &str| {
        let folder = format!("{path}/");
        path.is_empty() || files.iter().any(|other| other.path == path || other.path.starts_with(&folder))
    };
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(line) {
            let leads = resolve(&file.path, target).is_some_and(|path| exists(&path));
            if !leads {
                let rule = format!("the link to {target} leads nowhere");
                found.push(Violation::new(&file.path, number, rule));
            }
        }
    }
    found
}

/// The relative targets of the links in a line, without their anchors and titles.
fn targets(line: &str) -> Vec<&str> {
    // Every second piece between backticks is code.
    line.split('`')
        .step_by(2)
        .flat_map(|prose| prose.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ', '#']).next())
        .filter(|target| !target.is_empty() && !target.starts_with('/'))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

/// The target as a path from the workspace root; none when it climbs out of it.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{check_decisions, check_links};
    use crate::tidy::files::File;

    fn decisions(names: &[&str]) -> usize {
        let files: Vec<File> = names.iter().map(|name| File::sample(&format!("docs/decisions/{name}"), "")).collect();
        check_decisions(&files).len()
    }

    #[test]
    fn decisions_are_numbered_once() {
        assert_eq!(decisions(&["0001-a-thing.md", "0002-other.md"]), 0);
        assert_eq!(decisions(&["0001-a-thing.md", "0001-other.md"]), 1);
        assert_eq!(decisions(&["1-a.md", "0002-.md", "0003-A_b.md", "0004-a.txt"]), 4);
    }

    fn broken(path: &str, text: &str) -> Vec<usize> {
        let files = [File::sample("README.md", ""), File::sample("docs/guide/start.md", ""), File::sample("docs/tour.png", "")];
        let violations = check_links(&File::sample(path, text), &files);
        violations.iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn relative_links_lead_somewhere() {
        let good = "[a](guide/start.md#x) ![b](tour.png \"Tour\") [c](../README.md) [d](guide/) [e](#here)";
        assert!(broken("docs/index.md", good).is_empty());
        assert_eq!(broken("docs/index.md", "\n[a](start.md)"), [2]);
        assert_eq!(broken("docs/index.md", "[a](../../README.md)"), [1]);
    }

    #[test]
    fn addresses_and_examples_are_not_followed() {
        let text = "[a](https://host/x) [b](/recover) [c](mailto:a@b) `[d](x.md)`\n```\n[e](x.md)\n```";
        assert!(broken("docs/index.md", text).is_empty());
    }
}
