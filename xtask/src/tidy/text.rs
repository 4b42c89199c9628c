//! Rules for every text file: nothing unfinished, nothing that only holds on one machine.

use super::Violation;
use super::files::File;
use super::rust_text::is_word;

/// Marks of work that was put off. Written in two halves so that this file passes its own rule.
pub(crate) const UNFINISHED: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];

/// Package hosts: a lock file that names one breaks behind a mirror.
const HOSTS: [&str; 4] = [
    concat!("registry.", "npmjs.org"),
    concat!("pypi.org/", "simple"),
    concat!("files.", "pythonhosted.org"),
    concat!("index.", "crates.io"),
];

/// Folders that exist on somebody's machine only.
const FOLDERS: [&str; 3] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Checks one file of any kind.
pub(crate) fn check(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    if file.extension() == "html" && file.crate_name() != Some("lockwright-web") {
        found.push(Violation::new(&file.path, 1, "only `lockwright-web` knows HTML"));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let mut report = |rule: String| found.push(Violation::new(&file.path, number, rule));
        for host in HOSTS.iter().filter(|host| line.contains(**host)) {
            report(format!("names the package host {host}"));
        }
        for folder in FOLDERS.iter().filter(|folder| names_folder(line, folder)) {
            report(format!("names the folder {folder} of one machine"));
        }
        // Rust files are looked at more closely elsewhere; a lock file's hashes can spell anything.
        if !matches!(file.extension(), "rs" | "lock") && !file.path.ends_with("package-lock.json") {
            for mark in UNFINISHED.iter().filter(|mark| has_word(line, mark)) {
                report(format!("unfinished: {mark}"));
            }
        }
    }
    found
}

/// True when an absolute path begins with the folder; a folder of that name inside another one, or in a URL, is no such path.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(offset, _)| {
        let before = line.get(..offset).unwrap_or_default();
        !before.ends_with(|c: char| is_word(c) || matches!(c, '/' | '.' | '-' | '}' | ')' | '~'))
    })
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c| !is_word(c)).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::{FOLDERS, HOSTS, UNFINISHED, check};
    use crate::tidy::files::File;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let violations = check(&File::sample(path, text));
        violations.iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn html_lives_in_the_web_crate() {
        assert_eq!(lines("crates/lockwright-service/mail/a.html", "<p>"), [1]);
        assert!(lines("crates/lockwright-web/templates/a.html", "<p>").is_empty());
    }

    #[test]
    fn package_hosts_are_not_named() {
        for host in HOSTS {
            let line = format!("\n\"resolved\": \"https://{host}/a.tgz\"");
            assert_eq!(lines("e2e/package-lock.json", &line), [2]);
        }
        assert!(lines("README.md", "published on crates.io").is_empty());
    }

    #[test]
    fn folders_of_one_machine_are_not_named() {
        for folder in FOLDERS {
            assert_eq!(lines("a.md", &format!("see `{folder}x`")), [1]);
            assert_eq!(lines("a.sh", &format!("DIR={folder}x")), [1]);
            assert!(lines("a.md", &format!("see docs{folder}x, https://host{folder}x")).is_empty());
        }
    }

    #[test]
    fn nothing_unfinished_stays() {
        for mark in UNFINISHED {
            assert_eq!(lines("a.sql", &format!("\n-- {mark}: later")), [2]);
            assert!(lines("a.sql", &format!("-- A{mark}A")).is_empty());
        }
    }
}
