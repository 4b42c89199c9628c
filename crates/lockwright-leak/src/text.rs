//! A text cut into runs of letters of one sort.

use std::ops::Range;

/// The runs of bytes that satisfy a test, with where they stand. The test must take ASCII only, so every run is a text.
pub(crate) fn runs(text: &str, takes: fn(u8) -> bool) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let start = at + bytes.get(at..)?.iter().position(|byte| takes(*byte))?;
        let rest = bytes.get(start..)?;
        let length = rest.iter().position(|byte| !takes(*byte)).unwrap_or(rest.len());
        at = start + length;
        Some((start..at, text.get(start..at)?))
    })
}

/// What stands before a place, at most so many bytes of it.
pub(crate) fn before(text: &str, at: usize, most: usize) -> &[u8] {
    text.as_bytes().get(at.saturating_sub(most)..at).unwrap_or_default()
}
