//! Our own statistics: how often each kind of page was opened on which day. No address, no name, nothing of who; nobody else gets them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lockwright_model::clock::Timestamp;

use super::consent::{Consent, Performance};

/// Thirty days are kept, in microseconds, so that the table stays small.
const DAYS: i64 = 30 * 86_400 * 1_000_000;

/// How often pages were opened, by day and kind of page. Cheap to clone; counts are gone when the program ends, the metrics keep them.
#[derive(Clone, Debug, Default)]
pub struct PageCounts(Arc<Mutex<Days>>);

/// By day, then by kind of page.
type Days = BTreeMap<String, BTreeMap<&'static str, u64>>;

impl PageCounts {
    /// Counts a page, which only somebody's consent lets us do (P22).
    pub(super) fn count(&self, page: &'static str, now: Timestamp, _: &Consent<Performance>) {
        metrics::counter!("lockwright_pages_opened_total", "page" => page).increment(1);
        let oldest = day(Timestamp::from_micros(now.as_micros() - DAYS));
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *days.entry(day(now)).or_default().entry(page).or_default() += 1;
        *days = days.split_off(&oldest);
    }

    /// All counts: the day, the kind of page, how often.
    pub fn all(&self) -> Vec<(String, &'static str, u64)> {
        let days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        days.iter().flat_map(|(day, pages)| pages.iter().map(|(page, count)| (day.clone(), *page, *count))).collect()
    }
}

/// `2026-11-24`
fn day(now: Timestamp) -> String {
    now.to_rfc3339().chars().take(10).collect()
}
