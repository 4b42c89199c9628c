//! Why a call's input can't be read.

use crate::error::{ErrorKind, WireError};

/// What is wrong with the input, before anybody looks at what it means. Never holds a value: it may be a password.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InputError {
    /// Not the syntax of a form or of JSON: a broken escape, bytes that are no UTF-8, a key twice in an object.
    #[error("The request contains a syntax error.")]
    Syntax,
    /// More parameters than a call has.
    #[error("The request has too many parameters.")]
    TooMany,
    /// A parameter's name is longer or deeper than any that exists.
    #[error("The request has a parameter with a name that is too long.")]
    Name,
    /// A parameter is there twice (attack D12).
    #[error("'{0}' was given more than once.")]
    Doubled(String),
    /// A value is not of its type.
    #[error("'{0}' has a value of another type.")]
    Type(String),
    /// A list's positions are not 1 and up with gaps of at most ten.
    #[error("'{0}' is no list with positions from 1.")]
    Positions(String),
}

impl From<InputError> for WireError {
    fn from(error: InputError) -> Self {
        let kind = if error == InputError::Syntax { ErrorKind::MalformedQueryString } else { ErrorKind::MalformedInput };
        Self::of(kind, error.to_string())
    }
}
