//! Finds the statements that may speak of an action or a resource by the literal beginnings of their patterns.
//!
//! Beginnings are sorted. All beginnings of a text that stand in the list are found by one binary search: the greatest entry that is not
//! greater than the text has every one of them among its ancestors, and each entry knows its parent, its own longest beginning.

use crate::pattern::Sureness;

/// Where a pattern stands: its statement, and its number within the statement's clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Posting {
    pub(crate) statement: u32,
    pub(crate) pattern: u32,
    /// True when a text found by this posting matches; false when the pattern, or the whole clause, is still to be asked.
    pub(crate) sure: bool,
}

/// A posting's pattern when the clause must be asked as a whole.
pub(crate) const WHOLE_CLAUSE: u32 = u32::MAX;

/// An index over one kind of clause.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrefixIndex {
    entries: Box<[Entry]>,
    postings: Box<[Posting]>,
}

#[derive(Clone, Debug)]
struct Entry {
    prefix: Box<str>,
    /// The number of the longest other entry this one begins with, plus one; nought for none.
    parent: u32,
    /// Postings for texts that begin with the prefix: up to `whole`.
    start: u32,
    /// Postings for the text that is the prefix: up to `end`.
    whole: u32,
    end: u32,
}

/// A pattern to be indexed.
#[derive(Debug)]
pub(crate) struct Indexed {
    pub(crate) prefix: String,
    pub(crate) sureness: Sureness,
    pub(crate) statement: u32,
    pub(crate) pattern: u32,
}

/// Where a text was found; asked for its postings, or how many they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'i, 't> {
    index: &'i PrefixIndex,
    text: &'t str,
    /// As `parent` counts.
    entry: u32,
}

impl PrefixIndex {
    pub(crate) fn build(mut patterns: Vec<Indexed>) -> Self {
        patterns.sort_by(|a, b| {
            let whole = |indexed: &Indexed| indexed.sureness == Sureness::Whole;
            (&a.prefix, whole(a), a.statement, a.pattern).cmp(&(&b.prefix, whole(b), b.statement, b.pattern))
        });
        let mut entries: Vec<Entry> = Vec::new();
        let mut postings: Vec<Posting> = Vec::with_capacity(patterns.len());
        // The entries the newest one begins with, outermost first.
        let mut open: Vec<u32> = Vec::new();
        for indexed in patterns {
            let at = small(postings.len());
            if entries.last().is_none_or(|entry| *entry.prefix != *indexed.prefix) {
                let begins_with = |entry: u32| entry_of(&entries, entry).is_some_and(|entry| indexed.prefix.starts_with(&*entry.prefix));
                while open.last().is_some_and(|&entry| !begins_with(entry)) {
                    open.pop();
                }
                let parent = open.last().copied().unwrap_or(0);
                entries.push(Entry { prefix: indexed.prefix.into(), parent, start: at, whole: at, end: at });
                open.push(small(entries.len()));
            }
            let whole = indexed.sureness == Sureness::Whole;
            postings.push(Posting {
                statement: indexed.statement,
                pattern: indexed.pattern,
                sure: indexed.sureness != Sureness::Unsure && indexed.pattern != WHOLE_CLAUSE,
            });
            if let Some(entry) = entries.last_mut() {
                entry.end = at + 1;
                if !whole {
                    entry.whole = at + 1;
                }
            }
        }
        Self { entries: entries.into(), postings: postings.into() }
    }

    /// Looks a text up.
    pub(crate) fn find<'i, 't>(&'i self, text: &'t str) -> Found<'i, 't> {
        let entry = self.entries.partition_point(|entry| *entry.prefix <= *text);
        Found { index: self, text, entry: small(entry) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.postings.is_empty()
    }
}

impl<'i> Found<'i, '_> {
    /// The runs of postings of all entries the text begins with.
    fn runs(self) -> impl Iterator<Item = &'i [Posting]> {
        let mut next = self.entry;
        core::iter::from_fn(move || {
            let entry = entry_of(&self.index.entries, next)?;
            next = entry.parent;
            let end = match self.text.strip_prefix(&*entry.prefix) {
                Some("") => entry.end,
                Some(_) => entry.whole,
                None => entry.start,
            };
            Some(self.index.postings.get(entry.start as usize..end as usize).unwrap_or_default())
        })
    }

    /// The postings that may match.
    pub(crate) fn postings(self) -> impl Iterator<Item = Posting> {
        self.runs().flatten().copied()
    }

    /// How many postings may match.
    pub(crate) fn count(self) -> usize {
        self.runs().map(<[Posting]>::len).sum()
    }
}

fn entry_of(entries: &[Entry], number: u32) -> Option<&Entry> {
    entries.get((number as usize).checked_sub(1)?)
}

/// A document has fewer bytes than a `u32` can count, so it has fewer patterns.
pub(crate) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Indexed, PrefixIndex};
    use crate::pattern::Sureness;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn exactly_the_beginnings_of_a_text_are_found(given in prop::collection::vec(("[ab]{0,5}", any::<bool>()), 0..12), text in "[ab]{0,6}") {
            let indexed = |(at, (prefix, whole)): (usize, &(String, bool))| Indexed {
                prefix: prefix.clone(),
                sureness: if *whole { Sureness::Whole } else { Sureness::Prefix },
                statement: u32::try_from(at).unwrap(),
                pattern: 0,
            };
            let index = PrefixIndex::build(given.iter().enumerate().map(indexed).collect());
            let mut found: Vec<u32> = index.find(&text).postings().map(|posting| posting.statement).collect();
            found.sort_unstable();
            let fits = |(prefix, whole): &(String, bool)| if *whole { text == *prefix } else { text.starts_with(prefix.as_str()) };
            let expected: Vec<u32> = (0..).zip(&given).filter(|(_, given)| fits(given)).map(|(at, _)| at).collect();
            prop_assert_eq!(index.find(&text).count(), expected.len());
            prop_assert_eq!(found, expected);
        }
    }
}
