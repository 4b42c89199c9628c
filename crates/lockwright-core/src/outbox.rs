//! Jobs of the outbox: made with the change they tell of, tried until they are sent or given up.

use std::time::Duration;

use lockwright_model::case::Channel;
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::id::JobId;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Job, JobState, Notice, Task};

use crate::person::Person;

/// A job that gives up after this long.
const GIVE_UP: Duration = Duration::from_secs(24 * 3600);
/// The first pause after a failure; it doubles up to an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A job that is due at once.
pub fn job(task: Task, op: &OpContext, entropy: &dyn Entropy) -> Record {
    Record::Job(Job {
        id: JobId::draw(entropy),
        version: Version::NEW,
        created: op.now,
        due: op.now,
        attempts: 0,
        state: JobState::Waiting,
        task,
    })
}

/// Adds a notice to every address of a person (NIST SP 800-63B-4 §4.6).
pub fn notify(changes: &mut ChangeSet, person: &Person, notice: &Notice, op: &OpContext, entropy: &dyn Entropy) {
    // The link for "this wasn't me" leads to the public pages, which know no operators.
    let about = Some(person.identity()).filter(|identity| !matches!(identity, Identity::Operator(_)));
    for to in person.channels() {
        changes.put(notice_to(to, about.clone(), notice.clone(), op, entropy));
    }
}

/// Tells every address of a person what happened.
pub fn tell(changes: &mut ChangeSet, person: &Person, what: Happening, op: &OpContext, entropy: &dyn Entropy) {
    notify(changes, person, &Notice::Happened { whose: person.whose(), what }, op, entropy);
}

/// A notice to one address.
pub fn notice_to(to: Channel, about: Option<Identity>, notice: Notice, op: &OpContext, entropy: &dyn Entropy) -> Record {
    job(Task::Notify { to, notice, at: op.now, source: op.source.clone(), about }, op, entropy)
}

/// A job that is due later.
pub fn job_at(task: Task, due: Timestamp, op: &OpContext, entropy: &dyn Entropy) -> Record {
    match job(task, op, entropy) {
        // Its 24 hours of trying begin when it is due.
        Record::Job(job) => Record::Job(Job { created: due, due, ..job }),
        other => other,
    }
}

/// Takes a job for one try: pushes its due time ahead, so that a second worker (or the same one after a crash) waits before it tries too.
pub fn lease(job: Job, now: Timestamp) -> ChangeSet {
    let pause = (FIRST_PAUSE * 2_u32.pow(job.attempts.min(16))).min(LONGEST_PAUSE);
    let mut changes = ChangeSet::default();
    changes.put(Record::Job(Job { attempts: job.attempts.saturating_add(1), due: now.plus(pause + Duration::from_secs(60)), ..job }));
    changes
}

/// Removes a job that is done.
pub fn done(job: &Job) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.delete(Key::Job(job.id.clone()), job.version);
    changes
}

/// Notes a failure: another try later, or the dead-letter list.
pub fn failed(job: Job, why: String, now: Timestamp) -> ChangeSet {
    let mut changes = ChangeSet::default();
    let next = if now.since(job.created) >= GIVE_UP {
        Job { state: JobState::Dead { why }, ..job }
    } else {
        let pause = (FIRST_PAUSE * 2_u32.pow(job.attempts.saturating_sub(1).min(16))).min(LONGEST_PAUSE);
        Job { due: now.plus(pause), ..job }
    };
    changes.put(Record::Job(next));
    changes
}

/// An operator tries a dead job again.
pub fn retry(job: Job, now: Timestamp) -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.put(Record::Job(Job { state: JobState::Waiting, due: now, created: now, attempts: 0, ..job }));
    changes
}

/// Puts a job right that a clock which ran ahead has put off: what is to be sent at once is due now, and what is planned is looked at
/// now. `None`: nothing is wrong with it.
pub fn by_another_clock(job: Job, now: Timestamp) -> Option<ChangeSet> {
    let planned = matches!(job.task, Task::Remind { .. } | Task::Review { .. });
    // No pause is longer, so its time is not this clock's.
    let put_off = job.due > now.plus(LONGEST_PAUSE * 2);
    if job.state != JobState::Waiting || planned || !put_off {
        return None;
    }
    let mut changes = ChangeSet::default();
    changes.put(Record::Job(Job { created: now, due: now, ..job }));
    Some(changes)
}
