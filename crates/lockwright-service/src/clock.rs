//! A floor under the clock: time as the installation knows it never goes back (X02, decision 0010).

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use lockwright_core::{access_key, outbox};
use lockwright_model::case::Purpose;
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Record, Touch};
use lockwright_model::clock::{ClockFloor, Timestamp};
use lockwright_model::context::OpContext;
use lockwright_model::event::{AuditEvent, Service, Told};
use serde_json::json;

use crate::Lockwright;
use crate::host::{HostError, must_be_host};
use crate::trouble::Trouble;

/// A clock that stands below its floor by no more than this is only held at it; clocks of several nodes differ by less.
pub const TOLERANCE: Duration = Duration::from_secs(5);
/// The floor is written at most this often.
const KEEP: Duration = Duration::from_secs(60);
/// Jobs that are read in one go while they are put right.
const PAGE: u32 = 200;
/// Acts that only take something away: they go on whatever the clock says.
const TAKE_AWAY: [&str; 7] =
    ["Logout", "SessionsEnded", "SuspendAccount", "DisableUser", "DisableBuilderId", "DisableOperator", "DeleteAccessKey"];

/// The latest moment that was seen, and how much of it is stored.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    at: AtomicI64,
    stored: AtomicI64,
    accepted: AtomicI64,
    alarmed: AtomicBool,
}

/// How the machine's clock stands to its floor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockState {
    /// What the machine says.
    pub clock: Timestamp,
    /// The latest moment that was ever seen.
    pub floor: Timestamp,
    /// How far it stands below, when that is more than [`TOLERANCE`].
    pub behind: Option<Duration>,
}

impl Floor {
    /// Time as the installation knows it, from what the machine's clock says.
    fn hold(&self, clock: Timestamp) -> Timestamp {
        let floor = self.at.fetch_max(clock.as_micros(), Ordering::SeqCst).max(clock.as_micros());
        let floor = Timestamp::from_micros(floor);
        let behind = floor.since(clock);
        if behind > TOLERANCE {
            if !self.alarmed.swap(true, Ordering::SeqCst) {
                tracing::error!(clock = %clock, floor = %floor, "the machine's clock went back: nothing that mints or spends a credential is done");
            }
        } else if self.alarmed.load(Ordering::Relaxed) && self.alarmed.swap(false, Ordering::SeqCst) {
            tracing::info!("the machine's clock is in order again");
        }
        floor
    }

    /// The floor to be stored with the next commit, once a minute; the caller says with [`Floor::missed`] when that failed.
    fn due(&self, now: Timestamp) -> Option<ClockFloor> {
        let stored = self.stored.load(Ordering::SeqCst);
        let due = now.since(Timestamp::from_micros(stored)) >= KEEP;
        let first = due && self.stored.compare_exchange(stored, now.as_micros(), Ordering::SeqCst, Ordering::SeqCst).is_ok();
        first.then(|| ClockFloor { at: now, accepted: self.accepted.load(Ordering::SeqCst) })
    }

    /// What was due is still to be stored.
    pub(crate) fn missed(&self) {
        self.stored.store(0, Ordering::SeqCst);
    }

    /// Takes over what is stored; `true` when the host has set it anew since. What was read before that says nothing more.
    fn adopt(&self, stored: ClockFloor) -> bool {
        let known = self.accepted.fetch_max(stored.accepted, Ordering::SeqCst);
        if stored.accepted < known {
            return false;
        }
        let anew = stored.accepted > known;
        self.stored.store(stored.at.as_micros(), Ordering::SeqCst);
        if anew {
            self.at.store(stored.at.as_micros(), Ordering::SeqCst);
        } else {
            self.at.fetch_max(stored.at.as_micros(), Ordering::SeqCst);
        }
        anew
    }
}

impl Lockwright {
    /// The present moment: what the machine's clock says, but never before the latest moment that was seen.
    pub fn now(&self) -> Timestamp {
        self.0.floor.hold(self.0.clock.now())
    }

    /// How the machine's clock stands to its floor.
    pub fn clock_state(&self) -> ClockState {
        let clock = self.0.clock.now();
        let floor = self.0.floor.hold(clock);
        ClockState { clock, floor, behind: Some(floor.since(clock)).filter(|behind| *behind > TOLERANCE) }
    }

    /// Reads the floor: at the start, and from time to time where several nodes share one database.
    pub async fn read_clock_floor(&self) -> Result<(), Trouble> {
        if self.0.floor.adopt(self.store().clock_floor().await?) {
            // Sessions were ended behind the cache's back.
            self.0.cache.clear();
        }
        Ok(())
    }

