//! The server engine: PostgreSQL, or what speaks its protocol, through a pool of connections.

mod address;
pub(crate) mod changes;
mod commit;
mod migrate;
mod value;

use std::time::Duration;

use deadpool_postgres::{Client, Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use lockwright_model::secret::Secret;
use tokio_postgres::NoTls;

use crate::error::{Cause, StoreError};
use crate::statement::{Row, Statement, Value};

/// The most connections of one process.
const CONNECTIONS: usize = 16;
/// How long a caller waits for a connection, and a connection for its server.
const PATIENCE: Duration = Duration::from_secs(10);
/// No statement waits for a row for longer than this, and none runs on after its caller is long gone.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'";

/// The server engine.
#[derive(Debug)]
pub(crate) struct Engine {
    pool: Pool,
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Closed => Self::Closed,
            PoolError::Timeout(_) => Self::Unavailable(Cause::words("no connection to the database server became free in time")),
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Self::Unavailable(Cause::words("a new connection to the database server could not be set up"))
            }
        }
    }
}

impl Engine {
    /// Connects and brings the schema up to date.
    pub(crate) async fn open(url: &Secret) -> Result<Self, StoreError> {
        let config = address::parse(url)?;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(|_| StoreError::Refused("the pool of connections could not be set up"))?;
        let engine = Self { pool };
        migrate::migrate(&mut engine.client().await?).await?;
        Ok(engine)
    }

    async fn client(&self) -> Result<Client, StoreError> {
        Ok(self.pool.get().await?)
    }

    pub(crate) async fn query(&self, statement: &'static Statement, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let client = self.client().await?;
        let prepared = client.prepare_cached(statement.sql).await?;
        let rows = client.query(&prepared, &value::bound(&values)).await?;
        rows.iter().map(value::row).collect()
    }

    /// Whether every statement can be prepared.
    pub(crate) async fn check(&self) -> Result<Vec<String>, StoreError> {
        let client = self.client().await?;
        let mut problems = Vec::new();
        for statement in crate::entity::statements() {
            if let Err(error) = client.prepare(statement.sql).await {
                let why = StoreError::from(error);
                let cause = std::error::Error::source(&why).map(ToString::to_string).unwrap_or_default();
                problems.push(format!("statement {}: {cause}", statement.name));
            }
        }
        Ok(problems)
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}
