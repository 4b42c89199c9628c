//! Takes Rust source apart into code, comments and string literals, without parsing it.

/// The three layers of a source file. `code` and `comments` keep every line break of the source and hold
/// spaces where the other layers are, so that an offset gives the same line in each.
pub(crate) struct RustText {
    pub(crate) code: String,
    pub(crate) comments: String,
    /// What stands between the quotes, with the line of the opening quote, counted from 1.
    pub(crate) strings: Vec<(usize, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Code,
    Comment,
    Text,
}

impl RustText {
    /// Splits a file's text.
    pub(crate) fn split(source: &str) -> Self {
        let mut result =
            Self { code: String::with_capacity(source.len()), comments: String::with_capacity(source.len()), strings: Vec::new() };
        let mut line = 1;
        let mut rest = source;
        while !rest.is_empty() {
            let after_word = result.code.ends_with(is_word);
            let (layer, length, inner) = next_piece(rest, after_word);
            let (piece, tail) = rest.split_at(length);
            if layer == Layer::Text {
                result.strings.push((line, inner.to_owned()));
            }
            for character in piece.chars() {
                let blank = if character == '\n' { '\n' } else { ' ' };
                let keep = |wanted| if layer == wanted { character } else { blank };
                result.code.push(keep(Layer::Code));
                result.comments.push(keep(Layer::Comment));
                line += usize::from(character == '\n');
            }
            rest = tail;
        }
        result
    }

    /// The code with every item under `#[cfg(test)]` blanked.
    pub(crate) fn code_without_tests(&self) -> String {
        const MARK: &str = "#[cfg(test)]";
        let mut result = String::with_capacity(self.code.len());
        let mut rest = self.code.as_str();
        while let Some(begin) = rest.find(MARK) {
            let (before, item) = rest.split_at(begin);
            result.push_str(before);
            let (item, tail) = item.split_at(item_length(item));
            result.extend(item.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = tail;
        }
        result.push_str(rest);
        result
    }
}

/// The line an offset lies in, counted from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// True for a character that can stand inside a name.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// How far the item at the beginning of `code` reaches: to its `;`, or to the end of its braces.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (offset, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth <= 1 => return offset + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

/// The layer and length in bytes of what `rest` begins with, and a string literal's content.
fn next_piece(rest: &str, after_word: bool) -> (Layer, usize, &str) {
    if rest.starts_with("//") {
        return (Layer::Comment, rest.find('\n').unwrap_or(rest.len()), "");
    }
    if rest.starts_with("/*") {
        return (Layer::Comment, block_comment(rest), "");
    }
    if !after_word && let Some((length, inner)) = raw_string(rest) {
        return (Layer::Text, length, inner);
    }
    if let Some(body) = rest.strip_prefix('"') {
        let inner = quoted(body);
        return (Layer::Text, (inner.len() + 2).min(rest.len()), inner);
    }
    if let Some(length) = character_literal(rest) {
        return (Layer::Text, length, "");
    }
    (Layer::Code, rest.chars().next().map_or(0, char::len_utf8), "")
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut offset = 0;
    while let Some(tail) = rest.get(offset..) {
        if tail.starts_with("/*") {
            depth += 1;
            offset += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            offset += 2;
            if depth == 0 {
                return offset;
            }
        } else if let Some(character) = tail.chars().next() {
            offset += character.len_utf8();
        } else {
            break;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#` and their byte and C forms: total length and content.
fn raw_string(rest: &str) -> Option<(usize, &str)> {
    let after_r = ["r", "br", "cr"].iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let body = after_r.trim_start_matches('#');
    let hashes = after_r.len() - body.len();
    let body = body.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close)?;
    let length = rest.len() - body.len() + end + close.len();
    Some((length, body.get(..end)?))
}

/// The content of a string whose opening quote is already passed.
fn quoted(body: &str) -> &str {
    let mut escaped = false;
    for (offset, character) in body.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return body.get(..offset).unwrap_or(body),
            _ => {}
        }
    }
    body
}

/// `'x'` and `'\n'`, but not the lifetime `'x`.
fn character_literal(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if body.starts_with('\\') {
        let after_escaped = body.char_indices().nth(2)?.0;
        let close = body.get(after_escaped..)?.find('\'')?;
        return Some(1 + after_escaped + close + 1);
    }
    let character = body.chars().next()?;
    body.get(character.len_utf8()..)?.starts_with('\'').then_some(character.len_utf8() + 2)
}

#[cfg(test)]
mod tests {
    use super::RustText;

    #[test]
    fn strings_and_comments_are_not_code() {
        let source = "let a = \"one \\\" todo!()\"; // two\nlet b = /* in /* ner */ out */ 3;";
        let text = RustText::split(source);
        assert!(!text.code.contains("todo"));
        assert!(!text.code.contains("two"));
        assert!(!text.code.contains("out"));
        assert!(text.code.contains("let b ="));
        assert!(text.code.contains("3;"));
        assert!(text.comments.contains("// two"));
        assert_eq!(text.strings, [(1, "one \\\" todo!()".to_owned())]);
    }

    #[test]
    fn raw_strings_end_where_their_hashes_do() {
        let text = RustText::split("\nlet a = br#\"x \"y\" z\"#; let nor = 1;");
        assert_eq!(text.strings, [(2, "x \"y\" z".to_owned())]);
        assert!(text.code.contains("let nor = 1;"));
    }

    #[test]
    fn quotes_in_characters_open_no_string_and_lifetimes_no_character() {
        let text = RustText::split("fn f<'a>(x: &'a str) { g('\"', '\\'', '\\u{22}'); todo() }");
        assert!(text.code.contains("todo()"));
        assert!(text.code.contains("<'a>(x: &'a str)"));
    }

    #[test]
    fn a_word_that_ends_in_r_is_no_raw_string() {
        let text = RustText::split("print!(for\"a\")");
        assert_eq!(text.strings, [(1, "a".to_owned())]);
    }

    #[test]
    fn test_items_are_blanked_to_their_end_and_no_further() {
        let source = "use a;\n#[cfg(test)]\nmod tests {\n  fn f() { fs() }\n}\nfn real() {}\n\
                      #[cfg(test)]\nmod other;\nfn last() {}";
        let code = RustText::split(source).code_without_tests();
        assert!(!code.contains("fs()"));
        assert!(!code.contains("other"));
        assert!(code.contains("fn real() {}"));
        assert!(code.contains("fn last() {}"));
        assert_eq!(code.lines().count(), source.lines().count());
    }
}
