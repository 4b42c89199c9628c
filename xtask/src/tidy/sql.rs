//! Rules for tables: what belongs to an account is stored under its account.
//!
//! A table with a column `account_id` has a primary key and unique indexes that begin with it, so that rows
//! can be spread by account over many servers. Claim tables are the exception: they are keyed by the one
//! value in the world that they claim.

use super::Violation;
use super::files::File;
use super::rust_text::line_at;

const STORE: &str = "lockwright-store";
const SHARD: &str = "account_id";
const CLAIM: &str = "claim";

/// Checks one file of statements; nothing to say about other files.
pub(crate) fn check(file: &File) -> Vec<Violation> {
    if file.extension() != "sql" || file.crate_name() != Some(STORE) {
        return Vec::new();
    }
    let text = without_comments(&file.text);
    let mut found = Vec::new();
    let mut scoped: Vec<String> = Vec::new();
    let mut offset = 0;
    for statement in text.split_inclusive(';') {
        let begin = offset + (statement.len() - statement.trim_start().len());
        offset += statement.len();
        let mut report = |rule: String| found.push(Violation::new(&file.path, line_at(&text, begin), rule));
        let words: Vec<String> = words(statement);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["create", "table", "if", "not", "exists", name, ..] | ["create", "table", name, ..] => {
                if let Some(table) = Table::read(statement)
                    && table.columns.iter().any(|column| column == SHARD)
                    && !name.starts_with(CLAIM)
                {
                    scoped.push((*name).to_owned());
                    for rule in table.broken(name) {
                        report(rule);
                    }
                }
            }
            ["create", "unique", "index", ..] => {
                let table = words.iter().skip_while(|word| **word != "on").nth(1);
                let columns = in_parentheses(statement).map(names).unwrap_or_default();
                if let Some(table) = table.filter(|table| scoped.iter().any(|name| name == *table))
                    && columns.first().is_none_or(|column| column != SHARD)
                {
                    report(format!("a unique index of {table} begins with {SHARD}"));
                }
            }
            ["alter", "table", name, "add", rest @ ..] if rest.contains(&SHARD) => {
                report(format!("{name} is born with {SHARD} or never has it"));
            }
            _ => {}
        }
    }
    found
}

/// What the rule needs to know of a `CREATE TABLE`, all in small letters.
struct Table {
    columns: Vec<String>,
    primary_key: Vec<String>,
    unique: Vec<Vec<String>>,
}

impl Table {
    fn read(statement: &str) -> Option<Self> {
        let mut table = Self { columns: Vec::new(), primary_key: Vec::new(), unique: Vec::new() };
        for part in split_at_commas(in_parentheses(statement)?) {
            let words = words(part);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let unnamed = match words.as_slice() {
                ["constraint", _, rest @ ..] => rest,
                all => all,
            };
            match unnamed {
                ["primary", "key", ..] => table.primary_key = in_parentheses(part).map(names)?,
                ["unique", ..] => table.unique.push(in_parentheses(part).map(names)?),
                ["foreign" | "check", ..] | [] => {}
                [column, rest @ ..] => {
                    let column = (*column).to_owned();
                    if rest.windows(2).any(|pair| pair == ["primary", "key"]) {
                        table.primary_key = vec![column.clone()];
                    }
                    if rest.contains(&"unique") {
                        table.unique.push(vec![column.clone()]);
                    }
                    table.columns.push(column);
                }
            }
        }
        Some(table)
    }

    fn broken(&self, name: &str) -> Vec<String> {
        let begins = |columns: &[String]| columns.first().is_some_and(|column| column == SHARD);
        let mut found = Vec::new();
        if !begins(&self.primary_key) {
            found.push(format!("the primary key of {name} begins with {SHARD}"));
        }
        for columns in self.unique.iter().filter(|columns| !begins(columns)) {
            let listed = columns.join(", ");
            found.push(format!("the unique ({listed}) of {name} begins with {SHARD}"));
        }
        found
    }
}

