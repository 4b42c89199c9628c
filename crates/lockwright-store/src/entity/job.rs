//! Jobs of the outbox.

use lockwright_model::change::Version;
use lockwright_model::id::JobId;
use lockwright_model::job::{Job, JobState, Task};

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO job (job_id, version, kind, state, due, body) VALUES ($1, 1, $2, $3, $4, $5)";
    UPDATE = "UPDATE job SET version = version + 1, kind = $3, state = $4, due = $5, body = $6 WHERE job_id = $1 AND version = $2";
    DELETE = "DELETE FROM job WHERE job_id = $1 AND version = $2";
    EXPECT = "UPDATE job SET version = version WHERE job_id = $1 AND version = $2";
    ABSENT = "INSERT INTO job (job_id, version, kind, state, due, body) VALUES ($1, 0, '', '', 0, '')";
    BY_ID = "SELECT job_id, version, body FROM job WHERE job_id = $1";
    DUE = "SELECT job_id, version, body FROM job WHERE state = 'waiting' AND due <= $1 ORDER BY due, job_id LIMIT $2";
    PAGE = "SELECT job_id, version, body FROM job WHERE job_id > $1 ORDER BY job_id LIMIT $2";
    /// A restored ticket job, waiting or given up, would mail a link for a case that is gone.
    CLEAR_TICKETS = "DELETE FROM job WHERE kind IN ('send_ticket', 'send_code', 'ask_contact', 'remind')";
    COUNT = "SELECT count(*) FROM job WHERE state = $1";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Job) -> Result<Step, StoreError> {
    let kind = match row.task {
        Task::SendTicket { .. } => "send_ticket",
        Task::FindMine { .. } => "find_mine",
        Task::Notify { .. } => "notify",
        Task::SendCode { .. } => "send_code",
        Task::AskContact { .. } => "ask_contact",
        Task::WelcomeContact { .. } => "welcome_contact",
        Task::DismissContact { .. } => "dismiss_contact",
        Task::Remind { .. } => "remind",
        Task::Review { .. } => "review",
        Task::AnswerSupport { .. } => "answer_support",
        Task::Remove { .. } => "remove",
        Task::TellSystem { .. } => "tell_system",
    };
    let state = match row.state {
        JobState::Waiting => "waiting",
        JobState::Dead { .. } => "dead",
    };
    let rest = [kind.into(), state.into(), row.due.into(), Value::body(row)?];
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, rest))
}

/// The values that name a row.
pub(crate) fn key(id: &JobId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `job_id, version, body`.
pub(crate) fn read(row: Row) -> Result<Job, StoreError> {
    let mut row = row.of("job");
    let id = row.key("job_id")?;
    let version = Version(row.int("version")?);
    let job = Job { version, ..row.body()? };
    row.same(job.id.as_str() == id)?;
    Ok(job)
}
