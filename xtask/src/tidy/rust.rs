//! Rules for Rust files: how they open, how long they are, and what each crate may touch.

use super::Violation;
use super::files::File;
use super::rust_text::{RustText, is_word, line_at};

const MAX_LINES: usize = 600;

/// Crates that only compute: the same input gives the same answer.
const PURE: [&str; 6] =
    ["lockwright-model", "lockwright-policy", "lockwright-authn", "lockwright-core", "lockwright-wire", "lockwright-leak"];

/// `leak` reads the trees it scans; it is pure in all other ways.
const READS_FILES: &str = "lockwright-leak";

/// How a statement begins. Matched in capitals or in small letters, so that a sentence is not taken for one.
const SQL: [&str; 11] = [
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "CREATE UNIQUE INDEX ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
];

/// Checks one file; nothing to say about files that are not Rust.
pub(crate) fn check(file: &File) -> Vec<Violation> {
    if file.extension() != "rs" {
        return Vec::new();
    }
    let text = RustText::split(&file.text);
    let production = text.code_without_tests();
    let mut found = Vec::new();
    shape(file, &mut found);
    unfinished(file, &text, &mut found);
    environment(file, &production, &mut found);
    purity(file, &production, &mut found);
    rules(file, &production, &mut found);
    statements(file, &text, &mut found);
    found
}

fn shape(file: &File, found: &mut Vec<Violation>) {
    let opening: Vec<&str> =
        file.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).take_while(|line| !line.is_empty()).collect();
    if !opening.last().is_some_and(|line| line.ends_with(['.', ':'])) {
        found.push(Violation::new(&file.path, 1, "a file opens with a `//!` sentence that says what it is"));
    }
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        found.push(Violation::new(&file.path, lines, format!("{lines} lines; past {MAX_LINES} a file is split")));
    }
}

fn unfinished(file: &File, text: &RustText, found: &mut Vec<Violation>) {
    for mark in ["todo!", "unimplemented!", "dbg!"] {
        for line in lines_with_word(&text.code, mark) {
            found.push(Violation::new(&file.path, line, format!("unfinished: `{mark}`")));
        }
    }
    for (offset, _) in text.code.match_indices("#[ignore") {
        found.push(Violation::new(&file.path, line_at(&text.code, offset), "an ignored test is no test"));
    }
    for mark in super::text::UNFINISHED {
        for line in lines_with_word(&text.comments, mark) {
            found.push(Violation::new(&file.path, line, format!("unfinished: {mark}")));
        }
    }
}

fn environment(file: &File, production: &str, found: &mut Vec<Violation>) {
    let excepted = file.stays_home()
        || file.path.ends_with("/build.rs")
        || file.path.starts_with("xtask/")
        || file.path.starts_with("crates/lockwright-testkit/")
        || file.path.starts_with("crates/lockwright/src/config");
    if excepted {
        return;
    }
    for (line, module) in std_modules(production) {
        if module == "env" {
            found.push(Violation::new(&file.path, line, "only `lockwright::config` reads the environment"));
        }
    }
}

fn purity(file: &File, production: &str, found: &mut Vec<Violation>) {
    let Some(name) = file.crate_name().filter(|name| PURE.contains(name)) else {
        return;
    };
    if file.stays_home() {
        return;
    }
    for word in ["async", "tokio", "tokio_postgres", "rusqlite"] {
        for line in lines_with_word(production, word) {
            found.push(Violation::new(&file.path, line, format!("{name} only computes: no `{word}`")));
        }
    }
    for (line, module) in std_modules(production) {
        let advice = match module {
            "net" => "; addresses are in `core::net`",
            "fs" if name == READS_FILES => continue,
            "fs" => "",
            _ => continue,
        };
        found.push(Violation::new(&file.path, line, format!("{name} only computes: no `std::{module}`{advice}")));
    }
}

/// The recovery rules hold with all their guards; only the search over them may look at others.
fn rules(file: &File, production: &str, found: &mut Vec<Violation>) {
    if file.stays_home() {
        return;
    }
    for (offset, _) in production.match_indices("RuleBook::altered") {
        let line = line_at(production, offset);
        found.push(Violation::new(&file.path, line, "recovery is decided by `RuleBook::PRODUCTION`; only the search alters rules"));
    }
}

fn statements(file: &File, text: &RustText, found: &mut Vec<Violation>) {
    if file.crate_name().is_none_or(|name| matches!(name, "lockwright-store" | "lockwright-bench")) {
        return;
    }
    for (line, literal) in &text.strings {
        let literal = literal.trim_start();
        let is_statement = |begin: &str| literal.starts_with(begin) || literal.starts_with(&begin.to_ascii_lowercase());
        if SQL.iter().any(|begin| is_statement(begin)) {
            found.push(Violation::new(&file.path, *line, "only `lockwright-store` knows SQL"));
        }
    }
}

/// The modules of std that code names, through a path or through `use std::{…}`.
fn std_modules(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (offset, _) in code.match_indices("std::") {
        if code.get(..offset).is_some_and(|before| before.ends_with(is_word)) {
            continue;
        }
        let after = code.get(offset + "std::".len()..).unwrap_or_default();
        let line = line_at(code, offset);
        match after.strip_prefix('{') {
            None => found.push((line, first_word(after))),
            Some(group) => found.extend(members(group).map(|word| (line, word))),
        }
    }
    found
}

/// The first word of each member of a group whose opening brace is already passed.
fn members(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut closed = false;
    group.split_inclusive([',', '{', '}']).filter_map(move |piece| {
        let word = (depth == 0 && !closed).then(|| first_word(piece.trim_start()));
        match piece.chars().last() {
            Some('{') => depth += 1,
            Some('}') if depth == 0 => closed = true,
            Some('}') => depth -= 1,
            _ => {}
        }
        word.filter(|word| !word.is_empty())
    })
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The lines in which a word stands by itself.
fn lines_with_word(text: &str, word: &str) -> Vec<usize> {
    text.match_indices(word)
        .filter(|(offset, _)| {
            let before = text.get(..*offset).unwrap_or_default();
            let after = text.get(offset + word.len()..).unwrap_or_default();
            !before.ends_with(is_word) && !after.starts_with(is_word)
        })
        .map(|(offset, _)| line_at(text, offset))
        .collect()
}

#[cfg(test)]
mod tests;
