//! From a request and compiled policies to a decision.

mod context;
mod decision;
mod order;
mod principal;
mod request;

pub use context::Context;
pub use decision::{Decision, Denial, Source};
pub use order::{Policies, decide};
pub(crate) use order::{in_order, source_of};
pub use principal::Principal;
pub use request::{Action, Request};
