//! Typed reading of a JSON body: each member by its name, as the type its shape has.

use std::cell::Cell;
use std::fmt;

use serde::de::DeserializeSeed;

use super::value::{MAX_DEPTH, MAX_VALUES, Reader, Value};
use crate::moment::Moment;
use crate::query::InputError;

/// The members of an object. Those that nobody asks for are ignored, as AWS does.
#[derive(Clone, Copy)]
pub struct Members<'v>(&'v [(String, Value)]);

/// Reads a body that must be one object; an empty body is an empty object (Smithy, "AWS JSON": empty bodies).
pub fn read(body: &[u8]) -> Result<Value, InputError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Vec::new()));
    }
    let left = Cell::new(MAX_VALUES);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Reader { left: &left, depth: MAX_DEPTH }.deserialize(&mut deserializer).map_err(|_| InputError::Syntax)?;
    deserializer.end().map_err(|_| InputError::Syntax)?;
    if matches!(value, Value::Object(_)) { Ok(value) } else { Err(InputError::Syntax) }
}

impl Value {
    /// The members of an object; none of anything else.
    pub fn members(&self) -> Members<'_> {
        match self {
            Self::Object(members) => Members(members),
            _ => Members(&[]),
        }
    }
}

impl<'v> Members<'v> {
    /// A member as it is; `None` when it is absent or null.
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        if *value == Value::Null { None } else { Some(value) }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&'v str>, InputError> {
        self.typed(name, |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
    }

    /// A whole number of 32 bits.
    pub fn integer(&self, name: &str) -> Result<Option<i32>, InputError> {
        self.typed(name, |value| if let Value::Integer(number) = value { i32::try_from(*number).ok() } else { None })
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, InputError> {
        self.typed(name, |value| if let Value::Boolean(value) = value { Some(*value) } else { None })
    }

    /// A time: seconds since the epoch, the form of the JSON protocols, or RFC 3339.
    pub fn timestamp(&self, name: &str) -> Result<Option<Moment>, InputError> {
        self.typed(name, |value| match value {
            Value::Integer(seconds) => Some(Moment::from_seconds(*seconds)),
            // A float beyond the range saturates, and then is the nearest moment.
            Value::Number(seconds) => Some(Moment::from_seconds(*seconds as i64)),
            Value::Text(text) => Moment::parse_parameter(text),
            _ => None,
        })
    }

    /// A structure.
    pub fn structure(&self, name: &str) -> Result<Option<Members<'v>>, InputError> {
        self.typed(name, |value| if let Value::Object(members) = value { Some(Members(members.as_slice())) } else { None })
    }

    /// A list.
    pub fn list(&self, name: &str) -> Result<Option<&'v [Value]>, InputError> {
        self.typed(name, |value| if let Value::List(items) = value { Some(items.as_slice()) } else { None })
    }

    fn typed<T>(&self, name: &str, read: impl FnOnce(&'v Value) -> Option<T>) -> Result<Option<T>, InputError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| InputError::Type(name.to_owned())),
        }
    }
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members({})", self.0.len())
    }
}
