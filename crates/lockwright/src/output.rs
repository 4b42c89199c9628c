//! Answers on stdout: tables for people, JSON for programs.

use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use crate::cli::Output;

/// Writes a line to stdout. A reader that has gone (`| head`) is no failure of ours.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints an answer. `columns` is the order for people; a list without rows says `empty`.
pub(crate) fn print(output: Output, answer: &Value, columns: &[&str], empty: &str) {
    match (output, answer) {
        (Output::Json, value) => say(format_args!("{value:#}")),
        (Output::Table, Value::Array(rows)) if rows.is_empty() => say(empty),
        (Output::Table, Value::Array(rows)) => say(list(rows, columns)),
        (Output::Table, value) => say(facts(value, columns)),
    }
}

fn list(rows: &[Value], columns: &[&str]) -> String {
    let mut table = bare();
    table.set_header(columns.iter().map(|column| heading(column)));
    for row in rows {
        table.add_row(columns.iter().map(|column| cell(row.pointer(&pointer(column)))));
    }
    table.trim_fmt()
}

fn facts(value: &Value, columns: &[&str]) -> String {
    let mut table = bare();
    for column in columns {
        if let Some(found) = value.pointer(&pointer(column)).filter(|found| !found.is_null()) {
            table.add_row([heading(column), cell(Some(found))]);
        }
    }
    table.trim_fmt()
}

/// Tables without lines that let the terminal wrap: a link stays in one piece.
fn bare() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn pointer(column: &str) -> String {
    format!("/{column}")
}

/// `SetPasswordUrl` becomes `SET PASSWORD URL`; of a path, the last part.
fn heading(column: &str) -> String {
    let mut text = String::new();
    for letter in column.rsplit('/').next().unwrap_or(column).chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.to_uppercase());
    }
    text.replace("I D", "ID").replace("U R L", "URL")
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_lines_up_and_names_its_columns() {
        let rows = [json!({"AccountId": "123456789012", "Alias": null, "Disabled": true})];
        let text = list(&rows, &["AccountId", "Alias", "Disabled"]);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines.first().copied().map(|line| line.split_whitespace().collect::<Vec<_>>()),
            Some(vec!["ACCOUNT", "ID", "ALIAS", "DISABLED"])
        );
        assert!(lines[1].contains("123456789012") && lines[1].contains('-') && lines[1].ends_with("yes"));
    }
}
