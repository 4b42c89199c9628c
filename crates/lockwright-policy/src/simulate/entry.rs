//! Context entries of a simulation: their types, and which values these take.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::net::IpAddr;

use crate::value::{Moment, Number, truth};

/// The type of an entry: `string`, `stringList` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryType {
    of: Of,
    list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Text,
    Number,
    Bool,
    Address,
    Bytes,
    Date,
}

/// Why values do not fit their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Not exactly one value for a type that is no list.
    NotOne,
    /// A value that can't be read as the type says.
    Unreadable(String),
}

impl EntryType {
    /// Reads a word of `ContextKeyType`.
    ///
    /// ```
    /// use lockwright_policy::simulate::EntryType;
    ///
    /// assert!(EntryType::parse("numericList").unwrap().check(&["1", "2"]).is_ok());
    /// assert!(EntryType::parse("numeric").unwrap().check(&["1", "2"]).is_err());
    /// assert!(EntryType::parse("number").is_none());
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        let (bare, list) = word.strip_suffix("List").map_or((word, false), |bare| (bare, true));
        let of = match bare {
            "string" => Of::Text,
            "numeric" => Of::Number,
            "boolean" => Of::Bool,
            "ip" => Of::Address,
            "binary" => Of::Bytes,
            "date" => Of::Date,
            _ => return None,
        };
        Some(Self { of, list })
    }

    /// Checks that values are as many and of the kind that the type says.
    pub fn check<V: AsRef<str>>(self, values: &[V]) -> Result<(), Mismatch> {
        if !self.list && values.len() != 1 {
            return Err(Mismatch::NotOne);
        }
        match values.iter().map(AsRef::as_ref).find(|value| !self.reads(value)) {
            None => Ok(()),
            Some(value) => Err(Mismatch::Unreadable(value.to_owned())),
        }
    }

    fn reads(self, value: &str) -> bool {
        match self.of {
            Of::Text => true,
            Of::Number => Number::parse(value).is_some(),
            Of::Bool => truth(value).is_some(),
            Of::Address => value.parse::<IpAddr>().is_ok(),
            Of::Bytes => STANDARD.decode(value).is_ok(),
            Of::Date => Moment::parse(value).is_some(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOne => f.write_str("this type takes exactly one value; its list form takes several"),
            Self::Unreadable(value) => write!(f, "the value \"{value}\" is not of this type"),
        }
    }
}

impl core::error::Error for Mismatch {}
