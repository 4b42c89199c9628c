//! A writer of elements that are always closed, with AWS's forms of lists, maps and values.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::escape::escape_into;
use crate::moment::Moment;

/// Writes the elements of one document. Names come from the service's model, never from a request. Silent in Debug: secrets are written.
pub struct Writer {
    out: String,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({})", self.out.len())
    }
}

impl Writer {
    /// Opens a document with its root element.
    pub(super) fn begin(root: &str, namespace: &str) -> Self {
        let mut out = String::with_capacity(512);
        out.push('<');
        out.push_str(root);
        out.push_str(" xmlns=\"");
        escape_into(&mut out, namespace);
        out.push_str("\">");
        Self { out }
    }

    /// Closes the root element.
    pub(super) fn end(mut self, root: &str) -> String {
        self.close(root);
        self.out.push('\n');
        self.out
    }

    /// An element with elements inside.
    pub fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(name);
        content(self);
        self.close(name);
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.open(name);
        escape_into(&mut self.out, text);
        self.close(name);
    }

    /// A text that may be absent: then no element.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A whole number.
    pub fn integer(&mut self, name: &str, number: i64) {
        self.text(name, &number.to_string());
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    /// A time, `2015-08-30T12:36:00Z` (the Query protocol's default form).
    pub fn timestamp(&mut self, name: &str, moment: Moment) {
        self.text(name, &moment.rfc3339());
    }

    /// Bytes, in base64.
    pub fn blob(&mut self, name: &str, bytes: &[u8]) {
        self.text(name, &STANDARD.encode(bytes));
    }

    /// A list of structures: `<Name><member>…</member>…</Name>`; an empty one is written too.
    pub fn list<T>(&mut self, name: &str, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.element(name, |writer| {
            for item in items {
                writer.element("member", |writer| each(writer, item));
            }
        });
    }

    /// A list of texts.
    pub fn texts<'t>(&mut self, name: &str, items: impl IntoIterator<Item = &'t str>) {
        self.element(name, |writer| {
            for item in items {
                writer.text("member", item);
            }
        });
    }

    /// A map with texts for keys: `<Name><entry><key>…</key><value>…</value></entry>…</Name>`.
    pub fn map<'k, T>(&mut self, name: &str, items: impl IntoIterator<Item = (&'k str, T)>, mut each: impl FnMut(&mut Self, &str, T)) {
        self.element(name, |writer| {
            for (key, item) in items {
                writer.element("entry", |writer| {
                    writer.text("key", key);
                    each(writer, "value", item);
                });
            }
        });
    }

    fn open(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
}
