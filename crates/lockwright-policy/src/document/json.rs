//! A JSON reader that keeps the place of every value, refuses a key given twice, and is bounded in depth and size.
//!
//! Policies need three things general readers do not give together: spans, duplicate keys as errors, and numbers as they were written.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fault::{Fault, FaultKind};
use super::position::Span;

/// Values inside values; a policy needs six.
pub(crate) const MAX_DEPTH: usize = 32;
/// Bytes of a document: what 131 072 characters of Latin-1, the most AWS's interface takes, need in UTF-8.
pub const MAX_BYTES: usize = 262_144;

/// A value with its place.
#[derive(Debug)]
pub(crate) struct Node<'t> {
    pub(crate) span: Span,
    pub(crate) value: Value<'t>,
}

#[derive(Debug)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    /// As it was written.
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub(crate) struct Member<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Node<'t>,
}

/// Reads one value and nothing after it.
pub(crate) fn read(text: &str) -> Result<Node<'_>, Fault> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_space();
    let node = reader.value()?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.fault_here(FaultKind::Json("nothing may follow the document")));
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Passes the byte and the space after it, if it stands here.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn span_from(&self, start: usize) -> Span {
        Span { start: offset(start), end: offset(self.at) }
    }

    fn fault_here(&self, kind: FaultKind) -> Fault {
        let width = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Fault::new(kind, Span { start: offset(self.at), end: offset(self.at + width) })
    }

    fn value(&mut self) -> Result<Node<'t>, Fault> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.deeper(Self::object)?,
            Some(b'[') => self.deeper(Self::list)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.fault_here(FaultKind::Json("a value is expected here"))),
            None => return Err(self.fault_here(FaultKind::Json("the document ends too early"))),
        };
        Ok(Node { span: self.span_from(start), value })
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Value<'t>, Fault>) -> Result<Value<'t>, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault_here(FaultKind::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value<'t>, Fault> {
        let mut members: Vec<Member<'t>> = Vec::new();
        let mut seen: HashSet<Cow<'t, str>> = HashSet::new();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault_here(FaultKind::Json("a name in quotes is expected here")));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = self.span_from(start);
            if !seen.insert(key.clone()) {
                return Err(Fault::new(FaultKind::DuplicateKey(key.into_owned()), key_span));
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(self.fault_here(FaultKind::Json("a colon is expected here")));
            }
            self.skip_space();
            let value = self.value()?;
            members.push(Member { key, key_span, value });
            if !self.goes_on(b'}', "a comma or the closing brace is expected here")? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self) -> Result<Value<'t>, Fault> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if !self.goes_on(b']', "a comma or the closing bracket is expected here")? {
                return Ok(Value::List(items));
            }
        }
    }

    /// True after a comma, false after the closing byte.
    fn goes_on(&mut self, close: u8, expected: &'static str) -> Result<bool, Fault> {
        self.skip_space();
        if self.take(close) {
            return Ok(false);
        }
        if !self.take(b',') {
            let kind = if self.peek().is_none() { "the document ends too early" } else { expected };
            return Err(self.fault_here(FaultKind::Json(kind)));
        }
        self.skip_space();
        Ok(true)
    }

    fn word(&mut self, word: &str, value: Value<'t>) -> Result<Value<'t>, Fault> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.fault_here(FaultKind::Json("a value is expected here")));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<&'t str, Fault> {
        let start = self.at;
        let malformed = FaultKind::Json("this is not a number as JSON writes it");
        self.take(b'-');
        let whole = self.digits();
        let leading_zero = whole > 1 && self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        if whole == 0 || leading_zero {
            return Err(self.fault_here(malformed));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.fault_here(malformed));
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.fault_here(malformed));
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.at += 1;
        let mut piece = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let last = self.text.get(piece..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(last),
                        Some(text) => Cow::Owned(text + last),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(self.text.get(piece..self.at).unwrap_or_default());
                    let character = self.escape()?;
                    if let Some(text) = unescaped.as_mut() {
                        text.push(character);
                    }
                    piece = self.at;
                }
                Some(0..=0x1f) => {
                    return Err(self.fault_here(FaultKind::Json("a control character in a string is written with a backslash")));
                }
                Some(_) => self.at += 1,
                None => return Err(self.fault_here(FaultKind::Json("a string is not closed"))),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let unknown = FaultKind::Json("this escape is not known to JSON");
        let character = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.escaped_unit(),
            _ => return Err(self.fault_here(unknown)),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them that are one character.
    fn escaped_unit(&mut self) -> Result<char, Fault> {
        let alone = FaultKind::Json("half a character is escaped here; its other half is missing");
        let Some(first) = self.unit(self.at) else {
            return Err(self.fault_here(FaultKind::Json("four hexadecimal digits follow \\u")));
        };
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) {
            units.extend(self.unit(self.at + 6));
        }
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok(character)) => {
                self.at += 6 * units.len();
                Ok(character)
            }
            _ => Err(self.fault_here(alone)),
        }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        all_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    }
}

/// Documents are bounded by [`MAX_BYTES`], so an offset always fits.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
