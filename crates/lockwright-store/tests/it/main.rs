//! The store against all three places where rows can be: memory, a file, and a real PostgreSQL.

mod changes;
mod conformance;
mod conformance_help;
mod files;
mod place;
mod races;
mod restore;
mod sample;
mod schema;
mod simulator;
mod usage;
mod user_credentials;
