//! `cargo xtask requirements`: which test shows which rule, as a page that is made from the tests' names.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::Context;

use crate::tidy::files::{File, read_all};

/// The page.
pub(crate) const PAGE: &str = "docs/reference/requirements.md";

/// Ids, how each is shown (`test`, `doc`, `decided`, `n/a`), the rule in short, and a note.
const RULES: &str = include_str!("requirements/rules.tsv");

/// The page's parts: what an id begins with, and where it comes from.
const PARTS: [(&str, &str); 10] = [
    ("N-", "NIST SP 800-63B-4"),
    ("V6.", "OWASP ASVS 5.0, V6 Authentication"),
    ("V7.", "OWASP ASVS 5.0, V7 Session management"),
    ("O-M", "OWASP cheat sheet, MFA"),
    ("A", "Attacks on recovery"),
    ("B", "Attacks on sign-in and sessions"),
    ("C", "Attacks on tokens and on what other systems vouch for"),
    ("D", "Attacks on access keys, roles and policies"),
    ("X", "Attacks on our own design"),
    ("P", "Choices about cookies and advertising"),
];

/// The most tests that are named for one rule.
const NAMED: usize = 3;

/// Writes the page.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let text = page(&read_all(root)?);
    std::fs::write(root.join(PAGE), text).with_context(|| format!("cannot write {PAGE}"))
}

/// The page as it should be.
pub(crate) fn page(files: &[File]) -> String {
    let tests: Vec<Test> = files.iter().flat_map(tests_of).collect();
    let rules: Vec<Rule> = RULES.lines().skip(1).filter_map(Rule::read).collect();
    let shown: BTreeMap<&str, Vec<&Test>> =
        rules.iter().map(|rule| (rule.id, tests.iter().filter(|test| test.names(rule.id)).collect())).collect();
    let mut out = String::from(
        "# Requirements and the tests that show them\n\nMade by `cargo xtask requirements` from the names of the tests; `cargo xtask tidy` fails when it is out of date.\n\
         A rule without a test says *not shown*: it is not met, or nobody has proven that it is.\n",
    );
    let count = |state: State| rules.iter().filter(|rule| rule.state(&shown) == state).count();
    let _ = writeln!(
        out,
        "\n{} rules: {} shown by tests, {} written down or decided, {} not applicable, {} not shown.",
        rules.len(),
        count(State::Shown),
        count(State::Written),
        count(State::Inapplicable),
        count(State::Missing)
    );
    for (begin, title) in PARTS {
        let _ = write!(out, "\n## {title}\n\n| Id | Rule | State |\n|---|---|---|\n");
        for rule in rules.iter().filter(|rule| rule.id.starts_with(begin)) {
            let _ = writeln!(out, "| {} | {} | {} |", rule.id, rule.text.replace('|', "\\|"), rule.words(&shown));
        }
    }
    out
}

struct Rule<'a> {
    id: &'a str,
    how: &'a str,
    text: &'a str,
    note: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Shown,
    Written,
    Inapplicable,
    Missing,
}

impl<'a> Rule<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut cells = line.split('\t');
        Some(Self { id: cells.next()?, how: cells.next()?, text: cells.next()?, note: cells.next().unwrap_or_default() })
    }

    fn state(&self, shown: &BTreeMap<&str, Vec<&Test>>) -> State {
        match self.how {
            "n/a" => State::Inapplicable,
            _ if shown.get(self.id).is_some_and(|tests| !tests.is_empty()) => State::Shown,
            "doc" | "decided" => State::Written,
            _ => State::Missing,
        }
    }

    fn words(&self, shown: &BTreeMap<&str, Vec<&Test>>) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        match self.state(shown) {
            State::Inapplicable => format!("not applicable{note}"),
            State::Written if self.how == "decided" => format!("decided{note}"),
            State::Written => format!("[written down](../../{})", self.note),
            State::Missing => format!("*not shown*{note}"),
            State::Shown => {
                let tests = shown.get(self.id).map(Vec::as_slice).unwrap_or_default();
                let mut words: Vec<String> = tests.iter().take(NAMED).map(|test| format!("`{}` in {}", test.name, test.room)).collect();
                if tests.len() > NAMED {
                    words.push(format!("and {} more", tests.len() - NAMED));
                }
                // What the tests don't show of it.
                words.extend((!self.note.is_empty()).then(|| self.note.to_owned()));
                words.join("<br>")
            }
        }
    }
}

