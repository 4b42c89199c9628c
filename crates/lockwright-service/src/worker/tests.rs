//! Following other nodes: what a late or lost answer does to the cache.

use std::sync::Arc;

use lockwright_model::change::Key;
use lockwright_store::{Mark, StoreError};

use super::followed;
use crate::cache::Cache;
use crate::known::tests::known;

fn filled() -> (Cache, Key) {
    let cache = Cache::new(1 << 20);
    let known = Arc::new(known());
    let key = known.person.row().0;
    cache.fill_person(key.clone(), known, cache.mark(&key));
    (cache, key)
}

#[test]
fn a_late_answer_bypasses_the_cache_and_the_next_one_ends_that() {
    let (cache, key) = filled();
    let mark = followed(&cache, Mark::START, None);
    assert!(cache.person(&key).is_none());
    followed(&cache, mark, Some(Ok((Vec::new(), Mark::START))));
    assert!(cache.person(&key).is_some());
    followed(&cache, mark, Some(Ok((vec![key.clone()], Mark::START))));
    assert!(cache.person(&key).is_none());
}

#[test]
fn a_node_that_was_cut_off_for_too_long_begins_with_an_empty_cache() {
    let (cache, key) = filled();
    let mark = followed(&cache, Mark::START, Some(Err(StoreError::MarkTooOld)));
    assert_eq!(mark, Mark::START, "the old mark would be refused for ever");
    followed(&cache, mark, Some(Ok((Vec::new(), Mark::START))));
    assert!(cache.person(&key).is_none());
}