    /// Keeps the floor while nothing else is committed.
    pub(crate) async fn keep_clock_floor(&self) -> Result<(), Trouble> {
        self.read_clock_floor().await?;
        let state = self.clock_state();
        metrics::gauge!("lockwright_clock_behind_seconds").set(state.behind.unwrap_or_default().as_secs_f64());
        self.commit(ChangeSet::default()).await?;
        Ok(())
    }

    /// Whether these changes may be made by the clock as it stands; adds the floor when it is to be stored with them.
    pub(crate) fn by_the_clock(&self, changes: &mut ChangeSet) -> Result<Option<ClockFloor>, Trouble> {
        let state = self.clock_state();
        if let Some(by) = state.behind {
            if takes_away(changes) {
                return Ok(None);
            }
            metrics::counter!("lockwright_clock_refused_total").increment(1);
            return Err(Trouble::ClockBehind { by });
        }
        let floor = self.0.floor.due(state.floor);
        changes.touches.extend(floor.map(Touch::ClockSeen));
        Ok(floor)
    }

    pub(crate) fn clock_floor_missed(&self) {
        self.0.floor.missed();
    }

    /// The host says that the clock is right though it stands below its floor: the floor sinks to it. Everybody signs in afresh, and
    /// what waits in the outbox is sent by the new time. `false`: the clock was in order, and nothing was done.
    pub async fn accept_clock(&self, op: &OpContext) -> Result<bool, HostError> {
        must_be_host(op)?;
        let ClockState { clock, floor, behind } = self.clock_state();
        if behind.is_none() {
            return Ok(false);
        }
        let op = OpContext { now: clock, ..op.clone() };
        let told =
            Told::new(Service::Signin, "ClockAccepted", None).request(json!({"floor": floor.to_rfc3339(), "clock": clock.to_rfc3339()}));
        let mut changes = ChangeSet::default();
        changes.tell(AuditEvent::new(&op, self.entropy(), told));
        changes.touches.push(Touch::ClockAccepted(clock));
        // A session of a time that has not come yet would outlive all its limits; none is made meanwhile.
        self.store().clear_sessions().await?;
        // Past the door that refuses all changes by such a clock: this is the one that opens it.
        self.store().commit(changes).await.map_err(|error| match error {
            lockwright_store::CommitError::Unavailable(error) => Trouble::Unavailable(error),
            lockwright_store::CommitError::Conflict(_) => Trouble::Contended,
        })?;
        self.read_clock_floor().await?;
        self.put_jobs_right(clock).await?;
        Ok(true)
    }

    /// Jobs that were made or put off by a clock that ran ahead would wait for its time.
    async fn put_jobs_right(&self, now: Timestamp) -> Result<(), Trouble> {
        let mut after = None;
        loop {
            let page = self.store().jobs(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id.clone());
            for job in page {
                if let Some(changes) = outbox::by_another_clock(job, now) {
                    // A job that moved meanwhile is in a worker's hands, which is all that is wanted.
                    self.commit(changes).await?;
                }
            }
        }
    }
}

/// Whether changes only take something away: sessions, the right to sign in, access keys, jobs that are done. The link with which a notice can be
/// disowned is of that kind too: it stops things and opens none.
fn takes_away(changes: &ChangeSet) -> bool {
    let harmless = changes
        .deletes
        .iter()
        .all(|(key, _)| matches!(key, Key::Session(_) | Key::Ceremony(_) | Key::Job(_) | Key::Claim(ClaimKey::AccessKey(_))));
    let outbox = |record: &Record| match record {
        Record::Job(_) => true,
        Record::Case(case) => matches!(case.purpose, Purpose::Disown { .. }),
        _ => false,
    };
    let people = |record: &Record| {
        matches!(record, Record::Job(_) | Record::Account(_) | Record::User(_) | Record::Builder(_) | Record::Operator(_))
    };
    let switched_off =
        |event: &AuditEvent| event.name == "UpdateAccessKey" && event.record["requestParameters"]["status"] == access_key::status(false);
    let takes = |event: &AuditEvent| TAKE_AWAY.contains(&event.name.as_str()) || switched_off(event);
    let named = !changes.events.is_empty() && changes.events.iter().all(takes);
    harmless && ((changes.events.is_empty() && changes.puts.iter().all(outbox)) || (named && changes.puts.iter().all(people)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x02_what_was_read_before_the_host_accepted_the_clock_lifts_the_floor_no_more() {
        let at = Timestamp::from_micros;
        let floor = Floor::default();
        assert!(!floor.adopt(ClockFloor { at: at(9_000), accepted: 0 }));
        assert!(floor.adopt(ClockFloor { at: at(100), accepted: 1 }));
        assert!(!floor.adopt(ClockFloor { at: at(9_000), accepted: 0 }), "a reading that was under way");
        assert!(!floor.adopt(ClockFloor { at: at(200), accepted: 1 }));
        assert_eq!(floor.hold(at(0)), at(200));
    }
}
