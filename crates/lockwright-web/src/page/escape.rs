//! Text made safe for HTML, in elements and in quoted attributes.

use std::fmt;

use minijinja::value::Value;
use minijinja::{AutoEscape, Error, ErrorKind, Output, State, escape_formatter};

/// A text with the five letters that mean something in HTML written as entities. Slashes mean nothing there, so paths stay readable.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.bytes().position(|b| matches!(b, b'&' | b'<' | b'>' | b'"' | b'\'')) {
            let (plain, from) = rest.split_at(at);
            f.write_str(plain)?;
            f.write_str(match from.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = from.get(1..).unwrap_or("");
        }
        f.write_str(rest)
    }
}

/// Writes a template's value: escaped unless it is marked safe; a missing value is our mistake and ends the rendering.
pub(crate) fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() || value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "a value to print is missing"));
    }
    match value.as_str() {
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html) => {
            fmt::Write::write_fmt(out, format_args!("{}", Escaped(text))).map_err(|_| Error::from(ErrorKind::WriteFailure))
        }
        _ => escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e07_the_five_letters_are_entities() {
        assert_eq!(Escaped("a<b> & \"c\" 'd' /e é").to_string(), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; /e é");
        assert_eq!(Escaped("").to_string(), "");
    }
}