/// Blanks `-- …` to the end of its line.
fn without_comments(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.split_once("--") {
            Some((code, _)) => format!("{code}\n"),
            None => line.to_owned(),
        })
        .collect()
}

/// The names and keywords of a piece of SQL, in small letters, without quotes.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// The first name of each part of a list: of `a, lower(b) DESC` the names `a` and `lower`.
fn names(list: &str) -> Vec<String> {
    split_at_commas(list).into_iter().filter_map(|part| words(part).into_iter().next()).collect()
}

/// What stands between the first `(` and the `)` that closes it.
fn in_parentheses(text: &str) -> Option<&str> {
    let (_, inner) = text.split_once('(')?;
    let mut depth = 1_usize;
    for (offset, character) in inner.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inner.get(..offset);
        }
    }
    None
}

/// Splits at the commas that stand in no parentheses.
fn split_at_commas(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    list.split(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::files::File;

    fn broken(text: &str) -> Vec<(usize, String)> {
        let file = File::sample("crates/lockwright-store/migrations/0001.sql", text);
        let violations = check(&file).into_iter();
        violations.map(|violation| (violation.line, violation.rule)).collect()
    }

    #[test]
    fn a_primary_key_begins_with_the_account() {
        let good = "CREATE TABLE user (account_id TEXT NOT NULL, id TEXT, n INTEGER CHECK (n IN (1, 2)),\n\
                    PRIMARY KEY (account_id, id)) WITHOUT ROWID;";
        assert!(broken(good).is_empty());
        assert!(broken("CREATE TABLE account (account_id TEXT PRIMARY KEY);").is_empty());
        assert!(broken("CREATE TABLE job (id TEXT PRIMARY KEY);").is_empty());

        let swapped = "-- Users; of an account.\n\nCREATE TABLE IF NOT EXISTS user (id TEXT,\n\
                       account_id TEXT, PRIMARY KEY (id, account_id));";
        assert_eq!(broken(swapped), [(3, "the primary key of user begins with account_id".to_owned())]);
        assert_eq!(broken("CREATE TABLE user (id TEXT PRIMARY KEY, account_id TEXT);").len(), 1);
        assert_eq!(broken("create table \"user\" (id text, account_id text);").len(), 1);
    }

    #[test]
    fn what_is_unique_is_unique_in_its_account() {
        let table = "CREATE TABLE user (account_id TEXT, id TEXT, name TEXT, PRIMARY KEY (account_id, id));\n";
        let good = format!("{table}CREATE UNIQUE INDEX user_name ON user (account_id, name);");
        assert!(broken(&good).is_empty());
        let bad = format!("{table}CREATE UNIQUE INDEX user_name ON user (lower(name), account_id);");
        assert_eq!(broken(&bad), [(2, "a unique index of user begins with account_id".to_owned())]);
        let inline = "CREATE TABLE user (account_id TEXT, name TEXT UNIQUE, alias TEXT,\n\
                      PRIMARY KEY (account_id, name), CONSTRAINT one UNIQUE (alias));";
        assert_eq!(broken(inline).len(), 2);
        assert!(broken(&format!("{table}CREATE INDEX by_name ON user (name);")).is_empty());
    }

    #[test]
    fn claim_tables_are_keyed_by_what_they_claim() {
        let claim = "CREATE TABLE claim_email (email TEXT PRIMARY KEY, account_id TEXT NOT NULL);\n\
                     CREATE UNIQUE INDEX claim_email_key ON claim_email (email);";
        assert!(broken(claim).is_empty());
    }

    #[test]
    fn the_account_is_not_added_later() {
        assert_eq!(broken("ALTER TABLE job ADD COLUMN account_id TEXT;").len(), 1);
        assert!(broken("ALTER TABLE job ADD COLUMN note TEXT;").is_empty());
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let text = "CREATE TABLE user (id TEXT PRIMARY KEY, account_id TEXT);";
        assert!(check(&File::sample("crates/lockwright-web/a.sql", text)).is_empty());
    }
}
