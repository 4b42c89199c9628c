//! Bringing the schema up to date while other nodes may want to do the same.

use deadpool_postgres::Client;
use tokio_postgres::error::SqlState;

use super::value;
use crate::error::StoreError;
use crate::schema;

/// Two nodes that make the first table at once may hurt each other; the loser finds it made when it looks again.
const ATTEMPTS: u32 = 5;

/// Makes the lock's table and row, and the list of migrations.
fn bootstrap() -> String {
    format!(
        "{}; CREATE TABLE IF NOT EXISTS schema_lock (lock_id BIGINT NOT NULL, CONSTRAINT schema_lock_pkey PRIMARY KEY (lock_id)); \
         INSERT INTO schema_lock (lock_id) VALUES (1) ON CONFLICT (lock_id) DO NOTHING",
        schema::for_postgres(schema::BOOTSTRAP)
    )
}

/// Carries out the missing migrations under a lock row: an advisory lock would not work through every pooler and protocol twin.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    // A store that is up to date is opened without a write, so that a node can start while another one migrates nothing.
    if let Ok(row) = client.query_one(schema::VERSION.sql, &[]).await
        && schema::missing(row.try_get::<_, Option<i64>>(0)?.unwrap_or(0))?.is_empty()
    {
        return Ok(());
    }
    make_lock(client).await?;
    let transaction = client.transaction().await?;
    transaction.query_one("SELECT lock_id FROM schema_lock WHERE lock_id = 1 FOR UPDATE", &[]).await?;
    let found: Option<i64> = transaction.query_one(schema::VERSION.sql, &[]).await?.try_get(0)?;
    for migration in schema::missing(found.unwrap_or(0))? {
        transaction.batch_execute(&schema::for_postgres(migration.sql)).await?;
        transaction.execute(schema::RECORD.sql, &value::bound(&schema::record(migration))).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn make_lock(client: &Client) -> Result<(), StoreError> {
    let sql = bootstrap();
    let mut attempt = 1;
    loop {
        match client.batch_execute(&sql).await {
            Ok(()) => return Ok(()),
            Err(error) if attempt < ATTEMPTS && in_each_others_way(&error) => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn in_each_others_way(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT, SqlState::T_R_SERIALIZATION_FAILURE]
            .contains(code)
    })
}
