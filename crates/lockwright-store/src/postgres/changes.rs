//! Which rows were written lately, for the caches of other nodes. The one place with statements for PostgreSQL alone.

use lockwright_model::change::Key;

use super::{Engine, value};
use crate::entity::keys;
use crate::error::StoreError;
use crate::statement::{Row, Statement, Value};

/// A place in the list of changes, by the database's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mark(i64);

impl Mark {
    /// Before everything that is kept: for a cache that is still empty.
    pub const START: Self = Self(i64::MIN);
}

/// How far a window reaches back behind its mark.
const OVERLAP: i64 = 30_000_000;
/// How long a change is kept.
const KEPT: i64 = 600_000_000;

/// The database's clock in microseconds. `clock_timestamp` goes on within a transaction.
macro_rules! clock {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}

/// Two commits of the same rows in the same microsecond need only one line.
pub(super) static TELL: Statement =
    server(concat!("INSERT INTO changes (at, row_keys) VALUES (", clock!(), ", $1) ON CONFLICT (at, row_keys) DO NOTHING"));
static NOW: Statement = server(concat!("SELECT ", clock!()));
static SINCE: Statement = server("SELECT row_keys FROM changes WHERE at >= $1 ORDER BY at");
static FORGET: Statement = server("DELETE FROM changes WHERE at < $1");

const fn server(sql: &'static str) -> Statement {
    Statement { name: "postgres::changes", sql, sqlite: "" }
}

impl Engine {
    async fn clock(&self) -> Result<i64, StoreError> {
        let row: Option<Row> = self.query(&NOW, Vec::new()).await?.into_iter().next();
        row.map_or(Ok(0), |row| row.of("changes").int("now"))
    }

    /// The rows written since a mark, and the next mark.
    pub(crate) async fn changes_since(&self, mark: Mark) -> Result<(Vec<Key>, Mark), StoreError> {
        // The clock first: what is committed between the two statements is told now and again next time.
        let now = self.clock().await?;
        if mark != Mark::START && now.saturating_sub(mark.0) > KEPT - OVERLAP {
            return Err(StoreError::MarkTooOld);
        }
        let rows = self.query(&SINCE, vec![mark.0.saturating_sub(OVERLAP).into()]).await?;
        let mut found = Vec::new();
        for row in rows {
            let mut row = row.of("changes");
            let text = row.text("row_keys")?;
            found.extend(keys::read(&text).ok_or_else(|| row.corrupt("row_keys"))?);
        }
        Ok((found, Mark(now)))
    }

    /// Drops what no cache asks for any more.
    pub(crate) async fn forget_changes(&self) -> Result<(), StoreError> {
        let before = self.clock().await?.saturating_sub(KEPT);
        let client = self.client().await?;
        let prepared = client.prepare_cached(FORGET.sql).await?;
        client.execute(&prepared, &value::bound(&[Value::Int(before)])).await?;
        Ok(())
    }
}
