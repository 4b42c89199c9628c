//! Checking one proof: a password, a typed code, a bound value. Pure: time and entropy are parameters, nothing here waits.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod advice;
mod blocklist;
pub mod codes;
pub mod hasher;
pub mod strength;
