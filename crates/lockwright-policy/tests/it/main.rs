//! The policy language held against its rules: as tables, against a second evaluator, and with hostile input.

mod allocations;
mod differential;
mod documents;
mod explaining;
mod generated;
mod linting;
mod managing;
mod naive;
mod operators;
mod order;
mod properties;
mod shared;
mod statements;
