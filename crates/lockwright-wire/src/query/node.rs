//! One structure or value of a call's input, found by its place among the sorted parameters.

use std::borrow::Cow;
use std::fmt;

use super::error::InputError;
use super::lex;
use crate::moment::Moment;

/// How far a position may be ahead of those before it (aws-behaviour §12, live).
const MAX_GAP: usize = 10;

type Item<'p> = (Cow<'p, str>, Cow<'p, str>);

/// A place in the input: a value, the members under it, both or neither. Its Debug shows only the place.
#[derive(Clone, Copy)]
pub struct Node<'p> {
    value: Option<&'p str>,
    /// What lies under it: neighbours, as the list is sorted.
    items: &'p [Item<'p>],
    /// How many bytes of their names lead here.
    prefix: usize,
    /// The name that led here, for messages.
    name: &'p str,
}

impl<'p> Node<'p> {
    pub(super) fn root(items: &'p [Item<'p>]) -> Self {
        Self { value: None, items, prefix: 0, name: "" }
    }

    /// A member, whatever it is. One that was not sent is an empty node.
    pub fn member(&self, name: &str) -> Node<'p> {
        let exact = self.items.binary_search_by(|item| self.rest(item).cmp(name));
        let value = exact.ok().and_then(|at| self.items.get(at));
        // Under it is all that begins with its name and a dot; such names are neighbours.
        let is_before = |item: &Item<'p>| {
            let rest = self.rest(item);
            let (head, tail) = (rest.get(..name.len()), rest.get(name.len()..).unwrap_or_default());
            match head {
                Some(head) if head == name => tail < ".",
                _ => rest < name,
            }
        };
        let begin = self.items.partition_point(is_before);
        let under = self.items.get(begin..).unwrap_or_default();
        let is_under = |item: &Item<'p>| self.rest(item).strip_prefix(name).is_some_and(|tail| tail.starts_with('.'));
        let under = under.get(..under.partition_point(is_under)).unwrap_or_default();
        let prefix = self.prefix + name.len() + 1;
        let full = match (value, under.first()) {
            (Some((full, _)), _) => full.as_ref(),
            (None, Some((full, _))) => full.get(..prefix - 1).unwrap_or_default(),
            (None, None) => "",
        };
        Node { value: value.map(|(_, value)| value.as_ref()), items: under, prefix, name: full }
    }

    /// Whether nothing was sent for it.
    pub fn is_absent(&self) -> bool {
        self.value.is_none() && self.items.is_empty()
    }

    /// This node as a text. Members where a value is due are another type.
    pub fn as_text(&self) -> Result<Option<&'p str>, InputError> {
        if self.items.is_empty() { Ok(self.value) } else { Err(InputError::Type(self.name.to_owned())) }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&'p str>, InputError> {
        self.member(name).as_text()
    }

    /// A whole number of 32 bits.
    pub fn integer(&self, name: &str) -> Result<Option<i32>, InputError> {
        self.typed(name, lex::integer)
    }

    /// A whole number of 64 bits.
    pub fn long(&self, name: &str) -> Result<Option<i64>, InputError> {
        self.typed(name, lex::integer)
    }

    /// `true`, `false`, `1` or `0`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, InputError> {
        self.typed(name, lex::boolean)
    }

    /// A time.
    pub fn timestamp(&self, name: &str) -> Result<Option<Moment>, InputError> {
        self.typed(name, Moment::parse_parameter)
    }

    /// Bytes, sent in base64.
    pub fn blob(&self, name: &str) -> Result<Option<Vec<u8>>, InputError> {
        self.typed(name, lex::blob)
    }

    /// A list, `Name.member.N`. `None` when it was not sent; an empty one is sent as `Name=`. A position that was left out is an empty
    /// node, for its required members to be missed.
    pub fn list(&self, name: &str) -> Result<Option<Vec<Node<'p>>>, InputError> {
        self.elements(name, "member")
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<Option<&'p str>>>, InputError> {
        let Some(nodes) = self.list(name)? else {
            return Ok(None);
        };
        nodes.iter().map(Node::as_text).collect::<Result<_, _>>().map(Some)
    }

    /// A map, `Name.entry.N.key` and `.value`; keys that are there twice are refused.
    pub fn map(&self, name: &str) -> Result<Option<Vec<(&'p str, Node<'p>)>>, InputError> {
        let Some(nodes) = self.elements(name, "entry")? else {
            return Ok(None);
        };
        let wrong = || InputError::Type(name.to_owned());
        let mut list = Vec::with_capacity(nodes.len());
        for node in nodes {
            list.push((node.text("key")?.ok_or_else(wrong)?, node.member("value")));
        }
        let mut keys: Vec<&str> = list.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        if keys.is_sorted_by(|a, b| a < b) { Ok(Some(list)) } else { Err(InputError::Doubled(name.to_owned())) }
    }

    fn elements(&self, name: &str, word: &str) -> Result<Option<Vec<Node<'p>>>, InputError> {
        let outer = self.member(name);
        let inner = outer.member(word);
        let wrong = || InputError::Positions(name.to_owned());
        match outer.value {
            _ if inner.value.is_some() => return Err(wrong()),
            Some("") if inner.items.is_empty() => return Ok(Some(Vec::new())),
            Some(_) => return Err(InputError::Type(name.to_owned())),
            None if inner.items.is_empty() => return Ok(None),
            None => {}
        }
        let mut texts: Vec<&str> = inner.items.iter().filter_map(|item| inner.rest(item).split('.').next()).collect();
        texts.dedup();
        let mut positions: Vec<(usize, &str)> = Vec::with_capacity(texts.len());
        for text in texts {
            let plain = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
            let position = plain.then(|| text.parse().ok()).flatten().filter(|position| *position > 0);
            positions.push((position.ok_or_else(wrong)?, text));
        }
        positions.sort_unstable();
        // `1` and `1.Key` need not be neighbours: `1-x` sorts between them, but is no position.
        positions.dedup();
        let mut nodes = Vec::with_capacity(positions.len());
        for (position, text) in positions {
            if position > nodes.len().max(1) + MAX_GAP {
                return Err(wrong());
            }
            nodes.resize(position - 1, Node { value: None, items: &[], prefix: 0, name: outer.name });
            let node = inner.member(text);
            // Two numbers after one another, as in `member.1.2`, are no member of anything.
            let numbered = |item: &Item<'p>| node.rest(item).starts_with(|c: char| c.is_ascii_digit());
            if node.items.iter().any(numbered) {
                return Err(wrong());
            }
            nodes.push(node);
        }
        Ok(Some(nodes))
    }

    fn typed<T>(&self, name: &str, read: impl FnOnce(&'p str) -> Option<T>) -> Result<Option<T>, InputError> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => read(text).map(Some).ok_or_else(|| InputError::Type(name.to_owned())),
        }
    }

    fn rest<'i>(&self, item: &'i Item<'p>) -> &'i str {
        item.0.get(self.prefix..).unwrap_or_default()
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.name)
    }
}
