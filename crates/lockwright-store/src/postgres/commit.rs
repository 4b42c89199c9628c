//! Committing a batch: its statements are sent one behind the other without waiting, then judged, then committed.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use deadpool_postgres::Client;
use lockwright_model::change::Conflict;
use tokio_postgres::error::SqlState;

use super::{Engine, changes, value};
use crate::batch::{Batch, Must, Step};
use crate::entity::keys;
use crate::error::{Cause, CommitError, StoreError};

/// A statement under way.
type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>>;

impl Engine {
    /// Commits a batch, and returns the number of rows that it wrote.
    pub(crate) async fn commit(&self, mut batch: Batch) -> Result<u64, CommitError> {
        // Last, so that the time in it is as near to the commit as can be.
        for text in keys::write(&batch.keys) {
            batch.steps.push(Step { statement: &changes::TELL, values: vec![text.into()], must: Must::Anything });
        }
        let client = self.client().await?;
        // A task of its own: a caller who stops waiting must not leave a transaction open on a connection of the pool.
        tokio::spawn(async move { run(client, &batch).await })
            .await
            .map_err(|error| CommitError::Unavailable(StoreError::Unavailable(Cause::new(&error))))?
    }
}

async fn run(client: Client, batch: &Batch) -> Result<u64, CommitError> {
    let mut prepared = Vec::with_capacity(batch.steps.len());
    for step in &batch.steps {
        prepared.push(client.prepare_cached(step.statement.sql).await.map_err(StoreError::from)?);
    }
    let bound: Vec<_> = batch.steps.iter().map(|step| value::bound(&step.values)).collect();
    // One statement is a transaction of its own.
    let grouped = batch.steps.len() > 1;
    let mut sent: Vec<Sent<'_>> = Vec::with_capacity(prepared.len() + 1);
    if grouped {
        sent.push(Box::pin(async { client.batch_execute("BEGIN").await.map(|()| 0) }));
    }
    for (statement, values) in prepared.iter().zip(&bound) {
        sent.push(Box::pin(client.execute(statement, values)));
    }
    let mut answers = all(sent).await.into_iter();
    if grouped && let Some(Err(error)) = answers.next() {
        return Err(CommitError::Unavailable(error.into()));
    }
    let judged = judge(batch, answers);
    if !grouped {
        return judged;
    }
    match judged {
        Ok(rows) => match client.batch_execute("COMMIT").await {
            Ok(()) => Ok(rows),
            Err(error) => Err(outer(error)),
        },
        Err(error) => {
            // A connection that can't roll back must not serve anybody else.
            if client.batch_execute("ROLLBACK").await.is_err() {
                drop(Client::take(client));
            }
            Err(error)
        }
    }
}

/// The first thing that went wrong, or the number of rows written. Statements behind a failed one fail too, with nothing to say.
fn judge(batch: &Batch, answers: impl Iterator<Item = Result<u64, tokio_postgres::Error>>) -> Result<u64, CommitError> {
    let mut rows = 0;
    for (step, answer) in batch.steps.iter().zip(answers) {
        match answer {
            Ok(wrote) => {
                step.must.judge(wrote)?;
                rows += wrote;
            }
            Err(error) => {
                let hurt =
                    error.as_db_error().filter(|db| [SqlState::UNIQUE_VIOLATION, SqlState::FOREIGN_KEY_VIOLATION].contains(db.code()));
                return Err(match hurt {
                    Some(db) => step.must.hurt(db.constraint().unwrap_or_default()).into(),
                    None => outer(error),
                });
            }
        }
    }
    Ok(rows)
}

/// An error that is no hurt constraint: two transactions in each other's way are a conflict, all else is outside.
fn outer(error: tokio_postgres::Error) -> CommitError {
    match error.code() {
        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => Conflict::Stale.into(),
        _ => CommitError::Unavailable(error.into()),
    }
}

/// Polls all futures from the first to the last before waiting for any, which sends their statements in this order.
async fn all(futures: Vec<Sent<'_>>) -> Vec<Result<u64, tokio_postgres::Error>> {
    let mut slots: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (future, answer) in &mut slots {
            if answer.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *answer = Some(value),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    slots.into_iter().filter_map(|(_, answer)| answer).collect()
}
