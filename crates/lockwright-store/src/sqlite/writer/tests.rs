//! A group is one transaction: each batch stands or falls alone, a failed `COMMIT` fails all.

use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::tries::{Tries, TriesKey};

use super::*;
use crate::batch::Must;
use crate::entity::tries;
use crate::sqlite::connection;
use crate::statement::Statement;

static COMMITS_BADLY: Statement = Statement { name: "test", sql: "", sqlite: "INSERT INTO child (parent_id) VALUES (7)" };
static MAKES_NO_SENSE: Statement = Statement { name: "test", sql: "", sqlite: "INSERT INTO child (parent_id) VALUES ('a word')" };
static MEETS_NO_TABLE: Statement = Statement { name: "test", sql: "", sqlite: "INSERT INTO nowhere VALUES (1)" };

fn database() -> Connection {
    let mut connection = connection::in_memory().unwrap();
    connection::migrate(&mut connection).unwrap();
    let child = "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
                 CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT";
    connection.execute_batch(child).unwrap();
    connection
}

fn row(n: u32, version: i64) -> Record {
    let at = Timestamp::from_micros(1);
    Record::Tries(Tries { key: TriesKey::new("x", &n.to_string()), version: Version(version), count: n, since: at, last: at, expires: at })
}

fn batch(rows: impl IntoIterator<Item = Record>) -> Batch {
    Batch::new(&ChangeSet { puts: rows.into_iter().collect(), ..ChangeSet::default() }).unwrap()
}

fn raw(statement: &'static Statement) -> Batch {
    Batch { steps: vec![Step { statement, values: Vec::new(), must: Must::Anything }], keys: Vec::new() }
}

/// Commits batches as one group, and returns what each was told.
fn told(connection: &mut Connection, batches: Vec<Batch>) -> Vec<Answer> {
    let (group, answers): (Vec<_>, Vec<_>) = batches
        .into_iter()
        .map(|batch| {
            let (reply, answer) = oneshot::channel();
            ((batch, reply), answer)
        })
        .unzip();
    commit(connection, group);
    answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect()
}

fn stored(connection: &Connection) -> i64 {
    connection.query_row(tries::COUNT.sqlite, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_stale_batch_in_a_group_is_undone_alone() {
    let mut connection = database();
    let group =
        vec![batch([row(1, 0)]), batch([row(2, 0), row(3, 9)]), batch([row(4, 0), row(5, 0)]), batch([row(1, 9)]), batch([row(1, 1)])];
    let told = told(&mut connection, group);
    assert!(matches!(told[0], Ok(1)));
    assert!(matches!(told[1], Err(CommitError::Conflict(Conflict::Stale))));
    assert!(matches!(told[2], Ok(2)));
    assert!(matches!(told[3], Err(CommitError::Conflict(Conflict::Stale))));
    assert!(matches!(told[4], Ok(1)), "sees what the first of the group wrote");
    assert_eq!(stored(&connection), 3, "row 2 went with its batch");
    assert!(connection.is_autocommit());
}

#[test]
fn a_failed_commit_fails_the_whole_group_and_nobody_is_told_otherwise() {
    let mut connection = database();
    let told_bad = told(&mut connection, vec![batch([row(1, 0)]), raw(&COMMITS_BADLY), batch([row(2, 0), row(3, 0)])]);
    assert!(told_bad.iter().all(|answer| matches!(answer, Err(CommitError::Unavailable(StoreError::Unavailable(_))))), "{told_bad:?}");
    assert_eq!(stored(&connection), 0);
    assert!(matches!(told(&mut connection, vec![batch([row(1, 0)])])[0], Ok(1)), "the next group is not held up");
}

#[test]
fn a_batch_that_cannot_be_written_fails_alone() {
    let mut connection = database();
    let mut bad = batch([row(1, 0)]);
    bad.steps.extend(raw(&MAKES_NO_SENSE).steps);
    let told = told(&mut connection, vec![batch([row(2, 0), row(3, 0)]), bad, raw(&MAKES_NO_SENSE), batch([row(4, 0)])]);
    assert!(matches!(told.as_slice(), [Ok(2), Err(CommitError::Unavailable(_)), Err(CommitError::Unavailable(_)), Ok(1)]), "{told:?}");
    assert_eq!(stored(&connection), 3);
}

#[test]
fn an_outer_error_fails_the_group_and_leaves_no_transaction_open() {
    let mut connection = database();
    let told = told(&mut connection, vec![batch([row(1, 0), row(2, 0)]), raw(&MEETS_NO_TABLE)]);
    assert!(told.iter().all(|answer| matches!(answer, Err(CommitError::Unavailable(_)))), "{told:?}");
    assert!(connection.is_autocommit());
    assert_eq!(stored(&connection), 0);
}
