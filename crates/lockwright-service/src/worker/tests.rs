//! Following other nodes: what a late or lost answer does to the cache.

use std::sync::Arc;

use lockwright_model::builder::Builder;
use lockwright_model::change::Key;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::id::BuilderId;
use lockwright_store::{Mark, StoreError};

use super::followed;
use crate::cache::{Cache, Row};

fn filled() -> (Cache, Key) {
    let cache = Cache::new(1 << 20);
    let id = BuilderId::draw(&SeededEntropy::new(1));
    let builder = Builder {
        id: id.clone(),
        version: Default::default(),
        email: "a@example.com".parse().unwrap(),
        name: "Ana".parse().unwrap(),
        created: Default::default(),
        disabled: false,
        credential: None,
        epoch: 0,
        factors: Default::default(),
        closed: None,
    };
    let key = Key::Builder(id);
    cache.fill(key.clone(), Row::Builder(Arc::new(builder)), cache.mark(&key));
    (cache, key)
}

#[test]
fn a_late_answer_bypasses_the_cache_and_the_next_one_ends_that() {
    let (cache, key) = filled();
    let mark = followed(&cache, Mark::START, None);
    assert!(cache.get(&key).is_none());
    followed(&cache, mark, Some(Ok((Vec::new(), Mark::START))));
    assert!(cache.get(&key).is_some());
    followed(&cache, mark, Some(Ok((vec![key.clone()], Mark::START))));
    assert!(cache.get(&key).is_none());
}

#[test]
fn a_node_that_was_cut_off_for_too_long_begins_with_an_empty_cache() {
    let (cache, key) = filled();
    let mark = followed(&cache, Mark::START, Some(Err(StoreError::MarkTooOld)));
    assert_eq!(mark, Mark::START, "the old mark would be refused for ever");
    followed(&cache, mark, Some(Ok((Vec::new(), Mark::START))));
    assert!(cache.get(&key).is_none());
}
