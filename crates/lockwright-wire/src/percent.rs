//! Percent-encoding as AWS has it: all but RFC 3986's unreserved characters (§2.3).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};

const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same without the slashes of a path.
const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// A text, such as a policy document in an answer.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Appends a name or value of a query string.
pub(crate) fn component_into(out: &mut Vec<u8>, bytes: &[u8]) {
    encode_into(out, bytes, COMPONENT);
}

/// Appends a path.
pub(crate) fn path_into(out: &mut Vec<u8>, bytes: &[u8]) {
    encode_into(out, bytes, PATH);
}

fn encode_into(out: &mut Vec<u8>, bytes: &[u8], set: &'static AsciiSet) {
    for part in percent_encode(bytes, set) {
        out.extend_from_slice(part.as_bytes());
    }
}
