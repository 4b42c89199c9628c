//! Decisions held against their rules: as tables, and as any list of commands over rows in memory.

mod devices;
mod ledger;
mod levels;
mod operators;
mod privacy;
mod properties;
mod readiness;
mod recovery;
mod shared;
mod tables;
mod user_credentials;
mod virtual_devices;
mod world;
