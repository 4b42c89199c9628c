//! From a request and compiled policies to a decision.

mod context;
mod decision;
mod order;
mod principal;
mod request;

pub use context::Context;
pub use decision::{Decision, Denial, Source};
pub(crate) use order::source_of;
pub use order::{Policies, decide};
pub use principal::Principal;
pub use request::{Action, Request};
