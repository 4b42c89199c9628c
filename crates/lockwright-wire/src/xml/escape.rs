//! Text as XML holds it: what has a meaning escaped, what XML 1.0 can't hold replaced.

/// Appends text as character data that also fits an attribute.
///
/// A carriage return is written as a reference, or a parser would make a line feed of it (XML 1.0 §2.11). Characters outside of XML 1.0
/// §2.2, which no reference can stand for, become U+FFFD: one odd byte in a name must not make a whole list unreadable.
pub(super) fn escape_into(out: &mut String, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | 0x00..=0x1f | 0xef)) {
        return out.push_str(text);
    }
    out.reserve(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
}
