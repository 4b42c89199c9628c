//! Rows in, rows out: the one place that knows SQL, written once for SQLite and PostgreSQL.
//!
//! A caller asks a finder for rows and hands a [`lockwright_model::change::ChangeSet`] to [`Store::commit`], which commits all
//! of it or nothing. There is no transaction that a caller could hold open.

mod backend;
mod batch;
mod check;
mod constraint;
mod entity;
mod error;
mod find;
mod maintain;
mod postgres;
pub mod schema;
pub mod search;
mod sqlite;
mod statement;
mod store;

pub use check::Counts;
pub use error::{Cause, CommitError, StoreError};
pub use postgres::changes::Mark;
pub use sqlite::restore::restore;
pub use store::{Location, Store};
