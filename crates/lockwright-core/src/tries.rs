//! How often something may be tried: exact per name, approximate per source.

use std::time::Duration;

use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::tries::{Tries, TriesKey};

use crate::of_another_clock;

/// Consecutive failures after which a password is switched off (NIST SP 800-63B-4 §3.2.2).
pub const DISABLE_AFTER: u32 = 100;

/// Failures that cost no delay.
const FREE: u32 = 5;
/// The delay after the sixth failure; it doubles with each one.
const FIRST_DELAY: Duration = Duration::from_secs(2);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// A counter without a try for this long is forgotten.
const FORGET: Duration = Duration::from_secs(30 * 86_400);

/// Wait until then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The next moment a try is looked at.
    pub until: Timestamp,
}

/// Takes one try at a password, before it is checked: the row it returns must be committed first.
/// Parallel tries conflict on its version, so none slips past the limit (B01).
pub fn take(row: Option<Tries>, key: TriesKey, now: Timestamp) -> Result<Tries, Wait> {
    let row = row.unwrap_or(Tries { key, version: Version::NEW, count: 0, since: now, last: now, expires: now });
    // A last try in the future was counted by a clock that has been put right since: nobody waits for its time to come.
    if row.count > 0 && !of_another_clock(row.last, now) {
        let until = row.last.plus(delay_after(row.count));
        if now < until {
            return Err(Wait { until });
        }
    }
    Ok(Tries { count: row.count.saturating_add(1), last: now, expires: now.plus(FORGET), ..row })
}

/// The delay that `failures` consecutive failures cost.
pub fn delay_after(failures: u32) -> Duration {
    if failures < FREE {
        return Duration::ZERO;
    }
    let doublings = (failures - FREE).min(16);
    (FIRST_DELAY * 2_u32.pow(doublings)).min(LONGEST_DELAY)
}

/// Resets a counter after a success (NIST SP 800-63B-4 §3.2.2).
pub fn forgive(row: Tries, now: Timestamp) -> Tries {
    Tries { count: 0, since: now, expires: now, ..row }
}

/// A limit over a window of time.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The most events in it.
    pub most: u32,
    /// How long it is.
    pub span: Duration,
}

/// Failed sign-ins from one network.
pub const SOURCE_FAILURES: Window = Window { most: 50, span: Duration::from_secs(10 * 60) };
/// Cases opened from one network.
pub const SOURCE_CASES: Window = Window { most: 60, span: Duration::from_secs(60 * 60) };
/// Mails asked for by strangers to one address (O-F03).
pub const ADDRESS_MAILS: Window = Window { most: 5, span: Duration::from_secs(60 * 60) };
/// Invitations that one person sends to recovery contacts.
pub const CONTACT_MAILS: Window = Window { most: 10, span: Duration::from_secs(60 * 60) };
/// Notices to one person that a second factor was wrong (O-M09).
pub const SECOND_FACTOR_NOTICES: Window = Window { most: 1, span: Duration::from_secs(60 * 60) };
/// Caller codes of one operator that led nowhere: six digits are few.
pub const CALLER_CODES: Window = Window { most: 20, span: Duration::from_secs(60 * 60) };
/// Choices about cookies from one network: each is kept for ever.
pub const SOURCE_CHOICES: Window = Window { most: 120, span: Duration::from_secs(60 * 60) };
/// Requests to the operators from one network, and from everybody together: whoever floods them drowns the others' requests.
pub const SOURCE_SUPPORT: Window = Window { most: 5, span: Duration::from_secs(60 * 60) };
/// The same of everybody.
pub const ALL_SUPPORT: Window = Window { most: 500, span: Duration::from_secs(24 * 60 * 60) };
/// Words about articles from one network.
pub const SOURCE_RATINGS: Window = Window { most: 20, span: Duration::from_secs(60 * 60) };
/// Help requests of one user.
pub const USER_HELP: Window = Window { most: 3, span: Duration::from_secs(60 * 60) };

