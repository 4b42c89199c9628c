//! The schema: written once, the same on both engines, and fit to be spread over many machines.

use std::collections::BTreeMap;

use lockwright_store::schema::{MIGRATIONS, RESULT, for_postgres};
use lockwright_testkit::postgres::PgCluster;
use rusqlite::Connection;

use crate::place::Place;

/// Everything of a SQLite schema, as its statements without spaces.
fn of_sqlite(scripts: &[&str]) -> Vec<(String, String)> {
    let database = Connection::open_in_memory().unwrap();
    for script in scripts {
        database.execute_batch(script).unwrap();
    }
    let mut found = database.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let rows = found.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    rows.map(Result::unwrap)
        .map(|(name, sql)| {
            let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
            (name, lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// Columns and indexes of a PostgreSQL schema, as the server describes them.
fn of_postgres(scripts: &[&str]) -> String {
    let url = PgCluster::shared().database();
    let name = url.rsplit('/').next().unwrap();
    for script in scripts {
        PgCluster::shared().sql(name, &for_postgres(script));
    }
    let columns = "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY 1, 2";
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname";
    PgCluster::shared().sql(name, columns) + &PgCluster::shared().sql(name, indexes)
}

fn migrations() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|migration| migration.sql).collect()
}

#[test]
fn the_written_schema_is_what_the_migrations_come_to() {
    assert_eq!(of_sqlite(&[RESULT]), of_sqlite(&migrations()));
    assert_eq!(of_postgres(&[RESULT]), of_postgres(&migrations()));
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let numbers: Vec<_> = MIGRATIONS.iter().map(|migration| migration.number).collect();
    assert_eq!(numbers, (1..=i64::try_from(MIGRATIONS.len()).unwrap()).collect::<Vec<_>>());
}

#[test]
fn every_table_of_an_account_has_a_primary_key_and_unique_indexes_that_begin_with_it() {
    let database = Connection::open_in_memory().unwrap();
    migrations().iter().for_each(|sql| database.execute_batch(sql).unwrap());
    let list = |sql: &str, of: &str| -> Vec<(String, i64)> {
        let mut found = database.prepare(sql).unwrap();
        found.query_map([of], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let mut seen = BTreeMap::new();
    for (table, _) in list("SELECT name, 0 FROM sqlite_schema WHERE type = ?1", "table") {
        let columns = list("SELECT name, pk FROM pragma_table_info(?1)", &table);
        assert!(columns.iter().any(|(_, key)| *key == 1), "{table} has no primary key");
        let of_account = columns.iter().any(|(name, _)| name == "account_id");
        seen.insert(table.clone(), of_account);
        for (index, unique) in list("SELECT name, \"unique\" FROM pragma_index_list(?1)", &table) {
            let first = list("SELECT name, seqno FROM pragma_index_info(?1) WHERE seqno = 0", &index);
            if unique == 1 && of_account {
                assert_eq!(first[0].0, "account_id", "{table}.{index}");
            }
        }
    }
    let scoped: Vec<_> = seen.iter().filter(|(_, scoped)| **scoped).map(|(table, _)| table.as_str()).collect();
    assert_eq!(
        scoped,
        [
            "account",
            "account_count",
            "audit_event",
            "help_request",
            "iam_link",
            "iam_resource",
            "iam_user",
            "principal_use",
            "use_report",
            "user_credential"
        ]
    );
}

#[test]
fn the_sql_stays_in_the_shared_subset() {
    for sql in migrations() {
        let upper: String = sql.lines().map(|line| line.split("--").next().unwrap_or_default().to_uppercase() + "\n").collect();
        for word in ["TRIGGER", "SEQUENCE", "SERIAL", "AUTOINCREMENT", "GENERATED", "LISTEN", "ADVISORY", "REAL"] {
            assert!(!upper.split(|c: char| !c.is_alphanumeric()).any(|found| found == word), "{word}");
        }
        // A foreign key stays within an account, so that it stays within a shard.
        for key in upper.split("FOREIGN KEY ").skip(1) {
            assert!(key.starts_with("(ACCOUNT_ID,") && key.contains("(ACCOUNT_ID,"), "{key}");
        }
        assert_eq!(upper.matches("REFERENCES").count(), upper.matches("FOREIGN KEY ").count(), "each is a named constraint");
    }
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for place in [Place::file().await, Place::memory().await, Place::postgres().await] {
        assert_eq!(place.store.check().await.unwrap(), Vec::<String>::new());
    }
}
