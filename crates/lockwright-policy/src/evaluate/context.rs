//! The context of a request: condition keys, in any case, and their values.

use std::borrow::Cow;

use super::principal::Principal;

/// The values of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Values<'a> {
    One(Cow<'a, str>),
    All(Vec<Cow<'a, str>>),
}

/// What is known of a request besides who, what and on what.
///
/// All values are texts, as AWS carries them; an operator reads them as numbers, moments or addresses when it compares.
/// A key whose list of values is empty counts as absent; a key with an empty text is present.
///
/// ```
/// use lockwright_policy::Context;
///
/// let context = Context::new().with("aws:SourceIp", "203.0.113.7").with_all("aws:TagKeys", ["team", "cost"]);
/// assert_eq!(context.single("aws:sourceip"), Some("203.0.113.7"));
/// assert_eq!(context.single("aws:tagkeys"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// Sorted by key; keys in small letters.
    entries: Vec<(Cow<'a, str>, Values<'a>)>,
}

impl<'a> Context<'a> {
    /// A context that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a principal brings with it: `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:userid`, and a user's `aws:username`.
    pub fn of(principal: &Principal<'a>) -> Self {
        let mut context = Self::new();
        for (key, value) in principal.context_keys() {
            context.insert(key, value);
        }
        context
    }

    /// Adds a key with one value, in place of what it had.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.insert(key, value);
        self
    }

    /// Adds a key with any number of values, in place of what it had.
    #[must_use]
    pub fn with_all<V: Into<Cow<'a, str>>>(mut self, key: impl Into<Cow<'a, str>>, values: impl IntoIterator<Item = V>) -> Self {
        self.insert_all(key, values);
        self
    }

    /// Sets a key to one value.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.put(key.into(), Values::One(value.into()));
    }

    /// Sets a key to any number of values; with none the key is absent.
    pub fn insert_all<V: Into<Cow<'a, str>>>(&mut self, key: impl Into<Cow<'a, str>>, values: impl IntoIterator<Item = V>) {
        self.put(key.into(), Values::All(values.into_iter().map(Into::into).collect()));
    }

    /// This context with all keys of another, which win over its own.
    #[must_use]
    pub fn overlaid(mut self, other: &Self) -> Self {
        for (key, values) in &other.entries {
            self.put(key.clone(), values.clone());
        }
        self
    }

    fn put(&mut self, key: Cow<'a, str>, values: Values<'a>) {
        let key = if key.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(key.to_ascii_lowercase()) } else { key };
        match self.place(&key) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.1 = values;
                }
            }
            Err(at) => self.entries.insert(at, (key, values)),
        }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.as_ref().cmp(key))
    }

    /// The values of a key in small letters; empty when it is absent.
    pub fn values(&self, key: &str) -> &[Cow<'a, str>] {
        let entry = self.place(key).ok().and_then(|at| self.entries.get(at));
        match entry {
            Some((_, Values::One(value))) => core::slice::from_ref(value),
            Some((_, Values::All(values))) => values,
            None => &[],
        }
    }

    /// The value of a key in small letters, if it has exactly one.
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            [value] => Some(value),
            _ => None,
        }
    }

    /// True when the key, in small letters, has a value.
    pub fn holds(&self, key: &str) -> bool {
        !self.values(key).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Context;

    #[test]
    fn keys_are_the_same_in_any_case_and_the_last_value_counts() {
        let context = Context::new().with("b:Key", "1").with("a:Key", "2").with("B:kEY", "3").with_all("c:d", ["x"]);
        assert_eq!(context.single("b:key"), Some("3"));
        assert_eq!(context.single("a:key"), Some("2"));
        assert_eq!(context.single("c:d"), Some("x"), "a list of one is one value");
        assert!(!context.holds("b:ke"));
    }

    #[test]
    fn an_empty_list_is_absent_and_an_empty_text_is_not() {
        let context = Context::new().with_all::<&str>("a:b", []).with("c:d", "");
        assert!(!context.holds("a:b"));
        assert!(context.holds("c:d"));
    }
}
