//! A statement, the values bound to it, and the rows it gives: the same three for both engines.

use lockwright_model::clock::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Cause, StoreError};

/// One SQL statement with `$1` placeholders, in the words that both engines share.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Where it is written, for messages.
    pub(crate) name: &'static str,
    /// For PostgreSQL.
    pub(crate) sql: &'static str,
    /// For SQLite: `?1` instead of `$1`, which SQLite would number by appearance.
    pub(crate) sqlite: &'static str,
}

/// Turns every `$` into `?` while compiling.
pub(crate) const fn with_question_marks<const N: usize>(sql: &str) -> [u8; N] {
    let from = sql.as_bytes();
    let mut to = [0; N];
    let mut at = 0;
    while at < N {
        to[at] = if from[at] == b'$' { b'?' } else { from[at] };
        at += 1;
    }
    to
}

/// Defines statements and `ALL`, the list of them, so that none escapes the tests.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) static $name: $crate::statement::Statement = {
                const SQLITE: [u8; $sql.len()] = $crate::statement::with_question_marks($sql);
                $crate::statement::Statement {
                    name: concat!(module_path!(), "::", stringify!($name)),
                    sql: $sql,
                    sqlite: match std::str::from_utf8(&SQLITE) {
                        Ok(text) => text,
                        Err(_) => "",
                    },
                }
            };
        )*
        /// Every statement of this file.
        pub(crate) static ALL: &[&$crate::statement::Statement] = &[$(&$name),*];
    };
}
pub(crate) use statements;

/// A value as both engines store it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    /// No value.
    Null,
    /// Text, compared byte by byte.
    Text(String),
    /// A 64-bit integer.
    Int(i64),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Null, Self::from)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_micros())
    }
}

impl Value {
    /// A row's JSON body.
    pub(crate) fn body<T: Serialize>(row: &T) -> Result<Self, StoreError> {
        serde_json::to_string(row).map(Self::Text).map_err(|error| StoreError::Unavailable(Cause::new(&error)))
    }
}

/// One row of an answer; its cells are taken from left to right, the row's key first.
#[derive(Debug)]
pub(crate) struct Row {
    table: &'static str,
    key: String,
    cells: std::vec::IntoIter<Value>,
}

impl Row {
    /// A row of these cells.
    pub(crate) fn new(cells: Vec<Value>) -> Self {
        Self { table: "", key: String::new(), cells: cells.into_iter() }
    }

    /// Says which table is read, for messages.
    pub(crate) fn of(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// The first cells, without taking them.
    pub(crate) fn first(&self, count: usize) -> Vec<Value> {
        self.cells.as_slice().iter().take(count).cloned().collect()
    }

    /// The next cell, which names the row in messages.
    pub(crate) fn key(&mut self, column: &'static str) -> Result<String, StoreError> {
        let key = self.text(column)?;
        self.key.clone_from(&key);
        Ok(key)
    }

    /// The next cell as text.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        match self.cells.next() {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next cell as text, which may be missing.
    pub(crate) fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.cells.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next cell as a number.
    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, StoreError> {
        match self.cells.next() {
            Some(Value::Int(number)) => Ok(number),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next cell as a number, which may be missing.
    pub(crate) fn optional_int(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.cells.next() {
            Some(Value::Int(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next cell as 32 bytes.
    pub(crate) fn bytes32(&mut self, column: &'static str) -> Result<[u8; 32], StoreError> {
        match self.cells.next() {
            Some(Value::Blob(bytes)) => bytes.try_into().map_err(|_| self.corrupt(column)),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next cell as a JSON body.
    pub(crate) fn body<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text = self.text("body")?;
        serde_json::from_str(&text).map_err(|_| self.corrupt("body"))
    }

    /// Checks that a body tells of the row that it stands in.
    pub(crate) fn same(&self, whole: bool) -> Result<(), StoreError> {
        if whole { Ok(()) } else { Err(self.corrupt("body")) }
    }

    /// The error that names this row; never its content.
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column, row: self.key.clone() }
    }
}