/// One test: `n_r07_…` in Rust, `… (N-R07, X09)` or `N-R07: …` end to end.
struct Test {
    name: String,
    room: String,
}

impl Test {
    fn names(&self, id: &str) -> bool {
        let plain = |text: &str| -> String {
            let letters = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
            format!("_{}_", letters.collect::<String>())
        };
        let (name, id) = (plain(&self.name), plain(id));
        // `n_a01` names NIST's rule N-A01 and `o_c01` a sheet of OWASP, neither the attack A01 or C01.
        let foreign = |at: usize| ["_n", "_o"].iter().any(|source| name[..at].ends_with(source));
        name.match_indices(&id).any(|(at, _)| id.starts_with("_n_") || id.starts_with("_o_") || !foreign(at))
    }
}

fn tests_of(file: &File) -> Vec<Test> {
    let room = || file.crate_name().map_or_else(|| file.path.clone(), |name| name.trim_start_matches("lockwright-").to_owned());
    match file.extension() {
        "rs" if file.path.starts_with("crates/") => {
            let mut tests = Vec::new();
            let mut marked = false;
            for line in file.text.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") || line.starts_with("#[case") {
                    marked = true;
                } else if let Some((_, rest)) = line.split_once("fn ")
                    && !line.starts_with("//")
                {
                    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    // Property tests stand in a macro, without a mark on the line before.
                    if marked || (file.stays_home() && rest.contains(" in ")) {
                        tests.push(Test { name, room: room() });
                    }
                    marked = false;
                }
            }
            tests
        }
        "mjs" if file.path.starts_with("e2e/") => {
            let titles = file.text.lines().filter_map(|line| line.trim().strip_prefix("test(")).filter_map(|rest| {
                let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '`' | '"'))?;
                rest.get(1..)?.split(quote).next()
            });
            titles.map(|title| Test { name: title.replace('|', "/"), room: room() }).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_shows_the_rules_in_its_name_and_no_others() {
        let rust = File::sample("crates/lockwright-x/src/y.rs", "#[test]\nfn n_r02_v6_2_1_a_rule() {}\nfn n_r03_no_test() {}\n");
        let other = File::sample("crates/lockwright-x/src/z.rs", "#[test]\nfn n_b04_b05_another() {}\n");
        let e2e = File::sample("e2e/x.test.mjs", "test('a scanner spends nothing (X09, A28)', async () => {\n");
        let tests: Vec<Test> = [rust, other, e2e].iter().flat_map(tests_of).collect();
        let shows = |id: &str| tests.iter().any(|test| test.names(id));
        assert!(["N-R02", "V6.2.1", "X09", "A28", "N-B04", "B05"].into_iter().all(shows));
        assert!(!["N-R03", "N-R0", "V6.2.10", "V6.2", "A2", "B04", "N-B05"].into_iter().any(|id| id != "V6.2" && shows(id)));
    }

    #[test]
    fn what_limits_a_rule_stands_beside_the_tests_that_show_it() {
        let test = Test { name: "n_a04_a_rule".to_owned(), room: "x".to_owned() };
        let rule = Rule { id: "N-A04", how: "test", text: "A rule", note: "Over https" };
        let shown = BTreeMap::from([("N-A04", vec![&test])]);
        assert_eq!(rule.words(&shown), "`n_a04_a_rule` in x<br>Over https");
        assert_eq!(rule.words(&BTreeMap::new()), "*not shown* (Over https)");
    }

    #[test]
    fn every_rule_stands_in_one_part() {
        for rule in RULES.lines().skip(1).filter_map(Rule::read) {
            assert_eq!(PARTS.iter().filter(|(begin, _)| rule.id.starts_with(begin)).count(), 1, "{}", rule.id);
            assert!(matches!(rule.how, "test" | "doc" | "decided" | "n/a"), "{}", rule.id);
        }
    }
}
