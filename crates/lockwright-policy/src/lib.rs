//! The AWS policy language: documents are parsed with their places, compiled once, decided without allocating, and explained on demand.
//!
//! No IO, no clock, no randomness: a decision depends on its arguments alone.
//!
//! ```
//! use lockwright_policy::{Action, Context, Decision, Kind, Policies, Policy, Principal, Request, decide};
//!
//! let text = r#"{
//!   "Version": "2012-10-17",
//!   "Statement": [
//!     {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
//!     {"Effect": "Deny", "Action": "iam:Delete*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
//!   ]
//! }"#;
//! let policy = Policy::parse(text, Kind::Identity)?;
//!
//! let action = Action::parse("iam:DeleteUser").unwrap();
//! let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
//! let context = Context::of(&alice).with("aws:MultiFactorAuthPresent", "true");
//! let request = Request::new(&action, "arn:aws:iam::111122223333:user/bob", &alice, &context);
//! assert_eq!(decide(&request, &Policies { identity: &[policy], ..Policies::none() }), Decision::Allowed);
//! # Ok::<(), lockwright_policy::Malformed>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice))]

pub mod document;

pub mod explain;
pub mod keys;
pub mod lint;
pub mod managed;
pub mod simulate;

mod compile;
mod evaluate;
mod pattern;
mod value;

pub use compile::{Policy, Reach};
pub use document::{Document, Effect, Fault, FaultKind, Kind, Malformed, Version};
pub use evaluate::{Action, Context, Decision, Denial, Policies, Principal, Request, Source, decide};
