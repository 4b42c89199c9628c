//! Calls of the Query protocol: a form of names with dots, read into the structures, lists and values they stand for.

mod decode;
mod error;
mod lex;
mod node;
mod violations;

pub use decode::{MAX_DEPTH, MAX_NAME, MAX_PARAMETERS, Parameters};
pub use error::InputError;
pub use node::Node;
pub use violations::{Constraint, Violations};

#[cfg(test)]
mod tests;