impl Window {
    /// Whether another event may happen now.
    pub fn check(&self, row: Option<&Tries>, now: Timestamp) -> Result<(), Wait> {
        match row {
            Some(row) if row.count >= self.most && !of_another_clock(row.since, now) && now < row.since.plus(self.span) => {
                Err(Wait { until: row.since.plus(self.span) })
            }
            _ => Ok(()),
        }
    }

    /// Counts one event.
    pub fn count(&self, row: Option<Tries>, key: TriesKey, now: Timestamp) -> Tries {
        let fresh = Tries { key, version: Version::NEW, count: 0, since: now, last: now, expires: now };
        let row = match row {
            None => fresh,
            Some(row) if of_another_clock(row.since, now) || now >= row.since.plus(self.span) => Tries { version: row.version, ..fresh },
            Some(row) => row,
        };
        Tries { count: row.count.saturating_add(1), last: now, expires: row.since.plus(self.span), ..row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn the_first_tries_are_free_and_then_the_delay_doubles_to_its_cap() {
        assert_eq!(delay_after(4), Duration::ZERO);
        assert_eq!(delay_after(5), Duration::from_secs(2));
        assert_eq!(delay_after(6), Duration::from_secs(4));
        assert_eq!(delay_after(100), LONGEST_DELAY);
        assert_eq!(delay_after(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn b01_a_try_inside_the_delay_is_not_looked_at() {
        let mut row = None;
        for _ in 0..5 {
            row = Some(take(row, TriesKey::new("signin", "x"), at(0)).unwrap());
        }
        assert_eq!(take(row.clone(), TriesKey::new("signin", "x"), at(1)), Err(Wait { until: at(2) }));
        assert_eq!(take(row, TriesKey::new("signin", "x"), at(2)).unwrap().count, 6);
    }

    #[test]
    fn a_window_opens_again_after_its_span() {
        let window = Window { most: 2, span: Duration::from_secs(10) };
        let key = || TriesKey::new("source", "x");
        let row = window.count(Some(window.count(None, key(), at(0))), key(), at(5));
        assert_eq!(window.check(Some(&row), at(9)), Err(Wait { until: at(10) }));
        assert_eq!(window.check(Some(&row), at(10)), Ok(()));
        assert_eq!(window.count(Some(row), key(), at(10)).count, 1);
    }

    #[test]
    fn x02_a_counter_of_a_clock_that_ran_ahead_bars_nobody_until_its_time_comes() {
        let key = || TriesKey::new("signin", "x");
        let ahead = 3_600 * 24 * 365 * 10;
        let mut row = None;
        for n in 0..8_u64 {
            row = Some(take(row, key(), at(ahead + n * 60)).unwrap());
        }
        let next = take(row, key(), at(5)).unwrap();
        assert_eq!((next.count, next.last), (9, at(5)), "one try is looked at, and counts on");
        assert!(take(Some(next), key(), at(6)).is_err(), "and the delays go on from there");
        let window = Window { most: 1, span: Duration::from_secs(10) };
        let row = window.count(None, key(), at(ahead));
        assert_eq!(window.check(Some(&row), at(5)), Ok(()));
        assert_eq!(window.count(Some(row), key(), at(5)).since, at(5));
    }

    #[test]
    fn b01_an_act_that_began_a_moment_earlier_does_not_slip_past_the_delay() {
        let key = || TriesKey::new("signin", "x");
        let mut row = None;
        for _ in 0..5 {
            row = Some(take(row, key(), at(100)).unwrap());
        }
        assert!(take(row, key(), at(99)).is_err());
        let window = Window { most: 1, span: Duration::from_secs(10) };
        let row = window.count(None, key(), at(100));
        assert!(window.check(Some(&row), at(99)).is_err());
        assert_eq!(window.count(Some(row), key(), at(99)).count, 2);
    }
}
