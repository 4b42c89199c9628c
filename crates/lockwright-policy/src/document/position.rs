//! Where something stands in a document: a span of bytes, and the line and column a person counts.

/// A stretch of the document in bytes: from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character within the line.
    pub column: u32,
}

impl Position {
    /// The position of the character that begins at a byte of the text; past the end, the position after the last character.
    ///
    /// ```
    /// use lockwright_policy::document::Position;
    ///
    /// assert_eq!(Position::of(5, "{\n  \"a\": 1\n}"), Position { line: 2, column: 4 });
    /// ```
    pub fn of(offset: u32, text: &str) -> Self {
        Self::in_bytes(offset, text.as_bytes())
    }

    /// The same over bytes that need not be text: a byte that continues a character is not counted.
    pub(crate) fn in_bytes(offset: u32, text: &[u8]) -> Self {
        let end = (offset as usize).min(text.len());
        let mut position = Self { line: 1, column: 1 };
        for byte in text.get(..end).unwrap_or_default() {
            match byte {
                b'\n' => position = Self { line: position.line.saturating_add(1), column: 1 },
                0x80..=0xbf => {}
                _ => position.column = position.column.saturating_add(1),
            }
        }
        position
    }
}

/// Positions of offsets that are asked for in rising order, without walking the text anew each time.
pub(crate) struct Positions<'t> {
    text: &'t str,
    offset: u32,
    at: Position,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, offset: 0, at: Position { line: 1, column: 1 } }
    }

    /// The position of an offset; an offset before the last one asked for is counted from the beginning.
    pub(crate) fn of(&mut self, offset: u32) -> Position {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let passed = self.text.as_bytes().get(self.offset as usize..offset as usize).unwrap_or_default();
        let step = Position::in_bytes(offset - self.offset, passed);
        self.at = match step.line {
            1 => Position { line: self.at.line, column: self.at.column + step.column - 1 },
            more => Position { line: self.at.line + more - 1, column: step.column },
        };
        self.offset = offset;
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Positions};

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "\"é\"x\n😀y";
        let of = |what: &str| Position::of(u32::try_from(text.find(what).unwrap()).unwrap(), text);
        assert_eq!(of("x"), Position { line: 1, column: 4 });
        assert_eq!(of("y"), Position { line: 2, column: 2 });
    }

    #[test]
    fn walking_on_gives_the_same_as_starting_anew() {
        let text = "a\nbc\n\n😀é}\nx";
        let mut positions = Positions::new(text);
        let offsets: Vec<u32> = text.char_indices().map(|(at, _)| u32::try_from(at).unwrap()).collect();
        for &offset in offsets.iter().chain(offsets.iter().rev()) {
            assert_eq!(positions.of(offset), Position::of(offset, text), "{offset}");
        }
    }
}
