//! Each rule for Rust files, shown a file that breaks it and one that does not.

use super::{check, members};
use crate::tidy::files::File;

/// The lines and rules broken by a file with a proper opening sentence in line 1.
fn broken(path: &str, body: &str) -> Vec<(usize, String)> {
    let file = File::sample(path, &format!("//! A sample.\n{body}"));
    check(&file).into_iter().map(|violation| (violation.line, violation.rule)).collect()
}

fn lines(path: &str, body: &str) -> Vec<usize> {
    broken(path, body).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn a_file_opens_with_a_sentence() {
    let check_text = |text| check(&File::sample("crates/lockwright-web/src/a.rs", text)).len();
    assert_eq!(check_text("use a;\n"), 1);
    assert_eq!(check_text("//!\nuse a;\n"), 1);
    assert_eq!(check_text("//! No end\nuse a;\n"), 1);
    assert_eq!(check_text("//! Over two\n//! lines.\nuse a;\n"), 0);
    assert_eq!(check_text("//! One.\n//!\n//! More\nuse a;\n"), 0);
}

#[test]
fn a_file_ends_after_six_hundred_lines() {
    assert!(lines("xtask/src/a.rs", &"\n".repeat(599)).is_empty());
    assert_eq!(lines("xtask/src/a.rs", &"\n".repeat(600)), [601]);
}

#[test]
fn nothing_unfinished_stays() {
    assert_eq!(lines("xtask/src/a.rs", "fn f() { todo!() }"), [2]);
    assert_eq!(lines("xtask/src/a.rs", "\ndbg!(1);"), [3]);
    assert_eq!(lines("xtask/src/a.rs", "#[ignore = \"slow\"]\nfn f() {}"), [2]);
    let comment = format!("// {}: later", crate::tidy::text::UNFINISHED[0]);
    assert_eq!(lines("xtask/src/a.rs", &comment), [2]);
    assert!(lines("xtask/src/a.rs", "let a = \"todo!()\"; let my_todo = 1;").is_empty());
}

#[test]
fn only_configuration_reads_the_environment() {
    let body = "use std::{fmt, env};\nfn f() { std::env::args(); }";
    assert_eq!(lines("crates/lockwright-web/src/a.rs", body), [2, 3]);
    assert!(lines("crates/lockwright/src/config/source.rs", body).is_empty());
    assert!(lines("crates/lockwright-web/tests/a.rs", body).is_empty());
    assert!(lines("crates/lockwright-web/examples/a.rs", body).is_empty());
    assert!(lines("crates/lockwright-web/src/a.rs", "#[cfg(test)]\nmod tests { use std::env; }").is_empty());
}

#[test]
fn pure_crates_only_compute() {
    for body in ["pub async fn f() {}", "use tokio::time;", "use rusqlite::Row;", "use std::net::TcpStream;", "use std::{fmt, fs};"] {
        assert_eq!(lines("crates/lockwright-core/src/a.rs", body), [2], "{body}");
        assert!(lines("crates/lockwright-service/src/a.rs", body).is_empty(), "{body}");
    }
    assert!(lines("crates/lockwright-core/src/a.rs", "use core::net::IpAddr; // no tokio").is_empty());
    assert!(lines("crates/lockwright-leak/src/a.rs", "use std::fs;").is_empty());
}

#[test]
fn only_the_search_alters_the_recovery_rules() {
    let body = "fn f() { RuleBook::altered(&[], guards); }";
    assert_eq!(lines("crates/lockwright-service/src/a.rs", body), [2]);
    assert!(lines("crates/lockwright-core/tests/it/a.rs", body).is_empty());
}

#[test]
fn only_the_store_knows_sql() {
    let body = "const A: &str = \"\n  SELECT 1\";\nconst B: &str = r\"delete from a\";";
    assert_eq!(lines("crates/lockwright-service/src/a.rs", body), [2, 4]);
    assert!(lines("crates/lockwright-store/src/a.rs", body).is_empty());
    assert!(lines("crates/lockwright-web/src/a.rs", "f(\"DELETE\", \"Select a key\", \"Update it\")").is_empty());
}

#[test]
fn a_group_names_its_direct_members_only() {
    let found: Vec<&str> = members("fmt, io::{self, net}, sync::Arc}; fn f() {fs}").collect();
    assert_eq!(found, ["fmt", "io", "sync"]);
}
