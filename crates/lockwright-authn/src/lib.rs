//! Checking one proof: a password, a typed code, a passkey, a bound or sealed value. Pure: time and entropy are parameters, nothing here waits.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod advice;
mod blocklist;
pub mod certificate;
pub mod codes;
pub mod hasher;
pub mod passkey;
pub mod recovery_code;
pub mod seal;
pub mod secret_key;
pub mod server_certificate;
pub mod service_secret;
pub mod signature;
pub mod ssh_key;
pub mod strength;
pub mod totp;
pub mod web_token;
