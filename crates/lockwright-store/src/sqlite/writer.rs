//! The one thread that writes: it drains its queue and puts many batches into one transaction, so that many commits cost one
//! flush of the disk.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;

use lockwright_model::change::Conflict;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::connection::execute;
use super::files::Lock;
use crate::batch::{Batch, Step};
use crate::error::{Cause, CommitError, StoreError};

/// How many pieces of work wait before callers do.
const QUEUE: usize = 4_096;
/// The most batches in one transaction, so that the first of them does not wait long.
const GROUP: usize = 512;

type Answer = Result<u64, CommitError>;

/// What the thread does.
enum Work {
    /// Commit a batch.
    Commit(Batch, oneshot::Sender<Answer>),
    /// Something between two transactions.
    Call(Box<dyn FnOnce(&mut Connection) + Send>),
    /// Do what came before, then end.
    Close,
}

/// The thread's other end.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread; it keeps the lock for as long as it has the connection.
    pub(super) fn start(connection: Connection, lock: Option<Lock>) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            run(connection, work);
            drop(lock);
        })?;
        Ok(Self { queue: Some(queue), thread: Mutex::new(Some(thread)) })
    }

    async fn send(&self, work: Work) -> Result<(), StoreError> {
        match &self.queue {
            Some(queue) => queue.send(work).await.map_err(|_| StoreError::Closed),
            None => Err(StoreError::Closed),
        }
    }

    /// Commits a batch, and returns the number of rows that it wrote.
    pub(super) async fn commit(&self, batch: Batch) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Commit(batch, reply)).await?;
        // Without an answer the thread is gone, and with it the transaction.
        answer.await.unwrap_or(Err(CommitError::Unavailable(StoreError::Closed)))
    }

    /// Runs something on the thread.
    pub(super) async fn call(&self, work: impl FnOnce(&mut Connection) + Send + 'static) -> Result<(), StoreError> {
        self.send(Work::Call(Box::new(work))).await
    }

    /// Lets the thread do what waits, and waits for its end.
    pub(super) async fn close(&self) {
        // An error says that it has ended already.
        let _ended = self.send(Work::Close).await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Writer {
    /// Waits for the thread, so that whoever opens the file next finds the lock free.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut work: mpsc::Receiver<Work>) {
    let mut next = work.blocking_recv();
    while let Some(now) = next.take() {
        match now {
            Work::Commit(batch, reply) => {
                let mut group = vec![(batch, reply)];
                while group.len() < GROUP {
                    match work.try_recv() {
                        Ok(Work::Commit(batch, reply)) => group.push((batch, reply)),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                commit(&mut connection, group);
            }
            Work::Call(call) => call(&mut connection),
            Work::Close => {
                work.close();
            }
        }
        if next.is_none() {
            next = work.blocking_recv();
        }
    }
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the log could not be written back; it is kept and read at the next start");
    }
}

/// Commits a group in one transaction. Nobody is told of success before `COMMIT` has returned.
fn commit(connection: &mut Connection, group: Vec<(Batch, oneshot::Sender<Answer>)>) {
    match try_commit(connection, &group) {
        Ok(answers) => {
            for ((_, reply), answer) in group.into_iter().zip(answers) {
                let _ = reply.send(answer);
            }
        }
        Err(error) => {
            if !connection.is_autocommit()
                && let Err(error) = connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a failed transaction could not be rolled back");
            }
            let cause = Cause::new(&error).to_string();
            tracing::error!(error = %cause, batches = group.len(), "a transaction failed");
            for (_, reply) in group {
                let _ = reply.send(Err(CommitError::Unavailable(StoreError::Unavailable(Cause::words(cause.clone())))));
            }
        }
    }
}

fn try_commit(connection: &Connection, group: &[(Batch, oneshot::Sender<Answer>)]) -> rusqlite::Result<Vec<Answer>> {
    run_cached(connection, "BEGIN IMMEDIATE")?;
    let mut answers = Vec::with_capacity(group.len());
    for (batch, _) in group {
        answers.push(apply(connection, batch)?);
    }
    run_cached(connection, "COMMIT")?;
    Ok(answers)
}

/// Carries out one batch within the transaction. What is wrong with this batch undoes it alone; what is wrong with the disk or the
/// machine ends the whole transaction.
fn apply(connection: &Connection, batch: &Batch) -> rusqlite::Result<Answer> {
    // One statement undoes itself when it fails.
    let guarded = batch.steps.len() > 1;
    if guarded {
        run_cached(connection, "SAVEPOINT batch")?;
    }
    let answer = carry_out_all(connection, batch)?;
    if guarded {
        if answer.is_err() {
            run_cached(connection, "ROLLBACK TO batch")?;
        }
        run_cached(connection, "RELEASE batch")?;
    }
    Ok(answer)
}

fn carry_out_all(connection: &Connection, batch: &Batch) -> rusqlite::Result<Answer> {
    let mut rows = 0;
    for step in &batch.steps {
        match carry_out(connection, step) {
            Ok(Ok(wrote)) => rows += wrote,
            Ok(Err(conflict)) => return Ok(Err(CommitError::Conflict(conflict))),
            Err(error) if is_of_its_batch(&error) => return Ok(Err(CommitError::Unavailable(error.into()))),
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(rows))
}

/// Whether an error comes from what one batch wants to write, and says nothing of the others.
fn is_of_its_batch(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch))
}

fn carry_out(connection: &Connection, step: &Step) -> rusqlite::Result<Result<u64, Conflict>> {
    match execute(connection, step.statement, &step.values) {
        Ok(rows) => {
            let rows = rows as u64;
            Ok(step.must.judge(rows).map(|()| rows))
        }
        Err(error) => match hurt_columns(&error) {
            Some(columns) => Ok(Err(step.must.hurt(columns))),
            None => Err(error),
        },
    }
}

/// The columns of the unique constraint that was hurt, as SQLite lists them, or `FOREIGN KEY`.
fn hurt_columns(error: &rusqlite::Error) -> Option<&str> {
    match error {
        rusqlite::Error::SqliteFailure(failure, Some(message)) if failure.code == ErrorCode::ConstraintViolation => {
            message.strip_prefix("UNIQUE constraint failed: ").or_else(|| message.strip_suffix(" constraint failed"))
        }
        _ => None,
    }
}

fn run_cached(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

#[cfg(test)]
mod tests;
